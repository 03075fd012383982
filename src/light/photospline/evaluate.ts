/** Spline tables at points, and along one axis. Nothing is allocated by an evaluation. */
import { AxisBasis, type SplineAxis } from './axis.js';
import { Contraction, stridesOf } from './contraction.js';
import type { SplineTable } from './table.js';

/** A table at one point after the other. */
export class SplineEvaluator {
  private readonly contraction: Contraction;

  constructor(table: SplineTable) {
    this.contraction = new Contraction(table);
  }

  /** The surface at x; NaN where a coordinate is outside the knots. */
  value(x: ArrayLike<number>): number {
    return this.contraction.locate(x, 0) ? this.contraction.value(0) : Number.NaN;
  }

  /** The surface at x, and its first derivatives into `out`; NaN, and `out` as it was, outside the knots. */
  gradient(x: ArrayLike<number>, out: Float64Array): number {
    return this.contraction.locate(x, 1) ? this.contraction.gradient(0, out) : Number.NaN;
  }

  /** Any mixed derivative: `orders` has 0, 1 or 2 for each axis. NaN where a coordinate is outside the knots. */
  derivative(x: ArrayLike<number>, orders: ArrayLike<number>): number {
    return this.contraction.locate(x, 2) ? this.contraction.derivative(0, orders) : Number.NaN;
  }
}

/**
 * A table as a spline along one axis, the others at a point that stays for a while: cheaper than whole evaluations where
 * several are wanted. Coefficients along the axis are summed when they are first needed.
 */
export class SplineSlice {
  readonly axis: SplineAxis;
  private readonly contraction: Contraction;
  private readonly basis: AxisBasis;
  private readonly stride: number;
  /** Number of axes but the one. */
  private readonly others: number;
  private readonly coefficients: Float64Array;
  /** Derivatives of the coefficients along the other axes, [coefficient][axis]. */
  private readonly slopes: Float64Array;
  /** The place that a coefficient, and its slopes, were summed for. */
  private readonly summedFor: Int32Array;
  private readonly slopesFor: Int32Array;
  private placeNumber = 0;
  private isInside = false;

  constructor(table: SplineTable, k: number) {
    this.axis = table.axes[k]!;
    this.contraction = new Contraction(table, k);
    this.basis = new AxisBasis(this.axis);
    this.stride = stridesOf(table)[k]!;
    this.others = table.axes.length - 1;
    this.coefficients = new Float64Array(this.axis.size);
    this.slopes = new Float64Array(this.axis.size * this.others);
    this.summedFor = new Int32Array(this.axis.size);
    this.slopesFor = new Int32Array(this.axis.size);
  }

  /** Goes to a point: its coordinates on the other axes, in their order. False where it is outside the knots. */
  place(x: ArrayLike<number>): boolean {
    this.placeNumber = (this.placeNumber + 1) | 0;
    if (this.placeNumber === 0) this.placeNumber = 1;
    this.isInside = this.contraction.locate(x, 1);
    return this.isInside;
  }

  /** The surface at t on the axis; NaN outside the knots. */
  value(t: number): number {
    if (!this.isInside || !this.basis.locate(t)) return Number.NaN;
    return this.sum(this.basis.value);
  }

  /** Its derivative along the axis; NaN outside the knots. */
  slope(t: number): number {
    if (!this.isInside || !this.basis.locate(t, 1)) return Number.NaN;
    return this.sum(this.basis.slope);
  }

  /** Its derivatives along the other axes, into `out`; false, and `out` as it was, outside the knots. */
  gradient(t: number, out: Float64Array): boolean {
    if (!this.isInside || !this.basis.locate(t)) return false;
    const { slopes, slopesFor, placeNumber, others } = this;
    const { first, value } = this.basis;
    for (let j = 0; j < others; j++) out[j] = 0;
    for (let s = 0; s < value.length; s++) {
      const i = first + s;
      if (slopesFor[i] !== placeNumber) {
        this.contraction.gradient(i * this.stride, slopes, i * others);
        slopesFor[i] = placeNumber;
      }
      for (let j = 0; j < others; j++) out[j]! += value[s]! * slopes[i * others + j]!;
    }
    return true;
  }

  private sum(weights: Float64Array): number {
    const { coefficients, summedFor, placeNumber } = this;
    const { first } = this.basis;
    let sum = 0;
    for (let s = 0; s < weights.length; s++) {
      const i = first + s;
      if (summedFor[i] !== placeNumber) {
        coefficients[i] = this.contraction.value(i * this.stride);
        summedFor[i] = placeNumber;
      }
      sum += weights[s]! * coefficients[i]!;
    }
    return sum;
  }
}
