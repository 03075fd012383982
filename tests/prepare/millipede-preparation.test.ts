/** Bright modules, pulse cleaning and what is left of the readout, on two real events and in general. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Detector } from '../../src/detector/index.js';
import { buildPulseMap, type PulseMap, selectPulses, type TimeWindow } from '../../src/event/index.js';
import {
  brightDoms,
  deepCoreDoms,
  detectorReadout,
  effectiveReadout,
  isDarkWitness,
  latePulseCleaning,
  median,
  outsideDeepCoreMask,
  saturatedDoms,
  slcOnlyDoms,
  sparseUnhitDoms,
  weightedQuantile,
  wilksPulseCleaning,
} from '../../src/prepare/index.js';
import { needsShared, sharedJson } from '../support/shared.js';
import { builtinIc86, nameOf, readDecoded } from './decoded.js';

let detector: Detector;
beforeAll(async () => {
  detector = await builtinIc86();
});

const P = 'SplitUncleanedInIcePulses';
const keyAt = (map: PulseMap, d: number): string => `${map.string[d]},${map.om[d]}`;
const names = (map: PulseMap): string[] => [...map.string.keys()].map((d) => keyAt(map, d));

/** Modules of a map whose readout is not empty and that are not in a list of bright ones. */
function hitNames(
  map: PulseMap,
  readout: TimeWindow,
  bright: string[],
  windows: ReadonlyMap<string, number>,
): string[] {
  return names(map).filter((name) => {
    const cut = windows.get(name) ?? Infinity;
    return !bright.includes(name) && effectiveReadout(readout, [{ startNs: cut, stopNs: Infinity }]).length > 0;
  });
}

needsShared('preparation of real events', ['data/millipede-vectors/preparation.json'], () => {
  for (const reference of sharedJson('data/millipede-vectors/preparation.json').events) {
    const { event, file, timeRange, original, wilks } = reference;
    const readout = { startNs: timeRange[0], stopNs: timeRange[1] };

    it(`${event}, original: bright modules and late cuts are the reference's`, () => {
      const pulses = readDecoded(`data/${file}`).pulses(P);
      const bright = brightDoms(pulses, 10).map(nameOf);
      expect(bright).toEqual(original.bright);
      const { keep, excluded } = latePulseCleaning(pulses);
      const cuts = Object.fromEntries(excluded.map((dom) => [nameOf(dom), dom.windows[0]!.startNs]));
      expect(cuts).toEqual(original.lateCut);
      const cleaned = selectPulses(pulses, keep);
      const left = selectPulses(cleaned, outsideDeepCoreMask(cleaned, detector));
      const hit = hitNames(left, readout, bright, new Map(Object.entries(cuts)));
      expect(hit).toHaveLength(original.hitDoms);
      expect(hit).toEqual(Object.keys(original.bins));
    });

    it(`${event}, wilks: readout, bright and scattered modules, cuts and hit modules are the reference's`, () => {
      const all = readDecoded(`data/${file}`).pulses(P);
      const pulses = selectPulses(all, outsideDeepCoreMask(all, detector));
      const bright = brightDoms(pulses, 2).map(nameOf);
      expect(bright).toEqual(wilks.bright);
      const cleaned = wilksPulseCleaning(pulses);
      expect([cleaned.readout.startNs, cleaned.readout.stopNs]).toEqual(wilks.readout);
      expect(cleaned.scattered.map((d) => keyAt(pulses, d))).toEqual(wilks.fullyMasked);
      const cuts = Object.fromEntries(cleaned.excluded.map((dom) => [nameOf(dom), dom.windows[0]!.startNs]));
      expect(cuts).toEqual(wilks.cut);
      const left = selectPulses(pulses, cleaned.keep);
      const hit = hitNames(left, cleaned.readout, bright, new Map(Object.entries(cuts)));
      expect(hit).toHaveLength(wilks.hitDoms);
      expect(hit).toEqual(Object.keys(wilks.bins));
    });

    it(`${event}: the bins of the reference lie in the readout that is left`, () => {
      const all = readDecoded(`data/${file}`).pulses(P);
      const pulses = selectPulses(all, outsideDeepCoreMask(all, detector));
      const cleaned = wilksPulseCleaning(pulses);
      const left = detectorReadout(
        { ...detector, isOn: detector.isOn.slice().fill(1) },
        cleaned.readout,
        brightDoms(pulses, 2),
        cleaned.excluded,
      );
      for (const [name, { edges }] of Object.entries(wilks.bins as Record<string, { edges: number[] }>)) {
        const [string, om] = name.split(',').map(Number);
        const i = 60 * (string! - 1) + om! - 1;
        expect(left.first[i + 1]! - left.first[i]!).toBe(1);
        expect([left.startNs[left.first[i]!], left.stopNs[left.first[i]!]]).toEqual([edges[0], edges.at(-1)]);
      }
    });
  }
});

