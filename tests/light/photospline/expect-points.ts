/** Holds a table to vectors of the reference. */
import { expect } from 'vitest';
import { SplineEvaluator } from '../../../src/light/photospline/evaluate.js';
import type { SplineTable } from '../../../src/light/photospline/table.js';
import { expectClose } from '../../support/close.js';

/** Compares all that a vector says about one point, relative to the largest coefficient; counts the comparisons. */
export function expectPoints(table: SplineTable, points: any[], relative: number): number {
  const evaluator = new SplineEvaluator(table);
  const d = table.axes.length;
  const largest = Float64Array.from(table.coefficients).reduce((max, c) => Math.max(max, Math.abs(c)), 0);
  /** A derivative is as large as the largest coefficient over the narrowest support of a function. */
  const steep = table.axes.map(({ knots, order }) => {
    let narrowest = Number.POSITIVE_INFINITY;
    for (let i = 0; i + order < knots.length; i++) {
      const width = knots[i + order]! - knots[i]!;
      if (width > 0) narrowest = Math.min(narrowest, width / order);
    }
    return 1 / narrowest;
  });
  const gradient = new Float64Array(d);
  let compared = 0;
  for (const point of points) {
    const { x } = point;
    if (!point.inRange) {
      expect(evaluator.value(x), `value at ${x}`).toBeNaN();
      expect(evaluator.gradient(x, gradient), `value at ${x}`).toBeNaN();
      continue;
    }
    const close = (actual: number, expected: number, scale: number, what: string): void => {
      expectClose(actual, expected, { absolute: relative * largest * scale }, `${what} at ${x}`);
      compared++;
    };
    close(evaluator.value(x), point.value, 1, 'value');
    close(evaluator.gradient(x, gradient), point.value, 1, 'value beside the gradient');
    for (let k = 0; k < d; k++) close(gradient[k]!, point.gradient[k], steep[k]!, `slope ${k}`);
    const unit = (k: number, order: number): number[] => Array.from({ length: d }, (_, j) => (j === k ? order : 0));
    for (let k = 0; k < d; k++) {
      close(evaluator.derivative(x, unit(k, 1)), point.gradient[k], steep[k]!, `derivative ${k}`);
      if (point.second[k] === null) continue;
      close(evaluator.derivative(x, unit(k, 2)), point.second[k], steep[k]! ** 2, `second derivative ${k}`);
    }
    if (d < 2) continue;
    const two = Array.from({ length: d }, (_, j) => (j < 2 ? 1 : 0));
    close(evaluator.derivative(x, two), point.mixed01, steep[0]! * steep[1]!, 'mixed derivative');
    const all = new Array(d).fill(1);
    close(
      evaluator.derivative(x, all),
      point.mixedAll,
      steep.reduce((a, b) => a * b, 1),
      'derivative in all axes',
    );
  }
  return compared;
}
