export {
  type ColumnComparison,
  compareResults,
  type NsideComparison,
  type ResultComparison,
  SKYREADER_TOLERANCES,
  type Tolerances,
} from './compare.js';
export {
  type MultiOrderMap,
  type MultiOrderOptions,
  multiOrderFits,
  multiOrderLlhFits,
  readMultiOrderFits,
} from './fits/multi-order.js';
export { fromJson, toJson } from './json.js';
export { bestFit, countPixels, flattenLlh, llhAt, type ScannedPixel, scannedPixelAt } from './lookup.js';
export { readNpz, writeNpz } from './npz/npz.js';
export { readResult } from './read.js';
export { type EventId, eventStem, resultFileStem } from './stem.js';
export { readSummary, summaryJsonSchema } from './summary/schema.js';
export {
  DEFAULT_ANGULAR_ERROR_FLOOR_DEG,
  type SkyMaps,
  type SummaryOptions,
  skyMaps,
  summarize,
  summaryJson,
} from './summary/summarize.js';
export { summaryText } from './summary/text.js';
export type {
  BestFitSummary,
  PeakSummary,
  RegionBox,
  RegionSummary,
  ScanSummary,
  WilksRegionSummary,
} from './summary/types.js';
export type { NsideMap, ScanMetadata, ScanResult } from './types.js';
