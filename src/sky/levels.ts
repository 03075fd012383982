/**
 * Which cells hold the highest-density part of a probability map.
 *
 * Cells are ranked by density, the highest first; of equal ones the lower UNIQ number first, so that results are
 * reproducible. The cell that crosses a level belongs to the region (the convention of ligo.skymap's credible levels;
 * the recipe on GCN's pages stops one cell earlier).
 */
import { pixelArea } from './healpix.js';
import { ringToUniq } from './healpix-shapes.js';
import type { ProbabilityMap } from './probability.js';

/** Rounding of sums over millions of cells: a level counts as reached this close below it. */
const ROUNDING = 1e-12;

/** The cell at which the cumulated probability reaches a level. */
export interface Crossing {
  /** Position in the map; -1 if the map is empty. */
  readonly cell: number;
  /** Density of that cell: what the region's cells have at least. */
  readonly threshold: number;
  /** Probability and solid angle (sr) of the cells that rank before it. */
  readonly probabilityBefore: number;
  readonly areaBefore: number;
}

/**
 * Finds the crossing of a level in [0, 1]. Cost linear in the number of cells: large maps are first sorted into buckets
 * of density, then cells are parted around a pivot and only the part that holds the crossing is looked at again.
 */
export function crossing(map: ProbabilityMap, level: number): Crossing {
  let known = crossings.get(map.density);
  if (known === undefined) {
    known = new Map();
    crossings.set(map.density, known);
  }
  let found = known.get(level);
  if (found === undefined) {
    found = findCrossing(map, level);
    known.set(level, found);
  }
  return found;
}

/** What was found, by density: areas, outlines and coverages of a map ask for the same levels. Maps never change. */
const crossings = new WeakMap<Float64Array, Map<number, Crossing>>();

function findCrossing(map: ProbabilityMap, level: number): Crossing {
  const enough = level - ROUNDING;
  const { density, nside } = map;
  let { candidates, probabilityBefore, areaBefore } =
    density.length > MANY ? crossingBucket(map, enough) : { ...NOTHING_BEFORE, candidates: positive(density) };
  let last = -1;
  while (candidates.length > 0) {
    const pivot = medianOfThree(density, candidates);
    let [nHigher, nEqual] = [0, 0];
    let [higherProbability, higherArea, equalProbability] = [0, 0, 0];
    for (const i of candidates) {
      const area = pixelArea(nside[i]!);
      if (density[i]! > pivot) {
        nHigher++;
        higherArea += area;
        higherProbability += density[i]! * area;
      } else if (density[i] === pivot) {
        nEqual++;
        equalProbability += density[i]! * area;
      }
    }
    if (probabilityBefore + higherProbability > enough && nHigher > 0) {
      candidates = select(candidates, nHigher, (i) => density[i]! > pivot);
      continue;
    }
    const nLower = candidates.length - nHigher - nEqual;
    probabilityBefore += higherProbability;
    areaBefore += higherArea;
    const equal = select(candidates, nEqual, (i) => density[i] === pivot);
    if (probabilityBefore + equalProbability > enough || nLower === 0) {
      // The last candidates: whatever rounding left of the level, the lowest-ranked of them crosses it.
      const ranked = [...equal].sort((a, b) => uniqOf(map, a) - uniqOf(map, b));
      for (const i of ranked) {
        const area = pixelArea(nside[i]!);
        last = i;
        if (probabilityBefore + density[i]! * area > enough || i === ranked.at(-1)) break;
        probabilityBefore += density[i]! * area;
        areaBefore += area;
      }
      break;
    }
    for (const i of equal) areaBefore += pixelArea(nside[i]!);
    probabilityBefore += equalProbability;
    candidates = select(candidates, nLower, (i) => density[i]! < pivot);
  }
  return { cell: last, threshold: last < 0 ? Number.POSITIVE_INFINITY : density[last]!, probabilityBefore, areaBefore };
}

/** Cells from which on buckets pay. */
const MANY = 50_000;
const NOTHING_BEFORE = { probabilityBefore: 0, areaBefore: 0 };
/** Buckets by sign, exponent and the first bits of the fraction, which order positive doubles as their values do. */
const BUCKET_BITS = 15;

/** The cells of the bucket of densities in which the level lies (of the lowest one if none), and what is before it. */
function crossingBucket(
  { density, nside }: ProbabilityMap,
  enough: number,
): { candidates: Int32Array; probabilityBefore: number; areaBefore: number } {
  const n = density.length;
  const words = new Uint32Array(density.buffer, density.byteOffset, 2 * n);
  const high = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
  const shift = 32 - BUCKET_BITS;
  const count = new Int32Array(1 << BUCKET_BITS);
  const probability = new Float64Array(1 << BUCKET_BITS);
  const area = new Float64Array(1 << BUCKET_BITS);
  for (let i = 0; i < n; i++) {
    if (!(density[i]! > 0)) continue;
    const bucket = words[2 * i + high]! >>> shift;
    const size = pixelArea(nside[i]!);
    count[bucket]!++;
    area[bucket]! += size;
    probability[bucket]! += density[i]! * size;
  }
  let [probabilityBefore, areaBefore, found] = [0, 0, -1];
  for (let bucket = count.length - 1; bucket >= 0; bucket--) {
    if (count[bucket] === 0) continue;
    if (found >= 0) {
      probabilityBefore += probability[found]!;
      areaBefore += area[found]!;
    }
    found = bucket;
    if (probabilityBefore + probability[bucket]! > enough) break;
  }
  const candidates = new Int32Array(found < 0 ? 0 : count[found]!);
  for (let i = 0, k = 0; k < candidates.length; i++) {
    if (density[i]! > 0 && words[2 * i + high]! >>> shift === found) candidates[k++] = i;
  }
  return { candidates, probabilityBefore, areaBefore };
}

/** Whether a cell belongs to the region of a crossing. */
export function ranksWithin(map: ProbabilityMap, { cell, threshold }: Crossing, i: number): boolean {
  const density = map.density[i]!;
  return density > threshold || (density === threshold && uniqOf(map, i) <= uniqOf(map, cell));
}

/** UNIQ number of a cell. */
export function uniqOf(map: ProbabilityMap, i: number): number {
  return ringToUniq(map.nside[i]!, map.pixel[i]!);
}

function positive(density: Float64Array): Int32Array {
  let n = 0;
  for (let i = 0; i < density.length; i++) if (density[i]! > 0) n++;
  const out = new Int32Array(n);
  n = 0;
  for (let i = 0; i < density.length; i++) if (density[i]! > 0) out[n++] = i;
  return out;
}

function select(from: Int32Array, count: number, keep: (i: number) => boolean): Int32Array {
  const out = new Int32Array(count);
  let n = 0;
  for (const i of from) if (keep(i)) out[n++] = i;
  return out;
}

function medianOfThree(density: Float64Array, candidates: Int32Array): number {
  const n = candidates.length;
  const a = density[candidates[0]!]!;
  const b = density[candidates[n >> 1]!]!;
  const c = density[candidates[n - 1]!]!;
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
