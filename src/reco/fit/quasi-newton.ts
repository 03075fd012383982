/**
 * Quasi-Newton minimisation (Broyden, Fletcher, Goldfarb, Shanno) with a backtracking line search, for few parameters
 * and cheap gradients: J. Nocedal and S. Wright, "Numerical Optimization", chapters 3 and 6. No step goes farther than
 * a set length, so that a start on a plateau is not thrown out of the detector.
 */
import type { Minimum } from './nelder-mead.js';

/** A function with its gradient, which it writes into its second argument. Both arguments are reused between calls. */
export type ObjectiveWithGradient = (x: Float64Array, gradient: Float64Array) => number;

/** Settings of the minimisation. */
export interface QuasiNewtonOptions {
  /** Lengths by which coordinates are measured: a step is at most one of them long. */
  readonly scales: ArrayLike<number>;
  /** Ends where the minimum is lower by less than this, as far as slope and curvature tell. Default 0.005. */
  readonly tolerance?: number;
  /** Limit of evaluations. Default 200. */
  readonly maxCalls?: number;
  /**
   * Asked before every step but the first with the place, the value there and how much lower the minimum is as far as
   * slope and curvature tell; true ends the fit there as if converged (for instance, near a minimum known already).
   */
  readonly isEnough?: (x: Float64Array, f: number, promise: number) => boolean;
}

/** Share of the promised decrease that a step must bring. */
const SUFFICIENT = 1e-4;

/** Minimises from `start`. */
export function quasiNewton(f: ObjectiveWithGradient, start: ArrayLike<number>, options: QuasiNewtonOptions): Minimum {
  const n = start.length;
  const { scales, tolerance = 0.005, maxCalls = 200, isEnough } = options;
  // All in units of the scales: y = x / scale.
  const x = new Float64Array(n);
  const rawGradient = new Float64Array(n);
  const evaluate = (y: Float64Array, gradient: Float64Array): number => {
    for (let i = 0; i < n; i++) x[i] = y[i]! * scales[i]!;
    const value = f(x, rawGradient);
    for (let i = 0; i < n; i++) gradient[i] = rawGradient[i]! * scales[i]!;
    return value;
  };
  let y = Float64Array.from({ length: n }, (_, i) => start[i]! / scales[i]!);
  let next = new Float64Array(n);
  let gradient = new Float64Array(n);
  let nextGradient = new Float64Array(n);
  const step = new Float64Array(n);
  const change = new Float64Array(n);
  const inverse = new Float64Array(n * n);
  let value = evaluate(y, gradient);
  let calls = 1;
  let iterations = 0;
  let isFresh = true;
  let converged = false;

  while (calls < maxCalls) {
    if (isFresh) {
      // Unknown curvature: go as far as allowed along the steepest descent.
      inverse.fill(0);
      const length = norm(gradient);
      if (!(length > 0)) {
        converged = length === 0;
        break;
      }
      for (let i = 0; i < n; i++) inverse[i * n + i] = 1 / length;
    }
    multiply(inverse, gradient, step, -1);
    const promise = -0.5 * dot(step, gradient);
    const length = norm(step);
    if (length > 1) for (let i = 0; i < n; i++) step[i]! /= length;
    let slope = dot(step, gradient);
    if (!(slope < 0)) {
      if (isFresh) break;
      isFresh = true;
      continue;
    }
    if (!isFresh) {
      for (let i = 0; i < n; i++) x[i] = y[i]! * scales[i]!;
      converged = promise < tolerance || (isEnough?.(x, value, promise) ?? false);
      if (converged) break;
    }

    let factor = 1;
    let nextValue = Number.NaN;
    let isBetter = false;
    while (calls < maxCalls) {
      for (let i = 0; i < n; i++) next[i] = y[i]! + factor * step[i]!;
      nextValue = evaluate(next, nextGradient);
      calls++;
      isBetter = nextValue <= value + SUFFICIENT * factor * slope;
      if (isBetter || -slope * factor < 0.1 * tolerance) break;
      factor *= shorter(value, nextValue, factor * slope, factor * dot(step, nextGradient));
    }
    if (!isBetter) {
      // The line search ran out: stop, but try once more downhill where the curvature may be to blame.
      if (isFresh) {
        converged = calls < maxCalls;
        break;
      }
      isFresh = true;
      continue;
    }
    iterations++;
    for (let i = 0; i < n; i++) {
      step[i] = next[i]! - y[i]!;
      change[i] = nextGradient[i]! - gradient[i]!;
    }
    [y, next] = [next, y];
    [gradient, nextGradient] = [nextGradient, gradient];
    value = nextValue;
    slope = dot(step, change);
    if (slope > 1e-10) {
      if (isFresh) {
        const scale = slope / dot(change, change);
        inverse.fill(0);
        for (let i = 0; i < n; i++) inverse[i * n + i] = scale;
        isFresh = false;
      }
      update(inverse, step, change, slope, next);
    } else isFresh = true;
  }
  return { x: Float64Array.from(y, (v, i) => v * scales[i]!), f: value, calls, iterations, converged };
}

/** Factor for the next, shorter step: minimum of the cubic through both ends with their slopes, within [0.1, 0.5]. */
function shorter(f0: number, f1: number, slope0: number, slope1: number): number {
  const a = slope0 + slope1 - 2 * (f1 - f0);
  const b = 3 * (f1 - f0) - 2 * slope0 - slope1;
  const root = b * b - 3 * a * slope0;
  const at = root >= 0 && a !== 0 ? (-b + Math.sqrt(root)) / (3 * a) : 0.3;
  return at > 0.1 ? Math.min(at, 0.5) : 0.1;
}

/** The inverse curvature after a step s with change y of the gradient; `scratch` is overwritten. */
function update(inverse: Float64Array, s: Float64Array, y: Float64Array, sy: number, scratch: Float64Array): void {
  const n = s.length;
  multiply(inverse, y, scratch, 1);
  const factor = (1 + dot(y, scratch) / sy) / sy;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      inverse[i * n + j]! += factor * s[i]! * s[j]! - (scratch[i]! * s[j]! + s[i]! * scratch[j]!) / sy;
    }
  }
}

function multiply(matrix: Float64Array, vector: Float64Array, out: Float64Array, sign: number): void {
  const n = vector.length;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * vector[j]!;
    out[i] = sign * sum;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
