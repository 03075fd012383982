/**
 * Reading MOCs of anybody's: FITS (UNIQ numbers of MOC 1 and 2, ranges of MOC 2), JSON and text, told apart by content.
 * Cells finer than order 24 (0.012 arc seconds) are widened to it.
 */
import { findFitsTable } from '../fits/table.js';
import { MOC_RANGE_ORDER, type Moc, mocOfRanges, pixelsPerCell } from './moc.js';
import { badRegion } from './region-error.js';

/** The finest order of the standard. */
const MAX_ORDER = 29;
const HINT = 'Give a MOC of the sky (IVOA MOC 1 or 2) as FITS, JSON or text.';

/** Decodes a MOC. `name` of the file is for messages. Throws FileFormatError `result/bad-region`. */
export function readMoc(bytes: Uint8Array, name = 'The MOC'): Moc {
  const bad = (why: string, cause?: unknown): Error => badRegion(name, why, HINT, cause);
  if (String.fromCharCode(...bytes.subarray(0, 6)) === 'SIMPLE') return fromFits(bytes, bad);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw bad('is gzip-compressed; decompress it first');
  const text = new TextDecoder().decode(bytes).trim();
  return text.startsWith('{') ? fromJson(text, bad) : fromText(text, bad);
}

type Bad = (why: string, cause?: unknown) => Error;

function fromFits(bytes: Uint8Array, bad: Bad): Moc {
  const table = findFitsTable(bytes, bad);
  const { header, columnNames } = table;
  const dimension = header.get('MOCDIM') ?? 'SPACE';
  if (dimension !== 'SPACE') throw bad(`is a MOC of ${String(dimension)} instead of the sky`);
  const frame = header.get('COORDSYS') ?? 'C';
  if (frame !== 'C') throw bad(`has COORDSYS ${String(frame)} instead of C, equatorial`);
  if (columnNames.length !== 1) throw bad(`has ${columnNames.length} columns; a MOC has one`);
  const numbers = table.bigColumn(columnNames[0]!);
  const ordering = String(header.get('ORDERING') ?? 'NUNIQ');
  if (/^RANGE/.test(ordering)) {
    if (numbers.length % 2 !== 0) throw bad('ends within a range');
    return fromRanges(numbers, bad);
  }
  if (!/^NUNIQ/.test(ordering)) throw bad(`has ORDERING ${ordering} instead of NUNIQ or RANGE`);
  return fromCells(
    (function* () {
      for (const uniq of numbers) {
        if (uniq < 4n) throw bad(`has a UNIQ ${uniq} that is none`);
        const order = Math.floor((uniq.toString(2).length - 3) / 2);
        yield [order, uniq - 4n ** BigInt(order + 1)];
      }
    })(),
    bad,
  );
}

/** Pairs of first and behind-the-last pixel of order 29. */
function fromRanges(numbers: BigInt64Array, bad: Bad): Moc {
  const finer = 4n ** BigInt(MAX_ORDER - MOC_RANGE_ORDER);
  const start = new Float64Array(numbers.length / 2);
  const end = new Float64Array(numbers.length / 2);
  for (let i = 0; i < start.length; i++) {
    const [first, behind] = [numbers[2 * i]!, numbers[2 * i + 1]!];
    if (first < 0n || behind < first || behind > 12n * 4n ** BigInt(MAX_ORDER)) throw bad('has a range that is none');
    start[i] = Number(first / finer);
    end[i] = Number((behind + finer - 1n) / finer);
  }
  return mocOfRanges(start, end);
}

function fromJson(text: string, bad: Bad): Moc {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad('is not JSON, or is cut short', error);
  }
  const entries = Object.entries(value as object);
  return fromCells(
    (function* () {
      for (const [key, pixels] of entries) {
        if (!/^\d{1,2}$/.test(key) || !Array.isArray(pixels))
          throw bad(`has a member "${key.slice(0, 40)}" that is no order`);
        for (const pixel of pixels) {
          if (!Number.isInteger(pixel)) throw bad(`has something other than pixel numbers in order ${key}`);
          yield [Number(key), BigInt(pixel)];
        }
      }
    })(),
    bad,
  );
}

/** `order/pixel pixel-pixel ...`, separated by blanks, line breaks or commas. */
function fromText(text: string, bad: Bad): Moc {
  return fromCells(
    (function* () {
      let order = -1;
      for (const word of text.split(/[\s,]+/)) {
        const match = /^(?:(\d{1,2})\/)?(?:(\d{1,19})(?:-(\d{1,19}))?)?$/.exec(word);
        if (match === null || (match[1] === undefined && order < 0)) {
          throw bad('is neither FITS nor JSON nor a MOC as text (order/pixel pixel-pixel ...)');
        }
        if (match[1] !== undefined) order = Number(match[1]);
        if (match[2] === undefined) continue;
        const first = BigInt(match[2]);
        yield [order, first, BigInt(match[3] ?? match[2])];
      }
    })(),
    bad,
  );
}

/** Runs of NESTED pixels: order, first and last one. */
function fromCells(cells: Iterable<[order: number, first: bigint, last?: bigint]>, bad: Bad): Moc {
  const start: number[] = [];
  const end: number[] = [];
  for (const [order, first, last = first] of cells) {
    if (order > MAX_ORDER) throw bad(`has a cell of order ${order}; the finest is ${MAX_ORDER}`);
    if (first < 0n || last < first || last >= 12n * 4n ** BigInt(order)) {
      throw bad(`has a pixel ${last < first ? first : last} that order ${order} does not have`);
    }
    if (order <= MOC_RANGE_ORDER) {
      const size = pixelsPerCell(order);
      start.push(Number(first) * size);
      end.push((Number(last) + 1) * size);
    } else {
      const finer = 4n ** BigInt(order - MOC_RANGE_ORDER);
      start.push(Number(first / finer));
      end.push(Number(last / finer) + 1);
    }
  }
  return mocOfRanges(Float64Array.from(start), Float64Array.from(end));
}
