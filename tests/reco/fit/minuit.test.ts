/** Minuit's SIMPLEX call by call, and minima of MIGRAD with as few calls by the quasi-Newton method. */
import { expect, it } from 'vitest';
import { minuitSimplex } from '../../../src/reco/fit/minuit-simplex.js';
import { quasiNewton } from '../../../src/reco/fit/quasi-newton.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedJson } from '../../support/shared.js';

/** The functions of the file, by the formulas that it writes. */
const FUNCTIONS: Record<string, (...v: number[]) => number> = {
  '(x-3.2)^2+2(y+1.7)^2+0.5(z-0.4)^2+0.3xy': (x, y, z) =>
    (x! - 3.2) ** 2 + 2 * (y! + 1.7) ** 2 + 0.5 * (z! - 0.4) ** 2 + 0.3 * x! * y!,
  '100(y-x^2)^2+(1-x)^2': (x, y) => 100 * (y! - x! * x!) ** 2 + (1 - x!) ** 2,
  '(x+10y)^2+5(z-w)^2+(y-2z)^4+10(x-w)^4': (x, y, z, w) =>
    (x! + 10 * y!) ** 2 + 5 * (z! - w!) ** 2 + (y! - 2 * z!) ** 4 + 10 * (x! - w!) ** 4,
  '1000+(t/40)^2+((x-80)/9)^2+(y/7+x/50)^2+ln(1+(z/30)^2)+3|sin(z/25)|': (t, x, y, z) =>
    1000 +
    (t! / 40) ** 2 +
    ((x! - 80) / 9) ** 2 +
    (y! / 7 + x! / 50) ** 2 +
    Math.log(1 + (z! / 30) ** 2) +
    3 * Math.abs(Math.sin(z! / 25)),
};

const FILE = 'data/millipede-vectors/minuit.json';

needsShared('Minuit', [FILE], () => {
  const cases: any[] = sharedJson(FILE).cases;
  it.each(cases.filter((c) => c.algorithm === 'SIMPLEX'))(
    'SIMPLEX goes the same way on $function',
    (reference: any) => {
      const f = FUNCTIONS[reference.function]!;
      const seen: number[][] = [];
      const minimum = minuitSimplex(
        (x) => {
          seen.push([...x, f(...x)]);
          return seen.at(-1)!.at(-1)!;
        },
        reference.start,
        { steps: reference.steps, tolerance: reference.tolerance * reference.errordef, maxCalls: reference.maxCalls },
      );
      const { values, fval, nCalls, firstEvaluations } = reference.expect;
      for (const [k, want] of firstEvaluations.entries()) {
        for (const [i, value] of want.entries()) {
          expectClose(seen[k]![i]!, value, { absolute: 1e-9, relative: 1e-9 }, `call ${k}`);
        }
      }
      expect(minimum.calls).toBe(nCalls);
      expectClose(minimum.f, fval, { absolute: 1e-9, relative: 1e-9 });
      for (const [i, value] of values.entries()) expectClose(minimum.x[i]!, value, { absolute: 1e-8 });
    },
  );

  it.each(cases.filter((c) => c.algorithm === 'MIGRAD'))('the minimum of MIGRAD on $function', (reference: any) => {
    const f = FUNCTIONS[reference.function]!;
    const minimum = quasiNewton(
      (x, gradient) => {
        for (const k of x.keys()) {
          const moved = (h: number): number => f(...x.map((v, i) => (i === k ? v + h : v)));
          gradient[k] = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        }
        return f(...x);
      },
      reference.start,
      { scales: reference.steps, tolerance: 1e-8 },
    );
    expect(minimum.converged).toBe(true);
    expectClose(minimum.f, reference.expect.fval, { absolute: 1e-3 });
    expect(minimum.calls).toBeLessThan(2 * reference.expect.nCalls);
  });
});
