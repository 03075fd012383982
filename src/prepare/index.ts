export { alertSummary, uniqueEventId } from './alert-summary.js';
export { CROSS_VARIATIONS, CYLINDER_VARIATIONS, directionOfTravel, rotateIntoTrack, type Vector } from './direction.js';
export {
  brightDoms,
  type DetectorReadout,
  deepCoreDoms,
  detectorReadout,
  effectiveReadout,
  isDarkWitness,
  saturatedDoms,
  slcOnlyDoms,
  sparseUnhitDoms,
} from './exclusions.js';
export {
  bothMasks,
  hlcMask,
  isDeepCoreString,
  outsideDeepCoreMask,
  type PulseMask,
  slcMask,
  splitByLocalCoincidence,
} from './masks.js';
export { type MuexEnergy, type MuexTrack, muexEnergy } from './muex.js';
export { cleanMuonPulses, type MuonPulses } from './muon-pulses.js';
export {
  type CleanedPulses,
  LATE_PULSE_RESIDUAL_NS,
  latePulseCleaning,
  type WilksCleanedPulses,
  wilksPulseCleaning,
} from './pulse-cleaning.js';
export { median, weightedQuantile } from './quantile.js';
export { type RadiusTimeOptions, seededRadiusTimeMask } from './radius-time.js';
export { type HlcTimes, hlcTimes, refineSeedTime } from './seed-time.js';
export { MUON_WINDOW_NS, timeWindowMask } from './time-window.js';
export { type FoundVertex, findVertex } from './vertex.js';
