/** asin, acos, atan, atan2: see index.ts. */
import { highHalf, withoutLow } from './bits.js';

const HALF_PI = 1.570796326794896558;
const HALF_PI_LOW = 6.12323399573676603587e-17;
const QUARTER_PI = 7.85398163397448278999e-1;

/** (asin(x) - x) / x^3 near 0 as a quotient of polynomials in t = x^2. */
function arcQuotient(t: number): number {
  const p =
    t *
    (1.66666666666666657415e-1 +
      t *
        (-3.25565818622400915405e-1 +
          t *
            (2.01212532134862925881e-1 +
              t * (-4.00555345006794114027e-2 + t * (7.91534994289814532176e-4 + t * 3.4793310759602116757e-5)))));
  const q =
    1 +
    t *
      (-2.40339491173441421878 +
        t * (2.02094576023350569471 + t * (-6.8828397160545329303e-1 + t * 7.70381505559019352791e-2)));
  return p / q;
}

export function asin(x: number): number {
  const high = highHalf(x);
  const size = high & 0x7fffffff;
  if (size >= 0x3ff00000) return Math.abs(x) === 1 ? x * HALF_PI + x * HALF_PI_LOW : Number.NaN;
  if (size < 0x3fe00000) return size < 0x3e400000 ? x : x + x * arcQuotient(x * x);
  const t = (1 - Math.abs(x)) * 0.5;
  const r = arcQuotient(t);
  const s = Math.sqrt(t);
  let angle: number;
  if (size >= 0x3fef3333) angle = HALF_PI - (2 * (s + s * r) - HALF_PI_LOW);
  else {
    const w = withoutLow(s);
    const c = (t - w * w) / (s + w);
    const p = 2 * s * r - (HALF_PI_LOW - 2 * c);
    const q = QUARTER_PI - 2 * w;
    angle = QUARTER_PI - (p - q);
  }
  return high > 0 ? angle : -angle;
}

export function acos(x: number): number {
  const high = highHalf(x);
  const size = high & 0x7fffffff;
  if (size >= 0x3ff00000) return x === 1 ? 0 : x === -1 ? Math.PI + 2 * HALF_PI_LOW : Number.NaN;
  if (size < 0x3fe00000) {
    if (size <= 0x3c600000) return HALF_PI + HALF_PI_LOW;
    return HALF_PI - (x - (HALF_PI_LOW - x * arcQuotient(x * x)));
  }
  if (high < 0) {
    const z = (1 + x) * 0.5;
    const s = Math.sqrt(z);
    return Math.PI - 2 * (s + (arcQuotient(z) * s - HALF_PI_LOW));
  }
  const z = (1 - x) * 0.5;
  const s = Math.sqrt(z);
  const top = withoutLow(s);
  const c = (z - top * top) / (s + top);
  return 2 * (top + (arcQuotient(z) * s + c));
}

const ARC_HIGH = [4.63647609000806093515e-1, QUARTER_PI, 9.82793723247329054082e-1, HALF_PI] as const;
const ARC_LOW = [
  2.26987774529616870924e-17,
  3.06161699786838301793e-17,
  1.39033110312309984516e-17,
  HALF_PI_LOW,
] as const;

export function atan(argument: number): number {
  let x = argument;
  const high = highHalf(x);
  const size = high & 0x7fffffff;
  if (size >= 0x44100000) {
    if (Number.isNaN(x)) return x;
    return x > 0 ? HALF_PI + HALF_PI_LOW : -HALF_PI - HALF_PI_LOW;
  }
  let part = -1;
  if (size < 0x3fdc0000) {
    if (size < 0x3e400000) return x;
  } else {
    x = Math.abs(x);
    if (size < 0x3fe60000) {
      part = 0;
      x = (2 * x - 1) / (2 + x);
    } else if (size < 0x3ff30000) {
      part = 1;
      x = (x - 1) / (x + 1);
    } else if (size < 0x40038000) {
      part = 2;
      x = (x - 1.5) / (1 + 1.5 * x);
    } else {
      part = 3;
      x = -1 / x;
    }
  }
  const z = x * x;
  const w = z * z;
  const odd =
    z *
    (3.33333333333329318027e-1 +
      w *
        (1.42857142725034663711e-1 +
          w *
            (9.09088713343650656196e-2 +
              w * (6.66107313738753120669e-2 + w * (4.97687799461593236017e-2 + w * 1.62858201153657823623e-2)))));
  const even =
    w *
    (-1.99999999998764832476e-1 +
      w *
        (-1.1111110405462355788e-1 +
          w * (-7.69187620504482999495e-2 + w * (-5.83357013379057348645e-2 + w * -3.6531572744216915527e-2))));
  if (part < 0) return x - x * (odd + even);
  const angle = ARC_HIGH[part]! - (x * (odd + even) - ARC_LOW[part]! - x);
  return high < 0 ? -angle : angle;
}

const PI_LOW = 1.2246467991473531772e-16;

export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (x === 1) return atan(y);
  const [highY, highX] = [highHalf(y), highHalf(x)];
  const isBelow = highY < 0;
  const isLeft = highX < 0;
  if (y === 0) return isLeft ? (isBelow ? -Math.PI : Math.PI) : y;
  if (x === 0) return isBelow ? -HALF_PI : HALF_PI;
  if (!Number.isFinite(x)) {
    const angle = Number.isFinite(y) ? (isLeft ? Math.PI : 0) : isLeft ? 3 * QUARTER_PI : QUARTER_PI;
    return isBelow ? -angle : angle;
  }
  if (!Number.isFinite(y)) return isBelow ? -HALF_PI : HALF_PI;
  const k = ((highY & 0x7fffffff) - (highX & 0x7fffffff)) >> 20;
  if (k > 60) {
    const angle = HALF_PI + 0.5 * PI_LOW;
    return isBelow ? -angle : angle;
  }
  const z = isLeft && k < -60 ? 0 : atan(Math.abs(y / x));
  if (!isLeft) return isBelow ? -z : z;
  return isBelow ? z - PI_LOW - Math.PI : Math.PI - (z - PI_LOW);
}
