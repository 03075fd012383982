/**
 * Results as .npz, the form that plain numpy and skyreader read (specs/sky-and-scan.md section 7): a stored zip of
 *
 *     header.npy     one row an nside: nside, complete, run_id, event_id, event_type, mjd, is_real_event, version
 *     nside-8.npy    rows (index, llh, E_in, E_tot, X, Y, Z, T), ascending by index
 *     nside-64.npy   ... in the order in which the nsides first finished a pixel
 *
 * The bytes depend on nothing but the result. Versions 0 and 1 are read, with and without header, stored or deflated;
 * everything else is refused with `result/bad-file`.
 */
import { badFile, shown } from '../errors.js';
import {
  COLUMNS_V0,
  COLUMNS_V1,
  type MetadataRow,
  metadataFromRows,
  metadataRow,
  NUMBER_COLUMNS,
  nsideMap,
  nsideOfKey,
  versionOf,
} from '../table.js';
import type { NsideMap, ScanMetadata, ScanResult } from '../types.js';
import { layOut, type NpyTable, readNpy, readValue, writeDouble, writeNpy, writeText } from './npy.js';
import { readZip } from './zip-reader.js';
import { writeZip } from './zip-writer.js';

/** More rows than there are nsides. */
const MAX_HEADER_ROWS = 64;

/** The bytes of a result's .npz file. The same result gives the same bytes. */
export function writeNpz(result: ScanResult): Uint8Array {
  const version = versionOf(result);
  const members = result.maps.map((map) => ({ name: `nside-${map.nside}.npy`, bytes: mapArray(map, version) }));
  const { metadata } = result;
  if (metadata === null || result.maps.length === 0) return writeZip(members);
  return writeZip([{ name: 'header.npy', bytes: headerArray(metadata, result.maps) }, ...members]);
}

function mapArray(map: NsideMap, version: 0 | 1): Uint8Array {
  const columns = version === 0 ? COLUMNS_V0 : COLUMNS_V1;
  const fields = layOut(columns.map((name, i) => [name, i === 0 ? '<i8' : '<f8']));
  return writeNpy(fields, map.pixel.length, (view, rowBytes) => {
    for (let row = 0, at = 0; row < map.pixel.length; row++, at += rowBytes) {
      // A pixel number fits 32 bits; the upper half of the 64 stays zero.
      view.setInt32(at, map.pixel[row]!, true);
      for (let i = 1; i < columns.length; i++) writeDouble(view, at + 8 * i, map[NUMBER_COLUMNS[i - 1]!][row]!);
    }
  });
}

function headerArray(metadata: ScanMetadata, maps: readonly NsideMap[]): Uint8Array {
  // numpy has no None; skyreader prints and stores its text.
  const rows = maps.map(({ nside }) => ({ ...metadataRow(metadata, nside), event_type: metadata.eventType ?? 'None' }));
  const fields = layOut(Object.entries(rows[0]!).map(([name, value]) => [name, typeOf(name, value)]));
  return writeNpy(fields, rows.length, (view, rowBytes) => {
    for (const [row, values] of rows.entries()) {
      for (const { name, type, offset } of fields) {
        const at = row * rowBytes + offset;
        const value = values[name as keyof typeof values];
        if (typeof value === 'string') writeText(view, at, value);
        else if (typeof value === 'boolean') view.setUint8(at, value ? 1 : 0);
        else if (type === '<f8') writeDouble(view, at, value as number);
        else view.setBigInt64(at, BigInt(value as number), true);
      }
    }
  });
}

function typeOf(name: string, value: MetadataRow[string]): string {
  if (typeof value === 'string') return `<U${[...value].length}`;
  if (typeof value === 'boolean') return '|b1';
  return name === 'mjd' ? '<f8' : '<i8';
}

/** Decodes an .npz result. `name` of the file is for messages. Throws FileFormatError `result/bad-file`. */
export function readNpz(bytes: Uint8Array, name = 'The result'): ScanResult {
  const tables = new Map<string, NpyTable>();
  for (const member of readZip(bytes, name)) {
    const key = member.name.replace(/\.npy$/, '');
    if (key !== 'header' && nsideOfKey(key) === null) {
      throw badFile(name, `has a member ${shown(member.name)}, which no result has`);
    }
    tables.set(key, readNpy(member.bytes, `${name}, member ${member.name}`));
  }
  const header = tables.get('header');
  tables.delete('header');
  if (header === undefined) {
    const maps = [...tables].map(([key, table]) => readMap(key, table, null, name));
    return { metadata: null, maps };
  }
  const rows = headerRows(header, name);
  const maps = rows.map((row) => {
    const key = `nside-${row.nside}`;
    const table = tables.get(key);
    if (table === undefined)
      throw badFile(name, `has a header that names ${key}, and no such array (or names it twice)`);
    tables.delete(key);
    return readMap(key, table, row.version ?? 0, name);
  });
  const [stray] = tables.keys();
  if (stray !== undefined) throw badFile(name, `has an array ${stray} that its header does not name`);
  return { metadata: metadataFromRows(rows, name), maps };
}

function headerRows(header: NpyTable, file: string): MetadataRow[] {
  if (header.rows > MAX_HEADER_ROWS) throw badFile(file, `has a header of ${header.rows} rows`);
  return Array.from({ length: header.rows }, (_, row) =>
    Object.fromEntries(
      header.fields.map((field) => {
        const value = readValue(header, field, row);
        if (value === null) throw badFile(file, `has a ${shown(field.name)} in its header that is too large`);
        return [field.name, value];
      }),
    ),
  );
}

function readMap(key: string, table: NpyTable, version: MetadataRow[string], file: string): NsideMap {
  const names = table.fields.map((field) => field.name);
  const isLayout = (columns: readonly string[]): boolean =>
    names.length === columns.length &&
    columns.every((name, i) => name === names[i] && table.fields[i]!.type === (i === 0 ? '<i8' : '<f8'));
  const found = isLayout(COLUMNS_V1) ? 1 : isLayout(COLUMNS_V0) ? 0 : null;
  if (found === null) {
    const fields = table.fields.map((field) => `${field.name} ${field.type}`).join(', ');
    throw badFile(file, `has an array ${key} with the fields ${shown(fields)} instead of those of a result`);
  }
  if (version !== null && version !== found) {
    throw badFile(
      file,
      `has an array ${key} with the fields of version ${found}, and a header that says ${shown(version)}`,
    );
  }
  const { view, rowBytes, fields } = table;
  const at = (row: number, column: number): number =>
    column === 0
      ? Number(view.getBigInt64(row * rowBytes, true))
      : view.getFloat64(row * rowBytes + fields[column]!.offset, true);
  return nsideMap(nsideOfKey(key)!, table.rows, fields.length, at, `${file}, array ${key}`);
}
