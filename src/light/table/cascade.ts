/**
 * Looking up the light of a point-like cascade: four-fold linear interpolation of the stored logarithm and harmonic, and
 * of the time nodes (specs/photon-tables.md 6.4). No allocation; an instance holds the place of its last look-up.
 */
import { type Axis, type CascadeTable, CDF_VALUES, LOG_FLOOR, LOG_STEP, RANGE_M } from './photon-table.js';

/** PE per GeV for fluence A0: 12873 pi 0.1651^2, times the ice model's efficiency. */
const PE_PER_FLUENCE = ((2450.08 * 5.321 * 0.91) / 0.9216) * Math.PI * 0.1651 * 0.1651;
const NEAREST_M = 1.1;
const LEAST_HARMONIC = 0.05;
/** Time nodes count from r times this, ns/m. */
const NS_PER_METRE = 1.33 / 0.299792458;

/** Light of cascades from one table. */
export class CascadeLight {
  readonly table: CascadeTable;
  /** Of the last `amplitude` call: logarithm of A0 (1/m^2), first harmonic, and distance used (m). */
  lnA0 = 0;
  a1 = 0;
  r = 0;
  private readonly pePerFluence: number;
  private readonly farthest: number;
  private cosGamma = 0;
  private thetaDeg = 0;
  private z = 0;

  constructor(table: CascadeTable) {
    this.table = table;
    this.pePerFluence = PE_PER_FLUENCE * table.domEfficiency;
    this.farthest = Math.exp(table.lnR.first + (table.lnR.size - 1) * table.lnR.step);
  }

  /**
   * Mean photo-electrons per GeV in a module of relative efficiency 1. The source is at height `z` (shifted by the tilt,
   * where it is used) and flies along the unit vector d; (vx, vy, vz) is the module minus the source, m.
   */
  amplitude(z: number, dx: number, dy: number, dz: number, vx: number, vy: number, vz: number): number {
    const distance = Math.sqrt(vx * vx + vy * vy + vz * vz);
    const table = this.table;
    const r = distance > NEAREST_M ? distance : NEAREST_M;
    this.r = r;
    this.z = z;
    this.lnA0 = Number.NEGATIVE_INFINITY;
    if (r > this.farthest || outsideByMoreThanAStep(table.z, z)) return 0;
    const inverse = distance > 0 ? 1 / distance : 0;
    const cosGamma = vz * inverse;
    const cosTheta = clamp1((vx * dx + vy * dy + vz * dz) * inverse);
    const flat = (1 - cosGamma * cosGamma) * (1 - cosTheta * cosTheta);
    const cosPsi = flat > 1e-24 ? clamp1((dz - cosGamma * cosTheta) / Math.sqrt(flat)) : 0;
    this.cosGamma = cosGamma;
    this.thetaDeg = Math.acos(cosTheta) * (180 / Math.PI);
    this.interpolate();
    const harmonic = 1 + this.a1 * cosPsi;
    return this.pePerFluence * Math.exp(this.lnA0) * (harmonic > LEAST_HARMONIC ? harmonic : LEAST_HARMONIC);
  }

  /** Start of the time nodes of the last place: ns after the source's time. */
  get earliestNs(): number {
    return this.r * NS_PER_METRE;
  }

  /** Unit of the time nodes of the last place, ns. */
  get scaleNs(): number {
    return 8 + 1.6 * this.r;
  }

