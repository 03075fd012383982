/**
 * The one way in for event files of every kind: alert messages (JSON or pickle), start-up files of upstream's clients,
 * .i3 files (plain or compressed), open events. What a file is, its first bytes say.
 */
import { EventFormatError } from '../config/index.js';
import type { DecodedEvent } from './decoded-event.js';
import { eventOfPacket, hasPulses } from './event-of-packet.js';
import { decompress, i3Packets, looksLikeI3 } from './i3-file.js';
import { Packet } from './icetray/packet.js';
import { MAX_FILE_BYTES } from './limits.js';
import { isObject, readDocument, readMessage } from './message.js';
import { OPEN_EVENT_FORMAT, readOpenEvent } from './open/index.js';

/**
 * Decodes the event in a file. Nothing in the file is executed, whatever it is.
 *
 * @param bytes the file
 * @param name its name, which begins the sentence of every error
 * @throws EventFormatError with the codes of event/..., one clear sentence and a hint
 */
export function decodeEvent(bytes: Uint8Array, name: string): DecodedEvent {
  checkSize(bytes, name);
  const content = decompress(bytes, name);
  if (looksLikeI3(content)) return eventOfStream(content, name);
  if (!looksLikeMessage(content)) {
    throw notReadable(name, `is no event file: it begins with ${firstBytes(content)}`);
  }
  const document = readDocument(content, name);
  if (isObject(document) && document.format === OPEN_EVENT_FORMAT) return readOpenEvent(document, name);
  const message = readMessage(document, name);
  const formatVersion = message.kind === 'alert' ? message.formatVersion : null;
  return eventOfPacket(new Packet(message.frames, name), { formatVersion, summary: message.summary });
}

function checkSize(bytes: Uint8Array, name: string): void {
  if (bytes.length === 0) throw notReadable(name, 'is empty');
  if (bytes.length <= MAX_FILE_BYTES) return;
  throw new EventFormatError(
    'event/too-large',
    `${name} has ${Math.round(bytes.length / 1048576)} MiB; an event file has at most ${MAX_FILE_BYTES / 1048576}.`,
    'Is this the right file?',
  );
}

/** The first event of a stream that has pulses; a stream may hold physics frames of other splits before it. */
function eventOfStream(bytes: Uint8Array, name: string): DecodedEvent {
  let chosen: Packet | null = null;
  let physics = 0;
  let events = 0;
  for (const packet of i3Packets(bytes, name)) {
    physics++;
    if (!hasPulses(packet)) continue;
    events++;
    chosen ??= packet;
  }
  if (chosen === null) {
    const what = physics === 0 ? 'has no physics frame: it is no event file' : 'has no event with the pulses of a scan';
    throw new EventFormatError('event/missing-object', `${name} ${what}.`, 'Is it a detector description (GCD)?');
  }
  const event = eventOfPacket(chosen, { formatVersion: null, summary: null });
  if (events === 1) return event;
  const { runId, eventId } = event.header;
  return {
    ...event,
    warnings: [
      ...event.warnings,
      `The file holds ${events} events; the first one was taken, ${eventId} of run ${runId}. i3-to-json makes a file of each.`,
    ],
  };
}

const PICKLE = 0x80;
const OPENING_BRACE = 0x7b;
/** Tab, line feed, carriage return, space, and the first byte of a UTF-8 byte-order mark. */
const BEFORE_BRACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20, 0xef]);

function looksLikeMessage(bytes: Uint8Array): boolean {
  const first = bytes[0];
  return first === PICKLE || first === OPENING_BRACE || (first !== undefined && BEFORE_BRACE.has(first));
}

/** The first bytes as a person can read them. */
function firstBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing';
  const hex = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
  return `the bytes ${hex.join(' ')}`;
}

function notReadable(name: string, what: string): EventFormatError {
  return new EventFormatError(
    'event/not-readable',
    `${name} ${what}.`,
    'Event files are alert messages (.json, .pkl), .i3 files (also .gz, .bz2, .zst) and open events (.json).',
  );
}
