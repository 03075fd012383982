/**
 * Looks for lower places around a minimum: light tables and time bins make the likelihood ripple, so that a descent by
 * gradients ends beside the lowest place.
 */
import { nelderMead, stepSimplex } from '../fit/nelder-mead.js';
import type { Vertex } from '../types.js';
import type { Chain } from './chain.js';
import { type Line, vertexOf } from './line.js';
import { isFine } from './looks.js';
import type { MillipedeSettings } from './settings.js';

/** A place of a line with its -log L. */
export type Place = Vertex & { readonly llh: number };

/** A simplex around a minimum. */
interface Search {
  /** Across the line (m, m), time (ns), phase (m). */
  readonly steps: readonly number[];
  /** Most evaluations. */
  readonly calls: number;
  /** It ends where it is this small (m or ns) and its values are this close. */
  readonly size: number;
  readonly llh: number;
}

/** How thorough a polish is. */
export interface Polishing {
  readonly search: Search;
  /** The search is repeated after a gain of more than `REPOLISH_LLH`, so many times in all. */
  readonly rounds: number;
  /** Searches at the very end, of those minima that may still be the lowest. */
  readonly last: readonly Search[];
}

/** In log L. */
const REPOLISH_LLH = 0.15;
const SHORT = { steps: [2, 2, 5, 1.25], size: 0.5, llh: 0.05 };
const LONG = { steps: [4, 4, 10, 1.25], calls: 80, size: 0.5, llh: 0.05 };
const TO_THE_END = { calls: 200, size: 0.05, llh: 0.005 };

/**
 * `brief`: where pixels are many and most of them far from the minimum; `fine`: where a coarser pixel's fit lies in the same
 * valley; `long`: elsewhere, far from the truth, where nothing fits well and ripples are longer; `few`: where pixels are so
 * few that they can afford all of it.
 */
const POLISHES: Readonly<Record<'brief' | 'fine' | 'long' | 'few', Polishing>> = {
  brief: { search: { ...SHORT, calls: 20 }, rounds: 1, last: [] },
  fine: { search: { ...SHORT, calls: 40 }, rounds: 1, last: [] },
  long: { search: LONG, rounds: 4, last: [] },
  few: {
    search: LONG,
    rounds: 4,
    last: [
      { steps: [1, 1, 2.5, 0.3], ...TO_THE_END },
      { steps: [8, 8, 20, 2.5], ...TO_THE_END },
    ],
  },
};

/** How thoroughly a pixel is polished. `isFew`: pixels of its size are few; `isCoarsest`: it has no coarser one. */
export function polishingOf(
  kind: MillipedeSettings['kind'],
  nside: number,
  isFew: boolean,
  isCoarsest: boolean,
): Polishing {
  if (isFew) return POLISHES.few;
  if (kind === 'original') return isCoarsest ? POLISHES.long : POLISHES.fine;
  if (isCoarsest) return POLISHES.brief;
  return isFine(kind, nside) ? POLISHES.fine : POLISHES.long;
}

/**
 * The lowest place around a minimum whose candidates the chain has at hand. A valley may go on: after a gain the next search
 * has candidates chosen anew.
 */
export function polish(
  chain: Chain,
  line: Line,
  minimum: Place,
  spacingM: number,
  { search, rounds }: Polishing,
): Place {
  let best = searchAround(chain, line, minimum, search);
  for (let round = 1, gain = minimum.llh - best.llh; round < rounds && gain > REPOLISH_LLH; round++) {
    const from = surveyed(chain, line, best, spacingM);
    best = searchAround(chain, line, from, search);
    gain = from.llh - best.llh;
  }
  return best;
}

/** The same by the last searches, from a polished minimum whose energies the chain has at hand. */
export function polishToTheEnd(chain: Chain, line: Line, minimum: Place, spacingM: number, { last }: Polishing): Place {
  return last.reduce((best, each) => searchAround(chain, line, surveyed(chain, line, best, spacingM), each), minimum);
}

/** A place with candidates chosen there. */
function surveyed(chain: Chain, line: Line, place: Place, spacingM: number): Place {
  line.startAt(place);
  return { ...place, llh: chain.survey(place.x, place.y, place.z, place.timeNs, spacingM, true) };
}

/** The lowest place that a simplex finds around one, with the candidates at hand. */
function searchAround(chain: Chain, line: Line, minimum: Place, { steps, calls, size, llh }: Search): Place {
  const found = nelderMead(
    (parameters) => {
      const v = line.vertexAt(parameters);
      return chain.evaluate(v[0]!, v[1]!, v[2]!, v[3]!);
    },
    stepSimplex(line.parametersOf(minimum), steps),
    { xTolerance: size, fTolerance: llh, maxCalls: calls },
  );
  if (!(found.f < minimum.llh)) return minimum;
  return { ...vertexOf(line.vertexAt(found.x)), llh: found.f };
}
