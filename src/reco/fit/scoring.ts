/**
 * Fisher scoring: minimises -log L where its curvature is known well enough from first derivatives, with Levenberg's and
 * Marquardt's damping (J. Nocedal and S. Wright, "Numerical Optimization", chapter 10). A handful of steps where
 * quasi-Newton methods have to learn the curvature first.
 */
import type { Minimum } from './nelder-mead.js';

/** A function with its first derivatives and a curvature that is at least semi-definite. */
export interface ScoringFunction {
  /** The argument is reused between calls. */
  value(x: Float64Array): number;
  /** Gradient (n) and curvature (n x n) at the place of the last value. */
  derive(gradient: Float64Array, curvature: Float64Array): void;
}

/** Settings of the minimisation. */
export interface ScoringOptions {
  /** Lengths by which coordinates are measured: a step is at most one of them long. */
  readonly scales: ArrayLike<number>;
  /** Ends where the minimum promises to be lower by less than this. Default 0.01. */
  readonly tolerance?: number;
  /** Limit of evaluations. Default 60. */
  readonly maxCalls?: number;
  /** Asked after every step that went down; true ends the fit there. */
  readonly isEnough?: (x: Float64Array, f: number, promise: number) => boolean;
}

/** So many evaluations in a row without a gain end a fit. */
const MOST_IDLE = 4;

/** Minimises from `start`. */
export function scoring(f: ScoringFunction, start: ArrayLike<number>, options: ScoringOptions): Minimum {
  const n = start.length;
  const { scales, tolerance = 0.01, maxCalls = 60, isEnough } = options;
  let x = Float64Array.from(start);
  let next = new Float64Array(n);
  const gradient = new Float64Array(n);
  const curvature = new Float64Array(n * n);
  const step = new Float64Array(n);
  const matrix = new Float64Array(n * n);
  let value = f.value(x);
  let calls = 1;
  let iterations = 0;
  let damping = 0.03;
  let converged = false;
  // Evaluations in a row that brought nothing: where a function has kinks, promises are never small.
  let idle = 0;
  if (Number.isFinite(value)) f.derive(gradient, curvature);
  else return { x, f: value, calls, iterations, converged };
  while (calls < maxCalls) {
    for (let k = 0; k < n * n; k++) matrix[k] = curvature[k]!;
    for (let k = 0; k < n; k++) {
      matrix[k * n + k]! += damping * (curvature[k * n + k]! + 1 / (scales[k]! * scales[k]!));
      step[k] = -gradient[k]!;
    }
    solveSymmetric(matrix, step, n);
    let length = 0;
    for (let k = 0; k < n; k++) length += (step[k]! / scales[k]!) * (step[k]! / scales[k]!);
    length = Math.sqrt(length);
    if (length > 1) for (let k = 0; k < n; k++) step[k]! /= length;
    const promise = promised(gradient, curvature, step);
    if (!(promise > tolerance)) {
      converged = true;
      break;
    }
    for (let k = 0; k < n; k++) next[k] = x[k]! + step[k]!;
    const nextValue = f.value(next);
    calls++;
    const share = (value - nextValue) / promise;
    if (value - nextValue < tolerance) idle++;
    if (!(share > 0)) {
      if (idle >= MOST_IDLE) {
        converged = true;
        break;
      }
      // The curvature is not all there is: be more careful, all the more where it was much worse.
      damping = Math.max(0.3, damping * (share > -1 ? 6 : 30));
      continue;
    }
    iterations++;
    if (value - nextValue >= tolerance) idle = 0;
    const swapped = x;
    x = next;
    next = swapped;
    value = nextValue;
    if (share > 0.75) damping /= 5;
    else if (share < 0.25) damping *= 3;
    if (damping < 1e-6) damping = 1e-6;
    if (idle >= MOST_IDLE || isEnough?.(x, value, promise) === true) {
      converged = true;
      break;
    }
    f.derive(gradient, curvature);
  }
  return { x, f: value, calls, iterations, converged };
}

/** Decrease that slope and curvature promise for a step. */
function promised(gradient: Float64Array, curvature: Float64Array, step: Float64Array): number {
  const n = step.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) row += curvature[i * n + j]! * step[j]!;
    sum -= step[i]! * (gradient[i]! + 0.5 * row);
  }
  return sum;
}

/** Solves A x = b for a symmetric positive definite A, which is overwritten; x replaces b. */
function solveSymmetric(a: Float64Array, b: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = i === j ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / a[j * n + j]!;
    }
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= a[i * n + k]! * b[k]!;
    b[i] = sum / a[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= a[k * n + i]! * b[k]!;
    b[i] = sum / a[i * n + i]!;
  }
}
