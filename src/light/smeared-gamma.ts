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
import {
  LN_LATE,
  LN_RATE,
  LN_SHAPE,
  LN_SHAPE_COARSE,
  SHIFTED_TIME,
  type SmearedGammaTables,
  smearedGammaTables,
  TIME,
} from './smeared-gamma-tables.js';
import { found, locate, nodeOf, place, spline1At, spline2At, spline3At } from './uniform-spline.js';

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

/** The tables go farther, because splines are worst near their ends. */
const SHAPE_MAX = 3.4;
const RATE_MAX = 1.7;
const TIME_MAX: number = nodeOf(TIME, -1);
const SHIFTED_MAX: number = nodeOf(SHIFTED_TIME, -1);
const LATE_MAX: number = nodeOf(LN_LATE, -1);
/** Terms of the series for late times beyond the first. */
const LATE_TERMS = 4;

let tables: SmearedGammaTables | null = null;

/** Computes the tables where that has not been done, so that no later call takes long. */
export function prepareSmearedGamma(): void {
  ready();
}

function ready(): SmearedGammaTables {
  tables ??= smearedGammaTables();
  return tables;
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
    spline2At(table.power, SHIFTED_TIME.n);
  } else {
    latePower(table, k, q);
  }
  work[SMEARED.lnDensity] = k * alpha + a * (0.5 * a - u) + found[0]!;
  work[SMEARED.densityByLnShape] = shapeSlope * (k * alpha + found[1]!);
  work[SMEARED.densityByLnRate] = rateSlope * (k - a * (q + found[3]!));
  work[SMEARED.densityByTime] = found[3]! - a;
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
    spline3At(table.hazard, LN_RATE.n, TIME.n);
    work[SMEARED.lnHazard] = found[0]! + k * below;
    work[SMEARED.hazardByLnShape] = found[1]! + k * below;
    work[SMEARED.hazardByLnRate] = below < 0 ? k : found[2]!;
    work[SMEARED.hazardByTime] = found[3]!;
  }
  work[SMEARED.hazardByLnShape]! *= shapeSlope;
  work[SMEARED.hazardByLnRate]! *= rateSlope;
}

/** ln J_k(q) beyond its table and its derivatives by ln k and q -> found[0], found[1], found[3]. */
function latePower(table: SmearedGammaTables, k: number, q: number): void {
  spline1At(table.lnGamma);
  const lnG = found[0]!;
  const slope = found[1]!;
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
  found[3] = (k - 1 + seriesByLnQ / series) / q;
}

/** ln(-ln S) late: the unsmeared function, its time shifted by what the second moment of the Gaussian does. */
function lateHazard(table: SmearedGammaTables, work: Float64Array, k: number, alpha: number, a: number): void {
  const u = work[SMEARED.time]!;
  const w = u + (k - 1) / (2 * u) - 0.5 * a;
  const free = alpha + Math.log(w);
  const lnX = Math.min(Math.max(free, LN_LATE.from), LATE_MAX);
  place[2] = lnX;
  locate(LN_LATE, 2);
  spline2At(table.late, LN_LATE.n);
  const byLnX = lnX === free ? found[3]! : 0;
  work[SMEARED.lnHazard] = found[0]!;
  work[SMEARED.hazardByLnShape] = found[1]! + (byLnX * k) / (2 * u * w);
  work[SMEARED.hazardByLnRate] = byLnX * (1 - (0.5 * a) / w);
  work[SMEARED.hazardByTime] = (byLnX * (1 - (k - 1) / (2 * u * u))) / w;
}
