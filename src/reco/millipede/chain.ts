/**
 * The likelihood of a line, quickly (specs/reco-millipede.md 10.2). At the optimum few of a line's hundreds of segments
 * shine, and a line moved a little has the same few: so the response is computed only for segments that shine, or might
 * soon (`candidates`), the unfolding starts from the energies of the line before, and the gradient needs the shining
 * segments alone (energies are at their optimum, so that their change does not count). `survey` looks at all segments and
 * chooses the candidates anew.
 */
import { ActiveUnfolding, unfoldingBytes } from '../fit/active-unfolding.js';
import { poisson, type RowLikelihood, softened } from '../fit/row-likelihood.js';
import type { UnfoldingProblem } from '../fit/unfolding.js';
import { bytesOf, type Kernel } from '../kernel/index.js';
import type { SegmentLight } from './light.js';
import type { Rows } from './rows.js';
import { columnBytes, MOST_SEGMENTS, SegmentColumns, type Sources } from './segment-columns.js';
import type { SegmentRange } from './segments.js';
import type { MillipedeSettings } from './settings.js';

/** Gains in log L that the unfolding leaves out: while searching, in surveys, and where those look only here and there. */
const SEARCH_TOLERANCE = 1e-4;
const SURVEY_TOLERANCE = 1e-3;
const GLIMPSE_TOLERANCE = 1e-2;
/** A survey looks at a segment in so many metres, and at all around those that shine, or might. */
const GLIMPSE_SPACING_M = 10;
/** Between those that a survey looks at first others may be worth more: so much less than promising is enough there. */
const GLIMPSE_LENIENCE = 20;
/**
 * A dark segment is a candidate if its light is worth at least this, as the slope of the likelihood by its charge. Where a
 * line's light moves on by a segment or two Poisson's likelihood asks for others sooner than the softened one: with fewer
 * candidates fits of it end up to 0.5 higher.
 */
const PROMISING = { poisson: -0.02, softened: -0.001 } as const;

/** Every segment has this much energy more in the published likelihood than the unfolding says, GeV. */
const LEAST_ENERGY_GEV = 0.001;

/** The settings that the likelihood depends on. */
export type ChainSettings = Pick<MillipedeSettings, 'isPoint' | 'halfSizeM' | 'regularization' | 'alpha'>;

/** Room that a chain with so many rows one by one takes in the kernel of its light, bytes. */
export function chainBytes(stored: number): number {
  const scratch = bytesOf({ float64: [MOST_SEGMENTS, MOST_SEGMENTS, stored] });
  return unfoldingBytes(stored, MOST_SEGMENTS) + columnBytes(stored) + scratch;
}

/** Likelihood of lines in one direction. Energies and segments of the last line stay readable. */
export class Chain {
  /** Segments in the problem: see `SegmentColumns`. */
  readonly number: Int32Array;
  readonly energy: Float64Array;
  readonly problem: UnfoldingProblem;
  readonly range: SegmentRange;
  readonly solver: ActiveUnfolding;
  readonly columns: SegmentColumns;
  private readonly kernel: Kernel;
  private readonly light: SegmentLight;
  private readonly likelihood: RowLikelihood;
  private readonly promising: number;
  private readonly constant: number;
  private readonly scratch: Float64Array;
  private readonly sums: Float64Array;
  private readonly expectation: Float64Array;
  private readonly fixed: Float64Array;
  private readonly moved: Float64Array;
  private readonly column: Float64Array;
  private readonly answer: readonly Float64Array[] = Array.from({ length: 4 }, () => new Float64Array(MOST_SEGMENTS));

  constructor(rows: Rows, light: SegmentLight, settings: ChainSettings) {
    const { kernel, stored } = light;
    this.light = light;
    this.kernel = kernel;
    this.columns = new SegmentColumns(rows, light, settings);
    const { number, energy, problem, range } = this.columns;
    this.number = number;
    this.energy = energy;
    this.problem = problem;
    this.range = range;
    this.likelihood = settings.alpha === null ? poisson : softened(settings.alpha);
    this.promising = PROMISING[settings.alpha === null ? 'poisson' : 'softened'];
    this.solver = new ActiveUnfolding(kernel, stored, MOST_SEGMENTS, this.likelihood);
    this.scratch = kernel.float64(MOST_SEGMENTS);
    this.sums = kernel.float64(MOST_SEGMENTS);
    this.constant = likelihoodConstant(rows, this.likelihood);
    this.expectation = kernel.float64(stored);
    this.fixed = new Float64Array(4 * (stored + 1));
    this.moved = new Float64Array(4 * (stored + 1));
    this.column = new Float64Array(4 * (stored + 1));
  }

