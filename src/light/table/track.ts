/**
 * {@link TrackLight} from our muon tables (specs/photon-tables.md section 10): {@link MuonGradient} with the geometry
 * before it, and times at any residual behind it. Fits that descend a gradient use that class itself.
 */
import { Flight } from '../flight.js';
import { SPEED_OF_LIGHT } from '../optics.js';
import type { TrackLight } from '../track-light.js';
import { NodeDistribution } from './cdf-nodes.js';
import { MUON, MuonGradient } from './muon-gradient.js';
import type { MuonTable } from './photon-table.js';
import { LATE_SMEARING_NS, TIMES } from './sampled-times.js';
import { DIRECT_NS_PER_METRE, SMEARING_NS, ZenithSlice } from './zenith-slice.js';

export class TableTrackLight implements TrackLight {
  bareYield = 0;
  stochasticYield = 0;
  directNs = 0;
  private readonly slice: ZenithSlice;
  private readonly gradient: MuonGradient;
  private readonly distribution: NodeDistribution;
  private readonly flight: Flight = new Flight();
  /** Unit vector across the track towards the last module, level. */
  private acrossX = 0;
  private acrossY = 0;
  /** From residuals to times after the start of the light. */
  private offsetNs = 0;

  constructor(muon: MuonTable, stochastic: MuonTable) {
    this.slice = new ZenithSlice(muon, stochastic);
    this.gradient = new MuonGradient(this.slice, Float64Array.of(0), SMEARING_NS);
    this.distribution = new NodeDistribution(muon.timeNodes);
    this.setDirection(0, 0);
  }

  setDirection(zenith: number, azimuth: number): void {
    this.flight.set(zenith, azimuth);
    this.slice.cut(zenith);
    this.gradient.setDirection(zenith);
  }

  look(z: number, vx: number, vy: number, vz: number): boolean {
    const { flight, gradient } = this;
    const { work, times } = gradient;
    flight.see(vx, vy, vz);
    // the level unit vector across the flight is d x p
    const { d, p } = flight;
    const x = d[1]! * p[2]! - d[2]! * p[1]!;
    const y = d[2]! * p[0]! - d[0]! * p[2]!;
    this.acrossX = x;
    this.acrossY = y;
    work[MUON.across] = vx * x + vy * y + vz * (d[0]! * p[1]! - d[1]! * p[0]!);
    work[MUON.upwards] = flight.across * flight.cosPhi;
    work[MUON.height] = z + vz;
    work[MUON.time] = 0;
    gradient.look();
    this.bareYield = Math.exp(work[MUON.bareLn]!);
    this.stochasticYield = Math.exp(work[MUON.stochasticLn]!);
    this.distribution.fill(times.values, times.times[TIMES.scale]!);
    const direct = flight.across * DIRECT_NS_PER_METRE;
    this.directNs = flight.along / SPEED_OF_LIGHT + direct;
    this.offsetNs = direct + times.times[TIMES.time]!;
    return true;
  }

  density(residualNs: number): number {
    return this.distribution.smearedDensity(residualNs + this.offsetNs, SMEARING_NS);
  }

  cdf(residualNs: number): number {
    return this.distribution.smearedCdf(residualNs + this.offsetNs, SMEARING_NS);
  }

  lateDensity(residualNs: number): number {
    return this.distribution.smearedDensity(residualNs + this.offsetNs, LATE_SMEARING_NS);
  }

  lateCdf(residualNs: number): number {
    return this.distribution.smearedCdf(residualNs + this.offsetNs, LATE_SMEARING_NS);
  }

  /** Derivatives of ln(bareYield) by the x, y, z of the track's point into out[0] to out[2]. */
  logSlopes(out: Float64Array): void {
    const { work, times } = this.gradient;
    times.sample(true);
    times.byCdf[0] = 0;
    work[MUON.byBareLn] = 1;
    this.differentiate(out);
  }

  /**
   * Derivatives of the CDF at a fixed time, now `residualNs`, by the x, y, z and the time of the track's point into out[0]
   * to out[3].
   */
  cdfSlopes(residualNs: number, out: Float64Array): void {
    const { work, times } = this.gradient;
    const start = times.times[TIMES.time]!;
    times.times[TIMES.time] = residualNs + this.offsetNs;
    times.sample(true);
    times.byCdf[0] = 1;
    work[MUON.byBareLn] = 0;
    this.differentiate(out);
    out[3] = -work[MUON.byTime]!;
    times.times[TIMES.time] = start;
  }

  private differentiate(out: Float64Array): void {
    const { gradient, flight } = this;
    const { work, times } = gradient;
    times.byDensity[0] = 0;
    times.byLate.fill(0);
    work[MUON.byStochasticLn] = 0;
    times.differentiate();
    gradient.differentiate();
    // The point moves against the module across the flight; along it, it is passed later.
    const across = work[MUON.byAcross]!;
    const up = work[MUON.byUpwards]!;
    const perMetre = work[MUON.byTime]! / SPEED_OF_LIGHT;
    const { d, p } = flight;
    out[0] = perMetre * d[0]! - across * this.acrossX - up * p[0]!;
    out[1] = perMetre * d[1]! - across * this.acrossY - up * p[1]!;
    out[2] = perMetre * d[2]! - up * p[2]!;
  }
}
