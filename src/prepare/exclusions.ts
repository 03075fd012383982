/**
 * What a likelihood must not look at: whole modules (bright, saturated, DeepCore, unhit ones that are left out to save
 * time) and times of single modules; and what is left of the readout then. Rules: specs/reco-millipede.md 3.1, 3.2, 3.4.
 */
import { type Detector, domIndex } from '../detector/index.js';
import type { DomWindows, OMKey, PulseMap, TimeWindow } from '../event/index.js';
import { isDeepCoreString } from './masks.js';

/** Modules that hold more than `factor` times the mean charge of the hit modules. */
export function brightDoms(pulses: PulseMap, factor: number): OMKey[] {
  const n = pulses.string.length;
  let total = 0;
  for (const charge of pulses.chargePe) total += charge;
  const bright: OMKey[] = [];
  for (let d = 0; d < n; d++) {
    let own = 0;
    for (let p = pulses.first[d]!; p < pulses.first[d + 1]!; p++) own += pulses.chargePe[p]!;
    if (own > (factor * total) / n) bright.push({ string: pulses.string[d]!, om: pulses.om[d]!, pmt: pulses.pmt[d]! });
  }
  return bright;
}

/** Modules that were saturated at some time: they are left out as a whole. */
export function saturatedDoms(saturationWindows: readonly DomWindows[]): OMKey[] {
  return saturationWindows.filter((dom) => dom.windows.length > 0).map(({ string, om, pmt }) => ({ string, om, pmt }));
}

/**
 * Modules that are read out for a moment where no neighbour was hit, whatever their neighbours see: where they are bright,
 * most of their light is missing. IceCube's list of bad modules has them (event-formats.md 12.1).
 */
export function slcOnlyDoms(detector: Detector): OMKey[] {
  return keysWhere(detector, (i) => detector.isSlcOnly[i] === 1);
}

/** The modules of IC86's dense infill; none for other detectors. */
export function deepCoreDoms(detector: Detector): OMKey[] {
  return keysWhere(detector, (i) => isDeepCoreString(detector, detector.string[i]!));
}

/**
 * Unhit modules that may be left out because a thin grid of 252 others witnesses the dark (`wilks`): all of IC86
 * without a pulse in `hit` but those of the grid. The grid is made for IC86; in other detectors nothing is left out.
 */
export function sparseUnhitDoms(detector: Detector, hit: PulseMap): OMKey[] {
  if (detector.name !== 'IC86') return [];
  const hitIndices = new Set<number>();
  for (let d = 0; d < hit.string.length; d++) {
    const index = domIndex(detector, hit.string[d]!, hit.om[d]!, hit.pmt[d]!);
    if (index >= 0 && hit.first[d]! < hit.first[d + 1]!) hitIndices.add(index);
  }
  return keysWhere(detector, (i) => !hitIndices.has(i) && !isDarkWitness(detector.string[i]!, detector.om[i]!));
}

/** Strings and modules of the grid that stays when unhit modules are left out. */
const WITNESS_STRINGS: ReadonlySet<number> = new Set([
  1, 3, 5, 14, 16, 18, 20, 31, 33, 35, 37, 39, 51, 53, 55, 57, 59, 68, 70, 72, 74,
]);

/** Whether a module of IC86 belongs to the grid of witnesses: every fifth of 21 strings. */
export function isDarkWitness(string: number, om: number): boolean {
  return WITNESS_STRINGS.has(string) && om <= 56 && om % 5 === 1;
}

/** A window minus the union of exclusions: disjoint intervals of positive length in time order, possibly none. */
export function effectiveReadout(readout: TimeWindow, exclusions: readonly TimeWindow[]): TimeWindow[] {
  const left: TimeWindow[] = [];
  let at = readout.startNs;
  for (const window of exclusions.toSorted((a, b) => a.startNs - b.startNs)) {
    if (!(window.stopNs > window.startNs)) continue;
    if (window.startNs >= readout.stopNs) break;
    if (window.startNs > at) left.push({ startNs: at, stopNs: window.startNs });
    at = Math.max(at, window.stopNs);
  }
  if (at < readout.stopNs) left.push({ startNs: at, stopNs: readout.stopNs });
  return left;
}

/** What is left of the readout of every module of a detector. */
export interface DetectorReadout {
  /** Per module of the detector: index of its first interval; one more at the end. None: the module takes no part. */
  readonly first: Int32Array;
  /** Per interval, ns since the start of the readout. */
  readonly startNs: Float64Array;
  readonly stopNs: Float64Array;
}

/**
 * The readout of every module: `readout` minus the windows given for it. Modules that are off, and those in `excluded`,
 * have none.
 */
export function detectorReadout(
  detector: Detector,
  readout: TimeWindow,
  excluded: Iterable<OMKey>,
  windows: readonly DomWindows[],
): DetectorReadout {
  const n = detector.string.length;
  const takesPart = detector.isOn.slice();
  for (const key of excluded) {
    const index = domIndex(detector, key.string, key.om, key.pmt);
    if (index >= 0) takesPart[index] = 0;
  }
  const windowsOf = new Map<number, TimeWindow[]>();
  for (const dom of windows) {
    const index = domIndex(detector, dom.string, dom.om, dom.pmt);
    windowsOf.set(index, [...(windowsOf.get(index) ?? []), ...dom.windows]);
  }
  const first = new Int32Array(n + 1);
  const start: number[] = [];
  const stop: number[] = [];
  for (let i = 0; i < n; i++) {
    if (takesPart[i] === 1) {
      for (const interval of effectiveReadout(readout, windowsOf.get(i) ?? [])) {
        start.push(interval.startNs);
        stop.push(interval.stopNs);
      }
    }
    first[i + 1] = start.length;
  }
  return { first, startNs: Float64Array.from(start), stopNs: Float64Array.from(stop) };
}

function keysWhere(detector: Detector, isIn: (index: number) => boolean): OMKey[] {
  const keys: OMKey[] = [];
  for (let i = 0; i < detector.string.length; i++) {
    if (isIn(i)) keys.push({ string: detector.string[i]!, om: detector.om[i]!, pmt: detector.pmt[i]! });
  }
  return keys;
}
