/** The table of chosen pixels against a plain Map. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PixelTable } from '../../src/scan/pixel-table.js';

const figures = (llh: number, x = 0) => ({ llh, x, y: 1, z: 2, timeNs: 3, eInGev: 4, eTotGev: 5, energyGev: 6 });

describe('PixelTable', () => {
  it('finds every pixel that was added and no other', () => {
    const keys = fc.uniqueArray(fc.tuple(fc.nat(5), fc.oneof(fc.nat(30), fc.nat(2 ** 31 - 1))), {
      maxLength: 4000,
      size: 'max',
      selector: ([level, pixel]) => `${level} ${pixel}`,
    });
    fc.assert(
      fc.property(keys, (pixels) => {
        const table = new PixelTable(1);
        const half = pixels.length >> 1;
        for (const [i, [level, pixel]] of pixels.slice(0, half).entries()) expect(table.add(level, pixel, -1)).toBe(i);
        for (const [i, [level, pixel]] of pixels.entries()) expect(table.find(level, pixel)).toBe(i < half ? i : -1);
      }),
      { numRuns: 15 },
    );
  });

  it('keeps the best fit in whatever order the variations come, each counted once', () => {
    const llh = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(Number.NaN, Infinity, -Infinity));
    fc.assert(
      fc.property(fc.array(llh, { minLength: 1, maxLength: 20 }), fc.nat(), (llhs, seed) => {
        const table = new PixelTable(llhs.length);
        const record = table.add(2, 17, 5);
        const order = llhs.map((_, v) => v).sort((a, b) => ((a * 7919 + seed) % 101) - ((b * 7919 + seed) % 101));
        for (const v of order) {
          expect(table.hasArrived(record, v)).toBe(false);
          expect(table.receive(record, v, figures(llhs[v]!, v))).toBe(true);
          expect(table.receive(record, v, figures(-5, 99))).toBe(false);
        }
        const finite = llhs.filter((value) => Number.isFinite(value));
        const best = finite.length === 0 ? 0 : llhs.indexOf(Math.min(...finite));
        expect(table.missing(record)).toBe(0);
        expect(table.bestVariation(record)).toBe(best);
        expect(table.fit(record)).toEqual(figures(finite.length === 0 ? Number.NaN : llhs[best]!, best));
        expect([table.level(record), table.pixel(record), table.seedRecord(record)]).toEqual([2, 17, 5]);
      }),
    );
  });

  it('takes less than 100 bytes a pixel, whatever the number of variations', () => {
    for (const variations of [1, 7, 64]) {
      const table = new PixelTable(variations);
      for (let pixel = 0; pixel < 200_000; pixel++) table.add(0, pixel, -1);
      expect(table.bytes / table.size).toBeLessThan(100);
    }
  });
});
