/**
 * How much light of a cascade a module gets: four-fold linear interpolation of a cascade table's logarithm and first
 * harmonic, with its gradient (specs/photon-tables.md 6.4; the same numbers as `CascadeLight`). This is where a fit
 * spends its time: logarithm and harmonic lie packed side by side, divisions are done beforehand, and nothing is
 * allocated: numbers go in and out through arrays, as a function's own would be boxed.
 */
import {
  acosDegrees,
  type CascadeTable,
  DOM_RADIUS,
  Heights,
  LOG_FLOOR,
  LOG_STEP,
  PHOTONS_PER_GEV,
  RANGE_M,
} from '../../light/index.js';
import { fastExp, fastLog } from './fast-math.js';

const NEAREST_M = 1.1;
const LEAST_HARMONIC = 0.05;
const HARMONIC_UNIT = 1 / 127;
const DEGREES = 180 / Math.PI;

/** What the last look-up found, in `place`. */
export const R = 0;
export const LN_R = 1;
export const Z = 2;
export const COS_GAMMA = 3;
export const THETA = 4;
const VX = 5;
const VY = 6;
const VZ = 7;
const INVERSE = 8;
const COS_THETA = 9;
const COS_PSI = 10;
const FLAT = 11;
const F_Z = 12;
const F_R = 13;
const F_G = 14;
const F_T = 15;
const RIPPLE = 16;
const A1 = 17;
/** Fluence times harmonic: to be multiplied by the module's scale and `unit`. */
export const LIGHT = 18;

/** What `project` turns into derivatives by the source's place: those by height, distance, cos gamma, theta (degrees), cos psi. */
export const BY_Z = 0;
export const BY_R = 1;
export const BY_GAMMA = 2;
export const BY_THETA = 3;
export const BY_PSI = 4;

/** Modules, or points that stand for some: m, and how much higher their ice lies than the table's. */
export interface Receivers {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly shift: Float64Array;
}

/** Looks up one pair of source and module after the other; keeps the place of the last. */
export class AmplitudeLookup {
  readonly place: Float64Array = new Float64Array(19);
  readonly by: Float64Array = new Float64Array(5);
  /** Derivatives of the logarithm of the last amplitude with respect to the source's x, y, z, after `differentiate`. */
  readonly slope: Float64Array = new Float64Array(3);
  /** PE per GeV of a module of scale 1, per fluence. */
  readonly unit: number;
  /** Whether the weakest light counts, too. */
  isThorough = false;
  private readonly table: CascadeTable;
  /** 256 times the logarithm's word plus the harmonic, as the table has them. */
  private readonly packed: Int32Array;
  private readonly heights: Heights;
  private readonly thetaCell: Uint8Array;
  private readonly thetaPerCell: Float64Array;
  /** Square of the distance up to which there is light worth a look, by cell of height and gamma, m^2. */
  private readonly reach2: Float64Array;
  private readonly farthest2: number;
  private readonly perR: number;
  private readonly perG: number;
  private readonly direction = new Float64Array([0, 0, -1]);
  /** Cell of the last place, its theta and its height cell. */
  private readonly cell = new Int32Array(3);

  /**
   * @param leastPe less light than this (PE per GeV of a module of scale 1) may be left out unless `isThorough`
   * @param sibling a look-up in the same table, to share its memory
   */
  constructor(table: CascadeTable, leastPe = 0, sibling?: AmplitudeLookup) {
    this.table = table;
    this.unit = PHOTONS_PER_GEV * Math.PI * DOM_RADIUS * DOM_RADIUS * table.domEfficiency;
    this.packed = sibling?.packed ?? pack(table);
    this.reach2 = reaches(table, leastPe / this.unit);
    this.heights = new Heights(table.z);
    this.thetaCell = cellsByDegree(table.thetaDeg);
    this.thetaPerCell = table.thetaDeg.map((theta, i, all) => 1 / ((all[i + 1] ?? theta + 1) - theta));
    const farthest = Math.exp(table.lnR.first + (table.lnR.size - 1) * table.lnR.step);
    this.farthest2 = farthest * farthest;
    this.perR = 1 / table.lnR.step;
    this.perG = 1 / table.cosGamma.step;
  }

  /** Distance beyond which nothing is looked up unless `isThorough`, m. */
  get farthestM(): number {
    return Math.sqrt(
      Math.min(
        this.farthest2,
        this.reach2.reduce((a, b) => Math.max(a, b), 0),
      ),
    );
  }

