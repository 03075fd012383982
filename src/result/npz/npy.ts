/**
 * The .npy format of one-dimensional structured arrays (numpy's NEP 1): magic, version, a Python literal that says
 * what follows, then the rows.
 *
 *     \x93NUMPY 01 00 <u16 length> {'descr': [('index', '<i8'), ('llh', '<f8')], 'fortran_order': False, 'shape': (768,), }   \n
 *
 * Written as version 1.0 with the rows beginning at a multiple of 64 bytes, as numpy does. Field types: `<i8` and `<i4`
 * (integers), `<f8`, `|b1`, `<U<n>` (UCS-4 text). Everything else is refused, pickled Python objects (`|O`) first.
 */
import { badFile, shown } from '../errors.js';
import { parseLiteral } from './python-literal.js';

/** A field of a row: its numpy type and where in the row it begins. */
export interface NpyField {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
}

/** Rows of a structured array. */
export interface NpyTable {
  readonly fields: readonly NpyField[];
  readonly rows: number;
  readonly rowBytes: number;
  /** The rows, `rows * rowBytes` bytes. */
  readonly view: DataView;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const ALIGNMENT = 64;
const MAX_HEADER_BYTES = 0xffff;
const MAX_TEXT_CHARACTERS = 1000;

/** Lays out fields one behind the other. */
export function layOut(fields: readonly (readonly [name: string, type: string])[]): NpyField[] {
  let offset = 0;
  return fields.map(([name, type]) => {
    const field = { name, type, offset };
    offset += sizeOf(type)!;
    return field;
  });
}

/** Bytes of a value; null for types that no result file has. */
function sizeOf(type: string): number | null {
  if (type === '<i8' || type === '<f8') return 8;
  if (type === '<i4') return 4;
  if (type === '|b1') return 1;
  const text = /^<U(\d{1,4})$/.exec(type);
  return text !== null && Number(text[1]) <= MAX_TEXT_CHARACTERS ? 4 * Number(text[1]) : null;
}

/** A .npy file; `fill` writes the rows into a zeroed view of `rows * rowBytes` bytes. */
export function writeNpy(
  fields: readonly NpyField[],
  rows: number,
  fill: (view: DataView, rowBytes: number) => void,
): Uint8Array {
  const last = fields.at(-1);
  const rowBytes = last === undefined ? 0 : last.offset + sizeOf(last.type)!;
  const descr = fields.map(({ name, type }) => `('${name}', '${type}')`).join(', ');
  const dict = `{'descr': [${descr}], 'fortran_order': False, 'shape': (${rows},), }`;
  const start = Math.ceil((MAGIC.length + 4 + dict.length + 1) / ALIGNMENT) * ALIGNMENT;
  const out = new Uint8Array(start + rows * rowBytes);
  out.set(MAGIC);
  out[6] = 1;
  new DataView(out.buffer).setUint16(8, start - 10, true);
  out.set(new TextEncoder().encode(`${dict.padEnd(start - 11, ' ')}\n`), 10);
  fill(new DataView(out.buffer, start), rowBytes);
  return out;
}

/** Decodes a .npy file. `where` names it in messages. */
export function readNpy(bytes: Uint8Array, where: string): NpyTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) throw badFile(where, 'is not an .npy array');
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw badFile(where, `has .npy version ${version}.${bytes[7]}, which is not known`);
  const headerAt = version === 1 ? 10 : 12;
  const headerBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerBytes > MAX_HEADER_BYTES) throw badFile(where, `has an .npy header of ${headerBytes} bytes`);
  const start = headerAt + headerBytes;
  if (start > bytes.length) throw badFile(where, 'is cut short');

  const header = parseLiteral(new TextDecoder().decode(bytes.subarray(headerAt, start)), where);
  if (!(header instanceof Map)) throw badFile(where, 'has an .npy header that is not a dictionary');
  const fields = readDescr(header.get('descr'), where);
  const shape = header.get('shape');
  if (!Array.isArray(shape) || shape.length !== 1 || typeof shape[0] !== 'number' || shape[0] < 0) {
    throw badFile(where, 'is not a one-dimensional array');
  }
  const rows = shape[0];
  const last = fields.at(-1)!;
  const rowBytes = last.offset + sizeOf(last.type)!;
  if (rowBytes === 0 || rows * rowBytes !== bytes.length - start) {
    throw badFile(where, `promises ${rows} rows of ${rowBytes} bytes and has ${bytes.length - start} bytes`);
  }
  return { fields, rows, rowBytes, view: new DataView(bytes.buffer, bytes.byteOffset + start, rows * rowBytes) };
}

function readDescr(descr: unknown, where: string): NpyField[] {
  if (typeof descr === 'string' && descr.includes('O')) throw pickled(where);
  if (!Array.isArray(descr) || descr.length === 0 || descr.length > 64) {
    throw badFile(where, `is an array of ${shown(descr)} instead of named fields`);
  }
  const pairs = descr.map((entry): [string, string] => {
    const [name, type] = Array.isArray(entry) && entry.length === 2 ? entry : [];
    if (typeof name !== 'string' || typeof type !== 'string') throw badFile(where, 'has a field without a plain type');
    if (type.includes('O')) throw pickled(where);
    if (sizeOf(type) === null)
      throw badFile(where, `has a field ${shown(name)} of type ${shown(type)}, which no result has`);
    return [name, type];
  });
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw badFile(where, 'has two fields of one name');
  return layOut(pairs);
}

function pickled(where: string): Error {
  return badFile(where, 'holds pickled Python objects, which are never read');
}

/** One value: a number, boolean or text; null where an integer is too large to be exact. */
export function readValue(table: NpyTable, field: NpyField, row: number): number | boolean | string | null {
  const { view } = table;
  const at = row * table.rowBytes + field.offset;
  switch (field.type) {
    case '<f8':
      return view.getFloat64(at, true);
    case '<i4':
      return view.getInt32(at, true);
    case '|b1':
      return view.getUint8(at) !== 0;
    case '<i8': {
      const value = Number(view.getBigInt64(at, true));
      return Number.isSafeInteger(value) ? value : null;
    }
    default: {
      let text = '';
      for (let i = 0; i < sizeOf(field.type)!; i += 4) {
        const code = view.getUint32(at + i, true);
        if (code > 0x10ffff) return null;
        text += String.fromCodePoint(code);
      }
      return text.replace(/\0+$/, '');
    }
  }
}

/** Writes a double; every NaN as numpy's own, so that equal results are equal bytes. */
export function writeDouble(view: DataView, at: number, value: number): void {
  if (Number.isNaN(value)) {
    view.setUint32(at, 0, true);
    view.setUint32(at + 4, 0x7ff80000, true);
  } else view.setFloat64(at, value, true);
}

/** Writes text as UCS-4; the room left stays zero. */
export function writeText(view: DataView, at: number, text: string): void {
  let to = at;
  for (const character of text) {
    view.setUint32(to, character.codePointAt(0)!, true);
    to += 4;
  }
}
