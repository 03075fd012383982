/** log, log1p, log2, log10: see index.ts. */
import { highHalf, powerOfTwo, withHigh, withoutLow } from './bits.js';

export const LN2_HIGH = 6.9314718036912381649e-1;
export const LN2_LOW = 1.90821492927058770002e-10;
const TWO_54: number = powerOfTwo(54);

/** log(1 + f) = f - f^2/2 + s (f^2/2 + R), s = f / (2 + f), R a polynomial in s^2 with these coefficients. */
const L1 = 6.66666666666673513e-1;
const L2 = 3.999999999940941908e-1;
const L3 = 2.857142874366239149e-1;
const L4 = 2.222219843214978396e-1;
const L5 = 1.818357216161805012e-1;
const L6 = 1.531383769920937332e-1;
const L7 = 1.479819860511658591e-1;

function evenAndOdd(z: number): number {
  const w = z * z;
  const even = w * (L2 + w * (L4 + w * L6));
  const odd = z * (L1 + w * (L3 + w * (L5 + w * L7)));
  return odd + even;
}

export function log(argument: number): number {
  let x = argument;
  let high = highHalf(x);
  let k = 0;
  if (high < 0x00100000) {
    if (x === 0) return Number.NEGATIVE_INFINITY;
    if (x < 0) return Number.NaN;
    k -= 54;
    x *= TWO_54;
    high = highHalf(x);
  }
  if (high >= 0x7ff00000 || Number.isNaN(x)) return x + x;
  k += (high >> 20) - 1023;
  high &= 0x000fffff;
  const above = (high + 0x95f64) & 0x100000;
  x = withHigh(x, high | (above ^ 0x3ff00000));
  k += above >> 20;
  const f = x - 1;
  if ((0x000fffff & (2 + high)) < 3) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    const r = f * f * (0.5 - 0.33333333333333333 * f);
    return k === 0 ? f - r : k * LN2_HIGH - (r - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const r = evenAndOdd(s * s);
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const half = 0.5 * f * f;
    if (k === 0) return f - (half - s * (half + r));
    return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
  }
  if (k === 0) return f - s * (f - r);
  return k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

export function log1p(x: number): number {
  const high = highHalf(x);
  const size = high & 0x7fffffff;
  let k = 1;
  let f = 0;
  let c = 0;
  let rest = 1;
  if (high < 0x3fda827a) {
    if (size >= 0x3ff00000) return x === -1 ? Number.NEGATIVE_INFINITY : Number.NaN;
    if (size < 0x3e200000) return size < 0x3c900000 ? x : x - x * x * 0.5;
    if (high > 0 || high <= (0xbfd2bec4 | 0)) {
      k = 0;
      f = x;
    }
  }
  if (high >= 0x7ff00000) return x + x;
  if (k !== 0) {
    let u: number;
    if (high < 0x43400000) {
      u = 1 + x;
      rest = highHalf(u);
      k = (rest >> 20) - 1023;
      c = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
    } else {
      u = x;
      rest = highHalf(u);
      k = (rest >> 20) - 1023;
    }
    rest &= 0x000fffff;
    if (rest < 0x6a09e) u = withHigh(u, rest | 0x3ff00000);
    else {
      k += 1;
      u = withHigh(u, rest | 0x3fe00000);
      rest = (0x00100000 - rest) >> 2;
    }
    f = u - 1;
  }
  const half = 0.5 * f * f;
  if (rest === 0) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + (c + k * LN2_LOW);
    const r = half * (1 - 0.66666666666666666 * f);
    return k === 0 ? f - r : k * LN2_HIGH - (r - (k * LN2_LOW + c) - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const r = z * (L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * (L6 + z * L7))))));
  if (k === 0) return f - (half - s * (half + r));
  return k * LN2_HIGH - (half - (s * (half + r) + (k * LN2_LOW + c)) - f);
}

const INV_LN2_HIGH = 1.44269504072144627571;
const INV_LN2_LOW = 1.67517131648865118353e-10;

export function log2(argument: number): number {
  let x = argument;
  let high = highHalf(x);
  let k = 0;
  if (high < 0x00100000) {
    if (x === 0) return Number.NEGATIVE_INFINITY;
    if (x < 0) return Number.NaN;
    k -= 54;
    x *= TWO_54;
    high = highHalf(x);
  }
  if (high >= 0x7ff00000 || Number.isNaN(x)) return x + x;
  if (x === 1) return 0;
  k += (high >> 20) - 1023;
  high &= 0x000fffff;
  const above = (high + 0x95f64) & 0x100000;
  x = withHigh(x, high | (above ^ 0x3ff00000));
  k += above >> 20;
  const f = x - 1;
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const r = s * (half + evenAndOdd(s * s));
  const hi = withoutLow(f - half);
  const lo = f - hi - half + r;
  const valueHigh = hi * INV_LN2_HIGH;
  const valueLow = (lo + hi) * INV_LN2_LOW + lo * INV_LN2_HIGH;
  const w = k + valueHigh;
  return valueLow + (k - w + valueHigh) + w;
}

const INV_LN10 = 4.34294481903251816668e-1;
const LOG10_2_HIGH = 3.01029995663611771306e-1;
const LOG10_2_LOW = 3.69423907715893078616e-13;

export function log10(argument: number): number {
  let x = argument;
  let high = highHalf(x);
  let k = 0;
  if (high < 0x00100000) {
    if (x === 0) return Number.NEGATIVE_INFINITY;
    if (x < 0) return Number.NaN;
    k -= 54;
    x *= TWO_54;
    high = highHalf(x);
  }
  if (high >= 0x7ff00000 || Number.isNaN(x)) return x + x;
  if (x === 1) return 0;
  k += (high >> 20) - 1023;
  const below = k < 0 ? 1 : 0;
  x = withHigh(x, (high & 0x000fffff) | ((0x3ff - below) << 20));
  const y = k + below;
  return y * LOG10_2_LOW + INV_LN10 * log(x) + y * LOG10_2_HIGH;
}
