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
import { type SegmentRange, segmentRange } from './segments.js';
import type { MillipedeSettings } from './settings.js';

const NS_PER_METRE = 1 / 0.299792458;
const MOST_SEGMENTS = 1024;
/** Gains in log L that the unfolding leaves out: while searching, in surveys. */
const SEARCH_TOLERANCE = 1e-4;
const SURVEY_TOLERANCE = 1e-3;
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

/** Candidates of a line with their energies (GeV), as places of a grid of some spacing. */
export interface Sources {
  readonly spacingM: number;
  readonly number: Int32Array;
  readonly energy: Float64Array;
}

/** Room that a chain with so many rows one by one takes in the kernel of its light, bytes. */
export function chainBytes(stored: number): number {
  const perSegment = Array(3).fill(MOST_SEGMENTS);
  const float64 = [MOST_SEGMENTS * stored, ...perSegment, stored];
  return unfoldingBytes(stored, MOST_SEGMENTS) + bytesOf({ float64 });
}

/** Likelihood of lines in one direction. Energies and segments of the last line stay readable. */
export class Chain {
  /** Segments in the problem: number (distance from the vertex over the spacing) and energy in GeV. */
  readonly number: Int32Array = new Int32Array(MOST_SEGMENTS);
  readonly energy: Float64Array;
  readonly problem: UnfoldingProblem;
  readonly range: SegmentRange = { first: 0, end: 0 };
  readonly solver: ActiveUnfolding;
  private readonly kernel: Kernel;
  private readonly light: SegmentLight;
  private readonly settings: ChainSettings;
  private readonly direction = new Float64Array(3);
  private readonly likelihood: RowLikelihood;
  private readonly constant: number;
  private readonly scratch: Float64Array;
  private readonly sums: Float64Array;
  private readonly expectation: Float64Array;
  private readonly fixed: Float64Array;
  private readonly moved: Float64Array;
  private readonly column: Float64Array;
  private readonly answer: readonly Float64Array[] = Array.from({ length: 4 }, () => new Float64Array(MOST_SEGMENTS));
  /** The last line, and a source on it: x, y, z (m), time (ns). */
  private readonly line = new Float64Array(4);
  private readonly source = new Float64Array(4);
  private spacingM = 1;

  constructor(rows: Rows, light: SegmentLight, settings: ChainSettings) {
    this.light = light;
    this.settings = settings;
    this.likelihood = settings.alpha === null ? poisson : softened(settings.alpha);
    const { kernel, stored } = light;
    this.kernel = kernel;
    this.solver = new ActiveUnfolding(kernel, stored, MOST_SEGMENTS, this.likelihood);
    this.problem = emptyProblem(kernel, rows, stored, settings.regularization, MOST_SEGMENTS);
    this.energy = kernel.float64(MOST_SEGMENTS);
    this.scratch = kernel.float64(MOST_SEGMENTS);
    this.sums = kernel.float64(MOST_SEGMENTS);
    this.constant = likelihoodConstant(rows, this.likelihood);
    this.expectation = kernel.float64(stored);
    this.fixed = new Float64Array(4 * (stored + 1));
    this.moved = new Float64Array(4 * (stored + 1));
    this.column = new Float64Array(4 * (stored + 1));
  }

  setDirection(zenith: number, azimuth: number): void {
    const sin = Math.sin(zenith);
    this.direction[0] = -sin * Math.cos(azimuth);
    this.direction[1] = -sin * Math.sin(azimuth);
    this.direction[2] = -Math.cos(zenith);
    this.light.setDirection(zenith, azimuth);
    this.problem.sources = 0;
  }

  /** Whether the weakest light counts, too. */
  set isThorough(is: boolean) {
    this.light.isThorough = is;
  }

  /**
   * -log L of the line through (x, y, z) at timeNs with all segments, from the energies at hand where `isWarm`; the
   * candidates are left in the problem.
   */
  survey(x: number, y: number, z: number, timeNs: number, spacingM: number, isWarm: boolean): number {
    const value = this.full(x, y, z, timeNs, spacingM, isWarm, SURVEY_TOLERANCE);
    this.chooseCandidates();
    return value;
  }

