/**
 * Alert messages out of frames: the way of message.ts backwards. Files written so are read by the scanner, and by
 * IceCube's own software.
 */
import { zlibSync } from 'fflate';
import { encodeBase64 } from './base64.js';
import { concatBytes } from './bytes.js';
import { type Frame, writeFrame } from './icetray/frame.js';

/** Which Python wrote a pickled frame: they differ in how bytes are told (specs/event-formats.md 2.2). */
export type PickleFlavour = 'python2' | 'python3';

/** The parts of an alert message that matter to a scan. */
export interface AlertParts {
  /** In the order G C D Q P. */
  readonly frames: readonly Frame[];
  /** Real-time format version; left out where ''. */
  readonly formatVersion: string;
  /** `value.data` beside the frames (run_id, event_id, ...). */
  readonly summary?: Readonly<Record<string, unknown>>;
}

const encoder = new TextEncoder();

/** The document of an alert message; `JSON.stringify` makes the file of it. */
export function alertDocument(parts: AlertParts, flavour: PickleFlavour = 'python3'): Record<string, unknown> {
  const frames = parts.frames.map((frame) => [frame.stop, encodeFrame(frame, flavour)]);
  const version = parts.formatVersion === '' ? {} : { version: parts.formatVersion };
  return { value: { ...version, data: { ...parts.summary, frames } } };
}

/** A frame as it stands in a message: pickled, compressed, as base64 text. */
export function encodeFrame(frame: Frame, flavour: PickleFlavour): string {
  return encodeBase64(zlibSync(pickleFrame(writeFrame(frame), flavour)));
}

/** The pickle of one I3Frame with the given frame bytes. */
export function pickleFrame(content: Uint8Array, flavour: PickleFlavour): Uint8Array {
  const module = flavour === 'python2' ? 'icecube.icetray' : 'icecube._icetray';
  const bytes =
    flavour === 'python2'
      ? concatBytes([prefixed(0x54, content.length), content])
      : concatBytes([encoder.encode('c_codecs\nencode\n'), ...latin1Arguments(content), encoder.encode('R')]);
  return concatBytes([
    Uint8Array.of(0x80, 2),
    encoder.encode(`c${module}\nI3Frame\n)R}`),
    bytes,
    Uint8Array.of(0x86),
    encoder.encode('b.'),
  ]);
}

/** The tuple (text, "latin1"), where the text has a character for each byte. */
function latin1Arguments(content: Uint8Array): Uint8Array[] {
  const text: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += 8192) {
    text.push(encoder.encode(String.fromCharCode(...content.subarray(at, at + 8192))));
  }
  const length = text.reduce((sum, part) => sum + part.length, 0);
  const encoding = encoder.encode('latin1');
  return [prefixed(0x58, length), ...text, prefixed(0x58, encoding.length), encoding, Uint8Array.of(0x86)];
}

/** An instruction with a u32 argument. */
function prefixed(opcode: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = opcode;
  new DataView(bytes.buffer).setUint32(1, value, true);
  return bytes;
}
