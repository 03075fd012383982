/**
 * Convolution of one axis of a spline table with the unit-area B-spline on a few knots, exactly: the result is a spline
 * again (specs/photospline.md section 3; K. Stroem, J. Comput. Appl. Math. 55 (1994) 1).
 *
 * With q + 1 kernel knots y the convolution of f is (-1)^q q! times the divided difference over the y of F(x - y), F being
 * f integrated q times. Each new coefficient is the blossom of the resulting polynomial on one span of its support, taken
 * at the knots inside of that support: the widest span, where that is best conditioned. The reference multiplies out a
 * divided difference instead, which is the same function.
 */
import type { SplineAxis } from './axis.js';
import { stridesOf } from './contraction.js';
import { basisPolynomials } from './polynomials.js';
import type { SplineTable } from './table.js';

/** Knots closer than this are one. */
const SAME_KNOT = 2.2e-16;

/** Knots of the triangle that "timing sigma" stands for; its standard deviation is 0.816 sigma. */
export function triangleKnots(sigma: number): [number, number, number] {
  return [-2 * sigma, 0, 2 * sigma];
}

/** An axis after the convolution with a kernel on ascending knots. */
export function convolvedAxis(axis: SplineAxis, kernel: readonly number[]): SplineAxis {
  const order = axis.order + kernel.length - 1;
  const knots = sumsOfKnots(axis.knots, kernel);
  return {
    order,
    knots,
    size: knots.length - order - 1,
    // Where the function falls to 0 the new one begins with its first knot; above, a CDF would no longer rise.
    low: axis.low < axis.knots[axis.order]! ? knots[0]! : knots[order]!,
    high: axis.high + kernel[0]!,
  };
}

/** A table with axis k convolved. The knots of the kernel must ascend. */
export function convolve(table: SplineTable, k: number, kernel: readonly number[]): SplineTable {
  const old = table.axes[k]!;
  const axis = convolvedAxis(old, kernel);
  const weights = transformation(old, axis, kernel);
  const stride = stridesOf(table)[k]!;
  const block = stride * old.size;
  const blocks = table.coefficients.length / block;
  const coefficients = new Float64Array(blocks * stride * axis.size);
  for (let b = 0; b < blocks; b++) {
    for (let i = 0; i < axis.size; i++) {
      const to = (b * axis.size + i) * stride;
      for (let j = 0; j < old.size; j++) {
        const weight = weights[i * old.size + j]!;
        if (weight === 0) continue;
        const from = b * block + j * stride;
        for (let s = 0; s < stride; s++) coefficients[to + s]! += weight * table.coefficients[from + s]!;
      }
    }
  }
  return { ...table, axes: table.axes.map((other, n) => (n === k ? axis : other)), coefficients };
}

/** All sums of a knot and a kernel knot; one that several pairs give counts as often as one kernel knot gives it. */
function sumsOfKnots(knots: Float64Array, kernel: readonly number[]): Float64Array {
  const sums = kernel.flatMap((y, b) => Array.from(knots, (t) => ({ value: t + y, b })));
  sums.sort((p, q) => p.value - q.value);
  const out: number[] = [];
  for (let i = 0; i < sums.length; ) {
    const value = sums[i]!.value;
    const counts = kernel.map(() => 0);
    let previous = value;
    for (; i < sums.length && sums[i]!.value - previous < SAME_KNOT; i++) {
      previous = sums[i]!.value;
      counts[sums[i]!.b]!++;
    }
    for (let n = Math.max(...counts); n > 0; n--) out.push(value);
  }
  return Float64Array.from(out);
}

