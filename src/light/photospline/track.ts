/**
 * {@link TrackLight} from IceCube's spline tables of muons (specs/reco-splinempe.md 5.1). The zenith of a fit is fixed: its
 * axis is summed over once a direction. Of a module the time distribution is one spline in time, from which both
 * smearings follow exactly.
 */

import { Flight } from '../flight.js';
import { SIN_CHERENKOV, SPEED_OF_LIGHT, TAN_CHERENKOV } from '../optics.js';
import type { TrackLight } from '../track-light.js';
import { Contraction } from './contraction.js';
import { convolvedAxis, triangleKnots } from './convolve.js';
import { FixedAxis } from './fixed-axis.js';
import type { LightGeometry, MuonSplines } from './light-splines.js';
import { SmearedTimes } from './smeared-times.js';
import type { SplineTable } from './table.js';

const DEGREES = 180 / Math.PI;
/** splinempe gives both tables the light of a muon of 0.01 GeV: photons per metre of length. */
const LIGHT = 32582 * (1.172 + 0.0324 * Math.log(0.01));
/** Timing sigmas of the services, ns. */
const SIGMA_NS = 2;
const LATE_SIGMA_NS = 1000;
/** Places of the axes in amplitude tables; time tables have time in front of zenith. */
const ZENITH = 2;
const DEPTH = 3;
const TIME = 2;

export class PhotosplineTrackLight implements TrackLight {
  bareYield = 0;
  stochasticYield = 0;
  directNs = 0;
  private readonly bare: MuonAmplitude;
  private readonly stochastic: MuonAmplitude;
  private readonly times: MuonTimes;
  private readonly directPerMetre: number;
  private readonly flight = new Flight();

  constructor({ bare, stochastic, stochasticAmplitude }: MuonSplines) {
    this.bare = new MuonAmplitude(bare.amplitude, bare);
    this.stochastic = new MuonAmplitude(stochasticAmplitude, stochastic);
    this.times = new MuonTimes(bare.time, bare);
    this.directPerMetre = (bare.groupIndex / SIN_CHERENKOV - 1 / TAN_CHERENKOV) / SPEED_OF_LIGHT;
    this.setDirection(0, 0);
  }

  setDirection(zenith: number, azimuth: number): void {
    this.flight.set(zenith, azimuth);
    this.bare.setZenith(zenith);
    this.stochastic.setZenith(zenith);
    this.times.setZenith(zenith);
  }

  look(z: number, vx: number, vy: number, vz: number): boolean {
    const { flight } = this;
    flight.see(vx, vy, vz);
    const { along, across: rho } = flight;
    const phi = Math.acos(flight.cosPhi);
    const bare = this.bare.at(rho, phi, z, along);
    const stochastic = bare > 0 ? this.stochastic.at(rho, phi, z, along) : 0;
    if (!(stochastic > 0)) return false;
    this.bareYield = LIGHT * bare;
    this.stochasticYield = LIGHT * stochastic;
    this.directNs = along / SPEED_OF_LIGHT + rho * this.directPerMetre;
    this.times.at(rho, phi, z, along);
    return true;
  }

  density(residualNs: number): number {
    return this.times.density(residualNs, SIGMA_NS);
  }

  cdf(residualNs: number): number {
    return this.times.cdf(residualNs, SIGMA_NS, this.times.narrow);
  }

  lateDensity(residualNs: number): number {
    return this.times.density(residualNs, LATE_SIGMA_NS);
  }

  lateCdf(residualNs: number): number {
    return this.times.cdf(residualNs, LATE_SIGMA_NS, this.times.wide);
  }
}

/** Place of a module in the coordinates of a table. */
class Place {
  readonly coordinates: Float64Array = new Float64Array(3);
  private readonly isOdd: boolean;
  private cosTableZenith = 1;

  constructor({ isOdd }: LightGeometry) {
    this.isOdd = isOdd;
  }

  /** The zenith of the table, degrees. */
  setZenith(zenith: number): number {
    const zenithDeg = this.isOdd ? 180 - zenith * DEGREES : zenith * DEGREES;
    this.cosTableZenith = Math.cos(zenithDeg / DEGREES);
    return zenithDeg;
  }

