/**
 * Decompression with a bound on the result, so that a few kilobytes cannot become gigabytes: zlib (frames in alert
 * messages), gzip, bzip2 and Zstandard (.i3 files). Damaged data becomes an EventFormatError.
 */
import { Gunzip, Inflate } from 'fflate';
import { Decompress } from 'fzstd';
import { crc32 } from '../bytes/index.js';
import { EventFormatError } from '../config/index.js';
import { bunzip2 } from './bunzip2.js';
import { concatBytes, DAMAGED_HINT, type ReadContext } from './bytes.js';
import { zstdDefect } from './zstd-frames.js';

/** Input is handed over in such pieces; deflate grows at most about a thousandfold, so a piece stays harmless. */
const PIECE_BYTES = 16 * 1024;

type Push = (piece: Uint8Array, isLast: boolean) => void;

/** Inflates a zlib stream (RFC 1950) and checks its Adler-32. */
export function inflateZlib(bytes: Uint8Array, maxBytes: number, context: ReadContext): Uint8Array {
  const header = bytes.length < 6 ? 0 : bytes[0]! * 256 + bytes[1]!;
  const isZlib = header !== 0 && header % 31 === 0 && (bytes[0]! & 15) === 8 && (bytes[1]! & 32) === 0;
  if (!isZlib) throw damaged(context, 'is not zlib-compressed');
  const body = bytes.subarray(2, bytes.length - 4);
  const out = stream(body, maxBytes, context, (emit) => {
    const inflate = new Inflate(emit);
    return (piece, isLast) => inflate.push(piece, isLast);
  });
  const sum = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, false);
  if (adler32(out) !== sum) throw damaged(context, 'does not match its Adler-32 checksum');
  return out;
}

/** Inflates a gzip file (RFC 1952) of one or several members and checks the CRC-32 and length of each. */
export function inflateGzip(bytes: Uint8Array, maxBytes: number, context: ReadContext): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = 0;
  let length = 0;
  // A member ends with both figures, eight bytes before `end`.
  const checkMember = (end: number): void => {
    if (end < 18) throw damaged(context, 'ends inside its gzip compression');
    const isWhole = view.getUint32(end - 8, true) === crc && view.getUint32(end - 4, true) === length % 2 ** 32;
    if (!isWhole) throw damaged(context, 'does not match its gzip checksum');
    crc = 0;
    length = 0;
  };
  const out = stream(bytes, maxBytes, context, (emit) => {
    const gunzip = new Gunzip((data) => {
      crc = crc32(data, crc);
      length += data.length;
      emit(data);
    });
    gunzip.onmember = checkMember;
    return (piece, isLast) => gunzip.push(piece, isLast);
  });
  checkMember(bytes.length);
  return out;
}

/** Decompresses a Zstandard file (RFC 8878). */
export function inflateZstd(bytes: Uint8Array, maxBytes: number, context: ReadContext): Uint8Array {
  const defect = zstdDefect(bytes);
  if (defect !== null) throw damaged(context, defect);
  return stream(bytes, maxBytes, context, (emit) => {
    const zstd = new Decompress(emit);
    return (piece, isLast) => zstd.push(piece, isLast);
  });
}

/** Decompresses a bzip2 file of one or several streams. */
export function inflateBzip2(bytes: Uint8Array, maxBytes: number, context: ReadContext): Uint8Array {
  return bunzip2(bytes, maxBytes, {
    damaged: (what) => damaged(context, what),
    tooLarge: () => tooLarge(context),
  });
}

function stream(
  bytes: Uint8Array,
  maxBytes: number,
  context: ReadContext,
  open: (emit: (data: Uint8Array) => void) => Push,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  const push = open((data) => {
    total += data.length;
    if (total > maxBytes) throw tooLarge(context);
    if (data.length > 0) parts.push(data);
  });
  try {
    for (let at = 0; at < bytes.length || at === 0; at += PIECE_BYTES) {
      // A copy: the decompressors keep views of what they are given.
      push(bytes.slice(at, at + PIECE_BYTES), at + PIECE_BYTES >= bytes.length);
    }
  } catch (cause) {
    if (cause instanceof EventFormatError) throw cause;
    throw damaged(context, 'cannot be decompressed', cause);
  }
  return concatBytes(parts);
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let at = 0; at < bytes.length; ) {
    // 5552 bytes is the longest run whose sums fit 32 bits (RFC 1950).
    const stop = Math.min(at + 5552, bytes.length);
    for (; at < stop; at++) {
      a += bytes[at]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
}

function damaged(context: ReadContext, what: string, cause?: unknown): EventFormatError {
  return new EventFormatError(context.code, `${context.where} ${what}.`, DAMAGED_HINT, { cause });
}

function tooLarge(context: ReadContext): EventFormatError {
  return new EventFormatError(
    'event/too-large',
    `${context.where} inflates to more than any event holds.`,
    'The file is damaged or meant to do harm.',
  );
}
