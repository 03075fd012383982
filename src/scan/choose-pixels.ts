/**
 * Which pixels a scan looks at next: a function of what is finished and of the open part of the progression
 * (specs/sky-and-scan.md section 3). Everything is HEALPix RING.
 *
 * Around the minimum of all nsides, every open nside but the last is refined into the next one within a disc; finished
 * neighbours whose likelihoods differ enormously are refined as well. Pixels that were sent before are chosen again:
 * leaving them out is the caller's part.
 */
import { ConfigError } from '../config/index.js';
import { children, disc, pixelArea, pixelAt, pixelVector } from '../sky/index.js';
import type { Progression } from './progression.js';

/** A pixel of any nside. */
export interface SkyPixel {
  readonly nside: number;
  readonly pixel: number;
}

/** What the choice needs to know about the finished pixels. */
export interface Landscape {
  hasFinished(nside: number): boolean;
  /** Pixel with the smallest llh of all nsides; the lower (nside, pixel) on ties; null if no llh is a number. */
  readonly minimum: SkyPixel | null;
  /** Finished pixels on either side of a steep step, see {@link isSteep}. */
  steepPixels(nside: number): Iterable<number>;
}

/** The disc that a pointed reco restricts its first nside to. */
export interface PointedDisc {
  readonly raRad: number;
  readonly decRad: number;
  readonly radiusRad: number;
}

/** Chosen pixels of one nside, ascending. */
export interface ChosenPixels {
  readonly nside: number;
  readonly pixels: readonly number[];
}

/** From this on, 2 |difference of llh| between neighbours is a step to be refined. A switch that is practically off. */
const STEEP = 200_000;

/** All of nside 2048. Lists of more pixels come close to what an array can hold. */
const MOST_PIXELS = 12 * 2048 ** 2;

/** Whether two finished neighbours differ so much that both are refined. Never true for NaN. */
export function isSteep(llh: number, neighbourLlh: number): boolean {
  return 2 * Math.abs(llh - neighbourLlh) > STEEP;
}

/**
 * The pixels of a round, by ascending nside.
 * @param open the open part of the progression
 * @param pointed restricts the first nside, as long as it is the only open one
 * @throws ConfigError scan/bad-progression for a round of more pixels than a scan can hold
 */
export function choosePixels(open: Progression, landscape: Landscape, pointed: PointedDisc | null): ChosenPixels[] {
  const first = open[0]!.nside;
  if (pointed !== null && open.length === 1) return [{ nside: first, pixels: pointedPixels(first, pointed) }];
  if (!open.some(({ nside }) => landscape.hasFinished(nside))) {
    refuseTooMany(12 * first * first, first);
    return [{ nside: first, pixels: Array.from({ length: 12 * first * first }, (_, pixel) => pixel) }];
  }
  const chosen: ChosenPixels[] = [];
  for (let level = 0; level + 1 < open.length; level++) {
    const { nside } = open[level]!;
    const finer = open[level + 1]!;
    const parents = pixelsToRefine(nside, finer.extension, landscape);
    refuseTooMany(parents.length * (finer.nside / nside) ** 2, finer.nside);
    const pixels = parents.flatMap((pixel) => children(nside, pixel, finer.nside)).sort((a, b) => a - b);
    if (pixels.length > 0) chosen.push({ nside: finer.nside, pixels });
  }
  return chosen;
}

function refuseTooMany(pixels: number, nside: number): void {
  if (pixels <= MOST_PIXELS) return;
  throw new ConfigError(
    'scan/bad-progression',
    `${pixels} pixels of nside ${nside} are more than a scan can hold (${MOST_PIXELS}).`,
    'Begin with a coarser nside, or give smaller extensions.',
  );
}

function pixelsToRefine(nside: number, extension: number, landscape: Landscape): number[] {
  if (!landscape.hasFinished(nside)) return [];
  const pixels = new Set(landscape.steepPixels(nside));
  const { minimum } = landscape;
  if (minimum !== null) {
    const centre = pixelVector(minimum.nside, minimum.pixel, new Float64Array(3));
    const radius = Math.sqrt((extension * pixelArea(nside)) / Math.PI);
    for (const pixel of disc(nside, centre, radius)) pixels.add(pixel);
  }
  return [...pixels];
}

/** Pixels near the centre of the pixel that holds the direction, that one always among them. */
function pointedPixels(nside: number, { raRad, decRad, radiusRad }: PointedDisc): number[] {
  const centre = pixelAt(nside, Math.PI / 2 - decRad, raRad);
  return disc(nside, pixelVector(nside, centre, new Float64Array(3)), radiusRad);
}
