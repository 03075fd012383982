/**
 * Masks: one byte a pulse, 1 where the pulse is kept. Every cleaning step makes one on the map it was given; steps are
 * chained by choosing pulses (`selectPulses`) or by `bothMasks`.
 */
import type { Detector } from '../detector/index.js';
import { PULSE_FLAG, type PulseMap, selectPulses } from '../event/index.js';

/** One byte a pulse of some map: 1 kept, 0 not. */
export type PulseMask = Uint8Array;

/** Pulses with a hard local coincidence (HLC), specs/event-formats.md section 9. */
export function hlcMask(pulses: PulseMap): PulseMask {
  return Uint8Array.from(pulses.flags, (flags) => flags & PULSE_FLAG.LC);
}

/** Isolated pulses (SLC): those without a hard local coincidence. */
export function slcMask(pulses: PulseMap): PulseMask {
  return Uint8Array.from(pulses.flags, (flags) => 1 - (flags & PULSE_FLAG.LC));
}

/** The pulses with and those without a hard local coincidence, as maps; a module can be in both. */
export function splitByLocalCoincidence(pulses: PulseMap): { readonly hlc: PulseMap; readonly slc: PulseMap } {
  return { hlc: selectPulses(pulses, hlcMask(pulses)), slc: selectPulses(pulses, slcMask(pulses)) };
}

/** Whether a string belongs to IC86's dense infill (79 and up). Other detectors have none. */
export function isDeepCoreString(detector: Detector, string: number): boolean {
  return detector.name === 'IC86' && string >= FIRST_DEEPCORE_STRING;
}

/** Pulses outside DeepCore (specs/reco-splinempe.md 2.4). */
export function outsideDeepCoreMask(pulses: PulseMap, detector: Detector): PulseMask {
  const keep = new Uint8Array(pulses.timeNs.length);
  for (let d = 0; d < pulses.string.length; d++) {
    if (!isDeepCoreString(detector, pulses.string[d]!)) keep.fill(1, pulses.first[d]!, pulses.first[d + 1]!);
  }
  return keep;
}

/** Pulses that both masks keep. */
export function bothMasks(a: PulseMask, b: PulseMask): PulseMask {
  return a.map((kept, i) => kept & b[i]!);
}

const FIRST_DEEPCORE_STRING = 79;
