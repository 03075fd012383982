/**
 * {@link SegmentLight} from a cascade table (specs/photon-tables.md 6.4): the same numbers as `CascadeLight`, with
 * gradients, and only those time nodes looked up that the bins of a module need. No allocation after construction.
 */
import {
  type CascadeTable,
  CDF_VALUES,
  DOM_RADIUS,
  LOG_FLOOR,
  LOG_STEP,
  PHOTONS_PER_GEV,
  RANGE_M,
  SPEED_OF_LIGHT,
} from '../../light/index.js';
import { type DarkBlocks, darkBlocks, levelShare, THINNING } from './dark-blocks.js';
import type { SegmentLight } from './light.js';
import type { Rows } from './rows.js';
import { CDF_UNIT, type SmearedNodes } from './smeared-nodes.js';

const NEAREST_M = 1.1;
const LEAST_HARMONIC = 0.05;
/** Time nodes count from r times this, ns/m, and are in units of 8 ns + 1.6 ns/m r. */
const NS_PER_METRE = 1.33 / SPEED_OF_LIGHT;
const SCALE_NS = 8;
const SCALE_NS_PER_M = 1.6;
/** Length of the tail behind the last node, in units of its time. */
const TAIL = 0.35;
/** After this many of its lengths a tail is over. */
const TAIL_LENGTHS = 12;
const DEGREES = 180 / Math.PI;

/** What the last look-up found, in `place`. */
const R = 0;
const VX = 1;
const VY = 2;
const VZ = 3;
const INVERSE = 4;
const COS_GAMMA = 5;
const COS_THETA = 6;
const COS_PSI = 7;
const FLAT = 8;
const THETA = 9;
const LN_R = 10;
const Z = 11;
const F_Z = 12;
const F_R = 13;
const F_G = 14;
const F_T = 15;
const RIPPLE = 16;
const A1 = 17;
const TIME_F = 18;

/** Light from one table in the rows of one event. */
export class TableSegmentLight implements SegmentLight {
  readonly stored: number;
  private readonly rows: Rows;
  private readonly table: CascadeTable;
  private readonly smeared: SmearedNodes;
  /** Per module, and behind them per point of dark blocks: place, shift of the ice, PE per fluence. */
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly z: Float64Array;
  private readonly perFluence: Float64Array;
  private readonly shift: Float64Array;
  private readonly blocks: DarkBlocks | null;
  private readonly thetaCell: Uint8Array;
  private readonly timeThetaCell: Uint8Array;
  /** Time nodes and their square roots, with a 0 in front. */
  private readonly nodes: Float64Array;
  private readonly roots: Float64Array;
  private readonly farthest: number;
  private readonly direction = new Float64Array(3);
  private readonly place = new Float64Array(24);
  /** Cell of the amplitude, and its theta cell. */
  private readonly cell = new Int32Array(2);
  private readonly cornerWeight = new Float64Array(16);
  private readonly cornerAt = new Int32Array(16);
  private isTimePlaced = false;
  /** Derivatives of the logarithm of the last amplitude with respect to the source's x, y, z. */
  private readonly slope = new Float64Array(3);
  /** The same of the CDF at an edge, and by the source's time. */
  private readonly cdfSlope = new Float64Array(4);

  /**
   * @param stored how many rows are given one by one
   * @param shift per module, how much higher its ice lies than the table's (tilt), m
   * @param isExact whether sums over dark modules ask every one of them
   */
  constructor(
    rows: Rows,
    table: CascadeTable,
    smeared: SmearedNodes,
    stored: number,
    shift: Float64Array,
    isExact = false,
  ) {
    this.rows = rows;
    this.table = table;
    this.smeared = smeared;
    this.stored = stored;
    const unit = PHOTONS_PER_GEV * Math.PI * DOM_RADIUS * DOM_RADIUS * table.domEfficiency;
    const blocks = isExact ? null : darkBlocks(rows, shift);
    const join = (modules: Float64Array, points: Float64Array | undefined): Float64Array =>
      Float64Array.from([...modules, ...(points ?? [])]);
    this.blocks = blocks;
    this.x = join(rows.x, blocks?.x);
    this.y = join(rows.y, blocks?.y);
    this.z = join(rows.z, blocks?.z);
    this.shift = join(shift, blocks?.shift);
    this.perFluence = join(rows.scale, blocks?.scale).map((scale) => scale * unit);
    this.thetaCell = cellsByDegree(table.thetaDeg);
    this.timeThetaCell = cellsByDegree(table.timeThetaDeg);
    this.nodes = Float64Array.from([0, ...table.timeNodes]);
    this.roots = this.nodes.map(Math.sqrt);
    this.farthest = Math.exp(table.lnR.first + (table.lnR.size - 1) * table.lnR.step);
    this.setDirection(0, 0);
  }

