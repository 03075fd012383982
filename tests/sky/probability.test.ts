import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/index.js';
import {
  ancestor,
  angularDistance,
  children,
  contourLines,
  credibleRegion,
  finestCells,
  type LlhMap,
  neighbours,
  type ProbabilityMap,
  pixelArea,
  pixelAt,
  pixelCount,
  pixelPhi,
  pixelTheta,
  pixelVector,
  probabilityMap,
} from '../../src/sky/index.js';
import { expectClose } from '../support/close.js';
import { needsShared } from '../support/shared.js';
import { bowl, DEGREE, type Landscape, OLD_SCAN, oldScan, randomOf, scanOf, together, vectorOf } from './maps.js';

const mapOf = (landscape: Landscape, floorDeg: number, nsides?: readonly [number, number][]): ProbabilityMap =>
  probabilityMap(finestCells(scanOf(landscape, nsides)), { floorDeg });

function integral({ nside, density }: ProbabilityMap): number {
  return density.reduce((sum, value, i) => sum + value * pixelArea(nside[i]!), 0);
}

/** Degrees between the peak of a map and a position. */
function peakAway({ peak }: ProbabilityMap, raDeg: number, decDeg: number): number {
  return angularDistance(peak.raRad, peak.decRad, raDeg * DEGREE, decDeg * DEGREE) / DEGREE;
}

/** Area of the region that holds a fraction of a round Gaussian in the angle, on the sphere. */
function gaussianArea(sigmaDeg: number, level: number): number {
  const step = sigmaDeg / 2000;
  const rings: number[] = [];
  for (let angle = step / 2; angle < Math.min(180, 8 * sigmaDeg); angle += step) {
    rings.push(Math.exp(-(angle ** 2) / (2 * sigmaDeg ** 2)) * Math.sin(angle * DEGREE));
  }
  let missing = level * rings.reduce((sum, value) => sum + value, 0);
  let last = 0;
  while (missing > rings[last]!) missing -= rings[last++]!;
  const radius = (last + missing / rings[last]!) * step;
  return (2 * Math.PI * (1 - Math.cos(radius * DEGREE))) / DEGREE ** 2;
}

/**
 * The same map the slow way: every cell down to nside 512 counts as its pixels' centres, summed with
 * exp(-angle^2 / 2 sigma^2) on a grid of `stepDeg` in RA cos(dec) and dec.
 */
function bruteForce(
  maps: readonly LlhMap[],
  sigmaDeg: number,
  box: { ra: [number, number]; dec: [number, number] },
  stepDeg: number,
): { area50: number; area90: number; peak: [number, number] } {
  const cells = finestCells(maps);
  const lowest = cells.llh.reduce((a, b) => Math.min(a, b));
  const sources: { v: number[]; p: number }[] = [];
  cells.llh.forEach((llh, i) => {
    const nside = cells.nside[i]!;
    const p = Math.exp(lowest - llh) * pixelArea(Math.max(512, nside));
    if (p / pixelArea(512) < 1e-9) return;
    const parts = nside < 512 ? children(nside, cells.pixel[i]!, 512) : [cells.pixel[i]!];
    for (const part of parts) sources.push({ v: [...pixelVector(Math.max(512, nside), part, new Float64Array(3))], p });
  });
  const points: { value: number; area: number; ra: number; dec: number }[] = [];
  for (let dec = box.dec[0]; dec < box.dec[1]; dec += stepDeg) {
    const cosine = Math.cos(dec * DEGREE);
    for (let ra = box.ra[0]; ra < box.ra[1]; ra += stepDeg / cosine) {
      const [x, y, z] = vectorOf(ra, dec);
      let value = 0;
      for (const { v, p } of sources) {
        const chord2 = (v[0]! - x) ** 2 + (v[1]! - y) ** 2 + (v[2]! - z) ** 2;
        const u = chord2 / (2 * (sigmaDeg * DEGREE) ** 2);
        if (u < 18) value += p * Math.exp(-u);
      }
      points.push({ value, area: stepDeg ** 2, ra, dec });
    }
  }
  points.sort((a, b) => b.value - a.value);
  const total = points.reduce((sum, { value }) => sum + value, 0);
  const areaOf = (level: number): number => {
    let [held, area] = [0, 0];
    for (const point of points) {
      if (held >= level * total) break;
      held += point.value;
      area += point.area;
    }
    return area;
  };
  return { area50: areaOf(0.5), area90: areaOf(0.9), peak: [points[0]!.ra, points[0]!.dec] };
}

