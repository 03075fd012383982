/**
 * I3SuperDST: all pulses of an event in about three bytes each (specs/event-formats.md section 7). A *readout* is a run
 * of consecutive pulses of one module, all with or all without local coincidence; it has one header word and one stamp
 * word a pulse, with overflow words for large times and charges. Widths and the rest of IceTop charges lie apart.
 */
import { buildPulseMap } from '../pulse-map.js';
import { PULSE_FLAG, type PulseMap } from '../types.js';
import type { ArchiveReader } from './archive-reader.js';

export interface SuperDst {
  readonly nReadouts: number;
  readonly nStamps: number;
  /** The unpacked pulses, IceTop's too. */
  readonly pulses: PulseMap;
}

/** Time from which the first readout counts, ns. */
const FIRST_REFERENCE_NS = -512;
/** Om numbers above are IceTop's. */
const LAST_IN_ICE_OM = 60;
const FLAGS_HLC = PULSE_FLAG.LC | PULSE_FLAG.ATWD | PULSE_FLAG.FADC;

const STAMP_STOP = 0x8000;
const STAMP_HLC = 0x4000;
const TIME_SATURATED = 255;
const FIRST_TIME_SATURATED = 2047;
const CHARGE_SATURATED = 63;
const OVERFLOW_GOES_ON = 65535;

/** Reads the content of an I3SuperDST, versions 0 and 1. */
export function readSuperDst(archive: ArchiveReader, version: number): SuperDst {
  archive.base();
  return version === 0 ? readVersion0(archive) : readVersion1(archive);
}

function readVersion1(archive: ArchiveReader): SuperDst {
  const stamps = new Words(archive, compactVector(archive, 'stamp', 2), 'stamps');
  const headers = new Words(archive, compactVector(archive, 'header', 2), 'headers');
  // In the order of their use: in-ice SLC, in-ice HLC, IceTop SLC, IceTop HLC.
  const widths = [0, 1, 2, 3].map(() => new Widths(archive, compactVector(archive, 'byte', 1)));
  const extra = compactVector(archive, 'byte', 1);
  let extraAt = 0;
  const pulses = new Unpacker();
  let nStamps = 0;
  while (headers.left > 0) {
    const { string, om, slop } = splitHeader(headers.next());
    const isIceTop = om > LAST_IN_ICE_OM;
    pulses.beginReadout(string, om);
    for (let isFirst = true, isLast = false; !isLast; isFirst = false) {
      const word = stamps.next();
      nStamps++;
      isLast = (word & STAMP_STOP) !== 0;
      const isHlc = (word & STAMP_HLC) !== 0;
      let time = (word & 0xff) | (isFirst ? slop << 8 : 0);
      let charge = (word >> 8) & 0x3f;
      if (time === (isFirst ? FIRST_TIME_SATURATED : TIME_SATURATED)) time += stamps.overflow();
      if (isIceTop) {
        if (extraAt >= extra.length) throw archive.error('has too few charge bytes');
        charge |= extra[extraAt++]! << 6;
      } else if (charge === CHARGE_SATURATED) charge += stamps.overflow();
      const chargePe = isIceTop ? Math.exp(Math.LN10 * ((charge * 9) / 16383 - 2)) : charge * 0.05 + 0.025;
      const widthNs = 1 << widths[(isIceTop ? 2 : 0) + (isHlc ? 1 : 0)]!.next();
      pulses.add(time, chargePe, widthNs, isHlc);
    }
  }
  if (stamps.left > 0) throw archive.error(`has ${stamps.left} stamps too many`);
  if (extraAt < extra.length) throw archive.error(`has ${extra.length - extraAt} charge bytes too many`);
  for (const list of widths) list.end();
  return { nReadouts: headers.length, nStamps, pulses: pulses.finish() };
}

