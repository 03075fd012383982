/**
 * Pulse maps and the masks that choose from them, as frames hold them (specs/event-formats.md section 6).
 * A mask names its source by key and can be resolved only with the frame at hand: see pulse-source.ts.
 */
import { printable } from '../printable.js';
import { buildPulseMap, compareKeys, type DomPulses, selectPulses } from '../pulse-map.js';
import { type OMKey, PULSE_FLAG, type PulseMap } from '../types.js';
import type { ArchiveReader } from './archive-reader.js';
import { OMKEY_BYTES, readOMKey } from './basic-objects.js';

/** A row of bits, least significant first within a byte. */
export interface Bits {
  readonly length: number;
  readonly bytes: Uint8Array;
}

export interface PulseSeriesMapMask {
  /** Key of the pulse map, or mask, that this one chooses from. */
  readonly source: string;
  /** One bit for each module of the source. */
  readonly doms: Bits;
  /** For each module whose bit is set one bit for each of its pulses. */
  readonly pulses: readonly Bits[];
}

/** Least bytes of a pulse: version 2 has an f32 time. */
const PULSE_BYTES = 13;
/** What the source codes of version-1 pulses mean as flags. */
const FLAGS_OF_SOURCE: Readonly<Record<number, number>> = { 0: 3, 10: 5, 20: 5, 40: 4, 50: 4 };

/** The frame object I3RecoPulseSeriesMap. */
export function readPulseSeriesMap(archive: ArchiveReader): PulseMap {
  archive.base();
  const entries = archive.map(
    'OMKey vector<I3RecoPulse>',
    OMKEY_BYTES,
    () => readOMKey(archive),
    () => readPulseSeries(archive),
  );
  entries.forEach(([key], i) => {
    const before = entries[i - 1]?.[0];
    if (before !== undefined && compareKeys(before, key) >= 0) throw archive.error('has modules out of order');
  });
  return buildPulseMap(entries.map(([key, pulses]) => ({ key, ...pulses })));
}

function readPulseSeries(archive: ArchiveReader): Omit<DomPulses, 'key'> {
  return archive.object('vector<I3RecoPulse>', 0, () => {
    const size = archive.count(PULSE_BYTES);
    const columns = {
      timeNs: new Float64Array(size),
      chargePe: new Float64Array(size),
      widthNs: new Float64Array(size),
      flags: new Uint8Array(size),
    };
    for (let i = 0; i < size; i++) {
      const [time, charge, width, flags] = readPulse(archive);
      columns.timeNs[i] = time;
      columns.chargePe[i] = charge;
      columns.widthNs[i] = width;
      columns.flags[i] = flags;
    }
    return columns;
  });
}

function readPulse(archive: ArchiveReader): readonly [time: number, charge: number, width: number, flags: number] {
  return archive.object('I3RecoPulse', 3, (version) => {
    if (version >= 2) {
      const time = version === 2 ? archive.f32() : archive.f64();
      return [time, archive.f32(), archive.f32(), archive.u8()] as const;
    }
    const time = archive.f64();
    archive.take(4);
    const charge = Math.fround(archive.f64());
    const width = Math.fround(archive.f64());
    const flags = version === 1 ? (FLAGS_OF_SOURCE[archive.i32()] ?? PULSE_FLAG.FADC) : 0;
    return [time, charge, width, flags] as const;
  });
}

/** The frame object I3RecoPulseSeriesMapMask, versions 0 to 2. */
export function readPulseMask(archive: ArchiveReader, version: number): PulseSeriesMapMask {
  archive.base();
  const source = archive.text();
  if (version === 1) archive.take(4);
  const doms = readBits(archive);
  return { source, doms, pulses: archive.list('vector<bitmask>', 3, () => readBits(archive)) };
}

