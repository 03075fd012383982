/** The two 32-bit halves of a double, for functions that work on its exponent. */

const value = new Float64Array(1);
const halves = new Int32Array(value.buffer);
const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const HIGH = isLittle ? 1 : 0;
const LOW = 1 - HIGH;

/** Sign, exponent and the upper 20 bits of the fraction. */
export function highHalf(x: number): number {
  value[0] = x;
  return halves[HIGH]!;
}

/** The same number with another high half. */
export function withHigh(x: number, high: number): number {
  value[0] = x;
  halves[HIGH] = high;
  return value[0]!;
}

/** The same number with the lower 32 bits of its fraction cleared. */
export function withoutLow(x: number): number {
  value[0] = x;
  halves[LOW] = 0;
  return value[0]!;
}

/** The smallest number with this high half: what has a lower one is below it. Comparing costs less than taking apart. */
export function fromHigh(high: number): number {
  value[0] = 0;
  halves[HIGH] = high;
  return value[0]!;
}

const POWERS: Float64Array = Float64Array.from({ length: 2046 }, (_, i) => fromHigh((i + 1) << 20));

/** 2^k for a normal result: k from -1022 to 1023. */
export function powerOfTwo(k: number): number {
  return POWERS[k + 1022]!;
}
