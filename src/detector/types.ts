/** The modules of a neutrino telescope as a structure of arrays, ascending by (string, om, pmt). */
export interface Detector {
  /** 'IC86', or the name that an open event gives its own detector. */
  readonly name: string;
  readonly string: Int32Array;
  readonly om: Int32Array;
  readonly pmt: Uint8Array;
  /** Module centres in metres, detector frame: right-handed, z up. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** Light yield relative to a standard module (1.35 for IceCube's high-quantum-efficiency DOMs). */
  readonly efficiency: Float64Array;
  /** Mean recorded charge per photo-electron. */
  readonly meanChargePe: Float64Array;
  /** Dark noise in Hz. */
  readonly noiseRateHz: Float64Array;
  /** 1 where the module is on, 0 where it saw nothing because it could not. */
  readonly isOn: Uint8Array;
  /** 1 where the module delivers isolated (SLC) hits only. */
  readonly isSlcOnly: Uint8Array;
  /** How these figures came about, one sentence each, for people. */
  readonly provenance: readonly string[];
  /** Correction of calibrations' charge distributions; the built-in IC86 has it, detectors of events do not need it. */
  readonly speResidual?: SpeResidual;
}

/**
 * Correction factor to the charge distribution of a single photo-electron, linear between its points, the last segment
 * continued (specs/event-formats.md 12.2; `resources/detector/spe-residual-pass2.csv`).
 */
export interface SpeResidual {
  readonly chargePe: Float64Array;
  readonly factor: Float64Array;
}
