/**
 * The likelihood of a line with the energies of its segments at their optimum, with all segments and all rows
 * (specs/reco-millipede.md sections 4 to 7): the reference's own way, and what its fit minimises.
 */
import { ConjugateUnfolding } from '../fit/conjugate-unfolding.js';
import { poisson, type RowLikelihood, softened } from '../fit/row-likelihood.js';
import type { UnfoldingProblem } from '../fit/unfolding.js';
import type { SegmentLight } from './light.js';

import type { Rows } from './rows.js';
import { type SegmentRange, segmentRange } from './segments.js';
import type { MillipedeSettings } from './settings.js';

/** Every segment has this much energy more in the likelihood than the unfolding says, GeV. */
export const LEAST_ENERGY_GEV = 0.001;
const UNFOLDING_STEPS = 100;
const SPEED_OF_LIGHT = 0.299792458;
/** More segments than any line has: the diagonal of the largest cube at the finest spacing. */
const MOST_SEGMENTS = 1024;

/** The settings that the likelihood depends on. */
export type ChainSettings = Pick<MillipedeSettings, 'halfSizeM' | 'regularization' | 'alpha'>;

/** Likelihood of lines in one direction; energies and response of the last one stay readable. */
export class Chain {
  /** Segments of the last line and their energies, GeV; segment range.first + j has energy[j]. */
  readonly range: SegmentRange = { first: 0, end: 0 };
  readonly energy: Float64Array = new Float64Array(MOST_SEGMENTS);
  readonly problem: UnfoldingProblem;
  /** Per stored row: expectation. */
  readonly expectation: Float64Array;
  private readonly rows: Rows;
  private readonly light: SegmentLight;
  private readonly settings: ChainSettings;
  private readonly solver = new ConjugateUnfolding();
  private readonly direction = new Float64Array(3);
  private readonly likelihood: RowLikelihood;
  private readonly constant: number;

  constructor(rows: Rows, light: SegmentLight, settings: ChainSettings) {
    this.rows = rows;
    this.light = light;
    this.settings = settings;
    this.likelihood = settings.alpha === null ? poisson : softened(settings.alpha);
    this.problem = emptyProblem(rows, light.stored, settings.regularization, MOST_SEGMENTS);
    this.expectation = new Float64Array(light.stored);
    this.constant = likelihoodConstant(rows, this.likelihood);
  }

  setDirection(zenith: number, azimuth: number): void {
    const sin = Math.sin(zenith);
    this.direction.set([-sin * Math.cos(azimuth), -sin * Math.sin(azimuth), -Math.cos(zenith)]);
    this.light.setDirection(zenith, azimuth);
  }

  /** -log L of the line through (x, y, z) at timeNs, with segments every `spacingM` metres. */
  evaluate(x: number, y: number, z: number, timeNs: number, spacingM: number): number {
    this.place(x, y, z, timeNs, spacingM);
    this.solver.solve(this.problem, this.energy, UNFOLDING_STEPS);
    return this.negativeLogLikelihood();
  }

  /** Computes the response of a line. */
  place(x: number, y: number, z: number, timeNs: number, spacingM: number): void {
    const { range, direction, problem, light } = this;
    const [nx, ny, nz] = [direction[0]!, direction[1]!, direction[2]!];
    segmentRange(x, y, z, nx, ny, nz, this.settings.halfSizeM, spacingM, range);
    problem.sources = range.end - range.first;
    for (let j = 0; j < problem.sources; j++) {
      const along = (range.first + j) * spacingM;
      problem.darkResponse[j] = light.column(
        x + along * nx,
        y + along * ny,
        z + along * nz,
        timeNs + along / SPEED_OF_LIGHT,
        problem.response,
        j * problem.stride,
      );
    }
  }

  /** -log L for the response and energies at hand. */
  negativeLogLikelihood(): number {
    const { problem, energy, expectation, likelihood } = this;
    const { rows, sources, response, stride, charge, noise, darkResponse, darkNoise } = problem;
    for (let i = 0; i < rows; i++) expectation[i] = noise[i]!;
    let dark = darkNoise;
    for (let j = 0; j < sources; j++) {
      const e = energy[j]! + LEAST_ENERGY_GEV;
      const at = j * stride;
      for (let i = 0; i < rows; i++) expectation[i] = expectation[i]! + e * response[at + i]!;
      dark += e * darkResponse[j]!;
    }
    let sum = this.constant - dark;
    for (let i = 0; i < rows; i++) sum += likelihood.value(charge[i]!, expectation[i]!);
    return -sum;
  }

  /** Sum of energies of the segments between two distances along the line, GeV. */
  energyBetween(fromM: number, toM: number, spacingM: number): number {
    let sum = 0;
    for (let j = 0; j < this.problem.sources; j++) {
      const along = (this.range.first + j) * spacingM;
      if (along >= fromM && along <= toM) sum += this.energy[j]!;
    }
    return sum;
  }

  /** Rows with charge, and one more where there are others: what a fit can be made from. */
  get multiplicity(): number {
    return this.rows.lit + (this.rows.lit < this.rows.charge.length ? 1 : 0);
  }
}

/** A problem of the rows, with room for sources. */
export function emptyProblem(rows: Rows, stored: number, penalty: number, capacity: number): UnfoldingProblem {
  let darkNoise = 0;
  for (let i = stored; i < rows.noise.length; i++) darkNoise += rows.noise[i]!;
  return {
    rows: stored,
    sources: 0,
    response: new Float64Array(capacity * stored),
    stride: stored,
    charge: rows.charge.subarray(0, stored),
    noise: rows.noise.subarray(0, stored),
    darkResponse: new Float64Array(capacity),
    darkNoise,
    penalty,
  };
}

/** The part of the log likelihood that does not depend on the expectations. */
export function likelihoodConstant(rows: Rows, likelihood: RowLikelihood): number {
  let sum = 0;
  for (const charge of rows.charge) sum += likelihood.constant(charge);
  return sum;
}
