/**
 * Several maps as one: likelihoods multiplied, that is llh summed, wherever all of them have one. For two messengers,
 * two reconstructions that are independent, or the events of a multiplet (specs/alert-products.md section 4).
 *
 * The sum is of the plain llh; what regions are cut from it is blurred once, as of any map.
 */
import { SkymapError } from '../../config/index.js';
import { ancestor } from '../../sky/index.js';
import { rowOf } from '../lookup.js';
import type { NsideMap, ScanMetadata, ScanResult } from '../types.js';

/**
 * The sum of the llh of two or more results. At every nside of any of them: the pixels that one has there, with the
 * finest value of the others in pixels around them. Energies and vertices belong to one fit and are NaN; the event is
 * kept where all maps are of the same. Throws SkymapError `result/no-common-sky` where no pixel has an llh in all.
 */
export function combineResults(results: readonly ScanResult[]): ScanResult {
  const ascending = results.map(({ maps }) => maps.toSorted((a, b) => a.nside - b.nside));
  const nsides = [...new Set(ascending.flatMap((maps) => maps.map(({ nside }) => nside)))].sort((a, b) => a - b);
  const maps = nsides.map((nside) => combineAt(ascending, nside)).filter(({ pixel }) => pixel.length > 0);
  if (maps.length === 0) {
    throw new SkymapError(
      'result/no-common-sky',
      'The maps have no fitted part of the sky in common.',
      'Give maps that overlap; scans of the whole sky always do.',
    );
  }
  return { metadata: commonMetadata(results), maps };
}

function combineAt(results: readonly (readonly NsideMap[])[], nside: number): NsideMap {
  const candidates = new Set<number>();
  for (const maps of results) {
    const own = maps.find((map) => map.nside === nside);
    own?.pixel.forEach((pixel, row) => {
      if (Number.isFinite(own.llh[row])) candidates.add(pixel);
    });
  }
  const coarser = results.map((maps) => maps.filter((map) => map.nside <= nside).reverse());
  const pixels: number[] = [];
  const llh: number[] = [];
  for (const pixel of Int32Array.from(candidates).sort()) {
    let sum = 0;
    for (const maps of coarser) sum += finestAround(maps, nside, pixel);
    if (Number.isNaN(sum)) continue;
    pixels.push(pixel);
    llh.push(sum);
  }
  const none = (): Float64Array => new Float64Array(pixels.length).fill(Number.NaN);
  return {
    nside,
    pixel: Int32Array.from(pixels),
    llh: Float64Array.from(llh),
    eIn: none(),
    eTot: none(),
    x: none(),
    y: none(),
    z: none(),
    t: none(),
  };
}

/** llh of a pixel, or of the smallest pixel around it that has one; NaN where none has. Maps from fine to coarse. */
function finestAround(maps: readonly NsideMap[], nside: number, pixel: number): number {
  for (const map of maps) {
    const row = rowOf(map.pixel, ancestor(nside, pixel, map.nside));
    if (row >= 0 && Number.isFinite(map.llh[row])) return map.llh[row]!;
  }
  return Number.NaN;
}

function commonMetadata(results: readonly ScanResult[]): ScanMetadata | null {
  const all = results.map(({ metadata }) => metadata);
  const [first] = all;
  if (first == null || !all.every((one) => one?.runId === first.runId && one.eventId === first.eventId)) return null;
  return { ...first, complete: all.every((one) => one!.complete) };
}
