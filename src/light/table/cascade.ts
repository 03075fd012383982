/**
 * {@link CascadeLight} from our tables (specs/photon-tables.md 6.4): four-fold linear interpolation of the stored
 * logarithm and of the first harmonic, and of the time nodes where they are needed.
 */
import type { CascadeLight, RandomSource } from '../cascade-light.js';
import { DOM_RADIUS, GROUP_INDEX, PHOTONS_PER_GEV, SPEED_OF_LIGHT } from '../optics.js';
import { acosDegrees, Sight } from '../sight.js';
import { beyondByHalf, cellBelow, cellOf, cellsByDegree, Heights, inside, isWithin } from './axes.js';
import { CascadeTimes, type TimePart } from './cascade-times.js';
import { type CascadeTable, LOG_FLOOR, LOG_STEP, RANGE_M } from './photon-table.js';

export { cellOf, inside };

const NEAREST_M = 1.1;
const LEAST_HARMONIC = 0.05;
const DEGREES = 180 / Math.PI;
/** Time nodes count from r times this, ns/m, in units of 8 ns + 1.6 ns/m r. */
const NS_PER_METRE = 1.33 / SPEED_OF_LIGHT;
const SCALE_NS = 8;
const SCALE_NS_PER_M = 1.6;

export class TableCascadeLight implements CascadeLight {
  /** Logarithm of A0 (1/m^2) at the last look-up. */
  lnA0: number = Number.NEGATIVE_INFINITY;
  private readonly table: CascadeTable;
  private readonly times: CascadeTimes;
  private readonly heights: Heights;
  private readonly sight: Sight = new Sight();
  private readonly pePerFluence: number;
  private readonly farthest: number;
  private readonly thetaCell: Uint8Array;
  /** Steps of the arrays, in values. */
  private readonly stepG: number;
  private readonly stepR: number;
  private readonly stepZ: number;
  private z = 0;
  private r = 0;
  private lnR = 0;
  private thetaDeg = 0;
  private harmonic = 1;
  private a1 = 0;
  /** Cell of the amplitude, its height and theta cells; shares of the upper corners. */
  private cell = 0;
  private iZ = 0;
  private iT = 0;
  private fZ = 0;
  private fR = 0;
  private fG = 0;
  private fT = 0;
  private isTimed = false;

  /** @param time the table's own times where left out, or those of `smearTimes` */
  constructor(table: CascadeTable, time?: TimePart) {
    this.table = table;
    this.times = new CascadeTimes(table, time);
    this.heights = new Heights(table.z);
    this.pePerFluence = PHOTONS_PER_GEV * Math.PI * DOM_RADIUS * DOM_RADIUS * table.domEfficiency;
    this.farthest = Math.exp(table.lnR.first + (table.lnR.size - 1) * table.lnR.step);
    this.thetaCell = cellsByDegree(table.thetaDeg);
    this.stepG = table.thetaDeg.length;
    this.stepR = table.cosGamma.size * this.stepG;
    this.stepZ = table.lnR.size * this.stepR;
  }

  setDirection(zenith: number, azimuth: number): void {
    this.sight.setDirection(zenith, azimuth);
  }

  look(z: number, vx: number, vy: number, vz: number): number {
    const { sight, table, heights } = this;
    this.isTimed = false;
    this.lnA0 = Number.NEGATIVE_INFINITY;
    sight.see(vx, vy, vz);
    const r = sight.distance > NEAREST_M ? sight.distance : NEAREST_M;
    this.r = r;
    if (r > this.farthest || heights.isFarOutside(z)) return 0;
    this.z = z;
    const lnR = Math.log(r);
    const thetaDeg = acosDegrees(sight.cosTheta);
    this.lnR = lnR;
    this.thetaDeg = thetaDeg;
    const height = heights.inside(z);
    const uR = inside(table.lnR, lnR);
    const uG = beyondByHalf(table.cosGamma, sight.z);
    const iZ = heights.cellOf(height);
    const iR = cellOf(uR, table.lnR.size);
    const iG = cellOf(uG, table.cosGamma.size);
    const thetas = table.thetaDeg;
    const iT = cellBelow(thetas, this.thetaCell, thetaDeg);
    this.fZ = heights.shareIn(iZ, height);
    this.fR = uR - iR;
    this.fG = uG - iG;
    this.fT = (thetaDeg - thetas[iT]!) / (thetas[iT + 1]! - thetas[iT]!);
    const cell = iZ * this.stepZ + iR * this.stepR + iG * this.stepG + iT;
    this.cell = cell;
    this.iZ = iZ;
    this.iT = iT;
    const upper = cell + this.stepZ;
    const log = this.logAt(cell) * (1 - this.fZ) + this.logAt(upper) * this.fZ;
    const a1 = (this.harmonicAt(cell) * (1 - this.fZ) + this.harmonicAt(upper) * this.fZ) * (1 / 127);
    const harmonic = 1 + a1 * sight.cosPsi;
    this.a1 = a1;
    this.harmonic = harmonic > LEAST_HARMONIC ? harmonic : LEAST_HARMONIC;
    this.lnA0 = LOG_FLOOR + LOG_STEP * log - r / RANGE_M - 2 * lnR;
    return this.pePerFluence * Math.exp(this.lnA0) * this.harmonic;
  }

  get directNs(): number {
    return (this.sight.distance * GROUP_INDEX) / SPEED_OF_LIGHT;
  }

