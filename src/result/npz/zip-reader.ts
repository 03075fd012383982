/**
 * Reading zip archives that numpy, skyreader or the scanner wrote: members stored or deflated, sizes taken from the
 * central directory (local headers of numpy carry zip64 placeholders), every CRC checked. Sizes are compared with what
 * deflate can reach and with a bound on the sum before memory is taken, so a small file cannot become a large one.
 */
import { Inflate } from 'fflate';
import { crc32 } from '../../bytes/index.js';
import { FileFormatError } from '../../config/index.js';
import { badFile } from '../errors.js';
import type { ZipMember } from './zip-writer.js';

/** Sum of all members after inflating: a result of 16 million pixels. */
const MAX_TOTAL_BYTES = 1024 ** 3;
/** A result has a header and one member an nside, of which there are at most 14. */
const MAX_MEMBERS = 64;
/** No deflate stream grows more than this. */
const MAX_DEFLATE_RATIO = 1032;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const PIECE_BYTES = 16 * 1024;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly localAt: number;
}

/** True where the bytes begin like a zip archive (or an empty one). */
export function looksLikeZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/** Members of an archive in the order of its directory. `name` of the file is for messages. */
export function readZip(bytes: Uint8Array, name: string): ZipMember[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { entries, directoryAt } = readDirectory(bytes, view, name);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > MAX_TOTAL_BYTES) throw badFile(name, `promises ${total} bytes, more than any result has`);
  return entries.map((entry) => ({ name: entry.name, bytes: readMember(bytes, view, entry, directoryAt, name) }));
}

function readDirectory(bytes: Uint8Array, view: DataView, file: string): { entries: Entry[]; directoryAt: number } {
  const endAt = findEnd(view);
  if (endAt === null) throw badFile(file, 'is not a whole zip archive (its directory is missing at the end)');
  const count = view.getUint16(endAt + 10, true);
  const directoryBytes = view.getUint32(endAt + 12, true);
  const directoryAt = view.getUint32(endAt + 16, true);
  if (count === 0xffff || directoryAt === 0xffffffff) throw badFile(file, 'is a zip64 archive, which no result needs');
  if (count > MAX_MEMBERS) throw badFile(file, `has ${count} members, more than any result has`);
  if (directoryAt + directoryBytes !== endAt) throw badFile(file, 'has a zip directory that is not where it should be');

  const entries: Entry[] = [];
  const names = new Set<string>();
  let at = directoryAt;
  for (let i = 0; i < count; i++) {
    if (at + 46 > endAt || view.getUint32(at, true) !== 0x02014b50) throw badFile(file, 'has a damaged zip directory');
    const nameBytes = view.getUint16(at + 28, true);
    const next = at + 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > endAt) throw badFile(file, 'has a damaged zip directory');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    if (names.has(name)) throw badFile(file, `has two members named ${JSON.stringify(name)}`);
    names.add(name);
    if (view.getUint16(at + 8, true) & 1) throw badFile(file, `has an encrypted member ${name}`);
    entries.push({
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      compressed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      localAt: view.getUint32(at + 42, true),
    });
    at = next;
  }
  if (at !== endAt) throw badFile(file, 'has a damaged zip directory');
  return { entries, directoryAt };
}

/** Where the end-of-directory record starts: the last one whose comment reaches exactly to the end of the file. */
function findEnd(view: DataView): number | null {
  const first = Math.max(0, view.byteLength - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) === 0x06054b50 && at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength) {
      return at;
    }
  }
  return null;
}

function readMember(bytes: Uint8Array, view: DataView, entry: Entry, end: number, file: string): Uint8Array {
  const { localAt: at, compressed, size, method } = entry;
  const where = `${file}, member ${entry.name}`;
  if (at + 30 > end || view.getUint32(at, true) !== 0x04034b50) throw badFile(where, 'is not where the directory says');
  const dataAt = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (dataAt + compressed > end) throw badFile(where, 'is cut short');
  const data = bytes.subarray(dataAt, dataAt + compressed);
  let content: Uint8Array;
  if (method === 0) content = data;
  else if (method === 8) content = inflate(data, size, where);
  else throw badFile(where, `is compressed by method ${method}; only stored and deflated members can be read`);
  if (content.length !== size) throw badFile(where, `has ${content.length} bytes instead of ${size}`);
  if (crc32(content) !== entry.crc) throw badFile(where, 'does not match its checksum');
  return content;
}

function inflate(data: Uint8Array, size: number, where: string): Uint8Array {
  if (size > (data.length + 1) * MAX_DEFLATE_RATIO)
    throw badFile(where, `cannot inflate to the ${size} bytes it promises`);
  const out = new Uint8Array(size);
  let filled = 0;
  const stream = new Inflate((piece) => {
    if (filled + piece.length > size) throw badFile(where, `inflates to more than the ${size} bytes it promises`);
    out.set(piece, filled);
    filled += piece.length;
  });
  try {
    for (let at = 0; at < data.length || at === 0; at += PIECE_BYTES) {
      // A copy: the decompressor keeps views of what it is given.
      stream.push(data.slice(at, at + PIECE_BYTES), at + PIECE_BYTES >= data.length);
    }
  } catch (cause) {
    if (cause instanceof FileFormatError) throw cause;
    throw badFile(where, 'cannot be inflated', cause);
  }
  return out.subarray(0, filled);
}
