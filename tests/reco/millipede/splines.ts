/**
 * Light of the invented spline tables of ../shared/data/photospline, from which the reference's vectors were made
 * (specs/photospline.md, specs/reco-millipede.md section 5).
 */
import { decodeLightSplines, SplineLight } from '../../../src/light/index.js';
import { Kernel } from '../../../src/reco/kernel/index.js';
import { chainBytes } from '../../../src/reco/millipede/chain.js';
import type { SegmentLight } from '../../../src/reco/millipede/light.js';
import type { Rows } from '../../../src/reco/millipede/rows.js';
import { sharedBytes } from '../../support/shared.js';

/** PE of a cascade of 1 GeV for a yield of 1. */
const PER_GEV = 32582 * 5.21;

/** The reference's response with its tables. */
export class SplineSegmentLight implements SegmentLight {
  private readonly rows: Rows;
  private readonly light: SplineLight;
  readonly kernel: Kernel;
  readonly stored: number;
  isThorough = true;
  private readonly efficiency: number;
  private readonly yieldSlope = new Float64Array(6);
  private readonly left = new Float64Array(6);
  private readonly right = new Float64Array(6);
  private readonly fractions = new Float64Array(4096);
  private readonly rowSlope = new Float64Array(4);

  constructor(rows: Rows, tables: string, stored: number, efficiency = 0.99) {
    this.rows = rows;
    this.stored = stored;
    this.kernel = new Kernel(chainBytes(stored));
    this.efficiency = efficiency;
    const read = (kind: string): { name: string; bytes: Uint8Array } => {
      const name = `data/photospline/${tables}.${kind}.fits`;
      return { name, bytes: sharedBytes(name) };
    };
    this.light = new SplineLight(decodeLightSplines(read('abs'), read('prob')));
  }

  setDirection(zenith: number, azimuth: number): void {
    this.light.setDirection(zenith, azimuth);
  }

  column(source: Float64Array, out: Float64Array, at: number, rest: Float64Array, restAt: number): void {
    out.fill(0, at, at + this.stored);
    rest[restAt] = 0;
    this.forRows(source, false, (row, value) => {
      if (row < this.stored) out[at + row] = value;
      else rest[restAt]! += value;
    });
  }

  exactRest(source: Float64Array): number {
    let rest = 0;
    this.forRows(source, false, (row, value) => {
      if (row >= this.stored) rest += value;
    });
    return rest;
  }

  derivatives(source: Float64Array, out: Float64Array): void {
    out.fill(0);
    this.forRows(source, true, (row, _, slope) => {
      const at = 4 * Math.min(row, this.stored);
      for (let k = 0; k < 4; k++) out[at + k]! += slope[k]!;
    });
  }

  private forRows(
    source: Float64Array,
    wantsSlopes: boolean,
    take: (row: number, value: number, slope: Float64Array) => void,
  ): void {
    const [x, y, z, timeNs] = source as unknown as [number, number, number, number];
    const { rows, light, left, right, fractions, yieldSlope, rowSlope } = this;
    for (let m = 0; m < rows.x.length; m++) {
      if (!light.look(z, rows.x[m]! - x, rows.y[m]! - y, rows.z[m]! - z)) continue;
      const pe = light.yield * PER_GEV * rows.scale[m]! * this.efficiency;
      if (wantsSlopes) light.logYieldSlopes(yieldSlope);
      if (m >= rows.timed) {
        for (let k = 0; k < 4; k++) rowSlope[k] = pe * yieldSlope[k]!;
        take(rows.rowOfModule[m]!, pe, rowSlope);
        continue;
      }
      const from = rows.firstEdge[m]!;
      const count = rows.firstEdge[m + 1]! - from;
      light.fractions(rows.edgeNs, from, count, timeNs, fractions, 0);
      if (wantsSlopes) light.cdfSlopes(rows.edgeNs[from]! - timeNs - light.directNs, left);
      for (let q = 1; q < count; q++) {
        if (wantsSlopes) light.cdfSlopes(rows.edgeNs[from + q]! - timeNs - light.directNs, right);
        const row = rows.edgeRow[from + q - 1]!;
        if (row >= 0) {
          for (let k = 0; k < 4; k++) {
            rowSlope[k] = pe * (yieldSlope[k]! * fractions[q - 1]! + right[k]! - left[k]!);
          }
          take(row, pe * fractions[q - 1]!, rowSlope);
        }
        left.set(right);
      }
    }
  }
}
