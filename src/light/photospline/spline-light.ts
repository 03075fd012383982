/**
 * Light of one source in one module from a pair of spline tables, as IceCube's photonics service has it: point sources in
 * spherical or cylindrical cells, muons without ends (specs/photospline.md 4.1 to 4.5). An instance holds the direction
 * of the source and the last look-up; nothing is allocated by a look-up.
 */

import { Flight } from '../flight.js';
import { SIN_CHERENKOV, SPEED_OF_LIGHT, TAN_CHERENKOV } from '../optics.js';
import { convolve, triangleKnots } from './convolve.js';
import { SplineEvaluator, SplineSlice } from './evaluate.js';
import type { LightSplines } from './light-splines.js';
import type { SplineTable } from './table.js';

const DEGREES = 180 / Math.PI;
/** Of the derivatives of a look-up: three coordinates of the source (m), its time (ns), zenith and azimuth (radians). */
const SOURCE_PARAMETERS = 6;
/** Place of zenith and depth among the coordinates. */
const ZENITH = { point: 3, muon: 2 } as const;

export class SplineLight {
  /** Photo-electrons per emitted photon at the last place; 0 where the tables see no light. */
  yield = 0;
  /** When unscattered light comes, ns after the source's time. */
  directNs = 0;
  /** Where on a track that light was emitted: distance to the module, m. Of point sources: their distance. */
  emissionDistance = 0;
  /** Delays between which the time table is meant to be asked, ns. */
  readonly delayLow: number;
  readonly delayHigh: number;
  private readonly splines: LightSplines;
  private readonly amplitude: SplineEvaluator;
  private readonly times: SplineSlice;
  private readonly zenithAt: number;
  private readonly axes: number;
  private isTimed = false;

  private readonly flight = new Flight();
  private readonly v = new Float64Array(3);
  private distance = 0;
  /** With its sign turned for odd tables. */
  private cosPhi = 0;
  /** Rows of the derivatives of the coordinates, once asked for. */
  private readonly jacobian: Float64Array;
  private hasJacobian = false;
  private readonly coordinates: Float64Array;
  private readonly timeCoordinates: Float64Array;
  private readonly slopes: Float64Array;

  /** @param timingSigmaNs the time distribution is smeared by a triangle of half width twice this. Default 0. */
  constructor(splines: LightSplines, timingSigmaNs = 0) {
    const { source, amplitude } = splines;
    this.splines = splines;
    this.zenithAt = ZENITH[source];
    this.axes = amplitude.axes.length;
    this.amplitude = new SplineEvaluator(amplitude);
    const time = timingSigmaNs > 0 ? convolve(splines.time, this.zenithAt, triangleKnots(timingSigmaNs)) : splines.time;
    this.times = new SplineSlice(time, this.zenithAt);
    this.delayLow = this.times.axis.low;
    this.delayHigh = this.times.axis.high;
    // All coordinates of the kind of source; tables with fewer axes take the first ones.
    this.coordinates = new Float64Array(this.zenithAt + 2);
    this.timeCoordinates = this.coordinates.subarray(0, time.axes.length - 1);
    this.jacobian = new Float64Array(this.coordinates.length * SOURCE_PARAMETERS);
    this.slopes = new Float64Array(this.coordinates.length);
    this.setDirection(0, 0);
  }

  /** Takes the direction that the source's particle comes from, radians. */
  setDirection(zenith: number, azimuth: number): void {
    const { zenithAt, coordinates } = this;
    this.flight.set(zenith, azimuth);
    coordinates[zenithAt] = this.splines.isOdd ? 180 - zenith * DEGREES : zenith * DEGREES;
  }

