import { describe, expect, it } from 'vitest';
import { convolve, convolvedAxis, triangleKnots } from '../../../src/light/photospline/convolve.js';
import { SplineEvaluator } from '../../../src/light/photospline/evaluate.js';
import type { SplineTable } from '../../../src/light/photospline/table.js';
import { expectClose } from '../../support/close.js';
import { needsShared } from '../../support/shared.js';
import { expectPoints } from './expect-points.js';
import { splineTable, TABLE_FILES, TABLES, tableVectors } from './vectors.js';

needsShared('a convolution of the reference', TABLE_FILES, () => {
  const cases = TABLES.flatMap((name) =>
    (tableVectors(name).convolved ?? []).map((vectors: any) => ({ name, kernel: vectors.kernelKnots, vectors })),
  );

  it.each(cases)('is the same table and the same function: $name by $kernel', ({ name, kernel, vectors }) => {
    const table = convolve(splineTable(name), vectors.dim, kernel);
    expect(table.axes.map(({ order }) => order)).toEqual(vectors.order);
    expect(table.axes.map(({ knots }) => knots.length)).toEqual(vectors.nknotsDeduplicated);
    expect(table.axes.map(({ size }) => size)).toEqual(vectors.ncoeffsDeduplicated);
    for (const [k, { low, high }] of table.axes.entries()) {
      const [wantedLow, wantedHigh] = vectors.extentsDeduplicated[k];
      expectClose(low, wantedLow, { absolute: 1e-12, relative: 1e-15 }, `low ${k}`);
      expectClose(high, wantedHigh, { absolute: 1e-12, relative: 1e-15 }, `high ${k}`);
    }
    // the reference rounds the new coefficients to 32 bits
    expect(expectPoints(table, vectors.points, 1e-6)).toBeGreaterThan(30);
  });
});

/** The B-spline of area one on some knots. */
function unitArea(knots: readonly number[], u: number): number {
  const width = knots.at(-1)! - knots[0]!;
  const basis = (t: readonly number[]): number => {
    if (t.length === 2) return t[0]! <= u && u < t[1]! ? 1 : 0;
    const rising = (u - t[0]!) / (t.at(-2)! - t[0]!);
    const falling = (t.at(-1)! - u) / (t.at(-1)! - t[1]!);
    return rising * basis(t.slice(0, -1)) + falling * basis(t.slice(1));
  };
  return (basis(knots) * (knots.length - 1)) / width;
}

describe('a convolved axis', () => {
  /** One axis with uneven knots, one of them double, and coefficients up and down. */
  const uneven: SplineTable = {
    axes: [
      { order: 3, knots: Float64Array.of(-3, -2, -0.5, 0, 0.25, 0.25, 1, 5, 5.5, 9, 12), size: 7, low: 0, high: 5 },
    ],
    coefficients: Float64Array.of(1, -2, 0.5, 3, 3, -1, 2),
    keys: new Map(),
  };

  it.each([
    ['a box', [-0.4, 0.3]],
    ['a triangle', triangleKnots(0.7)],
    ['a lopsided triangle', [-2, 1.5, 1.75]],
    ['a parabola wider than the axis', [-20, -3, 4, 30]],
  ])('is what a sum of small steps says, with %s', (_, kernel) => {
    const smeared = new SplineEvaluator(convolve(uneven, 0, kernel));
    const plain = new SplineEvaluator(uneven);
    const steps = 20_000;
    const step = (kernel.at(-1)! - kernel[0]!) / steps;
    for (const x of [-2.5, -0.45, 0.25, 0.3, 3, 7, 9.2]) {
      let sum = 0;
      for (let n = 0; n < steps; n++) {
        const u = kernel[0]! + (n + 0.5) * step;
        const f = plain.value([x - u]);
        if (!Number.isNaN(f)) sum += f * unitArea(kernel, u) * step;
      }
      expectClose(smeared.value([x]), sum, { absolute: 2e-6 }, `at ${x}`);
    }
  });

  it('keeps a constant as it is, wherever all functions reach', () => {
    const flat = { ...uneven, coefficients: new Float64Array(7).fill(2.5) };
    const { axes, coefficients } = convolve(flat, 0, triangleKnots(0.1));
    const evaluator = new SplineEvaluator({ axes, coefficients, keys: new Map() });
    for (const x of [0.2, 0.5, 2, 4.7]) expectClose(evaluator.value([x]), 2.5, { absolute: 1e-12 });
  });

  it('keeps the knots apart that one kernel knot gives, and joins those that several give', () => {
    const { knots } = convolvedAxis(uneven.axes[0]!, [-0.25, 0, 0.25]);
    expect([...knots].filter((t) => t === 0.25)).toHaveLength(2);
    expect([...knots].filter((t) => t === 0)).toHaveLength(2);
    expect([...knots].filter((t) => t === -0.25)).toHaveLength(1);
  });
});
