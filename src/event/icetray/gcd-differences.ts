/**
 * The difference objects in the G, C and D frames of an alert (specs/event-formats.md 11.2): what changed against a
 * baseline GCD file. IceTop's part is read to stay in step.
 */
import type { SpeChargeDistribution } from '../decoded-event.js';
import type { OMKey } from '../types.js';
import type { ArchiveReader } from './archive-reader.js';
import {
  type I3Position,
  type I3Time,
  OMKEY_BYTES,
  readOMKey,
  readOMKeys,
  readPosition,
  readTime,
} from './basic-objects.js';
import {
  type DomStatus,
  type OmGeo,
  readAtwdBaselines,
  readDomStatus,
  readLinearFit,
  readOmGeo,
  readQuadraticFits,
  readSpeChargeDistribution,
  readTauParam,
  skipAtwdBins,
} from './detector-objects.js';

/** Entries that were set, and keys that went. */
export interface MapDifference<K, V> {
  readonly plus: readonly (readonly [K, V])[];
  readonly minus: readonly K[];
}

export interface GeometryDiff {
  readonly baselineName: string;
  readonly modules: MapDifference<OMKey, OmGeo>;
  readonly stations: MapDifference<number, StationDiff>;
  readonly start: I3Time;
  readonly end: I3Time;
}

export interface CalibrationDiff {
  readonly baselineName: string;
  readonly start: I3Time;
  readonly end: I3Time;
  readonly modules: MapDifference<OMKey, DomCalibrationDiff>;
  readonly vem: MapDifference<OMKey, readonly number[]>;
}

export interface DetectorStatusDiff {
  readonly baselineName: string;
  readonly start: I3Time;
  readonly end: I3Time;
  readonly modules: MapDifference<OMKey, DomStatus>;
  readonly triggers: MapDifference<TriggerKey, TriggerStatus>;
  readonly configuration: string;
}

/** An IceTop station; what did not change is absent. */
export interface StationDiff {
  readonly bits: number;
  readonly orientation?: number;
  readonly tankRadius?: number;
  readonly tankHeight?: number;
  readonly fillHeight?: number;
  readonly tankType?: number;
  readonly tanks?: readonly Tank[];
}

export interface Tank extends I3Position {
  readonly snowHeight: number;
  readonly modules: readonly OMKey[];
}

/** Calibration of a module; what did not change is absent. Rates in IceTray's unit (1 Hz = 1e-9). */
export interface DomCalibrationDiff {
  /** Which fields are there: bit numbers as in the specification. */
  readonly bits: number;
  readonly droopTimeConstants?: number[];
  readonly temperature?: number;
  readonly fadcGain?: number;
  readonly fadcBaselineFit?: number[];
  readonly fadcBeaconBaseline?: number;
  readonly fadcDeltaT?: number;
  readonly frontEndImpedance?: number;
  readonly tauParameters?: number[];
  readonly ampGains?: number[];
  readonly atwdFreq?: number[][];
  readonly atwdBins?: null;
  readonly pmtTransitTime?: number[];
  readonly hvGainRelation?: number[];
  readonly domcalVersion?: string;
  readonly atwdBeaconBaselines?: number[][];
  readonly atwdDeltaT?: number[];
  readonly speDiscrimCalib?: number[];
  readonly mpeDiscrimCalib?: number[];
  readonly pmtDiscrimCalib?: number[];
  readonly relativeDomEff?: number;
  readonly domNoiseRate?: number;
  readonly domNoiseThermalRate?: number;
  readonly domNoiseDecayRate?: number;
  readonly domNoiseScintillationMean?: number;
  readonly domNoiseScintillationSigma?: number;
  readonly domNoiseScintillationHits?: number;
  readonly combinedSpeFit?: SpeChargeDistribution;
  readonly meanAtwdCharge?: number;
  readonly meanFadcCharge?: number;
}