  setDirection(zenith: number, azimuth: number): void {
    const sin = Math.sin(zenith);
    this.direction[0] = -sin * Math.cos(azimuth);
    this.direction[1] = -sin * Math.sin(azimuth);
    this.direction[2] = -Math.cos(zenith);
  }

  column(x: number, y: number, z: number, timeNs: number, out: Float64Array, at: number): number {
    const { rows, stored } = this;
    for (let i = at; i < at + stored; i++) out[i] = 0;
    let rest = 0;
    for (let m = 0; m < rows.timed; m++) {
      const pe = this.amplitude(m, x, y, z);
      if (pe > 0) rest += this.fillBins(m, pe, timeNs, out, at);
    }
    for (let m = rows.timed; m < rows.hit; m++) out[at + rows.rowOfModule[m]!] = this.amplitude(m, x, y, z);
    if (stored > rows.lit) {
      const n = rows.x.length;
      for (let m = rows.hit; m < n; m++) out[at + rows.rowOfModule[m]!] = this.amplitude(m, x, y, z);
      return rest;
    }
    return rest + this.darkSum(x, y, z, null);
  }

  exactRest(x: number, y: number, z: number, timeNs: number): number {
    const { rows, stored } = this;
    let sum = 0;
    for (let m = 0; m < rows.timed; m++) {
      const pe = this.amplitude(m, x, y, z);
      if (pe > 0) sum += this.fillBins(m, pe, timeNs, null, 0);
    }
    if (stored === rows.lit) for (let m = rows.hit; m < rows.x.length; m++) sum += this.amplitude(m, x, y, z);
    return sum;
  }

  /** Charge per GeV in all dark modules; adds its derivatives to the last four of `out` where that is given. */
  private darkSum(x: number, y: number, z: number, out: Float64Array | null): number {
    const { rows, blocks } = this;
    let sum = 0;
    if (blocks === null) {
      for (let m = rows.hit; m < rows.x.length; m++) {
        const pe = this.amplitude(m, x, y, z);
        sum += pe;
        if (out !== null && pe > 0) this.addSlope(pe, out, 4 * this.stored);
      }
      return sum;
    }
    const levels = THINNING.length;
    const n = rows.x.length;
    for (let b = 0; b < blocks.blockX.length; b++) {
      const dx = blocks.blockX[b]! - x;
      const dy = blocks.blockY[b]! - y;
      const dz = blocks.blockZ[b]! - z;
      const distance = Math.sqrt(dx * dx + dy * dy + dz * dz);
      for (let level = 0; level < levels; level++) {
        const thinning = THINNING[level]!;
        if (distance > thinning.endM || distance < thinning.startM) continue;
        const share = levelShare(thinning, distance);
        const end = blocks.first[b * levels + level + 1]!;
        for (let i = blocks.first[b * levels + level]!; i < end; i++) {
          const pe = share * this.amplitude(n + i, x, y, z);
          sum += pe;
          if (out !== null && pe > 0) this.addSlope(pe, out, 4 * this.stored);
        }
      }
    }
    return sum;
  }

  derivatives(x: number, y: number, z: number, timeNs: number, out: Float64Array): void {
    const { rows, stored } = this;
    out.fill(0);
    for (let m = 0; m < rows.timed; m++) {
      const pe = this.amplitude(m, x, y, z);
      if (pe > 0) this.addBinSlopes(m, pe, timeNs, out);
    }
    const end = stored > rows.lit ? rows.x.length : rows.hit;
    for (let m = rows.timed; m < end; m++) {
      const pe = this.amplitude(m, x, y, z);
      if (pe > 0) this.addSlope(pe, out, 4 * rows.rowOfModule[m]!);
    }
    if (stored === rows.lit) this.darkSum(x, y, z, out);
  }

