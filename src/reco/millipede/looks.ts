/**
 * Which starts of a fit look around before they are descended, and how far: where a pixel is so large that its start may
 * lie in another valley than its best fit.
 */
import { pixelArea } from '../../sky/index.js';
import type { RecoTask } from '../types.js';
import type { MillipedeSettings } from './settings.js';

/** How a start looks around: by a simplex with these steps, as the reference does, or not at all. */
export type Look = readonly number[] | 'as the reference' | null;

/** Steps of starts that do not look as the reference does: across the line (m, m), time (ns). */
export const LOOKS: Readonly<Record<MillipedeSettings['kind'], readonly number[]>> = {
  original: [20, 20, 60],
  wilks: [60, 60, 100],
};
/** `wilks` has one variation, which looks twice at the coarsest pixels. */
const WIDE_LOOKS: readonly (readonly number[])[] = [
  [40, 40, 80],
  [-60, -60, -100],
];
/**
 * Starts look around where the line, turned by the size of a pixel, moves by more than this at the detector's edge, m: there
 * the fit of a coarser pixel may lie in another valley. Valleys of the softened likelihood are wider.
 */
const LOOK_BEYOND_M: Readonly<Record<MillipedeSettings['kind'], number>> = { original: 0, wilks: 5 };
const EDGE_M = 500;

/** Looks around of a start: more than one where it is alone. */
export function looksOf(
  { kind }: MillipedeSettings,
  { nside }: RecoTask,
  variation: number,
  isFromCoarser: boolean,
  isAlone: boolean,
): readonly Look[] {
  if (isFine(kind, nside)) return [null];
  if (isFromCoarser) return [variation === 0 ? LOOKS[kind] : null];
  if (kind === 'original') return ['as the reference'];
  // One variation has to see what several do.
  return isAlone ? WIDE_LOOKS : [LOOKS.wilks];
}

/** Whether pixels are so small that a coarser one's fit lies in the same valley. */
function isFine(kind: MillipedeSettings['kind'], nside: number): boolean {
  return Math.sqrt(pixelArea(nside)) * EDGE_M < LOOK_BEYOND_M[kind];
}
