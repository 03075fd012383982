/** Light of cascades in rows: the table's own look-up, its gradients, and the smearing of times. */
import { expect, it } from 'vitest';
import { TableCascadeLight } from '../../../src/light/index.js';
import { smearedNodes } from '../../../src/reco/millipede/smeared-nodes.js';
import { TableSegmentLight } from '../../../src/reco/millipede/table-light.js';
import { PROTOTYPE_FILES, prototypeTables } from '../../light/table/prototype.js';
import { expectClose } from '../../support/close.js';
import { needsShared } from '../../support/shared.js';
import { detectorOf, rowsOf } from './reference.js';

/** Three modules with a single bin (one of them lit) and one with three bins. */
function someRows(): ReturnType<typeof rowsOf> {
  const detector = detectorOf([
    [1, 1, 0, 0, 0, 0.86, 5.6e-7],
    [1, 2, 0, 0, -17, 0.86, 5.6e-7],
    [2, 1, 100, 60, 30, 1.2, 5.6e-7],
    [3, 1, -40, 20, 10, 0.86, 5.6e-7],
  ]);
  const pulse = (string: number, time: number[], charge: number[]): any => ({
    string,
    om: 1,
    time,
    charge,
    width: time.map(() => 8),
  });
  const file = {
    readout: [0, 20_000],
    excludedDoms: [],
    pulses: [pulse(1, [10_250, 10_300, 10_420], [40, 30, 20]), pulse(2, [10_500], [0.5])],
  };
  return rowsOf(file, detector, { binSigma: 3, minTimeWidth: 8 });
}

needsShared('light from a cascade table', PROTOTYPE_FILES, () => {
  const table = prototypeTables().cascade;
  const rows = someRows();

  it('is what the plain look-up gives, module by module and bin by bin', () => {
    const light = new TableSegmentLight(
      rows,
      table,
      smearedNodes(table, 0),
      rows.charge.length,
      new Float64Array(rows.x.length),
    );
    const plain = new TableCascadeLight(table);
    const out = new Float64Array(rows.charge.length);
    const rest = new Float64Array(1);
    expect([rows.timed, rows.hit, rows.x.length]).toEqual([1, 2, 4]);
    light.isThorough = true;
    for (const [x, y, z, zenith, azimuth] of PLACES) {
      light.setDirection(zenith!, azimuth!);
      light.column(Float64Array.of(x!, y!, z!, 10_000), out, 0, rest, 0);
      expect(rest[0]).toBe(0);
      plain.setDirection(zenith!, azimuth!);
      for (let m = 0; m < rows.x.length; m++) {
        const pe = plain.look(z!, rows.x[m]! - x!, rows.y[m]! - y!, rows.z[m]! - z!) * rows.scale[m]!;
        if (m >= rows.timed) {
          expectClose(out[rows.rowOfModule[m]!]!, pe, { relative: 1e-7 });
          continue;
        }
        for (let e = rows.firstEdge[m]!; e < rows.firstEdge[m + 1]! - 1; e++) {
          const share = plain.cdf(rows.edgeNs[e + 1]! - 10_000) - plain.cdf(rows.edgeNs[e]! - 10_000);
          expectClose(out[rows.edgeRow[e]!]!, pe * share, { absolute: 2e-5 * pe }, `bin ${e}`);
        }
      }
    }
  });

  it('leaves out next to nothing while searching', () => {
    const shift = new Float64Array(rows.x.length);
    const light = new TableSegmentLight(rows, table, smearedNodes(table, 2), rows.charge.length, shift);
    const rest = new Float64Array(1);
    const [all, most] = [0, 1].map(() => new Float64Array(rows.charge.length));
    const total = rows.charge.reduce((sum, charge) => sum + charge, 0);
    let left = 0;
    for (const [x, y, z, zenith, azimuth] of PLACES) {
      light.setDirection(zenith!, azimuth!);
      light.isThorough = true;
      light.column(Float64Array.of(x!, y!, z!, 10_000), all!, 0, rest, 0);
      light.isThorough = false;
      light.column(Float64Array.of(x!, y!, z!, 10_000), most!, 0, rest, 0);
      for (let i = 0; i < all!.length; i++) {
        // Of a cascade of 5 GeV for each photo-electron of the event.
        const lost = (all![i]! - most![i]!) * 5 * total;
        expect(lost).toBeGreaterThanOrEqual(0);
        expect(lost).toBeLessThan(1.2e-4);
        if (lost > 0) left++;
      }
    }
    expect(left).toBeGreaterThan(0);
  });

  it('has the gradients of its values', () => {
    for (const [jitter, stored] of [
      [0, rows.charge.length],
      [2, rows.charge.length],
      [2, rows.lit],
    ] as const) {
      const shift = Float64Array.from(rows.x, (_, i) => 3 * i);
      const light = new TableSegmentLight(rows, table, smearedNodes(table, jitter), stored, shift);
      const out = new Float64Array(rows.charge.length);
      const rest = new Float64Array(1);
      const slopes = new Float64Array(4 * (stored + 1));
      const weight = Float64Array.from(rows.charge, (_, i) => 1 + 0.3 * i);
      const value = (at: readonly number[]): number => {
        light.column(Float64Array.from(at), out, 0, rest, 0);
        let sum = 0.7 * rest[0]!;
        for (let i = 0; i < stored; i++) sum += weight[i]! * out[i]!;
        return sum;
      };
      for (const [x, y, z, zenith, azimuth] of PLACES) {
        light.setDirection(zenith!, azimuth!);
        const at = [x!, y!, z!, 10_013];
        light.derivatives(Float64Array.from(at), slopes);
        const gradient = Float64Array.from([0, 1, 2, 3], (k) => {
          let sum = 0.7 * slopes[4 * stored + k]!;
          for (let i = 0; i < stored; i++) sum += weight[i]! * slopes[4 * i + k]!;
          return sum;
        });
        const scale = Math.max(...gradient.map(Math.abs));
        for (let k = 0; k < 4; k++) {
          const h = 1e-4;
          const moved = (by: number): number => value(at.map((v, i) => (i === k ? v + by : v)));
          expectClose(
            gradient[k]!,
            (moved(h) - moved(-h)) / (2 * h),
            { absolute: 2e-5 * scale + ROUNDING },
            `by ${k} at ${x}`,
          );
        }
      }
    }
  });
});

/** What rounding makes of differences of values near 1e-8. */
const ROUNDING = 5e-12;

/** x, y, z, zenith, azimuth: near and far, level, up, down, and straight below a module. */
const PLACES = [
  [20, 30, -41.7, 1.3, 2],
  [-60, 10, 33.4, 2.4, 5.5],
  [150, -120, 211.3, 0.4, 0.3],
  [3, 2, 1.5, 1.9, 1],
  [0.3, 0.2, -91.8, 0.7, 4],
  [-260, 90, -333.4, 1.57, 3.3],
];