  setDirection(zenith: number, azimuth: number): void {
    this.columns.setDirection(zenith, azimuth);
  }

  /** Whether the weakest light counts, too. */
  set isThorough(is: boolean) {
    this.light.isThorough = is;
  }

  /**
   * -log L of the line through (x, y, z) at timeNs, from the energies at hand where `isWarm`; the candidates are left in the
   * problem. It looks at a segment here and there first, then at all around those that count.
   */
  survey(x: number, y: number, z: number, timeNs: number, spacingM: number, isWarm: boolean): number {
    const { columns, scratch } = this;
    const stride = Math.max(1, Math.round(GLIMPSE_SPACING_M / spacingM));
    columns.take(x, y, z, timeNs, spacingM, isWarm, stride);
    if (stride > 1) {
      this.solve(GLIMPSE_TOLERANCE);
      this.findPromising(scratch, GLIMPSE_LENIENCE);
      columns.fillAround(scratch, stride);
    }
    const value = this.solve(SURVEY_TOLERANCE);
    this.chooseCandidates();
    return value;
  }

  /** The same with all segments left in the problem, and solved to the given tolerance. */
  full(x: number, y: number, z: number, timeNs: number, spacingM: number, isWarm: boolean, tolerance: number): number {
    this.columns.take(x, y, z, timeNs, spacingM, isWarm, 1);
    return this.solve(tolerance);
  }

  /**
   * The published -log L of a line, with what searches leave out: all segments, the weakest light, and dark modules asked
   * one by one about the segments that shine.
   */
  judge(x: number, y: number, z: number, timeNs: number, spacingM: number, tolerance: number): number {
    const { light, solver, columns } = this;
    light.isThorough = true;
    this.full(x, y, z, timeNs, spacingM, true, tolerance);
    // What the first answer lights gives way to others in the second, which then are asked as well.
    for (let round = 0; round < 2; round++) {
      for (let a = 0; a < solver.active; a++) columns.askDark(solver.list[a]!);
      this.solve(tolerance);
    }
    light.isThorough = false;
    return this.published();
  }

  /** What is in the problem, to be adopted later. */
  sources(): Sources {
    return this.columns.sources();
  }

  /** Takes energies of a line, at the same vertex, over to a grid whose spacing is a part of theirs. */
  adopt(sources: Sources, spacingM: number): void {
    this.columns.adopt(sources, spacingM);
  }

  /** Computes the response of all segments of a line and leaves their energies at zero. */
  place(x: number, y: number, z: number, timeNs: number, spacingM: number): void {
    this.columns.take(x, y, z, timeNs, spacingM, false, 1);
  }

  /** -log L of a line not far from the last, with the candidates alone. */
  evaluate(x: number, y: number, z: number, timeNs: number): number {
    this.columns.move(x, y, z, timeNs);
    return this.solve(SEARCH_TOLERANCE);
  }

  /**
   * Derivatives of the last value with respect to x, y, z, timeNs, and its curvature (4 x 4) as far as first derivatives of
   * the expectations tell, with the energies following.
   */
  derive(gradient: Float64Array, curvature: Float64Array): void {
    const { problem, solver, fixed, moved } = this;
    const { rows } = problem;
    this.moveExpectations();
    const { rowSlope, weight } = solver;
    gradient.fill(0);
    curvature.fill(0);
    for (let i = 0; i < rows; i++) {
      const w = weight[i]!;
      for (let k = 0; k < 4; k++) {
        // Energies are at their optimum, so that their change does not count.
        gradient[k] = gradient[k]! - rowSlope[i]! * fixed[4 * i + k]!;
        if (w === 0) continue;
        const own = w * moved[4 * i + k]!;
        for (let l = 0; l < 4; l++) curvature[4 * k + l] = curvature[4 * k + l]! + own * moved[4 * i + l]!;
      }
    }
    for (let k = 0; k < 4; k++) gradient[k] = gradient[k]! + fixed[4 * rows + k]!;
  }