  set(rho: number, phi: number, z: number, along: number): void {
    const { coordinates } = this;
    coordinates[0] = rho;
    coordinates[1] = this.isOdd ? Math.PI - phi : phi;
    // The depth of the closest approach for even tables; odd ones are taken as the reference takes them.
    coordinates[2] = z - along * this.cosTableZenith;
  }
}

/** An amplitude table at the zenith of the track. */
class MuonAmplitude {
  private readonly axes: SplineTable['axes'];
  private readonly place: Place;
  private readonly fixed: FixedAxis;
  private readonly contraction: Contraction;
  private isSupported = false;

  constructor(table: SplineTable, geometry: LightGeometry) {
    this.axes = table.axes;
    this.place = new Place(geometry);
    this.fixed = new FixedAxis(table, ZENITH);
    this.contraction = new Contraction(this.fixed.table);
  }

  setZenith(zenith: number): void {
    const zenithDeg = this.place.setZenith(zenith);
    this.isSupported = isWithin(this.axes[ZENITH], zenithDeg) && this.fixed.fix(zenithDeg);
  }

  /** Photo-electrons per photon; 0 where the table sees none. */
  at(rho: number, phi: number, z: number, along: number): number {
    const { place, axes } = this;
    place.set(rho, phi, z, along);
    const { coordinates } = place;
    if (!this.isSupported || !isWithin(axes[0], rho) || !isWithin(axes[DEPTH], coordinates[2]!)) return 0;
    if (!this.contraction.locate(coordinates, 0)) return 0;
    const value = Math.exp(this.contraction.value(0));
    return value < Number.POSITIVE_INFINITY ? value : 0;
  }
}

/** The time table at the zenith of the track, and the time distribution of a module. */
class MuonTimes {
  /** Between which residuals the CDF counts, smeared by each sigma: [0 at and below, 1 above]. */
  readonly narrow: readonly [number, number];
  readonly wide: readonly [number, number];
  private readonly place: Place;
  private readonly fixed: FixedAxis;
  private readonly contraction: Contraction;
  private readonly smeared: SmearedTimes;
  private isInside = false;

  constructor(table: SplineTable, geometry: LightGeometry) {
    const axis = table.axes[TIME]!;
    const extents = (sigma: number): readonly [number, number] => {
      const { low, high } = convolvedAxis(axis, triangleKnots(sigma));
      return [low, high];
    };
    this.narrow = extents(SIGMA_NS);
    this.wide = extents(LATE_SIGMA_NS);
    this.place = new Place(geometry);
    this.fixed = new FixedAxis(table, ZENITH + 1, TIME);
    this.smeared = new SmearedTimes(axis);
    this.contraction = new Contraction(this.fixed.table, this.fixed.table.axes.length - 1);
  }

  setZenith(zenith: number): void {
    this.isInside = this.fixed.fix(this.place.setZenith(zenith));
  }

  /** Sums over everything but time. Outside the knots no light comes. */
  at(rho: number, phi: number, z: number, along: number): void {
    this.place.set(rho, phi, z, along);
    const { coefficients } = this.smeared;
    if (this.isInside && this.contraction.locate(this.place.coordinates, 0)) this.contraction.line(coefficients);
    else coefficients.fill(0);
    this.smeared.changed();
  }

  density(residualNs: number, sigmaNs: number): number {
    const slope = this.smeared.slope(residualNs, 2 * sigmaNs);
    return slope > 0 ? slope : 0;
  }

  cdf(residualNs: number, sigmaNs: number, [low, high]: readonly [number, number]): number {
    if (residualNs > high) return 1;
    if (!(residualNs > low)) return 0;
    const value = this.smeared.value(residualNs, 2 * sigmaNs);
    return value > 0 ? (value < 1 ? value : 1) : 0;
  }
}

function isWithin(axis: SplineTable['axes'][number] | undefined, x: number): boolean {
  return axis === undefined || (x >= axis.low && x <= axis.high);
}