  setDirection(dx: number, dy: number, dz: number): void {
    this.direction[0] = dx;
    this.direction[1] = dy;
    this.direction[2] = dz;
  }

  /** Light of a source (x, y, z, m) at module m, into `place`; false where there is none. */
  look(source: Float64Array, { x, y, z: height, shift }: Receivers, m: number): boolean {
    const vx = x[m]! - source[0]!;
    const vy = y[m]! - source[1]!;
    const vz = height[m]! - source[2]!;
    const z = source[2]! - shift[m]!;
    const d2 = vx * vx + vy * vy + vz * vz;
    if (d2 > this.farthest2) return false;
    const { table, place, direction, cell, heights } = this;
    if (heights.isFarOutside(z)) return false;
    const onAxis = heights.inside(z);
    const distance = Math.sqrt(d2);
    const inverse = distance > 0 ? 1 / distance : 0;
    const r = distance > NEAREST_M ? distance : NEAREST_M;
    const inverseR = distance > NEAREST_M ? inverse : 1 / NEAREST_M;
    const dz = direction[2]!;
    const cosGamma = vz * inverse;
    const nR = table.lnR.size;
    const nG = table.cosGamma.size;
    // Beyond the outer angles the logarithm goes on for half a cell.
    let uG = (cosGamma - table.cosGamma.first) * this.perG;
    uG = uG > -0.5 ? (uG < nG - 0.5 ? uG : nG - 0.5) : -0.5;
    const iZ = heights.cellOf(onAxis);
    const iG = uG < nG - 2 ? uG | 0 : nG - 2;
    if (!this.isThorough && d2 > this.reach2[iZ * nG + iG]!) return false;
    let cosTheta = (vx * direction[0]! + vy * direction[1]! + vz * dz) * inverse;
    cosTheta = cosTheta > 1 ? 1 : cosTheta < -1 ? -1 : cosTheta;
    const flat = (1 - cosGamma * cosGamma) * (1 - cosTheta * cosTheta);
    let cosPsi = flat > 1e-24 ? (dz - cosGamma * cosTheta) / Math.sqrt(flat) : 0;
    cosPsi = cosPsi > 1 ? 1 : cosPsi < -1 ? -1 : cosPsi;
    const theta = acosDegrees(cosTheta);
    const lnR = 0.5 * fastLog(distance > NEAREST_M ? d2 : NEAREST_M * NEAREST_M);

    const thetas = table.thetaDeg;
    const nT = thetas.length;
    let uR = (lnR - table.lnR.first) * this.perR;
    uR = uR > 0 ? (uR < nR - 1 ? uR : nR - 1) : 0;
    const iR = uR < nR - 2 ? uR | 0 : nR - 2;
    let iT = this.thetaCell[theta | 0]!;
    if (theta >= thetas[iT + 1]! && iT < nT - 2) iT++;
    const fZ = heights.shareIn(iZ, onAxis);
    const fR = uR - iR;
    const fG = uG - iG;
    const fT = (theta - thetas[iT]!) * this.thetaPerCell[iT]!;
    const sR = nG * nT;
    const sZ = nR * sR;
    // Corners in distance and gamma, below and above in height; theta is next to each other.
    const a = iZ * sZ + iR * sR + iG * nT + iT;
    const c = a + sR;
    const wD = fR * fG;
    const wC = fR - wD;
    const wB = fG - wD;
    const wA = 1 - fR - wB;
    const { packed } = this;
    const eT = 1 - fT;
    const lowZ = 1 - fZ;
    let log = 0;
    let first = 0;
    let p = packed[a]!;
    let q = packed[a + 1]!;
    let w = wA * lowZ;
    log += w * ((p >> 8) * eT + (q >> 8) * fT);
    first += w * (((p << 24) >> 24) * eT + ((q << 24) >> 24) * fT);
    p = packed[a + nT]!;
    q = packed[a + nT + 1]!;
    w = wB * lowZ;
    log += w * ((p >> 8) * eT + (q >> 8) * fT);
    first += w * (((p << 24) >> 24) * eT + ((q << 24) >> 24) * fT);
    p = packed[c]!;
    q = packed[c + 1]!;
    w = wC * lowZ;
    log += w * ((p >> 8) * eT + (q >> 8) * fT);
    first += w * (((p << 24) >> 24) * eT + ((q << 24) >> 24) * fT);
    p = packed[c + nT]!;
    q = packed[c + nT + 1]!;
    w = wD * lowZ;
    log += w * ((p >> 8) * eT + (q >> 8) * fT);
    first += w * (((p << 24) >> 24) * eT + ((q << 24) >> 24) * fT);
    const e = a + sZ;
    const g = c + sZ;
    p = packed[e]!;
    q = packed[e + 1]!;
    w = wA * fZ;
    log += w * ((p >> 8) * eT + (q >> 8) * fT);
    first += w * (((p << 24) >> 24) * eT + ((q << 24) >> 24) * fT);
    p = packed[e + nT]!;
    q = packed[e + nT + 1]!;
    w = wB * fZ;
    log += w * ((p >> 8) * eT + (q >> 8) * fT);
    first += w * (((p << 24) >> 24) * eT + ((q << 24) >> 24) * fT);
    p = packed[g]!;
    q = packed[g + 1]!;
    w = wC * fZ;
    log += w * ((p >> 8) * eT + (q >> 8) * fT);
    first += w * (((p << 24) >> 24) * eT + ((q << 24) >> 24) * fT);
    p = packed[g + nT]!;
    q = packed[g + nT + 1]!;
    w = wD * fZ;
    log += w * ((p >> 8) * eT + (q >> 8) * fT);
    first += w * (((p << 24) >> 24) * eT + ((q << 24) >> 24) * fT);
    const a1 = first * HARMONIC_UNIT;
    let ripple = 1 + a1 * cosPsi;
    if (!(ripple > LEAST_HARMONIC)) ripple = LEAST_HARMONIC;
    cell[0] = a;
    cell[1] = iT;
    cell[2] = iZ;
    place[R] = r;
    place[LN_R] = lnR;
    place[Z] = z;
    place[COS_GAMMA] = cosGamma;
    place[THETA] = theta;
    place[VX] = vx;
    place[VY] = vy;
    place[VZ] = vz;
    place[INVERSE] = inverse;
    place[COS_THETA] = cosTheta;
    place[COS_PSI] = cosPsi;
    place[FLAT] = flat;
    place[F_Z] = fZ;
    place[F_R] = fR;
    place[F_G] = fG;
    place[F_T] = fT;
    place[RIPPLE] = ripple;
    place[A1] = a1;
    place[LIGHT] = ripple * fastExp(LOG_FLOOR + LOG_STEP * log - r * (1 / RANGE_M)) * inverseR * inverseR;
    return true;
  }