const REAL = ['run00136662', 'hese_event_01'].map((name) => `data/millipede-vectors/real-event-${name}.json`);
const DECODED = [
  'data/events/run00136662-evt000035405932-BRONZE.decoded.json',
  'data/events/hese_event_01.decoded.json',
];
needsShared("the reference's real events", [...REAL, ...DECODED], () => {
  for (const [k, file] of REAL.entries()) {
    it(`${file.split('/').at(-1)}: pulses, exclusions and readout are those of the reference`, () => {
      const reference = sharedJson(file);
      const decoded = readDecoded(DECODED[k]!);
      const pulses = decoded.pulses(P);
      const { keep, excluded } = latePulseCleaning(pulses);
      const cleaned = selectPulses(pulses, keep);
      const left = selectPulses(cleaned, outsideDeepCoreMask(cleaned, detector));
      const listed = reference.pulses.map((dom: any) => ({
        key: { string: dom.string, om: dom.om, pmt: 0 },
        timeNs: dom.time,
        chargePe: dom.charge,
        widthNs: dom.width,
        flags: [],
      }));
      const expected = buildPulseMap(listed);
      expect({ ...left, flags: null }).toEqual({ ...expected, flags: null });
      // The reference lists a module's calibration errata before its late cut.
      const errata = decoded.windows('CalibrationErrata');
      for (const [i, exclusion] of reference.exclusions.entries()) {
        const own = excluded[i]!;
        const first = errata.filter((dom) => nameOf(dom) === nameOf(own)).flatMap((dom) => dom.windows);
        const all = [...first, ...own.windows].map((w) => [w.startNs, w.stopNs === Infinity ? 'inf' : w.stopNs]);
        expect([nameOf(own), all]).toEqual([nameOf(exclusion), exclusion.windows]);
      }
      expect(excluded).toHaveLength(reference.exclusions.length);
      expect(brightDoms(pulses, 10).map(nameOf)).toEqual(reference.excludedDoms.map(nameOf));
      const range = decoded.timeRange(`${P}TimeRange`);
      expect([range.startNs, range.stopNs]).toEqual(reference.readout);
    });
  }

  it("the bright list equals the one that upstream's server stored", () => {
    const decoded = readDecoded(STARTUP);
    const stored: number[][] = decoded.value('BrightDOMs');
    expect(brightDoms(decoded.pulses(P), 10)).toEqual(stored.map(([string, om, pmt]) => ({ string, om, pmt })));
  });

  it("late-pulse cleaning with 3000 ns equals what upstream's server stored, windows and pulses", () => {
    const decoded = readDecoded(STARTUP);
    const pulses = decoded.pulses(P);
    const { keep, excluded } = latePulseCleaning(pulses, 3000);
    expect(excluded).toEqual(decoded.windows(`${P}LatePulseCleanedTimeWindows`));
    expect(selectPulses(pulses, keep)).toEqual(decoded.pulses(`${P}LatePulseCleaned`));
  });
});
const STARTUP = 'data/reco-pixel/millipede_original/BRONZE/startup.decoded.json';

