/** Reads baseline GCD files (specs/event-formats.md 11.4 to 11.6): .i3 streams with a G, a C and a D frame. */
import { EventFormatError } from '../config/index.js';
import type { FullGcd } from './decoded-event.js';
import { strictFullGcdOf } from './gcd-of-packet.js';
import { decompress, i3Frames, looksLikeI3 } from './i3-file.js';
import type { Frame } from './icetray/frame.js';
import { Packet } from './icetray/packet.js';
import { MAX_FILE_BYTES } from './limits.js';

const STOPS = ['G', 'C', 'D'] as const;

/**
 * Geometry, calibration and detector status out of a baseline GCD file, plain or compressed. Objects other than these
 * three are passed over; calibration and status may be missing.
 *
 * @param name the file's name, for error messages
 * @throws EventFormatError 'detector/bad-gcd'
 */
export function readFullGcd(bytes: Uint8Array, name: string): FullGcd {
  try {
    return read(bytes, name);
  } catch (error) {
    if (!(error instanceof EventFormatError) || error.code === 'detector/bad-gcd') throw error;
    throw badGcd(`The detector description cannot be read. ${error.message}`, error);
  }
}

function read(bytes: Uint8Array, name: string): FullGcd {
  if (bytes.length > MAX_FILE_BYTES) throw badGcd(`${name} is larger than any detector description.`);
  const content = decompress(bytes, name);
  if (!looksLikeI3(content)) throw badGcd(`${name} is no .i3 file.`);
  const frames = new Map<string, Frame>();
  for (const { frame } of i3Frames(content, name)) {
    if (frame.stop === 'Q' || frame.stop === 'P') break;
    frames.set(frame.stop, frame);
  }
  const gcd = strictFullGcdOf(
    new Packet(
      STOPS.flatMap((stop) => frames.get(stop) ?? []),
      name,
    ),
  );
  if (gcd === null) throw badGcd(`${name} has no I3Geometry in its frames.`);
  if (gcd.geometry.length === 0) throw badGcd(`${name} has an I3Geometry without a module.`);
  return gcd;
}

function badGcd(sentence: string, cause?: unknown): EventFormatError {
  return new EventFormatError(
    'detector/bad-gcd',
    sentence,
    'Give the baseline GCD file that the event names, or none: then the built-in detector is used.',
    { cause },
  );
}
