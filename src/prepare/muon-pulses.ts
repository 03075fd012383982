/** The pulses that muon fits use: three cleaning steps in a row (specs/reco-splinempe.md section 1, steps 2, 3 and 5). */
import type { Detector } from '../detector/index.js';
import { type PulseMap, selectPulses } from '../event/index.js';
import { outsideDeepCoreMask } from './masks.js';
import { seededRadiusTimeMask } from './radius-time.js';
import { timeWindowMask } from './time-window.js';

/** An event's pulses after each step. */
export interface MuonPulses {
  /** After seeded radius-time cleaning (`SplitRTCleanedInIcePulses`). */
  readonly radiusTime: PulseMap;
  /** After the 6000 ns window besides (`CleanedMuonPulses`). */
  readonly cleaned: PulseMap;
  /** Without DeepCore besides (`CleanedMuonPulsesIC`): what the likelihood uses. */
  readonly outsideDeepCore: PulseMap;
}

/** Cleans the pulses of an event for muon fits. */
export function cleanMuonPulses(pulses: PulseMap, detector: Detector): MuonPulses {
  const radiusTime = selectPulses(pulses, seededRadiusTimeMask(pulses, detector));
  const cleaned = selectPulses(radiusTime, timeWindowMask(radiusTime));
  return { radiusTime, cleaned, outsideDeepCore: selectPulses(cleaned, outsideDeepCoreMask(cleaned, detector)) };
}
