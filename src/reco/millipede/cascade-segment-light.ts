/**
 * {@link SegmentLight} from any model of the light of cascades, module by module and bin by bin as it comes: for IceCube's
 * spline tables. Our own tables have a quicker way (`TableSegmentLight`). Nothing is allocated by a look-up.
 */
import type { CascadeLight } from '../../light/index.js';
import { Kernel } from '../kernel/index.js';
import { chainBytes } from './chain.js';
import type { SegmentLight } from './light.js';
import type { Rows } from './rows.js';

export class CascadeSegmentLight implements SegmentLight {
  readonly kernel: Kernel;
  readonly stored: number;
  isThorough = true;
  private readonly rows: Rows;
  private readonly light: CascadeLight;
  private readonly shiftM: Float64Array;
  private readonly slope: Float64Array = new Float64Array(3);
  private readonly before: Float64Array = new Float64Array(4);
  private readonly after: Float64Array = new Float64Array(4);

  /**
   * @param stored how many rows are given one by one
   * @param shiftM per module, how much higher its ice lies than the model's (tilt), m
   */
  constructor(rows: Rows, light: CascadeLight, stored: number, shiftM: Float64Array) {
    this.rows = rows;
    this.light = light;
    this.stored = stored;
    this.kernel = new Kernel(chainBytes(stored));
    this.shiftM = shiftM;
  }

  setDirection(zenith: number, azimuth: number): void {
    this.light.setDirection(zenith, azimuth);
  }

  column(source: Float64Array, out: Float64Array, at: number, rest: Float64Array, restAt: number): void {
    out.fill(0, at, at + this.stored);
    rest[restAt] = this.fill(source, out, at);
  }

  exactRest(source: Float64Array): number {
    return this.fill(source, null, 0);
  }

  derivatives(source: Float64Array, out: Float64Array): void {
    const { rows, light, slope, before, after } = this;
    const timeNs = source[3]!;
    out.fill(0);
    for (let m = 0; m < rows.x.length; m++) {
      const pe = this.look(m, source);
      if (!(pe > 0)) continue;
      light.logSlopes(slope);
      if (m >= rows.timed) {
        this.addDerivatives(rows.rowOfModule[m]!, pe, 1, out);
        continue;
      }
      const end = rows.firstEdge[m + 1]!;
      for (let e = rows.firstEdge[m]!; e < end - 1; e++) {
        const row = rows.edgeRow[e]!;
        if (row < 0) continue;
        const from = rows.edgeNs[e]! - timeNs;
        const to = rows.edgeNs[e + 1]! - timeNs;
        light.cdfSlopes(from, before);
        light.cdfSlopes(to, after);
        this.addDerivatives(row, pe, light.cdf(to) - light.cdf(from), out);
        const place = 4 * Math.min(row, this.stored);
        for (let i = 0; i < 4; i++) out[place + i] = out[place + i]! + pe * (after[i]! - before[i]!);
      }
    }
  }

  /** Charge in stored rows into `out`, where given; returns that in the others. */
  private fill(source: Float64Array, out: Float64Array | null, at: number): number {
    const { rows, light, stored } = this;
    const timeNs = source[3]!;
    let rest = 0;
    for (let m = 0; m < rows.x.length; m++) {
      // The rows of modules with charge are all stored: nothing to be had without `out`.
      if (out === null && m >= rows.timed && rows.rowOfModule[m]! < stored) continue;
      const pe = this.look(m, source);
      if (!(pe > 0)) continue;
      if (m >= rows.timed) {
        const row = rows.rowOfModule[m]!;
        if (row >= stored) rest += pe;
        else if (out !== null) out[at + row] = pe;
        continue;
      }
      const end = rows.firstEdge[m + 1]!;
      let share = light.cdf(rows.edgeNs[rows.firstEdge[m]!]! - timeNs);
      for (let e = rows.firstEdge[m]!; e < end - 1; e++) {
        const next = light.cdf(rows.edgeNs[e + 1]! - timeNs);
        const row = rows.edgeRow[e]!;
        if (row >= 0 && next > share) {
          if (row >= stored) rest += pe * (next - share);
          else if (out !== null) out[at + row] = pe * (next - share);
        }
        share = next;
      }
    }
    return rest;
  }

  private look(m: number, source: Float64Array): number {
    const { rows } = this;
    const x = source[0]!;
    const y = source[1]!;
    const z = source[2]!;
    return rows.scale[m]! * this.light.look(z - this.shiftM[m]!, rows.x[m]! - x, rows.y[m]! - y, rows.z[m]! - z);
  }

  /** Of a row that has a share of the light: what comes of the amplitude. */
  private addDerivatives(row: number, pe: number, share: number, out: Float64Array): void {
    const place = 4 * Math.min(row, this.stored);
    for (let i = 0; i < 3; i++) out[place + i] = out[place + i]! + pe * share * this.slope[i]!;
  }
}
