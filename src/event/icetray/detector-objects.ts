/**
 * The records that geometry, calibration and detector status are made of, in whole objects and in differences alike
 * (specs/event-formats.md 11.2 and 11.6). Everything is read; a scan uses little of it.
 */
import type { SpeChargeDistribution } from '../decoded-event.js';
import type { ArchiveReader } from './archive-reader.js';
import { type I3Position, readPosition } from './basic-objects.js';

/** Position and kind of a module. */
export interface OmGeo extends I3Position {
  /** 20 in ice, 30 IceTop, ... */
  readonly omType: number;
}

/** I3OMGeo, versions 0 to 2. */
export function readOmGeo(archive: ArchiveReader): OmGeo {
  return archive.object('I3OMGeo', 2, (version) => {
    const position = readPosition(archive);
    if (version === 0) archive.i32();
    else readOrientation(archive);
    const omType = archive.i32();
    archive.f64();
    if (version === 0) archive.f64();
    if (version >= 2) archive.i32();
    return { ...position, omType };
  });
}

function readOrientation(archive: ArchiveReader): void {
  archive.object('I3Orientation', 0, () => {
    archive.base();
    return archive.object('I3Quaternion', 0, () => {
      archive.base();
      return archive.f64s(4);
    });
  });
}

/** Settings of a module, I3DOMStatus. Voltages in IceTray's unit (1 V = 1e-9). */
export interface DomStatus {
  readonly triggerMode: number;
  /** 5 = isolated (SLC) hits only. */
  readonly lcMode: number;
  readonly lcWindowPre: number;
  readonly lcWindowPost: number;
  readonly lcSpan: number;
  readonly statusAtwdA: number;
  readonly statusAtwdB: number;
  readonly statusFadc: number;
  readonly pmtVoltage: number;
  readonly speThreshold: number;
  readonly frontEndPedestal: number;
  /** Two trigger biases and the FADC reference. */
  readonly dacs: readonly number[];
  readonly binCounts: readonly number[];
  readonly flasher: readonly number[];
  readonly gainType: number;
  readonly cableType: number;
  readonly deltaCompression: number;
  readonly isSlcActive: boolean;
  readonly mpeThreshold: number;
  readonly txMode: number;
}

/** I3DOMStatus, versions 0 to 6; what a version lacks is 0 or false. */
export function readDomStatus(archive: ArchiveReader): DomStatus {
  return archive.object('I3DOMStatus', 6, (version) => ({
    triggerMode: archive.i32(),
    lcMode: archive.i32(),
    lcWindowPre: archive.f64(),
    lcWindowPost: archive.f64(),
    lcSpan: archive.u32(),
    statusAtwdA: archive.i32(),
    statusAtwdB: archive.i32(),
    statusFadc: archive.i32(),
    pmtVoltage: archive.f64(),
    speThreshold: archive.f64(),
    frontEndPedestal: archive.f64(),
    dacs: archive.f64s(3),
    binCounts: archive.times(5, () => archive.u32()),
    flasher: archive.times(6, () => archive.i32()),
    gainType: version >= 1 ? archive.i32() : 0,
    cableType: version >= 1 ? archive.i32() : 0,
    deltaCompression: version >= 2 ? archive.i32() : 0,
    isSlcActive: version >= 3 ? archive.bool() : false,
    mpeThreshold: version >= 4 ? archive.f64() : 0,
    txMode: version >= 6 ? archive.i32() : 0,
  }));
}

/** Slope and intercept. */
export function readLinearFit(archive: ArchiveReader): number[] {
  return archive.object('LinearFit', 0, () => archive.f64s(2));
}

export function readQuadraticFits(archive: ArchiveReader): number[][] {
  return numberedArray(archive, 2, () => archive.object('QuadraticFit', 0, () => archive.f64s(3)));
}

export function readTauParam(archive: ArchiveReader): number[] {
  return archive.object('TauParam', 0, () => archive.f64s(7));
}

/** f64[2][3], every level with its count. */
export function readAtwdBaselines(archive: ArchiveReader): number[][] {
  return numberedArray(archive, 2, () => archive.f64Array(3));
}

/** f64[2][3][128]: passed over. */
export function skipAtwdBins(archive: ArchiveReader): null {
  numberedArray(archive, 2, () =>
    numberedArray(archive, 3, () => numberedArray(archive, 1, () => archive.take(128 * 8), 128)),
  );
  return null;
}

/** SPEChargeDistribution, versions 1 and 2. Newer ones hold pointers and cannot be read. */
export function readSpeChargeDistribution(archive: ArchiveReader): SpeChargeDistribution {
  return archive.object('SPEChargeDistribution', 2, (version) => {
    if (version === 0) throw archive.error('holds a SPEChargeDistribution of version 0');
    if (version === 1) {
      const [exp2Amplitude, exp2Width, gaussAmplitude, gaussMean, gaussWidth] = archive.f64s(5) as FiveNumbers;
      const exp1 = { exp1Amplitude: 0, exp1Width: 1, compensation: 1, slcGaussMean: 1 };
      return { version: 1, exp2Amplitude, exp2Width, ...exp1, gaussAmplitude, gaussMean, gaussWidth };
    }
    return {
      version: 2,
      exp2Amplitude: archive.f64(),
      exp2Width: archive.f64(),
      exp1Amplitude: archive.f64(),
      exp1Width: archive.f64(),
      compensation: archive.f64(),
      slcGaussMean: archive.f64(),
      gaussAmplitude: archive.f64(),
      gaussMean: archive.f64(),
      gaussWidth: archive.f64(),
    };
  });
}

type FiveNumbers = [number, number, number, number, number];

/** A C array: its count, which must be `count`, then `n` reads (as many as `count` unless one read takes them all). */
function numberedArray<T>(archive: ArchiveReader, n: number, read: () => T, count: number = n): T[] {
  const size = archive.u32();
  if (size !== count) throw archive.error(`has an array of ${size} elements instead of ${count}`);
  return archive.times(n, read);
}
