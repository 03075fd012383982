/**
 * The downhill simplex of Nelder and Mead, with the rules and the order of evaluations of SciPy's, so that upstream's
 * fits can be followed call by call (specs/reco-splinempe.md 6.2), and with a start simplex of one's own.
 */

/** A function to minimise. The argument is reused between calls: copy it to keep it. */
export type Objective = (x: Float64Array) => number;

/** Settings of the simplex. */
export interface NelderMeadOptions {
  /** Ends when all corners are within these of the best one, in every coordinate and in value. Default 0.1. */
  readonly xTolerance?: number;
  readonly fTolerance?: number;
  /** Limits, checked between iterations. Default 200 for each coordinate. */
  readonly maxCalls?: number;
  readonly maxIterations?: number;
  /** Asked once an iteration with the best corner; true ends the fit as converged. */
  readonly isEnough?: (x: Float64Array, f: number, calls: number) => boolean;
}

/** Outcome of a minimisation. */
export interface Minimum {
  readonly x: Float64Array;
  readonly f: number;
  readonly calls: number;
  readonly iterations: number;
  /** False where a limit ended the fit. */
  readonly converged: boolean;
}

/** SciPy's start simplex: each coordinate in turn 5 % larger, or 0.00025 where it is 0. */
export function scipySimplex(start: ArrayLike<number>): Float64Array[] {
  const first = Float64Array.from(start);
  const corners = [first];
  for (let k = 0; k < first.length; k++) {
    const corner = first.slice();
    corner[k] = corner[k] === 0 ? 0.00025 : corner[k]! * 1.05;
    corners.push(corner);
  }
  return corners;
}

/** A start simplex with a step of its own along every coordinate. */
export function stepSimplex(start: ArrayLike<number>, steps: ArrayLike<number>): Float64Array[] {
  const first = Float64Array.from(start);
  const corners = [first];
  for (let k = 0; k < first.length; k++) {
    const corner = first.slice();
    corner[k]! += steps[k]!;
    corners.push(corner);
  }
  return corners;
}

/** Minimises from a start simplex of n + 1 corners, which is left as it was. */
export function nelderMead(f: Objective, simplex: readonly Float64Array[], options: NelderMeadOptions = {}): Minimum {
  const n = simplex.length - 1;
  const { xTolerance = 0.1, fTolerance = 0.1, maxCalls = 200 * n, maxIterations = 200 * n } = options;
  let calls = 0;
  const evaluate = (x: Float64Array): number => {
    calls++;
    return f(x);
  };
  const corners = simplex.map((corner) => ({ x: corner.slice(), f: evaluate(corner) }));
  sortByValue(corners);
  const centre = new Float64Array(n);
  let trial = new Float64Array(n);
  let second = new Float64Array(n);
  /** out = (1 + s) centre - s worst */
  const along = (s: number, out: Float64Array): number => {
    const worst = corners[n]!.x;
    for (let k = 0; k < n; k++) out[k] = (1 + s) * centre[k]! - s * worst[k]!;
    return evaluate(out);
  };
  let iterations = 1;
  while (calls < maxCalls && iterations < maxIterations) {
    if (isSmall(corners, xTolerance, fTolerance)) break;
    if (options.isEnough?.(corners[0]!.x, corners[0]!.f, calls) === true) break;
    centre.fill(0);
    for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) centre[k]! += corners[i]!.x[k]!;
    for (let k = 0; k < n; k++) centre[k]! /= n;
    const worst = corners[n]!;
    const reflected = along(1, trial);
    let accepted = Number.NaN;
    let shrink = false;
    if (reflected < corners[0]!.f) {
      const expanded = along(2, second);
      if (expanded < reflected) {
        [trial, second] = [second, trial];
        accepted = expanded;
      } else accepted = reflected;
    } else if (reflected < corners[n - 1]!.f) accepted = reflected;
    else {
      const isOutside = reflected < worst.f;
      const contracted = along(isOutside ? 0.5 : -0.5, second);
      if (isOutside ? contracted <= reflected : contracted < worst.f) {
        [trial, second] = [second, trial];
        accepted = contracted;
      } else shrink = true;
    }
    if (shrink) {
      const best = corners[0]!.x;
      for (let i = 1; i <= n; i++) {
        const corner = corners[i]!;
        for (let k = 0; k < n; k++) corner.x[k] = best[k]! + 0.5 * (corner.x[k]! - best[k]!);
        corner.f = evaluate(corner.x);
      }
    } else {
      worst.x.set(trial);
      worst.f = accepted;
    }
    iterations++;
    sortByValue(corners);
  }
  return {
    x: corners[0]!.x,
    f: corners[0]!.f,
    calls,
    iterations,
    converged: calls < maxCalls && iterations < maxIterations,
  };
}

interface Corner {
  readonly x: Float64Array;
  f: number;
}

/** Stable; NaN counts as worst. */
function sortByValue(corners: Corner[]): void {
  corners.sort((a, b) => (a.f < b.f ? -1 : b.f < a.f ? 1 : Number(Number.isNaN(a.f)) - Number(Number.isNaN(b.f))));
}

function isSmall(corners: readonly Corner[], xTolerance: number, fTolerance: number): boolean {
  const best = corners[0]!;
  for (const corner of corners) {
    if (!(Math.abs(corner.f - best.f) <= fTolerance)) return false;
    for (let k = 0; k < best.x.length; k++) if (!(Math.abs(corner.x[k]! - best.x[k]!) <= xTolerance)) return false;
  }
  return true;
}
