/**
 * Cubic B-splines on uniform grids (C. de Boor, "A Practical Guide to Splines"; M. Unser, IEEE Sig. Proc. Mag. 16 (1999)
 * 22): coefficients that make the spline pass through given values, along one axis of an array. Between nodes i and i + 1
 * the value is the sum of the coefficients at i - 1 .. i + 2 with the weights below; they are stored with one more at
 * either end, so that these four are the stored ones at i .. i + 3. Twice continuously differentiable; cubics exact.
 *
 * Evaluation is for hot loops: numbers travel in shared arrays, because an argument or a result that is not an integer is
 * put on the heap wherever a function is not inlined. Write `place`, call `locate` for every axis, then a spline.
 */

/** A uniform grid: nodes at `from + i * step`, i < n. */
export interface Axis {
  readonly from: number;
  readonly step: number;
  readonly perStep: number;
  readonly n: number;
}

export function uniformAxis(from: number, step: number, n: number): Axis {
  return { from, step, perStep: 1 / step, n };
}

/** Node `i` of a grid; negative: from the end, -1 the last. */
export function nodeOf(axis: Axis, i: number): number {
  return axis.from + (i < 0 ? axis.n + i : i) * axis.step;
}

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

/** Where to look: a coordinate for each of up to three axes. */
export const place: Float64Array = new Float64Array(3);
/** Value there, then the derivatives by axes 0, 1 and 2. */
export const found: Float64Array = new Float64Array(4);

/** Weights of the four coefficients around a place, and of the derivative; one block of 8 an axis. */
const weights = new Float64Array(24);
/** Index of the first of the four coefficients, an axis each. */
const corner = new Int32Array(3);

/** Finds `place[which]`, which must be inside the axis, among the nodes. */
export function locate(axis: Axis, which: number): void {
  const at = (place[which]! - axis.from) * axis.perStep;
  const i = Math.min(Math.floor(at), axis.n - 2);
  corner[which] = i;
  const t = at - i;
  const s = 1 - t;
  const w = 8 * which;
  weights[w] = s * s * s * (1 / 6);
  weights[w + 1] = (0.5 * t - 1) * t * t + 2 / 3;
  weights[w + 2] = (0.5 * s - 1) * s * s + 2 / 3;
  weights[w + 3] = t * t * t * (1 / 6);
  weights[w + 4] = -0.5 * s * s * axis.perStep;
  weights[w + 5] = (1.5 * t - 2) * t * axis.perStep;
  weights[w + 6] = -(1.5 * s - 2) * s * axis.perStep;
  weights[w + 7] = 0.5 * t * t * axis.perStep;
}

/** Value and derivative of a spline over axis 0 -> found[0..1]. */
export function spline1At(coefficients: Float64Array): void {
  const c = corner[0]!;
  found[0] = 0;
  found[1] = 0;
  for (let i = 0; i < 4; i++) {
    found[0]! += weights[i]! * coefficients[c + i]!;
    found[1]! += weights[4 + i]! * coefficients[c + i]!;
  }
}

/** Value and derivatives of a spline over axes 0 and 2, the latter with `n` nodes -> found[0], found[1], found[3]. */
export function spline2At(coefficients: Float64Array, n: number): void {
  let value = 0;
  let by0 = 0;
  let by2 = 0;
  let c = corner[0]! * (n + 2) + corner[2]!;
  for (let i = 0; i < 4; i++) {
    const c0 = coefficients[c]!;
    const c1 = coefficients[c + 1]!;
    const c2 = coefficients[c + 2]!;
    const c3 = coefficients[c + 3]!;
    const v = weights[16]! * c0 + weights[17]! * c1 + weights[18]! * c2 + weights[19]! * c3;
    const d = weights[20]! * c0 + weights[21]! * c1 + weights[22]! * c2 + weights[23]! * c3;
    value += weights[i]! * v;
    by0 += weights[4 + i]! * v;
    by2 += weights[i]! * d;
    c += n + 2;
  }
  found[0] = value;
  found[1] = by0;
  found[3] = by2;
}

/** Value and derivatives of a spline over all three axes, the last two with `n1` and `n2` nodes -> found[0..3]. */
export function spline3At(coefficients: Float32Array, n1: number, n2: number): void {
  const row = n2 + 2;
  const plane = (n1 + 2) * row;
  let value = 0;
  let by0 = 0;
  let by1 = 0;
  let by2 = 0;
  let start = corner[0]! * plane + corner[1]! * row + corner[2]!;
  for (let i = 0; i < 4; i++) {
    let c = start;
    let v = 0;
    let v1 = 0;
    let v2 = 0;
    for (let j = 0; j < 4; j++) {
      const c0 = coefficients[c]!;
      const c1 = coefficients[c + 1]!;
      const c2 = coefficients[c + 2]!;
      const c3 = coefficients[c + 3]!;
      const s = weights[16]! * c0 + weights[17]! * c1 + weights[18]! * c2 + weights[19]! * c3;
      const d = weights[20]! * c0 + weights[21]! * c1 + weights[22]! * c2 + weights[23]! * c3;
      v += weights[8 + j]! * s;
      v1 += weights[12 + j]! * s;
      v2 += weights[8 + j]! * d;
      c += row;
    }
    value += weights[i]! * v;
    by0 += weights[4 + i]! * v;
    by1 += weights[i]! * v1;
    by2 += weights[i]! * v2;
    start += plane;
  }
  found[0] = value;
  found[1] = by0;
  found[2] = by1;
  found[3] = by2;
}