/** 2010 and 2011: coarser steps, and at most one overflow word, whose bit 15 is the valid stop bit (7.5). */
function readVersion0(archive: ArchiveReader): SuperDst {
  const stamps = new Words(archive, archive.take(2 * archive.u16()), 'stamps');
  const headers = new Words(archive, archive.take(2 * stamps.countStops()), 'headers');
  const pulses = new Unpacker();
  let nStamps = 0;
  while (headers.left > 0) {
    const { string, om, slop } = splitHeader(headers.next());
    pulses.beginReadout(string, om);
    for (let isFirst = true, isLast = false; !isLast; isFirst = false) {
      let word = stamps.next();
      nStamps++;
      const isHlc = (word & STAMP_HLC) !== 0;
      let time = (word & 0xff) | (isFirst ? slop << 8 : 0);
      let charge = (word >> 8) & 0x3f;
      if (isFirst && time === FIRST_TIME_SATURATED) {
        word = stamps.next();
        time += word & 0x7fff;
      }
      if (charge === CHARGE_SATURATED) {
        word = stamps.next();
        charge += word & 0x7fff;
      }
      isLast = (word & STAMP_STOP) !== 0;
      pulses.add(time * 4, charge * 0.15, 4, isHlc);
    }
  }
  if (stamps.left > 0) throw archive.error(`has ${stamps.left} stamps too many`);
  return { nReadouts: headers.length, nStamps, pulses: pulses.finish() };
}

function splitHeader(word: number): { string: number; om: number; slop: number } {
  return { om: (word & 0x3f) + 1, string: (word >> 6) & 0x7f, slop: word >> 13 };
}

/** CompactVector (7.1): its preamble, its size, its elements in a row. */
function compactVector(archive: ArchiveReader, element: string, elementBytes: number): Uint8Array {
  return archive.object(`CompactVector<${element}>`, 0, () => {
    const size = readSizeCodec(archive);
    if (size * elementBytes > archive.remaining) throw archive.error(`promises ${size} ${element}s that are not there`);
    return archive.take(size * elementBytes);
  });
}

/** SizeCodec (7.1): sizes below 247 are one byte; otherwise 255 - tag bytes follow. */
export function readSizeCodec(archive: ArchiveReader): number {
  return archive.object('SizeCodec', 0, () => {
    const tag = archive.u8();
    if (tag < 247) return tag;
    const nBytes = 255 - tag;
    let size = 0;
    for (let i = 0, unit = 1; i < nBytes; i++, unit *= 256) size += archive.u8() * unit;
    return size;
  });
}

/** A list of u16 words and a position in it. */
class Words {
  readonly length: number;
  readonly #archive: ArchiveReader;
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;

  constructor(archive: ArchiveReader, bytes: Uint8Array, what: string) {
    this.#archive = archive;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
    this.length = bytes.length / 2;
  }

  get left(): number {
    return this.length - this.#at;
  }

