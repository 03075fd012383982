export { type ChosenPixels, choosePixels, type Landscape, type PointedDisc, type SkyPixel } from './choose-pixels.js';
export type { ScanDeps } from './deps.js';
export { listenTo, type ScanEvents, type ScanListener, type ScanView, tellAll } from './events.js';
export { checkFingerprint, type ScanFingerprint, type ScanIdentity, scanFingerprint } from './fingerprint.js';
export type { Journal } from './journal.js';
export { type DecodedJournal, decodeJournal, encodeJournalEntry, encodeJournalHeader } from './journal-format.js';
export {
  type BestSoFar,
  type FiguresTaker,
  figuresTaker,
  type LevelFigures,
  type LiveFigures,
} from './live-figures.js';
export type { ScanFigures, ScanOutcome } from './outcome.js';
export type { FitFigures } from './pixel-table.js';
export { formatProgression, type Progression, type ProgressionStep, parseProgression } from './progression.js';
export type { ReportingOptions } from './reporting.js';
export { runScan } from './run-scan.js';
export type { ScanReco, ScanSetup } from './setup.js';
export { checkThreshold, thresholdSeries } from './thresholds.js';
