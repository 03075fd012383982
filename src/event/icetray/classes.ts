/** The classes of frame objects that are decoded, by archive name (specs/event-formats.md sections 5 to 11). */
import { EventFormatError } from '../../config/index.js';
import type { DomWindows, OMKey, PulseMap, TimeWindow } from '../types.js';
import type { ArchiveReader } from './archive-reader.js';
import * as basic from './basic-objects.js';
import type { DomStatus, OmGeo } from './detector-objects.js';
import * as fits from './fit-parameters.js';
import type { FrameObject } from './frame.js';
import * as whole from './full-gcd.js';
import * as differences from './gcd-differences.js';
import * as truth from './mc-tree.js';
import { classNameOf, type ObjectClass, readObject } from './object-class.js';
import { type PulseSeriesMapMask, readPulseMask, readPulseSeriesMap } from './pulse-objects.js';
import { readSuperDst, type SuperDst } from './super-dst.js';
import { readSuperDstTriggers, type SuperDstTrigger } from './super-dst-triggers.js';

export const EVENT_HEADER: ObjectClass<basic.I3EventHeader> = define('I3EventHeader', 3, basic.readEventHeader);
export const PARTICLE: ObjectClass<basic.I3Particle> = define('I3Particle', 5, (a, v) =>
  basic.readParticleContent(a, v),
);
export const PARTICLES: ObjectClass<basic.I3Particle[]> = define('I3ParticleVect', 0, basic.readParticles);
export const POSITION: ObjectClass<basic.I3Position> = define('I3Position', 0, basic.readPositionContent);
export const DOUBLE: ObjectClass<number> = define('I3Double', 0, basic.readDouble);
export const INT: ObjectClass<number> = define('I3Int', 0, basic.readInt);
export const BOOL: ObjectClass<boolean> = define('I3Bool', 0, basic.readBool);
export const STRING: ObjectClass<string> = define('I3String', 0, basic.readString);
export const OM_KEYS: ObjectClass<OMKey[]> = define('I3VectorOMKey', 0, basic.readVectorOMKey);
export const CHARS: ObjectClass<Uint8Array> = define('I3VectorChar', 0, basic.readVectorChar);
export const TIME_WINDOW: ObjectClass<TimeWindow> = define('I3TimeWindow', 1, basic.readTimeWindowContent);
export const TIME_WINDOW_MAP: ObjectClass<DomWindows[]> = define('I3TimeWindowSeriesMap', 0, basic.readTimeWindowMap);

export const SUPER_DST: ObjectClass<SuperDst> = define('I3SuperDST', 1, readSuperDst);
export const SUPER_DST_TRIGGERS: ObjectClass<SuperDstTrigger[]> = define(
  'I3SuperDSTTriggerSeries',
  0,
  readSuperDstTriggers,
);
export const PULSE_SERIES_MAP: ObjectClass<PulseMap> = define('I3RecoPulseSeriesMap', 0, readPulseSeriesMap);
export const PULSE_MASK: ObjectClass<PulseSeriesMapMask> = define('I3RecoPulseSeriesMapMask', 2, readPulseMask);

export const GEOMETRY_DIFF: ObjectClass<differences.GeometryDiff> = define(
  'I3GeometryDiff',
  0,
  differences.readGeometryDiff,
);
export const CALIBRATION_DIFF: ObjectClass<differences.CalibrationDiff> = define(
  'I3CalibrationDiff',
  0,
  differences.readCalibrationDiff,
);
export const DETECTOR_STATUS_DIFF: ObjectClass<differences.DetectorStatusDiff> = define(
  'I3DetectorStatusDiff',
  0,
  differences.readDetectorStatusDiff,
);

export const GEOMETRY: ObjectClass<[OMKey, OmGeo][]> = definePartly('I3Geometry', 3, whole.readGeometry);
export const CALIBRATION: ObjectClass<[OMKey, whole.DomCalibration][]> = definePartly(
  'I3Calibration',
  4,
  whole.readCalibration,
);
export const DETECTOR_STATUS: ObjectClass<[OMKey, DomStatus][]> = definePartly(
  'I3DetectorStatus',
  4,
  whole.readDetectorStatus,
);

export const MC_TREE: ObjectClass<truth.TreeParticle[]> = define('I3MCTree', 1, truth.readMcTree);
export const MUON_PASSAGES: ObjectClass<truth.MuonPassage[]> = define('I3MMCTrackList', 0, truth.readMuonPassages);

/** Figures of merit of earlier fits: shown, not used. */
const FIT_PARAMETERS: readonly ObjectClass<unknown>[] = [
  define('I3LogLikelihoodFitParams', 0, fits.readLogLikelihoodFitParams),
  define('I3LineFitParams', 1, fits.readLineFitParams),
  define('I3TrackCharacteristicsValues', 0, fits.readTrackCharacteristics),
  define('I3CscdLlhFitParams', 0, fits.readCscdLlhFitParams),
  define('I3PortiaEvent', 2, fits.readPortiaEvent),
];

/** Every class that is decoded, by archive name. */
const CLASSES: ReadonlyMap<string, ObjectClass<unknown>> = new Map(
  [
    EVENT_HEADER,
    PARTICLE,
    PARTICLES,
    POSITION,
    DOUBLE,
    INT,
    BOOL,
    STRING,
    OM_KEYS,
    CHARS,
    TIME_WINDOW,
    TIME_WINDOW_MAP,
    SUPER_DST,
    SUPER_DST_TRIGGERS,
    PULSE_SERIES_MAP,
    PULSE_MASK,
    GEOMETRY_DIFF,
    CALIBRATION_DIFF,
    DETECTOR_STATUS_DIFF,
    GEOMETRY,
    CALIBRATION,
    DETECTOR_STATUS,
    MC_TREE,
    MUON_PASSAGES,
    ...FIT_PARAMETERS,
  ].map((type: ObjectClass<unknown>) => [type.name, type]),
);

function define<T>(
  name: string,
  maxVersion: number,
  read: (archive: ArchiveReader, version: number) => T,
): ObjectClass<T> {
  return { name, maxVersion, readsAll: true, read };
}

/** A class of which only the beginning is read. */
function definePartly<T>(
  name: string,
  maxVersion: number,
  read: (archive: ArchiveReader, version: number) => T,
): ObjectClass<T> {
  return { name, maxVersion, readsAll: false, read };
}

/** A decoded object: the archive name of its class, and its value as one of the interfaces of this folder. */
export interface DecodedObject {
  readonly className: string;
  readonly value: unknown;
}

/**
 * The value of any object of a known class, or null where the class is unknown and the object stays bytes.
 *
 * @param where begins the sentence of an error: 'x.json: frame P'.
 * @throws EventFormatError 'event/bad-object'.
 */
export function decodeObject(object: FrameObject, where: string): DecodedObject | null {
  const className = classNameOf(object, where);
  const type = CLASSES.get(className);
  return type === undefined ? null : { className, value: readObject(object, type, where) };
}

/** Whether `decodeObject` knows the class of an object; no for one that is damaged. */
export function isDecodable(object: FrameObject, where: string): boolean {
  try {
    return CLASSES.has(classNameOf(object, where));
  } catch (error) {
    if (error instanceof EventFormatError) return false;
    throw error;
  }
}
