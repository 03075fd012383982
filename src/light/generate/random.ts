/**
 * Random numbers of the photon generator: xoshiro128** (Blackman and Vigna 2018), seeded through a 32-bit mixing hash
 * from (seed, stream). Integer arithmetic only, so that a stream is the same everywhere; every source depth has its own
 * stream and can be made in any order and by any worker.
 */
export class RandomStream {
  private readonly state: Int32Array = new Int32Array(4);

  /** @param seed,stream any integers below 2^53 */
  constructor(seed: number, stream: number) {
    let x = 0x2545f491;
    const absorb = (value: number): void => {
      x = mix(x ^ (value | 0));
      x = mix(x ^ Math.floor(value / 4294967296));
    };
    absorb(seed);
    absorb(stream);
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) | 0;
      this.state[i] = mix(x);
    }
    if (this.state.every((word) => word === 0)) this.state[0] = 1;
    for (let i = 0; i < 16; i++) this.uniform();
  }

  /** Uniform in (0, 1): 32 bits, never 0, never 1. */
  uniform(): number {
    const s = this.state;
    const s0 = s[0]!;
    const s1 = s[1]!;
    const s2 = s[2]! ^ s0;
    const s3 = s[3]! ^ s1;
    const times5 = Math.imul(s1, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    s[0] = s0 ^ s3;
    s[1] = s1 ^ s2;
    s[2] = s2 ^ (s1 << 9);
    s[3] = (s3 << 11) | (s3 >>> 21);
    return ((result >>> 0) + 0.5) * 2.3283064365386963e-10;
  }
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
