/**
 * Writes the differences of a detector against a baseline, as alerts carry them (specs/event-formats.md 11.2): of whole
 * descriptions what a scan uses, and only where it changed. Putting them on the baseline gives the description again.
 */
import type { CalibrationChange, FullGcd, SpeChargeDistribution } from '../decoded-event.js';
import { compareKeys } from '../pulse-map.js';
import type { OMKey } from '../types.js';
import { type ArchiveWriter, tracked, writeArchive } from './archive-writer.js';
import type { Frame, FrameObject } from './frame.js';
import { ALWAYS, HERTZ_PER_UNIT, writeDomStatus, writeOMKey, writeOmGeo, writeSpe, writeTime } from './gcd-writer.js';

/** Modules that were added or changed, and those that went. */
interface Changes<T extends OMKey> {
  readonly plus: readonly T[];
  readonly minus: readonly OMKey[];
}

/** Bits of the fields of I3DOMCalibrationDiff that a scan uses. */
const BIT = { relativeDomEfficiency: 19, noiseRateHz: 20, spe: 26, meanAtwdCharge: 27, meanFadcCharge: 28 } as const;
const DOM_CALIBRATION_DIFF = tracked('I3DOMCalibrationDiff', 0);

/**
 * The frames G, C and D of an alert: how `gcd` differs from the baseline; with `gcd` null that it does not. Where a whole
 * description lacks calibration or status, the baseline's are taken to hold.
 */
export function writeDifferences(gcd: FullGcd | null, baseline: FullGcd, baselineName: string): Frame[] {
  const frame = (stop: string, object: FrameObject): Frame => ({ stop, version: 6, objects: [object] });
  const geometry = changesOf(gcd?.geometry, baseline.geometry);
  const calibration = changesOf(gcd?.calibration, baseline.calibration);
  const status = changesOf(gcd?.status, baseline.status);
  return [
    frame('G', geometryDiff(geometry, baselineName)),
    frame('C', calibrationDiff(calibration, baseline.calibration ?? [], baselineName)),
    frame('D', statusDiff(status, baselineName)),
  ];
}

function changesOf<T extends OMKey>(
  modules: readonly T[] | null | undefined,
  baseline: readonly T[] | null,
): Changes<T> {
  if (modules === null || modules === undefined) return { plus: [], minus: [] };
  const before = byKey(baseline ?? []);
  const now = byKey(modules);
  return {
    plus: modules.filter((module) => !isSame(module, before.get(keyOf(module)))).sort(compareKeys),
    minus: (baseline ?? []).filter((module) => !now.has(keyOf(module))).sort(compareKeys),
  };
}

function geometryDiff({ plus, minus }: Changes<FullGcd['geometry'][number]>, baselineName: string): FrameObject {
  return differenceObject('I3GeometryDiff', baselineName, (archive) => {
    archive.object(tracked('I3OMGeoMapDiff', 0), () => {
      archive.base();
      archive.text('');
      archive.map('OMKey I3OMGeo', plus, (module) => {
        writeOMKey(archive, module);
        writeOmGeo(archive, module);
      });
      writeKeys(archive, minus);
    });
    archive.object(tracked('I3StationMapDiff', 0), () => {
      archive.map('int I3StationDiff', [], () => {});
      archive.u32(0);
    });
    writeValidity(archive);
  });
}

function calibrationDiff(
  { plus, minus }: Changes<CalibrationChange>,
  baseline: readonly CalibrationChange[],
  baselineName: string,
): FrameObject {
  const before = byKey(baseline);
  const speVersion = plus.some((module) => module.spe?.version === 2) ? 2 : 1;
  return differenceObject('I3CalibrationDiff', baselineName, (archive) => {
    writeValidity(archive);
    archive.object(tracked('I3DOMCalibrationMapDiff', 0), () => {
      archive.map('OMKey I3DOMCalibrationDiff', plus, (module) => {
        writeOMKey(archive, module);
        archive.object(DOM_CALIBRATION_DIFF, () =>
          writeChangedFields(archive, module, before.get(keyOf(module)), speVersion),
        );
      });
      writeKeys(archive, minus);
    });
    archive.object(tracked('I3VEMCalibrationMapDiff', 0), () => {
      archive.map('OMKey I3VEMCalibration', [], () => {});
      writeKeys(archive, []);
    });
  });
}

/** Which fields there are, as bits, and those fields in the order of their bits. */
function writeChangedFields(
  archive: ArchiveWriter,
  module: CalibrationChange,
  before: CalibrationChange | undefined,
  speVersion: 1 | 2,
): void {
  const fields = Object.keys(BIT) as (keyof typeof BIT)[];
  const changed = fields.filter((name) => module[name] !== undefined && !isSame(module[name], before?.[name]));
  const bits = changed.reduce((sum, name) => sum + 2 ** BIT[name], 0);
  archive.object({ name: 'bitset<29>', version: 0, isTracked: false }, () => archive.u32(bits));
  for (const name of changed) {
    if (name === 'spe') writeSpe(archive, module.spe, speVersion);
    else archive.f64(name === 'noiseRateHz' ? module[name]! / HERTZ_PER_UNIT : module[name]!);
  }
}

function statusDiff(
  { plus, minus }: Changes<NonNullable<FullGcd['status']>[number]>,
  baselineName: string,
): FrameObject {
  return differenceObject('I3DetectorStatusDiff', baselineName, (archive) => {
    writeValidity(archive);
    archive.object(tracked('I3DOMStatusMapDiff', 0), () => {
      archive.map('OMKey I3DOMStatus', plus, (module) => {
        writeOMKey(archive, module);
        writeDomStatus(archive, module);
      });
      writeKeys(archive, minus);
    });
    archive.object(tracked('I3TriggerStatusMapDiff', 0), () => {
      archive.map('TriggerKey I3TriggerStatus', [], () => {});
      archive.list('vector<TriggerKey>', [], () => {});
    });
    archive.text('');
  });
}

/** All three begin with the baseline's name. */
function differenceObject(name: string, baselineName: string, write: (archive: ArchiveWriter) => void): FrameObject {
  const blob = writeArchive(tracked(name, 0), (archive) => {
    archive.base();
    archive.text(baselineName);
    write(archive);
  });
  return { key: name, type: name, blob };
}

function writeKeys(archive: ArchiveWriter, keys: readonly OMKey[]): void {
  archive.list('vector<OMKey>', keys, (key) => writeOMKey(archive, key));
}

function writeValidity(archive: ArchiveWriter): void {
  writeTime(archive, ALWAYS.start);
  writeTime(archive, ALWAYS.end);
}

function keyOf({ string, om, pmt }: OMKey): string {
  return `${string},${om},${pmt}`;
}

function byKey<T extends OMKey>(modules: readonly T[]): Map<string, T> {
  return new Map(modules.map((module) => [keyOf(module), module]));
}

type Value = number | SpeChargeDistribution | OMKey | undefined;

/** Equal in every member; NaN ("not set") is equal to itself. */
function isSame(a: Value, b: Value): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return Object.is(a, b);
  const [left, right] = [a, b] as [object, object] as [Record<string, Value>, Record<string, Value>];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => isSame(left[name], right[name]));
}
