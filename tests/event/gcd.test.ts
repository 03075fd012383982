/** Whole detector descriptions: written, read back, and an alert's differences applied to them (event-formats.md 11). */
import { beforeAll, describe, expect, it } from 'vitest';
import { EventFormatError } from '../../src/config/index.js';
import { type Detector, detectorForEvent, domIndex, mergeGcd } from '../../src/detector/index.js';
import { concatBytes } from '../../src/event/bytes.js';
import { type ArchiveWriter, tracked, writeArchive } from '../../src/event/icetray/archive-writer.js';
import { decodeObject } from '../../src/event/icetray/classes.js';
import {
  type CalibrationChange,
  decodeEvent,
  describeEvent,
  type Frame,
  type FullGcd,
  i3Frames,
  readFullGcd,
  type SpeChargeDistribution,
  writeFrame,
  writeFullGcd,
} from '../../src/event/index.js';
import { readDocument, readMessage } from '../../src/event/message.js';
import { builtinIc86 } from '../prepare/decoded.js';
import { needsShared, sharedBytes } from '../support/shared.js';

const SPE: SpeChargeDistribution = {
  version: 2,
  exp2Amplitude: 0.5,
  exp2Width: 0.1,
  exp1Amplitude: 0.25,
  exp1Width: 0.5,
  gaussAmplitude: 1,
  gaussMean: 1.02,
  gaussWidth: 0.3,
  compensation: 0.95,
  slcGaussMean: 1.1,
};

/** A whole description of IC86 with values that differ from module to module. */
function gcdOf(detector: Detector): Required<{ [K in keyof FullGcd]: NonNullable<FullGcd[K]> }> {
  const keys = [...detector.string.keys()].map((i) => ({ string: detector.string[i]!, om: detector.om[i]!, pmt: 0 }));
  return {
    geometry: keys.map((key, i) => ({
      ...key,
      x: detector.x[i]!,
      y: detector.y[i]!,
      z: detector.z[i]!,
      omType: 20,
    })),
    calibration: keys.map((key, i) => ({
      ...key,
      relativeDomEfficiency: detector.efficiency[i]! + i / 1e5,
      noiseRateHz: 500 + (i % 300),
      meanAtwdCharge: 1 + i / 1e6,
      meanFadcCharge: 1.125,
      spe: { ...SPE, gaussMean: 1 + i / 1e5 },
    })),
    status: keys.map((key, i) => ({ ...key, pmtVoltageV: 1100 + (i % 400) / 2, lcMode: i % 50 === 0 ? 5 : 2 })),
  };
}

let ic86: Detector;
let whole: ReturnType<typeof gcdOf>;
let file: Uint8Array;
let back: FullGcd;
beforeAll(async () => {
  ic86 = await builtinIc86();
  whole = gcdOf(ic86);
  file = writeFullGcd(whole);
  back = readFullGcd(file, 'gcd.i3');
});

