/**
 * Cleaning for the millipede fits, which explain every pulse that is left and therefore must not see after-pulses and
 * late noise: pulses far behind their module's median go, and the time from there on is excluded for that module.
 * Two variants, `original` and `wilks`: specs/reco-millipede.md 3.3.
 */
import type { DomWindows, PulseMap, TimeWindow } from '../event/index.js';
import type { PulseMask } from './masks.js';
import { median, weightedQuantile } from './quantile.js';
import { pulsesByTime } from './time-order.js';

/** What a cleaning leaves. */
export interface CleanedPulses {
  readonly keep: PulseMask;
  /** Times that must not be used, per module that lost a pulse. */
  readonly excluded: readonly DomWindows[];
}

/** What the `wilks` cleaning leaves. */
export interface WilksCleanedPulses extends CleanedPulses {
  /** The readout window that replaces the event's own. */
  readonly readout: TimeWindow;
  /** Indices (in the map) of modules with nothing but scattered noise: they lost all pulses and count as unhit. */
  readonly scattered: readonly number[];
}

/** Pulses later than this behind their module's charge-weighted median are late, ns. */
export const LATE_PULSE_RESIDUAL_NS = 1500;

/** Late-pulse cleaning of `original`: modules with at least two pulses lose those from median + residual on. */
export function latePulseCleaning(pulses: PulseMap, residualNs: number = LATE_PULSE_RESIDUAL_NS): CleanedPulses {
  const keep = new Uint8Array(pulses.timeNs.length).fill(1);
  const excluded: DomWindows[] = [];
  for (let d = 0; d < pulses.string.length; d++) {
    if (pulses.first[d + 1]! - pulses.first[d]! < 2) continue;
    const cut = medianTime(pulses, d) + residualNs;
    let removed = false;
    for (let p = pulses.first[d]!; p < pulses.first[d + 1]!; p++) {
      if (pulses.timeNs[p]! < cut) continue;
      keep[p] = 0;
      removed = true;
    }
    if (removed) excluded.push(windowFrom(pulses, d, cut));
  }
  return { keep, excluded };
}

/** Settings of the `wilks` cleaning, ns and fractions of the event's charge; see specs/reco-millipede.md 3.3. */
const WILKS = { startFraction: 0.1, stopFraction: 0.95, marginNs: 1000, maxMedianSpacingNs: 1200 } as const;

/**
 * Cleaning of `wilks`: the readout is narrowed to where the charge is, modules whose pulses are scattered in time lose
 * all of them, and late and early pulses go. Hand in the pulses outside DeepCore. A module that lost any pulse is
 * excluded from its cut on, so that one with noise long before the light loses its whole readout.
 */
export function wilksPulseCleaning(pulses: PulseMap, residualNs: number = LATE_PULSE_RESIDUAL_NS): WilksCleanedPulses {
  const readout = chargeWindow(pulses);
  const keep = new Uint8Array(pulses.timeNs.length).fill(1);
  const excluded: DomWindows[] = [];
  const scattered: number[] = [];
  for (let d = 0; d < pulses.string.length; d++) {
    const from = pulses.first[d]!;
    const to = pulses.first[d + 1]!;
    if (isScattered(pulses, from, to)) {
      keep.fill(0, from, to);
      scattered.push(d);
      continue;
    }
    const cut = Math.min(medianTime(pulses, d) + residualNs, readout.stopNs);
    let removed = false;
    for (let p = from; p < to; p++) {
      const t = pulses.timeNs[p]!;
      if (t < cut && t >= readout.startNs) continue;
      keep[p] = 0;
      removed = true;
    }
    if (removed) excluded.push(windowFrom(pulses, d, cut));
  }
  return { keep, excluded, readout, scattered };
}

/** From 1000 ns before the 10 % quantile of the charge to 1000 ns after the 95 % one, within the pulses. */
function chargeWindow(pulses: PulseMap): TimeWindow {
  const order = pulsesByTime(pulses);
  const times = Float64Array.from(order, (p) => pulses.timeNs[p]!);
  const charges = Float64Array.from(order, (p) => pulses.chargePe[p]!);
  const early = weightedQuantile(times, charges, WILKS.startFraction) - WILKS.marginNs;
  const late = weightedQuantile(times, charges, WILKS.stopFraction) + WILKS.marginNs;
  return { startNs: Math.max(early, times[0] ?? early), stopNs: Math.min(late, times.at(-1) ?? late) };
}

function isScattered(pulses: PulseMap, from: number, to: number): boolean {
  if (to - from < 3) return false;
  const spacings: number[] = [];
  for (let p = from + 1; p < to; p++) spacings.push(pulses.timeNs[p]! - pulses.timeNs[p - 1]!);
  return median(spacings) > WILKS.maxMedianSpacingNs;
}

/** Charge-weighted median time of a module's pulses. */
function medianTime(pulses: PulseMap, d: number): number {
  const from = pulses.first[d]!;
  const to = pulses.first[d + 1]!;
  return weightedQuantile(pulses.timeNs.subarray(from, to), pulses.chargePe.subarray(from, to), 0.5);
}

function windowFrom(pulses: PulseMap, d: number, startNs: number): DomWindows {
  const key = { string: pulses.string[d]!, om: pulses.om[d]!, pmt: pulses.pmt[d]! };
  return { ...key, windows: [{ startNs, stopNs: Infinity }] };
}
