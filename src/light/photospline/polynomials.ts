/** The basis functions of an axis as the polynomials that they are between knots. */
import { paddedKnots, type SplineAxis } from './axis.js';

/**
 * Coefficients of the basis functions in powers of the distance from the lower knot of a span:
 * [span][function][power], where function s of span m is number m - order + s of the axis (those below 0 or beyond the
 * last do not exist). Zero for spans without length.
 */
export function basisPolynomials({ order, knots }: SplineAxis): Float64Array {
  const spans = knots.length - 1;
  const each = (order + 1) * (order + 1);
  const padded = paddedKnots(knots, order);
  const out = new Float64Array(spans * each);
  for (let m = 0; m < spans; m++) fillSpan(padded, m + order, order, out.subarray(m * each, (m + 1) * each));
  return out;
}

/**
 * Values of the basis functions of an order at every knot, [knot][function]: number m - order and up of the functions
 * that the axis would have if it went on for ever.
 */
export function valuesAtKnots(knots: Float64Array, order: number): Float64Array {
  const padded = paddedKnots(knots, order);
  const width = order + 1;
  const own = new Float64Array(width * width);
  const out = new Float64Array(knots.length * order);
  for (let m = 0; m < knots.length; m++) {
    own.fill(0);
    fillSpan(padded, m + order, order, own);
    for (let s = 0; s < order; s++) out[m * order + s] = own[s * width]!;
  }
  return out;
}

/** The recurrence of the basis functions (axis.ts) with polynomials in place of numbers; `out` is all zeros. */
function fillSpan(padded: Float64Array, at: number, order: number, out: Float64Array): void {
  const width = order + 1;
  const origin = padded[at]!;
  if (!(padded[at + 1]! > origin)) return;
  out[0] = 1;
  for (let j = 0; j < order; j++) {
    const carry = new Float64Array(width);
    for (let i = 0; i <= j; i++) {
      const upper = padded[at + i + 1]!;
      const lower = padded[at - j + i]!;
      const quotient = out.slice(i * width, (i + 1) * width).map((c) => c / (upper - lower));
      for (let k = 0; k < width; k++) {
        const before = k > 0 ? quotient[k - 1]! : 0;
        out[i * width + k] = carry[k]! + (upper - origin) * quotient[k]! - before;
        carry[k] = (origin - lower) * quotient[k]! + before;
      }
    }
    out.set(carry, (j + 1) * width);
  }
}
