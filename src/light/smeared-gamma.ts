/**
 * Arrival times of light, smeared by the electronics: a gamma distribution of shape k and rate R folded with a Gaussian
 * of width sigma, fast. Logarithms of the density and of the cumulative hazard (-ln of the survival S) from tables of
 * cubic splines that are computed on first use (about 0.1 s); smeared-gamma-reference.ts is the accurate and slow form.
 *
 * In units of sigma (a = R sigma, u = t / sigma, q = u - a) the density factorises (specs/reco-splinempe.md 9.3, the
 * parabolic cylinder function in other clothes):
 *
 *     f = a^k exp(a^2/2 - a u) J_k(q),     J_k(q) = 1/Gamma(k) integral of v^(k-1) phi(q - v) dv,
 *
 * so that ln J is a table of two variables. The hazard needs all three; ln(-ln S) is smooth in (ln k, ln a, u) from the
 * first photon to the last. Beyond u = 40 both go over into the first terms of their asymptotic series.
 *
 * Domain: -8 <= u, k in [0.019, 30], a <= 8; outside it arguments count as the nearest inside (light that is shorter
 * than an eighth of the smearing is as good as instantaneous), and for u < -8 the density is 0. Errors, held by the
 * tests: 1e-3 in ln f and in ln(-ln S).
 */
import { gammaQ, lnGamma, lnGammaQ } from './gamma.js';
import { spline1, spline2, spline3 } from './uniform-spline.js';

/** Places in the output of `smearedGamma`. Derivatives are with respect to ln k, ln a and u. */
export const SMEARED = {
  lnDensity: 0,
  densityByLnShape: 1,
  densityByLnRate: 2,
  densityByTime: 3,
  lnHazard: 4,
  hazardByLnShape: 5,
  hazardByLnRate: 6,
  hazardByTime: 7,
  length: 8,
} as const;

/** A uniform grid: nodes at `from + i * step`, i < n. */
interface Axis {
  readonly from: number;
  readonly step: number;
  readonly n: number;
}

const LN_SHAPE: Axis = { from: -4, step: 0.125, n: 60 };
const LN_SHAPE_COARSE: Axis = { from: -4, step: 0.2, n: 38 };
const LN_RATE: Axis = { from: -8, step: 0.36, n: 29 };
const TIME: Axis = { from: -8, step: 0.35, n: 138 };
const SHIFTED_TIME: Axis = { from: -18, step: 0.2, n: 291 };
const LN_LATE: Axis = { from: -5, step: 0.15, n: 64 };

const last = (axis: Axis): number => axis.from + (axis.n - 1) * axis.step;
const SHAPE_MAX = Math.min(last(LN_SHAPE), last(LN_SHAPE_COARSE));
const RATE_MAX = last(LN_RATE);
const TIME_MAX = last(TIME);
const SHIFTED_MAX = last(SHIFTED_TIME);
const LATE_MAX = last(LN_LATE);

/** Spline coefficients of all tables. */
export interface Tables {
  /** ln J over (LN_SHAPE, SHIFTED_TIME). */
  readonly power: Float64Array;
  /** ln Gamma(k) over LN_SHAPE. */
  readonly lnGamma: Float64Array;
  /** ln(-ln S) over (LN_SHAPE_COARSE, LN_RATE, TIME). */
  readonly hazard: Float32Array;
  /** ln(-ln Q(k, x)) over (LN_SHAPE_COARSE, LN_LATE = ln x): no smearing. */
  readonly late: Float64Array;
}

let tables: Tables | null = null;

/** Computes the tables where that has not been done, so that no later call takes long. */
export function prepareSmearedGamma(): Tables {
  tables ??= buildTables();
  return tables;
}

/** Weights of the four coefficients around a place, and of the derivative; one block of 8 an axis. */
const weights = new Float64Array(24);
/** Index of the first of the four coefficients, an axis each. */
const corner = new Int32Array(3);

/** Finds the place of `x` (inside the axis) among the coefficients and the weights there. */
function locate(axis: Axis, x: number, which: number): void {
  const at = (x - axis.from) / axis.step;
  let i = Math.floor(at);
  if (i > axis.n - 2) i = axis.n - 2;
  corner[which] = i;
  const t = at - i;
  const s = 1 - t;
  const perStep = 1 / axis.step;
  const w = 8 * which;
  weights[w] = (s * s * s) / 6;
  weights[w + 1] = ((3 * t - 6) * t * t + 4) / 6;
  weights[w + 2] = ((3 * s - 6) * s * s + 4) / 6;
  weights[w + 3] = (t * t * t) / 6;
  weights[w + 4] = -0.5 * s * s * perStep;
  weights[w + 5] = (1.5 * t - 2) * t * perStep;
  weights[w + 6] = -(1.5 * s - 2) * s * perStep;
  weights[w + 7] = 0.5 * t * t * perStep;
}

