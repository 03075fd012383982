import { expect, it } from 'vitest';
import { nelderMead, type Objective, scipySimplex, stepSimplex } from '../../../src/reco/fit/nelder-mead.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedJson } from '../../support/shared.js';

const FUNCTIONS: Record<string, Objective> = {
  quad: ([a, b, c]) => {
    const [x, y, z] = [a! + 180, b! - 346, c! - 187];
    return 0.002 * x * x + 0.003 * y * y + 0.005 * z * z + 0.002 * x * y + 1044;
  },
  rosen: ([a, b, c]) =>
    100 * (b! - a! * a!) * (b! - a! * a!) +
    (1 - a!) * (1 - a!) +
    100 * (c! - b! * b!) * (c! - b! * b!) +
    (1 - b!) * (1 - b!),
  abs: ([a, b, c]) => Math.abs(a! - 3) + 0.5 * Math.abs(b! + 7) + 2 * Math.abs(c! - 0.3),
  wavy: ([a, b, c]) => 0.01 * (a! * a! + b! * b! + c! * c!) + 2 * Math.sin(a! / 7) + 2 * Math.cos(b! / 5),
};

needsShared('the simplex of SciPy', ['data/splinempe/nelder-mead-vectors.json'], () => {
  it('takes the same steps, call by call', () => {
    const { cases } = sharedJson('data/splinempe/nelder-mead-vectors.json');
    expect(cases.length).toBeGreaterThanOrEqual(10);
    for (const reference of cases) {
      const found = nelderMead(FUNCTIONS[reference.function]!, scipySimplex(reference.start));
      const what = `${reference.function} from ${reference.start}`;
      expect(found.calls, what).toBe(reference.calls);
      expect(found.iterations, what).toBe(reference.iterations);
      expect(found.converged, what).toBe(reference.converged);
      expectClose(found.f, reference.f, { relative: 1e-9, absolute: 1e-12 }, what);
      for (const [k, x] of reference.x.entries()) expectClose(found.x[k]!, x, { relative: 1e-9, absolute: 1e-9 }, what);
    }
  });
});

it('starts from the simplex it is given and leaves that alone', () => {
  const simplex = stepSimplex([1, 2], [10, 20]);
  expect(simplex.map((corner) => [...corner])).toEqual([
    [1, 2],
    [11, 2],
    [1, 22],
  ]);
  const { x } = nelderMead(([a, b]) => (a! - 5) * (a! - 5) + (b! - 6) * (b! - 6), simplex, {
    xTolerance: 1e-6,
    fTolerance: 1e-9,
  });
  expectClose(x[0]!, 5, { absolute: 1e-4 });
  expectClose(x[1]!, 6, { absolute: 1e-4 });
  expect([...simplex[1]!]).toEqual([11, 2]);
});

it('says when a limit ended it, and survives a function that is not a number in places', () => {
  const slow = nelderMead(FUNCTIONS.rosen!, stepSimplex([-3, 4, 5], [1, 1, 1]), { maxCalls: 20 });
  expect(slow.converged).toBe(false);
  const holes = nelderMead(([a]) => (a! < 0 ? Number.NaN : (a! - 1) * (a! - 1)), stepSimplex([4], [-6]));
  expectClose(holes.x[0]!, 1, { absolute: 0.2 });
});
