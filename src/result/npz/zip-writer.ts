/**
 * Zip archives whose bytes depend on nothing but their content: members stored, dated 1980-01-01 (the format's zero,
 * and what numpy writes), no extra fields. Layout: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.16.
 */
import { crc32 } from '../../bytes/index.js';

/** A named piece of an archive. */
export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** 1980-01-01 in MS-DOS form: year 0, month 1, day 1. */
const DOS_DATE = 0x21;
const VERSION = 20;
const MADE_BY_UNIX = 3 << 8;
/** A plain file that its owner may read and write, as Python marks members. */
const FILE_MODE = 0o600 << 16;

/** Joins members into one archive. Throws a RangeError where zip's 32-bit sizes do not suffice. */
export function writeZip(members: readonly ZipMember[]): Uint8Array {
  const named = members.map(({ name, bytes }) => ({ name: new TextEncoder().encode(name), bytes, crc: crc32(bytes) }));
  const dataBytes = named.reduce((sum, m) => sum + LOCAL_BYTES + m.name.length + m.bytes.length, 0);
  const centralBytes = named.reduce((sum, m) => sum + CENTRAL_BYTES + m.name.length, 0);
  const total = dataBytes + centralBytes + END_BYTES;
  if (total > 0xffffffff) throw new RangeError('a zip archive without zip64 holds at most 4 GiB');

  const out = new Uint8Array(total);
  const view = new DataView(out.buffer);
  let at = 0;
  let central = dataBytes;
  for (const { name, bytes, crc } of named) {
    view.setUint32(central, 0x02014b50, true);
    view.setUint16(central + 4, VERSION | MADE_BY_UNIX, true);
    writeCommonFields(view, central + 6, crc, bytes.length, name.length);
    view.setUint32(central + 38, FILE_MODE, true);
    view.setUint32(central + 42, at, true);
    out.set(name, central + CENTRAL_BYTES);
    central += CENTRAL_BYTES + name.length;

    view.setUint32(at, 0x04034b50, true);
    writeCommonFields(view, at + 4, crc, bytes.length, name.length);
    out.set(name, at + LOCAL_BYTES);
    out.set(bytes, at + LOCAL_BYTES + name.length);
    at += LOCAL_BYTES + name.length + bytes.length;
  }
  view.setUint32(central, 0x06054b50, true);
  view.setUint16(central + 8, named.length, true);
  view.setUint16(central + 10, named.length, true);
  view.setUint32(central + 12, centralBytes, true);
  view.setUint32(central + 16, dataBytes, true);
  return out;
}

/** Version needed ... length of the name: the same 24 bytes in both headers; flags, method and time stay 0. */
function writeCommonFields(view: DataView, at: number, crc: number, size: number, nameBytes: number): void {
  view.setUint16(at, VERSION, true);
  view.setUint16(at + 8, DOS_DATE, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, nameBytes, true);
}
