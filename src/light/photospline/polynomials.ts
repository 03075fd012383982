/** The basis functions of an axis as the polynomials that they are between knots. */
import { paddedKnots, type SplineAxis } from './axis.js';

/**
 * Coefficients of the basis functions in powers of the distance from the lower knot of a span:
 * [span][function][power], where function s of span m is number m - order + s of the axis (those below 0 or beyond the
 * last do not exist). Zero for spans without length.
 */
export function basisPolynomials({ order, knots }: SplineAxis): Float64Array {
  const width = order + 1;
  const padded = paddedKnots(knots, order);
  const spans = knots.length - 1;
  const out = new Float64Array(spans * width * width);
  for (let m = 0; m < spans; m++) {
    const at = m + order;
    const origin = padded[at]!;
    if (!(padded[at + 1]! > origin)) continue;
    // The recurrence of the basis functions with polynomials in place of numbers.
    const own = out.subarray(m * width * width, (m + 1) * width * width);
    own[0] = 1;
    for (let j = 0; j < order; j++) {
      const carry = new Float64Array(width);
      for (let i = 0; i <= j; i++) {
        const upper = padded[at + i + 1]!;
        const lower = padded[at - j + i]!;
        const quotient = own.slice(i * width, (i + 1) * width).map((c) => c / (upper - lower));
        for (let k = 0; k < width; k++) {
          const before = k > 0 ? quotient[k - 1]! : 0;
          own[i * width + k] = carry[k]! + (upper - origin) * quotient[k]! - before;
          carry[k] = (origin - lower) * quotient[k]! + before;
        }
      }
      own.set(carry, (j + 1) * width);
    }
  }
  return out;
}