  /**
   * Looks up a module at (vx, vy, vz) metres from a source at height z (shifted by the tilt, where it is used). False
   * where the tables see no light. `isPointLike`: the light of a muon table comes from the point alone.
   */
  look(z: number, vx: number, vy: number, vz: number, isPointLike = false): boolean {
    const { splines, flight, v, coordinates, zenithAt } = this;
    const isPoint = splines.source === 'point';
    v[0] = vx;
    v[1] = vy;
    v[2] = vz;
    flight.see(vx, vy, vz);
    const { along, across } = flight;
    const distance = Math.sqrt(across * across + along * along);
    const cosPhi = splines.isOdd ? -flight.cosPhi : flight.cosPhi;
    this.distance = distance;
    this.cosPhi = cosPhi;
    this.hasJacobian = false;
    this.isTimed = false;

    const phi = Math.acos(cosPhi);
    coordinates[0] = isPoint && splines.isSpherical ? distance : across;
    coordinates[1] = isPoint ? phi * DEGREES : phi;
    if (isPoint) coordinates[2] = splines.isSpherical ? (distance > 0 ? along / distance : 0) : along;
    // the depth of a muon is that of its closest approach, reckoned with the zenith of the table
    coordinates[zenithAt + 1] = isPoint ? z : z - along * Math.cos(coordinates[zenithAt]! / DEGREES);

    const toLight = splines.groupIndex / SPEED_OF_LIGHT;
    const isTrack = !isPoint && !isPointLike;
    this.directNs = isTrack
      ? (along - across / TAN_CHERENKOV) / SPEED_OF_LIGHT + (across / SIN_CHERENKOV) * toLight
      : distance * toLight;
    this.emissionDistance = isPoint ? distance : across / SIN_CHERENKOV;
    const value = this.isSupported() ? Math.exp(this.amplitude.value(coordinates)) : 0;
    this.yield = value > 0 && value < Number.POSITIVE_INFINITY ? value : 0;
    return this.yield > 0;
  }

  /** Share of the light of the last place that has come by a delay: 0 below what the table is meant for, 1 above. */
  cdf(delayNs: number): number {
    if (delayNs > this.delayHigh) return 1;
    return delayNs > this.delayLow ? this.rawCdf(delayNs) : 0;
  }

  /** Its derivative, 1/ns; may be slightly negative, and is not cut at the ends of what the table is meant for. */
  density(delayNs: number): number {
    if (!(this.yield > 0)) return 0;
    this.placeTimes();
    const slope = this.times.slope(delayNs);
    return Number.isNaN(slope) ? 0 : slope;
  }

  /**
   * Shares of the light between the `count` edges from edges[from] on (ns), for a source at `timeNs`, into out[at] and
   * up. Like the reference: an edge that is the first one and later than all light counts as before it.
   */
  fractions(edges: Float64Array, from: number, count: number, timeNs: number, out: Float64Array, at: number): void {
    const zero = this.directNs + timeNs;
    const first = edges[from]! - zero;
    let left = first >= this.delayLow && first <= this.delayHigh ? this.rawCdf(first) : 0;
    for (let q = 1; q < count; q++) {
      const value = this.cdf(edges[from + q]! - zero);
      out[at + q - 1] = value > left ? value - left : 0;
      left = value;
    }
  }

  /**
   * Derivatives of ln(yield) of the last place with respect to the source's x, y, z, time, zenith and azimuth. Only for
   * point sources; terms without a limit (a module on the axis) are 0.
   */
  logYieldSlopes(out: Float64Array): void {
    this.amplitude.gradient(this.coordinates, this.slopes);
    this.toSource(this.axes, out);
  }

  /** The same of the CDF at a fixed time, `delayNs` after direct light; zeros beyond what the table is meant for. */
  cdfSlopes(delayNs: number, out: Float64Array): void {
    for (let i = 0; i < SOURCE_PARAMETERS; i++) out[i] = 0;
    if (delayNs > this.delayHigh || !(delayNs >= this.delayLow)) return;
    this.placeTimes();
    if (!this.times.gradient(delayNs, this.slopes)) return;
    this.toSource(this.timeCoordinates.length, out);
    // d delay / d source = v n / (r c), d delay / d time = -1
    const slope = this.times.slope(delayNs);
    const perMetre = this.distance > 0 ? this.splines.groupIndex / (this.distance * SPEED_OF_LIGHT) : 0;
    for (let i = 0; i < 3; i++) out[i]! += slope * this.v[i]! * perMetre;
    out[3] = -slope;
  }

