import { describe, expect, it } from 'vitest';
import {
  bestFit,
  cellsInRegion,
  combineResults,
  delta2LlhAt,
  isInRegion,
  llhAt,
  nearestSources,
  readNpz,
  type ScanResult,
  skyMaps,
  skyRegion,
  summarize,
  wilksDelta,
  writeNpz,
} from '../../../src/result/index.js';
import { angularDistance, credibleLevelAt, pixelArea } from '../../../src/sky/index.js';
import { bowl, randomOf } from '../../sky/maps.js';
import { expectClose } from '../../support/close.js';
import { gaussianScan, mapOf, metadata } from '../support.js';
import { resultOf, SKIES, skyOf } from './skies.js';

const DEGREE = Math.PI / 180;
const result = gaussianScan({ raDeg: 47.2, decDeg: -3.5, sigmaDeg: 0.5 });
const sky = skyMaps(result, 0.2)!;

describe('the regions of a map', () => {
  it('are those of its summary', () => {
    const summary = summarize(result, { recoAlgo: null, nRecos: null, wallS: null, sky });
    expect([0.5, 0.9].map((level) => skyRegion(sky, 'probability', level))).toEqual(
      summary.regions.map((region) => ({
        kind: 'probability',
        delta_2llh: null,
        angular_error_floor_deg: 0.2,
        ...region,
      })),
    );
    expect([0.5, 0.9].map((level) => skyRegion(sky, 'wilks', level))).toEqual(
      summary.wilks_regions.map((region) => ({ kind: 'wilks', angular_error_floor_deg: null, ...region })),
    );
  });

  it('by Wilks have the levels of alerts, and those of a chi square beside them', () => {
    expect([0.5, 0.9].map(wilksDelta)).toEqual([1.39, 4.61]);
    expectClose(wilksDelta(1 - 1.349898e-3 * 2), 11.829, { absolute: 1e-3 }, '3 sigma');
    const region = skyRegion(sky, 'wilks', 0.99);
    expectClose(region.area_deg2, 2 * Math.PI * 0.25 * Math.log(100), { relative: 0.02 }, 'area of a Gaussian');
  });

  it.each(
    Object.keys(SKIES)
      .slice(0, 8)
      .filter((_, i) => i % 2 === 1),
  )('hold the positions in their cells: %s', (name) => {
    const maps = skyOf(name);
    const random = randomOf(7);
    for (const kind of ['probability', 'wilks'] as const) {
      const region = skyRegion(maps, kind, 0.9);
      const cells = cellsInRegion(maps, region);
      let area = 0;
      for (const nside of cells.nside) area += pixelArea(nside) / DEGREE ** 2;
      expectClose(area, region.area_deg2, { relative: 0.03, absolute: 14 * Number(region.area_deg2 > 100) }, 'area');
    }
    const { peak } = maps.probability;
    expect(isInRegion(maps, { kind: 'probability', level: 0.5 }, peak.raRad, peak.decRad)).toBe(
      !name.startsWith('around'),
    );
    for (let i = 0; i < 30; i++) {
      const [ra, dec] = [2 * Math.PI * random(), Math.asin(2 * random() - 1)];
      const level = credibleLevelAt(maps.probability, ra, dec);
      if (level < 0.89) expect(isInRegion(maps, { kind: 'probability', level: 0.9 }, ra, dec)).toBe(true);
      if (level > 0.92) expect(isInRegion(maps, { kind: 'probability', level: 0.9 }, ra, dec)).toBe(false);
      expect(isInRegion(maps, { kind: 'wilks', level: 0.9 }, ra, dec)).toBe(delta2LlhAt(maps, ra, dec) < 4.61);
    }
  });
});

describe('catalogue sources', () => {
  it('come nearest first, with the level of their position', () => {
    const sources = [
      { name: 'far', raDeg: 200, decDeg: 40 },
      { name: 'near', raDeg: 47.3, decDeg: -3.4 },
      { name: 'middle', raDeg: 46, decDeg: -3.5 },
    ];
    const near = nearestSources(sky, sources, 2);
    expect(near.map(({ name }) => name)).toEqual(['near', 'middle']);
    const { peak } = sky.probability;
    const separation = angularDistance(peak.raRad, peak.decRad, 47.3 * DEGREE, -3.4 * DEGREE) / DEGREE;
    expectClose(near[0]!.separation_deg, separation, { absolute: 1e-6 }, 'separation');
    expect(near[0]!.credible_level).toBe(credibleLevelAt(sky.probability, 47.3 * DEGREE, -3.4 * DEGREE));
    expectClose(near[1]!.delta_2llh!, (1.2 / 0.5) ** 2, { absolute: 0.8 }, '2 delta llh');
    expect(near[0]!.probability_per_deg2).toBeGreaterThan(near[1]!.probability_per_deg2);
  });
});

