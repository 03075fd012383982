import { describe, it } from 'vitest';
import { children, contourLines, finestCells, pixelArea, ringAreaDeg2 } from '../../src/sky/index.js';
import { expectClose } from '../support/close.js';

const SQUARE_DEGREES = (180 / Math.PI) ** 2;

/** Inner cells have height 0 and outer ones 10: the level at half of that follows the sides of the cells. */
describe('the outline of a region of large cells among smaller ones', () => {
  it.each([0, 300, 400, 767])('is closed around a single cell (pixel %i of nside 8)', (pixel) => {
    for (const finer of [16, 64]) {
      const rest = Array.from({ length: 768 }, (_, i) => i).filter((i) => i !== pixel);
      const fine = rest.flatMap((coarse) => children(8, coarse, finer)).sort((a, b) => a - b);
      const cells = finestCells([
        { nside: 8, pixel: [pixel], llh: [0] },
        { nside: finer, pixel: fine, llh: fine.map(() => 50) },
      ]);
      const rings = contourLines(cells, 25);
      const area = rings.reduce((sum, ring) => sum + ringAreaDeg2(ring), 0);
      expectClose(area, pixelArea(8) * SQUARE_DEGREES, { relative: 0.2 }, `${rings.length} rings`);
    }
  });

  it('is closed where inner and outer cells of three sizes meet', () => {
    const inner = new Set(children(4, 70, 8));
    const sizes = [8, 16, 32];
    const maps = sizes.map((nside, k) => {
      const coarse = Array.from({ length: 768 }, (_, i) => i).filter((i) => i % 3 === k);
      const pixel = coarse.flatMap((i) => children(8, i, nside)).sort((a, b) => a - b);
      const isInner = new Set([...inner].flatMap((i) => children(8, i, nside)));
      return { nside, pixel, llh: pixel.map((i) => (isInner.has(i) ? 0 : 50)) };
    });
    const rings = contourLines(finestCells(maps), 25);
    expectClose(ringAreaDeg2(rings[0]!), pixelArea(4) * SQUARE_DEGREES, { relative: 0.2 }, `${rings.length} rings`);
  });
});