  /** Mean charge per GeV in module m of a cascade at (x, y, z). Keeps the place. */
  private amplitude(m: number, x: number, y: number, z: number): number {
    const { table, place, direction, cell } = this;
    this.isTimePlaced = false;
    const vx = this.x[m]! - x;
    const vy = this.y[m]! - y;
    const vz = this.z[m]! - z;
    const distance = Math.sqrt(vx * vx + vy * vy + vz * vz);
    const r = distance > NEAREST_M ? distance : NEAREST_M;
    if (r > this.farthest) return 0;
    const axisZ = table.z;
    const shifted = z - this.shift[m]!;
    let uZ = (shifted - axisZ.first) / axisZ.step;
    if (uZ < -1 || uZ > axisZ.size) return 0;
    uZ = uZ > 0 ? (uZ < axisZ.size - 1 ? uZ : axisZ.size - 1) : 0;
    const inverse = distance > 0 ? 1 / distance : 0;
    const dz = direction[2]!;
    const cosGamma = vz * inverse;
    let cosTheta = (vx * direction[0]! + vy * direction[1]! + vz * dz) * inverse;
    cosTheta = cosTheta > 1 ? 1 : cosTheta < -1 ? -1 : cosTheta;
    const flat = (1 - cosGamma * cosGamma) * (1 - cosTheta * cosTheta);
    let cosPsi = flat > 1e-24 ? (dz - cosGamma * cosTheta) / Math.sqrt(flat) : 0;
    cosPsi = cosPsi > 1 ? 1 : cosPsi < -1 ? -1 : cosPsi;
    const theta = acosDegrees(cosTheta);
    const lnR = Math.log(r);

    const axisR = table.lnR;
    const axisG = table.cosGamma;
    const thetas = table.thetaDeg;
    let uR = (lnR - axisR.first) / axisR.step;
    uR = uR > 0 ? (uR < axisR.size - 1 ? uR : axisR.size - 1) : 0;
    // Beyond the outer angles the logarithm goes on for half a cell.
    let uG = (cosGamma - axisG.first) / axisG.step;
    uG = uG > -0.5 ? (uG < axisG.size - 0.5 ? uG : axisG.size - 0.5) : -0.5;
    const iZ = uZ < axisZ.size - 2 ? uZ | 0 : axisZ.size - 2;
    const iR = uR < axisR.size - 2 ? uR | 0 : axisR.size - 2;
    const iG = uG < axisG.size - 2 ? uG | 0 : axisG.size - 2;
    let iT = this.thetaCell[theta | 0]!;
    if (theta >= thetas[iT + 1]! && iT < thetas.length - 2) iT++;
    const fZ = uZ - iZ;
    const fR = uR - iR;
    const fG = uG - iG;
    const fT = (theta - thetas[iT]!) / (thetas[iT + 1]! - thetas[iT]!);
    const sG = thetas.length;
    const sR = axisG.size * sG;
    const sZ = axisR.size * sR;
    // Corners in distance and gamma, below and above in height; theta is next to each other.
    const a = iZ * sZ + iR * sR + iG * sG + iT;
    const b = a + sG;
    const c = a + sR;
    const d = c + sG;
    const wD = fR * fG;
    const wC = fR - wD;
    const wB = fG - wD;
    const wA = 1 - fR - wB;
    const { amplitude, harmonic } = table;
    const eT = 1 - fT;
    const logLow =
      wA * (amplitude[a]! * eT + amplitude[a + 1]! * fT) +
      wB * (amplitude[b]! * eT + amplitude[b + 1]! * fT) +
      wC * (amplitude[c]! * eT + amplitude[c + 1]! * fT) +
      wD * (amplitude[d]! * eT + amplitude[d + 1]! * fT);
    const logHigh =
      wA * (amplitude[a + sZ]! * eT + amplitude[a + sZ + 1]! * fT) +
      wB * (amplitude[b + sZ]! * eT + amplitude[b + sZ + 1]! * fT) +
      wC * (amplitude[c + sZ]! * eT + amplitude[c + sZ + 1]! * fT) +
      wD * (amplitude[d + sZ]! * eT + amplitude[d + sZ + 1]! * fT);
    const firstLow =
      wA * (harmonic[a]! * eT + harmonic[a + 1]! * fT) +
      wB * (harmonic[b]! * eT + harmonic[b + 1]! * fT) +
      wC * (harmonic[c]! * eT + harmonic[c + 1]! * fT) +
      wD * (harmonic[d]! * eT + harmonic[d + 1]! * fT);
    const firstHigh =
      wA * (harmonic[a + sZ]! * eT + harmonic[a + sZ + 1]! * fT) +
      wB * (harmonic[b + sZ]! * eT + harmonic[b + sZ + 1]! * fT) +
      wC * (harmonic[c + sZ]! * eT + harmonic[c + sZ + 1]! * fT) +
      wD * (harmonic[d + sZ]! * eT + harmonic[d + sZ + 1]! * fT);
    const log = logLow * (1 - fZ) + logHigh * fZ;
    const first = firstLow * (1 - fZ) + firstHigh * fZ;
    const a1 = first / 127;
    let ripple = 1 + a1 * cosPsi;
    if (!(ripple > LEAST_HARMONIC)) ripple = LEAST_HARMONIC;
    cell[0] = a;
    cell[1] = iT;
    place[R] = r;
    place[VX] = vx;
    place[VY] = vy;
    place[VZ] = vz;
    place[INVERSE] = inverse;
    place[COS_GAMMA] = cosGamma;
    place[COS_THETA] = cosTheta;
    place[COS_PSI] = cosPsi;
    place[FLAT] = flat;
    place[THETA] = theta;
    place[LN_R] = lnR;
    place[Z] = shifted;
    place[F_Z] = fZ;
    place[F_R] = fR;
    place[F_G] = fG;
    place[F_T] = fT;
    place[RIPPLE] = ripple;
    place[A1] = a1;
    return (this.perFluence[m]! * ripple * Math.exp(LOG_FLOOR + LOG_STEP * log - r / RANGE_M)) / (r * r);
  }

