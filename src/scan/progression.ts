/**
 * The nside progression of a scan: which HEALPix resolutions it goes through and how far each extends around the
 * minimum (specs/sky-and-scan.md section 2). As text: `8:0 64:12 512:24`.
 */
import { ConfigError } from '../config/index.js';

/** One resolution of a scan. */
export interface ProgressionStep {
  /** HEALPix nside: a power of two. */
  readonly nside: number;
  /**
   * Number of pixels of the previous resolution, about, that are refined into this one: the disc around the minimum has
   * their area. 0 for the first step, which covers the sky (or a pointed reco's disc).
   */
  readonly extension: number;
}

/** Ascending resolutions, at least one. */
export type Progression = readonly ProgressionStep[];

/** Pixel numbers are 32-bit integers in results; nside 8192 is a pixel of 26 arc seconds. */
const LARGEST_NSIDE = 8192;
const HINT = 'Write ascending nside:extension pairs, the first extension 0, for example 8:0 64:12 512:24.';

function refuse(sentence: string): never {
  throw new ConfigError('scan/bad-progression', sentence, HINT);
}

/** Reads `['8:0', '64:12', '512:24']`. Throws {@link ConfigError} `scan/bad-progression`. */
export function parseProgression(texts: readonly string[]): Progression {
  const steps = texts.map((text) => {
    const match = /^\s*([+-]?\d+):([+-]?\d+)\s*$/.exec(text);
    if (match === null) refuse(`"${text}" is not a pair of whole numbers nside:extension`);
    return { nside: Number(match[1]), extension: Number(match[2]) };
  });
  return checkProgression(steps);
}

/** Holds a progression to its rules. Throws {@link ConfigError} `scan/bad-progression`. */
export function checkProgression(steps: Progression): Progression {
  if (steps.length === 0) refuse('The nside progression is empty');
  for (const [i, { nside, extension }] of steps.entries()) {
    if (!(nside >= 1 && Number.isInteger(Math.log2(nside)))) {
      refuse(`The nside ${nside} is not a positive power of two`);
    }
    if (nside > LARGEST_NSIDE) {
      refuse(`The nside ${nside} is larger than ${LARGEST_NSIDE}, the finest that a scan can use`);
    }
    if (i === 0) {
      if (extension !== 0) refuse(`The first extension must be 0, not ${extension}`);
      continue;
    }
    const before = steps[i - 1]!.nside;
    if (nside === before) refuse(`The nside ${nside} is there twice`);
    if (nside < before) refuse(`The nsides must ascend, but ${nside} follows ${before}`);
    if (!(Number.isInteger(extension) && extension > 0)) {
      refuse(`The extension of nside ${nside} must be a positive whole number, not ${extension}`);
    }
  }
  return steps;
}

/** The text form, one item a step. */
export function formatProgression(progression: Progression): string[] {
  return progression.map(({ nside, extension }) => `${nside}:${extension}`);
}

/**
 * The steps open to the choice of pixels once the step at index `reached` met a threshold: all up to it and the next
 * one; only the first before any threshold was met (-1).
 */
export function openSteps(progression: Progression, reached: number): Progression {
  return progression.slice(0, reached + 2);
}