/** The fields of a calibration difference in the order of their bits. */
const CALIBRATION_FIELDS: readonly (readonly [keyof DomCalibrationDiff, (archive: ArchiveReader) => unknown])[] = [
  ['droopTimeConstants', (archive) => archive.f64Array(2)],
  ['temperature', readNumber],
  ['fadcGain', readNumber],
  ['fadcBaselineFit', readLinearFit],
  ['fadcBeaconBaseline', readNumber],
  ['fadcDeltaT', readNumber],
  ['frontEndImpedance', readNumber],
  ['tauParameters', readTauParam],
  ['ampGains', (archive) => archive.f64Array(3)],
  ['atwdFreq', readQuadraticFits],
  ['atwdBins', skipAtwdBins],
  ['pmtTransitTime', readLinearFit],
  ['hvGainRelation', readLinearFit],
  ['domcalVersion', (archive) => archive.text()],
  ['atwdBeaconBaselines', readAtwdBaselines],
  ['atwdDeltaT', (archive) => archive.f64Array(2)],
  ['speDiscrimCalib', readLinearFit],
  ['mpeDiscrimCalib', readLinearFit],
  ['pmtDiscrimCalib', readLinearFit],
  ['relativeDomEff', readNumber],
  ['domNoiseRate', readNumber],
  ['domNoiseThermalRate', readNumber],
  ['domNoiseDecayRate', readNumber],
  ['domNoiseScintillationMean', readNumber],
  ['domNoiseScintillationSigma', readNumber],
  ['domNoiseScintillationHits', readNumber],
  ['combinedSpeFit', readSpeChargeDistribution],
  ['meanAtwdCharge', readNumber],
  ['meanFadcCharge', readNumber],
];

export interface TriggerKey {
  readonly source: number;
  readonly type: number;
  readonly subtype: number;
  readonly configId: number | null;
}

export interface TriggerStatus {
  readonly name: string;
  readonly settings: readonly (readonly [string, string])[];
  /** Readout windows by subdetector. */
  readonly readouts: readonly (readonly [number, readonly number[]])[];
}

/** What of a difference can be told even where the rest cannot be read: the baseline's name comes first. */
export function readBaselineName(archive: ArchiveReader): string {
  archive.base();
  return archive.text();
}

/** The frame object I3GeometryDiff. */
export function readGeometryDiff(archive: ArchiveReader): GeometryDiff {
  const baselineName = readBaselineName(archive);
  const modules = archive.object('I3OMGeoMapDiff', 0, () => {
    archive.base();
    archive.text();
    return readMapDifference(archive, 'OMKey I3OMGeo', OMKEY_BYTES, readOMKey, readOmGeo, readOMKeys);
  });
  const stations = archive.object('I3StationMapDiff', 0, () =>
    readMapDifference(
      archive,
      'int I3StationDiff',
      5,
      (a) => a.i32(),
      readStationDiff,
      (a) => a.elements(4, () => a.i32()),
    ),
  );
  return { baselineName, modules, stations, start: readTime(archive), end: readTime(archive) };
}

/** The frame object I3CalibrationDiff. */
export function readCalibrationDiff(archive: ArchiveReader): CalibrationDiff {
  const baselineName = readBaselineName(archive);
  const start = readTime(archive);
  const end = readTime(archive);
  const modules = archive.object('I3DOMCalibrationMapDiff', 0, () =>
    readMapDifference(
      archive,
      'OMKey I3DOMCalibrationDiff',
      OMKEY_BYTES,
      readOMKey,
      readDomCalibrationDiff,
      readOMKeys,
    ),
  );
  const vem = archive.object('I3VEMCalibrationMapDiff', 0, () =>
    readMapDifference(
      archive,
      'OMKey I3VEMCalibration',
      OMKEY_BYTES,
      readOMKey,
      (a) => a.object('I3VEMCalibration', 0, () => a.f64s(4)),
      readOMKeys,
    ),
  );
  return { baselineName, start, end, modules, vem };
}

/** The frame object I3DetectorStatusDiff. */
export function readDetectorStatusDiff(archive: ArchiveReader): DetectorStatusDiff {
  const baselineName = readBaselineName(archive);
  const start = readTime(archive);
  const end = readTime(archive);
  const modules = archive.object('I3DOMStatusMapDiff', 0, () =>
    readMapDifference(archive, 'OMKey I3DOMStatus', OMKEY_BYTES, readOMKey, readDomStatus, readOMKeys),
  );
  const triggers = archive.object('I3TriggerStatusMapDiff', 0, () =>
    readMapDifference(archive, 'TriggerKey I3TriggerStatus', 13, readTriggerKey, readTriggerStatus, (a) =>
      a.list('vector<TriggerKey>', 13, () => readTriggerKey(a)),
    ),
  );
  return { baselineName, start, end, modules, triggers, configuration: archive.text() };
}

