import { describe, expect, test } from 'vitest';
import { gammaP, lnGamma, lnNormalCdf } from '../../src/light/index.js';
import { Random } from '../../src/simulate/random.js';
import { chiSquareProbability, kolmogorovSmirnov } from './support.js';

const LIKELY = 2.0;
const draws = (n: number, draw: () => number): number[] => Array.from({ length: n }, draw);

describe('random numbers', () => {
  test('are the same everywhere for a seed and a stream', () => {
    const random = new Random(12345, 6);
    expect(draws(4, () => random.uniform())).toEqual([
      0.8504589823996269, 0.247465196509063, 0.9246787885519812, 0.8410289530418298,
    ]);
  });

  test('of other seeds and streams are others', () => {
    const seeds: [number, number][] = [
      [0, 0],
      [0, 1],
      [1, 0],
      [2 ** 32, 0],
      [0, 2 ** 32],
      [2 ** 53 - 1, 0],
    ];
    const firsts = seeds.map(([seed, stream]) => new Random(seed, stream).uniform());
    expect(new Set(firsts).size).toBe(seeds.length);
  });

  test('follow their distributions', () => {
    const random = new Random(1);
    expect(
      kolmogorovSmirnov(
        draws(50_000, () => random.uniform()),
        (x) => x,
      ),
    ).toBeLessThan(LIKELY);
    expect(
      kolmogorovSmirnov(
        draws(50_000, () => random.exponential()),
        (x) => 1 - Math.exp(-x),
      ),
    ).toBeLessThan(LIKELY);
    expect(
      kolmogorovSmirnov(
        draws(50_000, () => random.normal()),
        (x) => Math.exp(lnNormalCdf(x)),
      ),
    ).toBeLessThan(LIKELY);
    for (const shape of [0.05, 0.4, 1, 2.5, 60]) {
      expect(
        kolmogorovSmirnov(
          draws(20_000, () => random.gamma(shape)),
          (x) => gammaP(shape, x),
        ),
      ).toBeLessThan(LIKELY);
    }
  });

  test.each([0.02, 1.5, 29, 31, 400, 20_000])('Poisson numbers of mean %d do', (mean) => {
    const random = new Random(3);
    const n = 20_000;
    const spread = Math.sqrt(mean);
    const low = Math.max(0, Math.floor(mean - 3 * spread));
    const high = Math.ceil(mean + 3 * spread) + 1;
    // Up to 30 classes of neighbouring numbers; the first and the last are open.
    const step = Math.max(1, Math.ceil((high - low) / 30));
    const classes = Math.ceil((high - low) / step);
    const classOf = (k: number): number => Math.min(Math.max(Math.floor((k - low) / step), 0), classes - 1);
    const counts = new Array<number>(classes).fill(0);
    for (const k of draws(n, () => random.poisson(mean))) counts[classOf(k)]!++;
    const expected = new Array<number>(classes).fill(0);
    const to = Math.ceil(mean + 8 * spread + 20);
    for (let k = 0; k <= to; k++) expected[classOf(k)]! += n * Math.exp(k * Math.log(mean) - mean - lnGamma(k + 1));
    expect(chiSquareProbability(counts, expected)).toBeGreaterThan(1e-4);
  });
});
