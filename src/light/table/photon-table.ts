/**
 * Photon tables: what a point-like cascade, a bare muon and a muon's stochastic losses make a module see, and when
 * (specs/photon-tables.md sections 6 and 10). Plain data, little endian when stored, all arrays in C order.
 *
 * The ice of a table is symmetric about the vertical (no tilt, no anisotropy), which makes four coordinates enough:
 * height of the source z, distance r, cosine of the polar angle of the line of sight (gamma), and the angle theta between
 * the line of sight and the cascade's axis; the azimuth psi of the axis about the line of sight enters as
 * A0 (1 + a1 cos psi). Infinite muons have z of the closest approach, zenith, perpendicular distance rho and the angle
 * phi between (module - closest approach) and the upward perpendicular of the track.
 */

/** Number of CDF values stored per place; the last one is padding. */
export const CDF_VALUES = 16;

/** Equally spaced nodes. */
export interface Axis {
  readonly first: number;
  readonly step: number;
  readonly size: number;
}

/** What tables of one kind share. */
export interface TableCommon {
  readonly iceModel: string;
  /** Global efficiency of the modules that belongs to the ice model. */
  readonly domEfficiency: number;
  /** Time nodes in units of the scale, ascending. */
  readonly timeNodes: Float64Array;
}

/** Light of a point-like electromagnetic cascade. */
export interface CascadeTable extends TableCommon {
  readonly kind: 'cascade';
  /** Heights (m), ascending: closer together where the ice changes quickly. */
  readonly z: Float64Array;
  /** ln of distances (ln m), cosines. */
  readonly lnR: Axis;
  readonly cosGamma: Axis;
  /** Ascending, degrees. */
  readonly thetaDeg: Float64Array;
  /** ln(A0 r^2) + r / 35 m = -30 + 38 v / 65535, [z][r][gamma][theta]; A0 in 1/m^2 per emitted detectable photon. */
  readonly amplitude: Uint16Array;
  /** a1 = v / 127, the same shape. */
  readonly harmonic: Int8Array;
  /** Coarser nodes of the time part. */
  readonly timeZ: Float64Array;
  readonly timeLnR: Axis;
  readonly timeThetaDeg: Float64Array;
  /** CDF at T(r) s_k after r 1.33/c, v / 255, T = 8 ns + 1.6 ns/m r; [z][r][gamma][theta][16]. */
  readonly cdf: Uint8Array;
}

/** Light of an infinite track that emits evenly: a muon's Cherenkov cone, or its losses with a cascade's profile. */
export interface MuonTable extends TableCommon {
  readonly kind: 'muon' | 'stochastic';
  /** Heights of the closest approach (m), ascending. */
  readonly z: Float64Array;
  /** Zenith (degrees), ln rho (ln m), phi (degrees). */
  readonly zenithDeg: Axis;
  readonly lnRho: Axis;
  readonly phiDeg: Axis;
  /** ln(A rho) + rho / 35 m = -30 + 38 v / 65535; A in 1/m: fluence along the track per photon emitted per metre. */
  readonly amplitude: Uint16Array;
  /** CDF at T(rho) s_k after the earliest possible arrival (l + rho sqrt(1.33^2 - 1))/c, T = 8 ns + 2 ns/m rho. */
  readonly cdf: Uint8Array;
}

/** The three tables of one ice model. */
export interface PhotonTables {
  readonly cascade: CascadeTable;
  readonly muon: MuonTable;
  readonly stochastic: MuonTable;
}

/** Lowest stored logarithm, and the logarithm per step of the stored 16 bits. */
export const LOG_FLOOR = -30;
export const LOG_STEP: number = 38 / 65535;
/** The exponential taken out of amplitudes, m. */
export const RANGE_M = 35;

/** Stores a logarithm in 16 bits. */
export function packLog(value: number): number {
  const v = Math.round((value - LOG_FLOOR) / LOG_STEP);
  return v < 0 ? 0 : v > 65535 ? 65535 : v;
}

export function axisNodes(axis: Axis): Float64Array {
  return Float64Array.from({ length: axis.size }, (_, i) => axis.first + i * axis.step);
}
