/**
 * Writes detector descriptions as IceTray does: whole GCD files with I3Geometry, I3Calibration and I3DetectorStatus
 * (specs/event-formats.md 11.6). For detectors of one's own, and for tests of the way from a baseline to a fit. What
 * the scanner does not know of a module gets the value that means "not set".
 */

import { concatBytes } from '../bytes.js';
import type { CalibrationChange, FullGcd, SpeChargeDistribution, StatusChange } from '../decoded-event.js';
import { compareKeys } from '../pulse-map.js';
import type { OMKey } from '../types.js';
import { type ArchiveWriter, tracked, writeArchive } from './archive-writer.js';
import type { I3Time } from './basic-objects.js';
import { type FrameObject, writeFrame } from './frame.js';

/** From when to when a description holds. */
export interface Validity {
  readonly start: I3Time;
  readonly end: I3Time;
}

/** For descriptions that hold at any time. */
export const ALWAYS: Validity = { start: { year: 0, tenthNs: 0n }, end: { year: 9999, tenthNs: 0n } };
const VOLTS_PER_UNIT = 1e9;
/** IceTray's unit of rates is 1e9 Hz. */
export const HERTZ_PER_UNIT = 1e9;

const OM_KEY = tracked('OMKey', 2);
const TIME = tracked('I3Time', 0);
const POSITION = tracked('I3Position', 0);
const ORIENTATION = tracked('I3Orientation', 0);
const QUATERNION = tracked('I3Quaternion', 0);
const OM_GEO = tracked('I3OMGeo', 1);
const DOM_CALIBRATION = tracked('I3DOMCalibration', 12);
const DOM_STATUS = tracked('I3DOMStatus', 6);
const LINEAR_FIT = tracked('LinearFit', 0);
const QUADRATIC_FIT = tracked('QuadraticFit', 0);
const TAU_PARAM = tracked('TauParam', 0);

/** Rotation that takes the z axis downwards, where in-ice modules look. */
const DOWN: readonly [number, number, number, number] = [1, 0, 0, 0];
/** Photocathode area of a module, m^2. */
const OM_AREA = 0.0444;

/** Bytes of a GCD file (.i3): three frames, G, C and D. Missing calibration or status becomes a frame without it. */
export function writeFullGcd(gcd: FullGcd, validity: Validity = ALWAYS): Uint8Array {
  const frame = (stop: string, object: FrameObject | null): Uint8Array =>
    writeFrame({ stop, version: 6, objects: object === null ? [] : [object] });
  return concatBytes([
    frame('G', writeGeometry(gcd.geometry, validity)),
    frame('C', gcd.calibration === null ? null : writeCalibration(gcd.calibration, validity)),
    frame('D', gcd.status === null ? null : writeDetectorStatus(gcd.status, validity)),
  ]);
}

/** The frame object I3Geometry, version 1. */
export function writeGeometry(modules: FullGcd['geometry'], { start, end }: Validity = ALWAYS): FrameObject {
  const blob = writeArchive(tracked('I3Geometry', 1), (archive) => {
    archive.base();
    archive.object(tracked('I3OMGeoMap', 0), () => {
      archive.base();
      archive.map('OMKey I3OMGeo', sorted(modules), (module) => {
        writeOMKey(archive, module);
        writeOmGeo(archive, module);
      });
    });
    archive.object(tracked('I3StationGeoMap', 0), () => {
      archive.base();
      archive.map('int I3StationGeo', [], () => {});
    });
    writeTime(archive, start);
    writeTime(archive, end);
  });
  return { key: 'I3Geometry', type: 'I3Geometry', blob };
}

/** Position and kind of a module, I3OMGeo version 1. */
export function writeOmGeo(archive: ArchiveWriter, module: FullGcd['geometry'][number]): void {
  archive.object(OM_GEO, () => {
    archive.object(POSITION, () => {
      archive.base();
      archive.f64s(module.x, module.y, module.z);
    });
    archive.object(ORIENTATION, () => {
      archive.base();
      archive.object(QUATERNION, () => {
        archive.base();
        archive.f64s(...DOWN);
      });
    });
    archive.i32(module.omType);
    archive.f64(OM_AREA);
  });
}

/** The frame object I3Calibration, version 4, with I3DOMCalibrations of version 12. */
export function writeCalibration(
  modules: readonly CalibrationChange[],
  { start, end }: Validity = ALWAYS,
): FrameObject {
  // A class has one version in an archive: distributions of version 1 can be told as version 2, not the other way.
  const speVersion = modules.some((module) => module.spe?.version === 2) ? 2 : 1;
  const blob = writeArchive(tracked('I3Calibration', 4), (archive) => {
    archive.base();
    archive.map('OMKey I3DOMCalibration', sorted(modules), (module) => {
      writeOMKey(archive, module);
      archive.object(DOM_CALIBRATION, () => writeDomCalibration(archive, module, speVersion));
    });
    archive.map('OMKey I3VEMCalibration', [], () => {});
    writeTime(archive, start);
    writeTime(archive, end);
  });
  return { key: 'I3Calibration', type: 'I3Calibration', blob };
}

