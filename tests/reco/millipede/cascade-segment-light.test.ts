/** Light of cascades in rows by any model: the same as by our own tables' quicker way, which has its own tests. */
import { expect, it } from 'vitest';
import {
  type CascadeLight,
  ClosedFormCascadeLight,
  decodeLightSplines,
  PhotosplineCascadeLight,
  TableCascadeLight,
} from '../../../src/light/index.js';
import { CascadeSegmentLight } from '../../../src/reco/millipede/cascade-segment-light.js';
import { smearedNodes } from '../../../src/reco/millipede/smeared-nodes.js';
import { TableSegmentLight } from '../../../src/reco/millipede/table-light.js';
import { PROTOTYPE_FILES, prototypeTables } from '../../light/table/prototype.js';
import { spiceMie } from '../../simulate/support.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedBytes } from '../../support/shared.js';
import { detectorOf, rowsOf } from './reference.js';

const detector = detectorOf([
  [1, 1, 0, 0, 0, 0.86, 5.6e-7],
  [1, 2, 0, 0, -17, 0.86, 5.6e-7],
  [2, 1, 100, 60, 30, 1.2, 5.6e-7],
  [3, 1, -40, 20, 10, 0.86, 5.6e-7],
]);
/** One module with several bins, one lit and two dark ones with a single bin. */
const rows = rowsOf(
  {
    readout: [0, 20_000],
    excludedDoms: [],
    pulses: [
      { string: 1, om: 1, time: [10_250, 10_300, 10_420], charge: [40, 30, 20], width: [8, 8, 8] },
      { string: 1, om: 2, time: [10_500], charge: [0.5], width: [8] },
    ] as any,
  },
  detector,
  { binSigma: 3, minTimeWidth: 8 },
);
/** x, y, z, zenith, azimuth; the last within metres of a module. */
const PLACES: (readonly [number, number, number, number, number])[] = [
  [20, 30, -41.7, 1.3, 2],
  [-60, 10, 33.4, 2.4, 5.5],
  [3, 2, 1.5, 1.9, 1],
];
const shift = Float64Array.from(rows.x, (_, i) => 3 * i);

/** Derivatives of a weighted sum of all rows, against differences. */
function expectDerivatives(light: CascadeLight, stored: number, h: number, tolerance: number, places = PLACES): void {
  const inRows = new CascadeSegmentLight(rows, light, stored, shift);
  const out = new Float64Array(rows.charge.length);
  const rest = new Float64Array(1);
  const slopes = new Float64Array(4 * (stored + 1));
  const value = (at: readonly number[]): number => {
    inRows.column(Float64Array.from(at), out, 0, rest, 0);
    let sum = 0.7 * rest[0]!;
    for (let i = 0; i < stored; i++) sum += (1 + 0.3 * i) * out[i]!;
    return sum;
  };
  for (const [x, y, z, zenith, azimuth] of places) {
    inRows.setDirection(zenith, azimuth);
    const at = [x, y, z, 10_013];
    inRows.derivatives(Float64Array.from(at), slopes);
    const gradient = [0, 1, 2, 3].map((k) => {
      let sum = 0.7 * slopes[4 * stored + k]!;
      for (let i = 0; i < stored; i++) sum += (1 + 0.3 * i) * slopes[4 * i + k]!;
      return sum;
    });
    const scale = Math.max(...gradient.map(Math.abs));
    for (let k = 0; k < 4; k++) {
      const moved = (by: number): number => value(at.map((v, i) => (i === k ? v + by : v)));
      const slope = (moved(h) - moved(-h)) / (2 * h);
      expectClose(gradient[k]!, slope, { absolute: tolerance * scale }, `by ${k} at ${x}`);
    }
  }
}

needsShared('rows by any model of light', PROTOTYPE_FILES, () => {
  const table = prototypeTables().cascade;

  it('are those of the quicker way, where the model is the same', () => {
    for (const stored of [rows.lit, rows.charge.length]) {
      const quick = new TableSegmentLight(rows, table, smearedNodes(table, 2), stored, shift, true);
      const plain = new CascadeSegmentLight(rows, new TableCascadeLight(table, smearedNodes(table, 2)), stored, shift);
      const [one, two] = [new Float64Array(stored), new Float64Array(stored)];
      const rest = new Float64Array(2);
      for (const [x, y, z, zenith, azimuth] of PLACES) {
        for (const light of [quick, plain]) light.setDirection(zenith, azimuth);
        const source = Float64Array.of(x, y, z, 10_000);
        quick.column(source, one, 0, rest, 0);
        plain.column(source, two, 0, rest, 1);
        expectClose(rest[1]!, rest[0]!, { relative: 1e-5, absolute: 1e-12 });
        expectClose(plain.exactRest(source), rest[1]!, { relative: 1e-12 });
        const most = Math.max(...one);
        for (let i = 0; i < stored; i++) expectClose(two[i]!, one[i]!, { absolute: 3e-5 * most }, `row ${i}`);
      }
    }
  });

  it('have the derivatives of their values', () => {
    for (const stored of [rows.lit, rows.charge.length]) {
      expectDerivatives(new TableCascadeLight(table, smearedNodes(table, 2)), stored, 1e-4, 1e-4);
    }
  });
});

it('rows by the closed form have about the derivatives of their values', async () => {
  expectDerivatives(new ClosedFormCascadeLight(await spiceMie(), 5), rows.lit, 1, 0.1, PLACES.slice(0, 2));
});

const SPLINES = ['data/photospline/synthetic_cascade.abs.fits', 'data/photospline/synthetic_cascade.prob.fits'];
needsShared("rows by IceCube's spline tables", SPLINES, () => {
  it('have light, and the derivatives of their values', () => {
    const [amplitude, time] = SPLINES.map((name) => ({ name, bytes: sharedBytes(name) }));
    const light = new PhotosplineCascadeLight(decodeLightSplines(amplitude!, time!), 5);
    const out = new Float64Array(rows.charge.length);
    const inRows = new CascadeSegmentLight(rows, light, rows.charge.length, shift);
    inRows.setDirection(1.3, 2);
    inRows.column(Float64Array.of(20, 30, -41.7, 10_000), out, 0, new Float64Array(1), 0);
    expect(out.every((pe) => pe >= 0)).toBe(true);
    expect(Math.max(...out)).toBeGreaterThan(0);
    expectDerivatives(light, rows.lit, 1e-3, 1e-4);
  });
});
