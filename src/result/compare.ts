/**
 * Whether two results say the same, by skyreader's rule (`is_close`, specs/sky-and-scan.md section 7): in the nsides
 * that both have, pixel for pixel in order, indices equal and |a - b| <= 1e-8 + tolerance * |b|; NaN equals NaN; an
 * energy of 0 is close to any.
 */
import type { NsideMap, ScanMetadata, ScanResult } from './types.js';

/** Relative tolerances by column. */
export interface Tolerances {
  readonly llh: number;
  readonly eIn: number;
  readonly eTot: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly t: number;
}

/** skyreader's own tolerances. */
export const SKYREADER_TOLERANCES: Tolerances = {
  llh: 1e-4,
  eIn: 1e-2,
  eTot: 1e-2,
  x: 1e-3,
  y: 1e-3,
  z: 1e-3,
  t: 1e-3,
};

const ABSOLUTE = 1e-8;
const ZERO_IS_CLOSE: readonly (keyof Tolerances)[] = ['eIn', 'eTot'];

/** How one column of one nside differs. */
export interface ColumnComparison {
  readonly isClose: boolean;
  /** Largest |a - b| and the pixel that has it; 0 and null where nothing differs or nothing can be subtracted. */
  readonly largest: number;
  readonly largestAt: number | null;
  /** Pixels that are not close. */
  readonly notClose: number;
}

/** How one nside differs. */
export interface NsideComparison {
  readonly nside: number;
  readonly isClose: boolean;
  /** Pixels in both, in `a` alone and in `b` alone; skyreader's rule wants the latter two to be 0. */
  readonly common: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
  /** Over the pixels in both. */
  readonly columns: Readonly<Record<keyof Tolerances, ColumnComparison>>;
}

/** A property of the event that two results tell differently. */
export interface MetadataDifference {
  readonly name: Exclude<keyof ScanMetadata, 'complete'>;
  readonly a: string | number | boolean | null;
  readonly b: string | number | boolean | null;
}

/** How two results differ. */
export interface ResultComparison {
  /** skyreader's verdict; true where there is no nside in common, as skyreader has it (see `nsides`). */
  readonly isClose: boolean;
  /** Nsides in both, ascending. */
  readonly nsides: readonly NsideComparison[];
  readonly nsidesOnlyInA: readonly number[];
  readonly nsidesOnlyInB: readonly number[];
  /** What they say differently about the event; nothing where one of them says nothing. No part of skyreader's rule. */
  readonly metadata: readonly MetadataDifference[];
}

/** Compares two results; relative tolerances are of the values of `b`. */
export function compareResults(
  a: ScanResult,
  b: ScanResult,
  tolerances: Tolerances = SKYREADER_TOLERANCES,
): ResultComparison {
  const ofB = new Map(b.maps.map((map) => [map.nside, map]));
  const nsidesOfA = new Set(a.maps.map((map) => map.nside));
  const nsides = a.maps
    .filter((map) => ofB.has(map.nside))
    .sort((one, other) => one.nside - other.nside)
    .map((map) => compareMaps(map, ofB.get(map.nside)!, tolerances));
  return {
    isClose: nsides.every((comparison) => comparison.isClose),
    nsides,
    nsidesOnlyInA: [...nsidesOfA].filter((nside) => !ofB.has(nside)).sort((x, y) => x - y),
    nsidesOnlyInB: [...ofB.keys()].filter((nside) => !nsidesOfA.has(nside)).sort((x, y) => x - y),
    metadata: compareMetadata(a.metadata, b.metadata),
  };
}

const EVENT_PROPERTIES = ['runId', 'eventId', 'eventType', 'mjd', 'isRealEvent'] as const;

function compareMetadata(a: ScanMetadata | null, b: ScanMetadata | null): MetadataDifference[] {
  if (a === null || b === null) return [];
  return EVENT_PROPERTIES.filter((name) => !Object.is(a[name], b[name])).map((name) => ({
    name,
    a: a[name],
    b: b[name],
  }));
}

function compareMaps(a: NsideMap, b: NsideMap, tolerances: Tolerances): NsideComparison {
  const pairs = commonRows(a.pixel, b.pixel);
  const names = Object.keys(SKYREADER_TOLERANCES) as (keyof Tolerances)[];
  const columns = Object.fromEntries(
    names.map((name) => [name, compareColumns(a, b, pairs, name, tolerances[name])]),
  ) as Record<keyof Tolerances, ColumnComparison>;
  const onlyInA = a.pixel.length - pairs.length;
  const onlyInB = b.pixel.length - pairs.length;
  const isClose = onlyInA === 0 && onlyInB === 0 && names.every((name) => columns[name].isClose);
  return { nside: a.nside, isClose, common: pairs.length, onlyInA, onlyInB, columns };
}

function compareColumns(
  a: NsideMap,
  b: NsideMap,
  pairs: readonly (readonly [number, number])[],
  name: keyof Tolerances,
  relative: number,
): ColumnComparison {
  let largest = 0;
  let largestAt: number | null = null;
  let notClose = 0;
  for (const [i, j] of pairs) {
    const one = a[name][i]!;
    const other = b[name][j]!;
    if (!isClose(one, other, relative, ZERO_IS_CLOSE.includes(name))) notClose++;
    const difference = Math.abs(one - other);
    if (difference > largest) {
      largest = difference;
      largestAt = a.pixel[i]!;
    }
  }
  return { isClose: notClose === 0, largest, largestAt, notClose };
}

function isClose(a: number, b: number, relative: number, zeroIsClose: boolean): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (zeroIsClose && (a === 0 || b === 0)) return true;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a === b;
  return Math.abs(a - b) <= ABSOLUTE + relative * Math.abs(b);
}

/** Rows of the pixels in both; the pixels ascend in each. */
function commonRows(a: Int32Array, b: Int32Array): [number, number][] {
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (a[i]! < b[j]!) i++;
    else j++;
  }
  return pairs;
}
