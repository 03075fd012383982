/**
 * Looks over a Zstandard file before it is decompressed (RFC 8878 section 3.1): a frame header of ten bytes can ask for
 * gigabytes of memory, and the decompressor would give them.
 */
const MAGIC = 0xfd2fb528;
/** Skippable frames: 184d2a50 to 184d2a5f. */
const SKIPPABLE = 0x184d2a50;
const MAX_BLOCK_BYTES = 128 * 1024;
/** The zstd tool itself refuses larger windows unless told otherwise. */
const MAX_WINDOW_BYTES = 128 * 1024 * 1024;

/** What is wrong with the frames of a Zstandard file, as the end of a sentence, or null where nothing is. */
export function zstdDefect(bytes: Uint8Array): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    if (at + 8 > bytes.length) return 'ends inside its Zstandard compression';
    const magic = view.getUint32(at, true);
    if (magic >>> 4 === SKIPPABLE >>> 4) {
      at += 8 + view.getUint32(at + 4, true);
      continue;
    }
    if (magic !== MAGIC) return 'is damaged inside its Zstandard compression';
    const header = readHeader(bytes, view, at + 4);
    if (header === null) return 'ends inside its Zstandard compression';
    if (header.windowBytes > MAX_WINDOW_BYTES) return 'asks for more memory than any event needs';
    at = header.end;
    for (let isLast = false; !isLast; ) {
      if (at + 3 > bytes.length) return 'ends inside its Zstandard compression';
      const block = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
      isLast = (block & 1) === 1;
      const type = (block >> 1) & 3;
      const size = block >> 3;
      if (type === 3 || size > MAX_BLOCK_BYTES) return 'is damaged inside its Zstandard compression';
      // A block of type 1 is one byte, repeated.
      at += 3 + (type === 1 ? 1 : size);
    }
    at += header.checksumBytes;
    if (at > bytes.length) return 'ends inside its Zstandard compression';
  }
  return at > bytes.length ? 'ends inside its Zstandard compression' : null;
}

interface FrameHeader {
  readonly windowBytes: number;
  readonly checksumBytes: number;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, view: DataView, start: number): FrameHeader | null {
  const flags = bytes[start]!;
  const isSingleSegment = (flags & 0x20) !== 0;
  const sizeFlag = flags >> 6;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3]!;
  const sizeBytes = sizeFlag === 0 ? Number(isSingleSegment) : 1 << sizeFlag;
  const sizeAt = start + 1 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  const end = sizeAt + sizeBytes;
  if (end > bytes.length) return null;
  const checksumBytes = (flags & 4) === 0 ? 0 : 4;
  if (!isSingleSegment) {
    const descriptor = bytes[start + 1]!;
    const base = 2 ** (10 + (descriptor >> 3));
    return { windowBytes: base + (base / 8) * (descriptor & 7), checksumBytes, end };
  }
  return { windowBytes: contentSize(view, sizeAt, sizeBytes), checksumBytes, end };
}

function contentSize(view: DataView, at: number, nBytes: number): number {
  switch (nBytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
