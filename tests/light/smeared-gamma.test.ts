import { expect, it } from 'vitest';
import { prepareSmearedGamma, SMEARED, smearedGamma } from '../../src/light/index.js';
import { reducedSmearedGamma, smearedGammaReference } from '../../src/light/smeared-gamma-reference.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedJson } from '../support/shared.js';
import { randomNumbers } from './random.js';

const work = new Float64Array(SMEARED.length);

function fast(lnShape: number, lnRate: number, u: number): Float64Array {
  work[SMEARED.lnShape] = lnShape;
  work[SMEARED.lnRate] = lnRate;
  work[SMEARED.time] = u;
  smearedGamma(work, true);
  return work.slice();
}

it('is the accurate form to 4e-3 all over its domain, and to 2e-4 where tracks put most of their light', () => {
  const random = randomNumbers(3);
  const worst = { density: 0, hazard: 0, usual: 0 };
  for (let i = 0; i < 4000; i++) {
    const lnShape = -4 + 7.2 * random();
    const lnRate = -8 + 9.7 * random();
    const u = -8 + (i % 2 === 0 ? 20 : 150 * random()) * random();
    const exact = reducedSmearedGamma(Math.exp(lnShape), Math.exp(lnRate), u);
    const found = fast(lnShape, lnRate, u);
    const density = Math.abs(found[SMEARED.lnDensity]! - exact.lnDensity);
    const hazard = Math.abs(found[SMEARED.lnHazard]! - Math.log(-exact.lnSurvival));
    // Farther out the noise floor of any likelihood has long taken over.
    if (exact.lnDensity > -60) worst.density = Math.max(worst.density, density);
    if (exact.lnCdf < -20 || exact.lnSurvival < -20) continue;
    worst.hazard = Math.max(worst.hazard, hazard);
    if (Math.abs(lnShape) < 1.5 && lnRate < 0) worst.usual = Math.max(worst.usual, density, hazard);
  }
  expect(worst.density).toBeLessThan(2e-4);
  expect(worst.hazard).toBeLessThan(4e-3);
  expect(worst.usual).toBeLessThan(2e-4);
});

it('has the derivatives of its own values, on both sides of every border', () => {
  const random = randomNumbers(4);
  const step = 1e-5;
  for (let i = 0; i < 600; i++) {
    const u = i % 3 === 0 ? 40 + 60 * random() : -7.9 + 47 * random();
    const place = [-3.9 + 7 * random(), -9 + 10.9 * random(), u] as const;
    const found = fast(...place);
    for (let axis = 0; axis < 3; axis++) {
      const moved = (by: number): Float64Array =>
        fast(...(place.map((v, k) => (k === axis ? v + by : v)) as unknown as typeof place));
      const high = moved(step);
      const low = moved(-step);
      for (const base of [SMEARED.lnDensity, SMEARED.lnHazard]) {
        const slope = (high[base]! - low[base]!) / (2 * step);
        expectClose(found[base + 1 + axis]!, slope, { absolute: 1e-5, relative: 1e-5 }, `${place}, axis ${axis}`);
      }
    }
  }
});

it('goes over into its late form without a jump', () => {
  for (const lnShape of [-1, 0, 1, 2]) {
    for (const lnRate of [-6, -4, -2, -1]) {
      const before = fast(lnShape, lnRate, 40 - 1e-9);
      const after = fast(lnShape, lnRate, 40 + 1e-9);
      expectClose(after[SMEARED.lnHazard]!, before[SMEARED.lnHazard]!, { absolute: 5e-4 });
      expectClose(after[SMEARED.lnDensity]!, before[SMEARED.lnDensity]!, { absolute: 1e-6, relative: 1e-6 });
    }
  }
});

it('has no light before -8 sigma, and counts arguments outside its domain as the nearest inside', () => {
  prepareSmearedGamma();
  expect(fast(0, -2, -8.01)[SMEARED.lnDensity]).toBe(Number.NEGATIVE_INFINITY);
  expect(fast(0, -2, -8.01)[SMEARED.lnHazard]).toBe(Number.NEGATIVE_INFINITY);
  expect(fast(0, -2, Number.NaN)[SMEARED.lnDensity]).toBe(Number.NEGATIVE_INFINITY);
  expect(fast(0, 50, 3)[SMEARED.lnDensity]).toBe(fast(0, 20, 3)[SMEARED.lnDensity]);
  expect(fast(9, -2, 3)[SMEARED.lnDensity]).toBe(fast(8, -2, 3)[SMEARED.lnDensity]);
  expect(fast(-20, -2, 3)[SMEARED.densityByLnShape]).toBe(0);
});

needsShared('the convoluted Pandel function', ['data/splinempe/pandel-vectors.json'], () => {
  const { R, rows } = sharedJson('data/splinempe/pandel-vectors.json');

  it('is the accurate form, to the digits of the vectors', () => {
    for (const { sigma, xi, t, ln_exact } of rows) {
      if (xi === 0 || xi > 300) continue;
      const { lnDensity } = smearedGammaReference(xi, R, sigma, t);
      expectClose(lnDensity, ln_exact, { absolute: 2e-9, relative: 1e-10 }, `s ${sigma}, xi ${xi}, t ${t}`);
    }
  });

  it('is the fast form to 1e-3 wherever it counts', () => {
    let tried = 0;
    for (const { sigma, xi, t, ln_exact } of rows) {
      if (xi < 0.02 || xi > 25 || t < -8 * sigma || ln_exact < -60) continue;
      tried++;
      const found = fast(Math.log(xi), Math.log(R * sigma), t / sigma)[SMEARED.lnDensity]! - Math.log(sigma);
      expectClose(found, ln_exact, { absolute: 1e-3 }, `s ${sigma}, xi ${xi}, t ${t}`);
    }
    expect(tried).toBeGreaterThan(100);
  });
});
