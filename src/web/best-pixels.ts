/** The best pixels of a map, for tables. */
import type { SkyCells } from '../sky/index.js';

/** Positions of the cells with the smallest llh, best first; of equal ones the first in the map's order. */
export function orderByLlh({ llh }: Pick<SkyCells, 'llh'>, most: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < llh.length; i++) {
    const value = llh[i]!;
    if (!Number.isFinite(value)) continue;
    if (best.length === most && !(value < llh[best[most - 1]!]!)) continue;
    let at = best.length;
    while (at > 0 && value < llh[best[at - 1]!]!) at--;
    best.splice(at, 0, i);
    if (best.length > most) best.pop();
  }
  return best;
}
