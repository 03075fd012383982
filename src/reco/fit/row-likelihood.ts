/**
 * Likelihoods of charges x for expectations mu (specs/reco-millipede.md section 6): Poisson with real-valued charges, and
 * the softened one for an expectation that is itself uncertain by as much as its own size (Arguelles, Schneider and Yuan
 * 2019, arXiv:1901.04645, with one weight a bin).
 */
import { lnGamma } from '../../light/index.js';

/** Logarithm of a likelihood as a function of expectations mu > 0, over `rows` rows at once. Nothing is allocated. */
export interface RowLikelihood {
  /** Sum over the rows of what depends on mu. */
  sum(charge: Float64Array, mu: Float64Array, rows: number): number;
  /** Per row: derivative by mu, and minus the second derivative. */
  differentiate(
    charge: Float64Array,
    mu: Float64Array,
    rows: number,
    slope: Float64Array,
    curvature: Float64Array,
  ): void;
  /** Derivative of the sum by t at mu + t change, which is positive. */
  slopeAlong(charge: Float64Array, mu: Float64Array, change: Float64Array, t: number, rows: number): number;
  /** What does not depend on mu, of one row. */
  constant(charge: number): number;
}

export const poisson: RowLikelihood = {
  sum(charge, mu, rows) {
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      const x = charge[i]!;
      sum += x > 0 ? x * Math.log(mu[i]!) - mu[i]! : -mu[i]!;
    }
    return sum;
  },
  differentiate(charge, mu, rows, slope, curvature) {
    for (let i = 0; i < rows; i++) {
      const pull = charge[i]! / mu[i]!;
      slope[i] = pull - 1;
      curvature[i] = pull / mu[i]!;
    }
  },
  slopeAlong(charge, mu, change, t, rows) {
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      const m = change[i]!;
      if (m !== 0) sum += (charge[i]! / (mu[i]! + t * m) - 1) * m;
    }
    return sum;
  },
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
    sum(charge, mu, rows) {
      let sum = 0;
      for (let i = 0; i < rows; i++) {
        const x = charge[i]!;
        sum -= (x + alpha) * Math.log(1 + mu[i]!);
        if (x > 0) sum += x * Math.log(mu[i]!);
      }
      return sum;
    },
    differentiate(charge, mu, rows, slope, curvature) {
      for (let i = 0; i < rows; i++) {
        const pull = charge[i]! / mu[i]!;
        const push = (charge[i]! + alpha) / (1 + mu[i]!);
        slope[i] = pull - push;
        curvature[i] = pull / mu[i]! - push / (1 + mu[i]!);
      }
    },
    slopeAlong(charge, mu, change, t, rows) {
      let sum = 0;
      for (let i = 0; i < rows; i++) {
        const m = change[i]!;
        if (m === 0) continue;
        const y = mu[i]! + t * m;
        sum += (charge[i]! / y - (charge[i]! + alpha) / (1 + y)) * m;
      }
      return sum;
    },
    constant: (x) => lnGamma(x + alpha) - lnGamma(x + 1) - own,
  };
}
