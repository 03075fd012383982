/** Finding modules of a detector by their names. */
import type { PulseMap } from '../event/index.js';
import type { Detector } from './types.js';

/** Index of a module in the detector's arrays, or -1 if it has no such module. Binary search, no allocation. */
export function domIndex(detector: Detector, string: number, om: number, pmt: number): number {
  const strings = detector.string;
  const oms = detector.om;
  const pmts = detector.pmt;
  let low = 0;
  let high = strings.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = strings[middle]! - string || oms[middle]! - om || pmts[middle]! - pmt;
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** For every module of a pulse map its index in the detector, -1 where the detector has no such module. */
export function domIndices(detector: Detector, pulses: PulseMap): Int32Array {
  const indices = new Int32Array(pulses.string.length);
  for (let i = 0; i < indices.length; i++) {
    indices[i] = domIndex(detector, pulses.string[i]!, pulses.om[i]!, pulses.pmt[i]!);
  }
  return indices;
}
