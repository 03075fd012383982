/**
 * Where an unfolding starts that knows nothing: a few multiplicative steps from equal energies (expectation maximisation;
 * L. Shepp and Y. Vardi 1982, IEEE Trans. Med. Imaging 1, 113), of whose light the peaks are kept.
 */
import type { Kernel } from '../kernel/index.js';
import { poisson, type RowLikelihood } from './row-likelihood.js';
import type { UnfoldingProblem } from './unfolding.js';

const STEPS = 15;
/** Peaks with less light than this (PE) are left dark. */
const LEAST_LIGHT = 1e-3;

/** Work space in the memory of the kernel, overwritten: per row, and per source. */
export interface StartSpace {
  readonly expectation: Float64Array;
  readonly rowSlope: Float64Array;
  readonly weight: Float64Array;
  readonly pull: Float64Array;
  readonly push: Float64Array;
  readonly darkPush: Float64Array;
}

/**
 * Energies to start from, into `energy`; none where there is no light or no charge. `sums`: all light per energy of each
 * source.
 */
export function lightPeaks(
  kernel: Kernel,
  likelihood: RowLikelihood,
  problem: UnfoldingProblem,
  sums: Float64Array,
  energy: Float64Array,
  { expectation, rowSlope, weight, pull, push, darkPush }: StartSpace,
): void {
  const { rows, sources, charge, noise, darkResponse } = problem;
  let total = 0;
  let excess = 0;
  for (let j = 0; j < sources; j++) total += sums[j]!;
  for (let i = 0; i < rows; i++) excess += charge[i]!;
  if (!(total > 0) || !(excess > 0)) return;
  for (let j = 0; j < sources; j++) energy[j] = sums[j]! > 0 ? excess / total : 0;
  // Rows behind the last one with charge do not pull, and push as if there were noise alone: for a start that is enough.
  let charged = rows;
  while (charged > 0 && charge[charged - 1] === 0) charged--;
  charged = Math.min(rows, (charged + 3) & ~3);
  // Poisson pushes by 1 everywhere.
  const isPoisson = likelihood === poisson;
  if (!isPoisson) {
    likelihood.differentiate(charge, noise, rows, rowSlope, weight);
    kernel.dotColumns(darkPush, problem, sources, rowSlope, charged, rows - charged);
    for (let j = 0; j < sources; j++) darkPush[j] = darkResponse[j]! - darkPush[j]!;
  }
  for (let k = 0; k < STEPS; k++) {
    for (let i = 0; i < charged; i++) expectation[i] = noise[i]!;
    kernel.addColumns(expectation, energy, problem, sources, charged);
    likelihood.differentiate(charge, expectation, charged, rowSlope, weight);
    for (let i = 0; i < charged; i++) {
      // Slope = pull - push.
      weight[i] = charge[i]! / expectation[i]!;
      rowSlope[i] = weight[i]! - rowSlope[i]!;
    }
    kernel.dotColumns(pull, problem, sources, weight, 0, charged);
    if (!isPoisson) kernel.dotColumns(push, problem, sources, rowSlope, 0, charged);
    for (let j = 0; j < sources; j++) {
      if (energy[j]! > 0) energy[j] = (energy[j]! * pull[j]!) / (isPoisson ? sums[j]! : darkPush[j]! + push[j]!);
    }
  }
  gatherPeaks(sources, sums, energy, pull);
}

/** Gives the light between two valleys to the source of the peak between them. */
function gatherPeaks(sources: number, sums: Float64Array, energy: Float64Array, lights: Float64Array): void {
  for (let j = 0; j < sources; j++) lights[j] = energy[j]! * sums[j]!;
  let from = 0;
  for (let j = 1; j <= sources; j++) {
    const isValley = j === sources || (lights[j]! < lights[j - 1]! && !(lights[j]! > (lights[j + 1] ?? 0)));
    if (!isValley) continue;
    let peak = from;
    let light = 0;
    for (let k = from; k < j; k++) {
      light += lights[k]!;
      energy[k] = 0;
      if (lights[k]! > lights[peak]!) peak = k;
    }
    energy[peak] = light > LEAST_LIGHT ? light / sums[peak]! : 0;
    from = j;
  }
}
