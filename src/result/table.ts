/**
 * What the npz and the JSON form of a result have in common (specs/sky-and-scan.md section 7): the columns of both
 * versions, the metadata of an nside, and the checks that make a table of numbers an `NsideMap`.
 */
import { badFile, shown } from './errors.js';
import type { NsideMap, ScanMetadata, ScanResult } from './types.js';

/** Columns of version 0, the older scanners'. */
export const COLUMNS_V0: readonly string[] = ['index', 'llh', 'E_in', 'E_tot'];
/** Columns of version 1, the current one. */
export const COLUMNS_V1: readonly string[] = ['index', 'llh', 'E_in', 'E_tot', 'X', 'Y', 'Z', 'T'];

/** Largest nside whose pixel numbers fit 32 bits; a thirtieth of what IceCube resolves. */
const MAX_NSIDE = 8192;

/** Number columns in file order. */
type NumberColumn = Exclude<keyof NsideMap, 'nside' | 'pixel'>;
export const NUMBER_COLUMNS: readonly NumberColumn[] = ['llh', 'eIn', 'eTot', 'x', 'y', 'z', 't'];

/** Which version a result is written in: 1, but 0 where nothing needs 1 and no metadata could say that it is 1. */
export function versionOf(result: ScanResult): 0 | 1 {
  const vertexless = result.maps.every(({ x, y, z, t }) => [x, y, z, t].every((column) => column.every(Number.isNaN)));
  return result.metadata === null && vertexless ? 0 : 1;
}

/** The nside of a key such as `nside-64`; null where it is not one. */
export function nsideOfKey(key: string): number | null {
  const match = /^nside-([1-9]\d{0,4})$/.exec(key);
  const nside = match === null ? 0 : Number(match[1]);
  return nside > 0 && nside <= MAX_NSIDE && (nside & (nside - 1)) === 0 ? nside : null;
}

/** Metadata of one nside as files spell it, in their order. */
export type MetadataRow = Record<string, number | boolean | string | null>;

/** The metadata row of an nside. */
export function metadataRow(metadata: ScanMetadata, nside: number): MetadataRow {
  return {
    nside,
    complete: metadata.complete,
    run_id: metadata.runId,
    event_id: metadata.eventId,
    event_type: metadata.eventType,
    mjd: metadata.mjd,
    is_real_event: metadata.isRealEvent,
    version: 1,
  };
}

/**
 * Puts the rows of all nsides together. Null where a row lacks one of the minimal members (section 7); rows that
 * contradict each other are refused. Complete are scans all of whose rows say so.
 */
export function metadataFromRows(rows: readonly MetadataRow[], file: string): ScanMetadata | null {
  const minimal = ['run_id', 'event_id', 'event_type', 'mjd'];
  if (rows.length === 0 || rows.some((row) => minimal.some((key) => row[key] === undefined))) return null;
  const [first, ...others] = rows.map((row) => readRow(row, file));
  for (const other of others) {
    const same =
      other.runId === first!.runId &&
      other.eventId === first!.eventId &&
      other.eventType === first!.eventType &&
      Object.is(other.mjd, first!.mjd) &&
      other.isRealEvent === first!.isRealEvent;
    if (!same) throw badFile(file, 'has nsides that belong to different events');
  }
  return { ...first!, complete: rows.every((row) => row.complete === true) };
}

function readRow(row: MetadataRow, file: string): ScanMetadata {
  const { run_id: runId, event_id: eventId, event_type: eventType, mjd, is_real_event: isRealEvent = false } = row;
  const fail = (key: string): Error => badFile(file, `has ${key} ${shown(row[key])} in its metadata`);
  if (!isId(runId)) throw fail('run_id');
  if (!isId(eventId)) throw fail('event_id');
  if (eventType !== null && typeof eventType !== 'string') throw fail('event_type');
  if (typeof mjd !== 'number') throw fail('mjd');
  if (typeof isRealEvent !== 'boolean') throw fail('is_real_event');
  if (row.complete !== undefined && typeof row.complete !== 'boolean') throw fail('complete');
  // numpy has no None: the header array holds its text.
  return { runId, eventId, eventType: eventType === 'None' ? null : eventType, mjd, isRealEvent, complete: false };
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * An `NsideMap` from `count` rows that may stand in any order. `at(row, column)` gives column 0 (the pixel) to 7;
 * columns from `columns` on are filled with NaN. Pixels must exist and be different.
 */
export function nsideMap(
  nside: number,
  count: number,
  columns: number,
  at: (row: number, column: number) => number,
  where: string,
): NsideMap {
  const pixels = 12 * nside * nside;
  let isAscending = true;
  for (let row = 0; row < count; row++) {
    const pixel = at(row, 0);
    if (!Number.isInteger(pixel) || pixel < 0 || pixel >= pixels) {
      throw badFile(where, `has a pixel ${shown(pixel)}; nside ${nside} has 0 to ${pixels - 1}`);
    }
    if (row > 0 && pixel <= at(row - 1, 0)) isAscending = false;
  }
  const order = Int32Array.from({ length: count }, (_, row) => row);
  if (!isAscending) order.sort((a, b) => at(a, 0) - at(b, 0));
  const pixel = Int32Array.from(order, (row) => at(row, 0));
  for (let i = 1; i < count; i++) {
    if (pixel[i] === pixel[i - 1]) throw badFile(where, `has pixel ${pixel[i]} twice`);
  }
  const column = (index: number): Float64Array =>
    index < columns ? Float64Array.from(order, (row) => at(row, index)) : new Float64Array(count).fill(Number.NaN);
  const [llh, eIn, eTot, x, y, z, t] = NUMBER_COLUMNS.map((_, i) => column(i + 1));
  return { nside, pixel, llh: llh!, eIn: eIn!, eTot: eTot!, x: x!, y: y!, z: z!, t: t! };
}
