import { expect, it } from 'vitest';
import { gammaP, gammaQ, lnGamma, lnGammaP, lnGammaQ, lnNormalCdf } from '../../src/light/index.js';
import { expectClose } from '../support/close.js';

const SHAPES = [0.02, 0.3, 1, 2.5, 7, 30, 250, 1000];

it('knows ln Gamma of whole and half numbers, and its recurrence', () => {
  let factorial = 1;
  for (let n = 1; n <= 20; n++) {
    expectClose(lnGamma(n), Math.log(factorial), { relative: 1e-14, absolute: 1e-14 }, `ln Gamma(${n})`);
    factorial *= n;
  }
  expectClose(lnGamma(0.5), 0.5 * Math.log(Math.PI), { relative: 1e-14 });
  for (const x of SHAPES) expectClose(lnGamma(x + 1) - lnGamma(x), Math.log(x), { relative: 1e-12, absolute: 1e-12 });
});

it('agrees with closed forms of the incomplete gamma functions', () => {
  for (const x of [1e-6, 0.1, 1, 3, 20, 200]) {
    expectClose(lnGammaQ(1, x), -x, { relative: 1e-13 }, `Q(1, ${x})`);
    expectClose(lnGammaP(1, x), Math.log(-Math.expm1(-x)), { relative: 1e-12, absolute: 1e-15 }, `P(1, ${x})`);
    expectClose(lnGammaQ(3, x), -x + Math.log1p(x + 0.5 * x * x), { relative: 1e-12, absolute: 1e-15 }, `Q(3, ${x})`);
  }
});

it('splits 1 between both sides, and grows with x', () => {
  for (const k of SHAPES) {
    let last = 0;
    for (const f of [0.01, 0.3, 0.9, 1, 1.1, 2, 5]) {
      const p = gammaP(k, f * k);
      expectClose(p + gammaQ(k, f * k), 1, { absolute: 1e-14 });
      expect(p).toBeGreaterThanOrEqual(last);
      last = p;
    }
  }
});

it('obeys P(k, x) - P(k + 1, x) = x^k e^-x / Gamma(k + 1), also far in the tails', () => {
  for (const k of SHAPES) {
    for (const f of [0.05, 0.5, 0.9]) {
      const x = f * k;
      const term = k * Math.log(x) - x - lnGamma(k + 1);
      const ln = lnGammaP(k, x) + Math.log1p(-Math.exp(lnGammaP(k + 1, x) - lnGammaP(k, x)));
      expectClose(ln, term, { relative: 1e-9, absolute: 1e-9 }, `k ${k}, x ${x}`);
    }
  }
});

it('is 0 and 1 where there is nothing, and knows the normal distribution in both tails', () => {
  expect(gammaP(2, 0)).toBe(0);
  expect(gammaQ(2, -1)).toBe(1);
  expect(gammaP(2, Number.POSITIVE_INFINITY)).toBe(1);
  expect(lnGammaP(2, Number.NaN)).toBeNaN();
  expectClose(lnNormalCdf(0), -Math.LN2, { relative: 1e-15 });
  expectClose(Math.exp(lnNormalCdf(1.96)), 0.9750021048517795, { relative: 1e-13 });
  expectClose(Math.exp(lnNormalCdf(-1.96)), 0.024997895148220435, { relative: 1e-13 });
  expectClose(lnNormalCdf(-10), Math.log(7.61985302416052e-24), { relative: 1e-13 });
});