needsShared('effective readout', ['data/millipede-vectors/effective-readout.json'], () => {
  it('is the reference in every case', () => {
    const limit = (value: number | string): number =>
      typeof value === 'number' ? value : value === 'inf' ? Infinity : -Infinity;
    const windowOf = ([a, b]: (number | string)[]): TimeWindow => ({ startNs: limit(a!), stopNs: limit(b!) });
    for (const c of sharedJson('data/millipede-vectors/effective-readout.json').cases) {
      expect(effectiveReadout(windowOf(c.readout), c.exclusions.map(windowOf))).toEqual(c.expect.map(windowOf));
    }
  });
});

describe('effective readout', () => {
  const windows = fc.array(
    fc.tuple(fc.integer({ min: -50, max: 150 }), fc.integer({ min: -5, max: 80 })).map(([startNs, length]) => ({
      startNs,
      stopNs: startNs + length,
    })),
    { maxLength: 8 },
  );

  it('holds exactly the times of the readout that no window excludes, in disjoint intervals', () => {
    fc.assert(
      fc.property(windows, (exclusions) => {
        const left = effectiveReadout({ startNs: 0, stopNs: 100 }, exclusions);
        for (let t = -5.5; t < 110; t++) {
          const isIn = (w: TimeWindow): boolean => w.startNs <= t && t < w.stopNs;
          const isExpected = t > 0 && t < 100 && !exclusions.some(isIn);
          expect(left.filter(isIn)).toHaveLength(isExpected ? 1 : 0);
        }
        for (const [i, w] of left.entries()) {
          expect(w.stopNs).toBeGreaterThan(w.startNs);
          if (i > 0) expect(w.startNs).toBeGreaterThan(left[i - 1]!.stopNs);
        }
      }),
    );
  });

  it('does not depend on the order of the windows', () => {
    fc.assert(
      fc.property(windows, (exclusions) => {
        const readout = { startNs: 0, stopNs: 100 };
        expect(effectiveReadout(readout, exclusions.toReversed())).toEqual(effectiveReadout(readout, exclusions));
      }),
    );
  });
});

