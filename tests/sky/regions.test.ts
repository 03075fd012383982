import { describe, expect, it } from 'vitest';
import {
  angularDistance,
  cellAt,
  contourLines,
  credibleLevelAt,
  credibleRegion,
  densityAt,
  finestCells,
  type ProbabilityMap,
  pixelArea,
  pixelCount,
  pixelPhi,
  pixelTheta,
  probabilityInCone,
  probabilityMap,
  regionCells,
  ringAreaDeg2,
  ringToUniq,
  wilksRegion,
} from '../../src/sky/index.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedText } from '../support/shared.js';
import { bowl, DEGREE, type Landscape, OLD_SCAN, oldScan, randomOf, scanOf, together } from './maps.js';

const mapOf = (landscape: Landscape, floorDeg: number, nsides?: readonly [number, number][]): ProbabilityMap =>
  probabilityMap(finestCells(scanOf(landscape, nsides)), { floorDeg });
const FULL_SKY_DEG2 = 4 * Math.PI * (180 / Math.PI) ** 2;
/** Radius that holds a fraction of a round Gaussian, degrees. */
const radiusOf = (sigmaDeg: number, level: number): number => sigmaDeg * Math.sqrt(-2 * Math.log(1 - level));

describe('the box of a region', () => {
  for (const [ra, dec, where] of [
    [123.4, -17.2, 'anywhere'],
    [0.02, 41, 'across RA 0'],
    [359.9, -5, 'just before RA 0'],
    [180, 0, 'at RA 180'],
    [45, 80, 'near a pole'],
  ] as const) {
    it(`spans the radius of a Gaussian each way, ${where}`, () => {
      const map = mapOf(bowl(ra, dec, 0.3), 0.2);
      for (const level of [0.5, 0.9]) {
        const region = credibleRegion(map, level);
        const radius = radiusOf(Math.hypot(0.3, 0.2), level);
        expectClose(region.decMinusDeg, radius, { relative: 0.01 }, 'dec minus');
        expectClose(region.decPlusDeg, radius, { relative: 0.01 }, 'dec plus');
        // Where a small circle touches meridians: sin(dRA) = sin(radius) / cos(dec).
        const inRa = Math.asin(Math.sin(radius * DEGREE) / Math.cos(dec * DEGREE)) / DEGREE;
        expectClose(region.raMinusDeg, inRa, { relative: 0.015 }, 'RA minus');
        expectClose(region.raPlusDeg, inRa, { relative: 0.015 }, 'RA plus');
      }
    });
  }

  it('goes all around in RA and up to the pole where a pole is inside', () => {
    for (const sign of [1, -1]) {
      for (const floorDeg of [0, 0.2]) {
        const map = mapOf(bowl(70, sign * 89.8, 0.3), floorDeg);
        const region = credibleRegion(map, 0.9);
        expect([region.raMinusDeg, region.raPlusDeg]).toEqual([180, 180]);
        const [toPole, fromPole] =
          sign > 0 ? [region.decPlusDeg, region.decMinusDeg] : [region.decMinusDeg, region.decPlusDeg];
        expectClose(toPole, 90 - Math.abs(map.peak.decRad) / DEGREE, { absolute: 1e-9 });
        expectClose(fromPole, radiusOf(Math.hypot(0.3, floorDeg), 0.9), { absolute: 0.12 });
      }
    }
  });

  it('holds islands too, on both sides of RA 0', () => {
    const map = mapOf(together(bowl(359, 10, 0.3), bowl(2, 10, 0.3, -0.2)), 0.2, [
      [8, 0],
      [64, 24],
      [512, 48],
    ]);
    expectClose(map.peak.raRad / DEGREE, 359, { absolute: 0.02 });
    const { raPlusDeg, raMinusDeg } = credibleRegion(map, 0.9);
    expect(raPlusDeg).toBeGreaterThan(3.5);
    expect(raPlusDeg).toBeLessThan(4.2);
    expect(raMinusDeg).toBeLessThan(1);
  });

  it('is the whole sky for a flat map', () => {
    const map = mapOf(() => 0, 0.2, [[8, 0]]);
    const { areaDeg2, decMinusDeg, decPlusDeg, raMinusDeg } = credibleRegion(map, 0.5);
    expectClose(areaDeg2, FULL_SKY_DEG2 / 2, { relative: 1e-6 });
    expectClose(decMinusDeg + decPlusDeg, 180, { relative: 1e-12 });
    expect(raMinusDeg).toBe(180);
  });
});