/** The frame object I3DetectorStatus, version 4. */
export function writeDetectorStatus(modules: readonly StatusChange[], { start, end }: Validity = ALWAYS): FrameObject {
  const blob = writeArchive(tracked('I3DetectorStatus', 4), (archive) => {
    archive.base();
    archive.map('OMKey I3DOMStatus', sorted(modules), (module) => {
      writeOMKey(archive, module);
      writeDomStatus(archive, module);
    });
    archive.map('TriggerKey I3TriggerStatus', [], () => {});
    writeTime(archive, start);
    writeTime(archive, end);
    archive.text('');
  });
  return { key: 'I3DetectorStatus', type: 'I3DetectorStatus', blob };
}

function writeDomCalibration(archive: ArchiveWriter, module: CalibrationChange, speVersion: 1 | 2): void {
  const linearFit = (): void => archive.object(LINEAR_FIT, () => archive.f64s(Number.NaN, Number.NaN));
  archive.f64s(Number.NaN, Number.NaN); // temperature, FADC gain
  linearFit(); // FADC baseline
  archive.f64(Number.NaN); // FADC delta t
  archive.f64Array([Number.NaN, Number.NaN, Number.NaN]); // amplifier gains
  archive.u32(2); // ATWD frequency
  for (let chip = 0; chip < 2; chip++) {
    archive.object(QUADRATIC_FIT, () => archive.f64s(Number.NaN, Number.NaN, Number.NaN));
  }
  writeNested(archive, [2, 3, 128], Number.NaN); // ATWD bins
  linearFit(); // transit time
  linearFit(); // gain against voltage
  archive.f64(Number.NaN); // front-end impedance
  archive.text(''); // DOMCal version
  archive.object(TAU_PARAM, () => archive.f64s(...new Array<number>(7).fill(Number.NaN)));
  archive.f64Array([Number.NaN, Number.NaN]); // ATWD delta t
  for (let i = 0; i < 3; i++) linearFit(); // SPE, MPE and PMT discriminators
  archive.f64(module.relativeDomEfficiency ?? Number.NaN);
  archive.f64((module.noiseRateHz ?? Number.NaN) / HERTZ_PER_UNIT);
  writeNested(archive, [2, 3], Number.NaN); // ATWD beacon baselines
  archive.f64(Number.NaN); // FADC beacon baseline
  archive.f64s(...new Array<number>(5).fill(Number.NaN)); // noise parameters
  writeSpe(archive, module.spe, speVersion);
  archive.f64s(module.meanAtwdCharge ?? Number.NaN, module.meanFadcCharge ?? Number.NaN);
}

export function writeSpe(archive: ArchiveWriter, spe: SpeChargeDistribution | undefined, version: 1 | 2): void {
  const { exp2Amplitude, exp2Width, gaussAmplitude, gaussMean, gaussWidth } = spe ?? NO_SPE;
  archive.object(tracked('SPEChargeDistribution', version), () => {
    archive.f64s(exp2Amplitude, exp2Width);
    if (version === 2) {
      const { exp1Amplitude, exp1Width, compensation, slcGaussMean } = spe ?? NO_SPE;
      archive.f64s(exp1Amplitude, exp1Width, compensation, slcGaussMean);
    }
    archive.f64s(gaussAmplitude, gaussMean, gaussWidth);
  });
}

const NO_SPE: SpeChargeDistribution = {
  version: 2,
  exp2Amplitude: Number.NaN,
  exp2Width: Number.NaN,
  exp1Amplitude: Number.NaN,
  exp1Width: Number.NaN,
  gaussAmplitude: Number.NaN,
  gaussMean: Number.NaN,
  gaussWidth: Number.NaN,
  compensation: Number.NaN,
  slcGaussMean: Number.NaN,
};

/** Settings of a module, I3DOMStatus version 6. */
export function writeDomStatus(archive: ArchiveWriter, module: StatusChange): void {
  archive.object(DOM_STATUS, () => writeDomStatusContent(archive, module));
}

function writeDomStatusContent(archive: ArchiveWriter, module: StatusChange): void {
  archive.i32(2); // trigger mode: single photo-electrons
  archive.i32(module.lcMode);
  archive.f64s(1000, 1000); // LC windows, ns
  archive.u32(2); // LC span
  for (const on of [1, 1, 0]) archive.i32(on); // ATWD a, ATWD b, FADC
  archive.f64(module.pmtVoltageV / VOLTS_PER_UNIT);
  archive.f64s(Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN); // threshold, pedestal, three DACs
  for (let i = 0; i < 5; i++) archive.u32(0); // bin counts
  for (let i = 0; i < 6; i++) archive.i32(-1); // flasher
  for (let i = 0; i < 3; i++) archive.i32(0); // gain, cable, compression
  archive.u8(1); // SLC active
  archive.f64(Number.NaN); // MPE threshold
  archive.i32(0); // TX mode
}

export function writeOMKey(archive: ArchiveWriter, { string, om, pmt }: OMKey): void {
  archive.object(OM_KEY, () => {
    archive.i32(string);
    archive.u32(om);
    archive.u8(pmt);
  });
}

export function writeTime(archive: ArchiveWriter, { year, tenthNs }: I3Time): void {
  archive.object(TIME, () => {
    archive.base();
    archive.i32(year);
    archive.i64(tenthNs);
  });
}

/** A C array of arrays, filled with one value; every level has its count. */
function writeNested(archive: ArchiveWriter, [n, ...inner]: readonly number[], value: number): void {
  archive.u32(n!);
  for (let i = 0; i < n!; i++) {
    if (inner.length === 0) archive.f64(value);
    else writeNested(archive, inner, value);
  }
}

function sorted<T extends OMKey>(modules: readonly T[]): T[] {
  return [...modules].sort(compareKeys);
}
