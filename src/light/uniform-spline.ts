/**
 * Cubic B-splines on uniform grids (C. de Boor, "A Practical Guide to Splines"; M. Unser, IEEE Sig. Proc. Mag. 16 (1999)
 * 22): coefficients that make the spline pass through given values, along one axis of an array. Between nodes i and i + 1
 * the value is the sum of the coefficients at i - 1 .. i + 2 with the weights below; they are stored with one more at
 * either end, so that these four are the stored ones at i .. i + 3. Twice continuously differentiable; cubics exact.
 */

/** Second derivative at the first of five values, in units of the step. */
const CURVE = [35 / 12, -104 / 12, 114 / 12, -56 / 12, 11 / 12] as const;

/**
 * Replaces values by coefficients along one axis. `data` holds lines of `n` values at `start + i * stride`; the result
 * has `n + 2` at `target[targetStart + i * targetStride]`. At the ends the second derivative is that of the quartic
 * through the nearest five values. At least five nodes.
 */
export function splineLine(
  data: Float64Array,
  start: number,
  stride: number,
  n: number,
  target: Float64Array,
  targetStart: number,
  targetStride: number,
): void {
  const value = (i: number): number => data[start + i * stride]!;
  const curve = (i: number, inward: number): number =>
    CURVE.reduce((sum, weight, j) => sum + weight * value(i + j * inward), 0);
  const leftCurve = curve(0, 1);
  const rightCurve = curve(n - 1, -1);
  const c = new Float64Array(n + 2);
  c[1] = value(0) - leftCurve / 6;
  c[n] = value(n - 1) - rightCurve / 6;
  // (c[i-1] + 4 c[i] + c[i+1]) / 6 = value: elimination from the left
  const factor = new Float64Array(n + 2);
  for (let i = 2; i < n; i++) {
    factor[i] = 1 / (4 - factor[i - 1]!);
    c[i] = (6 * value(i - 1) - c[i - 1]!) * factor[i]!;
  }
  for (let i = n - 1; i >= 2; i--) c[i] = c[i]! - factor[i]! * c[i + 1]!;
  c[0] = 2 * c[1]! - c[2]! + leftCurve;
  c[n + 1] = 2 * c[n]! - c[n - 1]! + rightCurve;
  for (let i = 0; i < n + 2; i++) target[targetStart + i * targetStride] = c[i]!;
}

/** Coefficients of a one-dimensional spline. */
export function spline1(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length + 2);
  splineLine(values, 0, 1, values.length, out, 0, 1);
  return out;
}

/** Coefficients of values[nA][nB] (row-major): an array [nA + 2][nB + 2]. */
export function spline2(values: Float64Array, nA: number, nB: number): Float64Array {
  const half = new Float64Array(nA * (nB + 2));
  for (let i = 0; i < nA; i++) splineLine(values, i * nB, 1, nB, half, i * (nB + 2), 1);
  const out = new Float64Array((nA + 2) * (nB + 2));
  for (let j = 0; j < nB + 2; j++) splineLine(half, j, nB + 2, nA, out, j, nB + 2);
  return out;
}

/** Coefficients of values[nA][nB][nC] (row-major): an array [nA + 2][nB + 2][nC + 2]. */
export function spline3(values: Float64Array, nA: number, nB: number, nC: number): Float64Array {
  const plane = (nB + 2) * (nC + 2);
  const half = new Float64Array(nA * plane);
  for (let i = 0; i < nA; i++) half.set(spline2(values.subarray(i * nB * nC, (i + 1) * nB * nC), nB, nC), i * plane);
  const out = new Float64Array((nA + 2) * plane);
  for (let j = 0; j < plane; j++) splineLine(half, j, plane, nA, out, j, plane);
  return out;
}