describe('credibleRegion', () => {
  const map = mapOf(together(bowl(20, 10, 0.4), bowl(22, 11, 0.2)), 0.2);
  const flat = probabilityMap(finestCells([{ nside: 4, pixel: [...Array(192).keys()], llh: new Float64Array(192) }]), {
    floorDeg: 0,
  });

  it('grows with the level, and holds what it says', () => {
    let last = 0;
    for (const level of [0.01, 0.1, 0.5, 0.9, 0.99, 0.9999]) {
      const { areaDeg2 } = credibleRegion(map, level);
      expect(areaDeg2).toBeGreaterThan(last);
      last = areaDeg2;
      const cells = regionCells(map, level);
      const held = cells.reduce((sum, i) => sum + map.density[i]! * pixelArea(map.nside[i]!), 0);
      const lowest = Math.min(...cells.map((i) => map.density[i]!));
      expect(held).toBeGreaterThanOrEqual(level - 1e-12);
      // One cell fewer would not be enough.
      const crossing = cells.filter((i) => map.density[i] === lowest);
      expect(held - crossing.reduce((sum, i) => sum + map.density[i]! * pixelArea(map.nside[i]!), 0)).toBeLessThan(
        level,
      );
      const cellArea = cells.reduce((sum, i) => sum + pixelArea(map.nside[i]!), 0) / DEGREE ** 2;
      expectClose(areaDeg2, cellArea, { absolute: (crossing.length * pixelArea(512)) / DEGREE ** 2 });
    }
  });

  it('agrees with the credible level of every cell', () => {
    for (const level of [0.3, 0.9]) {
      const inside = new Set(regionCells(map, level));
      for (let i = 0; i < map.nside.length; i += 97) {
        const dec = Math.PI / 2 - pixelTheta(map.nside[i]!, map.pixel[i]!);
        const at = credibleLevelAt(map, pixelPhi(map.nside[i]!, map.pixel[i]!), dec);
        if (Math.abs(at - level) > 0.01) expect(inside.has(i)).toBe(at < level);
      }
    }
  });

  it('takes equal cells by their UNIQ number', () => {
    const cells = regionCells(flat, 0.5);
    expect(cells.length).toBe(96);
    const uniqs = Array.from(flat.pixel, (pixel) => ringToUniq(4, pixel));
    const limit = uniqs.toSorted((a, b) => a - b)[95]!;
    expect(cells.every((i) => uniqs[i]! <= limit)).toBe(true);
    expectClose(credibleRegion(flat, 0.503).areaDeg2, 0.503 * FULL_SKY_DEG2, { relative: 1e-9 });
  });

  it('is empty at 0 and everything with probability at 1', () => {
    expectClose(credibleRegion(flat, 0).areaDeg2, 0, { absolute: 1e-9 });
    expectClose(credibleRegion(flat, 1).areaDeg2, FULL_SKY_DEG2, { relative: 1e-12 });
    const held = regionCells(map, 1).reduce((sum, i) => sum + map.density[i]! * pixelArea(map.nside[i]!), 0);
    expectClose(held, 1, { absolute: 1e-11 });
  });
});

describe('wilksRegion', () => {
  it('sums the finest known pixels below the level', () => {
    const cells = finestCells([
      { nside: 8, pixel: [...Array(768).keys()], llh: new Float64Array(768).fill(100) },
      { nside: 512, pixel: [1000, 1001, 1002, 1003], llh: [10, 10.6, 10.8, Number.NaN] },
    ]);
    expectClose(wilksRegion(cells, 1.39).areaDeg2, (2 * pixelArea(512)) / DEGREE ** 2, { relative: 1e-12 });
    expectClose(wilksRegion(cells, 4.61).areaDeg2, (3 * pixelArea(512)) / DEGREE ** 2, { relative: 1e-12 });
    const { areaDeg2 } = wilksRegion(cells, 1000);
    expectClose(areaDeg2, FULL_SKY_DEG2, { relative: 1e-9 });
  });

  it('of a bowl has the area 2 pi sigma^2 ln 2 and its box', () => {
    const region = wilksRegion(finestCells(scanOf(bowl(123.4, -17.2, 0.5))), 2 * Math.LN2);
    expectClose(region.areaDeg2, 2 * Math.PI * 0.25 * Math.LN2, { relative: 0.03 });
    const radius = 0.5 * Math.sqrt(2 * Math.LN2);
    for (const edge of [region.decMinusDeg, region.decPlusDeg, region.raMinusDeg * Math.cos(17.2 * DEGREE)]) {
      expectClose(edge, radius, { absolute: 0.1 });
    }
  });

  it('never has an empty box: a single pixel spans its own size', () => {
    const region = wilksRegion(finestCells([{ nside: 512, pixel: [pixelCount(512) / 2], llh: [3] }]), 1.39);
    for (const edge of [region.raMinusDeg, region.raPlusDeg, region.decMinusDeg, region.decPlusDeg]) {
      expectClose(edge, 0.08, { absolute: 0.02 });
    }
  });

  it('needs a pixel that was fitted', () => {
    expect(() => wilksRegion(finestCells([]), 1.39)).toThrow(RangeError);
  });
});

