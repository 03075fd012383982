/** sin, cos, tan: see index.ts. */
import { fromHigh, highHalf, withoutLow } from './bits.js';
import { reduceLarge } from './large-angles.js';

const INV_HALF_PI = 6.36619772367581382433e-1;
/** Pi / 2 in three parts of 33 bits, each with what is left. */
const P1 = 1.57079632673412561417;
const P1_REST = 6.07710050650619224932e-11;
const P2 = 6.0771005063039659766e-11;
const P2_REST = 2.02226624879595063154e-21;
const P3 = 2.0222662487111664558e-21;
const P3_REST = 8.47842766036889956997e-32;

/** High halves of n pi / 2, n = 1 to 32. */
const MULTIPLES: Int32Array = Int32Array.from({ length: 32 }, (_, i) => highHalf((i + 1) * (Math.PI / 2)));

/** The angle that {@link reduce} leaves, as a sum of two numbers. */
const left = new Float64Array(2);

/** Takes away the nearest multiple of pi / 2 and returns which it was. */
function reduce(x: number): number {
  const high = highHalf(x);
  const size = high & 0x7fffffff;
  if (size <= 0x3fe921fb) {
    left[0] = x;
    left[1] = 0;
    return 0;
  }
  if (size < 0x4002d97c) {
    const sign = high > 0 ? 1 : -1;
    let z = x - sign * P1;
    let rest = P1_REST;
    if (size === 0x3ff921fb) {
      z -= sign * P2;
      rest = P2_REST;
    }
    left[0] = z - sign * rest;
    left[1] = z - left[0] - sign * rest;
    return sign;
  }
  if (size > 0x413921fb) {
    if (size >= 0x7ff00000) {
      left[0] = Number.NaN;
      left[1] = Number.NaN;
      return 0;
    }
    return reduceLarge(x, left);
  }
  const t = Math.abs(x);
  const n = (t * INV_HALF_PI + 0.5) | 0;
  let r = t - n * P1;
  let w = n * P1_REST;
  let y = r - w;
  if (n >= 32 || size === MULTIPLES[n - 1]) {
    const exponent = size >> 20;
    if (exponent - ((highHalf(y) >> 20) & 0x7ff) > 16) {
      let before = r;
      w = n * P2;
      r = before - w;
      w = n * P2_REST - (before - r - w);
      y = r - w;
      if (exponent - ((highHalf(y) >> 20) & 0x7ff) > 49) {
        before = r;
        w = n * P3;
        r = before - w;
        w = n * P3_REST - (before - r - w);
        y = r - w;
      }
    }
  }
  const rest = r - y - w;
  left[0] = high < 0 ? -y : y;
  left[1] = high < 0 ? -rest : rest;
  return high < 0 ? -n : n;
}

/** Magnitudes at which the method changes. */
const TINY: number = 2 ** -27;
const SMALL: number = fromHigh(0x3fd33333);
const LARGE: number = fromHigh(0x3fe90001);
/** From here on multiples of pi / 2 are taken away. */
const QUARTER_PI: number = fromHigh(0x3fe921fc);

/** sin(x + y) for |x| below pi / 4 and y tiny. */
function kernelSine(x: number, y: number, hasRest: boolean): number {
  if (Math.abs(x) < TINY) return x;
  const z = x * x;
  const v = z * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  if (!hasRest) return x + v * (-1.66666666666666324348e-1 + z * r);
  return x - (z * (0.5 * y - v * r) - y - v * -1.66666666666666324348e-1);
}

/** cos(x + y) for |x| below pi / 4 and y tiny. */
function kernelCosine(x: number, y: number): number {
  const size = Math.abs(x);
  if (size < TINY) return 1;
  const z = x * x;
  const r =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  if (size < SMALL) return 1 - (0.5 * z - (z * r - x * y));
  // About |x| / 4, a number of few bits.
  const q = size >= LARGE ? 0.28125 : fromHigh(highHalf(size) - 0x00200000);
  const half = 0.5 * z - q;
  return 1 - q - (half - (z * r - x * y));
}

export function sin(x: number): number {
  if (Math.abs(x) < QUARTER_PI) return kernelSine(x, 0, false);
  const n = reduce(x);
  const y = left[0]!;
  const rest = left[1]!;
  switch (n & 3) {
    case 0:
      return kernelSine(y, rest, true);
    case 1:
      return kernelCosine(y, rest);
    case 2:
      return -kernelSine(y, rest, true);
    default:
      return -kernelCosine(y, rest);
  }
}

export function cos(x: number): number {
  if (Math.abs(x) < QUARTER_PI) return kernelCosine(x, 0);
  const n = reduce(x);
  const y = left[0]!;
  const rest = left[1]!;
  switch (n & 3) {
    case 0:
      return kernelCosine(y, rest);
    case 1:
      return -kernelSine(y, rest, true);
    case 2:
      return -kernelCosine(y, rest);
    default:
      return kernelSine(y, rest, true);
  }
}

const T = [
  3.33333333333334091986e-1, 1.33333333333201242699e-1, 5.39682539762260521377e-2, 2.18694882948595424599e-2,
  8.86323982359930005737e-3, 3.59207910759131235356e-3, 1.45620945432529025516e-3, 5.88041240820264096874e-4,
  2.46463134818469906812e-4, 7.817944429395570923e-5, 7.14072491382608190305e-5, -1.85586374855275456654e-5,
  2.59073051863633712884e-5,
] as const;

export function tan(argument: number): number {
  const n = reduce(argument);
  return kernelTangent(left[0]!, left[1]!, (n & 1) === 0);
}

/** tan(x + y), or -1 / tan(x + y). */
function kernelTangent(argument: number, argumentRest: number, isTangent: boolean): number {
  let [x, y] = [argument, argumentRest];
  const high = highHalf(x);
  const size = high & 0x7fffffff;
  if (size < 0x3e300000) return isTangent ? x : minusInverse(x + y, x, y);
  const isLarge = size >= 0x3fe59428;
  if (isLarge) {
    if (high < 0) {
      x = -x;
      y = -y;
    }
    x = 7.85398163397448278999e-1 - x + (3.06161699786838301793e-17 - y);
    y = 0;
  }
  const z = x * x;
  const w4 = z * z;
  const odd = T[1] + w4 * (T[3] + w4 * (T[5] + w4 * (T[7] + w4 * (T[9] + w4 * T[11]))));
  const even = z * (T[2] + w4 * (T[4] + w4 * (T[6] + w4 * (T[8] + w4 * (T[10] + w4 * T[12])))));
  const s = z * x;
  let r = y + z * (s * (odd + even) + y);
  r += T[0] * s;
  const w = x + r;
  if (isLarge) {
    const v = isTangent ? 1 : -1;
    return (high < 0 ? -1 : 1) * (v - 2 * (x - ((w * w) / (w + v) - r)));
  }
  if (isTangent) return w;
  return minusInverse(w, x, r);
}

/** -1 / (x + r), where w is the sum in one number. */
function minusInverse(w: number, x: number, r: number): number {
  const top = withoutLow(w);
  const rest = r - (top - x);
  const a = -1 / w;
  const t = withoutLow(a);
  return t + a * (1 + t * top + t * rest);
}
