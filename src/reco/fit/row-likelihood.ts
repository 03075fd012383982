/**
 * Likelihoods of charges x for expectations mu (specs/reco-millipede.md section 6): Poisson with real-valued charges, and
 * the softened one for an expectation that is itself uncertain by as much as its own size (Arguelles, Schneider and Yuan
 * 2019, arXiv:1901.04645, with one weight a bin).
 */
import { lnGamma } from '../../light/index.js';

/** Logarithm of a likelihood as a function of the expectation mu > 0, with its derivatives. */
export interface RowLikelihood {
  /** The part that depends on mu. */
  value(charge: number, mu: number): number;
  slope(charge: number, mu: number): number;
  /** Minus the second derivative. */
  curvature(charge: number, mu: number): number;
  /** The part that does not depend on mu. */
  constant(charge: number): number;
}

export const poisson: RowLikelihood = {
  value: (x, mu) => (x > 0 ? x * Math.log(mu) - mu : -mu),
  slope: (x, mu) => x / mu - 1,
  curvature: (x, mu) => x / (mu * mu),
  constant: (x) => -lnGamma(x + 1),
};

/**
 * sigma = mu: shape alpha and rate 1 / mu of the gamma distribution of the expectation. alpha = 2 is the reference's
 * (mu^2 / sigma^2 + 1, as the paper has it), 1 leaves the + 1 out. The maximum is at mu = x / alpha, and it is not concave.
 *
 *     ln P = x ln mu - (x + alpha) ln(1 + mu) + lnGamma(x + alpha) - lnGamma(x + 1) - lnGamma(alpha)
 */
export function softened(alpha: number): RowLikelihood {
  const own = lnGamma(alpha);
  return {
    value: (x, mu) => (x > 0 ? x * Math.log(mu) : 0) - (x + alpha) * Math.log(1 + mu),
    slope: (x, mu) => x / mu - (x + alpha) / (1 + mu),
    curvature: (x, mu) => x / (mu * mu) - (x + alpha) / ((1 + mu) * (1 + mu)),
    constant: (x) => lnGamma(x + alpha) - lnGamma(x + 1) - own,
  };
}
