export {
  type ColumnComparison,
  compareResults,
  type NsideComparison,
  type ResultComparison,
  SKYREADER_TOLERANCES,
  type Tolerances,
} from './compare.js';
export { fromJson, toJson } from './json.js';
export { bestFit, countPixels, flattenLlh, llhAt, type ScannedPixel, scannedPixelAt } from './lookup.js';
export { readNpz, writeNpz } from './npz/npz.js';
export { type EventId, eventStem, resultFileStem } from './stem.js';
export type { NsideMap, ScanMetadata, ScanResult } from './types.js';
