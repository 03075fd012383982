/**
 * The time of a seed: when a muon on a given line must have passed the seed vertex so that its Cherenkov front reaches
 * the closest module with a hard local coincidence at that module's first such pulse.
 * Formulas: specs/reco-splinempe.md 4.3, specs/reco-millipede.md 2.4.
 */

/** First HLC pulse of every module that has one, with the module's position; in key order, arrays of equal length. */
export interface HlcTimes {
  /** Module centres in metres, detector frame. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** Time of the module's first HLC pulse, ns since the start of the readout. */
  readonly firstTimeNs: Float64Array;
}
