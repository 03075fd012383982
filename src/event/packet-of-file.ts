/** The five frames of an event as upstream's messages carry them, for programs that want frames instead of our event. */
import { hasPulses } from './event-of-packet.js';
import { decompress, i3Packets, looksLikeI3 } from './i3-file.js';
import type { I3EventHeader } from './icetray/basic-objects.js';
import { EVENT_HEADER } from './icetray/classes.js';
import type { Frame } from './icetray/frame.js';
import { Packet } from './icetray/packet.js';
import { isObject, readDocument, readMessage } from './message.js';
import { OPEN_EVENT_FORMAT } from './open/index.js';

/** Frames of an event in the order G C D Q P, and what its header says. */
export interface EventPacket {
  readonly frames: readonly Frame[];
  readonly header: I3EventHeader;
}

const STOPS = 'GCDQP';

/**
 * The packet of an event file that `decodeEvent` has read before; null for files without these frames, such as open
 * events. Throws as `decodeEvent` does.
 */
export function packetOfFile(bytes: Uint8Array, name: string): EventPacket | null {
  const content = decompress(bytes, name);
  const packet = looksLikeI3(content) ? firstEvent(content, name) : messagePacket(content, name);
  if (packet === null || packet.frames.map(({ stop }) => stop.toUpperCase()).join('') !== STOPS) return null;
  const header = packet.read('I3EventHeader', EVENT_HEADER);
  return header === null ? null : { frames: packet.frames, header };
}

function firstEvent(content: Uint8Array, name: string): Packet | null {
  for (const packet of i3Packets(content, name)) if (hasPulses(packet)) return packet;
  return null;
}

function messagePacket(content: Uint8Array, name: string): Packet | null {
  const document = readDocument(content, name);
  if (isObject(document) && document.format === OPEN_EVENT_FORMAT) return null;
  return new Packet(readMessage(document, name).frames, name);
}
