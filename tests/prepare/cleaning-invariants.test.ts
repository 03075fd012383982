/** Invariants of the muon cleaning, and a plain second implementation of its rules to compare with. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Detector, domIndex } from '../../src/detector/index.js';
import { buildPulseMap, type PulseMap } from '../../src/event/index.js';
import { cleanMuonPulses, seededRadiusTimeMask, timeWindowMask } from '../../src/prepare/index.js';
import { builtinIc86 } from './decoded.js';

let detector: Detector;
beforeAll(async () => {
  detector = await builtinIc86();
});

/** String, module, time, hard coincidence or not; strings 35 to 38 are neighbours, 5 is far off, 80 is DeepCore. */
const hit = fc.record({
  string: fc.constantFrom(35, 36, 37, 5, 80),
  om: fc.integer({ min: 20, max: 32 }),
  time: fc.integer({ min: 0, max: 60 }).map((t) => t * 100),
  hlc: fc.boolean(),
});
const maps = fc.array(hit, { maxLength: 60 }).map(mapOf);

function mapOf(hits: { string: number; om: number; time: number; hlc: boolean }[]): PulseMap {
  const doms = new Map<string, typeof hits>();
  for (const h of hits) doms.set(`${h.string},${h.om}`, [...(doms.get(`${h.string},${h.om}`) ?? []), h]);
  const lists = [...doms.values()].map((list) => list.toSorted((a, b) => a.time - b.time));
  lists.sort((a, b) => a[0]!.string - b[0]!.string || a[0]!.om - b[0]!.om);
  return buildPulseMap(
    lists.map((list) => ({
      key: { string: list[0]!.string, om: list[0]!.om, pmt: 0 },
      timeNs: list.map((h) => h.time),
      chargePe: list.map(() => 1),
      widthNs: list.map(() => 1),
      flags: list.map((h) => (h.hlc ? 7 : 4)),
    })),
  );
}

