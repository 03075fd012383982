/**
 * Unfolding to the optimum: Newton's method on the sources that shine, the others held at zero, with a search for sources
 * that ought to shine whenever the rest is settled (J. Nocedal and S. Wright, "Numerical Optimization", chapter 16, for
 * the objective of unfolding.ts or that of another likelihood). At the optimum few of many sources shine, and close to a
 * solved problem it takes a handful of steps, each over few sources.
 */
import { bytesOf, type Kernel } from '../kernel/index.js';
import { poisson, type RowLikelihood } from './row-likelihood.js';
import type { UnfoldingProblem } from './unfolding.js';
import { lightPeaks, type StartSpace } from './unfolding-start.js';

/** Rises of the objective by less than this (as far as slope and curvature tell) do not count. */
const DEFAULT_TOLERANCE = 1e-4;
const MOST_STEPS = 200;
const MOST_ACTIVE = 256;
/** At most this many sources are lit in one search. */
const MOST_NEW = 12;
/** A step that brings nothing is shortened so many times before it is given up. */
const MOST_HALVINGS = 12;
/** Stabilises directions in which sources are as good as the same. */
const DAMPING = 1e-10;
/** Curvatures of rows are at least this share of Poisson's. */
const LEAST_CURVATURE = 0.02;
/** Elements of a triangle. */
const MATRIX = (MOST_ACTIVE * (MOST_ACTIVE + 1)) / 2;

/** Room for `ActiveUnfolding` in the memory of a kernel. */
export function unfoldingBytes(mostRows: number, mostSources: number): number {
  const perRow = Array(6).fill(mostRows);
  const perSource = Array(4).fill(mostSources);
  const perShining = Array(3).fill(MOST_ACTIVE);
  return bytesOf({ float64: [...perRow, ...perSource, ...perShining, MATRIX], int32: [MOST_ACTIVE, mostSources] });
}

/** Work space of one or many solutions of problems of a size, which lie in the memory of a kernel. */
export class ActiveUnfolding {
  /** Shining sources of the last solution, `active` of them, in no order. */
  readonly list: Int32Array;
  active = 0;
  /** Newton steps of the last solution. */
  steps = 0;
  /** Per row of the last solution: expectation, slope of the likelihood by it, and a curvature that is not negative. */
  expectation: Float64Array;
  readonly rowSlope: Float64Array;
  readonly weight: Float64Array;
  private trial: Float64Array;
  private readonly change: Float64Array;
  private readonly weighted: Float64Array;
  /** Per source. */
  private readonly sums: Float64Array;
  private readonly saved: Float64Array;
  private readonly matrix: Float64Array;
  /** Per shining source: slope, step, energy. */
  private readonly slope: Float64Array;
  private readonly direction: Float64Array;
  private readonly lit: Float64Array;
  /** Sources that might be lit, and how the slope changes by that. */
  private readonly dark: Int32Array;
  private readonly curvature: Float64Array;
  /** Work space of starts, shared with that of steps. */
  private readonly starting: StartSpace;
  private damping = DAMPING;
  private readonly kernel: Kernel;
  private readonly likelihood: RowLikelihood;
  private problem!: UnfoldingProblem;
  private energy!: Float64Array;

  /** @param kernel with room for `unfoldingBytes` and the problems; they have at most so many rows and sources */
  constructor(kernel: Kernel, mostRows: number, mostSources: number, likelihood: RowLikelihood = poisson) {
    this.kernel = kernel;
    this.likelihood = likelihood;
    const perRow = (): Float64Array => kernel.float64(mostRows);
    this.expectation = perRow();
    this.rowSlope = perRow();
    this.weight = perRow();
    this.trial = perRow();
    this.change = perRow();
    this.weighted = perRow();
    this.sums = kernel.float64(mostSources);
    this.saved = kernel.float64(mostSources);
    this.curvature = kernel.float64(mostSources);
    this.slope = kernel.float64(MOST_ACTIVE);
    this.direction = kernel.float64(MOST_ACTIVE);
    this.lit = kernel.float64(MOST_ACTIVE);
    this.matrix = kernel.float64(MATRIX);
    this.list = kernel.int32(MOST_ACTIVE);
    this.dark = kernel.int32(mostSources);
    const { expectation, rowSlope, weight, saved: pull, curvature: push } = this;
    this.starting = { expectation, rowSlope, weight, pull, push, darkPush: kernel.float64(mostSources) };
  }

  /**
   * Maximises the objective, from the energies given; from scratch where none is positive. Returns the objective
   * (without the constant noise of dark rows).
   */
  solve(problem: UnfoldingProblem, energy: Float64Array, tolerance: number = DEFAULT_TOLERANCE): number {
    this.begin(problem, energy);
    if (this.active === 0) {
      lightPeaks(this.kernel, this.likelihood, problem, this.sums, energy, this.starting);
      this.listActive();
    }
    let value = this.evaluate(this.expectation);
    this.steps = 0;
    while (this.steps < MOST_STEPS) {
      const before = value;
      const gain = this.newtonDirection();
      if (this.active > 0 && gain > tolerance) {
        value = this.step(value);
        this.steps++;
        if (value > before) continue;
      }
      if (!this.lightUp(tolerance)) break;
    }
    return value;
  }

