/**
 * Evaluation of a spline table at a point: the coefficients around it are summed axis by axis, the fastest first, so that
 * value and gradient share their sums (specs/photospline.md 2). An instance holds scratch memory; nothing is allocated by
 * an evaluation.
 */
import { AxisBasis } from './axis.js';
import type { SplineTable } from './table.js';

export class SplineEvaluator {
  readonly table: SplineTable;
  private readonly bases: readonly AxisBasis[];
  private readonly strides: readonly number[];
  private readonly values: readonly Float64Array[];
  private readonly slopes: readonly Float64Array[];
  /** Weights of the axes as an evaluation asks for them. */
  private readonly chosen: Float64Array[];
  /** Places of the rows of the last axis around a point, relative to the first one. */
  private readonly rows: Int32Array;
  private readonly sums: Float64Array;
  /** Sums with the slope of one axis in place of its value, an axis each. */
  private readonly slopeSums: readonly Float64Array[];
  private start = 0;

  constructor(table: SplineTable) {
    this.table = table;
    this.bases = table.axes.map((axis) => new AxisBasis(axis));
    this.strides = stridesOf(table);
    this.values = this.bases.map(({ value }) => value);
    this.slopes = this.bases.map(({ slope }) => slope);
    this.chosen = [...this.values];
    const slow = table.axes.length - 1;
    this.rows = rowsAround(
      table.axes.slice(0, slow).map(({ order }) => order + 1),
      this.strides,
    );
    this.sums = new Float64Array(this.rows.length);
    this.slopeSums = table.axes.map(() => new Float64Array(this.rows.length));
  }

  /** The surface at x; NaN where a coordinate is outside the knots. */
  value(x: ArrayLike<number>): number {
    if (!this.locate(x, 0)) return Number.NaN;
    return this.sum(this.values);
  }

  /** The surface at x, and its first derivatives into `out`; NaN, and `out` as it was, outside the knots. */
  gradient(x: ArrayLike<number>, out: Float64Array): number {
    if (!this.locate(x, 1)) return Number.NaN;
    const { values, slopes, slopeSums, sums, rows } = this;
    const d = values.length;
    const { coefficients } = this.table;
    const last = values[d - 1]!;
    const lastSlope = slopes[d - 1]!;
    const width = last.length;
    const ofLast = slopeSums[d - 1]!;
    let count = rows.length;
    for (let c = 0; c < count; c++) {
      const at = this.start + rows[c]!;
      let value = 0;
      let slope = 0;
      for (let s = 0; s < width; s++) {
        const coefficient = coefficients[at + s]!;
        value += last[s]! * coefficient;
        slope += lastSlope[s]! * coefficient;
      }
      sums[c] = value;
      ofLast[c] = slope;
    }
    for (let k = d - 2; k >= 0; k--) {
      const weights = values[k]!;
      count /= weights.length;
      // slopes of this axis first: they need the sums of the axes behind it
      contract(sums, slopes[k]!, count, slopeSums[k]!);
      contract(sums, weights, count, sums);
      for (let j = k + 1; j < d; j++) contract(slopeSums[j]!, weights, count, slopeSums[j]!);
    }
    for (let k = 0; k < d; k++) out[k] = slopeSums[k]![0]!;
    return sums[0]!;
  }

  /** Any mixed derivative: `orders` has 0, 1 or 2 for each axis. NaN where a coordinate is outside the knots. */
  derivative(x: ArrayLike<number>, orders: ArrayLike<number>): number {
    if (!this.locate(x, 2)) return Number.NaN;
    const { chosen, bases } = this;
    for (let k = 0; k < chosen.length; k++) {
      const { value, slope, curvature } = bases[k]!;
      chosen[k] = orders[k] === 0 ? value : orders[k] === 1 ? slope : curvature;
    }
    return this.sum(chosen);
  }

  private locate(x: ArrayLike<number>, derivatives: 0 | 1 | 2): boolean {
    const { bases, strides } = this;
    let start = 0;
    for (let k = 0; k < bases.length; k++) {
      const basis = bases[k]!;
      if (!basis.locate(x[k]!, derivatives)) return false;
      start += basis.first * strides[k]!;
    }
    this.start = start;
    return true;
  }

  private sum(weights: readonly Float64Array[]): number {
    const { sums, rows, start } = this;
    const d = weights.length;
    sumRows(this.table.coefficients, start, rows, weights[d - 1]!, sums);
    let count = rows.length;
    for (let k = d - 2; k >= 0; k--) {
      count /= weights[k]!.length;
      contract(sums, weights[k]!, count, sums);
    }
    return sums[0]!;
  }
}

/** Coefficients between neighbours along each axis. */
export function stridesOf({ axes }: SplineTable): number[] {
  const strides = new Array<number>(axes.length);
  let stride = 1;
  for (let k = axes.length - 1; k >= 0; k--) {
    strides[k] = stride;
    stride *= axes[k]!.size;
  }
  return strides;
}

/** Places of all combinations of neighbours along some axes, the last one fastest. */
export function rowsAround(widths: readonly number[], strides: readonly number[]): Int32Array {
  let places = [0];
  for (const [k, width] of widths.entries()) {
    places = places.flatMap((place) => Array.from({ length: width }, (_, s) => place + s * strides[k]!));
  }
  return Int32Array.from(places);
}

/** out[c] = sum over s of weights[s] coefficients[start + rows[c] + s] */
function sumRows(
  coefficients: Float32Array | Float64Array,
  start: number,
  rows: Int32Array,
  weights: Float64Array,
  out: Float64Array,
): void {
  const count = rows.length;
  if (weights.length === 3) {
    const a = weights[0]!;
    const b = weights[1]!;
    const c = weights[2]!;
    for (let r = 0; r < count; r++) {
      const at = start + rows[r]!;
      out[r] = a * coefficients[at]! + b * coefficients[at + 1]! + c * coefficients[at + 2]!;
    }
    return;
  }
  const width = weights.length;
  for (let r = 0; r < count; r++) {
    const at = start + rows[r]!;
    let sum = 0;
    for (let s = 0; s < width; s++) sum += weights[s]! * coefficients[at + s]!;
    out[r] = sum;
  }
}

/** out[c] = sum over s of weights[s] terms[c width + s]; `out` may be `terms`. */
function contract(terms: Float64Array, weights: Float64Array, count: number, out: Float64Array): void {
  const width = weights.length;
  if (width === 3) {
    const a = weights[0]!;
    const b = weights[1]!;
    const c = weights[2]!;
    for (let r = 0, at = 0; r < count; r++, at += 3) {
      out[r] = a * terms[at]! + b * terms[at + 1]! + c * terms[at + 2]!;
    }
    return;
  }
  for (let r = 0; r < count; r++) {
    let sum = 0;
    for (let s = 0; s < width; s++) sum += weights[s]! * terms[r * width + s]!;
    out[r] = sum;
  }
}