  /** Derivatives of the logarithm of the last amplitude with respect to the source's place, into `slope`. */
  differentiate(): void {
    const { table, place, cell, heights, by } = this;
    const { amplitude, harmonic, lnR: axisR, cosGamma: axisG, thetaDeg: thetas } = table;
    const fZ = place[F_Z]!;
    const fR = place[F_R]!;
    const fG = place[F_G]!;
    const fT = place[F_T]!;
    const iT = cell[1]!;
    const sG = thetas.length;
    const sR = axisG.size * sG;
    const sZ = axisR.size * sR;
    const ripple = place[RIPPLE]!;
    const isFloor = ripple === LEAST_HARMONIC;
    const a1PerLog = isFloor ? 0 : (place[COS_PSI]! * HARMONIC_UNIT) / ripple;
    let byZ = 0;
    let byR = 0;
    let byG = 0;
    let byT = 0;
    for (let c = 0; c < 8; c++) {
      const i = cell[0]! + (c & 1) * sZ + ((c >> 1) & 1) * sR + (c >> 2) * sG;
      const low = LOG_STEP * amplitude[i]! + a1PerLog * harmonic[i]!;
      const high = LOG_STEP * amplitude[i + 1]! + a1PerLog * harmonic[i + 1]!;
      const value = low + fT * (high - low);
      const wZ = c & 1 ? fZ : 1 - fZ;
      const wR = c & 2 ? fR : 1 - fR;
      const wG = c & 4 ? fG : 1 - fG;
      byZ += (c & 1 ? value : -value) * wR * wG;
      byR += (c & 2 ? value : -value) * wZ * wG;
      byG += (c & 4 ? value : -value) * wZ * wR;
      byT += (high - low) * wZ * wR * wG;
    }
    const r = place[R]!;
    const onR = place[LN_R]! > axisR.first ? byR / axisR.step : 0;
    by[BY_Z] = heights.isWithin(place[Z]!) ? byZ * heights.perStep[cell[2]!]! : 0;
    by[BY_R] = r <= NEAREST_M ? 0 : onR / r - 1 / RANGE_M - 2 / r;
    by[BY_GAMMA] = byG / axisG.step;
    by[BY_THETA] = byT * this.thetaPerCell[iT]!;
    by[BY_PSI] = isFloor ? 0 : place[A1]! / ripple;
    this.project(this.slope);
  }

