/** Solvers and minimisers that follow the reference, against its own numbers. */
import { expect, it } from 'vitest';
import { ActiveUnfolding, unfoldingBytes } from '../../../src/reco/fit/active-unfolding.js';
import { ConjugateUnfolding } from '../../../src/reco/fit/conjugate-unfolding.js';
import { gslSimplex } from '../../../src/reco/fit/gsl-simplex.js';
import { type UnfoldingProblem, unfoldingObjective } from '../../../src/reco/fit/unfolding.js';
import { bytesOf, Kernel } from '../../../src/reco/kernel/index.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedJson } from '../../support/shared.js';

const FOLDER = 'data/millipede-vectors';

/** A problem of the vectors; rows without charge collapsed, or kept as rows. */
function problemOf(reference: any, collapse: boolean): UnfoldingProblem {
  const { cols, response, data, noise, regularization } = reference;
  const kept = [...data.keys()].filter((i: number) => !collapse || data[i] > 0);
  const dark = [...data.keys()].filter((i: number) => !kept.includes(i));
  const matrix = new Float64Array(cols * kept.length);
  const darkResponse = new Float64Array(cols);
  for (let j = 0; j < cols; j++) {
    for (const [k, i] of kept.entries()) matrix[j * kept.length + k] = response[i][j];
    for (const i of dark) darkResponse[j]! += response[i][j];
  }
  return {
    rows: kept.length,
    sources: cols,
    response: matrix,
    stride: kept.length,
    charge: Float64Array.from(kept, (i) => data[i]),
    noise: Float64Array.from(kept, (i) => noise[i]),
    darkResponse,
    darkNoise: dark.reduce((sum: number, i: number) => sum + noise[i], 0),
    penalty: regularization?.[0] ?? 0,
  };
}

/** The problem with its response in a kernel's memory, its solver and room for energies. */
function inKernel(problem: UnfoldingProblem): {
  solver: ActiveUnfolding;
  problem: UnfoldingProblem;
  energy: Float64Array;
} {
  const { rows, sources, response } = problem;
  const float64 = [response.length, sources];
  const kernel = new Kernel(unfoldingBytes(rows, sources) + bytesOf({ float64 }));
  const own = kernel.float64(response.length);
  own.set(response);
  return {
    solver: new ActiveUnfolding(kernel, rows, sources),
    problem: { ...problem, response: own },
    energy: kernel.float64(sources),
  };
}

needsShared('unfolding by conjugate gradients', [`${FOLDER}/unfolding.json`], () => {
  it('takes the same steps as the reference', () => {
    // The numbers of the file are rounded to nine digits: hence 1e-7 of the largest energy.
    const solver = new ConjugateUnfolding();
    for (const [k, reference] of sharedJson(`${FOLDER}/unfolding.json`).cases.entries()) {
      // Collapsed rows do not bound the line search, so that steps may be longer than the reference's.
      for (const collapse of [false, true]) {
        const problem = problemOf(reference, collapse);
        const energy = new Float64Array(problem.sources);
        const scale = Math.max(...reference.expect.after3, 1e-9);
        for (const steps of collapse ? [] : ([1, 3] as const)) {
          solver.solve(problem, energy, steps);
          for (const [j, e] of reference.expect[`after${steps}`].entries()) {
            expectClose(energy[j]!, e, { absolute: 1e-7 * scale }, `case ${k} source ${j} after ${steps}`);
          }
        }
        solver.solve(problem, energy, 100);
        const kept = problem.darkNoise;
        const objective = unfoldingObjective(problem, energy) - kept;
        expectClose(objective, reference.expect.objectiveAfter100, { relative: 1e-6, absolute: 0.15 }, `case ${k}`);
        expect(objective).toBeLessThan(reference.expect.objectiveConverged + 1e-6 * Math.abs(objective));
      }
    }
  });
});

needsShared('unfolding by active sources', [`${FOLDER}/unfolding.json`], () => {
  it('finds the optimum of every problem, from nothing and from anywhere', () => {
    for (const [k, reference] of sharedJson(`${FOLDER}/unfolding.json`).cases.entries()) {
      const { solver, problem, energy } = inKernel(problemOf(reference, true));
      for (const start of [0, 1, 1e4]) {
        energy.fill(start);
        solver.solve(problem, energy, 1e-7);
        const objective = unfoldingObjective(problem, energy) - problem.darkNoise;
        expectClose(objective, reference.expect.objectiveConverged, { absolute: 1e-5, relative: 1e-9 }, `case ${k}`);
        expect(solver.steps).toBeLessThan(60);
      }
    }
  });
});

const FUNCTIONS: Record<string, (...x: number[]) => number> = {
  '(x-3.2)^2 + 2(y+1.7)^2 + 0.5(z-0.4)^2 + 0.3xy': (x, y, z) =>
    (x! - 3.2) ** 2 + 2 * (y! + 1.7) ** 2 + 0.5 * (z! - 0.4) ** 2 + 0.3 * x! * y!,
  '10(y-x^2)^2 + (1-x)^2 + 10(z-y^2)^2 + (1-y)^2': (x, y, z) =>
    10 * (y! - x! * x!) ** 2 + (1 - x!) ** 2 + 10 * (z! - y! * y!) ** 2 + (1 - y!) ** 2,
  '|x-5.3| + 2|y-1.1| + 1.5|z+2.2| + 0.1x^2': (x, y, z) =>
    Math.abs(x! - 5.3) + 2 * Math.abs(y! - 1.1) + 1.5 * Math.abs(z! + 2.2) + 0.1 * x! * x!,
  '(x-1)^2 + 3(y-x)^2 + 2(z+0.5y)^2 + (w-2)^2 + 0.5(w-x)^4': (x, y, z, w) =>
    (x! - 1) ** 2 + 3 * (y! - x!) ** 2 + 2 * (z! + 0.5 * y!) ** 2 + (w! - 2) ** 2 + 0.5 * (w! - x!) ** 4,
};

needsShared("GSL's simplex", [`${FOLDER}/simplex.json`], () => {
  it.each(sharedJson<{ cases: any[] }>(`${FOLDER}/simplex.json`).cases)(
    'goes the same way on $function',
    (reference: any) => {
      const f = FUNCTIONS[reference.function]!;
      const seen: number[][] = [];
      const minimum = gslSimplex(
        (x) => {
          seen.push([...x, f(...x)]);
          return seen.at(-1)!.at(-1)!;
        },
        new Float64Array(reference.dimensions),
        { steps: new Float64Array(reference.dimensions).fill(1) },
      );
      for (const [k, want] of reference.firstEvaluations.entries()) {
        for (const [i, value] of want.entries())
          expectClose(seen[k]![i]!, value, { absolute: 1e-9 }, `evaluation ${k}`);
      }
      const { iterations, evaluations, value, x } = reference.result;
      expect([minimum.iterations, minimum.calls, minimum.converged]).toEqual([iterations, evaluations, true]);
      expectClose(minimum.f, value, { absolute: 1e-9 });
      for (const [i, want] of x.entries()) expectClose(minimum.x[i]!, want, { absolute: 1e-9 });
    },
  );
});
