export { fromJson, toJson } from './json.js';
export { readNpz, writeNpz } from './npz/npz.js';
export { type EventId, eventStem, resultFileStem } from './stem.js';
export type { NsideMap, ScanMetadata, ScanResult } from './types.js';
