/** exp, expm1 and the hyperbolic functions: see index.ts. */
import { fromHigh, highHalf, powerOfTwo, withHigh } from './bits.js';
import { LN2_HIGH, LN2_LOW, log, log1p } from './logarithms.js';

const INV_LN2: number = Math.LOG2E;
const OVERFLOW = 7.09782712893383973096e2;
const UNDERFLOW = -7.4513321910194110842e2;

const P1 = 1.66666666666666019037e-1;
const P2 = -2.77777777770155933842e-3;
const P3 = 6.61375632143793436117e-5;
const P4 = -1.6533902205465251539e-6;
const P5 = 4.13813679705723846039e-8;

/** Magnitudes at which the method changes: about ln 2 / 2, 3 ln 2 / 2, and where the range ends. */
const HALF_LN2: number = fromHigh(0x3fd62e43);
const THREE_HALVES_LN2: number = fromHigh(0x3ff0a2b2);
const END: number = fromHigh(0x40862e42);
const TINY: number = 2 ** -28;

export function exp(argument: number): number {
  let x = argument;
  const size = x < 0 ? -x : x;
  if (size < HALF_LN2) {
    if (size < TINY) return 1 + x;
    const t = x * x;
    const c = x - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
    return 1 - ((x * c) / (c - 2) - x);
  }
  if (!(size < END)) {
    if (x > OVERFLOW) return Number.POSITIVE_INFINITY;
    if (x < UNDERFLOW) return 0;
    if (Number.isNaN(x)) return x;
  }
  let k: number;
  if (size < THREE_HALVES_LN2) {
    if (x === 1) return Math.E;
    k = x < 0 ? -1 : 1;
  } else k = (INV_LN2 * x + (x < 0 ? -0.5 : 0.5)) | 0;
  const hi = x - k * LN2_HIGH;
  const lo = k * LN2_LOW;
  x = hi - lo;
  const t = x * x;
  const c = x - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  const y = 1 - (lo - (x * c) / (2 - c) - hi);
  if (k < -1021) return y * powerOfTwo(k + 1000) * TWO_M1000;
  return k === 1024 ? y * 2 * TWO_1023 : y * powerOfTwo(k);
}

const TWO_1023: number = powerOfTwo(1023);
const TWO_M1000: number = powerOfTwo(-1000);

const Q1 = -3.33333333333331316428e-2;
const Q2 = 1.58730158725481460165e-3;
const Q3 = -7.93650757867487942473e-5;
const Q4 = 4.00821782732936239552e-6;
const Q5 = -2.01099218183624371326e-7;

export function expm1(argument: number): number {
  let x = argument;
  const high = highHalf(x);
  const size = high & 0x7fffffff;
  if (size >= 0x4043687a) {
    if (size >= 0x40862e42) {
      if (size >= 0x7ff00000) return x === Number.NEGATIVE_INFINITY ? -1 : x + x;
      if (x > OVERFLOW) return Number.POSITIVE_INFINITY;
    }
    if (high < 0) return -1;
  }
  let c = 0;
  let k = 0;
  if (size > 0x3fd62e42) {
    if (size < 0x3ff0a2b2) k = high < 0 ? -1 : 1;
    else k = (INV_LN2 * x + (high < 0 ? -0.5 : 0.5)) | 0;
    const hi = x - k * LN2_HIGH;
    const lo = k * LN2_LOW;
    x = hi - lo;
    c = hi - x - lo;
  } else if (size < 0x3c900000) return x;
  const half = 0.5 * x;
  const square = x * half;
  const r = 1 + square * (Q1 + square * (Q2 + square * (Q3 + square * (Q4 + square * Q5))));
  const t = 3 - r * half;
  let e = square * ((r - t) / (6 - x * t));
  if (k === 0) return x - (x * e - square);
  e = x * (e - c) - c - square;
  if (k === -1) return 0.5 * (x - e) - 0.5;
  if (k === 1) return x < -0.25 ? -2 * (e - (x + 0.5)) : 1 + 2 * (x - e);
  if (k <= -2 || k > 56) {
    const y = 1 - (e - x);
    return (k === 1024 ? y * 2 * TWO_1023 : y * powerOfTwo(k)) - 1;
  }
  if (k < 20) return (withHigh(1, 0x3ff00000 - (0x200000 >> k)) - (e - x)) * powerOfTwo(k);
  return (x - (e + powerOfTwo(-k)) + 1) * powerOfTwo(k);
}

const TWO_M28: number = powerOfTwo(-28);
/** Above it exp overflows; above the second the hyperbolic functions do, too. */
const LOG_LARGEST = 709.7822265633562;
const HYPERBOLIC_OVERFLOW = 710.4758600739439;

export function sinh(x: number): number {
  if (!Number.isFinite(x)) return x + x;
  const half = x < 0 ? -0.5 : 0.5;
  const size = Math.abs(x);
  if (size < 22) {
    if (size < TWO_M28) return x;
    const t = expm1(size);
    return size < 1 ? half * (2 * t - (t * t) / (t + 1)) : half * (t + t / (t + 1));
  }
  if (size < LOG_LARGEST) return half * exp(size);
  if (size > HYPERBOLIC_OVERFLOW) return x * Number.POSITIVE_INFINITY;
  const w = exp(0.5 * size);
  return half * w * w;
}

export function cosh(x: number): number {
  const size = Math.abs(x);
  const high = highHalf(size);
  if (high < 0x3fd62e43) {
    const t = expm1(size);
    const w = 1 + t;
    return high < 0x3c800000 ? w : 1 + (t * t) / (w + w);
  }
  if (high < 0x40360000) {
    const t = exp(size);
    return 0.5 * t + 0.5 / t;
  }
  if (high < 0x40862e42) return 0.5 * exp(size);
  if (size <= HYPERBOLIC_OVERFLOW) {
    const w = exp(0.5 * size);
    return 0.5 * w * w;
  }
  return Number.isNaN(x) ? x : Number.POSITIVE_INFINITY;
}

export function tanh(x: number): number {
  if (Number.isNaN(x)) return x;
  const high = highHalf(x);
  const size = high & 0x7fffffff;
  if (size < 0x3e300000) return x;
  let z = 1;
  if (size < 0x40360000) {
    if (size >= 0x3ff00000) z = 1 - 2 / (expm1(2 * Math.abs(x)) + 2);
    else {
      const t = expm1(-2 * Math.abs(x));
      z = -t / (t + 2);
    }
  }
  return high < 0 ? -z : z;
}

export function asinh(x: number): number {
  const high = highHalf(x);
  const size = high & 0x7fffffff;
  if (size >= 0x7ff00000) return x + x;
  if (size < 0x3e300000) return x;
  const t = Math.abs(x);
  let w: number;
  if (size > 0x41b00000) w = log(t) + 6.93147180559945286227e-1;
  else if (size > 0x40000000) w = log(2 * t + 1 / (Math.sqrt(x * x + 1) + t));
  else w = log1p(t + (x * x) / (1 + Math.sqrt(1 + x * x)));
  return high > 0 ? w : -w;
}
