/**
 * Zstandard for message bodies: level 3, one frame with its content size, as Python's one-shot `zstd.decompress` needs
 * it. Node's own where it has one (22.15 and later, there only the synchronous functions write the size), else the same
 * C code as WASM. What is inflated is bounded: 1.5 kB can stand for 50 MB.
 *
 * What fits into one packet anyhow is put into its frame as it is (a raw block): nothing would be won on the way, and
 * compressing is a fifth of all that a message costs its server.
 */
import { MessageError } from '../../config/index.js';

/** Bytes of a message as it travels. */
export const MAX_BODY_BYTES: number = 1024 * 1024;
/** Bytes of its text. A task with 100 variations and two seeds each has 20 kB. */
export const MAX_TEXT_BYTES: number = 4 * 1024 * 1024;

const LEVEL = 3;
/** Texts up to here are stored: with AMQP's frames around them about what a packet of Ethernet carries. */
const STORED_BYTES = 1400;
/** Of a stored frame before its content: magic, descriptor, size in two bytes, header of the only block. */
const STORED_HEAD = 10;
/** Descriptor: single segment, content size in two bytes. */
const STORED_DESCRIPTOR = 0x60;
const NO_DICTIONARY: Uint8Array = new Uint8Array(0);
const MAGIC = 0xfd2fb528;
/** The longest header (18 bytes); no message of a scan is shorter. */
const SHORTEST_FRAME = 18;

/** Compression of whole messages, once it is loaded. */
export interface Zstd {
  compress(bytes: Uint8Array): Uint8Array;
  /** Throws a MessageError for bytes that are no frame, or too large a one. */
  decompress(bytes: Uint8Array): Uint8Array;
}

interface NodeZstd {
  zstdCompressSync(bytes: Uint8Array, options?: object): Uint8Array;
  zstdDecompressSync(bytes: Uint8Array, options?: object): Uint8Array;
}

let loading: Promise<Zstd> | null = null;

/** Loads the compressor; a few milliseconds the first time. */
export function loadZstd(): Promise<Zstd> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Zstd> {
  const zlib = (await import('node:zlib')) as object as Partial<NodeZstd>;
  return zlib.zstdCompressSync === undefined ? wasmZstd() : nodeZstd(zlib as NodeZstd);
}

/** Node's own functions; level 3 is their default. */
function nodeZstd(zlib: NodeZstd): Zstd {
  return {
    compress: (bytes) => stored(bytes) ?? zlib.zstdCompressSync(bytes),
    decompress: guarded((bytes) => zlib.zstdDecompressSync(bytes, { maxOutputLength: MAX_TEXT_BYTES })),
  };
}

/** The WASM build, for older Nodes and for browsers. */
export async function wasmZstd(): Promise<Zstd> {
  const { init, createCCtx, createDCtx, compressUsingDict, decompressUsingDict } = await import('@bokuweb/zstd-wasm');
  await init();
  // Contexts that are used again halve the cost of a small message; without a dictionary the frames are the usual ones.
  const [compressing, decompressing] = [createCCtx(), createDCtx()];
  const sizes = { defaultHeapSize: MAX_TEXT_BYTES };
  return {
    compress: (bytes) => stored(bytes) ?? compressUsingDict(compressing, bytes as never, NO_DICTIONARY, LEVEL),
    decompress: guarded((bytes) => decompressUsingDict(decompressing, bytes as never, NO_DICTIONARY, sizes)),
  };
}

/** A frame with one raw block (RFC 8878 section 3.1.1); null for texts that are compressed instead. */
function stored(text: Uint8Array): Uint8Array | null {
  if (text.length > STORED_BYTES || text.length < 256) return null;
  const frame = new Uint8Array(STORED_HEAD + text.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint8(4, STORED_DESCRIPTOR);
  view.setUint16(5, text.length - 256, true);
  setBlockHead(view, text.length);
  frame.set(text, STORED_HEAD);
  return frame;
}

/** Size, type 0 (raw), and that it is the last block, in three bytes. */
function setBlockHead(view: DataView, size: number): void {
  const head = (size << 3) | 1;
  view.setUint16(7, head & 0xffff, true);
  view.setUint8(9, head >> 16);
}

/** What such a frame holds; null for every other frame. */
function contentOfStored(frame: Uint8Array): Uint8Array | null {
  if (frame[4] !== STORED_DESCRIPTOR) return null;
  const size = frame.length - STORED_HEAD;
  const block = frame[7]! | (frame[8]! << 8) | (frame[9]! << 16);
  const says = (frame[5]! | (frame[6]! << 8)) + 256;
  return block === ((size << 3) | 1) && says === size ? frame.subarray(STORED_HEAD) : null;
}

function guarded(decompress: (bytes: Uint8Array) => Uint8Array): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    if (bytes.length > MAX_BODY_BYTES)
      throw new MessageError(`The message has ${bytes.length} bytes; none of a scan has.`);
    const size = contentSize(bytes);
    if (size !== null && size > MAX_TEXT_BYTES) {
      throw new MessageError(`The message would inflate to ${size} bytes; none of a scan does.`);
    }
    try {
      return contentOfStored(bytes) ?? decompress(bytes);
    } catch (cause) {
      // The packages' own texts name the wrong operation or a bare number.
      throw new MessageError('The message is damaged inside its Zstandard compression.', { cause });
    }
  };
}

/** Content size as the frame's header has it (RFC 8878 section 3.1.1.1), null where it has none. */
export function contentSize(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFrame = bytes.length >= SHORTEST_FRAME && view.getUint32(0, true) === MAGIC;
  if (!isFrame) throw new MessageError('The message is not compressed with Zstandard.');
  const flags = bytes[4]!;
  const isSingleSegment = (flags & 0x20) !== 0;
  const at = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][flags & 3]!;
  switch (flags >> 6) {
    case 0:
      return isSingleSegment ? bytes[at]! : null;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
