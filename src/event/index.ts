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
