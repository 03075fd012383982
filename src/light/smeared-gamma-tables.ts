/**
 * Tables of the smeared gamma distribution: what smeared-gamma.ts interpolates, computed in about 0.15 s from accurate
 * forms. Symbols: there.
 */
import { gammaQ, lnGamma, lnGammaQ } from './gamma.js';
import {
  type Axis,
  found,
  locate,
  nodeOf,
  place,
  spline1,
  spline2,
  spline2At,
  spline3,
  uniformAxis,
} from './uniform-spline.js';

export const LN_SHAPE: Axis = uniformAxis(-4, 0.125, 66);
export const LN_SHAPE_COARSE: Axis = uniformAxis(-4, 0.2, 41);
export const LN_RATE: Axis = uniformAxis(-8, 0.36, 29);
export const TIME: Axis = uniformAxis(-8, 0.35, 138);
export const SHIFTED_TIME: Axis = uniformAxis(-20, 0.2, 301);
export const LN_LATE: Axis = uniformAxis(-5, 0.15, 64);

/** Spline coefficients of all tables. */
export interface SmearedGammaTables {
  /** ln J over (LN_SHAPE, SHIFTED_TIME). */
  readonly power: Float64Array;
  /** ln Gamma(k) over LN_SHAPE. */
  readonly lnGamma: Float64Array;
  /** ln(-ln S) over (LN_SHAPE_COARSE, LN_RATE, TIME). */
  readonly hazard: Float32Array;
  /** ln(-ln Q(k, x)) over (LN_SHAPE_COARSE, LN_LATE = ln x): no smearing. */
  readonly late: Float64Array;
}

/** Computes all tables. */
export function smearedGammaTables(): SmearedGammaTables {
  const power = new Float64Array(LN_SHAPE.n * SHIFTED_TIME.n);
  const lnGammaNodes = new Float64Array(LN_SHAPE.n);
  const sum = new SmearedPower();
  for (let i = 0; i < LN_SHAPE.n; i++) {
    const k = Math.exp(nodeOf(LN_SHAPE, i));
    lnGammaNodes[i] = lnGamma(k);
    for (let j = 0; j < SHIFTED_TIME.n; j++) {
      const q = nodeOf(SHIFTED_TIME, j);
      power[i * SHIFTED_TIME.n + j] = (q < 8 ? sum.ln(k, q) : lnPowerSeries(k, q)) - lnGammaNodes[i]!;
    }
  }
  const late = new Float64Array(LN_SHAPE_COARSE.n * LN_LATE.n);
  for (let i = 0; i < LN_SHAPE_COARSE.n; i++) {
    const k = Math.exp(nodeOf(LN_SHAPE_COARSE, i));
    for (let j = 0; j < LN_LATE.n; j++) {
      late[i * LN_LATE.n + j] = Math.log(-lnGammaQ(k, Math.exp(nodeOf(LN_LATE, j))));
    }
  }
  const early: SmearedGammaTables = {
    power: spline2(power, LN_SHAPE.n, SHIFTED_TIME.n),
    lnGamma: spline1(lnGammaNodes),
    late: spline2(late, LN_SHAPE_COARSE.n, LN_LATE.n),
    hazard: new Float32Array(0),
  };
  return { ...early, hazard: hazardTable(early) };
}

/** The density integrated from both ends, so that both the CDF and the survival keep their digits. */
function hazardTable(table: SmearedGammaTables): Float32Array {
  const values = new Float64Array(LN_SHAPE_COARSE.n * LN_RATE.n * TIME.n);
  const piece = new Float64Array(TIME.n);
  for (let i = 0; i < LN_SHAPE_COARSE.n; i++) {
    const kappa = nodeOf(LN_SHAPE_COARSE, i);
    const k = Math.exp(kappa);
    place[0] = kappa;
    locate(LN_SHAPE, 0);
    for (let j = 0; j < LN_RATE.n; j++) {
      const alpha = nodeOf(LN_RATE, j);
      const a = Math.exp(alpha);
      const f = (u: number): number => {
        place[2] = u - a;
        locate(SHIFTED_TIME, 2);
        spline2At(table.power, SHIFTED_TIME.n);
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
      let survival = gammaQ(k, a * (nodeOf(TIME, -1) + (k - 1) / (2 * nodeOf(TIME, -1)) - 0.5 * a));
      for (let m = 0; m < TIME.n - 1; m++) piece[m] = integral(nodeOf(TIME, m));
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