describe('the probability map of a Gaussian likelihood', () => {
  for (const [ra, dec, where] of [
    [57.3, 17.2, 'anywhere'],
    [0, 0.01, 'at RA 0'],
    [10, 89.9, 'beside the north pole'],
    [123, -90, 'on the south pole'],
  ] as const) {
    it(`has the areas and the peak of a Gaussian of sqrt(0.3^2 + 0.2^2) degrees, ${where}`, () => {
      const map = mapOf(bowl(ra, dec, 0.3), 0.2);
      expectClose(integral(map), 1, { absolute: 1e-9 });
      // The four pixels at a pole are not round about their centres.
      const isPolar = Math.abs(dec) > 80;
      expect(peakAway(map, ra, dec)).toBeLessThan(isPolar ? 0.01 : 0.001);
      const sigma = Math.hypot(0.3, 0.2);
      for (const level of [0.5, 0.9]) {
        const { areaDeg2 } = credibleRegion(map, level);
        expectClose(areaDeg2, gaussianArea(sigma, level), { relative: isPolar ? 0.012 : 0.004 }, where);
      }
    });
  }

  it('of a width between that of a pixel and many degrees', () => {
    for (const [sigma, floor] of [
      [0.1, 0.1],
      [0.2, 0.5],
      [0.5, 0.2],
      [0.5, 3],
    ] as const) {
      const map = mapOf(bowl(200, -35, sigma), floor);
      expectClose(integral(map), 1, { absolute: 1e-9 });
      const expected = gaussianArea(Math.hypot(sigma, floor), 0.9);
      expectClose(credibleRegion(map, 0.9).areaDeg2, expected, { relative: 0.01 }, `sigma ${sigma}, floor ${floor}`);
    }
  });

  it('without blur keeps the cells and peaks at the best one', () => {
    const map = mapOf(bowl(57.3, 17.2, 0.3), 0);
    expect(map.nside.length).toBe(finestCells(scanOf(bowl(57.3, 17.2, 0.3))).nside.length);
    expectClose(integral(map), 1, { absolute: 1e-9 });
    expect(peakAway(map, 57.3, 17.2)).toBeLessThan(0.1);
    expectClose(credibleRegion(map, 0.9).areaDeg2, gaussianArea(0.3, 0.9), { relative: 0.02 });
  });

  it('costs few cells where it is wide, and keeps its areas there', () => {
    for (const sigma of [3, 10]) {
      const map = mapOf(bowl(57.3, 17.2, sigma), 0.2, [[64, 0]]);
      expectClose(integral(map), 1, { absolute: 1e-9 });
      expect(map.nside.length).toBeLessThan(200_000);
      expect(peakAway(map, 57.3, 17.2)).toBeLessThan(0.6);
      expectClose(credibleRegion(map, 0.9).areaDeg2, gaussianArea(sigma, 0.9), { relative: 0.01 }, `sigma ${sigma}`);
    }
  });
});

