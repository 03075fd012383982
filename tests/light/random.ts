/** Numbers in [0, 1) for drawing test cases: the same ones in every run (Marsaglia's xorshift with 32 bits). */
export function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}
