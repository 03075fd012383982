/**
 * A table with one coordinate fixed: a table of one axis less, filled anew for each value of the coordinate. The zenith of
 * a fit stays for all of its evaluations, so that summing over its axis is done once instead of in each of them.
 */
import { AxisBasis } from './axis.js';
import type { SplineTable } from './table.js';

export class FixedAxis {
  /** The table at the last value, in memory that is used again. */
  readonly table: SplineTable;
  private readonly source: SplineTable;
  private readonly out: Float64Array;
  /** Null where the table does not have the axis. */
  private readonly basis: AxisBasis | null;
  /** Lengths of the source's axes in groups: before the moved one, moved, between, fixed, behind. */
  private readonly lengths: readonly [number, number, number, number, number];
  private value = Number.NaN;
  private isInside = false;

  /**
   * @param fixed the axis to fix; a table that does not have it stays as it is
   * @param moved an axis before it that becomes the fastest one, so that all of it lies together
   */
  constructor(source: SplineTable, fixed: number, moved: number | null = null) {
    const { axes } = source;
    this.source = source;
    const axis = axes[fixed];
    this.basis = axis === undefined ? null : new AxisBasis(axis);
    const product = (from: number, to: number): number => axes.slice(from, to).reduce((n, { size }) => n * size, 1);
    const at = moved ?? 0;
    this.lengths = [
      product(0, at),
      moved === null ? 1 : axes[moved]!.size,
      product(moved === null ? 0 : moved + 1, fixed),
      axis?.size ?? 1,
      product(fixed + 1, axes.length),
    ];
    const kept = axes.filter((_, k) => k !== fixed && k !== moved);
    this.out = new Float64Array(this.lengths.reduce((a, b) => a * b, 1) / this.lengths[3]);
    this.table = { axes: moved === null ? kept : [...kept, axes[moved]!], coefficients: this.out, keys: source.keys };
  }

  /** Fixes the coordinate. False where it is outside the knots. */
  fix(value: number): boolean {
    if (value === this.value) return this.isInside;
    this.value = value;
    this.isInside = this.basis === null || this.basis.locate(value);
    if (this.isInside) this.fill();
    return this.isInside;
  }

  private fill(): void {
    const { source, out, basis } = this;
    const { coefficients } = source;
    const [before, moved, between, fixed, behind] = this.lengths;
    const weights = basis === null ? ONE : basis.value;
    const first = basis === null ? 0 : basis.first;
    out.fill(0);
    let row = 0;
    for (let a = 0; a < before; a++) {
      for (let m = 0; m < moved; m++) {
        for (let c = 0; c < between; c++, row++) {
          const to = (a * between + c) * behind * moved + m;
          for (let s = 0; s < weights.length; s++) {
            const weight = weights[s]!;
            const from = (row * fixed + first + s) * behind;
            for (let b = 0; b < behind; b++) out[to + b * moved]! += weight * coefficients[from + b]!;
          }
        }
      }
    }
  }
}

const ONE = Float64Array.of(1);
