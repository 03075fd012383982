/**
 * Which starts of a fit look around before they are descended, and how far: where a pixel is so large that its start may
 * lie in another valley than its best fit.
 */
import { pixelArea } from '../../sky/index.js';
import { gslSimplex } from '../fit/gsl-simplex.js';
import { minuitSimplex } from '../fit/minuit-simplex.js';
import type { RecoTask, Vertex } from '../types.js';
import { acrossSteps } from './line.js';
import type { MillipedeSettings } from './settings.js';

/** How a start looks around: by a simplex with these steps, as the reference does (roughly, or to its end), or not at all. */
export type Look = readonly number[] | 'as the reference' | 'as the reference to the end' | null;

/** Steps of starts that do not look as the reference does: across the line (m, m), time (ns). */
export const LOOKS: Readonly<Record<MillipedeSettings['kind'], readonly number[]>> = {
  original: [20, 20, 60],
  wilks: [60, 60, 100],
};
/**
 * Starts look around where the line, turned by the size of a pixel, moves by more than this at the detector's edge, m: there
 * the fit of a coarser pixel may lie in another valley. Valleys of the softened likelihood are wider.
 */
const LOOK_BEYOND_M: Readonly<Record<MillipedeSettings['kind'], number>> = { original: 0, wilks: 5 };
const EDGE_M = 500;

/** How a start looks around; `isAlone`: there is no other in its variation. */
export function lookOf(
  { kind }: MillipedeSettings,
  { nside }: RecoTask,
  variation: number,
  isFromCoarser: boolean,
  isAlone: boolean,
): Look {
  if (isFine(kind, nside)) return null;
  if (isFromCoarser) return variation === 0 ? LOOKS[kind] : null;
  return kind === 'original' || isAlone ? 'as the reference' : LOOKS.wilks;
}

/** Whether pixels are so small that a coarser one's fit lies in the same valley. */
export function isFine(kind: MillipedeSettings['kind'], nside: number): boolean {
  return Math.sqrt(pixelArea(nside)) * EDGE_M < LOOK_BEYOND_M[kind];
}

/**
 * A start from the event's own vertex looks around as the first pass of the reference's fit moves, with fewer segments: far
 * from the truth there are many valleys, and which of them a fit ends in is a matter of the way it goes. `original`: by
 * place alone, time being fixed (x, y, z, m), until it is so small, in steps. `wilks`: time (ns) and across the line (m),
 * until values are this close.
 */
const ORIGINAL_LOOK = { steps: [10, 10, 10], maxIterations: 150 };
const ORIGINAL_SIZE = { close: 0.5, end: 0.1 };
const WILKS_LOOK = { ns: 250, acrossM: 150, end: { tolerance: 1, maxCalls: 100 } };

/** Where the first pass of the reference's fit leads to, by a function of the vertex; `n`: the line's direction. */
export function lookAsTheReference(
  kind: MillipedeSettings['kind'],
  f: (vertex: Vertex) => number,
  { x, y, z, timeNs }: Vertex,
  n: readonly number[],
  isToEnd: boolean,
): Vertex {
  if (kind === 'original') {
    const { x: at } = gslSimplex((v) => f({ x: v[0]!, y: v[1]!, z: v[2]!, timeNs }), [x, y, z], {
      ...ORIGINAL_LOOK,
      size: isToEnd ? ORIGINAL_SIZE.end : ORIGINAL_SIZE.close,
    });
    return { x: at[0]!, y: at[1]!, z: at[2]!, timeNs };
  }
  const { x: at } = minuitSimplex((v) => f({ timeNs: v[0]!, x: v[1]!, y: v[2]!, z: v[3]! }), [timeNs, x, y, z], {
    steps: [WILKS_LOOK.ns, ...acrossSteps(n, WILKS_LOOK.acrossM)],
    ...WILKS_LOOK.end,
  });
  return { timeNs: at[0]!, x: at[1]!, y: at[2]!, z: at[3]! };
}
