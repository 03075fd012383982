/**
 * Reading FITS files (FITS Standard 4.0, sections 3 and 4): header cards of 80 ASCII characters `KEYWORD = value /
 * comment`, and the data behind each header. Sky maps and spline tables are both such files.
 */

/** A value of a card. */
export type CardValue = string | number | boolean;

/** A header and its data: the first is the primary one, the others are extensions. */
export interface FitsUnit {
  readonly cards: ReadonlyMap<string, CardValue>;
  readonly data: Uint8Array;
}

const CARD = 80;
const BLOCK = 2880;
/** No header has more cards; so a foreign file is soon found out. */
const MOST_CARDS = 20_000;

/**
 * The units of a file, one after the other, so that a reader may stop when it has what it wants.
 *
 * @param bad makes the error for a file that is no FITS file; `why` goes on after the file's name: 'is cut short'
 */
export function* fitsUnits(bytes: Uint8Array, bad: (why: string) => Error): Generator<FitsUnit, void, void> {
  for (let at = 0, unit = 0; at < bytes.length || unit === 0; unit++) {
    const parsed = parseHeader(bytes, at);
    if (parsed === null) throw bad(unit === 0 ? 'is not a FITS file' : 'has a FITS header without an end');
    const { cards, dataAt } = parsed;
    if (unit === 0 && cards.get('SIMPLE') !== true) throw bad('is not a FITS file');
    const size = dataBytes(cards, bad);
    if (dataAt + size > bytes.length) throw bad('is cut short');
    yield { cards, data: bytes.subarray(dataAt, dataAt + size) };
    at = dataAt + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** The whole number >= 0 of a keyword. */
export function fitsCount(
  cards: ReadonlyMap<string, CardValue>,
  key: string,
  bad: (why: string) => Error,
  fallback?: number,
): number {
  const value = cards.get(key) ?? fallback;
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw bad(`has no usable ${key} in its header`);
  return value as number;
}

/** |BITPIX| / 8 * GCOUNT * (PCOUNT + product of the axes). */
function dataBytes(cards: ReadonlyMap<string, CardValue>, bad: (why: string) => Error): number {
  const axes = fitsCount(cards, 'NAXIS', bad);
  if (axes > 999) throw bad('has no usable NAXIS in its header');
  if (axes === 0) return 0;
  let values = 1;
  for (let axis = 1; axis <= axes; axis++) values *= fitsCount(cards, `NAXIS${axis}`, bad);
  const bits = Math.abs(Number(cards.get('BITPIX')));
  const bytes = (bits / 8) * fitsCount(cards, 'GCOUNT', bad, 1) * (fitsCount(cards, 'PCOUNT', bad, 0) + values);
  if (!Number.isSafeInteger(bytes)) throw bad('has no usable size in its header');
  return bytes;
}

/** The cards of a header that starts at `at`, and where the data behind it start; null where the header has no end. */
function parseHeader(bytes: Uint8Array, at: number): { cards: Map<string, CardValue>; dataAt: number } | null {
  const cards = new Map<string, CardValue>();
  let open: string | null = null;
  const end = Math.min(bytes.length, at + MOST_CARDS * CARD);
  for (let from = at; from + CARD <= end; from += CARD) {
    const line = String.fromCharCode(...bytes.subarray(from, from + CARD));
    if (/^END\s*$/.test(line)) return { cards, dataAt: at + Math.ceil((from + CARD - at) / BLOCK) * BLOCK };
    const continued = open === null ? null : /^CONTINUE {2}\s*'((?:[^']|'')*)'/.exec(line);
    if (continued !== null) {
      cards.set(open!, (cards.get(open!) as string).slice(0, -1) + unquoted(continued[1]!));
      if (!continued[1]!.endsWith('&')) open = null;
      continue;
    }
    open = null;
    const match = /^(?:HIERARCH ([^=]+?)\s*=|([A-Z0-9_-]{1,8}) *= )\s*(?:'((?:[^']|'')*)'|([^/\s]+))/.exec(line);
    if (match === null) continue;
    const key = (match[1] ?? match[2])!;
    cards.set(key, match[3] === undefined ? plainValue(match[4]!) : unquoted(match[3]));
    if (match[3]?.endsWith('&')) open = key;
  }
  return null;
}

function unquoted(text: string): string {
  return text.replaceAll("''", "'").trimEnd();
}

function plainValue(text: string): CardValue {
  if (text === 'T' || text === 'F') return text === 'T';
  const value = Number(text.replace(/d/i, 'E'));
  return Number.isNaN(value) ? text : value;
}