/** Value and derivatives by both axes of a two-dimensional spline where `locate` was (axes 0 and 2) -> out[0..2]. */
function spline2At(coefficients: Float64Array, rowLength: number, out: Float64Array): void {
  let value = 0;
  let byA = 0;
  let byB = 0;
  let c = corner[0]! * rowLength + corner[2]!;
  for (let i = 0; i < 4; i++) {
    const c0 = coefficients[c]!;
    const c1 = coefficients[c + 1]!;
    const c2 = coefficients[c + 2]!;
    const c3 = coefficients[c + 3]!;
    const v = weights[16]! * c0 + weights[17]! * c1 + weights[18]! * c2 + weights[19]! * c3;
    const d = weights[20]! * c0 + weights[21]! * c1 + weights[22]! * c2 + weights[23]! * c3;
    value += weights[i]! * v;
    byA += weights[4 + i]! * v;
    byB += weights[i]! * d;
    c += rowLength;
  }
  out[0] = value;
  out[1] = byA;
  out[2] = byB;
}

const scratch = new Float64Array(4);

/**
 * ln of the density (per sigma) and of the hazard -ln S of a gamma distribution folded with a Gaussian of width 1, with
 * derivatives, into `out` at the places named in `SMEARED`. No allocation.
 *
 * @param lnShape ln k
 * @param lnRate ln a, a = R sigma
 * @param u time in units of sigma; below -8 the density is 0 (ln -Infinity) and the survival 1
 * @param withHazard whether the hazard is wanted; its places in `out` are left alone otherwise
 */
export function smearedGamma(lnShape: number, lnRate: number, u: number, withHazard: boolean, out: Float64Array): void {
  const table = prepareSmearedGamma();
  if (!(u >= TIME.from)) {
    out.fill(0);
    out[SMEARED.lnDensity] = Number.NEGATIVE_INFINITY;
    out[SMEARED.lnHazard] = Number.NEGATIVE_INFINITY;
    return;
  }
  let kappa = lnShape;
  let shapeSlope = 1;
  if (!(kappa > LN_SHAPE.from)) {
    kappa = LN_SHAPE.from;
    shapeSlope = 0;
  } else if (kappa > SHAPE_MAX) {
    kappa = SHAPE_MAX;
    shapeSlope = 0;
  }
  let alpha = lnRate;
  let rateSlope = 1;
  if (alpha > RATE_MAX) {
    alpha = RATE_MAX;
    rateSlope = 0;
  }
  const k = Math.exp(kappa);
  const a = Math.exp(alpha);
  lnPower(table, kappa, k, u - a, scratch);
  const byQ = scratch[2]!;
  out[SMEARED.lnDensity] = k * alpha + a * (0.5 * a - u) + scratch[0]!;
  out[SMEARED.densityByLnShape] = shapeSlope * (k * alpha + scratch[1]!);
  out[SMEARED.densityByLnRate] = rateSlope * (k - a * (u - a + byQ));
  out[SMEARED.densityByTime] = byQ - a;
  if (!withHazard) return;
  if (u > TIME_MAX) lateHazard(table, kappa, k, alpha, a, u, out);
  else hazardAt(table, kappa, k, alpha, u, out);
  out[SMEARED.hazardByLnShape]! *= shapeSlope;
  out[SMEARED.hazardByLnRate]! *= rateSlope;
}

/** ln J_k(q) and its derivatives by ln k and q -> out[0..2]. */
function lnPower(table: Tables, kappa: number, k: number, q: number, out: Float64Array): void {
  locate(LN_SHAPE, kappa, 0);
  if (q <= SHIFTED_MAX) {
    locate(SHIFTED_TIME, Math.max(q, SHIFTED_TIME.from), 2);
    spline2At(table.power, SHIFTED_TIME.n + 2, out);
    return;
  }
  let lnG = 0;
  let slope = 0;
  const at = corner[0]!;
  for (let i = 0; i < 4; i++) {
    const c = table.lnGamma[at + i]!;
    lnG += weights[i]! * c;
    slope += weights[4 + i]! * c;
  }
  const lnQ = Math.log(q);
  const perQ2 = 1 / (q * q);
  const next = 1 + 0.5 * (k - 1) * (k - 2) * perQ2;
  out[0] = (k - 1) * lnQ - lnG + Math.log(next);
  out[1] = k * lnQ - slope + (0.5 * k * (2 * k - 3) * perQ2) / next;
  out[2] = (k - 1) / q - ((k - 1) * (k - 2) * perQ2) / (q * next);
}