describe('positions', () => {
  const map = mapOf(bowl(123.4, -17.2, 0.3), 0.2);

  it('probability in a cone is the integral of the Gaussian', () => {
    for (const radius of [0.1, 0.5, 1, 3]) {
      const expected = 1 - Math.exp(-(radius ** 2) / (2 * (0.3 ** 2 + 0.2 ** 2)));
      expectClose(probabilityInCone(map, 123.4 * DEGREE, -17.2 * DEGREE, radius * DEGREE), expected, {
        absolute: 0.002,
      });
    }
    expect(probabilityInCone(map, 0, 1, 0.1)).toBeLessThan(1e-12);
    expectClose(probabilityInCone(map, 0, 1, Math.PI), 1, { absolute: 1e-9 });
  });

  it('a cone inside one wide cell holds its share of the sky', () => {
    const flat = mapOf(() => 0, 0.2, [[1, 0]]);
    expectClose(probabilityInCone(flat, 1, 0.2, 0.05), (1 - Math.cos(0.05)) / 2, { relative: 0.01 });
  });

  it('credible level and density fall with the distance from the peak', () => {
    let last = 0;
    for (const away of [0.1, 0.3, 0.6, 1]) {
      const [ra, dec] = [123.4 * DEGREE, (-17.2 + away) * DEGREE];
      const level = credibleLevelAt(map, ra, dec);
      expectClose(level, 1 - Math.exp(-(away ** 2) / (2 * 0.13)), { absolute: 0.04 });
      expect(level).toBeGreaterThan(last);
      last = level;
      expectClose(densityAt(map, ra, dec) * DEGREE ** 2, Math.exp(-(away ** 2) / 0.26) / (2 * Math.PI * 0.13), {
        relative: 0.4,
      });
    }
  });

  it('a position nobody scanned has level 1 and no cell', () => {
    const cells = finestCells([{ nside: 512, pixel: [1000], llh: [7] }]);
    expect(cellAt(cells, 1, -1)).toBe(-1);
    expect(credibleLevelAt(probabilityMap(cells, { floorDeg: 0.2 }), 1, -1)).toBe(1);
  });
});