  private rawCdf(delayNs: number): number {
    this.placeTimes();
    const value = this.times.value(delayNs);
    return value > 0 ? value : 0;
  }

  private placeTimes(): void {
    if (this.isTimed) return;
    this.times.place(this.timeCoordinates);
    this.isTimed = true;
  }

  /** Whether the place is within the extents that the reference tests. */
  private isSupported(): boolean {
    const { splines, coordinates, zenithAt } = this;
    const { axes } = splines.amplitude;
    const isPoint = splines.source === 'point';
    return (
      isWithin(axes, 0, coordinates) &&
      isWithin(axes, zenithAt + 1, coordinates) &&
      (isPoint && splines.isSpherical ? true : isWithin(axes, 2, coordinates))
    );
  }

  /** out = transposed jacobian times the slopes along the first `count` coordinates. */
  private toSource(count: number, out: Float64Array): void {
    if (!this.hasJacobian) this.fillJacobian();
    const { jacobian, slopes } = this;
    for (let i = 0; i < SOURCE_PARAMETERS; i++) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += slopes[k]! * jacobian[k * SOURCE_PARAMETERS + i]!;
      out[i] = sum;
    }
  }

  /** Derivatives of the coordinates of point sources with respect to the source (4.5). */
  private fillJacobian(): void {
    const { jacobian: j, splines, v, distance: r, cosPhi } = this;
    const {
      d,
      p,
      along: l,
      across: rho,
      sinPolar: sinT,
      cosPolar: cosT,
      sinAzimuth: sinP,
      cosAzimuth: cosP,
    } = this.flight;
    this.hasJacobian = true;
    j.fill(0);
    const dx = v[0]!;
    const dy = v[1]!;
    const alongByZenith = -dx * cosT * cosP - dy * cosT * sinP + v[2]! * sinT;
    const alongByAzimuth = -dx * sinT * sinP + dy * sinT * cosP;
    const rhoInverse = rho > 0 ? 1 / rho : 0;
    const rInverse = r > 0 ? 1 / r : 0;
    const zenith = 4;
    const azimuth = 5;
    const phiRow = SOURCE_PARAMETERS;
    const thirdRow = 2 * SOURCE_PARAMETERS;
    const slope = Math.sqrt(1 - cosPhi * cosPhi);
    const s = slope > 0 ? ((splines.isOdd ? 1 : -1) * DEGREES) / slope : 0;
    const w = (dx * p[0]! + dy * p[1]! + v[2]! * p[2]!) * rhoInverse * rhoInverse;
    for (let i = 0; i < 3; i++) {
      const rhoSlope = (-v[i]! + l * d[i]!) * rhoInverse;
      j[i] = splines.isSpherical ? -v[i]! * rInverse : rhoSlope;
      j[phiRow + i] = s * (-p[i]! * rhoInverse - w * rhoSlope);
      j[thirdRow + i] = splines.isSpherical ? -d[i]! * rInverse + l * v[i]! * rInverse * rInverse * rInverse : -d[i]!;
    }
    const rhoByZenith = -l * rhoInverse * alongByZenith;
    const rhoByAzimuth = -l * rhoInverse * alongByAzimuth;
    j[zenith] = splines.isSpherical ? 0 : rhoByZenith;
    j[azimuth] = splines.isSpherical ? 0 : rhoByAzimuth;
    j[phiRow + zenith] = s * (-l * rhoInverse - w * rhoByZenith);
    j[phiRow + azimuth] = s * ((dx * cosT * sinP - dy * cosT * cosP) * rhoInverse - w * rhoByAzimuth);
    const third = splines.isSpherical ? rInverse : 1;
    j[thirdRow + zenith] = alongByZenith * third;
    j[thirdRow + azimuth] = alongByAzimuth * third;
    j[3 * SOURCE_PARAMETERS + zenith] = splines.isOdd ? -DEGREES : DEGREES;
    j[4 * SOURCE_PARAMETERS + 2] = 1;
  }
}

function isWithin(axes: SplineTable['axes'], k: number, coordinates: Float64Array): boolean {
  const axis = axes[k];
  return axis === undefined || (coordinates[k]! >= axis.low && coordinates[k]! <= axis.high);
}