  /** Writes the bins of timed module m, where asked; returns the sum over those that are not stored. */
  private fillBins(m: number, pe: number, timeNs: number, out: Float64Array | null, at: number): number {
    const { rows, stored, place } = this;
    const r = place[R]!;
    const inverseScale = 1 / (SCALE_NS + SCALE_NS_PER_M * r);
    const start = timeNs + r * NS_PER_METRE - this.smeared.leadNs;
    const end = rows.firstEdge[m + 1]!;
    if (rows.edgeNs[end - 1]! <= start) return 0;
    let rest = 0;
    let before = 0;
    for (let e = rows.firstEdge[m]!; e < end; e++) {
      const c = this.cdf((rows.edgeNs[e]! - start) * inverseScale);
      if (c > before) {
        const row = e > 0 ? rows.edgeRow[e - 1]! : -1;
        if (row >= 0 && e > rows.firstEdge[m]!) {
          if (row >= stored) rest += pe * (c - before);
          else if (out !== null) out[at + row] = pe * (c - before);
        }
        before = c;
      }
    }
    return rest;
  }

  /** Share of light before s, in units of the scale. */
  private cdf(s: number): number {
    if (!(s > 0)) return 0;
    const { nodes, roots } = this;
    const last = nodes.length - 1;
    if (s >= nodes[last]!) {
      const over = (s - nodes[last]!) / (TAIL * nodes[last]!);
      return over > TAIL_LENGTHS ? 1 : 1 - (1 - this.node(last)) * Math.exp(-over);
    }
    let k = 1;
    while (s >= nodes[k]!) k++;
    const f = (Math.sqrt(s) - roots[k - 1]!) / (roots[k]! - roots[k - 1]!);
    const high = this.node(k);
    const low = k > 1 ? this.node(k - 1) : 0;
    return low + f * (high - low);
  }

  /** CDF at time node k >= 1 of the place. */
  private node(k: number): number {
    if (!this.isTimePlaced) this.placeInTime();
    const { cornerAt, cornerWeight } = this;
    const { cdf } = this.smeared;
    let sum = 0;
    for (let c = 0; c < 16; c++) sum += cornerWeight[c]! * cdf[cornerAt[c]! + k - 1]!;
    return sum;
  }

