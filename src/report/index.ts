export { estimatedRecos, type PredictionWindow, predictedTotal, type TimeLeft, timeLeft } from './estimates.js';
export {
  type Forecast,
  forecast,
  type Manifest,
  type ManifestInput,
  manifest,
  progressLine,
  type Tally,
} from './manifest.js';
export { dateText, durationText } from './python-text.js';
export {
  eventOfI3Event,
  eventOfManifest,
  progressBody,
  resultBody,
  runningWorkers,
  unwantedBecause,
} from './skydriver.js';
export { Spread } from './spread.js';
export { ScanStatistics, Timing } from './statistics.js';