  /** CDF at the time nodes of the place of the last `amplitude` call, into `out`. */
  cdfNodes(out: Float64Array): void {
    const { timeZ, timeLnR, cosGamma, timeThetaDeg, cdf, timeNodes } = this.table;
    const uZ = inside(timeZ, this.z);
    const uR = inside(timeLnR, Math.log(this.r));
    const uG = inside(cosGamma, this.cosGamma);
    const iZ = cellOf(uZ, timeZ.size);
    const iR = cellOf(uR, timeLnR.size);
    const iG = cellOf(uG, cosGamma.size);
    const iT = cellBelow(timeThetaDeg, this.thetaDeg);
    const fZ = uZ - iZ;
    const fR = uR - iR;
    const fG = uG - iG;
    const fT = (this.thetaDeg - timeThetaDeg[iT]!) / (timeThetaDeg[iT + 1]! - timeThetaDeg[iT]!);
    const sG = timeThetaDeg.length * CDF_VALUES;
    const sR = cosGamma.size * sG;
    const sZ = timeLnR.size * sR;
    const n = timeNodes.length;
    for (let k = 0; k < n; k++) out[k] = 0;
    for (let corner = 0; corner < 16; corner++) {
      const cz = corner & 1;
      const cr = (corner >> 1) & 1;
      const cg = (corner >> 2) & 1;
      const ct = corner >> 3;
      const weight = (cz ? fZ : 1 - fZ) * (cr ? fR : 1 - fR) * (cg ? fG : 1 - fG) * (ct ? fT : 1 - fT) * (1 / 255);
      if (weight === 0) continue;
      const at = (iZ + cz) * sZ + (iR + cr) * sR + (iG + cg) * sG + (iT + ct) * CDF_VALUES;
      for (let k = 0; k < n; k++) out[k] = out[k]! + weight * cdf[at + k]!;
    }
  }

  private interpolate(): void {
    const { z: axisZ, lnR, cosGamma, thetaDeg, amplitude, harmonic } = this.table;
    const uZ = inside(axisZ, this.z);
    const uR = inside(lnR, Math.log(this.r));
    const uG = beyondByHalf(cosGamma, this.cosGamma);
    const iZ = cellOf(uZ, axisZ.size);
    const iR = cellOf(uR, lnR.size);
    const iG = cellOf(uG, cosGamma.size);
    const iT = cellBelow(thetaDeg, this.thetaDeg);
    const fZ = uZ - iZ;
    const fR = uR - iR;
    const fG = uG - iG;
    const fT = (this.thetaDeg - thetaDeg[iT]!) / (thetaDeg[iT + 1]! - thetaDeg[iT]!);
    const sG = thetaDeg.length;
    const sR = cosGamma.size * sG;
    const sZ = lnR.size * sR;
    let log = 0;
    let first = 0;
    for (let corner = 0; corner < 8; corner++) {
      const cz = corner & 1;
      const cr = (corner >> 1) & 1;
      const cg = corner >> 2;
      const weight = (cz ? fZ : 1 - fZ) * (cr ? fR : 1 - fR) * (cg ? fG : 1 - fG);
      const at = (iZ + cz) * sZ + (iR + cr) * sR + (iG + cg) * sG + iT;
      log += weight * (amplitude[at]! * (1 - fT) + amplitude[at + 1]! * fT);
      first += weight * (harmonic[at]! * (1 - fT) + harmonic[at + 1]! * fT);
    }
    this.lnA0 = LOG_FLOOR + LOG_STEP * log - this.r / RANGE_M - 2 * Math.log(this.r);
    this.a1 = first / 127;
  }
}

/** Position on an axis in steps, kept on the grid. */
export function inside(axis: Axis, value: number): number {
  const u = (value - axis.first) / axis.step;
  const last = axis.size - 1;
  return u > 0 ? (u < last ? u : last) : 0;
}

/** Position on an axis, at most half a step beyond it. */
function beyondByHalf(axis: Axis, value: number): number {
  const u = (value - axis.first) / axis.step;
  const last = axis.size - 1;
  return u > -0.5 ? (u < last + 0.5 ? u : last + 0.5) : -0.5;
}

export function cellOf(u: number, size: number): number {
  const i = Math.floor(u);
  return i < 0 ? 0 : i > size - 2 ? size - 2 : i;
}

function cellBelow(nodes: Float64Array, value: number): number {
  let i = 0;
  while (i < nodes.length - 2 && value >= nodes[i + 1]!) i++;
  return i;
}

function outsideByMoreThanAStep(axis: Axis, value: number): boolean {
  return value < axis.first - axis.step || value > axis.first + axis.size * axis.step;
}

function clamp1(value: number): number {
  return value > 1 ? 1 : value < -1 ? -1 : value;
}