  /** Corners of the time part around the place of the last amplitude. */
  private placeInTime(): void {
    const { table, place, cornerAt, cornerWeight } = this;
    const { timeZ, timeLnR, cosGamma: axisG, timeThetaDeg: thetas } = table;
    const uZ = onAxis(place[Z]!, timeZ.first, timeZ.step, timeZ.size);
    const uR = onAxis(place[LN_R]!, timeLnR.first, timeLnR.step, timeLnR.size);
    const uG = onAxis(place[COS_GAMMA]!, axisG.first, axisG.step, axisG.size);
    const theta = place[THETA]!;
    const iZ = uZ < timeZ.size - 2 ? uZ | 0 : timeZ.size - 2;
    const iR = uR < timeLnR.size - 2 ? uR | 0 : timeLnR.size - 2;
    const iG = uG < axisG.size - 2 ? uG | 0 : axisG.size - 2;
    let iT = this.timeThetaCell[theta | 0]!;
    if (theta >= thetas[iT + 1]! && iT < thetas.length - 2) iT++;
    const fZ = uZ - iZ;
    const fR = uR - iR;
    const fG = uG - iG;
    const fT = (theta - thetas[iT]!) / (thetas[iT + 1]! - thetas[iT]!);
    const sG = thetas.length * CDF_VALUES;
    const sR = axisG.size * sG;
    const sZ = timeLnR.size * sR;
    const base = iZ * sZ + iR * sR + iG * sG + iT * CDF_VALUES;
    for (let c = 0; c < 16; c++) {
      cornerAt[c] = base + (c & 1) * sZ + ((c >> 1) & 1) * sR + ((c >> 2) & 1) * sG + (c >> 3) * CDF_VALUES;
      cornerWeight[c] =
        (c & 1 ? fZ : 1 - fZ) * (c & 2 ? fR : 1 - fR) * (c & 4 ? fG : 1 - fG) * (c & 8 ? fT : 1 - fT) * (1 / CDF_UNIT);
    }
    place[TIME_F] = fZ;
    place[TIME_F + 1] = fR;
    place[TIME_F + 2] = fG;
    place[TIME_F + 3] = fT;
    place[TIME_F + 4] = iT;
    this.isTimePlaced = true;
  }

  /** Adds `weight` times the derivatives of the logarithm of the last amplitude. */
  private addSlope(weight: number, out: Float64Array, at: number): void {
    this.setSlope();
    const { slope } = this;
    for (let k = 0; k < 3; k++) out[at + k] = out[at + k]! + weight * slope[k]!;
  }

  /** Derivatives of the logarithm of the last amplitude with respect to the source's place. */
  private setSlope(): void {
    const { table, place, cell } = this;
    const { amplitude, harmonic, z: axisZ, lnR: axisR, cosGamma: axisG, thetaDeg: thetas } = table;
    const [fZ, fR, fG, fT] = [place[F_Z]!, place[F_R]!, place[F_G]!, place[F_T]!];
    const iT = cell[1]!;
    const sG = thetas.length;
    const sR = axisG.size * sG;
    const sZ = axisR.size * sR;
    const ripple = place[RIPPLE]!;
    const isFloor = ripple === LEAST_HARMONIC;
    const a1PerLog = isFloor ? 0 : place[COS_PSI]! / (127 * ripple);
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
    const z = place[Z]!;
    const isOnZ = z > axisZ.first && z < axisZ.first + (axisZ.size - 1) * axisZ.step;
    byZ = isOnZ ? byZ / axisZ.step : 0;
    const r = place[R]!;
    const isNear = r <= NEAREST_M;
    const onR = place[LN_R]! > axisR.first ? byR / axisR.step : 0;
    byR = isNear ? 0 : onR / r - 1 / RANGE_M - 2 / r;
    byG /= axisG.step;
    byT /= thetas[iT + 1]! - thetas[iT]!;
    this.project(byZ, byR, byG, byT, isFloor ? 0 : place[A1]! / ripple, this.slope);
  }

