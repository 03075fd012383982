/**
 * Angles above 2^20 pi / 2, which no scan has: reduced with exact integers instead of a table of the digits of 2 / pi.
 * The result is pi / 2 times the fraction, to two doubles.
 */
import { highHalf } from './bits.js';

/** 2 / pi with 1200 binary digits behind the point: enough for the largest double. */
const DIGITS = 1200n;
const TWO_OVER_PI: bigint = twoOverPi();

/** Writes what is left of `x` to `out` and returns the multiple of pi / 2 that was taken away, modulo 4. */
export function reduceLarge(x: number, out: Float64Array): number {
  const exponent = ((highHalf(x) >> 20) & 0x7ff) - 1075;
  const mantissa = BigInt(Math.abs(x) / 2 ** exponent);
  const product = (mantissa * TWO_OVER_PI) << BigInt(Math.max(0, exponent));
  const whole = product >> DIGITS;
  let fraction = product - (whole << DIGITS);
  let n = Number(whole & 3n);
  if (fraction >> (DIGITS - 1n) === 1n) {
    fraction -= 1n << DIGITS;
    n = (n + 1) & 3;
  }
  // 200 binary digits of pi / 2 times the fraction.
  const scaled = (fraction * HALF_PI_200) >> DIGITS;
  const first = Number(scaled) / 2 ** 200;
  const second = Number(scaled - BigInt(first * 2 ** 200)) / 2 ** 200;
  const sign = x < 0 ? -1 : 1;
  out[0] = sign * first;
  out[1] = sign * second;
  return x < 0 ? -n : n;
}

const HALF_PI_200: bigint = piBits(220n) >> 21n;

function twoOverPi(): bigint {
  const bits = DIGITS + 20n;
  return (1n << (bits + DIGITS + 1n)) / piBits(bits);
}

/** floor(pi 2^bits) by Machin's formula. */
function piBits(bits: bigint): bigint {
  const guard = 32n;
  const one = 1n << (bits + guard);
  const arc = (divisor: bigint): bigint => {
    let [power, sum, n] = [one / divisor, 0n, 1n];
    while (power !== 0n) {
      sum += n % 4n === 1n ? power / n : -(power / n);
      power /= divisor * divisor;
      n += 2n;
    }
    return sum;
  };
  return (4n * (4n * arc(5n) - arc(239n))) >> guard;
}
