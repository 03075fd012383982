/**
 * Fits that move the line as the reference does, step by step (specs/reco-millipede.md section 8): `original` by two
 * simplex searches with GSL's rules, `wilks` by two with Minuit's and a descent by gradients. For comparisons: a
 * variation takes seconds to minutes.
 */
import { directionOfTravel } from '../../prepare/index.js';
import { ConjugateUnfolding } from '../fit/conjugate-unfolding.js';
import { gslSimplex } from '../fit/gsl-simplex.js';
import { minuitSimplex } from '../fit/minuit-simplex.js';
import type { Minimum } from '../fit/nelder-mead.js';
import { quasiNewton } from '../fit/quasi-newton.js';
import { isUsable, resultOf } from '../results.js';
import type { RecoResult, RecoTask, Seed } from '../types.js';
import type { Chain } from './chain.js';
import { acrossSteps } from './line.js';
import type { MillipedeSettings } from './settings.js';
import { energiesOf, type InstrumentedVolume } from './volume.js';

const UNFOLDING_STEPS = 100;
/** Steps of `original`, m and ns. */
const ORIGINAL_STEPS = { coarseM: 10, fineM: 2, fineNs: 5 };
/** Steps of `wilks`, across the line. */
const WILKS_STEPS = { coarseM: 150, coarseNs: 250, fineM: 3, fineNs: 5 };
const MINUIT_TOLERANCE = 0.005;
const FLATNESS_ROUNDS = 3;

/** A line in the order of the reference's parameters: time, x, y, z. */
export type Parameters = [timeNs: number, x: number, y: number, z: number];

/** A pass of a fit: where it ended, or null where it did not converge. */
export type Pass = { readonly at: Parameters; readonly llh: number } | null;

/** Fits all variations of a task, each for itself. */
export function fitCompatibly(
  chain: Chain,
  volume: InstrumentedVolume,
  settings: MillipedeSettings,
  task: RecoTask,
  isFittable: boolean,
): RecoResult[] {
  chain.setDirection(task.zenith, task.azimuth);
  const n = directionOfTravel(task.zenith, task.azimuth);
  const fitSeeds = settings.kind === 'original' ? fitOriginal : fitWilks;
  return task.variations.map((variation) => {
    const usable = variation.seeds.filter(isUsable);
    const line = new CompatibleLine(chain, settings);
    const fitted = isFittable ? fitSeeds(line, usable, n) : null;
    if (fitted === null) return resultOf(task, variation, null);
    const [timeNs, x, y, z] = fitted.at;
    const llh = line.value(fitted.at, settings.fineSpacingM);
    return resultOf(task, variation, { x, y, z, timeNs, llh, ...energiesOf(chain, volume, { x, y, z, timeNs }, n) });
  });
}

/** -log L as the reference computes it: `original` with its own solver, which stops short of the optimum. */
export class CompatibleLine {
  private readonly chain: Chain;
  private readonly solver: ConjugateUnfolding | null;
  private readonly gradient = new Float64Array(4);
  private readonly curvature = new Float64Array(16);

  constructor(chain: Chain, settings: Pick<MillipedeSettings, 'alpha'>) {
    this.chain = chain;
    this.solver = settings.alpha === null ? new ConjugateUnfolding() : null;
  }

  value([timeNs, x, y, z]: Parameters, spacingM: number): number {
    if (![timeNs, x, y, z].every(Number.isFinite)) return Number.NaN;
    if (this.solver === null) this.chain.full(x, y, z, timeNs, spacingM, false, 1e-4);
    else {
      this.chain.place(x, y, z, timeNs, spacingM);
      this.solver.solve(this.chain.problem, this.chain.energy, UNFOLDING_STEPS);
    }
    return this.chain.published();
  }

  /** The same with its derivatives by time, x, y, z. */
  valueWithGradient(at: Parameters, spacingM: number, out: Float64Array): number {
    const value = this.value(at, spacingM);
    this.chain.derive(this.gradient, this.curvature);
    out[0] = this.gradient[3]!;
    for (let k = 0; k < 3; k++) out[k + 1] = this.gradient[k]!;
    return value;
  }
}

