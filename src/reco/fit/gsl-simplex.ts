/**
 * The downhill simplex with the rules of GSL's first version (`nmsimplex`), as IceCube's millipede uses it, evaluation by
 * evaluation (specs/reco-millipede.md 8.1). Coordinates are in units of the steps.
 */
import type { Minimum, Objective } from './nelder-mead.js';

/** Settings of the simplex. */
export interface GslSimplexOptions {
  /** Step of the start simplex along every coordinate. */
  readonly steps: ArrayLike<number>;
  /** Ends when the mean distance of the corners from their centre is below this, in steps. Default 0.1. */
  readonly size?: number;
  readonly maxIterations?: number;
}

/** Minimises from `start`. A function value that is not finite counts as worse than any other. */
export function gslSimplex(f: Objective, start: ArrayLike<number>, options: GslSimplexOptions): Minimum {
  const n = start.length;
  const { steps, size: wanted = 0.1, maxIterations = 20_000 } = options;
  const scratch = new Float64Array(n);
  let calls = 0;
  const evaluate = (u: Float64Array): number => {
    calls++;
    for (let k = 0; k < n; k++) scratch[k] = u[k]! * steps[k]!;
    return f(scratch);
  };
  const corners = Array.from({ length: n + 1 }, (_, i) => {
    const u = Float64Array.from({ length: n }, (_, k) => start[k]! / steps[k]!);
    if (i > 0) u[i - 1]! += 1;
    return u;
  });
  const values = Float64Array.from(corners, evaluate);
  const centre = new Float64Array(n);
  const trial = new Float64Array(n);
  const second = new Float64Array(n);
  /** out = (1 - s) centre + s worst */
  const along = (s: number, worst: Float64Array, out: Float64Array): number => {
    for (let k = 0; k < n; k++) out[k] = (1 - s) * centre[k]! + s * worst[k]!;
    return evaluate(out);
  };
  let iterations = 0;
  let converged = false;
  while (!converged && iterations < maxIterations) {
    iterations++;
    const { best, worst, next } = ranks(values);
    const h = corners[worst]!;
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let i = 0; i <= n; i++) if (i !== worst) sum += corners[i]![k]!;
      centre[k] = sum / n;
    }
    const reflected = along(-1, h, trial);
    if (reflected < values[best]!) {
      const expanded = along(-2, h, second);
      const isFarther = expanded < values[best]!;
      h.set(isFarther ? second : trial);
      values[worst] = isFarther ? expanded : reflected;
    } else if (!Number.isFinite(reflected) || reflected > values[next]!) {
      if (Number.isFinite(reflected) && reflected <= values[worst]!) {
        h.set(trial);
        values[worst] = reflected;
      }
      const contracted = along(0.5, h, second);
      if (Number.isFinite(contracted) && contracted <= values[worst]!) {
        h.set(second);
        values[worst] = contracted;
      } else {
        for (let i = 0; i <= n; i++) {
          if (i === best) continue;
          const corner = corners[i]!;
          for (let k = 0; k < n; k++) corner[k] = 0.5 * (corner[k]! + corners[best]![k]!);
          values[i] = evaluate(corner);
        }
      }
    } else {
      h.set(trial);
      values[worst] = reflected;
    }
    converged = meanDistance(corners) < wanted;
  }
  const { best } = ranks(values);
  return {
    x: corners[best]!.map((u, k) => u * steps[k]!),
    f: values[best]!,
    calls,
    iterations,
    converged,
  };
}

/** Indices of the lowest, the highest and the second highest value. */
function ranks(values: Float64Array): { best: number; worst: number; next: number } {
  let best = 0;
  let worst = 0;
  let next = 1;
  let low = values[0]!;
  let high = low;
  let second = values[1]!;
  if (second > high) {
    high = second;
    worst = 1;
    second = low;
    next = 0;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) {
      low = value;
      best = i;
    }
    if (i === 0) continue;
    if (value > high) {
      second = high;
      next = worst;
      high = value;
      worst = i;
    } else if (value > second && i !== worst) {
      second = value;
      next = i;
    }
  }
  return { best, worst, next };
}

function meanDistance(corners: readonly Float64Array[]): number {
  const n = corners[0]!.length;
  let total = 0;
  const centre = new Float64Array(n);
  for (const corner of corners) for (let k = 0; k < n; k++) centre[k]! += corner[k]! / corners.length;
  for (const corner of corners) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += (corner[k]! - centre[k]!) * (corner[k]! - centre[k]!);
    total += Math.sqrt(sum);
  }
  return total / corners.length;
}