function readBits(archive: ArchiveReader): Bits {
  return archive.object('bitmask', 0, () => {
    const nBytes = archive.u16();
    const length = 8 * nBytes - archive.u8();
    if (length < 0) throw archive.error('has a bit mask of negative length');
    return { length, bytes: archive.take(nBytes) };
  });
}

export function isSet(bits: Bits, i: number): boolean {
  return (bits.bytes[i >> 3]! & (1 << (i & 7))) !== 0;
}

/** Bits as a text of 0 and 1, for people and tests. */
export function bitText(bits: Bits): string {
  return Array.from({ length: bits.length }, (_, i) => (isSet(bits, i) ? '1' : '0')).join('');
}

/**
 * The pulses of `source` that `mask` chooses. `fail` makes the error for a mask that does not fit.
 */
export function applyMask(mask: PulseSeriesMapMask, source: PulseMap, fail: (what: string) => Error): PulseMap {
  const nDom = source.string.length;
  // Old writers leave 64 set bits for an empty map.
  if (nDom === 0 && mask.pulses.length === 0) return source;
  if (mask.doms.length !== nDom)
    throw fail(`is a mask for ${mask.doms.length} modules of "${printable(mask.source)}", which has ${nDom}`);
  const keep = new Uint8Array(source.timeNs.length);
  let next = 0;
  for (let d = 0; d < nDom; d++) {
    if (!isSet(mask.doms, d)) continue;
    const bits = mask.pulses[next++];
    if (bits === undefined) throw fail('has too few pulse masks');
    const first = source.first[d]!;
    const n = source.first[d + 1]! - first;
    if (bits.length !== n) {
      if (hasNoBit(bits)) continue;
      throw fail(`is a mask for ${bits.length} pulses of a module that has ${n}`);
    }
    for (let i = 0; i < n; i++) if (isSet(bits, i)) keep[first + i] = 1;
  }
  if (next !== mask.pulses.length) throw fail(`has ${mask.pulses.length - next} pulse masks too many`);
  return selectPulses(source, keep);
}

function hasNoBit(bits: Bits): boolean {
  for (let i = 0; i < bits.length; i++) if (isSet(bits, i)) return false;
  return true;
}

/** The mask that chooses the pulses with a non-zero entry in `keep`, as the format's own writer would write it. */
export function maskOf(source: PulseMap, sourceName: string, keep: Uint8Array): PulseSeriesMapMask {
  const nDom = source.string.length;
  const domFlags: boolean[] = [];
  const pulses: Bits[] = [];
  for (let d = 0; d < nDom; d++) {
    const flags = Array.from(keep.subarray(source.first[d]!, source.first[d + 1]!), (flag) => flag !== 0);
    const hasAny = flags.includes(true);
    domFlags.push(hasAny);
    if (hasAny) pulses.push(bitsOf(flags));
  }
  return { source: sourceName, doms: bitsOf(domFlags), pulses };
}

function bitsOf(flags: readonly boolean[]): Bits {
  const bytes = new Uint8Array(Math.max(1, Math.ceil(flags.length / 8)));
  flags.forEach((flag, i) => {
    if (flag) bytes[i >> 3]! |= 1 << (i & 7);
  });
  return { length: flags.length, bytes };
}

/** True where pulses and modules are as everything after decoding relies on: finite, and ascending in time. */
export function pulseDefect(map: PulseMap): { readonly key: OMKey; readonly what: string } | null {
  for (let d = 0; d < map.string.length; d++) {
    const key = { string: map.string[d]!, om: map.om[d]!, pmt: map.pmt[d]! };
    for (let p = map.first[d]!; p < map.first[d + 1]!; p++) {
      if (!Number.isFinite(map.timeNs[p]!)) return { key, what: 'a pulse without a time' };
      if (!Number.isFinite(map.chargePe[p]!)) return { key, what: 'a pulse without a charge' };
      if (p > map.first[d]! && map.timeNs[p]! < map.timeNs[p - 1]!) return { key, what: 'pulses out of order in time' };
    }
  }
  return null;
}
