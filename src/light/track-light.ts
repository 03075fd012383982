/**
 * Light of an infinite muon as a first-photon likelihood asks for it (specs/reco-splinempe.md 5.1): mean photo-electrons
 * of the bare muon and of its stochastic losses, and when the first light can come. A likelihood never knows whether the
 * tables are ours, IceCube's, or a formula.
 *
 * One instance holds the direction of the track and the module of the last look-up; nothing is allocated by a look-up.
 * Times are residuals: ns after `directNs`.
 */
export interface TrackLight {
  /** Takes the direction that the muon comes from, radians. */
  setDirection(zenith: number, azimuth: number): void;
  /**
   * Looks up the module at (vx, vy, vz) metres from a point of the track at height `z`. False: outside what the model
   * supports; nothing else may be asked then.
   */
  look(z: number, vx: number, vy: number, vz: number): boolean;
  /** Yields of the module: of the bare muon, and of its losses per GeV of muon energy; scaled as splinempe scales them. */
  readonly bareYield: number;
  readonly stochasticYield: number;
  /** Arrival of unscattered Cherenkov light, ns after the muon passes the point of the track. */
  readonly directNs: number;
  /** Density (1/ns) and share of the bare muon's light at a residual, smeared by the table's own 2 ns. */
  density(residualNs: number): number;
  cdf(residualNs: number): number;
  /** The same smeared by 1000 ns: what late and random light looks like. */
  lateDensity(residualNs: number): number;
  lateCdf(residualNs: number): number;
}