function readMapDifference<K, V>(
  archive: ArchiveReader,
  type: string,
  entryBytes: number,
  readKey: (archive: ArchiveReader) => K,
  readValue: (archive: ArchiveReader) => V,
  readMinus: (archive: ArchiveReader) => K[],
): MapDifference<K, V> {
  const plus = archive.map(
    type,
    entryBytes,
    () => readKey(archive),
    () => readValue(archive),
  );
  return { plus, minus: readMinus(archive) };
}

function readStationDiff(archive: ArchiveReader): StationDiff {
  return archive.object('I3StationDiff', 0, () => {
    const bits = archive.object('bitset<6>', 0, () => archive.u8());
    if (bits >= 1 << 6) throw archive.error(`has an IceTop station with unknown fields (${bits})`);
    return {
      bits,
      ...((bits & 1) !== 0 && { orientation: archive.f64() }),
      ...((bits & 2) !== 0 && { tankRadius: archive.f64() }),
      ...((bits & 4) !== 0 && { tankHeight: archive.f64() }),
      ...((bits & 8) !== 0 && { fillHeight: archive.f64() }),
      ...((bits & 16) !== 0 && { tankType: archive.i32() }),
      ...((bits & 32) !== 0 && { tanks: readTankDifference(archive) }),
    };
  });
}

/** VectorDiff<Tank>: the tanks, and unless it is raw which of the old ones they replace. */
function readTankDifference(archive: ArchiveReader): Tank[] {
  return archive.object('VectorDiff<Tank>', 0, () => {
    const isRaw = archive.bool();
    const tanks = archive.list('vector<Tank>', 12, () => readTank(archive));
    if (!isRaw) {
      archive.object('dynamic_bitset', 0, () => {
        archive.u64();
        return archive.take(8 * archive.count(8));
      });
      archive.take(8 * archive.count(8));
    }
    return tanks;
  });
}

function readTank(archive: ArchiveReader): Tank {
  return archive.object('Tank', 0, () => {
    const position = readPosition(archive);
    return { ...position, snowHeight: archive.f64(), modules: readOMKeys(archive) };
  });
}

function readDomCalibrationDiff(archive: ArchiveReader): DomCalibrationDiff {
  return archive.object('I3DOMCalibrationDiff', 0, () => {
    const bits = archive.object('bitset<29>', 0, () => archive.u32());
    if (bits >= 2 ** CALIBRATION_FIELDS.length) throw archive.error(`has a calibration with unknown fields (${bits})`);
    const fields: Record<string, unknown> = { bits };
    CALIBRATION_FIELDS.forEach(([name, read], bit) => {
      if ((bits & (1 << bit)) !== 0) fields[name] = read(archive);
    });
    return fields as unknown as DomCalibrationDiff;
  });
}

function readNumber(archive: ArchiveReader): number {
  return archive.f64();
}

function readTriggerKey(archive: ArchiveReader): TriggerKey {
  return archive.object('TriggerKey', 1, (version) => {
    const source = archive.i32();
    const type = archive.i32();
    const subtype = archive.i32();
    const hasId = version >= 1 ? archive.bool() : true;
    return { source, type, subtype, configId: hasId ? archive.i32() : null };
  });
}

function readTriggerStatus(archive: ArchiveReader): TriggerStatus {
  return archive.object('I3TriggerStatus', 3, (version) => {
    if (version < 3) throw archive.error(`holds an I3TriggerStatus of version ${version}; 3 is known`);
    const name = archive.text();
    const settings = archive.map(
      'string string',
      8,
      () => archive.text(),
      () => archive.text(),
    );
    const readouts = archive.map(
      'Subdetector I3TriggerReadoutConfig',
      4,
      () => archive.i32(),
      () => archive.object('I3TriggerReadoutConfig', 0, () => archive.f64s(3)),
    );
    return { name, settings, readouts };
  });
}