describe('seeded radius-time cleaning', () => {
  it('selects what a comparison of all pairs selects', () => {
    fc.assert(
      fc.property(maps, (map) => {
        expect([...seededRadiusTimeMask(map, detector)]).toEqual(comparingAllPairs(map));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps nothing where no pulse has a hard coincidence, and every hard coincidence where none confirms another', () => {
    const isolated = { om: 25, time: 0, hlc: true };
    expect([...seededRadiusTimeMask(mapOf([{ ...isolated, string: 36, hlc: false }]), detector)]).toEqual([0]);
    const far = mapOf([
      { ...isolated, string: 5 },
      { ...isolated, string: 36 },
    ]);
    expect([...seededRadiusTimeMask(far, detector)]).toEqual([1, 1]);
  });

  it('two pulses of one module confirm each other as one partner module', () => {
    const twice = (om: number, time: number): any[] => [
      { string: 36, om, time, hlc: true },
      { string: 36, om, time: time + 100, hlc: true },
    ];
    const map = mapOf([
      ...twice(20, 0),
      { string: 36, om: 21, time: 0, hlc: true },
      { string: 5, om: 20, time: 0, hlc: true },
    ]);
    expect([...seededRadiusTimeMask(map, detector, { maxIterations: 0 })]).toEqual([0, 1, 1, 0]);
  });

  it('does not depend on when the readout began', () => {
    fc.assert(
      fc.property(maps, fc.integer({ min: -5000, max: 1_000_000 }), (map, shift) => {
        const later = { ...map, timeNs: map.timeNs.map((t) => t + shift) };
        expect(seededRadiusTimeMask(later, detector)).toEqual(seededRadiusTimeMask(map, detector));
        expect(timeWindowMask(later)).toEqual(timeWindowMask(map));
      }),
    );
  });

  it('drops pulses without a time and on modules that the detector lacks', () => {
    const map = mapOf([
      { string: 36, om: 20, time: 0, hlc: true },
      { string: 36, om: 21, time: 0, hlc: true },
      { string: 36, om: 22, time: 0, hlc: true },
      { string: 36, om: 64, time: 0, hlc: true },
    ]);
    expect([...seededRadiusTimeMask(map, detector)]).toEqual([1, 1, 1, 0]);
    const timeless = { ...map, timeNs: Float64Array.of(0, Number.NaN, 0, 0) };
    expect([...seededRadiusTimeMask(timeless, detector, { coreMultiplicity: 1 })]).toEqual([1, 0, 1, 0]);
  });

  it('cleans 100,000 pulses in seconds', () => {
    const hits = Array.from({ length: 100_000 }, (_, i) => ({
      string: 20 + (i % 40),
      om: 1 + ((i * 7) % 60),
      time: 10_000 + ((i * 7919) % 6000),
      hlc: i % 9 !== 0,
    }));
    const doms = new Map<string, typeof hits>();
    for (const h of hits) {
      const key = `${h.string},${h.om}`;
      if (doms.has(key)) doms.get(key)!.push(h);
      else doms.set(key, [h]);
    }
    const lists = [...doms.values()].sort((a, b) => a[0]!.string - b[0]!.string || a[0]!.om - b[0]!.om);
    const map = buildPulseMap(
      lists.map((list) => {
        list.sort((a, b) => a.time - b.time);
        return {
          key: { string: list[0]!.string, om: list[0]!.om, pmt: 0 },
          timeNs: list.map((h) => h.time),
          chargePe: list.map(() => 1),
          widthNs: list.map(() => 1),
          flags: list.map((h) => (h.hlc ? 7 : 4)),
        };
      }),
    );
    const start = performance.now();
    cleanMuonPulses(map, detector);
    const seconds = (performance.now() - start) / 1000;
    expect(seconds).toBeLessThan(5);
  });
});

describe('window cleaning', () => {
  it('no window of 6000 ns holds more pulses than the one that is kept', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 40 }), (times) => {
        const map = mapOf(times.map((time, i) => ({ string: 36, om: 1 + (i % 60), time, hlc: true })));
        const kept = [...map.timeNs].filter((_, p) => timeWindowMask(map)[p] === 1);
        const most = Math.max(0, ...times.map((start) => times.filter((t) => t >= start && t <= start + 6000).length));
        expect(kept).toHaveLength(most);
        if (kept.length > 0) expect(Math.max(...kept) - Math.min(...kept)).toBeLessThanOrEqual(6000);
        // Pulses of one instant stay together, and the earliest of equally full windows is kept.
        const starts = times.filter((start) => times.filter((t) => t >= start && t <= start + 6000).length === most);
        if (kept.length > 0) expect(Math.min(...kept)).toBe(Math.min(...starts));
      }),
    );
  });

  it('leaves out pulses without a finite time', () => {
    const map = mapOf([0, 1, 2].map((time) => ({ string: 36, om: 1 + time, time, hlc: true })));
    const odd = { ...map, timeNs: Float64Array.of(0, Number.NaN, Infinity) };
    expect([...timeWindowMask(odd)]).toEqual([1, 0, 0]);
  });
});

/** Section 2.2 of reco-splinempe.md word by word, quadratic. */
function comparingAllPairs(map: PulseMap): number[] {
  const n = map.timeNs.length;
  const domOf = [...map.timeNs.keys()].map((p) => [...map.string.keys()].findLast((d) => map.first[d]! <= p)!);
  const at = [...map.string.keys()].map((d) => domIndex(detector, map.string[d]!, map.om[d]!, 0));
  const isPartner = (a: number, b: number): boolean => {
    const [i, j] = [at[domOf[a]!]!, at[domOf[b]!]!];
    const d2 =
      (detector.x[i]! - detector.x[j]!) ** 2 +
      (detector.y[i]! - detector.y[j]!) ** 2 +
      (detector.z[i]! - detector.z[j]!) ** 2;
    return d2 <= 150 * 150 && Math.abs(map.timeNs[a]! - map.timeNs[b]!) < 1000;
  };
  const all = [...Array(n).keys()];
  const hlc = all.filter((p) => (map.flags[p]! & 1) === 1);
  let selected = hlc.filter(
    (p) => new Set(hlc.filter((q) => q !== p && isPartner(p, q)).map((q) => domOf[q])).size >= 2,
  );
  if (selected.length === 0) selected = hlc;
  for (let round = 0; round < 3; round++) {
    const added = all.filter((p) => !selected.includes(p) && selected.some((q) => isPartner(p, q)));
    selected = [...selected, ...added];
  }
  return all.map((p) => Number(selected.includes(p)));
}