describe('contourLines', () => {
  for (const [ra, dec, where] of [
    [123.4, -17.2, 'anywhere'],
    [0, 30, 'across RA 0'],
    [10, 90, 'around the north pole'],
    [200, -89.7, 'around the south pole'],
    [45, 41.8, 'where three base pixels meet'],
  ] as const) {
    it(`are one closed ring around a Gaussian, counter-clockwise, ${where}`, () => {
      const map = mapOf(bowl(ra, dec, 0.3), 0.2);
      for (const level of [0.5, 0.9]) {
        const rings = contourLines(map, level);
        expect(rings.length).toBe(1);
        const ring = rings[0]!;
        expect(ring[0]).toEqual(ring.at(-1));
        expectClose(ringAreaDeg2(ring), credibleRegion(map, level).areaDeg2, { relative: 0.04 });
        const radius = radiusOf(Math.hypot(0.3, 0.2), level);
        for (const { raRad, decRad } of ring) {
          const away = angularDistance(raRad, decRad, ra * DEGREE, dec * DEGREE) / DEGREE;
          expectClose(away, radius, { relative: 0.05 }, `ring of ${level}`);
        }
      }
    });
  }

  it('of a likelihood map lie at its level', () => {
    const cells = finestCells(scanOf(bowl(123.4, -17.2, 0.4)));
    const [ring] = contourLines(cells, 4.61);
    expectClose(ringAreaDeg2(ring!), Math.PI * 4.61 * 0.16, { relative: 0.03 });
    for (const { raRad, decRad } of ring!) {
      const away = angularDistance(raRad, decRad, 123.4 * DEGREE, -17.2 * DEGREE) / DEGREE;
      expectClose(away, 0.4 * Math.sqrt(4.61), { absolute: 0.04 });
    }
  });

  it('show islands as rings of their own, the largest first', () => {
    const map = mapOf(together(bowl(20, 10, 0.4), bowl(24, 10, 0.2)), 0.2);
    const rings = contourLines(map, 0.9);
    expect(rings.length).toBe(2);
    const areas = rings.map(ringAreaDeg2);
    expect(areas[0]).toBeGreaterThan(areas[1]!);
    expectClose(areas[0]! + areas[1]!, credibleRegion(map, 0.9).areaDeg2, { relative: 0.02 });
  });

  it('show a hole as a clockwise ring', () => {
    const around = bowl(20, 10, 1);
    const ringShaped: Landscape = (x, y, z) => (Math.sqrt(2 * around(x, y, z)) - 3) ** 2 / (2 * 0.5 ** 2);
    const map = mapOf(ringShaped, 0.2, [
      [32, 0],
      [128, 200],
      [256, 900],
    ]);
    const areas = contourLines(map, 0.9).map(ringAreaDeg2);
    expect(areas.length).toBe(2);
    expect(areas[0]).toBeGreaterThan(0);
    expect(areas[1]).toBeLessThan(0);
    expectClose(areas[0]! + areas[1]!, credibleRegion(map, 0.9).areaDeg2, { relative: 0.02 });
  });

  it('on cells of mixed size are closed', () => {
    const random = randomOf(5);
    for (let trial = 0; trial < 20; trial++) {
      const maps = scanOf(
        () => random() * 6,
        [
          [2, 0],
          [8, 10],
          [32, 20],
        ],
      );
      const cells = finestCells(maps);
      for (const ring of contourLines(cells, 4)) {
        expect(ring.length).toBeGreaterThanOrEqual(4);
        expect(ring[0]).toEqual(ring.at(-1));
        for (const { raRad, decRad } of ring) {
          expect(raRad >= 0 && raRad < 2 * Math.PI && Math.abs(decRad) <= Math.PI / 2).toBe(true);
        }
      }
    }
  });

  it('at the edge of a pointed scan run along the scanned pixels', () => {
    const cells = finestCells([{ nside: 64, pixel: [5000, 5001], llh: [1, 1.2] }]);
    const rings = contourLines(cells, 4.61);
    const area = rings.reduce((sum, ring) => sum + ringAreaDeg2(ring), 0);
    expect(area).toBeGreaterThan(0.4 * 2 * (pixelArea(64) / DEGREE ** 2));
    expect(area).toBeLessThan(2.1 * (pixelArea(64) / DEGREE ** 2));
  });

  it('of a flat map are none', () => {
    expect(contourLines(finestCells(scanOf(() => 0, [[8, 0]])), 4.61)).toEqual([]);
  });
});

needsShared('regions of a real scan', [OLD_SCAN, 'data/icecat.csv'], () => {
  it('hold IceCat-2’s position of IC220524A, and are about as large', () => {
    const row = sharedText('data/icecat.csv')
      .split('\n')
      .find((line) => line.startsWith('136662,'))!
      .split(',');
    const [ra2, dec2] = [Number(row[4]), Number(row[5])];
    const map = probabilityMap(finestCells(oldScan()), { floorDeg: 0.2 });
    const level = credibleLevelAt(map, ra2 * DEGREE, dec2 * DEGREE);
    expect(level).toBeLessThan(0.5);
    const region = credibleRegion(map, 0.9);
    expectClose(region.areaDeg2, Number(row[15]), { relative: 0.1 });
    expectClose(region.raPlusDeg, Number(row[11]), { absolute: 0.15 });
    const [ring] = contourLines(map, 0.9);
    expectClose(ringAreaDeg2(ring!), region.areaDeg2, { relative: 0.02 });
  });
});