/** The map from old to new coefficients, [new][old]. */
function transformation(old: SplineAxis, axis: SplineAxis, kernel: readonly number[]): Float64Array {
  const q = kernel.length - 1;
  const factors = differenceFactors(kernel);
  const integrals = Array.from({ length: old.size }, (_, j) => integratedFunction(old, j, q));
  const out = new Float64Array(axis.size * old.size);
  for (let i = 0; i < axis.size; i++) {
    const span = widestSpan(axis, i);
    const low = axis.knots[span]!;
    const high = axis.knots[span + 1]!;
    const middle = 0.5 * (low + high);
    const blossom = blossomFactors(axis, i, middle);
    for (let j = 0; j < old.size; j++) {
      if (old.knots[j]! + kernel[0]! >= high || old.knots[j + old.order + 1]! + kernel[q]! <= low) continue;
      let sum = 0;
      for (const [b, y] of kernel.entries()) {
        const expansion = expansionAt(integrals[j]!, middle - y, axis.order);
        for (let p = 0; p <= axis.order; p++) sum += factors[b]! * expansion[p]! * blossom[p]!;
      }
      out[i * old.size + j] = sum;
    }
  }
  return out;
}

/** (-1)^q q! times the weights of a divided difference. */
function differenceFactors(kernel: readonly number[]): number[] {
  const q = kernel.length - 1;
  return kernel.map((y, b) => {
    let factor = 1;
    for (let n = 1; n <= q; n++) factor *= -n;
    for (const [c, other] of kernel.entries()) if (c !== b) factor /= y - other;
    return factor;
  });
}

/** A polynomial in powers of x - `from`, which holds from there on to the next one. */
interface Piece {
  readonly from: number;
  readonly powers: readonly number[];
}

/** Basis function j integrated q times from the left. The last piece goes on for ever. */
function integratedFunction(axis: SplineAxis, j: number, q: number): Piece[] {
  const { order, knots } = axis;
  const width = order + 1;
  const polynomials = basisPolynomials(axis);
  let pieces: Piece[] = [];
  for (let m = j; m <= j + order; m++) {
    const at = (m * width + (j - m + order)) * width;
    pieces.push({ from: knots[m]!, powers: [...polynomials.subarray(at, at + width)] });
  }
  pieces.push({ from: knots[j + order + 1]!, powers: [0] });
  for (let n = 0; n < q; n++) {
    let reached = 0;
    pieces = pieces.map(({ from, powers }, m) => {
      const integral = [reached, ...powers.map((c, p) => c / (p + 1))];
      const next = pieces[m + 1];
      if (next !== undefined) reached = polynomial(integral, next.from - from);
      return { from, powers: integral };
    });
  }
  return pieces;
}

/** Taylor coefficients at z up to a degree; zeros below the first piece. */
function expansionAt(pieces: readonly Piece[], z: number, degree: number): Float64Array {
  const out = new Float64Array(degree + 1);
  const piece = pieces.findLast(({ from }) => from <= z);
  if (piece === undefined) return out;
  out.set(piece.powers);
  // repeated synthetic division
  const u = z - piece.from;
  for (let p = 0; p < degree; p++) {
    for (let k = degree - 1; k >= p; k--) out[k]! += u * out[k + 1]!;
  }
  return out;
}

function polynomial(powers: readonly number[], u: number): number {
  return powers.reduceRight((sum, c) => sum * u + c, 0);
}

/** Of the spans in the support of function i. */
function widestSpan({ order, knots }: SplineAxis, i: number): number {
  let widest = i;
  for (let m = i; m <= i + order; m++) {
    if (knots[m + 1]! - knots[m]! > knots[widest + 1]! - knots[widest]!) widest = m;
  }
  return widest;
}

/** Weights of the powers of x - `origin` in coefficient i: elementary symmetric means of the knots inside its support. */
function blossomFactors({ order, knots }: SplineAxis, i: number, origin: number): Float64Array {
  const symmetric = new Float64Array(order + 1);
  symmetric[0] = 1;
  for (let r = 1; r <= order; r++) {
    const v = knots[i + r]! - origin;
    for (let p = r; p > 0; p--) symmetric[p]! += v * symmetric[p - 1]!;
  }
  let binomial = 1;
  for (let p = 1; p <= order; p++) {
    binomial = (binomial * (order - p + 1)) / p;
    symmetric[p]! /= binomial;
  }
  return symmetric;
}
