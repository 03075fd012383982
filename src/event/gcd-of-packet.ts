/**
 * What an event's frames say about the detector: differences against a baseline, or everything
 * (specs/event-formats.md section 11). A difference that cannot be decoded does not fail the event: its baseline's
 * name is kept, and a warning says so.
 */
import { EventFormatError } from '../config/index.js';
import type { CalibrationChange, FullGcd, GcdDifferences, StatusChange } from './decoded-event.js';
import { openArchive } from './icetray/archive-reader.js';
import {
  CALIBRATION,
  CALIBRATION_DIFF,
  DETECTOR_STATUS,
  DETECTOR_STATUS_DIFF,
  GEOMETRY,
  GEOMETRY_DIFF,
} from './icetray/classes.js';
import type { DomStatus } from './icetray/detector-objects.js';
import type { DomCalibration } from './icetray/full-gcd.js';
import { type DomCalibrationDiff, readBaselineName } from './icetray/gcd-differences.js';
import { badObject, type ObjectClass } from './icetray/object-class.js';
import type { Packet } from './icetray/packet.js';
import { printable } from './printable.js';
import type { OMKey } from './types.js';

/**
 * Volts or Hertz of a number in IceTray's units, which are 1e9 V and 1e9 Hz. Settings and fits have few digits:
 * rounding to fifteen undoes what the unit did to the last one.
 */
function perNano(value: number): number {
  return Number((value * 1e9).toPrecision(15));
}

/** Keys of the difference objects in their frames; they are of the class of the same name. */
export const DIFFERENCE_KEYS = ['I3GeometryDiff', 'I3CalibrationDiff', 'I3DetectorStatusDiff'] as const;

/**
 * The differences of a packet, or null where it has none.
 *
 * @throws EventFormatError 'event/bad-object' where they refer to different baselines.
 */
export function gcdDifferencesOf(packet: Packet, warnings: string[]): GcdDifferences | null {
  if (!DIFFERENCE_KEYS.some((key) => packet.find(key) !== undefined)) return null;
  const geometry = readOrWarn(packet, 'I3GeometryDiff', GEOMETRY_DIFF, warnings);
  const calibration = readOrWarn(packet, 'I3CalibrationDiff', CALIBRATION_DIFF, warnings);
  const status = readOrWarn(packet, 'I3DetectorStatusDiff', DETECTOR_STATUS_DIFF, warnings);
  return {
    baselineName: commonBaselineName(packet),
    geometry: {
      plus: geometry?.modules.plus.map(([key, { x, y, z }]) => ({ ...key, x, y, z })).filter(hasPosition) ?? [],
      minus: geometry?.modules.minus ?? [],
    },
    calibration: {
      plus: calibration?.modules.plus.map(([key, change]) => calibrationChange(key, change)) ?? [],
      minus: calibration?.modules.minus ?? [],
    },
    status: {
      plus: status?.modules.plus.map(([key, module]) => statusChange(key, module)) ?? [],
      minus: status?.modules.minus ?? [],
    },
  };
}

/**
 * Whole detector data of an event's packet, or null where it has no I3Geometry. What cannot be decoded counts as
 * missing, with a warning.
 */
export function fullGcdOf(packet: Packet, warnings: string[]): FullGcd | null {
  return fullGcd((key, type) => readOrWarn(packet, key, type, warnings));
}

/**
 * Whole detector data out of a baseline's frames, or null where they have no I3Geometry.
 *
 * @throws EventFormatError 'event/bad-object'.
 */
export function strictFullGcdOf(packet: Packet): FullGcd | null {
  return fullGcd((key, type) => packet.read(key, type));
}

/** Calibration and status that are missing are null. */
function fullGcd(read: <T>(key: string, type: ObjectClass<T>) => T | null): FullGcd | null {
  const geometry = read('I3Geometry', GEOMETRY);
  if (geometry === null) return null;
  const calibration = read('I3Calibration', CALIBRATION);
  const status = read('I3DetectorStatus', DETECTOR_STATUS);
  return {
    geometry: geometry.map(([key, { x, y, z, omType }]) => ({ ...key, x, y, z, omType })).filter(hasPosition),
    calibration: calibration?.map(([key, module]) => wholeCalibration(key, module)) ?? null,
    status: status?.map(([key, module]) => statusChange(key, module)) ?? null,
  };
}

function readOrWarn<T>(packet: Packet, key: string, type: ObjectClass<T>, warnings: string[]): T | null {
  try {
    return packet.read(key, type);
  } catch (error) {
    if (!(error instanceof EventFormatError)) throw error;
    warnings.push(`${error.message} It is left out: what is known of the detector otherwise is used.`);
    return null;
  }
}

/** The name that all differences give; '' where none can be read. */
function commonBaselineName(packet: Packet): string {
  const names = DIFFERENCE_KEYS.flatMap((key) => {
    const found = packet.find(key);
    if (found === undefined) return [];
    const context = { code: 'event/bad-object', where: `${found.where}, object "${key}"` } as const;
    try {
      const { className, archive } = openArchive(found.object.blob, context);
      return [archive.object(className, 0, () => readBaselineName(archive))];
    } catch (error) {
      if (!(error instanceof EventFormatError)) throw error;
      return [];
    }
  });
  const others = names.filter((name) => name !== names[0]);
  if (others.length > 0) {
    throw badObject(
      `${packet.name}: the differences of the detector`,
      `refer to different baselines, "${printable(names[0]!)}" and "${printable(others[0]!)}"`,
    );
  }
  return names[0] ?? '';
}

function calibrationChange(key: OMKey, change: DomCalibrationDiff): CalibrationChange {
  return {
    ...key,
    ...(change.relativeDomEff !== undefined && { relativeDomEfficiency: change.relativeDomEff }),
    ...(change.domNoiseRate !== undefined && { noiseRateHz: perNano(change.domNoiseRate) }),
    ...(change.meanAtwdCharge !== undefined && { meanAtwdCharge: change.meanAtwdCharge }),
    ...(change.meanFadcCharge !== undefined && { meanFadcCharge: change.meanFadcCharge }),
    ...(change.combinedSpeFit !== undefined && { spe: change.combinedSpeFit }),
  };
}

function wholeCalibration(key: OMKey, module: DomCalibration): CalibrationChange {
  return {
    ...key,
    relativeDomEfficiency: module.relativeDomEff,
    noiseRateHz: perNano(module.domNoiseRate),
    meanAtwdCharge: module.meanAtwdCharge,
    meanFadcCharge: module.meanFadcCharge,
    spe: module.spe,
  };
}

function statusChange(key: OMKey, module: DomStatus): StatusChange {
  return { ...key, pmtVoltageV: perNano(module.pmtVoltage), lcMode: module.lcMode };
}

function hasPosition({ x, y, z }: { x: number; y: number; z: number }): boolean {
  return Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(z);
}
