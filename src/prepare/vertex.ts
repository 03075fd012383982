/**
 * The vertex that fits start from: where and when the event first gathers enough charge (IceCube's VHESelfVeto without
 * its veto; specs/reco-splinempe.md 2.5, specs/reco-millipede.md 2.2).
 */
import { type Detector, domIndices } from '../detector/index.js';
import type { PulseMap } from '../event/index.js';
import { domOfPulses, pulsesByTime } from './time-order.js';

/** A vertex and the window of pulses that made it. */
export interface FoundVertex {
  /** Charge-weighted mean of the module positions, m. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Time of the pulse with which the charge went over the threshold, ns since the start of the readout. */
  readonly timeNs: number;
  /** The threshold that was passed, PE. */
  readonly thresholdPe: number;
  /** Pulses and charge in the window, without balloon modules. */
  readonly windowPulses: number;
  readonly windowChargePe: number;
}

/** Length of the sliding window, ns. */
const WINDOW_NS = 3000;
/** A module with more than this fraction of the charge is a "balloon" and is left out of the sums. */
const BALLOON_FRACTION = 0.9;

/**
 * The first vertex at which more than a threshold of charge is gathered within 3000 ns. The thresholds are tried in the
 * order given; null where none is passed. Hand in the pulses with a hard local coincidence.
 */
export function findVertex(pulses: PulseMap, detector: Detector, thresholdsPe: readonly number[]): FoundVertex | null {
  const indices = domIndices(detector, pulses);
  const domOf = domOfPulses(pulses);
  const balloon = balloonModules(pulses);
  const order = pulsesByTime(pulses).filter((p) => indices[domOf[p]!]! >= 0);
  for (const threshold of thresholdsPe) {
    const found = passThreshold(threshold);
    if (found !== null) return found;
  }
  return null;

  function passThreshold(thresholdPe: number): FoundVertex | null {
    let start = 0;
    let running = 0;
    for (let j = 0; j < order.length; j++) {
      const pulse = order[j]!;
      if (balloon[domOf[pulse]!] === 0) running += pulses.chargePe[pulse]!;
      while (pulses.timeNs[pulse]! - pulses.timeNs[order[start]!]! > WINDOW_NS) {
        const leaving = order[start++]!;
        if (balloon[domOf[leaving]!] === 0) running -= pulses.chargePe[leaving]!;
      }
      // The running sum only tells when to look: rounding gathers in it, so the window is summed afresh.
      if (running <= thresholdPe - 1e-6 * (1 + thresholdPe)) continue;
      const found = sumWindow(start, j, thresholdPe);
      if (found !== null) return found;
    }
    return null;
  }

  function sumWindow(start: number, end: number, thresholdPe: number): FoundVertex | null {
    let charge = 0;
    let x = 0;
    let y = 0;
    let z = 0;
    let n = 0;
    for (let i = start; i <= end; i++) {
      const pulse = order[i]!;
      const d = domOf[pulse]!;
      if (balloon[d] === 1) continue;
      const q = pulses.chargePe[pulse]!;
      const dom = indices[d]!;
      charge += q;
      x += q * detector.x[dom]!;
      y += q * detector.y[dom]!;
      z += q * detector.z[dom]!;
      n++;
    }
    if (!(charge > thresholdPe)) return null;
    return {
      x: x / charge,
      y: y / charge,
      z: z / charge,
      timeNs: pulses.timeNs[order[end]!]!,
      thresholdPe,
      windowPulses: n,
      windowChargePe: charge,
    };
  }
}

/** 1 for the modules that hold more than 90 % of the charge. */
function balloonModules(pulses: PulseMap): Uint8Array {
  let total = 0;
  for (const charge of pulses.chargePe) total += charge;
  const balloon = new Uint8Array(pulses.string.length);
  for (let d = 0; d < balloon.length; d++) {
    let own = 0;
    for (let p = pulses.first[d]!; p < pulses.first[d + 1]!; p++) own += pulses.chargePe[p]!;
    if (own > BALLOON_FRACTION * total) balloon[d] = 1;
  }
  return balloon;
}
