import { expect, it } from 'vitest';
import { spline1, spline2, spline3 } from '../../src/light/uniform-spline.js';
import { expectClose } from '../support/close.js';

/** Weights of four neighbouring coefficients a fraction t after the second of them. */
function weights(t: number): number[] {
  const s = 1 - t;
  return [(s * s * s) / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6, (t * t * t) / 6];
}

function at(c: Float64Array, x: number, offset = 0, stride = 1): number {
  const i = Math.floor(x);
  return weights(x - i).reduce((sum, w, j) => sum + w * c[offset + (i + j) * stride]!, 0);
}

it('passes through every value it was made from', () => {
  const values = Float64Array.from({ length: 12 }, (_, i) => Math.sin(7 * i) + i);
  const c = spline1(values);
  expect(c.length).toBe(14);
  for (let i = 0; i < 12; i++) expectClose(at(c, Math.min(i, 11 - 1e-12)), values[i]!, { absolute: 1e-10 });
});

it('is exact for quadratics and follows a smooth function as the fourth power of the step', () => {
  const square = spline1(Float64Array.from({ length: 9 }, (_, i) => 3 - 2 * i + 0.5 * i * i));
  for (let x = 0; x < 8; x += 0.13) expectClose(at(square, x), 3 - 2 * x + 0.5 * x * x, { absolute: 1e-12 });
  const error = (n: number): number => {
    const c = spline1(Float64Array.from({ length: n + 1 }, (_, i) => Math.sin((3 * i) / n)));
    let worst = 0;
    for (let x = n / 4; x < (3 * n) / 4; x += 0.1) worst = Math.max(worst, Math.abs(at(c, x) - Math.sin((3 * x) / n)));
    return worst;
  };
  expect(error(20) / error(40)).toBeGreaterThan(12);
});

it('is the product of its axes in two and three dimensions', () => {
  const f = (x: number): number => 1 + x * x;
  const n = 6;
  const line = spline1(Float64Array.from({ length: n }, (_, i) => f(i)));
  const plane = spline2(
    Float64Array.from({ length: n * n }, (_, i) => f(Math.floor(i / n)) * f(i % n)),
    n,
    n,
  );
  const m = n + 2;
  for (let i = 0; i < m; i++)
    for (let j = 0; j < m; j++) expectClose(plane[i * m + j]!, line[i]! * line[j]!, { absolute: 1e-9 });
  const cube = spline3(
    Float64Array.from({ length: n ** 3 }, (_, i) => f(Math.floor(i / 36)) * f(Math.floor(i / 6) % 6) * f(i % 6)),
    n,
    n,
    n,
  );
  expectClose(cube[(3 * m + 4) * m + 5]!, line[3]! * line[4]! * line[5]!, { relative: 1e-12 });
});
