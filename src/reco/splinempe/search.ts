/**
 * The search for the best track of a fixed direction by gradients. The likelihood has many minima and, where its tables'
 * cells meet, kinks; so the starts of a pixel are first gathered on smoother ones, which lead nearly all of them to the
 * same few places, and only these are fitted:
 *
 *     starts -> light in closed form (pandel-mpe)      -> light smeared by 30 ns -> likelihood -> simplex around the best
 *            -> light smeared by 100 ns (first nside)  ->
 *
 * The closed form costs a tenth of the tables and leads aright wherever a muon is; in wrong directions, where no place is
 * right, the smeared tables find lower minima. Those are looked at where a variation has a single start, as in the first
 * nside: finer pixels have a second one that a coarser fit has led to. The first start, which may be the fit of a pixel
 * nearby, is fitted as it is, too. The last simplex walks over the kinks.
 *
 * Where no place is right there are dozens of minima, and which of them a fit ends in is chance. So that the first nside
 * is hardly ever worse than the reference's scan would be, its own simplexes (reference-fit.ts) are followed there as well, as
 * long as they may lead below what has been found. What helps most there comes at the end of a scan: restarts from the
 * neighbours' fits (scan/restarts.ts).
 * Measured against simplex fits of every start: tests/reco/splinempe and bench/RESULTS.md.
 */
import { CYLINDER_VARIATIONS } from '../../prepare/index.js';
import { type Minimum, nelderMead, scipySimplex, stepSimplex } from '../fit/nelder-mead.js';
import { quasiNewton } from '../fit/quasi-newton.js';
import type { Fitted } from '../results.js';
import type { TrackObjective } from '../track-frame.js';
import type { RecoTask } from '../types.js';
import type { TableLikelihood } from './table-likelihood.js';

/** What the search descends; all in one frame, which has its direction already. */
export interface SearchObjectives {
  readonly closedForm: TrackObjective;
  /** Light smeared by triangles of this half width, ns. */
  readonly smeared100: TrackObjective;
  readonly smeared30: TrackObjective;
  readonly likelihood: TableLikelihood;
}

/** Lengths of the parameters: m, m, ns. No step of a fit is longer. */
const SCALES = [40, 40, 120] as const;
/** The smoothest likelihood allows longer steps. */
const LONG_SCALES = [80, 80, 240] as const;
/** Fits that come this close to a minimum, in scales, are in its basin: less smooth, closer. */
const BASIN = { smeared100: 0.5, closedForm: 0.3, smeared30: 0.3 } as const;
/** As many places are fitted, where the smeared likelihood is not worse by more than this. */
const MOST_PLACES = 3;
const MARGIN_LLH = 30;
/** Starts of the last simplex and of its repetition, which frees it where it collapsed; and where they end. */
const STEPS = [
  [12, 12, 36],
  [3, 3, 9],
] as const;
const END = { xTolerance: 0.3, fTolerance: 0.05 } as const;
/**
 * A simplex of the reference is given up after this many calls if it is above the best minimum by more than HOPELESS /
 * calls^2. In 256 pixels of four alerts that spares 6 of 10 calls and misses the reference's best in 4.
 */
const PATIENCE = 40;
const HOPELESS = 1e5;

/** The best track that the starts of a task lead to; null where no fit succeeds. */
export function searchTrack(objectives: SearchObjectives, task: RecoTask): Fitted | null {
  const { likelihood } = objectives;
  const starts: Float64Array[] = [];
  for (const { seeds } of task.variations) {
    for (const { x, y, z, timeNs } of seeds) {
      if ([x, y, z, timeNs].every(Number.isFinite)) starts.push(likelihood.toParameters(x, y, z, timeNs));
    }
  }
  // A restart is there to follow one neighbour's fit; otherwise the neighbourhood has been searched.
  const isRestart = task.variations.every(({ variation }) => variation >= CYLINDER_VARIATIONS.length);
  const places = isRestart ? starts : [...starts.slice(0, 1), ...placesFrom(objectives, task, starts)];
  let best: Minimum | null = null;
  for (const place of places) {
    const minimum = quasiNewton((x, gradient) => likelihood.evaluate(x, gradient), place, { scales: SCALES });
    if (Number.isFinite(minimum.f) && (best === null || minimum.f < best.f)) best = minimum;
  }
  if (best === null) return null;
  if (!isRestart && isFirstNside(task)) best = followReference(likelihood, task, best);
  for (const steps of STEPS) {
    best = nelderMead((x) => likelihood.evaluate(x, null), stepSimplex(best.x, steps), END);
  }
  return { llh: best.f, ...likelihood.toVertex(best.x) };
}

/** Whether no coarser fit has led to the task. */
function isFirstNside({ variations }: RecoTask): boolean {
  return variations.every(({ seeds }) => seeds.length === 1);
}

/** The best of the fits that the reference would make and of one that is known. */
function followReference(likelihood: TableLikelihood, task: RecoTask, known: Minimum): Minimum {
  let best = known;
  for (const { seeds } of task.variations) {
    const { x, y, z, timeNs } = seeds[0]!;
    if (![x, y, z, timeNs].every(Number.isFinite)) continue;
    const corners = scipySimplex([x, y, z]).map(([cx, cy, cz]) => likelihood.toParameters(cx!, cy!, cz!, timeNs));
    const minimum = nelderMead((at) => likelihood.evaluate(at, null), corners, {
      ...END,
      isEnough: (_, f, calls) => calls >= PATIENCE && (f - best.f) * calls * calls > HOPELESS,
    });
    if (minimum.f < best.f) best = minimum;
  }
  return best;
}

/** The few places that starts lead to on smoother likelihoods, best first. */
function placesFrom(
  { closedForm, smeared100, smeared30 }: SearchObjectives,
  task: RecoTask,
  starts: readonly Float64Array[],
): Float64Array[] {
  const gathered = minimaOf(closedForm, starts, BASIN.closedForm, SCALES);
  if (isFirstNside(task)) {
    gathered.push(...minimaOf(smeared100, starts, BASIN.smeared100, LONG_SCALES));
  }
  const lines = gathered.map(({ x }) => x);
  const places = minimaOf(smeared30, lines, BASIN.smeared30, SCALES).sort((a, b) => a.f - b.f);
  return places
    .slice(0, MOST_PLACES)
    .filter(({ f }) => f <= places[0]!.f + MARGIN_LLH)
    .map(({ x }) => x);
}

/** The minima that starts lead to, each once, in the order of finding. */
function minimaOf(
  objective: TrackObjective,
  starts: readonly Float64Array[],
  basin: number,
  scales: readonly number[],
): Minimum[] {
  const minima: Minimum[] = [];
  for (const start of starts) {
    const isKnown = (x: Float64Array): boolean =>
      minima.some((minimum) => minimum.x.every((v, k) => Math.abs(v - x[k]!) < basin * SCALES[k]!));
    let ended = false;
    const minimum = quasiNewton((x, gradient) => objective.evaluate(x, gradient), start, {
      scales,
      tolerance: 0.05,
      isEnough: (x) => {
        ended = isKnown(x);
        return ended;
      },
    });
    if (!ended && Number.isFinite(minimum.f) && !isKnown(minimum.x)) minima.push(minimum);
  }
  return minima;
}
