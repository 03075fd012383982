/** What a millipede fit asks of a light model: the light of one cascade in all rows of the data. */
import type { Kernel } from '../kernel/index.js';

/**
 * Light of cascades that all fly the same way, in the rows of one event (`Rows`). Rows 0 to `stored` - 1 are given one by
 * one, the others as a sum.
 */
export interface SegmentLight {
  /** Where columns are written to. It has room for the chain that asks for them (`chainBytes`). */
  readonly kernel: Kernel;
  readonly stored: number;
  /** False while searching: light that is too weak to matter may be left out. */
  isThorough: boolean;
  /** Sets the direction by where the particle comes from, radians. */
  setDirection(zenith: number, azimuth: number): void;
  /**
   * Expected charge (PE) per GeV of a cascade at `source` (x, y, z, m; time, ns): of row i into out[at + i] for stored
   * rows, the sum over the other rows into rest[restAt].
   */
  column(source: Float64Array, out: Float64Array, at: number, rest: Float64Array, restAt: number): void;
  /** The sum over the other rows alone, without the shortcuts that `column` may take. */
  exactRest(source: Float64Array): number;
  /**
   * Derivatives of the column with respect to the source's x, y, z and time: of row i into out[4 i] to out[4 i + 3] for
   * stored rows, of the sum over the other rows behind them. `out` has room for 4 (stored + 1) numbers.
   */
  derivatives(source: Float64Array, out: Float64Array): void;
}
