/**
 * From the bytes of an alert message, or of the start-up file of a client, to frames
 * (specs/event-formats.md sections 1, 2.2 and 14.1):
 *
 *     .json / .pkl message -> value.data[.frames] -> base64 -> zlib -> pickle -> "[i3]" frame
 */
import { type ErrorCode, EventFormatError } from '../config/index.js';
import { decodeBase64 } from './base64.js';
import { DAMAGED_HINT } from './bytes.js';
import { type Frame, readFrame } from './icetray/frame.js';
import { inflateZlib } from './inflate.js';
import { parseJsonBytes } from './json.js';
import { MAX_FRAME_BYTES, MAX_MESSAGE_BYTES } from './limits.js';
import { isPickleObject, type PickleValue, readPickle } from './pickle.js';
import { toPlainData } from './plain-data.js';
import { printable } from './printable.js';

/** The five frames of an event and what the message says beside them. */
export interface EventMessage {
  readonly kind: 'alert' | 'startup';
  /** Real-time format version, '' where absent. */
  readonly formatVersion: string;
  /** Frames in the order G C D Q P (or p). */
  readonly frames: readonly Frame[];
  /** `value.data` without the frames; null in the old form, which has none. */
  readonly summary: Readonly<Record<string, unknown>> | null;
}

const STOPS = ['G', 'C', 'D', 'Q', 'P'];
const FRAME_CLASSES: ReadonlySet<string> = new Set(['icecube.icetray.I3Frame', 'icecube._icetray.I3Frame']);

/**
 * The document in a message file, as plain data: JSON, or a pickle of the same members.
 *
 * @throws EventFormatError 'event/bad-json', 'event/bad-pickle', 'event/hostile-pickle' or 'event/too-large'.
 */
export function readDocument(bytes: Uint8Array, name: string): unknown {
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new EventFormatError(
      'event/too-large',
      `${name} has ${Math.round(bytes.length / 1048576)} MiB; an event message has at most ${MAX_MESSAGE_BYTES / 1048576}.`,
      'Is this the right file?',
    );
  }
  return bytes[0] === 0x80 ? toPlainData(readPickle(bytes, 'message', name), name) : parseJsonBytes(bytes, name);
}

/** True for the start-up file that an upstream client is given. */
export function isStartupDocument(document: unknown): boolean {
  return isObject(document) && 'GCDQp_packet' in document;
}

/**
 * Frames of an alert message or start-up file.
 *
 * @throws EventFormatError 'event/bad-message', 'event/bad-frame', 'event/bad-checksum', 'event/bad-pickle',
 *   'event/hostile-pickle' or 'event/too-large'.
 */
export function readMessage(document: unknown, name: string): EventMessage {
  if (!isObject(document)) throw badMessage(name, 'is no event message: its outermost value is not an object');
  if (isStartupDocument(document)) {
    const packet = document.GCDQp_packet;
    if (!isObject(packet)) throw badMessage(name, 'has a member GCDQp_packet that is not an object');
    const version = document.realtime_format_version;
    return {
      kind: 'startup',
      formatVersion: typeof version === 'string' ? version : '',
      frames: readFrames(packet.frames, name),
      summary: null,
    };
  }
  if ('pframe_pkl_b64' in document) throw badMessage(name, 'is a message about one pixel, not an event');
  const value = document.value;
  if (!isObject(value)) throw badMessage(name, 'is no alert message: it has no member "value"');
  const formatVersion = typeof value.version === 'string' ? value.version : '';
  const data = value.data;
  if (Array.isArray(data)) return { kind: 'alert', formatVersion, frames: readFrames(data, name), summary: null };
  if (!isObject(data)) throw badMessage(name, 'has no frames: "value.data" is neither a list nor an object');
  const { frames, ...summary } = data;
  const hasSummary = Object.keys(summary).length > 0;
  return { kind: 'alert', formatVersion, frames: readFrames(frames, name), summary: hasSummary ? summary : null };
}

/** The frame in a pickle of one I3Frame, of either flavour (2.2). */
export function readPickledFrame(bytes: Uint8Array, where: string): Frame {
  const content = pickledBytes(readPickle(bytes, 'frame', where), FRAME_CLASSES);
  if (content === null) throw new EventFormatError('event/bad-frame', `${where} is not a pickled frame.`, DAMAGED_HINT);
  const { frame, end } = readFrame(content, where);
  if (end !== content.length) {
    throw badFrame(where, `has ${content.length - end} bytes too many after its checksum`);
  }
  return frame;
}

/** Bytes in the state `({}, bytes)` of a pickled object of one of `classNames`, or null. */
export function pickledBytes(value: PickleValue, classNames: ReadonlySet<string>): Uint8Array | null {
  if (!isPickleObject(value) || !classNames.has(value.className) || !Array.isArray(value.state)) return null;
  const [attributes, content] = value.state;
  const isPair = value.state.length === 2 && attributes instanceof Map && content instanceof Uint8Array;
  return isPair ? content : null;
}

function readFrames(frames: unknown, name: string): Frame[] {
  if (!Array.isArray(frames)) throw badMessage(name, 'has no list of frames');
  if (frames.length !== STOPS.length) {
    throw badMessage(name, `has ${frames.length} frames instead of the five G, C, D, Q and P`);
  }
  let left = MAX_FRAME_BYTES;
  return frames.map((item: unknown, i) => {
    const { frame, nBytes } = readMessageFrame(item, i, name, left);
    left -= nBytes;
    return frame;
  });
}

/** One `[stop, text]` of a packet, which may inflate to `maxBytes`; and to how many it did. */
function readMessageFrame(
  item: unknown,
  i: number,
  name: string,
  maxBytes: number,
): { readonly frame: Frame; readonly nBytes: number } {
  const expected = STOPS[i]!;
  if (!Array.isArray(item) || item.length !== 2) throw badMessage(name, `has a frame ${i + 1} that is not a pair`);
  const [stop, text]: unknown[] = item;
  if (typeof stop !== 'string' || typeof text !== 'string') {
    throw badMessage(name, `has a frame ${i + 1} that is not a pair of texts`);
  }
  if (stop !== expected && !(expected === 'P' && stop === 'p')) {
    throw badMessage(name, `has a frame "${printable(stop, 8)}" where ${expected} belongs`);
  }
  const where = `${name}: frame ${stop}`;
  const compressed = decodeBase64(text);
  if (compressed === null) throw badFrame(where, 'is not valid base64');
  const pickle = inflateZlib(compressed, maxBytes, { code: 'event/bad-frame', where });
  const frame = readPickledFrame(pickle, where);
  if (frame.stop !== stop) throw badFrame(where, `says inside that it is "${printable(frame.stop)}"`);
  return { frame, nBytes: pickle.length };
}

/** A JSON object: not null, not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const HINT =
  'Give an alert message (.json, .pkl) as IceCube sends it, or an open event ("format": "skymap-scanner-event").';

function badMessage(name: string, what: string): EventFormatError {
  return failure('event/bad-message', name, what, HINT);
}

function badFrame(where: string, what: string): EventFormatError {
  return failure('event/bad-frame', where, what, DAMAGED_HINT);
}

function failure(code: ErrorCode, where: string, what: string, hint: string): EventFormatError {
  return new EventFormatError(code, `${where} ${what}.`, hint);
}
