/** Start vertices, their variations and their times. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Detector } from '../../src/detector/index.js';
import { buildPulseMap, type PulseMap } from '../../src/event/index.js';
import {
  CROSS_VARIATIONS,
  CYLINDER_VARIATIONS,
  directionOfTravel,
  findVertex,
  type HlcTimes,
  hlcTimes,
  refineSeedTime,
  rotateIntoTrack,
  splitByLocalCoincidence,
} from '../../src/prepare/index.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedJson } from '../support/shared.js';
import { builtinIc86, readDecoded } from './decoded.js';

let detector: Detector;
beforeAll(async () => {
  detector = await builtinIc86();
});

needsShared('seeds of real events', ['data/millipede-vectors/seeding.json', 'data/splinempe/run00136662.json'], () => {
  const P = 'SplitUncleanedInIcePulses';

  it('the vertex finder finds every listed vertex to the last bit, with the same window', () => {
    for (const { file, threshold, expect: expected } of sharedJson('data/millipede-vectors/seeding.json')
      .vertexFinder) {
      const { hlc } = splitByLocalCoincidence(readDecoded(`data/${file}`).pulses(P));
      const vertex = findVertex(hlc, detector, [threshold])!;
      expect([vertex.x, vertex.y, vertex.z]).toEqual(expected.position);
      expect(vertex.timeNs).toBe(expected.time);
      expect(vertex.windowPulses).toBe(expected.windowPulses);
      expect(vertex.windowChargePe).toBe(expected.windowCharge);
    }
  });

  it('a refined time equals the reference to the last bit', () => {
    for (const c of sharedJson('data/millipede-vectors/seeding.json').timeRefinement) {
      const hlc = hlcTimes(readDecoded(`data/${c.file}`).pulses(P), detector);
      const [x, y, z] = c.vertex;
      expect(refineSeedTime(hlc, x, y, z, c.zenith, c.azimuth, c.time)).toBe(c.expect.time);
    }
  });

  it("the seed of splinempe's stored fit has the stored time", () => {
    const { seed } = sharedJson('data/splinempe/run00136662.json').single_fit;
    const hlc = hlcTimes(readDecoded('data/reco-pixel/splinempe/BRONZE/startup.decoded.json').pulses(P), detector);
    const [x, y, z] = seed.pos;
    expect(refineSeedTime(hlc, x, y, z, seed.zenith, seed.azimuth, 31674)).toBe(seed.time);
  });

  it('the cylinder variations are the seven of the reference, in its order', () => {
    const listed: number[][] = sharedJson('data/splinempe/run00136662.json').vertex_variations;
    for (const [i, vector] of listed.entries()) {
      for (const k of [0, 1, 2] as const) expectClose(CYLINDER_VARIATIONS[i]![k], vector[k]!, { absolute: 1e-12 });
    }
    expect(CYLINDER_VARIATIONS).toHaveLength(listed.length);
  });
});

describe('findVertex', () => {
  const oneDom = (charges: number[], times: number[], om = 1) => ({
    key: { string: 1, om, pmt: 0 },
    timeNs: times,
    chargePe: charges,
    widthNs: charges.map(() => 1),
    flags: charges.map(() => 7),
  });

  it('tries the thresholds in order and says which one was passed', () => {
    const map = buildPulseMap([oneDom([4], [100]), oneDom([4], [200], 2)]);
    expect(findVertex(map, detector, [250, 5])).toMatchObject({ timeNs: 200, thresholdPe: 5, windowChargePe: 8 });
    expect(findVertex(map, detector, [250])).toBeNull();
    expect(findVertex(map, detector, [8])).toBeNull();
  });

  it('gives nothing for an event without pulses', () => {
    expect(findVertex(buildPulseMap([]), detector, [5])).toBeNull();
  });

  it('leaves out a module that holds more than 90 % of the charge', () => {
    const map = buildPulseMap([oneDom([1000], [100]), oneDom([8], [300], 2), oneDom([8], [400], 3)]);
    const vertex = findVertex(map, detector, [10])!;
    expect(vertex).toMatchObject({ timeNs: 400, windowPulses: 2, windowChargePe: 16 });
    expectClose(vertex.z, (detector.z[1]! + detector.z[2]!) / 2, { absolute: 1e-9 });
  });

  it('forgets charge that is more than 3000 ns old', () => {
    const map = buildPulseMap([oneDom([4, 4], [0, 3001]), oneDom([4], [6001], 2)]);
    expect(findVertex(map, detector, [5])).toMatchObject({ timeNs: 6001, windowPulses: 2 });
  });

  it('is the same as summing every window afresh', () => {
    fc.assert(
      fc.property(randomPulses(), fc.constantFrom(2, 5, 12), (map, threshold) => {
        expect(findVertex(map, detector, [threshold])?.timeNs ?? null).toBe(slowVertexTime(map, threshold));
      }),
      { numRuns: 60 },
    );
  });
});

describe('seed vertices around a track', () => {
  const angles = fc.tuple(
    fc.double({ min: 0, max: Math.PI, noNaN: true }),
    fc.double({ min: 0, max: 6.283, noNaN: true }),
  );

  it('the z axis of the track frame is the direction of travel', () => {
    fc.assert(
      fc.property(angles, ([zenith, azimuth]) => {
        const turned = rotateIntoTrack([0, 0, 1], zenith, azimuth);
        const travel = directionOfTravel(zenith, azimuth);
        for (const k of [0, 1, 2] as const) expectClose(turned[k], travel[k], { absolute: 1e-14 });
      }),
    );
  });

  it('a variation keeps its length and its way along the track', () => {
    fc.assert(
      fc.property(angles, fc.integer({ min: 0, max: 6 }), ([zenith, azimuth], i) => {
        const before = CYLINDER_VARIATIONS[i]!;
        const after = rotateIntoTrack(before, zenith, azimuth);
        const travel = directionOfTravel(zenith, azimuth);
        expectClose(Math.hypot(...after), Math.hypot(...before), { relative: 1e-14 });
        expectClose(after[0] * travel[0] + after[1] * travel[1] + after[2] * travel[2], before[2], { absolute: 1e-12 });
      }),
    );
  });

  it('the worked example of the rotation comes out', () => {
    const offset = rotateIntoTrack(CYLINDER_VARIATIONS[3]!, 0.8395827054805893, 5.446713762627699);
    for (const [k, expected] of [82.817, 102.121, 82.538].entries()) {
      expectClose(offset[k as 0 | 1 | 2], expected, { absolute: 1e-3 });
    }
  });

  it('the cross has one start and six neighbours at 20 m', () => {
    expect(CROSS_VARIATIONS.map((v) => Math.hypot(...v))).toEqual([0, 20, 20, 20, 20, 20, 20]);
  });
});

describe('refineSeedTime', () => {
  const at = (points: number[][]): HlcTimes => ({
    x: Float64Array.from(points, (p) => p[0]!),
    y: Float64Array.from(points, (p) => p[1]!),
    z: Float64Array.from(points, (p) => p[2]!),
    firstTimeNs: Float64Array.from(points, (p) => p[3]!),
  });

  it('keeps the given time where no module has a hard coincidence', () => {
    expect(refineSeedTime(at([]), 1, 2, 3, 1, 2, 1234)).toBe(1234);
  });

  it('is finite for a module on the track itself', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 6, noNaN: true }),
        (zenith, azimuth) => {
          const [x, y, z] = directionOfTravel(zenith, azimuth);
          const time = refineSeedTime(at([[70 * x, 70 * y, 70 * z, 1000]]), 0, 0, 0, zenith, azimuth, 0);
          expectClose(time, 1000 - 70 / 0.299792458, { absolute: 1e-3 });
        },
      ),
    );
  });

  it('the first of two equally close modules decides', () => {
    const hlc = at([
      [10, 0, 5, 500],
      [-10, 0, 5, 900],
    ]);
    const alone = at([[10, 0, 5, 500]]);
    expect(refineSeedTime(hlc, 0, 0, 0, 0, 0, 0)).toBe(refineSeedTime(alone, 0, 0, 0, 0, 0, 0));
  });
});

/** Pulses on a handful of modules of two strings, whole ns and charges in binary fractions, so that sums are exact. */
function randomPulses(): fc.Arbitrary<PulseMap> {
  const pulse = fc.tuple(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1, max: 40 }));
  return fc.array(fc.array(pulse, { maxLength: 8 }), { minLength: 1, maxLength: 12 }).map((doms) =>
    buildPulseMap(
      doms.map((list, i) => {
        const sorted = list.toSorted((a, b) => a[0] - b[0]);
        return {
          key: { string: i < 6 ? 1 : 2, om: 1 + (i % 6), pmt: 0 },
          timeNs: sorted.map((p) => p[0]),
          chargePe: sorted.map((p) => p[1] / 8),
          widthNs: sorted.map(() => 1),
          flags: sorted.map(() => 7),
        };
      }),
    ),
  );
}

function slowVertexTime(map: PulseMap, threshold: number): number | null {
  const total = map.chargePe.reduce((sum, q) => sum + q, 0);
  const all = [...map.string.keys()].flatMap((d) => {
    const charge = map.chargePe.slice(map.first[d], map.first[d + 1]).reduce((sum, q) => sum + q, 0);
    const isBalloon = charge > 0.9 * total;
    return [...map.timeNs.keys()]
      .filter((p) => p >= map.first[d]! && p < map.first[d + 1]!)
      .map((p) => ({ t: map.timeNs[p]!, q: isBalloon ? 0 : map.chargePe[p]! }));
  });
  all.sort((a, b) => a.t - b.t);
  const hit = all.findIndex((_, j) => {
    const window = all.slice(0, j + 1).filter((p) => all[j]!.t - p.t <= 3000);
    return window.reduce((sum, p) => sum + p.q, 0) > threshold;
  });
  return hit < 0 ? null : all[hit]!.t;
}
