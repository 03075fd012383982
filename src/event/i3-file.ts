/**
 * .i3 files: frames one after the other, plain or compressed (specs/event-formats.md section 13). What kind a file is
 * its first bytes say, not its name.
 */
import { type Frame, type FrameAt, readFrame } from './icetray/frame.js';
import { Packet } from './icetray/packet.js';
import { inflateBzip2, inflateGzip, inflateZstd } from './inflate.js';
import { MAX_STREAM_BYTES } from './limits.js';

type Inflate = typeof inflateGzip;

const I3_TAG = [0x5b, 0x69, 0x33, 0x5d] as const;
const COMPRESSIONS: readonly (readonly [readonly number[], Inflate])[] = [
  [[0x1f, 0x8b], inflateGzip],
  [[0x42, 0x5a, 0x68], inflateBzip2],
  [[0x28, 0xb5, 0x2f, 0xfd], inflateZstd],
];

/** Whether the bytes begin like a frame. */
export function looksLikeI3(bytes: Uint8Array): boolean {
  return startsWith(bytes, I3_TAG);
}

/**
 * The content of a file that gzip, bzip2 or Zstandard compressed, or the file itself where none did.
 *
 * @throws EventFormatError 'event/not-readable' where the compression is damaged, 'event/too-large'.
 */
export function decompress(bytes: Uint8Array, name: string): Uint8Array {
  const compression = COMPRESSIONS.find(([magic]) => startsWith(bytes, magic));
  if (compression === undefined) return bytes;
  return compression[1](bytes, MAX_STREAM_BYTES, { code: 'event/not-readable', where: name });
}

/**
 * The frames of an uncompressed .i3 stream, one by one; blobs are views of `bytes`.
 *
 * @throws EventFormatError 'event/bad-frame', 'event/bad-checksum'.
 */
export function* i3Frames(bytes: Uint8Array, name: string): Generator<FrameAt> {
  let count = 0;
  for (let offset = 0; offset < bytes.length; ) {
    const read = readFrame(bytes, `${name}: frame ${++count}`, offset);
    yield read;
    offset = read.end;
  }
}

/** Frames that an event sees from outside of its own: the latest of each kind before it (3.4). */
const CONTEXT_STOPS = ['G', 'C', 'D', 'S', 'Q'] as const;

/** Puts packets together: each physics frame (P, or p as the scanner writes it) with the latest of each kind before it. */
export class PacketBuilder {
  readonly #latest = new Map<string, Frame>();

  /** Takes the next frame; the packet that ends with it, if one does. */
  add(frame: Frame, name: string): Packet | null {
    if (frame.stop === 'P' || frame.stop === 'p') {
      const context = CONTEXT_STOPS.flatMap((stop) => this.#latest.get(stop) ?? []);
      return new Packet([...context, frame], name);
    }
    this.#latest.set(frame.stop, frame);
    return null;
  }
}

/** The packets of a stream. */
export function* i3Packets(bytes: Uint8Array, name: string): Generator<Packet> {
  const builder = new PacketBuilder();
  for (const { frame } of i3Frames(bytes, name)) {
    const packet = builder.add(frame, name);
    if (packet !== null) yield packet;
  }
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}
