/**
 * The frame in upstream's task messages (specs/sky-and-scan.md section 9, event-formats.md 14.2): the event's header
 * with a sub-event named after the pixel, the seed as an infinite track, and three integers that say which pixel and
 * variation it is.
 */
import { MessageError } from '../../config/index.js';
import {
  type ArchiveWriter,
  decodeObject,
  type Frame,
  type FrameObject,
  findObject,
  type I3Particle,
  type I3Time,
  tracked,
  writeArchive,
} from '../../event/index.js';
import type { Seed } from '../../reco/index.js';
import { isNside, pixelCount } from '../../sky/index.js';
import type { EventIdentity } from './types.js';

const SEED = 'MillipedeSeedParticle';
const FALLBACK = 'MillipedeSeedParticle_fallback';
export const NSIDE = 'SCAN_HealpixNSide';
export const PIXEL = 'SCAN_HealpixPixel';
export const VARIATION = 'SCAN_PositionVariationIndex';

const INFINITE_TRACK = 40;
const OK = 0;
/** m/ns. */
const SPEED_OF_LIGHT = 0.299792458;

const EVENT_HEADER = tracked('I3EventHeader', 3);
const PARTICLE = tracked('I3Particle', 5);
const TIME = tracked('I3Time', 0);
const POSITION = tracked('I3Position', 0);
const DIRECTION = tracked('I3Direction', 0);
const INT = tracked('I3Int', 0);

/** One variation of one pixel. */
export interface SeedFrame {
  readonly nside: number;
  readonly pixel: number;
  readonly variation: number;
  readonly zenith: number;
  readonly azimuth: number;
  readonly seeds: readonly Seed[];
}

/** Numbers that IceTray gives a particle to tell it from others; nobody compares those of seeds. */
const MAJOR_ID = 0x534b594d41503031n;

/** The frame of one variation. Objects are in the order of their names, as IceTray writes them. */
export function seedFrame(frame: SeedFrame, event: EventIdentity): Frame {
  const { nside, pixel, variation } = frame;
  const [seed, fallback] = frame.seeds;
  const objects: FrameObject[] = [header(frame, event), particle(SEED, frame, seed!, 0)];
  if (fallback !== undefined) objects.push(particle(FALLBACK, frame, fallback, 1));
  objects.push(integer(NSIDE, nside), integer(PIXEL, pixel), integer(VARIATION, variation));
  return { stop: 'P', version: 6, objects };
}

/** What a frame asks for. Throws a MessageError where it is no frame of a pixel. */
export function readSeedFrame(frame: Frame): SeedFrame {
  const [nside, pixel, variation] = [NSIDE, PIXEL, VARIATION].map((key) => integerOf(frame, key)) as [
    number,
    number,
    number,
  ];
  if (!isNside(nside) || pixel < 0 || pixel >= pixelCount(nside) || variation < 0 || variation > 65_535) {
    throw new MessageError(`The message asks for nside ${nside}, pixel ${pixel}, variation ${variation}.`);
  }
  const first = particleOf(frame, SEED);
  if (first === null) throw new MessageError(`The message has a frame without ${SEED}.`);
  const second = particleOf(frame, FALLBACK);
  const seeds = second === null ? [seedOf(first)] : [seedOf(first), seedOf(second)];
  return { nside, pixel, variation, zenith: first.zenith, azimuth: first.azimuth, seeds };
}

export function subEventStream({ nside, pixel, variation }: SeedFrame): string {
  const pad = (value: number): string => String(value).padStart(4, '0');
  return `SCAN_nside${pad(nside)}_pixel${pad(pixel)}_posvar${pad(variation)}`;
}

function header(frame: SeedFrame, event: EventIdentity): FrameObject {
  const blob = writeArchive(EVENT_HEADER, (archive) => {
    archive.base();
    archive.u32(event.runId);
    archive.u32(event.subRunId);
    archive.u32(event.eventId);
    archive.i32(event.state);
    archive.u32(frame.pixel);
    archive.text(subEventStream(frame));
    writeTime(archive, event.start);
    writeTime(archive, event.end);
  });
  return { key: 'I3EventHeader', type: 'I3EventHeader', blob };
}

function writeTime(archive: ArchiveWriter, { year, tenthNs }: I3Time): void {
  archive.object(TIME, () => {
    archive.base();
    archive.i32(year);
    archive.i64(tenthNs);
  });
}

function particle(key: string, { zenith, azimuth }: SeedFrame, seed: Seed, minorId: number): FrameObject {
  const blob = writeArchive(PARTICLE, (archive) => {
    archive.base();
    archive.i32(minorId);
    archive.i64(MAJOR_ID);
    archive.i32(0);
    archive.i32(INFINITE_TRACK);
    archive.i32(OK);
    archive.object(POSITION, () => {
      archive.base();
      archive.f64s(seed.x, seed.y, seed.z);
    });
    archive.object(DIRECTION, () => {
      archive.base();
      archive.f64s(zenith, azimuth);
    });
    archive.f64s(seed.timeNs, seed.energyGev, Number.NaN, SPEED_OF_LIGHT);
    archive.i32(0);
  });
  return { key, type: 'I3Particle', blob };
}

function integer(key: string, value: number): FrameObject {
  const blob = writeArchive(INT, (archive) => {
    archive.base();
    archive.i32(value);
  });
  return { key, type: 'I3PODHolder<int>', blob };
}

function integerOf(frame: Frame, key: string): number {
  const value = objectOf(frame, key, 'I3Int');
  if (value === null) throw new MessageError(`The message has a frame without ${key}.`);
  return value as number;
}

function particleOf(frame: Frame, key: string): I3Particle | null {
  const value = objectOf(frame, key, 'I3Particle') as I3Particle | null;
  if (value === null) return null;
  const { x, y, z, timeNs, zenith, azimuth } = value;
  if (![x, y, z, timeNs, zenith, azimuth].every(Number.isFinite)) {
    throw new MessageError(`The message has a ${key} without position, time or direction.`);
  }
  return value;
}

/** The value of a frame object that must be of class `className`; null where there is none. */
function objectOf(frame: Frame, key: string, className: string): unknown {
  const object = findObject(frame, key);
  const decoded = object === undefined ? null : decodeObject(object, 'The message');
  return decoded?.className === className ? decoded.value : null;
}

function seedOf({ x, y, z, timeNs, energyGev }: I3Particle): Seed {
  return { x, y, z, timeNs, energyGev: Number.isFinite(energyGev) ? energyGev : Number.NaN };
}
