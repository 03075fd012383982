/** Seeded order of a round's pixels, for predictive thresholds below 1 (specs/sky-and-scan.md 3.1). */

/** Shuffles in place, always the same way for the same seeds (three integers). */
export function shuffle<T>(values: T[], ...seeds: readonly [number, number, number]): void {
  const next = generator(seeds);
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor((next() / 4294967296) * (i + 1));
    const value = values[i]!;
    values[i] = values[j]!;
    values[j] = value;
  }
}

/** A Weyl sequence through a mixing function: 32 random bits a call, from integer arithmetic only. */
function generator(seeds: readonly number[]): () => number {
  let state = 0x2545f491;
  for (const seed of seeds) {
    state = mix((state ^ seed) >>> 0);
    state = mix((state ^ Math.floor(seed / 4294967296)) >>> 0);
  }
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state);
  };
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}