describe('the probability map of odd scans', () => {
  it('one narrow pixel becomes the blur itself', () => {
    const pixel = pixelAt(512, 1.2, 2.3);
    const llh = new Float64Array(pixelCount(8)).fill(50);
    const map = probabilityMap(
      finestCells([
        { nside: 8, pixel: llh.map((_, i) => i), llh },
        { nside: 512, pixel: [pixel], llh: [0] },
      ]),
      { floorDeg: 0.2 },
    );
    expectClose(credibleRegion(map, 0.5).areaDeg2, gaussianArea(0.2, 0.5), { relative: 0.005 });
    expectClose(credibleRegion(map, 0.9).areaDeg2, gaussianArea(0.2, 0.9), { relative: 0.005 });
    expect(
      angularDistance(map.peak.raRad, map.peak.decRad, pixelPhi(512, pixel), Math.PI / 2 - pixelTheta(512, pixel)),
    ).toBeLessThan(1e-7);
  });

  it('a lone pixel on an unknown sky, and one that is NaN', () => {
    for (const extra of [[], [{ nside: 8, pixel: [5], llh: [Number.NaN] }]]) {
      const map = probabilityMap(finestCells([{ nside: 512, pixel: [1000], llh: [7] }, ...extra]), { floorDeg: 0.2 });
      expectClose(integral(map), 1, { absolute: 1e-9 });
      expectClose(credibleRegion(map, 0.9).areaDeg2, gaussianArea(0.2, 0.9), { relative: 0.01 });
      expectClose(
        map.nside.reduce((sum, nside) => sum + pixelArea(nside), 0),
        4 * Math.PI,
        { relative: 1e-12 },
        'covers the sky',
      );
    }
  });

  it('failed pixels hold the coarser value, and nothing where there is none', () => {
    const maps = scanOf(bowl(57.3, 17.2, 0.3));
    const llh = [...(maps[2]!.llh as number[])];
    const worst = llh.indexOf(Math.max(...llh));
    llh[worst] = Number.NaN;
    const map = probabilityMap(finestCells([maps[0]!, maps[1]!, { ...maps[2]!, llh }]), { floorDeg: 0.2 });
    expect(peakAway(map, 57.3, 17.2)).toBeLessThan(0.001);
  });

  it('a flat sky stays flat, whatever the floor', () => {
    for (const floorDeg of [0, 0.2, 5]) {
      const map = mapOf(() => 3, floorDeg, [[8, 0]]);
      expectClose(integral(map), 1, { absolute: 1e-9 });
      expectClose(credibleRegion(map, 0.9).areaDeg2, 0.9 * 41252.961, { relative: 5e-4 });
      // The four pixels at a pole are farther from it than their share of the sky.
      map.density.forEach((value, i) => {
        const theta = pixelTheta(map.nside[i]!, map.pixel[i]!);
        const isPolar = Math.min(theta, Math.PI - theta) < 3 * floorDeg * DEGREE;
        expectClose(value * 4 * Math.PI, 1, { absolute: isPolar ? 0.05 : 0.005 });
      });
      if (floorDeg < 1) expect(contourLines(map, 0.9).length).toBe(0);
    }
  });

  it('the peak is the middle of a flat pixel that is wider than the floor', () => {
    const p = 300;
    const map = probabilityMap(
      finestCells([{ nside: 8, pixel: [p, ...neighbours(8, p)], llh: [0, 3, 4, 5, 6, 7, 8, 9, 9] }]),
      { floorDeg: 0.2 },
    );
    expect(
      angularDistance(map.peak.raRad, map.peak.decRad, pixelPhi(8, p), Math.PI / 2 - pixelTheta(8, p)) / DEGREE,
    ).toBeLessThan(0.01);
  });

  it('of two islands the one of more probability has the peak, also when its best pixel is not the best', () => {
    // A broad one of five times the probability, and a narrow one whose llh is lower.
    const map = mapOf(together(bowl(57.3, 17.2, 0.5), bowl(60, 17.2, 0.05, 1.5)), 0.2);
    expect(peakAway(map, 57.3, 17.2)).toBeLessThan(0.05);
  });

  it('a noisy wide posterior agrees with the sum over all pixels', () => {
    const random = randomOf(3);
    const nside = 16;
    const floor = 2;
    const llh = Float64Array.from({ length: pixelCount(nside) }, () => 3 * random());
    const pixel = llh.map((_, i) => i);
    const map = probabilityMap(finestCells([{ nside, pixel, llh }]), { floorDeg: floor });
    // The slow way: cells of 3.7 degrees as 16 points each, on all centres of nside 64.
    const sources: { v: Float64Array; p: number }[] = [];
    for (let i = 0; i < llh.length; i++) {
      for (const child of children(nside, i, 64)) {
        sources.push({ v: pixelVector(64, child, new Float64Array(3)), p: Math.exp(-llh[i]!) });
      }
    }
    const at = new Float64Array(3);
    const half = 1 / (2 * (floor * DEGREE) ** 2);
    // Every 37th place, to have an answer in a second.
    let total = 0;
    const expected: [number, number][] = [];
    for (const { p } of sources) total += p;
    for (let q = 0; q < pixelCount(64); q += 37) {
      pixelVector(64, q, at);
      let value = 0;
      for (const { v, p } of sources) {
        const u = half * ((v[0]! - at[0]!) ** 2 + (v[1]! - at[1]!) ** 2 + (v[2]! - at[2]!) ** 2);
        if (u < 18) value += p * Math.exp(-u);
      }
      expected.push([q, (value * half) / (Math.PI * total)]);
    }
    const densities = new Float64Array(pixelCount(64));
    map.density.forEach((value, i) => {
      const [cellNside, cell] = [map.nside[i]!, map.pixel[i]!];
      if (cellNside > 64) densities[ancestor(cellNside, cell, 64)]! += value * (64 / cellNside) ** 2;
      else for (const q of children(cellNside, cell, 64)) densities[q] = value;
    });
    let squares = 0;
    let mean = 0;
    for (const [q, value] of expected) {
      squares += (densities[q]! - value) ** 2;
      mean += value;
    }
    expect(Math.sqrt(squares / expected.length) / (mean / expected.length)).toBeLessThan(0.02);
  });

  it('refuses a floor that is no width, and a map that knows nothing', () => {
    const cells = finestCells([{ nside: 8, pixel: [1], llh: [1] }]);
    for (const floorDeg of [-0.1, Number.NaN, 21])
      expect(() => probabilityMap(cells, { floorDeg })).toThrow(ConfigError);
    expect(() => probabilityMap(finestCells([]), { floorDeg: 0.2 })).toThrow(RangeError);
  });
});

needsShared('the probability map of a real scan', [OLD_SCAN], () => {
  it('has the areas and the peak of a much finer evaluation', () => {
    const maps = oldScan();
    const expected = bruteForce(maps, 0.2, { ra: [45.6, 50.4], dec: [-4.4, -2.2] }, 0.012);
    const map = probabilityMap(finestCells(maps), { floorDeg: 0.2 });
    expectClose(credibleRegion(map, 0.5).areaDeg2, expected.area50, { relative: 0.01 });
    expectClose(credibleRegion(map, 0.9).areaDeg2, expected.area90, { relative: 0.01 });
    expect(peakAway(map, ...expected.peak)).toBeLessThan(0.01);
  });
});
