/**
 * The simple classes: keys, times, positions, headers, particles, windows and single values
 * (specs/event-formats.md section 5). Units as in the files: metre, ns, GeV, radian.
 */
import type { DomWindows, OMKey, TimeWindow } from '../types.js';
import type { ArchiveReader } from './archive-reader.js';

/** A UTC time: the year, and tenths of ns since its start, leap seconds counted (section 8). */
export interface I3Time {
  readonly year: number;
  readonly tenthNs: bigint;
}

export interface I3EventHeader {
  readonly runId: number;
  readonly subRunId: number;
  readonly eventId: number;
  /** 20 = OK. */
  readonly state: number;
  readonly subEventId: number;
  readonly subEventStream: string;
  readonly start: I3Time;
  readonly end: I3Time;
}

export interface I3Position {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export interface I3Particle extends I3Position {
  readonly minorId: number;
  readonly majorId: bigint;
  /** PDG code; 0 in objects before version 5, which have a type code of their own. */
  readonly pdg: number;
  /** Numbers of the shape, status and location enumerations; names in particle.ts. */
  readonly shape: number;
  readonly fitStatus: number;
  readonly zenith: number;
  readonly azimuth: number;
  readonly timeNs: number;
  readonly energyGev: number;
  readonly lengthM: number;
  readonly speed: number;
  readonly locationType: number;
}

/** Least bytes of an OMKey: string, om (version 0 has no pmt). */
export const OMKEY_BYTES = 8;
const WINDOW_BYTES = 16;
/** Module numbers fit arrays of 32-bit integers with room to spare; detectors have less than 100 on a string. */
const MAX_OM = 0xffff;

export function readOMKey(archive: ArchiveReader): OMKey {
  return archive.object('OMKey', 2, (version) => {
    if (version < 2) archive.base();
    const string = archive.i32();
    const om = archive.u32();
    if (om > MAX_OM) throw archive.error(`names a module ${om} on string ${string}`);
    return { string, om, pmt: version === 0 ? 0 : archive.u8() };
  });
}

/** A vector<OMKey> inside another object. */
export function readOMKeys(archive: ArchiveReader): OMKey[] {
  return archive.list('vector<OMKey>', OMKEY_BYTES, () => readOMKey(archive));
}

/** The frame object I3VectorOMKey. */
export function readVectorOMKey(archive: ArchiveReader): OMKey[] {
  archive.base();
  return readOMKeys(archive);
}

/** The frame object I3VectorChar: raw bytes. */
export function readVectorChar(archive: ArchiveReader): Uint8Array {
  archive.base();
  return archive.take(archive.count(1));
}

export function readTime(archive: ArchiveReader): I3Time {
  return archive.object('I3Time', 0, () => {
    archive.base();
    return { year: archive.i32(), tenthNs: archive.i64() };
  });
}

export function readPosition(archive: ArchiveReader): I3Position {
  return archive.object('I3Position', 0, () => readPositionContent(archive));
}

export function readPositionContent(archive: ArchiveReader): I3Position {
  archive.base();
  return { x: archive.f64(), y: archive.f64(), z: archive.f64() };
}

function readDirection(archive: ArchiveReader): { zenith: number; azimuth: number } {
  return archive.object('I3Direction', 0, () => {
    archive.base();
    return { zenith: archive.f64(), azimuth: archive.f64() };
  });
}

/** I3EventHeader, versions 0 to 3. */
export function readEventHeader(archive: ArchiveReader, version: number): I3EventHeader {
  archive.base();
  const runId = archive.u32();
  const subRunId = version >= 1 ? archive.u32() : 0;
  const eventId = archive.u32();
  const state = version >= 2 ? archive.i32() : 20;
  const subEventId = version >= 3 ? archive.u32() : 0;
  const subEventStream = version >= 3 ? archive.text() : '';
  return {
    runId,
    subRunId,
    eventId,
    state,
    subEventId,
    subEventStream,
    start: readTime(archive),
    end: readTime(archive),
  };
}

/** Particles inside particles, which version 0 allows, go no deeper than this. */
const MAX_DAUGHTER_DEPTH = 32;

/** I3Particle, versions 0 to 5. */
export function readParticleContent(archive: ArchiveReader, version: number, depth = 0): I3Particle {
  archive.base();
  const minorId = archive.i32();
  if (version === 0) archive.take(8);
  const majorId = version >= 2 ? archive.u64() : 0n;
  const code = archive.i32();
  const shape = archive.i32();
  const fitStatus = archive.i32();
  const position = readPosition(archive);
  const direction = readDirection(archive);
  const particle = {
    minorId,
    majorId,
    pdg: version >= 5 ? code : 0,
    shape,
    fitStatus,
    ...position,
    ...direction,
    timeNs: archive.f64(),
    energyGev: archive.f64(),
    lengthM: archive.f64(),
    speed: archive.f64(),
    locationType: archive.i32(),
  };
  if (version === 0) {
    if (depth > MAX_DAUGHTER_DEPTH) throw archive.error('nests too many particles');
    archive.list('vector<I3Particle>', 1, () => readParticle(archive, depth + 1));
  }
  if (version === 4) archive.take(16);
  return particle;
}

/** An I3Particle inside another object. */
export function readParticle(archive: ArchiveReader, depth = 0): I3Particle {
  return archive.object('I3Particle', 5, (version) => readParticleContent(archive, version, depth));
}

/** The frame object I3ParticleVect. */
export function readParticles(archive: ArchiveReader): I3Particle[] {
  archive.base();
  return archive.list('vector<I3Particle>', 4, () => readParticle(archive));
}

/** I3TimeWindow, versions 0 and 1. */
export function readTimeWindowContent(archive: ArchiveReader, version: number): TimeWindow {
  if (version >= 1) archive.base();
  return { startNs: archive.f64(), stopNs: archive.f64() };
}

function readTimeWindows(archive: ArchiveReader): TimeWindow[] {
  return archive.object('I3TimeWindowSeries', 1, (version) => {
    if (version >= 1) archive.base();
    return archive.list('list<I3TimeWindow>', WINDOW_BYTES, () =>
      archive.object('I3TimeWindow', 1, (windowVersion) => readTimeWindowContent(archive, windowVersion)),
    );
  });
}

/** The frame object I3TimeWindowSeriesMap. */
export function readTimeWindowMap(archive: ArchiveReader): DomWindows[] {
  archive.base();
  return archive
    .map(
      'OMKey I3TimeWindowSeries',
      OMKEY_BYTES,
      () => readOMKey(archive),
      () => readTimeWindows(archive),
    )
    .map(([key, windows]) => ({ ...key, windows }));
}

/** I3Double, I3Int, I3Bool and I3String: the base and one value. */
export const readDouble = (archive: ArchiveReader): number => single(archive, () => archive.f64());
export const readInt = (archive: ArchiveReader): number => single(archive, () => archive.i32());
export const readBool = (archive: ArchiveReader): boolean => single(archive, () => archive.bool());
export const readString = (archive: ArchiveReader): string => single(archive, () => archive.text());

function single<T>(archive: ArchiveReader, read: () => T): T {
  archive.base();
  return read();
}
