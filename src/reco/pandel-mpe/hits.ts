/** First hits as the closed form takes them, and its settings unless told otherwise (reasons: index.ts). */
import type { Detector } from '../../detector/index.js';
import type { PulseMap } from '../../event/index.js';
import { firstPulses } from '../muon-event.js';
import { centreOf } from '../track-frame.js';
import type { FirstHits } from './likelihood.js';

export const PANDEL_DEFAULTS = { jitterNs: 4, growth: 1.5, noisePerNs: 1e-5, chargeExponent: 0.5 } as const;

/** First hits with whole numbers of photons (5.5) and the centre of the modules. */
export function firstHits(pulses: PulseMap, detector: Detector, exponent: number): FirstHits {
  const first = firstPulses(pulses, detector, exponent);
  return {
    ...first,
    photons: first.photons.map((photons) => (photons < 1.5 ? 1 : Math.floor(photons + 0.5))),
    centre: centreOf(first),
  };
}