  cdf(tNs: number): number {
    this.placeTimes();
    return this.times.cdf(this.scaled(tNs));
  }

  density(tNs: number): number {
    this.placeTimes();
    return this.times.density(this.scaled(tNs)) / this.scaleNs;
  }

  logSlopes(out: Float64Array): void {
    const { table, sight, cell, iT, fZ, fR, fG, fT, harmonic, r, lnR } = this;
    const isFloor = harmonic === LEAST_HARMONIC;
    const perHarmonic = isFloor ? 0 : sight.cosPsi / (127 * harmonic);
    let byZ = 0;
    let byR = 0;
    let byG = 0;
    let byT = 0;
    for (let corner = 0; corner < 8; corner++) {
      const isZ = (corner & 1) !== 0;
      const isR = (corner & 2) !== 0;
      const isG = (corner & 4) !== 0;
      const i = cell + (isZ ? this.stepZ : 0) + (isR ? this.stepR : 0) + (isG ? this.stepG : 0);
      const low = LOG_STEP * table.amplitude[i]! + perHarmonic * table.harmonic[i]!;
      const high = LOG_STEP * table.amplitude[i + 1]! + perHarmonic * table.harmonic[i + 1]!;
      const value = low + fT * (high - low);
      const wZ = isZ ? fZ : 1 - fZ;
      const wR = isR ? fR : 1 - fR;
      const wG = isG ? fG : 1 - fG;
      byZ += (isZ ? value : -value) * wR * wG;
      byR += (isR ? value : -value) * wZ * wG;
      byG += (isG ? value : -value) * wZ * wR;
      byT += (high - low) * wZ * wR * wG;
    }
    const perR = isWithin(table.lnR, lnR) ? byR / (table.lnR.step * r) : 0;
    sight.toPlace(
      this.sight.distance > NEAREST_M ? perR - 1 / RANGE_M - 2 / r : 0,
      byG / table.cosGamma.step,
      this.perCosTheta(byT / (table.thetaDeg[iT + 1]! - table.thetaDeg[iT]!)),
      isFloor ? 0 : this.a1 / harmonic,
      out,
    );
    if (this.heights.isWithin(this.z)) out[2] = out[2]! + byZ * this.heights.perStep[this.iZ]!;
  }

  cdfSlopes(tNs: number, out: Float64Array): void {
    this.placeTimes();
    const { times, sight, scaleNs } = this;
    const s = this.scaled(tNs);
    times.slopes(s);
    const byDelay = -(NS_PER_METRE + SCALE_NS_PER_M * s) / scaleNs;
    sight.toPlace(
      sight.distance > NEAREST_M ? times.byLnR / this.r + times.byTime * byDelay : 0,
      times.byGamma,
      this.perCosTheta(times.byThetaDeg),
      0,
      out,
    );
    out[2] = out[2]! + times.byZ;
    out[3] = -times.byTime / scaleNs;
  }

  draw(random: RandomSource): number {
    this.placeTimes();
    return this.r * NS_PER_METRE - this.times.leadNs + this.scaleNs * this.times.draw(random);
  }

  private get scaleNs(): number {
    return SCALE_NS + SCALE_NS_PER_M * this.r;
  }

  /** A time after the cascade in units of the time nodes. */
  private scaled(tNs: number): number {
    return (tNs + this.times.leadNs - this.r * NS_PER_METRE) / this.scaleNs;
  }

  private placeTimes(): void {
    if (this.isTimed) return;
    this.isTimed = true;
    this.times.place(this.z, this.lnR, this.sight.z, this.thetaDeg);
  }

  /** From a derivative by theta in degrees; on the axis there is none. */
  private perCosTheta(byDegree: number): number {
    const sin2 = 1 - this.sight.cosTheta * this.sight.cosTheta;
    return sin2 > 1e-12 ? (-byDegree * DEGREES) / Math.sqrt(sin2) : 0;
  }

  /** The stored logarithm at a height of the table, interpolated in the rest. */
  private logAt(i: number): number {
    const { fR, fG, fT, stepR, stepG } = this;
    const v = this.table.amplitude;
    const a = v[i]! + (v[i + 1]! - v[i]!) * fT;
    const b = v[i + stepG]! + (v[i + stepG + 1]! - v[i + stepG]!) * fT;
    const j = i + stepR;
    const c = v[j]! + (v[j + 1]! - v[j]!) * fT;
    const d = v[j + stepG]! + (v[j + stepG + 1]! - v[j + stepG]!) * fT;
    return (a + (b - a) * fG) * (1 - fR) + (c + (d - c) * fG) * fR;
  }

  /** The same of the stored harmonic: a copy, so that each reads arrays of one type. */
  private harmonicAt(i: number): number {
    const { fR, fG, fT, stepR, stepG } = this;
    const v = this.table.harmonic;
    const a = v[i]! + (v[i + 1]! - v[i]!) * fT;
    const b = v[i + stepG]! + (v[i + stepG + 1]! - v[i + stepG]!) * fT;
    const j = i + stepR;
    const c = v[j]! + (v[j + 1]! - v[j]!) * fT;
    const d = v[j + stepG]! + (v[j + stepG + 1]! - v[j + stepG]!) * fT;
    return (a + (b - a) * fG) * (1 - fR) + (c + (d - c) * fG) * fR;
  }
}
