/**
 * Exponential and logarithm out of short tables: a few times faster than the engine's, and right to 1e-12. For look-ups of
 * light, which need one of each.
 */

const WORDS = new Float64Array(1);
const BITS = new Int32Array(WORDS.buffer);
/** Which half of a number holds its exponent. */
const HIGH: number = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

const STEPS = 64;
const LN2 = Math.LN2;
const PER_STEP = STEPS / LN2;
/** Steps of powers of two that are kept, from this to that power. */
const LEAST_POWER = -128;
const MOST_POWER = 64;
const POWERS: Float64Array = powers();

/** e^x for x from -88 to 44; 0 below. */
export function fastExp(x: number): number {
  const steps = x * PER_STEP;
  const k = Math.floor(steps + 0.5);
  const index = k - LEAST_POWER * STEPS;
  if (index < 0) return 0;
  // At most 0.0055, so that the fifth power counts no more.
  const f = (steps - k) * (LN2 / STEPS);
  return POWERS[index]! * (1 + f * (1 + f * (0.5 + f * (1 / 6 + f * (1 / 24)))));
}

function powers(): Float64Array {
  const table = new Float64Array((MOST_POWER - LEAST_POWER) * STEPS);
  for (let i = 0; i < table.length; i++) table[i] = Math.exp((LEAST_POWER * STEPS + i) / PER_STEP);
  return table;
}

/** Mantissas by their first bits: one over the middle of a bin, and its logarithm. */
const BIN_BITS = 9;
const BINS: number = 1 << BIN_BITS;
const MIDDLE_INVERSE: Float64Array = Float64Array.from({ length: BINS }, (_, i) => 1 / (1 + (i + 0.5) / BINS));
const MIDDLE_LN: Float64Array = Float64Array.from({ length: BINS }, (_, i) => Math.log(1 + (i + 0.5) / BINS));
/** 2^-k for k = 0 ... 31. */
const HALVES: Float64Array = Float64Array.from({ length: 32 }, (_, k) => 1 / (1 << k));
HALVES[31] = 1 / 2147483648;

/** ln x for x from 1 to 2^32. */
export function fastLog(x: number): number {
  WORDS[0] = x;
  const high = BITS[HIGH]!;
  const power = (high >> 20) - 1023;
  const bin = (high >> (20 - BIN_BITS)) & (BINS - 1);
  // At most 0.001.
  const f = x * HALVES[power]! * MIDDLE_INVERSE[bin]! - 1;
  return power * LN2 + MIDDLE_LN[bin]! + f * (1 - f * (0.5 - f * (1 / 3)));
}
