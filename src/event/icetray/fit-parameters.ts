/** Figures of merit that earlier fits leave in a P frame (specs/event-formats.md section 5); shown, not used. */
import type { OMKey } from '../types.js';
import type { ArchiveReader } from './archive-reader.js';
import { readOMKey } from './basic-objects.js';

export interface LogLikelihoodFitParams {
  readonly logl: number;
  readonly rlogl: number;
  readonly ndof: number;
  readonly nmini: number;
}

export interface LineFitParams {
  readonly v: number;
  readonly vx: number;
  readonly vy: number;
  readonly vz: number;
  readonly nHits: number;
}

export interface TrackCharacteristics {
  readonly avgDomDistQTotDom: number;
  readonly emptyHitsTrackLength: number;
  readonly trackHitsSeparationLength: number;
  readonly trackHitsDistributionSmoothness: number;
}

export interface CscdLlhFitParams {
  readonly hitCount: number;
  readonly hitOmCount: number;
  readonly unhitOmCount: number;
  readonly status: number;
  readonly errT: number;
  readonly errX: number;
  readonly errY: number;
  readonly errZ: number;
  readonly errTheta: number;
  readonly errPhi: number;
  readonly errEnergy: number;
  readonly negLlh: number;
  readonly reducedLlh: number;
}

/** Charges of an event by digitiser, twice: all modules, and those without outliers ("best to within"). */
export interface PortiaEvent {
  readonly bestNpe: number;
  readonly atwdNpe: number;
  readonly fadcNpe: number;
  readonly totalNch: number;
  readonly atwdNch: number;
  readonly fadcNch: number;
  readonly firstOm: OMKey;
  readonly lastOm: OMKey;
  readonly bestNpeBtw: number;
  readonly atwdNpeBtw: number;
  readonly fadcNpeBtw: number;
  readonly totalNchBtw: number;
  readonly atwdNchBtw: number;
  readonly fadcNchBtw: number;
  readonly largestOm: OMKey;
  readonly firstOmBtw: OMKey;
  readonly lastOmBtw: OMKey;
}

export function readLogLikelihoodFitParams(archive: ArchiveReader): LogLikelihoodFitParams {
  archive.base();
  return { logl: archive.f64(), rlogl: archive.f64(), ndof: archive.i32(), nmini: archive.i32() };
}

export function readLineFitParams(archive: ArchiveReader): LineFitParams {
  archive.base();
  return { v: archive.f64(), vx: archive.f64(), vy: archive.f64(), vz: archive.f64(), nHits: archive.i32() };
}

export function readTrackCharacteristics(archive: ArchiveReader): TrackCharacteristics {
  archive.base();
  return {
    avgDomDistQTotDom: archive.f64(),
    emptyHitsTrackLength: archive.f64(),
    trackHitsSeparationLength: archive.f64(),
    trackHitsDistributionSmoothness: archive.f64(),
  };
}

export function readCscdLlhFitParams(archive: ArchiveReader): CscdLlhFitParams {
  archive.base();
  return {
    hitCount: archive.i32(),
    hitOmCount: archive.i32(),
    unhitOmCount: archive.i32(),
    status: archive.i32(),
    errT: archive.f64(),
    errX: archive.f64(),
    errY: archive.f64(),
    errZ: archive.f64(),
    errTheta: archive.f64(),
    errPhi: archive.f64(),
    errEnergy: archive.f64(),
    negLlh: archive.f64(),
    reducedLlh: archive.f64(),
  };
}

/** I3PortiaEvent, version 2. */
export function readPortiaEvent(archive: ArchiveReader, version: number): PortiaEvent {
  if (version !== 2) throw archive.error(`is an I3PortiaEvent of version ${version}; 2 is known`);
  archive.base();
  return {
    bestNpe: archive.f64(),
    atwdNpe: archive.f64(),
    fadcNpe: archive.f64(),
    totalNch: archive.i32(),
    atwdNch: archive.i32(),
    fadcNch: archive.i32(),
    firstOm: readOMKey(archive),
    lastOm: readOMKey(archive),
    bestNpeBtw: archive.f64(),
    atwdNpeBtw: archive.f64(),
    fadcNpeBtw: archive.f64(),
    totalNchBtw: archive.i32(),
    atwdNchBtw: archive.i32(),
    fadcNchBtw: archive.i32(),
    largestOm: readOMKey(archive),
    firstOmBtw: readOMKey(archive),
    lastOmBtw: readOMKey(archive),
  };
}
