import { expect, it } from 'vitest';
import { type ObjectiveWithGradient, quasiNewton } from '../../../src/reco/fit/quasi-newton.js';
import { expectClose } from '../../support/close.js';

/** A valley of very different widths. */
const bowl: ObjectiveWithGradient = (x, gradient) => {
  const [a, b, c] = [x[0]! - 300, x[1]! + 200, x[2]! - 1500];
  gradient[0] = 0.02 * a + 0.01 * b;
  gradient[1] = 0.06 * b + 0.01 * a;
  gradient[2] = 0.0004 * c;
  return 0.01 * a * a + 0.03 * b * b + 0.01 * a * b + 0.0002 * c * c + 7;
};

const banana: ObjectiveWithGradient = (x, gradient) => {
  const [a, b] = x as unknown as [number, number];
  gradient[0] = -400 * a * (b - a * a) - 2 * (1 - a);
  gradient[1] = 200 * (b - a * a);
  return 100 * (b - a * a) * (b - a * a) + (1 - a) * (1 - a);
};

it('finds the bottom of a bowl in few evaluations', () => {
  const { x, f, calls, converged } = quasiNewton(bowl, [250, -180, 1450], { scales: [40, 40, 120] });
  expect(converged).toBe(true);
  expect(calls).toBeLessThan(15);
  expectClose(f, 7, { absolute: 0.01 });
  expectClose(x[0]!, 300, { absolute: 2 });
});

it('walks a bent valley to its end', () => {
  const { x, f, converged } = quasiNewton(banana, [-1.2, 1], { scales: [1, 1], tolerance: 1e-9 });
  expect(converged).toBe(true);
  expectClose(f, 0, { absolute: 1e-7 });
  expectClose(x[0]!, 1, { absolute: 1e-3 });
});

it('never steps farther than the scales, and never ends above its start', () => {
  let last: Float64Array | null = null;
  const watched: ObjectiveWithGradient = (x, gradient) => {
    if (last !== null) expect(Math.hypot((x[0]! - last[0]!) / 5, (x[1]! - last[1]!) / 5)).toBeLessThan(2.001);
    last = x.slice();
    gradient[0] = Math.cos(x[0]!) + 0.02 * x[0]!;
    gradient[1] = 0.02 * x[1]!;
    return Math.sin(x[0]!) + 0.01 * (x[0]! * x[0]! + x[1]! * x[1]!);
  };
  for (const start of [-30, -3, 0.1, 8, 77]) {
    last = null;
    const scratch = new Float64Array(2);
    const before = watched(Float64Array.of(start, 3), scratch);
    expect(quasiNewton(watched, [start, 3], { scales: [5, 5] }).f).toBeLessThanOrEqual(before);
  }
});

it('stays where it is on a plateau, and gives up on what is not a number', () => {
  const flat = quasiNewton(
    (_, gradient) => {
      gradient.fill(0);
      return 4;
    },
    [1, 2],
    { scales: [1, 1] },
  );
  expect(flat).toMatchObject({ f: 4, calls: 1, converged: true });
  const broken = quasiNewton(
    (_, gradient) => {
      gradient.fill(Number.NaN);
      return Number.NaN;
    },
    [1, 2],
    { scales: [1, 1] },
  );
  expect(broken.converged).toBe(false);
});

it('keeps to its limit of evaluations and says so', () => {
  const { calls, converged } = quasiNewton(banana, [-1.2, 1], { scales: [1, 1], tolerance: 1e-12, maxCalls: 9 });
  expect(calls).toBe(9);
  expect(converged).toBe(false);
});

it('ends where it is told that it is enough', () => {
  const seen: number[] = [];
  const { f, converged } = quasiNewton(bowl, [0, 0, 0], {
    scales: [40, 40, 120],
    isEnough: (_, value, promise) => {
      expect(promise).toBeGreaterThan(0);
      seen.push(value);
      return value < 500;
    },
  });
  expect(converged).toBe(true);
  expect(f).toBe(seen.at(-1));
  expect(f).toBeLessThan(500);
  expect(f).toBeGreaterThan(7.1);
});