describe('combined maps', () => {
  const [a, b] = [
    gaussianScan({ raDeg: 100, decDeg: 20, sigmaDeg: 0.6 }),
    gaussianScan({ raDeg: 100.8, decDeg: 20.3, sigmaDeg: 0.8 }),
  ];
  const combined = combineResults([a, b]);

  it('have the sum of the llh everywhere, from the finest pixels of either', () => {
    const random = randomOf(3);
    for (let i = 0; i < 3000; i++) {
      const wide = i % 2 === 0;
      const ra = wide ? 2 * Math.PI * random() : (100 + 8 * (random() - 0.5)) * DEGREE;
      const dec = wide ? Math.asin(2 * random() - 1) : (20 + 8 * (random() - 0.5)) * DEGREE;
      expect(llhAt(combined, ra, dec)).toBe(llhAt(a, ra, dec) + llhAt(b, ra, dec));
    }
  });

  it('peak between theirs and are narrower than either', () => {
    const maps = skyMaps(combined, 0)!;
    const [wa, wb] = [1 / 0.6 ** 2, 1 / 0.8 ** 2];
    expectClose(maps.probability.peak.decRad / DEGREE, (20 * wa + 20.3 * wb) / (wa + wb), { absolute: 0.08 }, 'dec');
    const area = (2 * Math.PI * Math.log(10)) / (wa + wb);
    expectClose(skyRegion(maps, 'probability', 0.9).area_deg2, area, { relative: 0.03 }, '90 % area');
  });

  it('do not depend on the order, and three are as good as two', () => {
    expect(combineResults([b, a])).toEqual(combined);
    const three = combineResults([a, b, a]);
    expectClose(bestFit(three)!.llh, llhAt(three, 100 * DEGREE, 20 * DEGREE), { relative: 0.01 }, 'best');
  });

  it('know the event if there is one, and never an energy', () => {
    expect(combined.metadata).toEqual(metadata);
    expect(combineResults([a, { ...b, metadata: { ...metadata, complete: false } }]).metadata!.complete).toBe(false);
    expect(combineResults([a, { ...b, metadata: { ...metadata, eventId: 2 } }]).metadata).toBeNull();
    expect(combineResults([a, { ...b, metadata: null }]).metadata).toBeNull();
    for (const map of combined.maps) expect(map.eIn.every(Number.isNaN) && map.t.every(Number.isNaN)).toBe(true);
    expect(readNpz(writeNpz(combined))).toEqual(combined);
  });

  it('leave out what one of them lacks', () => {
    const half: ScanResult = {
      metadata,
      maps: [
        mapOf(
          2,
          Array.from({ length: 24 }, (_, pixel) => [pixel, pixel === 5 ? Number.NaN : 10] as const),
        ),
      ],
    };
    const other: ScanResult = {
      metadata,
      maps: [
        mapOf(1, [[0, 1]]),
        mapOf(4, [
          [0, 2],
          [190, 3],
        ]),
      ],
    };
    const both = combineResults([half, other]);
    // nside 2 RING pixels inside pixel 0 of nside 1 are 0, 4, 5 and 13; that of 5 failed.
    expect(both.maps.map(({ nside, pixel, llh }) => [nside, [...pixel], [...llh]])).toEqual([
      [2, [0, 4, 13], [11, 11, 11]],
      [4, [0], [12]],
    ]);
    const elsewhere: ScanResult = { metadata, maps: [mapOf(1, [[11, 1]])] };
    expect(() => combineResults([half, elsewhere])).toThrow('no fitted part of the sky in common');
  });

  it('of landscapes on the poles are right as well', () => {
    const north = resultOf([
      bowl(0, 89.5, 1),
      [
        [8, 0],
        [64, 12],
      ],
    ]);
    const turned = resultOf([
      bowl(180, 89.5, 1),
      [
        [8, 0],
        [64, 12],
      ],
    ]);
    const { peak } = skyMaps(combineResults([north, turned]), 0.2)!.probability;
    expectClose(peak.decRad / DEGREE, 90, { absolute: 0.6 }, 'dec of the peak');
  });
});