  next(): number {
    if (this.#at >= this.length) throw this.#archive.error(`has too few ${this.#what}`);
    return this.#view.getUint16(2 * this.#at++, true);
  }

  /** Sum of the words up to the first that is not 65535, which counts too. */
  overflow(): number {
    for (let sum = 0; ; ) {
      const word = this.next();
      sum += word;
      if (word !== OVERFLOW_GOES_ON) return sum;
    }
  }

  /** Number of words with the stop bit. */
  countStops(): number {
    let n = 0;
    for (let i = 0; i < this.length; i++) if ((this.#view.getUint16(2 * i, true) & STAMP_STOP) !== 0) n++;
    return n;
  }
}

/** Width codes in runs: successive bytes with the same low nibble give the run's length in their high nibbles. */
class Widths {
  readonly #archive: ArchiveReader;
  readonly #bytes: Uint8Array;
  #at = 0;
  #code = 0;
  #left = 0;

  constructor(archive: ArchiveReader, bytes: Uint8Array) {
    this.#archive = archive;
    this.#bytes = bytes;
  }

  next(): number {
    while (this.#left === 0) {
      if (this.#at >= this.#bytes.length) throw this.#archive.error('has too few pulse widths');
      this.#code = this.#bytes[this.#at]! & 15;
      for (let unit = 1; this.#at < this.#bytes.length && (this.#bytes[this.#at]! & 15) === this.#code; unit *= 16) {
        this.#left += (this.#bytes[this.#at++]! >> 4) * unit;
      }
    }
    this.#left--;
    return this.#code;
  }

  end(): void {
    if (this.#left > 0 || this.#at < this.#bytes.length) throw this.#archive.error('has too many pulse widths');
  }
}

interface DomList {
  readonly string: number;
  readonly om: number;
  readonly timeNs: number[];
  readonly chargePe: number[];
  readonly widthNs: number[];
  readonly flags: number[];
}

/** Turns readouts into the pulses of each module (7.3 and 7.4). */
class Unpacker {
  readonly #doms = new Map<number, DomList>();
  #dom: DomList | undefined;
  #readoutStartNs = FIRST_REFERENCE_NS;
  #lastNs = 0;
  #isFirst = true;

  beginReadout(string: number, om: number): void {
    const key = string * 64 + om;
    this.#dom = this.#doms.get(key);
    if (this.#dom === undefined) {
      this.#dom = { string, om, timeNs: [], chargePe: [], widthNs: [], flags: [] };
      this.#doms.set(key, this.#dom);
    }
    this.#isFirst = true;
  }

  /** A pulse `stepNs` after the one before it; the first of a readout counts from the start of the readout before. */
  add(stepNs: number, chargePe: number, widthNs: number, isHlc: boolean): void {
    if (this.#isFirst) {
      this.#readoutStartNs += stepNs;
      this.#lastNs = this.#readoutStartNs;
      this.#isFirst = false;
    } else this.#lastNs += stepNs;
    const dom = this.#dom!;
    dom.timeNs.push(this.#lastNs);
    dom.chargePe.push(Math.fround(chargePe));
    dom.widthNs.push(Math.fround(widthNs));
    dom.flags.push(isHlc ? FLAGS_HLC : PULSE_FLAG.FADC);
  }

  finish(): PulseMap {
    const doms = [...this.#doms.values()].sort((a, b) => a.string - b.string || a.om - b.om);
    return buildPulseMap(
      doms.map((dom) => {
        const sorted = sortByTime(dom);
        makeDisjoint(sorted.timeNs, sorted.widthNs);
        return { ...sorted, key: { string: dom.string, om: dom.om, pmt: 0 } };
      }),
    );
  }
}

/** Stable. */
function sortByTime(dom: DomList): Omit<DomList, 'string' | 'om'> {
  const order = dom.timeNs.map((_, i) => i).sort((a, b) => dom.timeNs[a]! - dom.timeNs[b]! || a - b);
  const pick = (values: readonly number[]): number[] => order.map((i) => values[i]!);
  return { timeNs: pick(dom.timeNs), chargePe: pick(dom.chargePe), widthNs: pick(dom.widthNs), flags: pick(dom.flags) };
}

/** Shortens widths so that no pulse reaches into the next; pulses of equal time share the width there is (7.4). */
function makeDisjoint(t: number[], w: number[]): void {
  const n = t.length;
  const halve = (a: number, b: number): void => {
    if (w[a] === 0 && w[b]! > 0) w[a] = w[b]!;
    w[b] = Math.fround(w[a]! / 2);
    w[a] = Math.fround(w[a]! / 2);
    t[b] = t[a]! + w[a]!;
  };
  let isPending = false;
  for (let i = 0; i < n - 1; i++) {
    w[i] = Math.min(w[i]!, Math.fround(t[i + 1]! - t[i]!));
    if (w[i] !== 0 && !isPending) continue;
    if (i > 0) {
      halve(i - 1, i);
      isPending = false;
    } else isPending = true;
  }
  if (isPending && n > 1) halve(n - 2, n - 1);
}
