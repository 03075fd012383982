/**
 * Zstandard for message bodies: level 3, one frame with its content size, as Python's one-shot `zstd.decompress` needs
 * it. Node's own where it has one (22.15 and later, there only the synchronous functions write the size), else the same
 * C code as WASM. What is inflated is bounded: 1.5 kB can stand for 50 MB.
 */
import { MessageError } from '../../config/index.js';

/** Bytes of a message as it travels. */
export const MAX_BODY_BYTES: number = 1024 * 1024;
/** Bytes of its text. A task with 100 variations and two seeds each has 20 kB. */
export const MAX_TEXT_BYTES: number = 4 * 1024 * 1024;

const LEVEL = 3;
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
    compress: (bytes) => zlib.zstdCompressSync(bytes),
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
    compress: (bytes) => compressUsingDict(compressing, bytes as never, NO_DICTIONARY, LEVEL),
    decompress: guarded((bytes) => decompressUsingDict(decompressing, bytes as never, NO_DICTIONARY, sizes)),
  };
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
      return decompress(bytes);
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
