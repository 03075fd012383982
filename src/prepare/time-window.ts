/** Window cleaning: keeps the stretch of time with the most pulses (specs/reco-splinempe.md 2.3). */
import type { PulseMap } from '../event/index.js';
import type { PulseMask } from './masks.js';
import { pulsesByTime } from './time-order.js';

/** The window that muon fits use, ns. */
export const MUON_WINDOW_NS = 6000;

/**
 * The pulses of the window of at most `windowNs` (both ends inclusive) that holds the largest number of pulses, the
 * earliest such window on ties. Pulses without a finite time are never kept.
 */
export function timeWindowMask(pulses: PulseMap, windowNs: number = MUON_WINDOW_NS): PulseMask {
  const time = pulses.timeNs;
  const order = pulsesByTime(pulses);
  let start = 0;
  let bestStart = 0;
  let bestCount = 0;
  for (let end = 0; end < order.length; end++) {
    while (time[order[end]!]! - time[order[start]!]! > windowNs) start++;
    if (end - start + 1 > bestCount) {
      bestCount = end - start + 1;
      bestStart = start;
    }
  }
  const keep = new Uint8Array(time.length);
  for (let i = bestStart; i < bestStart + bestCount; i++) keep[order[i]!] = 1;
  return keep;
}
