/**
 * The bytes of a scan's journal: a header that says which scan it belongs to, then accepted outcomes in order of
 * arrival. Pure encoding and decoding; whoever runs the scan appends the bytes to a file, a database, a browser's store.
 *
 *     header:  8 bytes "SKYSCANJ"  u32 length  u32 CRC-32  text (UTF-8 JSON, the fingerprint)
 *     entry:   u32 length  u32 CRC-32  body
 *     body:    u8 status (0 done, 1 failed)  u32 nside  u32 pixel  f64 runtime in s  u16 count
 *              done:    count x (u16 variation, 8 x f64: llh x y z timeNs eInGev eTotGev energyGev)
 *              failed:  count x u16 variation, then UTF-8 JSON: the reasons
 *
 * Little-endian throughout; lengths and checksums are those of what follows them. A process may die while it writes:
 * reading stops at the first entry that is not whole, and says how many bytes are good, so that writing can go on there.
 * What follows a damaged entry is not used; those fits are simply made again.
 */
import type { TaskOutcome } from '../broker/index.js';
import { crc32 } from '../bytes/index.js';
import { ScanError } from '../config/index.js';
import type { RecoResult } from '../reco/index.js';
import { OTHER_SCAN_HINT, type ScanFingerprint } from './fingerprint.js';

const MAGIC = 'SKYSCANJ';
const PREFIX = 8;
const BODY_HEAD = 1 + 4 + 4 + 8 + 2;
const RESULT = 2 + 8 * 8;
const DONE = 0;
const FAILED = 1;
/** No entry is longer; a larger length is damage. */
const LONGEST_ENTRY = 1 << 24;

const text = new TextEncoder();

/** The bytes a new journal starts with. */
export function encodeJournalHeader(fingerprint: ScanFingerprint): Uint8Array {
  const sorted = Object.fromEntries(Object.entries(fingerprint).sort(([a], [b]) => (a < b ? -1 : 1)));
  return joined(text.encode(MAGIC), framed(text.encode(JSON.stringify(sorted))));
}

/** The bytes of one entry. */
export function encodeJournalEntry(outcome: TaskOutcome): Uint8Array {
  const isDone = outcome.status === 'done';
  const reasons = isDone ? new Uint8Array(0) : text.encode(JSON.stringify(outcome.reasons));
  const count = isDone ? outcome.results.length : outcome.variations.length;
  const entry = new Uint8Array(PREFIX + BODY_HEAD + count * (isDone ? RESULT : 2) + reasons.length);
  const view = new DataView(entry.buffer, PREFIX);
  view.setUint8(0, isDone ? DONE : FAILED);
  view.setUint32(1, outcome.nside, true);
  view.setUint32(5, outcome.pixel, true);
  view.setFloat64(9, outcome.runtimeS, true);
  view.setUint16(17, count, true);
  if (isDone) {
    for (const [i, result] of outcome.results.entries()) writeResult(view, BODY_HEAD + i * RESULT, result);
  } else {
    for (const [i, variation] of outcome.variations.entries()) view.setUint16(BODY_HEAD + 2 * i, variation, true);
    entry.set(reasons, PREFIX + BODY_HEAD + 2 * count);
  }
  return seal(entry);
}

/** What a journal holds. */
export interface DecodedJournal {
  readonly fingerprint: ScanFingerprint;
  /** In order of arrival. */
  readonly outcomes: readonly TaskOutcome[];
  /** Bytes up to the end of the last whole entry: cut the rest off before appending. */
  readonly goodBytes: number;
}

/**
 * Reads a journal. null where even the header is not whole (the process died while it created the journal: nothing is
 * lost, begin it anew). Throws {@link ScanError} `scan/other-scan` for bytes that are no journal at all.
 */
