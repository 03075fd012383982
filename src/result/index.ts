export type { NsideMap, ScanMetadata, ScanResult } from './types.js';