/** ln(-ln S) and its derivatives inside the table. Below the least rate it is linear in ln a. */
function hazardAt(table: Tables, kappa: number, k: number, alpha: number, u: number, out: Float64Array): void {
  const below = alpha < LN_RATE.from ? alpha - LN_RATE.from : 0;
  locate(LN_SHAPE_COARSE, kappa, 0);
  locate(LN_RATE, alpha - below, 1);
  locate(TIME, u, 2);
  const coefficients = table.hazard;
  const row = TIME.n + 2;
  const plane = (LN_RATE.n + 2) * row;
  let value = 0;
  let byShape = 0;
  let byRate = 0;
  let byTime = 0;
  let start = corner[0]! * plane + corner[1]! * row + corner[2]!;
  for (let i = 0; i < 4; i++) {
    let c = start;
    let v = 0;
    let vRate = 0;
    let vTime = 0;
    for (let j = 0; j < 4; j++) {
      const c0 = coefficients[c]!;
      const c1 = coefficients[c + 1]!;
      const c2 = coefficients[c + 2]!;
      const c3 = coefficients[c + 3]!;
      const s = weights[16]! * c0 + weights[17]! * c1 + weights[18]! * c2 + weights[19]! * c3;
      const d = weights[20]! * c0 + weights[21]! * c1 + weights[22]! * c2 + weights[23]! * c3;
      v += weights[8 + j]! * s;
      vRate += weights[12 + j]! * s;
      vTime += weights[8 + j]! * d;
      c += row;
    }
    value += weights[i]! * v;
    byShape += weights[4 + i]! * v;
    byRate += weights[i]! * vRate;
    byTime += weights[i]! * vTime;
    start += plane;
  }
  out[SMEARED.lnHazard] = value + k * below;
  out[SMEARED.hazardByLnShape] = byShape + k * below;
  out[SMEARED.hazardByLnRate] = byRate;
  out[SMEARED.hazardByTime] = byTime;
}

/** ln(-ln S) late: the unsmeared function, its time shifted by what the second moment of the Gaussian does. */
function lateHazard(
  table: Tables,
  kappa: number,
  k: number,
  alpha: number,
  a: number,
  u: number,
  out: Float64Array,
): void {
  const w = u + (k - 1) / (2 * u) - 0.5 * a;
  let lnX = alpha + Math.log(w);
  let slope = 1;
  if (lnX > LATE_MAX) {
    lnX = LATE_MAX;
    slope = 0;
  } else if (lnX < LN_LATE.from) {
    slope = 0;
    lnX = LN_LATE.from;
  }
  locate(LN_SHAPE_COARSE, kappa, 0);
  locate(LN_LATE, lnX, 2);
  spline2At(table.late, LN_LATE.n + 2, scratch);
  const byLnX = slope * scratch[2]!;
  out[SMEARED.lnHazard] = scratch[0]!;
  out[SMEARED.hazardByLnShape] = scratch[1]! + (byLnX * k) / (2 * u * w);
  out[SMEARED.hazardByLnRate] = byLnX * (1 - (0.5 * a) / w);
  out[SMEARED.hazardByTime] = (byLnX * (1 - (k - 1) / (2 * u * u))) / w;
}

function buildTables(): Tables {
  const power = new Float64Array(LN_SHAPE.n * SHIFTED_TIME.n);
  const lnGammaNodes = new Float64Array(LN_SHAPE.n);
  const sum = new SmearedPower();
  for (let i = 0; i < LN_SHAPE.n; i++) {
    const k = Math.exp(node(LN_SHAPE, i));
    lnGammaNodes[i] = lnGamma(k);
    for (let j = 0; j < SHIFTED_TIME.n; j++) {
      const q = node(SHIFTED_TIME, j);
      power[i * SHIFTED_TIME.n + j] = (q < 8 ? sum.ln(k, q) : lnPowerSeries(k, q)) - lnGammaNodes[i]!;
    }
  }
  const late = new Float64Array(LN_SHAPE_COARSE.n * LN_LATE.n);
  for (let i = 0; i < LN_SHAPE_COARSE.n; i++) {
    const k = Math.exp(node(LN_SHAPE_COARSE, i));
    for (let j = 0; j < LN_LATE.n; j++) {
      late[i * LN_LATE.n + j] = Math.log(-lnGammaQ(k, Math.exp(node(LN_LATE, j))));
    }
  }
  const early: Tables = {
    power: spline2(power, LN_SHAPE.n, SHIFTED_TIME.n),
    lnGamma: spline1(lnGammaNodes),
    late: spline2(late, LN_SHAPE_COARSE.n, LN_LATE.n),
    hazard: new Float32Array(0),
  };
  return { ...early, hazard: hazardTable(early) };
}

