/**
 * The fit of the reference (specs/reco-splinempe.md section 6): from every seed SciPy's simplex moves the vertex, while time
 * and direction stay. Its first steps are 5 % of each coordinate, counted from the middle of the detector; so where a fit
 * ends depends much on the seed, and in directions where no track fits on the last digits of the likelihood, too.
 */
import { nelderMead, scipySimplex } from '../fit/nelder-mead.js';
import { type Fitted, isUsable, resultOf } from '../results.js';
import type { RecoResult, RecoTask } from '../types.js';

/** -ln L of a muon that passes (x, y, z) metres at a time, ns. */
export type VertexLikelihood = (x: number, y: number, z: number, timeNs: number) => number;

/** Fits all variations of a task. `isFittable`: whether there are enough hits for a fit. */
export function fitVariationsAsReference(
  evaluate: VertexLikelihood,
  task: RecoTask,
  isFittable: boolean,
): RecoResult[] {
  return task.variations.map((variation) => {
    let best: Fitted | null = null;
    for (const { x, y, z, timeNs } of isFittable ? variation.seeds.filter(isUsable) : []) {
      const minimum = nelderMead((v) => evaluate(v[0]!, v[1]!, v[2]!, timeNs), scipySimplex([x, y, z]));
      if (!minimum.converged || !Number.isFinite(minimum.f)) continue;
      if (best !== null && !(minimum.f < (best as Fitted).llh)) continue;
      best = { llh: minimum.f, x: minimum.x[0]!, y: minimum.x[1]!, z: minimum.x[2]!, timeNs };
    }
    return resultOf(task, variation, best);
  });
}
