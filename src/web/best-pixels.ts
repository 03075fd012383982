/** The best pixels of a map, for tables. */
import { ancestor, type LlhMap, type SkyCells } from '../sky/index.js';

/** A pixel that was fitted; RING number. */
export interface BestPixel {
  readonly nside: number;
  readonly pixel: number;
  readonly llh: number;
}

/** A coarse pixel around a fine one comes in this many cells, at most a few hundred: enough cells for `most` pixels. */
const CELLS_EACH = 100;

/**
 * The best pixels of those that are the finest known somewhere, best first; of equal ones the first in the map's order.
 *
 * @param cells of the maps: what finer pixels have left of a coarse one counts once, as that pixel
 */
export function bestPixels(cells: SkyCells, maps: readonly LlhMap[], most: number): BestPixel[] {
  const order = orderByLlh(cells, CELLS_EACH * most);
  const nsides = [...new Set(maps.map(({ nside }) => nside))].sort((a, b) => b - a);
  const around = (i: number, nside: number): number => {
    const own = cells.nside[i]!;
    return own === nside ? cells.pixel[i]! : ancestor(own, cells.pixel[i]!, nside);
  };
  // Which of the pixels around these cells were fitted: one look at each map.
  const wanted = new Map(nsides.map((nside) => [nside, new Set<number>()]));
  for (const i of order) {
    for (const nside of nsides) if (nside <= cells.nside[i]!) wanted.get(nside)!.add(around(i, nside));
  }
  const fitted = new Map(nsides.map((nside) => [nside, new Set<number>()]));
  for (const { nside, pixel, llh } of maps) {
    const [asked, known] = [wanted.get(nside)!, fitted.get(nside)!];
    for (let k = 0; k < pixel.length; k++) {
      if (asked.has(pixel[k]!) && Number.isFinite(llh[k]!)) known.add(pixel[k]!);
    }
  }
  const best = new Map<string, BestPixel>();
  for (const i of order) {
    const nside = nsides.find((size) => size <= cells.nside[i]! && fitted.get(size)!.has(around(i, size)));
    if (nside === undefined) continue;
    const pixel = around(i, nside);
    const name = `${nside} ${pixel}`;
    if (!best.has(name)) best.set(name, { nside, pixel, llh: cells.llh[i]! });
    if (best.size === most) break;
  }
  return [...best.values()];
}

/** Positions of the cells with the smallest llh, best first; of equal ones the first in the map's order. */
function orderByLlh({ llh }: Pick<SkyCells, 'llh'>, most: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < llh.length; i++) {
    const value = llh[i]!;
    if (!Number.isFinite(value)) continue;
    if (best.length === most && !(value < llh[best[most - 1]!]!)) continue;
    let low = 0;
    for (let high = best.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (value < llh[best[middle]!]!) high = middle;
      else low = middle + 1;
    }
    best.splice(low, 0, i);
    if (best.length > most) best.pop();
  }
  return best;
}
