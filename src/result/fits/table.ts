/**
 * FITS files of one binary table (FITS Standard 4.0, sections 3.1 and 7.3): an empty primary HDU, then a BINTABLE with
 * one scalar a column, big-endian, uncompressed. Written without a date or anything else that is not handed in.
 */
import { type CardValue, fitsCount, fitsUnits } from '../../fits/index.js';
import { badFile } from '../errors.js';
import { type Card, headerBytes } from './cards.js';

/** A column to write: `K` 64-bit integers (`1K` is how readers of MOCs want it spelt), `D` doubles. */
export interface FitsColumn {
  readonly name: string;
  readonly form: 'K' | '1K' | 'D';
  readonly unit?: string;
  readonly values: ArrayLike<number>;
}

const BLOCK = 2880;

/** The bytes of a file with one table; `cards` follow the table's own keywords. */
export function writeFitsTable(columns: readonly FitsColumn[], cards: readonly Card[]): Uint8Array {
  const rows = columns[0]!.values.length;
  const rowBytes = 8 * columns.length;
  const primary = headerBytes([
    { key: 'SIMPLE', value: true, comment: 'conforms to FITS standard' },
    { key: 'BITPIX', value: 8, comment: 'array data type' },
    { key: 'NAXIS', value: 0, comment: 'number of array dimensions' },
    { key: 'EXTEND', value: true },
  ]);
  const header = headerBytes([
    { key: 'XTENSION', value: 'BINTABLE', comment: 'binary table extension' },
    { key: 'BITPIX', value: 8, comment: 'array data type' },
    { key: 'NAXIS', value: 2, comment: 'number of array dimensions' },
    { key: 'NAXIS1', value: rowBytes, comment: 'bytes of a row' },
    { key: 'NAXIS2', value: rows, comment: 'rows' },
    { key: 'PCOUNT', value: 0, comment: 'number of group parameters' },
    { key: 'GCOUNT', value: 1, comment: 'number of groups' },
    { key: 'TFIELDS', value: columns.length, comment: 'columns' },
    ...columns.flatMap(({ name, form, unit }, i): Card[] => [
      { key: `TTYPE${i + 1}`, value: name },
      { key: `TFORM${i + 1}`, value: form },
      ...(unit === undefined ? [] : [{ key: `TUNIT${i + 1}`, value: unit }]),
    ]),
    ...cards,
  ]);
  const dataAt = primary.length + header.length;
  const out = new Uint8Array(dataAt + Math.ceil((rows * rowBytes) / BLOCK) * BLOCK);
  out.set(primary);
  out.set(header, primary.length);
  const view = new DataView(out.buffer, dataAt);
  for (const [i, { form, values }] of columns.entries()) {
    for (let row = 0, at = 8 * i; row < rows; row++, at += rowBytes) {
      const value = values[row]!;
      if (form !== 'D') {
        view.setInt32(at, Math.floor(value / 0x100000000), false);
        view.setUint32(at + 4, value % 0x100000000, false);
      } else if (Number.isNaN(value)) view.setBigUint64(at, 0x7ff8000000000000n, false);
      else view.setFloat64(at, value, false);
    }
  }
  return out;
}

/** A binary table of a file. */
export interface FitsTable {
  readonly header: ReadonlyMap<string, CardValue>;
  readonly columnNames: readonly string[];
  readonly rows: number;
  /** Values of a scalar numeric column. Throws FileFormatError where there is no such column. */
  column(name: string): Float64Array;
  /** 64-bit integers beyond what doubles hold exactly. Throws FileFormatError where the column is of another type. */
  bigColumn(name: string): BigInt64Array;
}

/** Bytes and readers of the scalar types. */
const FORMS: Readonly<Record<string, readonly [bytes: number, read: (view: DataView, at: number) => number]>> = {
  B: [1, (view, at) => view.getUint8(at)],
  I: [2, (view, at) => view.getInt16(at)],
  J: [4, (view, at) => view.getInt32(at)],
  K: [8, (view, at) => Number(view.getBigInt64(at))],
  E: [4, (view, at) => view.getFloat32(at)],
  D: [8, (view, at) => view.getFloat64(at)],
};

/** The first binary table of a FITS file. `name` of the file is for messages. Throws FileFormatError. */
export function readFitsTable(bytes: Uint8Array, name = 'The map'): FitsTable {
  return findFitsTable(bytes, (why) => badFile(name, why));
}

/** `readFitsTable` for files other than results; `bad` makes the error. */
export function findFitsTable(bytes: Uint8Array, bad: (why: string) => Error): FitsTable {
  for (const { cards, data } of fitsUnits(bytes, bad)) {
    if (cards.get('XTENSION') === 'BINTABLE') return openTable(cards, data, bad);
  }
  throw bad('has no binary table');
}

function openTable(header: ReadonlyMap<string, CardValue>, bytes: Uint8Array, bad: (why: string) => Error): FitsTable {
  const rowBytes = fitsCount(header, 'NAXIS1', bad);
  const rows = fitsCount(header, 'NAXIS2', bad);
  const fields = fitsCount(header, 'TFIELDS', bad);
  if (fields > 999 || rowBytes * rows > bytes.length || (rowBytes === 0 && rows > 0)) {
    throw bad('has a table whose header contradicts itself');
  }
  const columns = new Map<string, { form: string; offset: number }>();
  let offset = 0;
  for (let i = 1; i <= fields; i++) {
    const form = String(header.get(`TFORM${i}`) ?? '');
    const match = /^(\d{0,6})([LXBIJKAEDCMPQ])/.exec(form);
    if (match === null) throw bad(`has a column ${i} of an unknown type`);
    const repeat = match[1] === '' ? 1 : Number(match[1]);
    columns.set(String(header.get(`TTYPE${i}`) ?? `col${i}`), { form: repeat === 1 ? match[2]! : form, offset });
    offset += widthOf(match[2]!, repeat);
  }
  if (offset !== rowBytes) throw bad('has a table whose columns do not fill its rows');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    header,
    columnNames: [...columns.keys()],
    rows,
    column(wanted) {
      const found = find(wanted);
      const read = FORMS[found.form]?.[1];
      if (read === undefined) throw bad(`has a column ${wanted} of type ${found.form} instead of one number`);
      return Float64Array.from({ length: rows }, (_, row) => read(view, row * rowBytes + found.offset));
    },
    bigColumn(wanted) {
      const { form, offset: at } = find(wanted);
      if (form !== 'K') throw bad(`has a column ${wanted} of type ${form} instead of 64-bit integers`);
      return BigInt64Array.from({ length: rows }, (_, row) => view.getBigInt64(row * rowBytes + at));
    },
  };

  function find(wanted: string): { form: string; offset: number } {
    const found = columns.get(wanted);
    if (found === undefined) throw bad(`has no column ${wanted} (only ${[...columns.keys()].join(', ')})`);
    return found;
  }
}

function widthOf(letter: string, repeat: number): number {
  if (letter === 'X') return Math.ceil(repeat / 8);
  const others: Record<string, number> = { L: 1, A: 1, C: 8, M: 16, P: 8, Q: 16 };
  return repeat * (FORMS[letter]?.[0] ?? others[letter]!);
}