/** Two passes of GSL's simplex: place alone with coarse segments, then time and place with fine ones. */
export function fitOriginal(
  line: CompatibleLine,
  seeds: readonly Seed[],
  _?: unknown,
  spacings: readonly number[] = [5, 2.5],
): Pass {
  const { coarseM, fineM, fineNs } = ORIGINAL_STEPS;
  const coarse = best(
    seeds.map(({ timeNs, x, y, z }) =>
      gslPass([x, y, z], [coarseM, coarseM, coarseM], ([a, b, c]) => line.value([timeNs, a!, b!, c!], spacings[0]!)),
    ),
    (x, i) => [seeds[i]!.timeNs, x[0]!, x[1]!, x[2]!],
  );
  if (coarse === null) return null;
  const fine = gslPass(coarse.at, [fineNs, fineM, fineM, fineM], ([t, a, b, c]) =>
    line.value([t!, a!, b!, c!], spacings[1]!),
  );
  return best([fine], (x) => [x[0]!, x[1]!, x[2]!, x[3]!]);
}

/** One pass; null where it did not converge. A start that was not left is probed for flatness (8.1). */
function gslPass(
  start: readonly number[],
  steps: readonly number[],
  value: (x: readonly number[]) => number,
): Minimum | null {
  let from = start;
  for (let round = 0; round < FLATNESS_ROUNDS; round++) {
    if (from.some((x, k) => x + steps[k]! === x)) return null;
    const minimum = gslSimplex((x) => value([...x]), from, { steps });
    if (!minimum.converged || !Number.isFinite(minimum.f)) return null;
    if (from.some((x, k) => x !== minimum.x[k])) return minimum;
    const probes = from.flatMap((_, k) =>
      [1, -1].map((sign) => {
        const at = from.map((x, i) => (i === k ? x + sign * steps[k]! : x));
        return { at, f: value(at) };
      }),
    );
    const better = probes.filter(({ f }) => f < minimum.f).sort((a, b) => a.f - b.f)[0];
    if (better === undefined) return probes.some(({ f }) => f > minimum.f) ? minimum : null;
    from = better.at;
  }
  return null;
}

/** Two passes of Minuit's SIMPLEX, then a descent by gradients. */
export function fitWilks(line: CompatibleLine, seeds: readonly Seed[], n: readonly number[]): Pass {
  const { coarseM, coarseNs, fineM, fineNs } = WILKS_STEPS;
  const spacings = [5, 2.5];
  const simplex = (start: readonly number[], steps: number[], spacingM: number): Minimum | null => {
    const minimum = minuitSimplex((x) => line.value([...x] as Parameters, spacingM), start, {
      steps,
      tolerance: MINUIT_TOLERANCE,
    });
    return minimum.converged && Number.isFinite(minimum.f) ? minimum : null;
  };
  const asParameters = (x: ArrayLike<number>): Parameters => [x[0]!, x[1]!, x[2]!, x[3]!];
  const coarse = best(
    seeds.map(({ timeNs, x, y, z }) =>
      simplex([timeNs, x, y, z], [coarseNs, ...acrossSteps(n, coarseM)], spacings[0]!),
    ),
    asParameters,
  );
  if (coarse === null) return null;
  const steps = [fineNs, ...acrossSteps(n, fineM)];
  const fine = best([simplex(coarse.at, steps, spacings[1]!)], asParameters);
  if (fine === null) return null;
  const last = quasiNewton((x, out) => line.valueWithGradient(asParameters(x), spacings[1]!, out), fine.at, {
    scales: steps.map((step) => Math.max(step, 1e-3)),
    tolerance: MINUIT_TOLERANCE,
    maxCalls: 1000,
  });
  return Number.isFinite(last.f) ? { at: asParameters(last.x), llh: last.f } : null;
}

function best(minima: readonly (Minimum | null)[], parameters: (x: Float64Array, i: number) => Parameters): Pass {
  let found: Pass = null;
  for (const [i, minimum] of minima.entries()) {
    if (minimum !== null && (found === null || minimum.f < found.llh)) {
      found = { at: parameters(minimum.x, i), llh: minimum.f };
    }
  }
  return found;
}
