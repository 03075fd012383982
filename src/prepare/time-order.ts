/** Pulses of a whole map in the order of time. */
import type { PulseMap } from '../event/index.js';

/** Indices of all pulses with finite times, ascending by time; equal times stay in map order. */
export function pulsesByTime(pulses: PulseMap): Int32Array {
  const time = pulses.timeNs;
  const order = new Int32Array(time.length);
  let n = 0;
  for (let p = 0; p < time.length; p++) if (Number.isFinite(time[p]!)) order[n++] = p;
  return order.subarray(0, n).sort((a, b) => time[a]! - time[b]! || a - b);
}

/** For every pulse the index of its module in the map. */
export function domOfPulses(pulses: PulseMap): Int32Array {
  const dom = new Int32Array(pulses.timeNs.length);
  for (let d = 0; d < pulses.string.length; d++) dom.fill(d, pulses.first[d]!, pulses.first[d + 1]!);
  return dom;
}
