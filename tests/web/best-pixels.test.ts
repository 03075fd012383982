import { describe, expect, it } from 'vitest';
import { children, finestCells, type LlhMap } from '../../src/sky/index.js';
import { bestPixels } from '../../src/web/best-pixels.js';

const map = (nside: number, pixels: readonly number[], llhOf: (pixel: number) => number): LlhMap => ({
  nside,
  pixel: Int32Array.from(pixels),
  llh: Float64Array.from(pixels, llhOf),
});
const coarse = map(8, [...Array(768).keys()], (pixel) => 1000 + pixel);
const inside = children(8, 0, 64);

describe('the best pixels of a map', () => {
  it('are pixels that were fitted, the rest of one that is refined in part counting once', () => {
    const maps = [coarse, map(64, inside.slice(0, 5), (pixel) => 990 + inside.indexOf(pixel))];
    expect(finestCells(maps).nside).toContain(32);
    const best = bestPixels(finestCells(maps), maps, 8);
    expect(best.map(({ nside }) => nside)).toEqual([64, 64, 64, 64, 64, 8, 8, 8]);
    expect(best.map(({ llh }) => llh)).toEqual([990, 991, 992, 993, 994, 1000, 1001, 1002]);
    expect(best.slice(5).map(({ pixel }) => pixel)).toEqual([0, 1, 2]);
  });

  it('leave out what finer ones cover wholly; where the fine fit failed the coarse one counts', () => {
    const around = map(8, [3, 0, 2, 1], (pixel) => 1000 + pixel);
    const best = (fine: LlhMap) => bestPixels(finestCells([fine, around]), [fine, around], 3);
    const named = (pixels: readonly number[]) => pixels.map((pixel) => ({ nside: 8, pixel, llh: 1000 + pixel }));
    expect(best(map(64, inside, () => 2000))).toEqual(named([1, 2, 3]));
    expect(best(map(64, inside, (pixel) => (pixel === inside[0] ? Number.NaN : 2000)))).toEqual(named([0, 1, 2]));
  });

  it('come in any number of pieces, as a page gets them', () => {
    const pieces = [coarse, ...inside.slice(0, 5).map((pixel, i) => map(64, [pixel], () => 990 + i))];
    expect(bestPixels(finestCells(pieces), pieces, 6).map(({ llh }) => llh)).toEqual([990, 991, 992, 993, 994, 1000]);
  });
});