  /** The same with all segments left in the problem, and solved to the given tolerance. */
  full(x: number, y: number, z: number, timeNs: number, spacingM: number, isWarm: boolean, tolerance: number): number {
    this.takeAllSegments(x, y, z, spacingM, isWarm);
    this.respond(x, y, z, timeNs);
    return this.solve(tolerance);
  }

  /**
   * The published -log L of a line, with what searches leave out: all segments, the weakest light, and dark modules asked
   * one by one about the segments that shine.
   */
  judge(x: number, y: number, z: number, timeNs: number, spacingM: number, tolerance: number): number {
    const { light, solver, problem, number } = this;
    light.isThorough = true;
    this.full(x, y, z, timeNs, spacingM, true, tolerance);
    // What the first answer lights gives way to others in the second, which then are asked as well.
    for (let round = 0; round < 2; round++) {
      for (let a = 0; a < solver.active; a++) {
        const j = solver.list[a]!;
        this.placeSource(number[j]! * spacingM);
        problem.darkResponse[j] = light.exactRest(this.source);
      }
      this.solve(tolerance);
    }
    light.isThorough = false;
    return this.published();
  }

  /** What is in the problem, to be adopted later. */
  sources(): Sources {
    const n = this.problem.sources;
    return { spacingM: this.spacingM, number: this.number.slice(0, n), energy: this.energy.slice(0, n) };
  }

  /** Takes energies of a line, at the same vertex, over to a grid whose spacing is a part of theirs. */
  adopt(sources: Sources, spacingM: number): void {
    const ratio = Math.round(sources.spacingM / spacingM);
    this.problem.sources = sources.number.length;
    for (let j = 0; j < sources.number.length; j++) {
      this.number[j] = sources.number[j]! * ratio;
      this.energy[j] = sources.energy[j]!;
    }
    this.spacingM = spacingM;
  }

  /** Computes the response of all segments of a line and leaves their energies at zero. */
  place(x: number, y: number, z: number, timeNs: number, spacingM: number): void {
    this.takeAllSegments(x, y, z, spacingM, false);
    this.respond(x, y, z, timeNs);
  }

