import { describe, expect, it } from 'vitest';
import { type CellOptions, cellOutline, cellsToDraw } from '../../src/plot/cells.js';
import { lonLat } from '../../src/plot/frame.js';
import { allSkyProjection } from '../../src/plot/projection.js';
import {
  corners,
  finestCells,
  fromUniq,
  nestToRing,
  pixelArea,
  pixelCount,
  ringToNest,
  toUniq,
} from '../../src/sky/index.js';
import { expectClose } from '../support/close.js';
import { bowl } from './maps.js';
import { polygonArea, subpaths } from './svg-paths.js';

const level = (value: number): number => Math.min(95, Math.floor(value / 5));
const options: CellOptions = { levelOf: level, smallIsBest: true, smallestSideRad: 0, most: 1e9, window: null };

function valuesOf(result: ReturnType<typeof bowl>) {
  const cells = finestCells(result.maps);
  return { ...cells, value: cells.llh.map((llh) => 2 * (llh - 1000)) };
}

/** The drawn cell that contains a pixel, by climbing. */
function drawnOver(drawn: ReadonlyMap<number, number>, nside: number, pixel: number): number | undefined {
  let uniq = toUniq(nside, ringToNest(nside, pixel));
  for (;;) {
    const found = drawn.get(uniq);
    if (found !== undefined) return found;
    if (fromUniq(uniq).nside === 1) return undefined;
    uniq = Math.floor(uniq / 4);
  }
}

describe('the cells of a picture', () => {
  it('show every pixel in its own colour where nothing is too small, merged or not', () => {
    const values = valuesOf(bowl(40, 20, 0.5));
    const cells = cellsToDraw(values, options);
    expect(cells.length).toBeLessThan(values.pixel.length);
    const drawn = new Map(cells.map((cell) => [toUniq(cell.nside, cell.nest), cell.level]));
    for (let i = 0; i < values.pixel.length; i++) {
      expect(drawnOver(drawn, values.nside[i]!, values.pixel[i]!)).toBe(level(values.value[i]!));
    }
  });

  it('cover what was scanned exactly once', () => {
    const values = valuesOf(bowl(359.8, -80, 0.5, { radiiDeg: [60, 12, 1.6] }));
    const cells = cellsToDraw(values, options);
    const area = (nsides: ArrayLike<number>): number =>
      Array.from(nsides).reduce((sum, nside) => sum + pixelArea(nside), 0);
    expectClose(area(cells.map((cell) => cell.nside)), area(values.nside), { relative: 1e-9 });
  });

  it('keep the best value where pixels are below the resolution of the picture', () => {
    const values = valuesOf(bowl(40, 20, 0.5));
    const cells = cellsToDraw(values, { ...options, smallestSideRad: 0.01 });
    expect(Math.max(...cells.map((cell) => cell.nside))).toBeLessThanOrEqual(64);
    expect(cells.at(-1)!.level).toBe(0);
  });

  it('stay below the given number of cells', () => {
    const cells = cellsToDraw(valuesOf(bowl(40, 20, 20, { nsides: [64], radiiDeg: [180] })), { ...options, most: 900 });
    expect(cells.length).toBeLessThanOrEqual(900);
    expectClose(
      cells.reduce((sum, cell) => sum + pixelArea(cell.nside), 0),
      4 * Math.PI,
      { relative: 1e-9 },
    );
  });

  it('of a window are those that reach into it', () => {
    const values = valuesOf(bowl(40, 20, 0.5));
    const centre = lonToVector(40, 20);
    const cells = cellsToDraw(values, { ...options, levelOf: (value) => value, window: { centre, radiusRad: 0.01 } });
    expect(cells.length).toBeGreaterThan(60);
    expect(cells.length).toBeLessThan(150);
  });
});

describe('outlines of pixels', () => {
  it.each([1, 8, 64])(
    'have the area of the pixel on an equal-area map, poles and map edge included (nside %i)',
    (nside) => {
      const box = { left: 0, top: 0, right: 2000, bottom: 1000 };
      const projection = allSkyProjection('mollweide', 180, box);
      const unit = polygonArea(subpaths(projection.outline())[0]!) / (4 * Math.PI);
      const step = nside === 64 ? 7 : 1;
      for (let pixel = 0; pixel < pixelCount(nside); pixel += step) {
        const d = projection.polygon(cellOutline('equatorial', nside, ringToNest(nside, pixel), 1e-4));
        const drawn = subpaths(d).reduce((sum, ring) => sum + polygonArea(ring), 0);
        expectClose(drawn, pixelArea(nside) * unit, { relative: 0.02, absolute: 4 }, `pixel ${pixel}`);
      }
    },
  );

  it('pass through the corners of the pixel', () => {
    const ring = cellOutline('equatorial', 8, 300, 1e-4);
    const c = corners(8, nestToRing(8, 300));
    for (let k = 0; k < 4; k++) {
      const [lon, lat] = lonLat('equatorial', c[3 * k]!, c[3 * k + 1]!, c[3 * k + 2]!);
      expect(ring.some(([a, b]) => Math.abs(a - lon) < 1e-9 && Math.abs(b - lat) < 1e-9)).toBe(true);
    }
  });
});

function lonToVector(ra: number, dec: number): [number, number, number] {
  const d = Math.PI / 180;
  return [Math.cos(dec * d) * Math.cos(ra * d), Math.cos(dec * d) * Math.sin(ra * d), Math.sin(dec * d)];
}
