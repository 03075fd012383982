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
 * first photon to the last. Beyond u = 40 both go over into asymptotic forms.
 *
 * Domain: -8 <= u, k in [0.019, 30], a <= 5.4; outside it arguments count as the nearest inside (light that is shorter
 * than a fifth of the smearing is as good as instantaneous), and for u < -8 the density is 0. Errors, held by the
 * tests: 2e-4 in ln f; 4e-3 in ln(-ln S) where neither S nor 1 - S is below 2e-9; both below 2e-4 for k in [0.2, 5] and
 * a < 1.
 */
import { gammaQ, lnGamma, lnGammaQ } from './gamma.js';
import { spline1, spline2, spline3 } from './uniform-spline.js';

/** Places in the work array of `smearedGamma`. Derivatives are with respect to ln k, ln a and u. */
export const SMEARED = {
  /** In: ln k, ln a (a = R sigma), and u, the time in units of sigma. */
  lnShape: 0,
  lnRate: 1,
  time: 2,
  /** Out: ln of the density per sigma, and of the hazard -ln S. */
  lnDensity: 3,
  densityByLnShape: 4,
  densityByLnRate: 5,
  densityByTime: 6,
  lnHazard: 7,
  hazardByLnShape: 8,
  hazardByLnRate: 9,
  hazardByTime: 10,
  length: 11,
} as const;

/** A uniform grid: nodes at `from + i * step`, i < n. */
interface Axis {
  readonly from: number;
  readonly step: number;
  readonly perStep: number;
  readonly n: number;
}

function axis(from: number, step: number, n: number): Axis {
  return { from, step, perStep: 1 / step, n };
}

const LN_SHAPE: Axis = axis(-4, 0.125, 66);
const LN_SHAPE_COARSE: Axis = axis(-4, 0.2, 41);
const LN_RATE: Axis = axis(-8, 0.36, 29);
const TIME: Axis = axis(-8, 0.35, 138);
const SHIFTED_TIME: Axis = axis(-20, 0.2, 301);
const LN_LATE: Axis = axis(-5, 0.15, 64);

/** Terms of the series for late times beyond the first. */
const LATE_TERMS = 4;

const last = (on: Axis): number => on.from + (on.n - 1) * on.step;
/** The tables go farther, because splines are worst near their ends. */
const SHAPE_MAX = 3.4;
const RATE_MAX = 1.7;
const TIME_MAX = last(TIME);
const SHIFTED_MAX = last(SHIFTED_TIME);
const LATE_MAX = last(LN_LATE);