  /**
   * Derivatives with respect to the source's x, y, z out of those with respect to height, distance, cos gamma, theta
   * (degrees) and cos psi.
   */
  private project(byZ: number, byR: number, byG: number, byT: number, byPsi: number, out: Float64Array): void {
    const { place, direction } = this;
    const inverse = place[INVERSE]!;
    const cosGamma = place[COS_GAMMA]!;
    const cosTheta = place[COS_THETA]!;
    const flat = place[FLAT]!;
    let perGamma = byG;
    let perTheta = 0;
    if (flat > 1e-12) {
      const cosPsi = place[COS_PSI]!;
      const sin2Gamma = 1 - cosGamma * cosGamma;
      const sin2Theta = 1 - cosTheta * cosTheta;
      const root = Math.sqrt(flat);
      perTheta = (-byT * DEGREES) / Math.sqrt(sin2Theta);
      if (cosPsi < 1 && cosPsi > -1) {
        perGamma += byPsi * (-cosTheta / root + (cosPsi * cosGamma) / sin2Gamma);
        perTheta += byPsi * (-cosGamma / root + (cosPsi * cosTheta) / sin2Theta);
      }
    }
    // The source moves against the line of sight.
    const along = byR - (perGamma * cosGamma + perTheta * cosTheta) * inverse;
    const ux = place[VX]! * inverse;
    const uy = place[VY]! * inverse;
    const uz = place[VZ]! * inverse;
    out[0] = -(along * ux + perTheta * inverse * direction[0]!);
    out[1] = -(along * uy + perTheta * inverse * direction[1]!);
    out[2] = -(along * uz + (perTheta * direction[2]! + perGamma) * inverse) + byZ;
  }

  /** Adds the derivatives of the bins of timed module m, whose place was looked up last. */
  private addBinSlopes(m: number, pe: number, timeNs: number, out: Float64Array): void {
    const { rows, stored, slope, cdfSlope } = this;
    const r = this.place[R]!;
    const inverseScale = 1 / (SCALE_NS + SCALE_NS_PER_M * r);
    const start = timeNs + r * NS_PER_METRE - this.smeared.leadNs;
    const from = rows.firstEdge[m]!;
    const end = rows.firstEdge[m + 1]!;
    if (rows.edgeNs[end - 1]! <= start) return;
    this.setSlope();
    const byX = slope[0]!;
    const byY = slope[1]!;
    const byZ = slope[2]!;
    // Every edge ends one bin and begins another.
    for (let e = from; e < end; e++) {
      const s = (rows.edgeNs[e]! - start) * inverseScale;
      if (!(s > 0)) continue;
      const c = this.cdfWithSlope(s, inverseScale);
      const ending = e > from ? rows.edgeRow[e - 1]! : -1;
      const beginning = e < end - 1 ? rows.edgeRow[e]! : -1;
      for (let side = 0; side < 2; side++) {
        const row = side === 0 ? ending : beginning;
        if (row < 0) continue;
        const at = 4 * (row < stored ? row : stored);
        const w = side === 0 ? pe : -pe;
        out[at] = out[at]! + w * (byX * c + cdfSlope[0]!);
        out[at + 1] = out[at + 1]! + w * (byY * c + cdfSlope[1]!);
        out[at + 2] = out[at + 2]! + w * (byZ * c + cdfSlope[2]!);
        out[at + 3] = out[at + 3]! + w * cdfSlope[3]!;
      }
    }
  }

  /** Share of light before s > 0, and its derivatives with respect to the source's x, y, z and time in `cdfSlope`. */
  private cdfWithSlope(s: number, inverseScale: number): number {
    const { nodes, roots, cdfSlope } = this;
    const last = nodes.length - 1;
    let constant = 0;
    let low = 0;
    let high = 0;
    let k = 1;
    let bySource = 0;
    if (s >= nodes[last]!) {
      const tail = TAIL * nodes[last]!;
      const over = (s - nodes[last]!) / tail;
      if (over > TAIL_LENGTHS) {
        cdfSlope.fill(0);
        return 1;
      }
      k = last;
      high = Math.exp(-over);
      constant = 1 - high;
      bySource = ((1 - this.node(last)) * high) / tail;
    } else {
      while (s >= nodes[k]!) k++;
      const root = Math.sqrt(s);
      const span = roots[k]! - roots[k - 1]!;
      high = (root - roots[k - 1]!) / span;
      low = 1 - high;
      bySource = (this.node(k) - (k > 1 ? this.node(k - 1) : 0)) / (2 * root * span);
    }
    const c = this.placeSlope(k, low, high, s * bySource, bySource, inverseScale);
    cdfSlope[3] = -bySource * inverseScale;
    return c + constant;
  }

