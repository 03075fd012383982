/** What a report is made from. */
import type { ScanResult, ScanSummary, SkyMaps } from '../result/index.js';
import type { EventPicture } from './event-picture.js';

/** What a report is made from. */
export interface ReportInput {
  readonly result: ScanResult;
  /** Maps of the result; null where no pixel has an llh. */
  readonly sky: SkyMaps | null;
  /** Name of the result file. */
  readonly name: string;
  /** Summary that the scan wrote beside it, for what the result does not say. Default: not known. */
  readonly summary?: ScanSummary | null;
  /** Content of its `scan-manifest.json`. Default: not known. */
  readonly manifest?: unknown;
  readonly recoAlgo: string | null;
  readonly event?: EventPicture | null;
  /** What a reader should know about the event and its detector, one sentence each. Default: nothing. */
  readonly notes?: readonly string[];
  /** Known position of a simulated event's neutrino, degrees. */
  readonly truth?: { readonly raDeg: number; readonly decDeg: number } | null;
  /** Files that went into it, with their SHA-256. */
  readonly files: readonly { readonly what: string; readonly name: string; readonly sha256: string }[];
  /** Version of the product. */
  readonly version: string;
}

/** What makes a map a part of one, as the rest of a sentence. */
export const PARTIAL = 'the scan was not over when this map was written';
