/**
 * Which segments of a line are in the problem of its unfolding, and what light each of them makes in the rows: its column.
 * A line has hundreds of segments, most of which stay dark; columns are what a fit spends its time on.
 */
import type { UnfoldingProblem } from '../fit/unfolding.js';
import { bytesOf } from '../kernel/index.js';
import type { SegmentLight } from './light.js';
import type { Rows } from './rows.js';
import { type SegmentRange, segmentRange } from './segments.js';
import type { MillipedeSettings } from './settings.js';

const NS_PER_METRE = 1 / 0.299792458;
/** Most segments of a line. */
export const MOST_SEGMENTS = 1024;

/** Segments of a line with their energies (GeV), as places of a grid of some spacing. */
export interface Sources {
  readonly spacingM: number;
  readonly number: Int32Array;
  readonly energy: Float64Array;
}

/** Room for the columns of so many rows in the kernel of their light, bytes. */
export function columnBytes(rows: number): number {
  return bytesOf({ float64: [MOST_SEGMENTS * rows, MOST_SEGMENTS] });
}

/** Segments of lines in one direction. */
export class SegmentColumns {
  /** Segments in the problem, ascending: number (distance from the vertex over the spacing) and energy in GeV. */
  readonly number: Int32Array = new Int32Array(MOST_SEGMENTS);
  readonly energy: Float64Array;
  readonly problem: UnfoldingProblem;
  readonly range: SegmentRange = { first: 0, end: 0 };
  /** Distance of segments, m. */
  spacingM = 1;
  private readonly light: SegmentLight;
  private readonly settings: Pick<MillipedeSettings, 'isPoint' | 'halfSizeM'>;
  private readonly direction = new Float64Array(3);
  /** The last line, and a source on it: x, y, z (m), time (ns). */
  private readonly line = new Float64Array(4);
  private readonly source = new Float64Array(4);
  /** By segment of the range: whether it is to be in the problem, whether its column is there, and its energy. */
  private readonly isWanted = new Uint8Array(MOST_SEGMENTS);
  private readonly isThere = new Uint8Array(MOST_SEGMENTS);
  private readonly known = new Float64Array(MOST_SEGMENTS);

  constructor(
    rows: Rows,
    light: SegmentLight,
    settings: Pick<MillipedeSettings, 'isPoint' | 'halfSizeM' | 'regularization'>,
  ) {
    this.light = light;
    this.settings = settings;
    this.problem = emptyProblem(light, rows, settings.regularization);
    this.energy = light.kernel.float64(MOST_SEGMENTS);
  }

  setDirection(zenith: number, azimuth: number): void {
    const sin = Math.sin(zenith);
    this.direction[0] = -sin * Math.cos(azimuth);
    this.direction[1] = -sin * Math.sin(azimuth);
    this.direction[2] = -Math.cos(zenith);
    this.light.setDirection(zenith, azimuth);
    this.problem.sources = 0;
  }

  /**
   * Takes every `stride`-th segment of the line through (x, y, z) at timeNs, and the last one. Where `isWarm`, those that were
   * in the problem keep their energies, and those that shine are taken as well.
   */
  take(x: number, y: number, z: number, timeNs: number, spacingM: number, isWarm: boolean, stride: number): void {
    const { range, problem, energy, number, isWanted, known } = this;
    const before = isWarm && spacingM === this.spacingM ? problem.sources : 0;
    this.moveTo(x, y, z, timeNs, spacingM);
    const { first } = range;
    const count = range.end - first;
    known.fill(0);
    for (let k = 0; k < count; k++) isWanted[k] = (first + k) % stride === 0 || k === count - 1 ? 1 : 0;
    for (let j = 0; j < before; j++) {
      const k = number[j]! - first;
      if (k < 0 || k >= count || !(energy[j]! > 0)) continue;
      known[k] = energy[j]!;
      isWanted[k] = 1;
    }
    let n = 0;
    for (let k = 0; k < count; k++) {
      if (isWanted[k] === 0) continue;
      number[n] = first + k;
      energy[n] = known[k]!;
      n++;
    }
    problem.sources = n;
    this.respond();
  }

  /** Computes the columns anew, for the same segments of another line. */
  move(x: number, y: number, z: number, timeNs: number): void {
    this.moveTo(x, y, z, timeNs, this.spacingM);
    this.respond();
  }

