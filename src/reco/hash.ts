/** Deterministic numbers from integers: a 32-bit mixing hash, the same on every engine (integer arithmetic only). */

/** Mixes integers into 32 well-stirred bits. */
export function hashIntegers(...values: readonly number[]): number {
  let h = 0x9e3779b9;
  for (const value of values) {
    h ^= value >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h ^= Math.floor(value / 4294967296) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}

/** A number in [0, 1) that depends on the integers alone. */
export function uniformFromIntegers(...values: readonly number[]): number {
  return hashIntegers(...values) / 4294967296;
}