  /** Prepares `respond` for the last solution. */
  prepareResponse(): void {
    this.damping = DAMPING;
    this.differentiate();
    this.factorise();
  }

  /** How energies answer to a change of their slopes: x = H^-1 x, in the order of `list`; H is the curvature. */
  respond(x: Float64Array): void {
    this.substitute(x);
  }

  private begin(problem: UnfoldingProblem, energy: Float64Array): void {
    this.problem = problem;
    this.energy = energy;
    const { rows, sources, darkResponse } = problem;
    const { sums, kernel } = this;
    kernel.sumColumns(sums, problem, sources, rows);
    for (let j = 0; j < sources; j++) {
      sums[j] = sums[j]! + darkResponse[j]!;
      if (!(sums[j]! > 0)) energy[j] = 0;
    }
    this.listActive();
  }

  private listActive(): void {
    const { energy, list } = this;
    let n = 0;
    for (let j = 0; j < this.problem.sources; j++) {
      if (!(energy[j]! > 0)) energy[j] = 0;
      else if (n < MOST_ACTIVE) list[n++] = j;
      else energy[j] = 0;
    }
    this.active = n;
  }

  /** Expectation of the shining sources into `out`; returns the objective. */
  private evaluate(out: Float64Array): number {
    const { problem, energy, list, active, lit, likelihood } = this;
    const { rows, sources, charge, noise, darkResponse, penalty } = problem;
    for (let i = 0; i < rows; i++) out[i] = noise[i]!;
    let sum = 0;
    for (let a = 0; a < active; a++) {
      const j = list[a]!;
      const e = energy[j]!;
      lit[a] = e;
      sum -= darkResponse[j]! * e + (j < sources - 1 ? penalty * e * e : 0);
    }
    this.kernel.addListed(out, list, lit, active, problem, rows);
    return sum + likelihood.sum(charge, out, rows);
  }

  /** Newton's direction for the shining sources; returns the gain that it promises. */
  private newtonDirection(): number {
    const { problem, energy, list, active, slope, direction, rowSlope } = this;
    const { rows, sources, darkResponse, penalty } = problem;
    this.differentiate();
    this.kernel.dotListed(slope, list, active, problem, rowSlope, rows);
    for (let a = 0; a < active; a++) {
      const j = list[a]!;
      slope[a] = slope[a]! - darkResponse[j]! - (j < sources - 1 ? 2 * penalty * energy[j]! : 0);
      direction[a] = slope[a]!;
    }
    for (this.damping = DAMPING; ; this.damping *= 1e3) {
      this.factorise();
      this.substitute(direction);
      let gain = 0;
      for (let a = 0; a < active; a++) gain += 0.5 * slope[a]! * direction[a]!;
      // Rounding spoils what is hardly damped where sources are as good as the same.
      if (gain >= 0 || this.damping > 1) return gain;
      for (let a = 0; a < active; a++) direction[a] = slope[a]!;
    }
  }

  /** Slopes and curvatures of the rows. */
  private differentiate(): void {
    const { likelihood, expectation, rowSlope, weight } = this;
    const { rows, charge } = this.problem;
    likelihood.differentiate(charge, expectation, rows, rowSlope, weight);
    for (let i = 0; i < rows; i++) {
      const y = expectation[i]!;
      const least = (LEAST_CURVATURE * charge[i]!) / (y * y);
      if (!(weight[i]! > least)) weight[i] = least;
    }
  }

  /** Cholesky factor of the curvature of the shining sources, packed by rows. */
  private factorise(): void {
    const { problem, list, active, matrix, weight, weighted, kernel, damping } = this;
    const { rows, sources, penalty } = problem;
    kernel.gram(matrix, list, active, problem, weight, weighted, rows);
    for (let a = 0, at = 0; a < active; a++, at += a + 1) {
      matrix[at] = matrix[at]! * (1 + damping) + (list[a]! < sources - 1 ? 2 * penalty : 0);
    }
    kernel.cholesky(matrix, active, 0.5 * damping);
  }

  /** x = H^-1 x */
  private substitute(x: Float64Array): void {
    const { active, matrix } = this;
    for (let a = 0; a < active; a++) {
      const row = (a * (a + 1)) / 2;
      let sum = x[a]!;
      for (let c = 0; c < a; c++) sum -= matrix[row + c]! * x[c]!;
      x[a] = sum / matrix[row + a]!;
    }
    for (let a = active - 1; a >= 0; a--) {
      let sum = x[a]!;
      for (let c = a + 1; c < active; c++) sum -= matrix[(c * (c + 1)) / 2 + a]! * x[c]!;
      x[a] = sum / matrix[(a * (a + 1)) / 2 + a]!;
    }
  }

