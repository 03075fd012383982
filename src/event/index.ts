export { decodeEvent } from './decode-event.js';
export type {
  CalibrationChange,
  DecodedEvent,
  FullGcd,
  GcdDifferences,
  OpenDetector,
  SpeChargeDistribution,
  StatusChange,
} from './decoded-event.js';
export {
  buildPulseMap,
  compareKeys,
  countDoms,
  countPulses,
  type DomPulses,
  emptyPulseMap,
  type PulseSummary,
  selectPulses,
  summarizePulses,
} from './pulse-map.js';
export {
  type AlertSummary,
  type DomWindows,
  type EventHeader,
  type OMKey,
  type Particle,
  PULSE_FLAG,
  type PulseMap,
  type TimeWindow,
  type VetoVertex,
} from './types.js';
