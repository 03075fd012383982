/** The detector of an event: built-in tables, a baseline file, an alert's differences, an event's own modules. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  applyDifferences,
  baselineNameOf,
  chooseBaseline,
  type Detector,
  type DetectorSource,
  detectorForEvent,
  detectorFromFullGcd,
  domIndex,
  domIndices,
  loadIc86,
} from '../../src/detector/index.js';
import {
  buildPulseMap,
  decodeEvent,
  emptyPulseMap,
  type FullGcd,
  type GcdDifferences,
  type PulseMap,
} from '../../src/event/index.js';
import { builtinIc86, readResource } from '../prepare/decoded.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedBytes } from '../support/shared.js';

let ic86: Detector;
beforeAll(async () => {
  ic86 = await builtinIc86();
});

const key = (string: number, om: number) => ({ string, om, pmt: 0 });
const at = (string: number, om: number, detector = ic86): number => domIndex(detector, string, om, 0);
const count = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0);
const hits = (...keys: readonly (readonly [number, number])[]): PulseMap =>
  buildPulseMap(
    keys.map(([string, om]) => ({ key: key(string, om), timeNs: [0], chargePe: [1], widthNs: [1], flags: [7] })),
  );
const NO_DIFFERENCES: GcdDifferences = {
  baselineName: 'baseline_gcd_135417.i3',
  geometry: { plus: [], minus: [] },
  calibration: { plus: [], minus: [] },
  status: { plus: [], minus: [] },
};
const EVENT: DetectorSource = {
  pulses: emptyPulseMap(),
  gcdDifferences: null,
  fullGcd: null,
  openDetector: null,
  header: {
    runId: 136662,
    eventId: 1,
    subEventId: 0,
    eventType: null,
    startTimeUtc: '2022-05-24T07:41:32.0000000000Z',
    mjd: 59723.3,
    formatVersion: '',
    isReal: true,
  },
};

describe('the built-in IC86', () => {
  it('has 5160 modules in order of their keys, 84 dead and 27 for isolated hits only, 399 of high efficiency', () => {
    expect(ic86.string.length).toBe(5160);
    expect(5160 - count(ic86.isOn)).toBe(84);
    expect(count(ic86.isSlcOnly)).toBe(27);
    expect(ic86.efficiency.filter((e) => e === 1.35).length).toBe(399);
    for (let i = 1; i < 5160; i++) {
      expect(ic86.string[i]! * 100 + ic86.om[i]!).toBeGreaterThan(ic86.string[i - 1]! * 100 + ic86.om[i - 1]!);
    }
  });

  it('finds a module by its key, and none where there is none', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2, max: 90 }), fc.integer({ min: -2, max: 70 }), (string, om) => {
        const i = at(string, om);
        if (string >= 1 && string <= 86 && om >= 1 && om <= 60)
          expect([ic86.string[i], ic86.om[i]]).toEqual([string, om]);
        else expect(i).toBe(-1);
      }),
    );
    expect(domIndex(ic86, 1, 1, 1)).toBe(-1);
    expect([...domIndices(ic86, hits([1, 1], [1, 61], [86, 60]))]).toEqual([0, -1, 5159]);
  });

  it('takes other noise rates', async () => {
    const quiet = await loadIc86(readResource, { noiseHz: 500, noiseHighEfficiencyHz: 900 });
    expect(new Set(quiet.noiseRateHz)).toEqual(new Set([500, 900]));
    expect(quiet.noiseRateHz.filter((hz) => hz === 900).length).toBe(399);
    expect(new Set(ic86.noiseRateHz)).toEqual(new Set([560, 780]));
  });
});

describe("an alert's differences without the baseline file", () => {
  const apply = (change: Partial<GcdDifferences>, pulses = emptyPulseMap()): Detector =>
    applyDifferences(ic86, { ...NO_DIFFERENCES, ...change }, pulses);

  it('leave everything as it is where they say nothing', () => {
    expect(apply({})).toEqual(ic86);
  });

  it('never change the detector they are applied to', async () => {
    const before = structuredClone(ic86);
    apply(
      {
        geometry: { plus: [{ ...key(1, 1), x: 0, y: 0, z: 0 }], minus: [key(1, 2)] },
        calibration: { plus: [{ ...key(1, 3), noiseRateHz: 1 }], minus: [key(1, 4)] },
        status: { plus: [], minus: [key(1, 5)] },
      },
      hits([1, 5]),
    );
    expect(ic86).toEqual(before);
  });

  it('switch off what lost its status or calibration, or has no high voltage, and on what has', () => {
    const dead = [...ic86.isOn.keys()].find((i) => ic86.isOn[i] === 0)!;
    const deadKey = key(ic86.string[dead]!, ic86.om[dead]!);
    const detector = apply({
      calibration: { plus: [], minus: [key(10, 1), key(10, 2)] },
      status: {
        plus: [
          { ...key(10, 2), pmtVoltageV: 1200, lcMode: 2 },
          { ...key(10, 3), pmtVoltageV: 0, lcMode: 2 },
          { ...key(10, 4), pmtVoltageV: Number.NaN, lcMode: 2 },
          { ...key(10, 5), pmtVoltageV: -1200, lcMode: 5 },
          { ...deadKey, pmtVoltageV: 1200, lcMode: 2 },
        ],
        minus: [key(10, 6), key(0, 1)],
      },
    });
    const on = (om: number): number => detector.isOn[at(10, om, detector)]!;
    // (10,2) has a voltage but no calibration.
    expect([1, 2, 3, 4, 5, 6, 7].map(on)).toEqual([0, 0, 0, 0, 1, 0, 1]);
    expect(detector.isSlcOnly[at(10, 5, detector)]).toBe(1);
    expect(detector.isOn[dead]).toBe(1);
    expect(detector.provenance.at(-1)).toBe(
      "The event's detector status switches off modules 10,1; 10,2; 10,6; 10,3; 10,4.",
    );
  });

  it('leave a module on that has a pulse, whatever they say', () => {
    const detector = apply({ status: { plus: [], minus: [key(10, 6)] } }, hits([10, 6]));
    expect(detector.isOn[at(10, 6)]).toBe(1);
    expect(detector.provenance.at(-1)).toBe(
      'A module listed as off counted as on, because of pulses in this event: 10,6.',
    );
  });

  it('set efficiencies, noise rates and charges where they bring usable ones', () => {
    const detector = apply({
      calibration: {
        plus: [
          { ...key(3, 1), relativeDomEfficiency: 1.2, noiseRateHz: 640, meanAtwdCharge: 1.25 },
          { ...key(3, 2), relativeDomEfficiency: Number.NaN, noiseRateHz: -1, meanAtwdCharge: Number.NaN },
          { ...key(99, 1), relativeDomEfficiency: 2 },
        ],
        minus: [],
      },
    });
    const of = (om: number): number[] => {
      const i = at(3, om, detector);
      return [detector.efficiency[i]!, detector.noiseRateHz[i]!, detector.meanChargePe[i]!];
    };
    expect(of(1)).toEqual([1.2, 640, 0.86 / 1.25]);
    expect(of(2)).toEqual([1, 560, 0.86]);
    expect(detector.provenance.at(-1)).toBe('The event brings the charge calibration of 2 modules.');
  });

  it('remove, move and add modules, but none at the surface', () => {
    const detector = apply({
      geometry: {
        plus: [
          { ...key(1, 1), x: 1, y: 2, z: 3 },
          { ...key(87, 1), x: 4, y: 5, z: 6 },
          { ...key(1, 61), x: 0, y: 0, z: 1948 },
        ],
        minus: [key(2, 2)],
      },
    });
    expect(detector.string.length).toBe(5160);
    expect(at(2, 2, detector)).toBe(-1);
    expect(at(1, 61, detector)).toBe(-1);
    const position = (i: number): number[] => [detector.x[i]!, detector.y[i]!, detector.z[i]!];
    expect(position(at(1, 1, detector))).toEqual([1, 2, 3]);
    expect(position(at(87, 1, detector))).toEqual([4, 5, 6]);
    expect(detector.isOn[at(87, 1, detector)]).toBe(1);
    expect(detector.efficiency[at(79, 30, detector)]).toBe(ic86.efficiency[at(79, 30)]);
  });
});

describe('a whole description', () => {
  const GCD: FullGcd = {
    geometry: [
      { ...key(1, 1), x: 0, y: 0, z: 0, omType: 20 },
      { ...key(1, 2), x: 0, y: 0, z: 17, omType: 20 },
      { ...key(1, 3), x: 0, y: 0, z: 34, omType: 20 },
      { ...key(1, 61), x: 0, y: 0, z: 1948, omType: 30 },
      { ...key(90, 1), x: 0, y: 0, z: 1948, omType: 40 },
    ],
    calibration: [
      { ...key(1, 1), relativeDomEfficiency: 1.35, noiseRateHz: 700, meanAtwdCharge: 1.25 },
      { ...key(1, 2), relativeDomEfficiency: Number.NaN, noiseRateHz: 1e6 },
    ],
    status: [
      { ...key(1, 1), pmtVoltageV: 1250, lcMode: 5 },
      { ...key(1, 2), pmtVoltageV: 99, lcMode: 2 },
      { ...key(1, 3), pmtVoltageV: 1250, lcMode: 2 },
    ],
  };

  it('gives in-ice modules, on where they are calibrated and have high voltage', () => {
    const detector = detectorFromFullGcd(GCD, { source: 'x.i3' });
    expect([...detector.om]).toEqual([1, 2, 3]);
    expect([...detector.isOn]).toEqual([1, 0, 0]);
    expect([...detector.isSlcOnly]).toEqual([1, 0, 0]);
    expect([...detector.efficiency]).toEqual([1.35, 1, 1]);
    expect([...detector.noiseRateHz]).toEqual([700, 560, 560]);
    expect(detector.meanChargePe[0]).toBe(0.86 / 1.25);
    expect(detector.provenance).toEqual(['Geometry, calibration and status from x.i3: 3 modules, 2 of them off.']);
  });

  it('without calibration or status has defaults, all on, and says so', () => {
    const detector = detectorFromFullGcd({ ...GCD, calibration: null, status: null }, { source: 'x.i3' });
    expect([...detector.isOn]).toEqual([1, 1, 1]);
    expect(detector.provenance.slice(1)).toEqual([
      'x.i3 has no calibration: standard efficiencies and charges are assumed.',
      'x.i3 has no detector status: every module counts as on.',
      '3 modules have no usable noise rate there: 560 Hz is assumed for them.',
    ]);
  });
});

describe('the detector of an event', () => {
  it('is the built-in one where the event says nothing, and says so', () => {
    const detector = detectorForEvent(EVENT, ic86, null);
    expect(detector.x).toEqual(ic86.x);
    expect(detector.provenance.at(-1)).toBe('The event has no detector data: the built-in IC86 was used.');
    expect(detector.speResidual).toBeUndefined();
  });

  it('names the baseline file that is not at hand', () => {
    const detector = detectorForEvent({ ...EVENT, gcdDifferences: NO_DIFFERENCES }, ic86, null);
    expect(detector.provenance.at(-1)).toBe(
      'The event refers to the baseline baseline_gcd_135417.i3, which is not at hand: its differences were applied to the built-in IC86.',
    );
  });

  it("is the event's own where it brings its modules", () => {
    const module = { x: 1, y: 2, z: 3, efficiency: 2, noiseRateHz: 1000 };
    const openDetector = {
      name: 'P-ONE',
      modules: [
        { ...key(2, 1), ...module, isOn: true },
        { ...key(1, 1), ...module, isOn: false, meanChargePe: 1, isSlcOnly: true },
      ],
    };
    const detector = detectorForEvent({ ...EVENT, openDetector }, ic86, null);
    expect(detector).toMatchObject({
      name: 'P-ONE',
      string: Int32Array.of(1, 2),
      isOn: Uint8Array.of(0, 1),
      isSlcOnly: Uint8Array.of(1, 0),
      meanChargePe: Float64Array.of(1, 0.86),
      provenance: ['Detector P-ONE from the event file: 2 modules, 1 of them off.'],
    });
    const provenance = ['Surveyed in 2023.'];
    const told = detectorForEvent({ ...EVENT, openDetector: { ...openDetector, provenance } }, ic86, null);
    expect(told.provenance).toEqual(provenance);
    expect(detectorForEvent({ ...EVENT, openDetector: 'IC86' }, ic86, null).string).toEqual(ic86.string);
  });

  it('must have every module with a pulse', () => {
    const pulses = hits([1, 1], [87, 3], [88, 1], [89, 1], [90, 1]);
    expect(() => detectorForEvent({ ...EVENT, pulses }, ic86, null)).toThrow(
      expect.objectContaining({
        code: 'detector/unknown-dom',
        message:
          'The event has pulses on modules (string, om) that detector IC86 does not have: 87,3; 88,1; 89,1; and 1 more.',
      }),
    );
  });
});

describe('the baseline file of an event', () => {
  const names = [
    'baseline_gcd_135417.i3',
    'baseline_gcd_133000.i3.gz',
    '2016_01_08_Run127381.i3',
    'notes.txt',
    'baseline_gcd_137000.i3.zst',
  ];
  const differing = (baselineName: string): DetectorSource => ({
    ...EVENT,
    gcdDifferences: { ...NO_DIFFERENCES, baselineName },
  });

  it('is the one that its differences name, also compressed, and never a path', () => {
    expect(chooseBaseline(names, differing('baseline_gcd_135417.i3'))).toBe('baseline_gcd_135417.i3');
    expect(chooseBaseline(names, differing('baseline_gcd_133000.i3'))).toBe('baseline_gcd_133000.i3.gz');
    expect(chooseBaseline(names, differing('/etc/../baseline_gcd_137000.i3'))).toBe('baseline_gcd_137000.i3.zst');
    expect(chooseBaseline(names, differing('C:\\gcd\\baseline_gcd_137000.i3'))).toBe('baseline_gcd_137000.i3.zst');
    expect(chooseBaseline(names, differing('current-gcd'))).toBe('2016_01_08_Run127381.i3');
    expect(chooseBaseline(names, differing('baseline_gcd_1.i3'))).toBeNull();
    expect(chooseBaseline(names, differing('notes.txt'))).toBeNull();
    expect(chooseBaseline(names, differing(''))).toBeNull();
    expect(baselineNameOf(differing(''))).toBeNull();
  });

  it('is chosen by run number where the event has no detector data', () => {
    const ofRun = (runId: number): string | null =>
      chooseBaseline(names, { ...EVENT, header: { ...EVENT.header, runId } });
    expect(ofRun(136662)).toBe('baseline_gcd_135417.i3');
    expect(ofRun(135417)).toBe('baseline_gcd_133000.i3.gz');
    expect(ofRun(200000)).toBe('baseline_gcd_137000.i3.zst');
    expect(ofRun(5)).toBe('2016_01_08_Run127381.i3');
    expect(chooseBaseline([], EVENT)).toBeNull();
  });

  it('is none where the event brings its own detector', () => {
    expect(chooseBaseline(names, { ...EVENT, openDetector: 'IC86' })).toBeNull();
    expect(chooseBaseline(names, { ...EVENT, fullGcd: { geometry: [], calibration: null, status: null } })).toBeNull();
  });
});

needsShared('detectors of real alerts', ['data/events/hese_event_01.json'], () => {
  it('have the mean charges that their own distributions give, near one', () => {
    const event = decodeEvent(sharedBytes('data/events/hese_event_01.json'), 'hese_event_01.json');
    const detector = detectorForEvent(event, ic86, null);
    const charges = [...detector.meanChargePe].filter((charge) => charge !== 0.86);
    expect(charges.length).toBe(5049);
    // A few modules had fits with exponentials as long as the whole range; the median is what it should be.
    const sorted = charges.sort((a, b) => a - b);
    expectClose(sorted[2524]!, 0.8, { absolute: 0.1 }, 'median');
    expect(sorted[0]).toBeGreaterThan(0.3);
    expect(sorted.filter((charge) => charge > 1.5).length).toBeLessThan(300);
  });
});