  /**
   * Goes along the direction as far as it pays: all the way with sources stopped at zero where that is a gain, else to
   * where the first of them goes out. Returns the objective.
   */
  private step(before: number): number {
    const { energy, list, active, direction, saved } = this;
    let room = Number.POSITIVE_INFINITY;
    let first = -1;
    for (let a = 0; a < active; a++) {
      const j = list[a]!;
      saved[a] = energy[j]!;
      if (direction[a]! < 0 && -energy[j]! / direction[a]! < room) {
        room = -energy[j]! / direction[a]!;
        first = a;
      }
    }
    if (room < 1) {
      for (let a = 0; a < active; a++) {
        const e = saved[a]! + direction[a]!;
        energy[list[a]!] = e > 0 ? e : 0;
      }
      const value = this.evaluate(this.trial);
      if (value > before) return this.accept(value);
    }
    // Where the objective is not concave, its slope may point upwards again far beyond a lower place.
    let length = this.lineSearch(room);
    for (let k = 0; k < MOST_HALVINGS; k++, length *= 0.5) {
      for (let a = 0; a < active; a++) energy[list[a]!] = Math.max(0, saved[a]! + length * direction[a]!);
      if (length === room) energy[list[first]!] = 0;
      const value = this.evaluate(this.trial);
      if (value > before) return this.accept(value);
    }
    for (let a = 0; a < active; a++) energy[list[a]!] = saved[a]!;
    return before;
  }

  private accept(value: number): number {
    const swapped = this.trial;
    this.trial = this.expectation;
    this.expectation = swapped;
    const { energy, list } = this;
    let n = 0;
    for (let a = 0; a < this.active; a++) if (energy[list[a]!]! > 0) list[n++] = list[a]!;
    this.active = n;
    return value;
  }

  /** Length in (0, room] at which the objective is highest along the direction, to a few per cent. */
  private lineSearch(room: number): number {
    const { problem, list, active, direction, change } = this;
    const { rows } = problem;
    change.fill(0, 0, rows);
    this.kernel.addListed(change, list, direction, active, problem, rows);
    let low = 0;
    let high = room;
    if (Number.isFinite(room) && this.slopeAt(room) >= 0) return room;
    let length = Math.min(1, 0.5 * room);
    for (let k = 0; k < 30; k++) {
      const slope = this.slopeAt(length);
      if (slope >= 0) low = length;
      else high = length;
      if (high - low < 0.05 * high) break;
      length = Number.isFinite(high) ? 0.5 * (low + high) : 2 * length;
    }
    return low > 0 ? low : high;
  }

  /** Derivative of the objective along the direction. */
  private slopeAt(length: number): number {
    const { problem, saved, list, active, direction, expectation, change, likelihood } = this;
    const { rows, sources, charge, darkResponse, penalty } = problem;
    let sum = likelihood.slopeAlong(charge, expectation, change, length, rows);
    for (let a = 0; a < active; a++) {
      const j = list[a]!;
      sum -= darkResponse[j]! * direction[a]!;
      if (j < sources - 1) sum -= 2 * penalty * direction[a]! * (saved[a]! + length * direction[a]!);
    }
    return sum;
  }

  /** Lights the sources whose light would be a gain, of neighbours the best. Returns whether there are any. */
  private lightUp(tolerance: number): boolean {
    const { problem, energy, list, dark, curvature, saved, sums, rowSlope, weight, kernel } = this;
    const { rows, sources, darkResponse } = problem;
    this.differentiate();
    // Slope per light: what a neighbourhood is judged by.
    kernel.dotColumns(saved, problem, sources, rowSlope, 0, rows);
    for (let j = 0; j < sources; j++) {
      saved[j] = energy[j]! > 0 || !(sums[j]! > 0) ? 0 : (saved[j]! - darkResponse[j]!) / sums[j]!;
    }
    let peaks = 0;
    for (let j = 0; j < sources; j++) {
      const slope = saved[j]!;
      const isPeak = slope > 0 && slope >= (saved[j - 1] ?? 0) && slope > (j + 1 < sources ? saved[j + 1]! : 0);
      if (isPeak) dark[peaks++] = j;
    }
    kernel.squareListed(curvature, dark, peaks, problem, weight, rows);
    let lit = 0;
    for (let k = 0; k < peaks && lit < MOST_NEW && this.active + lit < MOST_ACTIVE; k++) {
      const j = dark[k]!;
      const g = saved[j]! * sums[j]!;
      if (0.5 * g * g < tolerance * curvature[k]!) continue;
      // A little light, so that Newton's step can take it away again.
      energy[j] = (1e-3 * g) / curvature[k]!;
      list[this.active + lit++] = j;
    }
    if (lit === 0) return false;
    this.active += lit;
    this.evaluate(this.expectation);
    return true;
  }
}
