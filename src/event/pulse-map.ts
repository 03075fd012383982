/**
 * Working with pulse maps: choosing pulses, building a map from per-module lists, and the figures that describe a map.
 * A pulse map is defined in types.ts; order (modules by key, pulses as in the file) is kept by everything here, because
 * charge sums in map order are compared to the last bit (specs/event-formats.md 15.1).
 */
import type { OMKey, PulseMap } from './types.js';
import { PULSE_FLAG } from './types.js';

/** The figures that describe a pulse map at a glance; times and charges are null for a map without pulses. */
export interface PulseSummary {
  readonly n_dom: number;
  readonly n_pulse: number;
  /** Sum of the charges in map order, PE. */
  readonly charge_pe: number;
  /** Number of pulses with a hard local coincidence. */
  readonly n_hlc: number;
  /** First and last pulse, ns since the start of the readout. */
  readonly t_min_ns: number | null;
  readonly t_max_ns: number | null;
}

/** The pulses of one module, the form in which decoders collect them. Arrays of equal length. */
export interface DomPulses {
  readonly key: OMKey;
  readonly timeNs: ArrayLike<number>;
  readonly chargePe: ArrayLike<number>;
  readonly widthNs: ArrayLike<number>;
  readonly flags: ArrayLike<number>;
}

/** Orders module keys by (string, om, pmt), the order of every map in an event. */
export function compareKeys(a: OMKey, b: OMKey): number {
  return a.string - b.string || a.om - b.om || a.pmt - b.pmt;
}

/** Number of modules of a map. */
export function countDoms(map: PulseMap): number {
  return map.string.length;
}

/** Number of pulses of a map. */
export function countPulses(map: PulseMap): number {
  return map.timeNs.length;
}

/** A map without modules and pulses. */
export function emptyPulseMap(): PulseMap {
  return buildPulseMap([]);
}

/** Builds a map from per-module lists in key order; modules without pulses are kept as they are. */
export function buildPulseMap(doms: readonly DomPulses[]): PulseMap {
  const nPulse = doms.reduce((sum, dom) => sum + dom.timeNs.length, 0);
  const map = allocate(doms.length, nPulse);
  let at = 0;
  doms.forEach((dom, i) => {
    map.string[i] = dom.key.string;
    map.om[i] = dom.key.om;
    map.pmt[i] = dom.key.pmt;
    map.timeNs.set(dom.timeNs, at);
    map.chargePe.set(dom.chargePe, at);
    map.widthNs.set(dom.widthNs, at);
    map.flags.set(dom.flags, at);
    at += dom.timeNs.length;
    map.first[i + 1] = at;
  });
  return map;
}

/**
 * The pulses with a non-zero entry in `keep` (one entry a pulse), in their order; modules left without a pulse are
 * dropped, as when a mask is written (specs/event-formats.md 6 and 9).
 */
export function selectPulses(map: PulseMap, keep: Uint8Array): PulseMap {
  const nDom = map.string.length;
  let doms = 0;
  let pulses = 0;
  for (let d = 0; d < nDom; d++) {
    const before = pulses;
    for (let p = map.first[d]!; p < map.first[d + 1]!; p++) if (keep[p]) pulses++;
    if (pulses > before) doms++;
  }
  const out = allocate(doms, pulses);
  let dom = 0;
  let pulse = 0;
  for (let d = 0; d < nDom; d++) {
    const before = pulse;
    for (let p = map.first[d]!; p < map.first[d + 1]!; p++) {
      if (!keep[p]) continue;
      out.timeNs[pulse] = map.timeNs[p]!;
      out.chargePe[pulse] = map.chargePe[p]!;
      out.widthNs[pulse] = map.widthNs[p]!;
      out.flags[pulse] = map.flags[p]!;
      pulse++;
    }
    if (pulse === before) continue;
    out.string[dom] = map.string[d]!;
    out.om[dom] = map.om[d]!;
    out.pmt[dom] = map.pmt[d]!;
    out.first[++dom] = pulse;
  }
  return out;
}

/** The figures of a map; the charge is summed in map order. */
export function summarizePulses(map: PulseMap): PulseSummary {
  let charge = 0;
  let hlc = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let p = 0; p < map.timeNs.length; p++) {
    charge += map.chargePe[p]!;
    if ((map.flags[p]! & PULSE_FLAG.LC) !== 0) hlc++;
    first = Math.min(first, map.timeNs[p]!);
    last = Math.max(last, map.timeNs[p]!);
  }
  const empty = map.timeNs.length === 0;
  return {
    n_dom: map.string.length,
    n_pulse: map.timeNs.length,
    charge_pe: charge,
    n_hlc: hlc,
    t_min_ns: empty ? null : first,
    t_max_ns: empty ? null : last,
  };
}

function allocate(nDom: number, nPulse: number): PulseMap {
  return {
    string: new Int32Array(nDom),
    om: new Int32Array(nDom),
    pmt: new Uint8Array(nDom),
    first: new Int32Array(nDom + 1),
    timeNs: new Float64Array(nPulse),
    chargePe: new Float64Array(nPulse),
    widthNs: new Float64Array(nPulse),
    flags: new Uint8Array(nPulse),
  };
}
