/** The order of pixels in a round. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listenTo, parseProgression } from '../../src/scan/index.js';
import { shuffle } from '../../src/scan/shuffle.js';
import { landscapeSetup, scanLandscape } from './scan-landscape.js';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const shuffled = (n: number, ...seeds: [number, number, number]): number[] => {
  const values = upTo(n);
  shuffle(values, ...seeds);
  return values;
};

describe('shuffle', () => {
  it('is a permutation that the seeds decide', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.maxSafeNat(), fc.maxSafeNat(), fc.nat(), (n, run, event, round) => {
        const values = shuffled(n, run, event, round);
        expect(values.toSorted((a, b) => a - b)).toEqual(upTo(n));
        expect(shuffled(n, run, event, round)).toEqual(values);
      }),
    );
  });

  it('differs with each of its seeds, also above 32 bits', () => {
    const base = shuffled(50, 136662, 35405932, 1);
    const others: [number, number, number][] = [
      [136663, 35405932, 1],
      [136662, 35405933, 1],
      [136662, 35405932, 2],
      [136662, 35405932 + 2 ** 32, 1],
      [35405932, 136662, 1],
    ];
    for (const seeds of others) expect(shuffled(50, ...seeds)).not.toEqual(base);
  });

  it('puts every value everywhere about equally often', () => {
    const counts = upTo(25).map(() => 0);
    for (let event = 0; event < 5000; event++) {
      for (const [at, value] of shuffled(5, 1, event, 1).entries()) counts[5 * at + value]!++;
    }
    // 1000 expected, 28 the standard deviation.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * 28);
  });
});

describe('the order in which pixels are sent', () => {
  const landscape = { base: 5000, bowls: [{ ra: 100, dec: 30, depth: 800, k: 30 }] };
  const progression = parseProgression(['2:0', '8:4']);
  const orderOf = async (threshold: number, order?: 'ascending' | 'shuffled'): Promise<number[]> => {
    const pixels: number[] = [];
    const { order: _, ...withoutOrder } = landscapeSetup({ progression, threshold });
    await scanLandscape({
      landscape,
      progression,
      whole: order === undefined ? withoutOrder : { ...withoutOrder, order },
      listen: listenTo({ 'task:sent': ({ tasks }) => pixels.push(...tasks.map(({ pixel }) => pixel)) }),
    });
    return pixels.slice(0, 48);
  };

  it('is ascending at threshold 1, shuffled below, or what the setup says', async () => {
    expect(await orderOf(1)).toEqual(upTo(48));
    expect(await orderOf(0.5)).not.toEqual(upTo(48));
    expect((await orderOf(0.5)).toSorted((a, b) => a - b)).toEqual(upTo(48));
    expect(await orderOf(0.5)).toEqual(await orderOf(0.5));
    expect(await orderOf(0.5, 'ascending')).toEqual(upTo(48));
    expect(await orderOf(1, 'shuffled')).not.toEqual(upTo(48));
  });
});