/** The density integrated from both ends, so that both the CDF and the survival keep their digits. */
function hazardTable(table: Tables): Float32Array {
  const values = new Float64Array(LN_SHAPE_COARSE.n * LN_RATE.n * TIME.n);
  const piece = new Float64Array(TIME.n);
  const density = new Float64Array(3);
  for (let i = 0; i < LN_SHAPE_COARSE.n; i++) {
    const kappa = node(LN_SHAPE_COARSE, i);
    const k = Math.exp(kappa);
    for (let j = 0; j < LN_RATE.n; j++) {
      const alpha = node(LN_RATE, j);
      const a = Math.exp(alpha);
      const f = (u: number): number => {
        lnPower(table, kappa, k, u - a, density);
        return Math.exp(k * alpha + a * (0.5 * a - u) + density[0]!);
      };
      const integral = (u: number): number => {
        let sum = 0;
        for (let g = 0; g < GAUSS_NODES.length; g++) {
          sum += GAUSS_WEIGHTS[g]! * f(u + 0.5 * TIME.step * (1 + GAUSS_NODES[g]!));
        }
        return 0.5 * TIME.step * sum;
      };
      let cdf = 0;
      for (let m = 6; m >= 1; m--) cdf += integral(TIME.from - m * TIME.step);
      let survival = gammaQ(k, a * (TIME_MAX + (k - 1) / (2 * TIME_MAX) - 0.5 * a));
      for (let m = 0; m < TIME.n - 1; m++) piece[m] = integral(node(TIME, m));
      const row = (i * LN_RATE.n + j) * TIME.n;
      for (let m = 0; m < TIME.n && cdf < 0.5; m++) {
        values[row + m] = Math.log(-Math.log1p(-cdf));
        cdf += piece[m]!;
      }
      for (let m = TIME.n - 1; m >= 0 && survival < 0.5; m--) {
        values[row + m] = Math.log(-Math.log(survival));
        if (m > 0) survival += piece[m - 1]!;
      }
    }
  }
  return Float32Array.from(spline3(values, LN_SHAPE_COARSE.n, LN_RATE.n, TIME.n));
}

/** Four-point Gauss-Legendre rule on [-1, 1]. */
const GAUSS_NODES: readonly number[] = [
  -0.8611363115940526, -0.3399810435848563, 0.3399810435848563, 0.8611363115940526,
];
const GAUSS_WEIGHTS: readonly number[] = [
  0.3478548451374538, 0.6521451548625461, 0.6521451548625461, 0.3478548451374538,
];

function node(axis: Axis, i: number): number {
  return axis.from + i * axis.step;
}

/**
 * ln of the integral of v^(k-1) phi(q - v) dv for q < 8, by equal steps in y with v = exp(y - e^-y): the integrand falls
 * doubly exponentially on the left whatever k, and sums of equal steps converge exponentially.
 */
class SmearedPower {
  private readonly v: number[] = [];
  private readonly lnV: number[] = [];
  private readonly lnSlope: number[] = [];
  private static readonly STEP = 0.04;

  constructor() {
    for (let y = -9; y <= Math.log(30); y += SmearedPower.STEP) {
      const e = Math.exp(-y);
      this.lnV.push(y - e);
      this.v.push(Math.exp(y - e));
      this.lnSlope.push(Math.log1p(e));
    }
  }

  ln(k: number, q: number): number {
    let top = Number.NEGATIVE_INFINITY;
    const exponent = (j: number): number => {
      const d = q - this.v[j]!;
      return k * this.lnV[j]! + this.lnSlope[j]! - 0.5 * d * d;
    };
    for (let j = 0; j < this.v.length; j++) top = Math.max(top, exponent(j));
    let sum = 0;
    for (let j = 0; j < this.v.length; j++) {
      const e = exponent(j) - top;
      if (e > -40) sum += Math.exp(e);
    }
    return top + Math.log(sum * SmearedPower.STEP) - 0.9189385332046727;
  }
}

/** The same for q >= 8: (k - 1)(k - 2) ... (k - 2n) / (2^n n! q^2n), summed while the terms fall (they end for whole k). */
function lnPowerSeries(k: number, q: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; n < 60; n++) {
    const next = (term * (k - 2 * n + 1) * (k - 2 * n)) / (2 * n * q * q);
    if (2 * n > k && Math.abs(next) > Math.abs(term)) break;
    term = next;
    sum += term;
    if (Math.abs(term) < 1e-15 * Math.abs(sum)) break;
  }
  return (k - 1) * Math.log(q) + Math.log(sum);
}
