/**
 * The frame buffer: named, typed blobs with a checksum, versions 5 and 6 (specs/event-formats.md section 3).
 *
 *     "[i3]"  u32 version  00 00  u8 stop  u32 number of objects  { key, type name, blob: u32 length + bytes }  u32 crc
 *
 * A frame that was read can be written again byte for byte, whatever objects it holds.
 */
import { EventFormatError } from '../../config/index.js';
import { ByteReader, concatBytes, DAMAGED_HINT, decodeTextStrictly } from '../bytes.js';
import { printable } from '../printable.js';
import { crc16Ccitt, crc32cWithoutInversion } from './checksum.js';

/** A named object of a frame, as bytes. */
export interface FrameObject {
  /** Name in the frame, for example 'I3EventHeader'. */
  readonly key: string;
  /** C++ class name, for example 'I3Map<OMKey, vector<I3RecoPulse> >'. */
  readonly type: string;
  /** The archive (section 4). */
  readonly blob: Uint8Array;
}

/** One frame. */
export interface Frame {
  /** 'G' geometry, 'C' calibration, 'D' detector status, 'Q' readout, 'P' or 'p' event, 'I' tray info, ... */
  readonly stop: string;
  readonly version: 5 | 6;
  readonly objects: readonly FrameObject[];
}

/** A frame with the offset of the byte after it. */
export interface FrameAt {
  readonly frame: Frame;
  readonly end: number;
  /** The checksum as stored. */
  readonly checksum: number;
}

const TAG = 0x5d33695b;
/** Two lengths and a key, type and blob of at least one byte. */
const MIN_OBJECT_BYTES = 13;

/**
 * Reads the frame that begins at `offset`.
 *
 * @throws EventFormatError 'event/bad-frame' or 'event/bad-checksum'.
 */
export function readFrame(bytes: Uint8Array, where: string, offset = 0): FrameAt {
  const input = new ByteReader(bytes, { code: 'event/bad-frame', where }, offset);
  if (input.remaining < 4 || input.u32() !== TAG) throw input.error(`does not begin with "[i3]" at byte ${offset}`);
  const version = input.u32();
  if (version !== 5 && version !== 6) throw input.error(`has frame version ${version}; 5 and 6 are known`);
  if (input.u16() !== 0) throw input.error('has an unknown frame class');
  const start = input.offset;
  const stop = String.fromCharCode(input.u8());
  const objects: FrameObject[] = [];
  const nObjects = input.u32();
  if (nObjects * MIN_OBJECT_BYTES > input.remaining)
    throw input.error(`promises ${nObjects} objects that are not there`);
  for (let i = 0; i < nObjects; i++) {
    const key = readName(input, 'key');
    const type = readName(input, 'type name');
    const blob = input.take(input.size());
    if (blob.length === 0) throw input.error(`has an empty object "${printable(key)}"`);
    objects.push({ key, type, blob });
  }
  const expected = checksumOf(bytes.subarray(start, input.offset), version);
  const checksum = input.u32();
  if (checksum !== expected) {
    throw new EventFormatError('event/bad-checksum', `${where} does not match its checksum.`, DAMAGED_HINT);
  }
  return { frame: { stop, version, objects }, end: input.offset, checksum };
}

/** Bytes of a frame, checksum included. */
export function writeFrame(frame: Frame): Uint8Array {
  const body: Uint8Array[] = [Uint8Array.of(frame.stop.charCodeAt(0)), u32(frame.objects.length)];
  for (const { key, type, blob } of frame.objects) {
    for (const part of [encoder.encode(key), encoder.encode(type), blob]) body.push(u32(part.length), part);
  }
  const content = concatBytes(body);
  const tag = u32(TAG);
  return concatBytes([tag, u32(frame.version), new Uint8Array(2), content, u32(checksumOf(content, frame.version))]);
}

/** The object of that name, or undefined. */
export function findObject(frame: Frame, key: string): FrameObject | undefined {
  return frame.objects.find((object) => object.key === key);
}

function checksumOf(content: Uint8Array, version: 5 | 6): number {
  return version === 6 ? crc32cWithoutInversion(content) : crc16Ccitt(content);
}

/** Names are strict UTF-8, or writing the frame again would change it. */
function readName(input: ByteReader, what: string): string {
  const name = decodeTextStrictly(input.take(input.size()));
  if (name === null) throw input.error(`has a ${what} that is not text`);
  return name;
}

const encoder = new TextEncoder();

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