describe('weighted quantiles', () => {
  it('are the first value whose cumulated weight reaches the fraction', () => {
    expect(weightedQuantile([10, 20, 30], [1, 1, 2], 0.5)).toBe(20);
    expect(weightedQuantile([10, 20, 30], [1, 1, 2], 0.51)).toBe(30);
    expect(weightedQuantile([10, 20, 30], [0, 0, 0], 0.5)).toBe(20);
    expect(weightedQuantile([], [], 0.5)).toBeNaN();
  });

  it('the plain median is the mean of the middle two of an even count', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe('pulse cleaning', () => {
  const dom = (string: number, om: number, timeNs: number[], chargePe: number[] = timeNs.map(() => 1)): any => ({
    key: { string, om, pmt: 0 },
    timeNs,
    chargePe,
    widthNs: timeNs.map(() => 1),
    flags: timeNs.map(() => 7),
  });

  it('a module with one pulse is never cut by the late-pulse cleaning', () => {
    const { keep, excluded } = latePulseCleaning(buildPulseMap([dom(1, 1, [100]), dom(1, 2, [90_000])]));
    expect([...keep]).toEqual([1, 1]);
    expect(excluded).toEqual([]);
  });

  it('a pulse exactly 1500 ns behind the median is late', () => {
    const { keep, excluded } = latePulseCleaning(buildPulseMap([dom(1, 1, [100, 1599, 1600], [3, 1, 1])]));
    expect([...keep]).toEqual([1, 1, 0]);
    expect(excluded[0]!.windows).toEqual([{ startNs: 1600, stopNs: Infinity }]);
  });

  it('wilks: a module with noise long before the light loses its whole readout', () => {
    const light = Array.from({ length: 20 }, (_, i) => dom(2, i + 1, [20_000 + i, 20_100 + i]));
    const cleaned = wilksPulseCleaning(buildPulseMap([dom(1, 1, [10_000]), ...light]));
    expect(cleaned.excluded[0]).toMatchObject({ string: 1, om: 1 });
    expect(effectiveReadout(cleaned.readout, cleaned.excluded[0]!.windows)).toEqual([]);
  });

  it('keeps every pulse before its cut and none from its cut on, whatever the pulses', () => {
    const times = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(times, { maxLength: 20 }), (doms) => {
        const map = buildPulseMap(
          doms.map((list, i) =>
            dom(
              1 + Math.floor(i / 10),
              1 + (i % 10),
              list.toSorted((a, b) => a - b),
            ),
          ),
        );
        for (const { keep, excluded } of [latePulseCleaning(map), wilksPulseCleaning(map)]) {
          const left = selectPulses(map, keep);
          for (const { string, om, windows } of excluded) {
            const d = names(left).indexOf(`${string},${om}`);
            if (d < 0) continue;
            for (let p = left.first[d]!; p < left.first[d + 1]!; p++)
              expect(left.timeNs[p]).toBeLessThan(windows[0]!.startNs);
          }
        }
      }),
    );
  });

  it('an event without pulses passes through', () => {
    const empty = buildPulseMap([]);
    expect(latePulseCleaning(empty).excluded).toEqual([]);
    expect(wilksPulseCleaning(empty).excluded).toEqual([]);
    expect(brightDoms(empty, 2)).toEqual([]);
  });
});

describe('exclusions', () => {
  it('a module is saturated as a whole if it has a single window, and not with none', () => {
    const key = { string: 3, om: 4, pmt: 0 };
    const window = { startNs: 0, stopNs: 10 };
    expect(
      saturatedDoms([
        { ...key, windows: [window] },
        { ...key, om: 5, windows: [] },
      ]),
    ).toEqual([key]);
  });

  it('27 modules of IC86 deliver isolated hits only, as events may say of their own', () => {
    const keys = slcOnlyDoms(detector).map(nameOf);
    expect(keys).toHaveLength(27);
    expect(keys).toContain('28,10');
    expect(slcOnlyDoms({ ...detector, isSlcOnly: new Uint8Array(detector.string.length) })).toEqual([]);
  });

  it('DeepCore is strings 79 to 86 of IC86, and nothing of another detector', () => {
    expect(deepCoreDoms(detector)).toHaveLength(8 * 60);
    expect(deepCoreDoms({ ...detector, name: 'KM3NeT/ARCA' })).toEqual([]);
  });

  it('252 modules witness the dark; hit modules and witnesses stay', () => {
    const witnesses = [...detector.string.keys()].filter((i) => isDarkWitness(detector.string[i]!, detector.om[i]!));
    expect(witnesses).toHaveLength(252);
    const hit = buildPulseMap([
      { key: { string: 2, om: 2, pmt: 0 }, timeNs: [1], chargePe: [1], widthNs: [1], flags: [7] },
    ]);
    const dropped = sparseUnhitDoms(detector, hit).map(nameOf);
    expect(dropped).toHaveLength(5160 - 252 - 1);
    expect(dropped).not.toContain('2,2');
    expect(dropped).not.toContain('1,1');
    expect(sparseUnhitDoms({ ...detector, name: 'other' }, hit)).toEqual([]);
  });

  it('modules that are off or excluded have no readout', () => {
    const readout = detectorReadout(detector, { startNs: 0, stopNs: 100 }, [{ string: 1, om: 1, pmt: 0 }], []);
    const intervals = [...detector.string.keys()].map((i) => readout.first[i + 1]! - readout.first[i]!);
    expect(intervals[0]).toBe(0);
    expect(intervals[1]).toBe(1);
    for (const i of detector.string.keys()) if (detector.isOn[i] === 0) expect(intervals[i]).toBe(0);
  });
});