  /** Takes in all segments that lie less than a stride from those that are wanted, too (`isWantedAt` by place in the problem). */
  fillAround(isWantedAt: Float64Array, stride: number): void {
    const { range, problem, number, isWanted, isThere } = this;
    const { first, end } = range;
    isWanted.fill(0, 0, end - first);
    isThere.fill(0, 0, end - first);
    for (let j = 0; j < problem.sources; j++) {
      const k = number[j]! - first;
      isWanted[k] = 1;
      isThere[k] = 1;
    }
    for (let j = 0; j < problem.sources; j++) {
      if (isWantedAt[j] === 0) continue;
      const k = number[j]! - first;
      isWanted.fill(1, Math.max(0, k - stride + 1), Math.min(end - first, k + stride));
    }
    this.spread(end - first);
  }

  /** Makes room for segments that are wanted between those that are there, and computes their columns. */
  private spread(count: number): void {
    const { range, problem, energy, number, isWanted, isThere, light, source } = this;
    const { response, stride, rows, darkResponse } = problem;
    let to = -1;
    for (let k = 0; k < count; k++) to += isWanted[k]!;
    let from = problem.sources - 1;
    problem.sources = to + 1;
    // From the last to the first: none moves to a place before its own.
    for (let k = count - 1; k >= 0; k--) {
      if (isWanted[k] === 0) continue;
      if (isThere[k] === 1) {
        if (to !== from) {
          response.copyWithin(to * stride, from * stride, from * stride + rows);
          darkResponse[to] = darkResponse[from]!;
          energy[to] = energy[from]!;
        }
        from--;
      } else {
        this.placeSource((range.first + k) * this.spacingM);
        light.column(source, response, to * stride, darkResponse, to);
        energy[to] = 0;
      }
      number[to] = range.first + k;
      to--;
    }
  }

  /** Keeps those that are wanted, by place; their columns have to be computed anew. */
  keep(isWantedAt: Float64Array): void {
    const { problem, number, energy } = this;
    let n = 0;
    for (let j = 0; j < problem.sources; j++) {
      if (isWantedAt[j] === 0) continue;
      number[n] = number[j]!;
      energy[n] = energy[j]!;
      n++;
    }
    problem.sources = n;
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

  /** Derivatives of the column of the segment `alongM` down the last line (`SegmentLight.derivatives`). */
  derivatives(alongM: number, out: Float64Array): void {
    this.placeSource(alongM);
    this.light.derivatives(this.source, out);
  }

  /** Asks dark modules one by one about the segment at a place in the problem. */
  askDark(j: number): void {
    this.placeSource(this.number[j]! * this.spacingM);
    this.problem.darkResponse[j] = this.light.exactRest(this.source);
  }

  private moveTo(x: number, y: number, z: number, timeNs: number, spacingM: number): void {
    const { line, range, direction, settings } = this;
    line[0] = x;
    line[1] = y;
    line[2] = z;
    line[3] = timeNs;
    this.spacingM = spacingM;
    segmentRange(x, y, z, direction[0]!, direction[1]!, direction[2]!, settings.halfSizeM, spacingM, range);
    if (!settings.isPoint) return;
    const isInside = range.first <= 0 && range.end > 0;
    range.first = 0;
    range.end = isInside ? 1 : 0;
  }

  /** Computes the columns of the segments in the problem. */
  private respond(): void {
    const { problem, number, light, spacingM, range, source } = this;
    for (let j = 0; j < problem.sources; j++) {
      if (number[j]! < range.first || number[j]! >= range.end) {
        // Out of the cube: without light, and so without energy.
        problem.response.fill(0, j * problem.stride, (j + 1) * problem.stride);
        problem.darkResponse[j] = 0;
        continue;
      }
      this.placeSource(number[j]! * spacingM);
      light.column(source, problem.response, j * problem.stride, problem.darkResponse, j);
    }
  }

  /** Sets the source that is `alongM` down the line. */
  private placeSource(alongM: number): void {
    const { line, source, direction } = this;
    for (let k = 0; k < 3; k++) source[k] = line[k]! + alongM * direction[k]!;
    source[3] = line[3]! + alongM * NS_PER_METRE;
  }
}

/** A problem of the rows, with room for all segments. */
function emptyProblem({ kernel, stored }: SegmentLight, rows: Rows, penalty: number): UnfoldingProblem {
  let darkNoise = 0;
  for (let i = stored; i < rows.noise.length; i++) darkNoise += rows.noise[i]!;
  return {
    rows: stored,
    sources: 0,
    response: kernel.float64(MOST_SEGMENTS * stored),
    stride: stored,
    charge: rows.charge.subarray(0, stored),
    noise: rows.noise.subarray(0, stored),
    darkResponse: new Float64Array(MOST_SEGMENTS),
    darkNoise,
    penalty,
  };
}