export function decodeJournal(bytes: Uint8Array): DecodedJournal | null {
  const magic = text.encode(MAGIC);
  for (let i = 0; i < Math.min(magic.length, bytes.length); i++) {
    if (bytes[i] === magic[i]) continue;
    throw new ScanError(
      'scan/other-scan',
      'The journal in the cache directory was not written by this scanner',
      OTHER_SCAN_HINT,
    );
  }
  const header = bodyAt(bytes, magic.length);
  const fingerprint = header === null ? null : parsedFingerprint(header);
  if (header === null || fingerprint === null) return null;
  const outcomes: TaskOutcome[] = [];
  let goodBytes = magic.length + PREFIX + header.length;
  for (;;) {
    const body = bodyAt(bytes, goodBytes);
    const outcome = body === null ? null : readEntry(body);
    if (body === null || outcome === null) return { fingerprint, outcomes, goodBytes };
    outcomes.push(outcome);
    goodBytes += PREFIX + body.length;
  }
}

function writeResult(view: DataView, at: number, result: RecoResult): void {
  view.setUint16(at, result.variation, true);
  view.setFloat64(at + 2, result.llh, true);
  view.setFloat64(at + 10, result.x, true);
  view.setFloat64(at + 18, result.y, true);
  view.setFloat64(at + 26, result.z, true);
  view.setFloat64(at + 34, result.timeNs, true);
  view.setFloat64(at + 42, result.eInGev, true);
  view.setFloat64(at + 50, result.eTotGev, true);
  view.setFloat64(at + 58, result.energyGev, true);
}

/** null for a body whose layout is wrong although its checksum is right. */
function readEntry(body: Uint8Array): TaskOutcome | null {
  if (body.length < BODY_HEAD) return null;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const status = view.getUint8(0);
  const nside = view.getUint32(1, true);
  const pixel = view.getUint32(5, true);
  const runtimeS = view.getFloat64(9, true);
  const count = view.getUint16(17, true);
  if (status === DONE) {
    if (body.length !== BODY_HEAD + count * RESULT) return null;
    const results = Array.from({ length: count }, (_, i) => readResult(view, BODY_HEAD + i * RESULT, nside, pixel));
    return { nside, pixel, runtimeS, status: 'done', results };
  }
  if (status !== FAILED || body.length < BODY_HEAD + 2 * count) return null;
  const reasons = parsedReasons(body.subarray(BODY_HEAD + 2 * count));
  if (reasons === null) return null;
  const variations = Array.from({ length: count }, (_, i) => view.getUint16(BODY_HEAD + 2 * i, true));
  return { nside, pixel, runtimeS, status: 'failed', variations, reasons };
}

function readResult(view: DataView, at: number, nside: number, pixel: number): RecoResult {
  return {
    nside,
    pixel,
    variation: view.getUint16(at, true),
    llh: view.getFloat64(at + 2, true),
    x: view.getFloat64(at + 10, true),
    y: view.getFloat64(at + 18, true),
    z: view.getFloat64(at + 26, true),
    timeNs: view.getFloat64(at + 34, true),
    eInGev: view.getFloat64(at + 42, true),
    eTotGev: view.getFloat64(at + 50, true),
    energyGev: view.getFloat64(at + 58, true),
  };
}

/** Length, checksum, body. */
function framed(body: Uint8Array): Uint8Array {
  return seal(joined(new Uint8Array(PREFIX), body));
}

function seal(entry: Uint8Array): Uint8Array {
  const view = new DataView(entry.buffer);
  view.setUint32(0, entry.length - PREFIX, true);
  view.setUint32(4, crc32(entry.subarray(PREFIX)), true);
  return entry;
}

/** The body framed at an offset; null if it is cut short or damaged. */
function bodyAt(bytes: Uint8Array, at: number): Uint8Array | null {
  if (at + PREFIX > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, PREFIX);
  const length = view.getUint32(0, true);
  if (length > LONGEST_ENTRY || at + PREFIX + length > bytes.length) return null;
  const body = bytes.subarray(at + PREFIX, at + PREFIX + length);
  return crc32(body) === view.getUint32(4, true) ? body : null;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function parsedFingerprint(body: Uint8Array): ScanFingerprint | null {
  const value = parsed(body);
  const isTexts =
    typeof value === 'object' && value !== null && Object.values(value).every((item) => typeof item === 'string');
  return isTexts ? (value as ScanFingerprint) : null;
}

function parsedReasons(body: Uint8Array): string[] | null {
  const value = parsed(body);
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}