  /** -log L of a line not far from the last, with the candidates alone. */
  evaluate(x: number, y: number, z: number, timeNs: number): number {
    this.setRange(x, y, z, this.spacingM);
    this.respond(x, y, z, timeNs);
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

  /** Derivatives of the response of the segment `alongM` down the last line (`SegmentLight.derivatives`). */
  segmentDerivatives(alongM: number, out: Float64Array): void {
    this.placeSource(alongM);
    this.light.derivatives(this.source, out);
  }

  /**
   * Derivatives of the expectations by x, y, z, timeNs: with fixed energies into `fixed` (dark rows together at its end),
   * with energies that stay at their optimum into `moved`.
   */
  private moveExpectations(): void {
    const { problem, energy, number, solver, spacingM, fixed, moved, column, answer } = this;
    const { rows, response, stride } = problem;
    solver.prepareResponse();
    const { list, active, rowSlope, weight } = solver;
    fixed.fill(0);
    for (let a = 0; a < active; a++) {
      const e = energy[list[a]!]!;
      const along = number[list[a]!]! * spacingM;
      this.segmentDerivatives(along, column);
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
      const along = this.number[j]! * this.spacingM;
      if (along >= fromM && along <= toM) sum += this.energy[j]!;
    }
    return sum;
  }

  private setRange(x: number, y: number, z: number, spacingM: number): void {
    const { range, direction } = this;
    const { halfSizeM, isPoint } = this.settings;
    segmentRange(x, y, z, direction[0]!, direction[1]!, direction[2]!, halfSizeM, spacingM, range);
    if (!isPoint) return;
    const isInside = range.first <= 0 && range.end > 0;
    range.first = 0;
    range.end = isInside ? 1 : 0;
  }

  /** Fills the problem with all segments of a line; those that were in it keep their energies where `isWarm`. */
  private takeAllSegments(x: number, y: number, z: number, spacingM: number, isWarm: boolean): void {
    const { range, problem, energy, number, scratch } = this;
    const known = isWarm && spacingM === this.spacingM ? problem.sources : 0;
    scratch.fill(0);
    this.setRange(x, y, z, spacingM);
    for (let j = 0; j < known; j++) {
      const k = number[j]! - range.first;
      if (k >= 0 && k < range.end - range.first) scratch[k] = energy[j]!;
    }
    problem.sources = range.end - range.first;
    for (let j = 0; j < problem.sources; j++) {
      number[j] = range.first + j;
      energy[j] = scratch[j]!;
    }
    this.spacingM = spacingM;
  }

  /** Computes the response of the segments in the problem. */
  private respond(x: number, y: number, z: number, timeNs: number): void {
    const { problem, number, light, line, spacingM, range } = this;
    line[0] = x;
    line[1] = y;
    line[2] = z;
    line[3] = timeNs;
    for (let j = 0; j < problem.sources; j++) {
      if (number[j]! < range.first || number[j]! >= range.end) {
        // Out of the cube: without light, and so without energy.
        problem.response.fill(0, j * problem.stride, (j + 1) * problem.stride);
        problem.darkResponse[j] = 0;
        continue;
      }
      this.placeSource(number[j]! * spacingM);
      light.column(this.source, problem.response, j * problem.stride, problem.darkResponse, j);
    }
  }

  /** Sets the source that is `alongM` down the line. */
  private placeSource(alongM: number): void {
    const { line, source, direction } = this;
    for (let k = 0; k < 3; k++) source[k] = line[k]! + alongM * direction[k]!;
    source[3] = line[3]! + alongM * NS_PER_METRE;
  }

  /** Finds the energies; returns -log L. */
  private solve(tolerance: number): number {
    const objective = this.solver.solve(this.problem, this.energy, tolerance);
    return -(objective - this.problem.darkNoise + this.constant);
  }

  /** Keeps the segments that shine or might, and their neighbours, in ascending order. */
  private chooseCandidates(): void {
    const { problem, energy, number, solver, scratch: keep, sums, kernel } = this;
    const { rows, sources, darkResponse } = problem;
    const promising = PROMISING[this.settings.alpha === null ? 'poisson' : 'softened'];
    solver.prepareResponse();
    kernel.sumColumns(sums, problem, sources, rows);
    kernel.dotColumns(keep, problem, sources, solver.rowSlope, 0, rows);
    for (let j = 0; j < sources; j++) {
      const sum = sums[j]! + darkResponse[j]!;
      const gain = keep[j]! - darkResponse[j]!;
      keep[j] = sum > 0 && gain > promising * sum ? 1 : 0;
    }
    keep[sources - 1] = 1;
    for (let a = 0; a < solver.active; a++) {
      const j = solver.list[a]!;
      for (let k = Math.max(0, j - 1); k <= Math.min(sources - 1, j + 1); k++) keep[k] = 1;
    }
    let n = 0;
    for (let j = 0; j < sources; j++) {
      if (keep[j] === 0) continue;
      number[n] = number[j]!;
      energy[n] = energy[j]!;
      n++;
    }
    problem.sources = n;
  }
}

/** A problem of the rows, with room for sources. */
function emptyProblem(kernel: Kernel, rows: Rows, stored: number, penalty: number, capacity: number): UnfoldingProblem {
  let darkNoise = 0;
  for (let i = stored; i < rows.noise.length; i++) darkNoise += rows.noise[i]!;
  return {
    rows: stored,
    sources: 0,
    response: kernel.float64(capacity * stored),
    stride: stored,
    charge: rows.charge.subarray(0, stored),
    noise: rows.noise.subarray(0, stored),
    darkResponse: new Float64Array(capacity),
    darkNoise,
    penalty,
  };
}

/** The part of the log likelihood that does not depend on the expectations. */
function likelihoodConstant(rows: Rows, likelihood: RowLikelihood): number {
  let sum = 0;
  for (const charge of rows.charge) sum += likelihood.constant(charge);
  return sum;
}