  /**
   * low times node k - 1 plus high times node k, and its derivatives with respect to the source's place in `cdfSlope`.
   */
  private placeSlope(
    k: number,
    low: number,
    high: number,
    byScale: number,
    bySource: number,
    inverseScale: number,
  ): number {
    const { table, place, cornerAt, cdfSlope } = this;
    const { cdf } = this.smeared;
    const { timeZ, timeLnR, cosGamma: axisG, timeThetaDeg: thetas } = table;
    const fZ = place[TIME_F]!;
    const fR = place[TIME_F + 1]!;
    const fG = place[TIME_F + 2]!;
    const fT = place[TIME_F + 3]!;
    const iT = place[TIME_F + 4]!;
    const lowWeight = (k > 1 ? low : 0) / CDF_UNIT;
    const highWeight = high / CDF_UNIT;
    let sum = 0;
    let byZ = 0;
    let byR = 0;
    let byG = 0;
    let byT = 0;
    for (let c = 0; c < 16; c++) {
      const at = cornerAt[c]! + k - 1;
      const value = highWeight * cdf[at]! + (lowWeight > 0 ? lowWeight * cdf[at - 1]! : 0);
      const wZ = c & 1 ? fZ : 1 - fZ;
      const wR = c & 2 ? fR : 1 - fR;
      const wG = c & 4 ? fG : 1 - fG;
      const wT = c & 8 ? fT : 1 - fT;
      sum += value * wZ * wR * wG * wT;
      byZ += (c & 1 ? value : -value) * wR * wG * wT;
      byR += (c & 2 ? value : -value) * wZ * wG * wT;
      byG += (c & 4 ? value : -value) * wZ * wR * wT;
      byT += (c & 8 ? value : -value) * wZ * wR * wG;
    }
    const r = place[R]!;
    const inZ = isInside(place[Z]!, timeZ.first, timeZ.step, timeZ.size);
    const inR = isInside(place[LN_R]!, timeLnR.first, timeLnR.step, timeLnR.size);
    const inG = isInside(place[COS_GAMMA]!, axisG.first, axisG.step, axisG.size);
    const delay = -(NS_PER_METRE * bySource + SCALE_NS_PER_M * byScale) * inverseScale;
    this.project(
      inZ ? byZ / timeZ.step : 0,
      r <= NEAREST_M ? 0 : (inR ? byR / (timeLnR.step * r) : 0) + delay,
      inG ? byG / axisG.step : 0,
      byT / (thetas[iT + 1]! - thetas[iT]!),
      0,
      cdfSlope,
    );
    return sum;
  }
}

/** Arc cosine in degrees to 2e-8 rad (M. Abramowitz and I. Stegun 1964, 4.4.46). */
function acosDegrees(x: number): number {
  const a = x < 0 ? -x : x;
  let p = -0.0012624911 * a + 0.0066700901;
  p = p * a - 0.0170881256;
  p = p * a + 0.030891881;
  p = p * a - 0.0501743046;
  p = p * a + 0.0889789874;
  p = p * a - 0.2145988016;
  p = p * a + 1.570796305;
  const degrees = DEGREES * p * Math.sqrt(1 - a);
  return x < 0 ? 180 - degrees : degrees;
}

function onAxis(value: number, first: number, step: number, size: number): number {
  const u = (value - first) / step;
  return u > 0 ? (u < size - 1 ? u : size - 1) : 0;
}

function isInside(value: number, first: number, step: number, size: number): boolean {
  return value > first && value < first + (size - 1) * step;
}

/** For every whole degree the cell of nodes that it lies in. */
function cellsByDegree(nodes: Float64Array): Uint8Array {
  const cells = new Uint8Array(182);
  for (let degree = 0; degree < cells.length; degree++) {
    let i = 0;
    while (i < nodes.length - 2 && degree >= nodes[i + 1]!) i++;
    cells[degree] = i;
  }
  return cells;
}
