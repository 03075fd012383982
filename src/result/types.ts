/**
 * The outcome of a scan: per nside the finished pixels with their best fit, and what event they belong to
 * (specs/sky-and-scan.md section 7).
 */

/** Finished pixels of one nside, ascending by RING number; all arrays have the same length. NaN: the fit failed. */
export interface NsideMap {
  readonly nside: number;
  readonly pixel: Int32Array;
  /** -log L of the best variation, not doubled, no constant removed. */
  readonly llh: Float64Array;
  /** Energy lost inside the detector and in total, GeV. */
  readonly eIn: Float64Array;
  readonly eTot: Float64Array;
  /** Fitted vertex: metres, ns since the start of the readout. NaN in version 0 files, which lack it. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly t: Float64Array;
}

/** Which event and how far. */
export interface ScanMetadata {
  readonly runId: number;
  readonly eventId: number;
  readonly eventType: string | null;
  readonly mjd: number;
  readonly isRealEvent: boolean;
  /** True once the scan is over. */
  readonly complete: boolean;
}

/** A whole or partial scan. `maps` are in the order in which the nsides first finished a pixel. */
export interface ScanResult {
  /** null for result files without a header (older scanners). */
  readonly metadata: ScanMetadata | null;
  readonly maps: readonly NsideMap[];
}
