/** What a scan gives back. */
import type { ScanResult } from '../result/index.js';

/** Figures of a scan that are not part of its map. */
export interface ScanFigures {
  /** Results that count: fits of this scan, failed ones included. */
  readonly recos: number;
  readonly failed: number;
  /** Results taken from the journal. */
  readonly replayed: number;
  /** Results that came again, and ones that nobody had asked for. */
  readonly duplicates: number;
  readonly strangers: number;
  /** Seconds of this life of the scan, and of fitting at the clients. */
  readonly wallS: number;
  readonly workerS: number;
}

/** How a scan ended. */
export interface ScanOutcome {
  readonly state: 'done' | 'interrupted';
  /** The whole map, or what there was at the interruption. */
  readonly result: ScanResult;
  readonly statistics: ScanFigures;
  /** What a person should know about the map, one sentence each. */
  readonly warnings: readonly string[];
}
