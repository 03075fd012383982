/**
 * Fits of one pixel from many starts. All starts of a pixel share the direction and hence the minima, so what one fit
 * found spares the next ones work: a fit ends early where it runs into a minimum that is known, and where even several
 * times the descent that the curvature promises would not bring it below the best one.
 */
import type { Minimum } from './fit/nelder-mead.js';
import { quasiNewton } from './fit/quasi-newton.js';
import { type Fitted, isUsable, resultOf } from './results.js';
import type { TrackObjective } from './track-frame.js';
import type { RecoResult, RecoTask, Seed } from './types.js';

/** Lengths of the parameters: m, m, ns. No step of the fit is longer. */
const SCALES = [40, 40, 120] as const;
/** Two places are the same minimum within this many scales. */
const SAME = 0.15;
/**
 * A fit is hopeless when, after some steps, this many times the descent that slope and curvature promise leaves it this
 * much above the best minimum. Measured on three alerts: a third of the evaluations saved at nside 8, 15 % at nside 512,
 * where 2 pixels in 514 stay more than 1 above what their neighbours' vertices lead to (without the rule: 1).
 */
const PROMISES = 10;
const MARGIN = 3;
const PATIENCE = 12;

/** Fits all variations of a task whose direction the objective has. `isFittable`: whether there are enough hits. */
export function fitVariations(objective: TrackObjective, task: RecoTask, isFittable: boolean): RecoResult[] {
  const starts = new Starts(objective);
  return task.variations.map((variation) =>
    resultOf(task, variation, isFittable ? starts.best(variation.seeds) : null),
  );
}

/** The starts of one pixel; the objective has its direction already. */
class Starts {
  private readonly objective: TrackObjective;
  private readonly minima: Minimum[] = [];
  private lowest = Number.POSITIVE_INFINITY;

  constructor(objective: TrackObjective) {
    this.objective = objective;
  }

  /** The better of the fits from the given seeds; null where none succeeded. */
  best(seeds: readonly Seed[]): Fitted | null {
    let best: Minimum | null = null;
    for (const { x, y, z, timeNs } of seeds.filter(isUsable)) {
      const minimum = this.fit(this.objective.toParameters(x, y, z, timeNs));
      if (minimum !== null && (best === null || minimum.f < best.f)) best = minimum;
    }
    return best === null ? null : { llh: best.f, ...this.objective.toVertex(best.x) };
  }

  private fit(start: Float64Array): Minimum | null {
    let known: Minimum | null = null;
    let steps = 0;
    const minimum = quasiNewton((x, gradient) => this.objective.evaluate(x, gradient), start, {
      scales: SCALES,
      isEnough: (x, f, promise) => {
        known = this.knownNear(x);
        steps++;
        return known !== null || (steps >= PATIENCE && f - PROMISES * promise > this.lowest + MARGIN);
      },
    });
    if (!minimum.converged || !Number.isFinite(minimum.f)) return null;
    if (known !== null && (known as Minimum).f <= minimum.f) return known;
    this.minima.push(minimum);
    this.lowest = Math.min(this.lowest, minimum.f);
    return minimum;
  }

  private knownNear(x: Float64Array): Minimum | null {
    for (const minimum of this.minima) {
      let isNear = true;
      for (let k = 0; k < x.length; k++) {
        if (!(Math.abs(x[k]! - minimum.x[k]!) < SAME * SCALES[k]!)) isNear = false;
      }
      if (isNear) return minimum;
    }
    return null;
  }
}
