/**
 * Random numbers of a simulation: xoshiro128** (Blackman and Vigna 2018) in integer arithmetic, and the distributions
 * that light and electronics follow. A seed and a stream number give the same numbers on every platform; events of one
 * seed have streams of their own, so that event 17 is the same whether or not the others were made.
 */

/** Above this mean a Poisson number is drawn as a rounded normal one: off by less than 0.1 % of its spread there. */
const LARGE_MEAN = 1e6;

export class Random {
  private s0: number;
  private s1: number;
  private s2: number;
  private s3: number;

  /** @param seed,stream whole numbers from 0 to 2^53 - 1 */
  constructor(seed: number, stream = 0) {
    let state = 0x2545f491;
    for (const word of [seed, seed / 0x1_0000_0000, stream, stream / 0x1_0000_0000])
      state = mix(state ^ Math.floor(word));
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0;
      return mix(state);
    };
    this.s0 = next();
    this.s1 = next();
    this.s2 = next();
    this.s3 = next() | 1;
    for (let i = 0; i < 16; i++) this.bits();
  }

  /** 32 random bits. */
  private bits(): number {
    const times5 = Math.imul(this.s1, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const shifted = this.s1 << 9;
    this.s2 ^= this.s0;
    this.s3 ^= this.s1;
    this.s1 ^= this.s2;
    this.s0 ^= this.s3;
    this.s2 ^= shifted;
    this.s3 = (this.s3 << 11) | (this.s3 >>> 21);
    return result >>> 0;
  }

  /** Uniform in (0, 1), never 0 or 1. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 0x400_0000 + low + 0.5) * (1 / 0x20_0000_0000_0000);
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -Math.log(this.uniform());
  }

  /** Normal with mean 0 and spread 1 (Marsaglia's polar method; the second number is thrown away). */
  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const q = u * u + v * v;
      if (q < 1 && q > 0) return u * Math.sqrt((-2 * Math.log(q)) / q);
    }
  }

  /** Gamma with the given shape and rate 1 (Marsaglia and Tsang 2000). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * Math.exp(Math.log(this.uniform()) / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const t = 1 + c * x;
      if (t <= 0) continue;
      const v = t * t * t;
      if (Math.log(this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Poisson with the given mean. */
  poisson(mean: number): number {
    if (!(mean > 0)) return 0;
    if (mean > LARGE_MEAN) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    // A Poisson number of a large mean by way of gamma numbers (Ahrens and Dieter 1974): the arrival of the m-th of
    // its points is gamma distributed; the rest is a smaller Poisson, or a binomial of the first m - 1.
    let count = 0;
    let left = mean;
    while (left > 30) {
      const m = Math.floor(left * (7 / 8));
      const arrival = this.gamma(m);
      if (arrival > left) return count + this.binomial(m - 1, left / arrival);
      count += m;
      left -= arrival;
    }
    const limit = Math.exp(-left);
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
    return count;
  }

  /** How many of n points, uniform in (0, 1), lie below p; by way of the middle one, which is beta distributed. */
  private binomial(n: number, p: number): number {
    let count = 0;
    let trials = n;
    let share = p;
    while (trials > 30) {
      const middle = Math.floor(trials / 2) + 1;
      const below = this.gamma(middle);
      const at = below / (below + this.gamma(trials + 1 - middle));
      if (at <= share) {
        count += middle;
        share = (share - at) / (1 - at);
        trials -= middle;
      } else {
        share /= at;
        trials = middle - 1;
      }
    }
    for (let i = 0; i < trials; i++) if (this.uniform() < share) count++;
    return count;
  }
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
