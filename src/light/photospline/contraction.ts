/**
 * Sums of the coefficients around a point, over all axes of a table or all but one: axis by axis, the fastest first, so
 * that value and slopes share their sums (specs/photospline.md 2). An instance holds scratch memory and the last point;
 * nothing is allocated by a sum.
 */
import { AxisBasis } from './axis.js';
import type { SplineTable } from './table.js';

export class Contraction {
  readonly bases: readonly AxisBasis[];
  private readonly coefficients: Float32Array | Float64Array;
  private readonly strides: readonly number[];
  private readonly values: readonly Float64Array[];
  /** Weights of the axes as `derivative` asks for them. */
  private readonly chosen: Float64Array[];
  /** Places of the rows of the last axis around a point, relative to the first one. */
  private readonly rows: Int32Array;
  private readonly sums: Float64Array;
  /** Sums with the slope of one axis in place of its value, an axis each. */
  private readonly slopeSums: readonly Float64Array[];
  private start = 0;

  /** @param without an axis that is left alone; sums are then asked for at each of its coefficients */
  constructor(table: SplineTable, without = -1) {
    const kept = table.axes.map((_, k) => k).filter((k) => k !== without);
    const strides = stridesOf(table);
    this.coefficients = table.coefficients;
    this.bases = kept.map((k) => new AxisBasis(table.axes[k]!));
    this.strides = kept.map((k) => strides[k]!);
    this.values = this.bases.map(({ value }) => value);
    this.chosen = [...this.values];
    this.rows = rowsAround(
      this.values.slice(0, -1).map(({ length }) => length),
      this.strides,
    );
    this.sums = new Float64Array(this.rows.length);
    this.slopeSums = this.bases.map(() => new Float64Array(this.rows.length));
  }

  /** Goes to a point, with as many derivatives as will be asked for. False where it is outside the knots. */
  locate(x: ArrayLike<number>, derivatives: 0 | 1 | 2): boolean {
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

  /** The sum at the point, `offset` coefficients further on. */
  value(offset: number): number {
    return this.sum(offset, this.values);
  }

  /** Any mixed derivative: `orders` has 0, 1 or 2 for each axis. */
  derivative(offset: number, orders: ArrayLike<number>): number {
    const { chosen, bases } = this;
    for (let k = 0; k < chosen.length; k++) {
      const { value, slope, curvature } = bases[k]!;
      chosen[k] = orders[k] === 0 ? value : orders[k] === 1 ? slope : curvature;
    }
    return this.sum(offset, chosen);
  }

  /** Value and, into out[at], out[at + 1], ..., first derivatives. */
  gradient(offset: number, out: Float64Array, at = 0): number {
    const { values, bases, slopeSums, sums, rows, coefficients, strides } = this;
    const d = values.length;
    const last = values[d - 1]!;
    const lastSlope = bases[d - 1]!.slope;
    const width = last.length;
    const stride = strides[d - 1]!;
    const ofLast = slopeSums[d - 1]!;
    const start = this.start + offset;
    let count = rows.length;
    for (let c = 0; c < count; c++) {
      let from = start + rows[c]!;
      let value = 0;
      let slope = 0;
      for (let s = 0; s < width; s++, from += stride) {
        const coefficient = coefficients[from]!;
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
      contract(sums, bases[k]!.slope, count, slopeSums[k]!);
      contract(sums, weights, count, sums);
      for (let j = k + 1; j < d; j++) contract(slopeSums[j]!, weights, count, slopeSums[j]!);
    }
    for (let k = 0; k < d; k++) out[at + k] = slopeSums[k]![0]!;
    return sums[0]!;
  }

  /** All sums along the axis that is left alone, which must be the table's fastest, into `out`. */
  line(out: Float64Array): void {
    const { values, rows, sums, coefficients, strides } = this;
    const d = values.length;
    // Products of the weights of all axes but the last, in the order of the rows.
    let count = 1;
    sums[0] = 1;
    for (let k = 0; k < d - 1; k++) {
      const weights = values[k]!;
      const width = weights.length;
      for (let c = count - 1; c >= 0; c--) {
        const product = sums[c]!;
        for (let s = width - 1; s >= 0; s--) sums[c * width + s] = product * weights[s]!;
      }
      count *= width;
    }
    const last = values[d - 1]!;
    const stride = strides[d - 1]!;
    const n = out.length;
    for (let i = 0; i < n; i++) out[i] = 0;
    for (let r = 0; r < count; r++) {
      const at = this.start + rows[r]!;
      if (last.length === 3) {
        const a = sums[r]! * last[0]!;
        const b = sums[r]! * last[1]!;
        const c = sums[r]! * last[2]!;
        for (let i = 0, p = at, q = at + stride, s = at + 2 * stride; i < n; i++, p++, q++, s++) {
          out[i]! += a * coefficients[p]! + b * coefficients[q]! + c * coefficients[s]!;
        }
        continue;
      }
      for (let s = 0; s < last.length; s++) {
        const weight = sums[r]! * last[s]!;
        const from = at + s * stride;
        for (let i = 0; i < n; i++) out[i]! += weight * coefficients[from + i]!;
      }
    }
  }

  private sum(offset: number, weights: readonly Float64Array[]): number {
    const { sums, rows, strides } = this;
    const d = weights.length;
    sumRows(this.coefficients, this.start + offset, rows, strides[d - 1]!, weights[d - 1]!, sums);
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
function rowsAround(widths: readonly number[], strides: readonly number[]): Int32Array {
  let places = [0];
  for (const [k, width] of widths.entries()) {
    places = places.flatMap((place) => Array.from({ length: width }, (_, s) => place + s * strides[k]!));
  }
  return Int32Array.from(places);
}

/** out[r] = sum over s of weights[s] coefficients[start + rows[r] + s stride] */
function sumRows(
  coefficients: Float32Array | Float64Array,
  start: number,
  rows: Int32Array,
  stride: number,
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
      out[r] = a * coefficients[at]! + b * coefficients[at + stride]! + c * coefficients[at + 2 * stride]!;
    }
    return;
  }
  const width = weights.length;
  for (let r = 0; r < count; r++) {
    let at = start + rows[r]!;
    let sum = 0;
    for (let s = 0; s < width; s++, at += stride) sum += weights[s]! * coefficients[at]!;
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
