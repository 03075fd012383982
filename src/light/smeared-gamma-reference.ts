/**
 * Arrival times of light, smeared by the electronics: a gamma distribution of shape k and rate R folded with a Gaussian
 * of width sigma (specs/reco-splinempe.md 9.3, photon-tables.md 8). This file is the accurate and slow form, by
 * numerical integration without any special case in k: what the table of smeared-gamma.ts is made from and checked
 * against. Relative errors below 1e-10 wherever the logarithms exceed -600.
 *
 * In units of sigma (a = R sigma, u = t / sigma), with the unsmeared time v,
 *
 *   density   f = integral of g(v) phi(u - v) dv,      g(v) = a (a v)^(k-1) e^(-a v) / Gamma(k)
 *   CDF       C = integral of g(v) Phi(u - v) dv,      survival S = integral of g(v) Phi(v - u) dv.
 *
 * Near the start of the light (g is singular at v = 0 for k < 1) the integrals run over y with v = exp(y - e^-y), where
 * the integrands fall doubly exponentially on the left; later, where the Gaussian no longer reaches v = 0, over v
 * itself, with C and S from the incomplete gamma functions. Sums of equal steps converge exponentially in both.
 */
import { lnGamma, lnGammaP, lnGammaQ, lnNormalCdf } from './gamma.js';

const LN_SQRT_TWO_PI = 0.9189385332046727;
/** Gaussian widths beyond which nothing is left to 1e-16. */
const REACH = 9.5;

/** Logarithms of density (per ns), CDF and survival. */
export interface SmearedGamma {
  readonly lnDensity: number;
  readonly lnCdf: number;
  readonly lnSurvival: number;
}

/**
 * The smeared distribution at time `tNs` after the start of the light.
 *
 * @param shape k in (0, 300]
 * @param ratePerNs R > 0
 * @param sigmaNs width of the Gaussian, > 0
 */
export function smearedGammaReference(shape: number, ratePerNs: number, sigmaNs: number, tNs: number): SmearedGamma {
  const reduced = reducedSmearedGamma(shape, ratePerNs * sigmaNs, tNs / sigmaNs);
  return { ...reduced, lnDensity: reduced.lnDensity - Math.log(sigmaNs) };
}

/** The same in units of sigma: a = R sigma, u = t / sigma; the density is per sigma. */
export function reducedSmearedGamma(k: number, a: number, u: number): SmearedGamma {
  // peak of v^k e^(-a v) phi(u - v), and its width
  const eta = a - u;
  const root = Math.sqrt(eta * eta + 4 * k);
  const peak = eta > 0 ? (2 * k) / (root + eta) : 0.5 * (root - eta);
  const width = 1 / Math.sqrt(1 + k / (peak * peak));
  const low = Math.min(peak - REACH * width, u - REACH);
  return low > 0 ? lateSums(k, a, u, peak, width) : earlySums(k, a, u, peak, width);
}

/** Equal steps in y, v = exp(y - e^-y). */
function earlySums(k: number, a: number, u: number, peak: number, width: number): SmearedGamma {
  const h = 0.4 / Math.max(4, u, peak / width);
  const right = Math.max(u + REACH, peak + 14 * width, (k + 50 + 10 * Math.sqrt(k)) / a);
  const yMax = Math.log(right) + 0.5;
  const yMin = -Math.log(60 / k + 10);
  const lnNorm = k * Math.log(a) - lnGamma(k) + Math.log(h);
  const density = new LogSum();
  const cdf = new LogSum();
  const survival = new LogSum();
  for (let y = yMin; y <= yMax; y += h) {
    const e = Math.exp(-y);
    const v = Math.exp(y - e);
    const lnG = k * (y - e) - a * v + Math.log1p(e) + lnNorm;
    const d = u - v;
    density.add(lnG - 0.5 * d * d - LN_SQRT_TWO_PI);
    cdf.add(lnG + lnNormalCdf(d));
    survival.add(lnG + lnNormalCdf(-d));
  }
  return finish(density, cdf, survival);
}

/** Equal steps in v. */
function lateSums(k: number, a: number, u: number, peak: number, width: number): SmearedGamma {
  const lnGammaK = lnGamma(k);
  const density = new LogSum();
  const step = 0.3 * width;
  const lnStep = Math.log(step) - LN_SQRT_TWO_PI;
  for (let v = peak - REACH * width; v < peak + 14 * width; v += step) {
    const d = u - v;
    density.add(k * Math.log(a * v) - Math.log(v) - a * v - lnGammaK - 0.5 * d * d + lnStep);
  }
  const cdf = new LogSum();
  const survival = new LogSum();
  const low = Math.min(peak - REACH * width, u - REACH);
  const high = Math.max(peak + 14 * width, u + REACH);
  for (let v = low; v < high; v += step) {
    const d = u - v;
    const lnWeight = -0.5 * d * d + lnStep;
    cdf.add(lnGammaP(k, a * v) + lnWeight);
    survival.add(lnGammaQ(k, a * v) + lnWeight);
  }
  return finish(density, cdf, survival);
}

/** Both logarithms from the smaller of C and S, which has all its digits. */
function finish(density: LogSum, cdf: LogSum, survival: LogSum): SmearedGamma {
  const lnCdf = cdf.ln();
  const lnSurvival = survival.ln();
  return lnCdf < lnSurvival
    ? { lnDensity: density.ln(), lnCdf, lnSurvival: Math.log1p(-Math.exp(lnCdf)) }
    : { lnDensity: density.ln(), lnCdf: Math.log1p(-Math.exp(lnSurvival)), lnSurvival };
}

/** Sum of exponentials of any size. */
class LogSum {
  private top = Number.NEGATIVE_INFINITY;
  private sum = 0;

  add(ln: number): void {
    if (ln <= this.top) this.sum += Math.exp(ln - this.top);
    else {
      this.sum = this.sum * Math.exp(this.top - ln) + 1;
      this.top = ln;
    }
  }

  ln(): number {
    return this.top + Math.log(this.sum);
  }
}
