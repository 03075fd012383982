import { expect, it } from 'vitest';
import { convolve } from '../../../src/light/photospline/convolve.js';
import { SplineEvaluator } from '../../../src/light/photospline/evaluate.js';
import { SmearedTimes } from '../../../src/light/photospline/smeared-times.js';
import type { SplineTable } from '../../../src/light/photospline/table.js';
import { Random } from '../../fuzz/mutate.js';
import { expectClose } from '../../support/close.js';

/** A CDF on uneven knots, some of them repeated. */
const knots = Float64Array.of(-40, -30, -12, -4, 0, 4, 9, 9, 20, 45, 100, 260, 600, 1500, 1500, 1500, 4000, 6500, 9000);
const random = new Random(7);
const cdf: SplineTable = {
  axes: [{ order: 3, knots, size: 15, low: -4, high: 4000 }],
  coefficients: Float64Array.from({ length: 15 }, (_, i) => i / 14 + 0.01 * random.next()),
  keys: new Map(),
};

it.each([0.5, 4, 70, 2000, 20_000])('a smearing in time is the convolution of the table, half width %f', (half) => {
  const smeared = new SmearedTimes(cdf.axes[0]!);
  smeared.coefficients.set(cdf.coefficients);
  smeared.changed();
  const evaluator = new SplineEvaluator(convolve(cdf, 0, [-half, 0, half]));
  const gradient = new Float64Array(1);
  const first = knots[0]! - half;
  const last = knots.at(-1)! + half;
  for (let n = 1; n < 400; n++) {
    // dense at the beginning
    const t = first + ((last - first) * n * n) / 160_000;
    const value = evaluator.gradient([t], gradient);
    expectClose(smeared.value(t, half), value, { absolute: 1e-6 / half ** 2 + 1e-12 }, `value at ${t}`);
    expectClose(smeared.slope(t, half), gradient[0]!, { absolute: 1e-10 / half ** 2 + 1e-13 }, `slope at ${t}`);
  }
  for (const t of [first - 1, last + 1, last + 1e5]) {
    expectClose(smeared.value(t, half), 0, { absolute: 1e-5 / half ** 2 });
    expectClose(smeared.slope(t, half), 0, { absolute: 1e-10 / half ** 2 });
  }
});

it('a smearing in time takes other coefficients when it is told', () => {
  const smeared = new SmearedTimes(cdf.axes[0]!);
  smeared.coefficients.fill(1);
  smeared.changed();
  expectClose(smeared.value(50, 4), 1, { absolute: 1e-12 });
  smeared.coefficients.fill(3);
  smeared.changed();
  expectClose(smeared.value(50, 4), 3, { absolute: 1e-12 });
  expect(smeared.slope(50, 4)).toBeCloseTo(0, 12);
});