/** Spline coefficients of all tables. */
interface Tables {
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
export function prepareSmearedGamma(): void {
  ready();
}

function ready(): Tables {
  tables ??= buildTables();
  return tables;
}

// Numbers travel between the functions below in these arrays: an argument or a result that is not an integer would be
// put on the heap wherever a function is not inlined.

/** Where to look: a coordinate for each of up to three axes. */
const place = new Float64Array(3);
/** Weights of the four coefficients around a place, and of the derivative; one block of 8 an axis. */
const weights = new Float64Array(24);
/** Index of the first of the four coefficients, an axis each. */
const corner = new Int32Array(3);
/** Value and derivatives of a two-dimensional spline. */
const found = new Float64Array(3);

/** Finds `place[which]` (inside the axis) among the coefficients and the weights there. */
function locate(axis: Axis, which: number): void {
  const at = (place[which]! - axis.from) * axis.perStep;
  const i = Math.min(Math.floor(at), axis.n - 2);
  corner[which] = i;
  const t = at - i;
  const s = 1 - t;
  const w = 8 * which;
  weights[w] = s * s * s * (1 / 6);
  weights[w + 1] = (0.5 * t - 1) * t * t + 2 / 3;
  weights[w + 2] = (0.5 * s - 1) * s * s + 2 / 3;
  weights[w + 3] = t * t * t * (1 / 6);
  weights[w + 4] = -0.5 * s * s * axis.perStep;
  weights[w + 5] = (1.5 * t - 2) * t * axis.perStep;
  weights[w + 6] = -(1.5 * s - 2) * s * axis.perStep;
  weights[w + 7] = 0.5 * t * t * axis.perStep;
}

/** Value and derivatives by both axes of a two-dimensional spline where `locate` was (axes 0 and 2) -> found[0..2]. */
function spline2At(coefficients: Float64Array, rowLength: number): void {
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
  found[0] = value;
  found[1] = byA;
  found[2] = byB;
}

/**
 * ln of the density (per sigma) and of the hazard -ln S of a gamma distribution folded with a Gaussian of width 1, with
 * derivatives, from and to the places of `work` that are named in `SMEARED`. No allocation. For u below -8 the density is
 * 0 (ln -Infinity) and the survival 1.
 *
 * @param withHazard whether the hazard is wanted; its places are left alone otherwise
 */
export function smearedGamma(work: Float64Array, withHazard: boolean): void {
  const table = ready();
  const u = work[SMEARED.time]!;
  if (!(u >= TIME.from)) {
    work.fill(0, SMEARED.lnDensity);
    work[SMEARED.lnDensity] = Number.NEGATIVE_INFINITY;
    work[SMEARED.lnHazard] = Number.NEGATIVE_INFINITY;
    return;
  }
  const kappa = Math.min(Math.max(work[SMEARED.lnShape]!, LN_SHAPE.from), SHAPE_MAX);
  const shapeSlope = kappa === work[SMEARED.lnShape] ? 1 : 0;
  const alpha = Math.min(work[SMEARED.lnRate]!, RATE_MAX);
  const rateSlope = alpha === work[SMEARED.lnRate] ? 1 : 0;
  const k = Math.exp(kappa);
  const a = Math.exp(alpha);
  const q = u - a;
  place[0] = kappa;
  locate(LN_SHAPE, 0);
  if (q <= SHIFTED_MAX) {
    place[2] = Math.max(q, SHIFTED_TIME.from);
    locate(SHIFTED_TIME, 2);
    spline2At(table.power, SHIFTED_TIME.n + 2);
  } else {
    found[0] = k;
    found[2] = q;
    latePower(table);
  }
  work[SMEARED.lnDensity] = k * alpha + a * (0.5 * a - u) + found[0]!;
  work[SMEARED.densityByLnShape] = shapeSlope * (k * alpha + found[1]!);
  work[SMEARED.densityByLnRate] = rateSlope * (k - a * (q + found[2]!));
  work[SMEARED.densityByTime] = found[2]! - a;
  if (!withHazard) return;
  locate(LN_SHAPE_COARSE, 0);
  if (u > TIME_MAX) {
    lateHazard(table, work, k, alpha, a);
  } else {
    // Below the least rate the hazard is linear in ln a.
    const below = Math.min(alpha - LN_RATE.from, 0);
    place[1] = alpha - below;
    place[2] = u;
    locate(LN_RATE, 1);
    locate(TIME, 2);
    hazardAt(table.hazard, work);
    work[SMEARED.lnHazard]! += k * below;
    work[SMEARED.hazardByLnShape]! += k * below;
    if (below < 0) work[SMEARED.hazardByLnRate] = k;
  }
  work[SMEARED.hazardByLnShape]! *= shapeSlope;
  work[SMEARED.hazardByLnRate]! *= rateSlope;
}

/** ln J_k(q) beyond its table and its derivatives by ln k and q; k = found[0] and q = found[2] -> found[0..2]. */
function latePower(table: Tables): void {
  const k = found[0]!;
  const q = found[2]!;
  let lnG = 0;
  let slope = 0;
  const at = corner[0]!;
  for (let i = 0; i < 4; i++) {
    const c = table.lnGamma[at + i]!;
    lnG += weights[i]! * c;
    slope += weights[4 + i]! * c;
  }
  const lnQ = Math.log(q);
  let term = 1;
  let termByK = 0;
  let series = 1;
  let seriesByK = 0;
  let seriesByLnQ = 0;
  for (let n = 1; n <= LATE_TERMS; n++) {
    const per = 1 / (2 * n * q * q);
    const factor = (k - 2 * n + 1) * (k - 2 * n) * per;
    termByK = termByK * factor + term * (2 * k - 4 * n + 1) * per;
    term *= factor;
    series += term;
    seriesByK += termByK;
    seriesByLnQ -= 2 * n * term;
  }
  found[0] = (k - 1) * lnQ - lnG + Math.log(series);
  found[1] = k * lnQ - slope + (k * seriesByK) / series;
  found[2] = (k - 1 + seriesByLnQ / series) / q;
}

/** ln(-ln S) and its derivatives where `locate` was on all three axes. */
function hazardAt(coefficients: Float32Array, work: Float64Array): void {
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
  work[SMEARED.lnHazard] = value;
  work[SMEARED.hazardByLnShape] = byShape;
  work[SMEARED.hazardByLnRate] = byRate;
  work[SMEARED.hazardByTime] = byTime;
}

/** ln(-ln S) late: the unsmeared function, its time shifted by what the second moment of the Gaussian does. */
function lateHazard(table: Tables, work: Float64Array, k: number, alpha: number, a: number): void {
  const u = work[SMEARED.time]!;
  const w = u + (k - 1) / (2 * u) - 0.5 * a;
  const free = alpha + Math.log(w);
  const lnX = Math.min(Math.max(free, LN_LATE.from), LATE_MAX);
  place[2] = lnX;
  locate(LN_LATE, 2);
  spline2At(table.late, LN_LATE.n + 2);
  const byLnX = lnX === free ? found[2]! : 0;
  work[SMEARED.lnHazard] = found[0]!;
  work[SMEARED.hazardByLnShape] = found[1]! + (byLnX * k) / (2 * u * w);
  work[SMEARED.hazardByLnRate] = byLnX * (1 - (0.5 * a) / w);
  work[SMEARED.hazardByTime] = (byLnX * (1 - (k - 1) / (2 * u * u))) / w;
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
  for (let i = 0; i < LN_SHAPE_COARSE.n; i++) {
    const kappa = node(LN_SHAPE_COARSE, i);
    const k = Math.exp(kappa);
    place[0] = kappa;
    locate(LN_SHAPE, 0);
    for (let j = 0; j < LN_RATE.n; j++) {
      const alpha = node(LN_RATE, j);
      const a = Math.exp(alpha);
      const f = (u: number): number => {
        place[2] = u - a;
        locate(SHIFTED_TIME, 2);
        spline2At(table.power, SHIFTED_TIME.n + 2);
        return Math.exp(k * alpha + a * (0.5 * a - u) + found[0]!);
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

function node(on: Axis, i: number): number {
  return on.from + i * on.step;
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