  /**
   * Derivatives of the expectations by x, y, z, timeNs: with fixed energies into `fixed` (dark rows together at its end),
   * with energies that stay at their optimum into `moved`.
   */
  private moveExpectations(): void {
    const { problem, energy, number, solver, columns, fixed, moved, column, answer } = this;
    const { rows, response, stride } = problem;
    solver.prepareResponse();
    const { list, active, rowSlope, weight } = solver;
    fixed.fill(0);
    for (let a = 0; a < active; a++) {
      const e = energy[list[a]!]!;
      columns.derivatives(number[list[a]!]! * columns.spacingM, column);
      for (let i = 0; i < 4 * (rows + 1); i++) fixed[i] = fixed[i]! + e * column[i]!;
      for (let k = 0; k < 4; k++) {
        let sum = -column[4 * rows + k]!;
        for (let i = 0; i < rows; i++) sum += column[4 * i + k]! * rowSlope[i]!;
        answer[k]![a] = sum;
      }
    }
    moved.set(fixed);
    for (let k = 0; k < 4; k++) {
      const change = answer[k]!;
      for (let a = 0; a < active; a++) {
        const at = list[a]! * stride;
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += response[at + i]! * weight[i]! * fixed[4 * i + k]!;
        change[a] = change[a]! - sum;
      }
      solver.respond(change);
      for (let a = 0; a < active; a++) {
        const at = list[a]! * stride;
        for (let i = 0; i < rows; i++) moved[4 * i + k] = moved[4 * i + k]! + change[a]! * response[at + i]!;
      }
    }
  }

  /**
   * -log L with all segments in the problem, each with the least energy more: the published number.
   */
  published(): number {
    const { problem, energy, scratch, likelihood, expectation } = this;
    const { rows, sources, charge, noise, darkResponse, darkNoise } = problem;
    for (let i = 0; i < rows; i++) expectation[i] = noise[i]!;
    let sum = this.constant - darkNoise;
    for (let j = 0; j < sources; j++) {
      scratch[j] = energy[j]! + LEAST_ENERGY_GEV;
      sum -= scratch[j]! * darkResponse[j]!;
    }
    this.kernel.addColumns(expectation, scratch, problem, sources, rows);
    return -(sum + likelihood.sum(charge, expectation, rows));
  }

  /** Sum of energies of the segments between two distances along the line, GeV. */
  energyBetween(fromM: number, toM: number): number {
    let sum = 0;
    for (let j = 0; j < this.problem.sources; j++) {
      const along = this.number[j]! * this.columns.spacingM;
      if (along >= fromM && along <= toM) sum += this.energy[j]!;
    }
    return sum;
  }

  /** Finds the energies; returns -log L. */
  private solve(tolerance: number): number {
    const objective = this.solver.solve(this.problem, this.energy, tolerance);
    return -(objective - this.problem.darkNoise + this.constant);
  }

  /** Keeps the segments that shine or might, and neighbours of those that shine. */
  private chooseCandidates(): void {
    const { problem, solver, scratch: keep, columns } = this;
    const { sources } = problem;
    this.findPromising(keep, 1);
    keep[sources - 1] = 1;
    for (let a = 0; a < solver.active; a++) {
      const j = solver.list[a]!;
      for (let k = Math.max(0, j - 1); k <= Math.min(sources - 1, j + 1); k++) keep[k] = 1;
    }
    columns.keep(keep);
  }

  /** 1 for segments that shine or might, by place in the problem just solved, into `out`; else 0. */
  private findPromising(out: Float64Array, lenience: number): void {
    const { problem, energy, solver, sums, kernel } = this;
    const promising = lenience * this.promising;
    const { rows, sources, darkResponse } = problem;
    solver.prepareResponse();
    kernel.sumColumns(sums, problem, sources, rows);
    kernel.dotColumns(out, problem, sources, solver.rowSlope, 0, rows);
    for (let j = 0; j < sources; j++) {
      const sum = sums[j]! + darkResponse[j]!;
      const gain = out[j]! - darkResponse[j]!;
      out[j] = energy[j]! > 0 || (sum > 0 && gain > promising * sum) ? 1 : 0;
    }
  }
}

/** The part of the log likelihood that does not depend on the expectations. */
function likelihoodConstant(rows: Rows, likelihood: RowLikelihood): number {
  let sum = 0;
  for (const charge of rows.charge) sum += likelihood.constant(charge);
  return sum;
}