describe('a whole detector description', () => {
  it('is read back as it was written, every module and field', () => {
    expect(back).toEqual(whole);
  });

  it('has the frames and objects of a GCD file', () => {
    const frames = [...i3Frames(file, 'gcd.i3')].map(({ frame }) => frame);
    expect(frames.map(({ stop, objects }) => [stop, objects.map(({ key, type }) => [key, type])])).toEqual([
      ['G', [['I3Geometry', 'I3Geometry']]],
      ['C', [['I3Calibration', 'I3Calibration']]],
      ['D', [['I3DetectorStatus', 'I3DetectorStatus']]],
    ]);
  });

  it('of a size that real ones have is read within seconds', () => {
    expect(file.length).toBeGreaterThan(35e6);
    const bad: Frame = {
      stop: 'D',
      version: 6,
      objects: [{ key: 'BadDomsList', type: 'X', blob: new Uint8Array(64e6) }],
    };
    const large = concatBytes([writeFrame(bad), file]);
    const start = performance.now();
    expect(readFullGcd(large, 'gcd.i3').geometry.length).toBe(5160);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it('may lack calibration and status', () => {
    const small: FullGcd = { geometry: whole.geometry.slice(0, 3), calibration: null, status: null };
    expect(readFullGcd(writeFullGcd(small), 'gcd.i3')).toEqual(small);
  });

  it('has unset numbers where a calibration says nothing', () => {
    const { calibration } = readFullGcd(
      writeFullGcd({ ...whole, calibration: [{ string: 1, om: 1, pmt: 0, noiseRateHz: 600 }] }),
      'gcd.i3',
    );
    expect(calibration).toEqual([
      {
        string: 1,
        om: 1,
        pmt: 0,
        relativeDomEfficiency: Number.NaN,
        noiseRateHz: 600,
        meanAtwdCharge: Number.NaN,
        meanFadcCharge: Number.NaN,
        spe: expect.objectContaining({ version: 1, gaussMean: Number.NaN }),
      },
    ]);
  });

  it('keeps charge distributions of the first version, and tells them as the second beside such', () => {
    const first: SpeChargeDistribution = {
      ...SPE,
      version: 1,
      exp1Amplitude: 0,
      exp1Width: 1,
      compensation: 1,
      slcGaussMean: 1,
    };
    const change = (om: number, spe: SpeChargeDistribution): CalibrationChange => ({
      ...whole.calibration[0]!,
      om,
      spe,
    });
    const read = (...calibration: CalibrationChange[]): unknown =>
      readFullGcd(writeFullGcd({ ...whole, calibration }), 'gcd.i3').calibration!.map(({ spe }) => spe);
    expect(read(change(1, first), change(2, first))).toEqual([first, first]);
    expect(read(change(1, first), change(2, SPE))).toEqual([{ ...first, version: 2 }, SPE]);
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    ['that is text', () => new TextEncoder().encode('string,om,x,y,z'), /^gcd\.i3 is no \.i3 file\.$/],
    ['that breaks off', () => file.slice(0, 5e6), /frame 2 ends too early/],
    ['that is damaged', () => file.slice().fill(7, 1e6, 1e6 + 9), /frame 2 does not match its checksum/],
    ['without a geometry', () => writeFrame({ stop: 'G', version: 6, objects: [] }), /^gcd\.i3 has no I3Geometry/],
    ['without a module', () => writeFullGcd({ geometry: [], calibration: null, status: null }), /without a module/],
  ])('%s is refused under a code of its own', (_, bytes, message) => {
    expect(() => readFullGcd(bytes(), 'gcd.i3')).toThrow(
      expect.objectContaining({ code: 'detector/bad-gcd', message: expect.stringMatching(message) }),
    );
    expect(() => readFullGcd(bytes(), 'gcd.i3')).toThrow(EventFormatError);
  });
});

describe('records of other versions', () => {
  const geo = (version: number, write: (archive: ArchiveWriter) => void): unknown => {
    const blob = writeArchive(tracked('I3Geometry', 3), (archive) => {
      archive.base();
      archive.object(tracked('I3OMGeoMap', 0), () => {
        archive.base();
        archive.map('OMKey I3OMGeo', [0], () => {
          archive.object(tracked('OMKey', 2), () => {
            archive.i32(1);
            archive.u32(1);
            archive.u8(0);
          });
          archive.object(tracked('I3OMGeo', version), () => {
            archive.object(tracked('I3Position', 0), () => {
              archive.base();
              archive.f64s(1, 2, 3);
            });
            write(archive);
          });
        });
      });
      archive.text('what follows is not looked at');
    });
    return decodeObject({ key: 'I3Geometry', type: 'I3Geometry', blob }, 'x')!.value;
  };
  const orientation = (archive: ArchiveWriter): void => {
    archive.object(tracked('I3Orientation', 0), () => {
      archive.base();
      archive.object(tracked('I3Quaternion', 0), () => {
        archive.base();
        archive.f64s(0, 0, 0, 1);
      });
    });
  };
  const module = [
    [
      { string: 1, om: 1, pmt: 0 },
      { x: 1, y: 2, z: 3, omType: 20 },
    ],
  ];

  it('positions with an orientation, a tube type, or an orientation number', () => {
    const tail = (archive: ArchiveWriter): void => {
      archive.i32(20);
      archive.f64(0.04);
    };
    const afterPosition: readonly ((archive: ArchiveWriter) => void)[][] = [
      [(a) => a.i32(2), tail, (a) => a.f64(0)],
      [orientation, tail],
      [orientation, tail, (a) => a.i32(2)],
    ];
    afterPosition.forEach((parts, version) => {
      const write = (archive: ArchiveWriter): void => {
        for (const part of parts) part(archive);
      };
      expect(geo(version, write)).toEqual(module);
    });
  });

  it('charge distributions with pointers are refused, not guessed', () => {
    const blob = (version: number): Uint8Array =>
      writeArchive(tracked('I3CalibrationDiff', 0), (archive) => {
        archive.base();
        archive.text('baseline.i3');
        for (let i = 0; i < 2; i++) {
          archive.object(tracked('I3Time', 0), () => {
            archive.base();
            archive.i32(2020);
            archive.i64(0n);
          });
        }
        archive.object(tracked('I3DOMCalibrationMapDiff', 0), () => {
          archive.map('OMKey I3DOMCalibrationDiff', [0], () => {
            archive.object(tracked('OMKey', 2), () => {
              archive.i32(1);
              archive.u32(1);
              archive.u8(0);
            });
            archive.object(tracked('I3DOMCalibrationDiff', 0), () => {
              archive.object({ name: 'bitset<29>', version: 0, isTracked: false }, () => archive.u32(1 << 26));
              archive.object(tracked('SPEChargeDistribution', version), () => archive.f64s(1, 2, 3, 4, 5, 6, 7, 8, 9));
            });
          });
        });
      });
    for (const version of [0, 3, 4]) {
      expect(() => decodeObject({ key: 'X', type: 'X', blob: blob(version) }, 'x')).toThrow(
        /holds (a )?SPEChargeDistribution (of|in) version/,
      );
    }
  });
});

const BRONZE = 'data/events/run00136662-evt000035405932-BRONZE.pkl';
const HESE_2016 = 'data/events/hese_event_01.json';

needsShared("an alert's differences on a baseline that was written and read", [BRONZE, HESE_2016], () => {
  it('set and overwrite what they name and keep the rest', () => {
    const { gcdDifferences } = decodeEvent(sharedBytes(HESE_2016), HESE_2016);
    const merged = mergeGcd(back, gcdDifferences!);
    const key = (k: { string: number; om: number }): string => `${k.string},${k.om}`;
    const before = new Map(whole.calibration.map((module) => [key(module), module]));
    const after = new Map(merged.calibration!.map((module) => [key(module), module]));
    const changes = gcdDifferences!.calibration.plus;
    expect(changes.filter((change) => change.spe !== undefined && before.has(key(change))).length).toBe(5049);
    expect(changes.map((change) => after.get(key(change)))).toEqual(
      changes.map((change) => ({ ...before.get(key(change)), ...change })),
    );
    const changed = new Set(changes.map(key));
    const untouched = whole.calibration.filter((module) => !changed.has(key(module)));
    expect(untouched.length).toBeGreaterThan(50);
    expect(untouched.map((module) => after.get(key(module)))).toEqual(untouched);
    expect(merged.geometry).toEqual(whole.geometry);
  });

  it('switch modules on and off', () => {
    const event = decodeEvent(sharedBytes(BRONZE), BRONZE);
    const gcd = back;
    const merged = mergeGcd(gcd, event.gcdDifferences!);
    // The plus entry for (30,59) replaces; the minus entry (30,60) goes; IceTop's are there beside.
    const find = (status: FullGcd['status'], string: number, om: number) =>
      status!.find((module) => module.string === string && module.om === om);
    expect(find(gcd.status, 30, 60)).toBeDefined();
    expect(find(merged.status, 30, 60)).toBeUndefined();
    expect(find(merged.status, 30, 59)!.pmtVoltageV).toBeCloseTo(1291, 9);
    expect(find(merged.status, 74, 62)!.lcMode).toBe(1);

    const detector = detectorForEvent(event, ic86, { name: 'baseline_gcd_135417.i3', gcd });
    const index = domIndex(detector, 30, 60, 0);
    expect(detector.isOn[index]).toBe(0);
    expect(detector.isOn[domIndex(detector, 30, 59, 0)]).toBe(1);
    // Everything else as in the baseline.
    expect(detector.x).toEqual(ic86.x);
    expect(detector.efficiency).toEqual(Float64Array.from(whole.calibration, (m) => m.relativeDomEfficiency!));
    expect(detector.noiseRateHz).toEqual(Float64Array.from(whole.calibration, (m) => m.noiseRateHz!));
    expect(detector.isOn).toEqual(new Uint8Array(5160).fill(1).fill(0, index, index + 1));
    const slcOnly = whole.status.map((module, i) => Number(i !== index && module.lcMode === 5));
    expect(detector.isSlcOnly).toEqual(Uint8Array.from(slcOnly));
  });

  it('give the same event with its whole description inside as with a baseline beside it', () => {
    const { frames } = readMessage(readDocument(sharedBytes(BRONZE), BRONZE), BRONZE);
    const wholeFrames = [...i3Frames(file, 'gcd.i3')].map(({ frame }) => frame);
    const inside = concatBytes([...wholeFrames, ...frames.slice(3)].map(writeFrame));
    const event = decodeEvent(inside, 'whole.i3');
    expect(event.gcdDifferences).toBeNull();
    expect(event.fullGcd).toEqual(whole);
    expect(describeEvent(event).gcd).toEqual({
      kind: 'full',
      n_modules: 5160,
      n_calibrated: 5160,
      n_with_status: 5160,
    });
    const { provenance: _, ...own } = detectorForEvent(event, ic86, null);
    const without = { ...event, fullGcd: null };
    const { provenance: __, ...beside } = detectorForEvent(without, ic86, { name: 'x.i3', gcd: whole });
    expect(own).toEqual(beside);
  });

  it('a whole calibration that cannot be decoded does not fail the event', () => {
    const { frames } = readMessage(readDocument(sharedBytes(BRONZE), BRONZE), BRONZE);
    const small = writeFullGcd({ ...whole, calibration: whole.calibration.slice(0, 2) });
    const cut = [...i3Frames(small, 'x')].map(({ frame }) => ({
      ...frame,
      objects: frame.objects.map((object) =>
        object.key === 'I3Calibration' ? { ...object, blob: object.blob.slice(0, 2000) } : object,
      ),
    }));
    const bytes = concatBytes([...cut, ...frames.slice(3)].map(writeFrame));
    const event = decodeEvent(bytes, 'cut.i3');
    expect(event.fullGcd?.calibration).toBeNull();
    expect(event.fullGcd?.status?.length).toBe(5160);
    expect(event.warnings).toEqual([expect.stringMatching(/^cut\.i3: frame C, object "I3Calibration" ends too early/)]);
  });
});
