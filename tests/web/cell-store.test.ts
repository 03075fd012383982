import { describe, expect, it } from 'vitest';
import { children, pixelAtVector, pixelCount, pixelVector } from '../../src/sky/index.js';
import { CellStore, TILE, UNKNOWN } from '../../src/web/page/cell-store.js';

const vector = (nside: number, pixel: number): [number, number, number] => {
  const v = pixelVector(nside, pixel, new Float64Array(3));
  return [v[0]!, v[1]!, v[2]!];
};

function wholeSky(nside: number, llh: (pixel: number) => number): CellStore {
  const store = new CellStore();
  const pixels = Array.from({ length: pixelCount(nside) }, (_, i) => i);
  store.add(nside, pixels, pixels.map(llh));
  return store;
}

describe('the pixels behind a sky', () => {
  it('answers with the finest pixel that is known in a direction', () => {
    const store = wholeSky(8, (pixel) => 1000 + pixel);
    const fine = children(8, 300, 64);
    store.add(
      64,
      fine,
      fine.map((_, i) => 900 + i),
    );
    for (const [i, pixel] of fine.entries()) {
      expect(store.find(...vector(64, pixel))).toEqual({ nside: 64, pixel, value: 900 + i });
    }
    const elsewhere = vector(8, 17);
    expect(store.find(...elsewhere)).toEqual({ nside: 8, pixel: 17, value: 1017 });
    expect(store.size).toBe(768 + fine.length);
  });

  it('falls back to the coarser pixel where a fit failed, and says so where there is none', () => {
    const store = wholeSky(8, () => 50);
    const failed = children(8, 100, 64)[5]!;
    store.add(64, [failed], [Number.NaN]);
    expect(store.find(...vector(64, failed))).toEqual({ nside: 8, pixel: 100, value: 50 });
    const lonely = new CellStore();
    lonely.add(4, [7], [Number.NaN]);
    expect(lonely.find(...vector(4, 7))).toEqual({ nside: 4, pixel: 7, value: Number.NaN });
    expect(lonely.find(...vector(4, 100))).toBeNull();
  });

  it('keeps the best value of what lies inside a coarser pixel, so that a narrow minimum is never lost', () => {
    const store = wholeSky(8, () => 500);
    const fine = children(8, 42, 512)[1234]!;
    store.add(512, [fine], [3]);
    expect(store.best).toEqual({ nside: 512, pixel: fine, value: 3 });
    for (let k = 0; k <= 9; k++) {
      const best = Math.min(
        ...store.orders[k]!.tileOf.filter((tile) => tile >= 0).reduce<number[]>((all, tile) => {
          const numbers = store.forDrawing[tile]!;
          for (let i = 1; i < numbers.length; i += 2) if (numbers[i] !== Math.fround(UNKNOWN)) all.push(numbers[i]!);
          return all;
        }, []),
      );
      expect(best + store.base).toBe(3);
    }
  });

  it('tells which tiles changed, once', () => {
    const store = wholeSky(8, () => 1);
    expect(store.takeChanges().length).toBeGreaterThan(0);
    expect(store.takeChanges()).toEqual([]);
    store.add(512, [100_000], [0.5]);
    const changed = store.takeChanges();
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThanOrEqual(10);
    for (const tile of changed) expect(store.forDrawing[tile]!.length).toBe(2 * TILE * TILE);
  });

  it('takes pixels finer than it shows as the best of those inside a larger one', () => {
    const store = new CellStore();
    const fine = children(8192, 123_456_789, 32_768);
    store.add(
      32_768,
      fine,
      fine.map((_, i) => (i === 5 ? 2 : 10 + i)),
    );
    expect(store.find(...vector(8192, 123_456_789))).toEqual({ nside: 8192, pixel: 123_456_789, value: 2 });
    expect(store.size).toBe(1);
  });

  it('finds each of many scattered pixels again', () => {
    const store = new CellStore();
    const pixels = Array.from({ length: 5000 }, (_, i) => (i * 7919) % pixelCount(1024));
    store.add(
      1024,
      pixels,
      pixels.map((pixel) => pixel / 3),
    );
    for (const pixel of pixels) {
      const v = vector(1024, pixel);
      expect(pixelAtVector(1024, ...v)).toBe(pixel);
      expect(store.find(...v)?.value).toBe(pixel / 3);
    }
  });
});
