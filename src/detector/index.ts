export { baselineNameOf, chooseBaseline } from './baseline.js';
export { type Baseline, type DetectorSource, detectorForEvent, detectorFromOpen } from './for-event.js';
export { applyDifferences, detectorFromFullGcd, mergeGcd } from './gcd.js';
export { type Ic86Options, loadIc86 } from './ic86.js';
export { domIndex, domIndices } from './lookup.js';
export { type ChargeCalibration, meanChargePe } from './mean-charge.js';
export { DEFAULT_MEAN_CHARGE_PE } from './modules.js';
export type { Detector, SpeResidual } from './types.js';