  /** Whether the last place is so near that its distance is as good as fixed. */
  get isNearest(): boolean {
    return this.place[R]! <= NEAREST_M;
  }

  /** Derivatives with respect to the source's x, y, z at the last place, out of those in `by`. */
  project(out: Float64Array): void {
    const { place, direction, by } = this;
    const byPsi = by[BY_PSI]!;
    const inverse = place[INVERSE]!;
    const cosGamma = place[COS_GAMMA]!;
    const cosTheta = place[COS_THETA]!;
    const flat = place[FLAT]!;
    let perGamma = by[BY_GAMMA]!;
    let perTheta = 0;
    if (flat > 1e-12) {
      const cosPsi = place[COS_PSI]!;
      const sin2Gamma = 1 - cosGamma * cosGamma;
      const sin2Theta = 1 - cosTheta * cosTheta;
      const root = Math.sqrt(flat);
      perTheta = (-by[BY_THETA]! * DEGREES) / Math.sqrt(sin2Theta);
      if (cosPsi < 1 && cosPsi > -1) {
        perGamma += byPsi * (-cosTheta / root + (cosPsi * cosGamma) / sin2Gamma);
        perTheta += byPsi * (-cosGamma / root + (cosPsi * cosTheta) / sin2Theta);
      }
    }
    // The source moves against the line of sight.
    const along = by[BY_R]! - (perGamma * cosGamma + perTheta * cosTheta) * inverse;
    const ux = place[VX]! * inverse;
    const uy = place[VY]! * inverse;
    const uz = place[VZ]! * inverse;
    out[0] = -(along * ux + perTheta * inverse * direction[0]!);
    out[1] = -(along * uy + perTheta * inverse * direction[1]!);
    out[2] = -(along * uz + (perTheta * direction[2]! + perGamma) * inverse) + by[BY_Z]!;
  }
}

/** Logarithm and harmonic of every node in one number. */
function pack({ amplitude, harmonic }: CascadeTable): Int32Array {
  return Int32Array.from(amplitude, (word, i) => word * 256 + (harmonic[i]! & 255));
}

/** For every cell of height and gamma the square of the distance beyond which there is less than `least` of light. */
function reaches(table: CascadeTable, least: number): Float64Array {
  const nR = table.lnR.size;
  const nG = table.cosGamma.size;
  const nT = table.thetaDeg.length;
  const nodes = new Float64Array(table.z.length * nG).fill(Number.POSITIVE_INFINITY);
  if (!(least > 0)) return nodes;
  const word = (iZ: number, iR: number, iG: number): number => {
    const at = ((iZ * nR + iR) * nG + iG) * nT;
    let most = 0;
    for (let t = 0; t < nT; t++) most = Math.max(most, table.amplitude[at + t]!);
    return most;
  };
  for (let iZ = 0; iZ < table.z.length; iZ++) {
    for (let iG = 0; iG < nG; iG++) {
      let iR = nR - 1;
      for (; iR >= 0; iR--) {
        const r = Math.exp(table.lnR.first + iR * table.lnR.step);
        // With a harmonic of 1 at most.
        if ((2 * Math.exp(LOG_FLOOR + LOG_STEP * word(iZ, iR, iG) - r / RANGE_M)) / (r * r) > least) break;
      }
      const r = Math.exp(table.lnR.first + Math.min(iR + 1, nR - 1) * table.lnR.step);
      nodes[iZ * nG + iG] = r * r;
    }
  }
  // A cell reaches as far as any of its corners.
  return nodes.map((own, i) => {
    const right = (i + 1) % nG === 0 ? i : i + 1;
    const above = Math.min(i + nG, nodes.length - nG + (i % nG));
    return Math.max(own, nodes[right]!, nodes[above]!, nodes[Math.min(above + right - i, nodes.length - 1)]!);
  });
}

/** Whether a value lies between the first and the last node of an axis. */
export function isOn(value: number, axis: { first: number; step: number; size: number }): boolean {
  return value > axis.first && value < axis.first + (axis.size - 1) * axis.step;
}

/** For every whole degree the cell of nodes that it lies in. */
export function cellsByDegree(nodes: Float64Array): Uint8Array {
  const cells = new Uint8Array(182);
  for (let degree = 0; degree < cells.length; degree++) {
    let i = 0;
    while (i < nodes.length - 2 && degree >= nodes[i + 1]!) i++;
    cells[degree] = i;
  }
  return cells;
}
