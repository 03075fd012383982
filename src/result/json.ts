/**
 * Results as JSON in skyreader's layout (specs/sky-and-scan.md section 7), indented by four spaces and with numbers
 * spelled as Python spells them, so that a result rewritten by either side is the same file:
 *
 *     {"nside-8": {"columns": ["index", "llh", ...], "data": [[0, 1046.7, ...], ...], "metadata": {"nside": 8, ...}}, ...}
 *
 * NaN is the text "<skyreader.nan>"; older files hold a bare NaN, which is read too.
 */
import { badFile, shown } from './errors.js';
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
} from './table.js';
import type { NsideMap, ScanResult } from './types.js';

const NAN = '<skyreader.nan>';

/** The text of a result's .json file. */
export function toJson(result: ScanResult): string {
  const columns = versionOf(result) === 0 ? COLUMNS_V0 : COLUMNS_V1;
  const entries = result.maps.map((map) => {
    const rows = Array.from(map.pixel, (pixel, row) => {
      const numbers = columns.slice(1).map((_, i) => pythonFloat(map[NUMBER_COLUMNS[i]!][row]!));
      return block('[', [String(pixel), ...numbers], ']', 3);
    });
    return `"nside-${map.nside}": ${block(
      '{',
      [
        `"columns": ${block(
          '[',
          columns.map((name) => `"${name}"`),
          ']',
          2,
        )}`,
        `"data": ${block('[', rows, ']', 2)}`,
        `"metadata": ${block('{', metadataEntries(result, map, columns), '}', 2)}`,
      ],
      '}',
      1,
    )}`;
  });
  return block('{', entries, '}', 0);
}

function metadataEntries(result: ScanResult, { nside }: NsideMap, columns: readonly string[]): string[] {
  // skyreader needs the nside, and takes a missing version for 0.
  const bare: MetadataRow = columns.length === COLUMNS_V0.length ? { nside } : { nside, version: 1 };
  const row = result.metadata === null ? bare : metadataRow(result.metadata, nside);
  return Object.entries(row).map(([key, value]) => {
    const text = key === 'mjd' ? pythonFloat(value as number) : asciiJson(value);
    return `"${key}": ${text}`;
  });
}

/** Items on lines of their own, as `json.dump(indent=4)` sets them at `depth` levels of indentation. */
function block(open: string, items: readonly string[], close: string, depth: number): string {
  if (items.length === 0) return open + close;
  const indent = ' '.repeat(4 * depth);
  return `${open}\n${indent}    ${items.join(`,\n${indent}    `)}\n${indent}${close}`;
}

/** JSON in ASCII, as Python writes it. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * A double as Python's `repr` spells it: shortest digits that read back, always with a point or an exponent.
 * Infinities become 1e999, which is legal JSON and which Python and JavaScript both read as infinity.
 */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return `"${NAN}"`;
  if (!Number.isFinite(value)) return value > 0 ? '1e999' : '-1e999';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e16)) return `${sign}${size}${Number.isInteger(size) ? '.0' : ''}`;
  return sign + size.toExponential().replace(/([+-])(\d)$/, '$10$2');
}

/** Decodes a result's JSON text. `name` of the file is for messages. Throws FileFormatError `result/bad-file`. */
export function fromJson(text: string, name = 'The result'): ScanResult {
  const value = parse(text, name);
  if (!isObject(value)) throw badFile(name, 'is JSON, but not an object with an entry an nside');
  const rows: MetadataRow[] = [];
  const maps = Object.entries(value).map(([key, entry]) => {
    const nside = nsideOfKey(key);
    if (nside === null) throw badFile(name, `has an entry ${shown(key)}; a result has nside-8, nside-64 and so on`);
    const where = `${name}, ${key}`;
    if (!isObject(entry) || Object.keys(entry).sort().join() !== 'columns,data,metadata') {
      throw badFile(where, 'does not have just the members columns, data and metadata');
    }
    const row = readMetadata(entry.metadata, nside, where);
    rows.push(row);
    return readMap(entry, nside, row.version ?? 0, where);
  });
  return { metadata: metadataFromRows(rows, name), maps };
}

function readMetadata(value: unknown, nside: number, where: string): MetadataRow {
  if (!isObject(value)) throw badFile(where, 'has metadata that are not an object');
  if (value.nside !== nside) throw badFile(where, `has nside ${shown(value.nside)} in its metadata`);
  const row: MetadataRow = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== null && typeof member === 'object')
      throw badFile(where, `has a structured ${shown(key)} in its metadata`);
    row[key] = member === NAN ? Number.NaN : (member as MetadataRow[string])!;
  }
  return row;
}

function readMap(entry: Record<string, unknown>, nside: number, version: MetadataRow[string], where: string): NsideMap {
  const columns = version === 1 ? COLUMNS_V1 : COLUMNS_V0;
  if (version !== 0 && version !== 1) throw badFile(where, `has version ${shown(version)}, which is not known`);
  const { data } = entry;
  if (JSON.stringify(entry.columns) !== JSON.stringify(columns)) {
    throw badFile(where, `has columns ${shown(entry.columns)} instead of those of version ${version}`);
  }
  if (!Array.isArray(data)) throw badFile(where, 'has data that are not a list');
  for (const row of data) {
    const isRow =
      Array.isArray(row) && row.length === columns.length && row.every((v) => typeof v === 'number' || v === NAN);
    if (!isRow) throw badFile(where, `has a row ${shown(row)} instead of ${columns.length} numbers`);
  }
  const at = (row: number, column: number): number => {
    const value = data[row][column];
    return value === NAN ? Number.NaN : value;
  };
  return nsideMap(nside, data.length, columns.length, at, where);
}

/** JSON.parse that also takes Python's bare NaN and Infinity. */
function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw badFile(name, 'is not JSON, or is cut short', error);
  }
  let inText = false;
  const legal = text.replace(/\\.|"|(?:NaN|-?Infinity)\b/gs, (token) => {
    if (token === '"') inText = !inText;
    if (inText || token === '"' || token.startsWith('\\')) return token;
    return token === 'NaN' ? `"${NAN}"` : token.startsWith('-') ? '-1e999' : '1e999';
  });
  try {
    return JSON.parse(legal);
  } catch (error) {
    throw badFile(name, 'is not JSON, or is cut short', error);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
