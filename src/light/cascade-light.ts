/**
 * Light in one module, asked of whichever model answers. Two interfaces cover all of them:
 *
 * - {@link CascadeLight}, point-like cascades: our tables (`TableCascadeLight`), IceCube's (`PhotosplineCascadeLight`), a
 *   formula (`ClosedFormCascadeLight`);
 * - `TrackLight`, infinite muons: our tables (`TableTrackLight`), IceCube's (`PhotosplineTrackLight`). Derivatives are those
 *   of our tables only: IceCube's of muons have none by the reference. The closed form of tracks has times only (`MuonDelays`).
 *
 * Both work alike: `setDirection` once for a line of sources, `look` at a module from a source, then ask for times and
 * derivatives at the place looked at. An instance holds its last look-up and allocates nothing by it; whoever works in
 * several places at once makes several instances over the same table.
 *
 * Metres, ns, GeV, radians. Heights are those of the ice: where its layers are tilted, the caller takes the shift at the
 * module (`tiltShift`) off the height of the source (specs/photon-tables.md 6.4). Efficiencies of modules, the share of
 * charge that a module records and its noise are the caller's as well.
 */

/** Where random numbers come from. */
export interface RandomSource {
  /** Uniform in (0, 1). */
  uniform(): number;
  /** Gamma distributed with the given shape and rate 1. */
  gamma(shape: number): number;
}

/** Light of point-like electromagnetic cascades. Times are ns after the cascade. */
export interface CascadeLight {
  /** Takes the direction that the cascade comes from. */
  setDirection(zenith: number, azimuth: number): void;
  /**
   * Mean photo-electrons per GeV in a module of relative efficiency 1 at (vx, vy, vz) from a cascade at height z. 0 where
   * the model has no light; nothing else may be asked then.
   */
  look(z: number, vx: number, vy: number, vz: number): number;
  /** When light comes that flies straight with the ice's group index. */
  readonly directNs: number;
  /** Share of the light before a time, and its derivative (1/ns). Smeared where the model was made so. */
  cdf(tNs: number): number;
  density(tNs: number): number;
  /** Derivatives of ln(photo-electrons) by the cascade's x, y, z into out[0] to out[2]. */
  logSlopes(out: Float64Array): void;
  /** Derivatives of the CDF at a time by the cascade's x, y, z and time into out[0] to out[3]. */
  cdfSlopes(tNs: number, out: Float64Array): void;
  /** Draws when a photon comes; without any smearing. */
  draw(random: RandomSource): number;
}

/** What has a time distribution: cascades and tracks alike. */
interface Timed {
  cdf(tNs: number): number;
  density(tNs: number): number;
}

/**
 * CDF at `count` times, edges[from] and up, of light whose times count from `zeroNs`; into out[at] and up. What the edges
 * have in common was done by `look`, and is done once.
 */
export function cdfAtEdges(
  light: Timed,
  edgesNs: Float64Array,
  from: number,
  count: number,
  zeroNs: number,
  out: Float64Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) out[at + i] = light.cdf(edgesNs[from + i]! - zeroNs);
}

/** The same of the density. */
export function densityAtEdges(
  light: Timed,
  edgesNs: Float64Array,
  from: number,
  count: number,
  zeroNs: number,
  out: Float64Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) out[at + i] = light.density(edgesNs[from + i]! - zeroNs);
}
