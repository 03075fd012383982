/** What it costs to take far dark modules together: little of their sum, and less of the likelihood. */
import { expect, it } from 'vitest';
import { detectorReadout } from '../../../src/prepare/index.js';
import { Chain } from '../../../src/reco/millipede/chain.js';
import { buildRows } from '../../../src/reco/millipede/rows.js';
import { millipedeSettings } from '../../../src/reco/millipede/settings.js';
import { smearedNodes } from '../../../src/reco/millipede/smeared-nodes.js';
import { TableSegmentLight } from '../../../src/reco/millipede/table-light.js';
import { PROTOTYPE_FILES, prototypeTables } from '../../light/table/prototype.js';
import { needsShared, sharedJson } from '../../support/shared.js';
import { detectorOf, pulsesOf } from './reference.js';

const EVENT = 'data/millipede-vectors/real-event-run00136662.json';

needsShared('sums over dark modules', [EVENT, ...PROTOTYPE_FILES], () => {
  const event = sharedJson(EVENT);
  const detector = detectorOf(event.receivers);
  const readout = detectorReadout(detector, { startNs: event.readout[0], stopNs: event.readout[1] }, [], []);
  const rows = buildRows(detector, readout, pulsesOf(event.pulses), { sigma: 3, minWidthNs: 8 });
  const table = prototypeTables().cascade;
  const nodes = smearedNodes(table, 2);
  const shift = new Float64Array(rows.x.length);
  const lightOf = (isExact: boolean): TableSegmentLight =>
    new TableSegmentLight(rows, table, nodes, rows.lit, shift, isExact);

  it('are right to a few per mille inside the detector', () => {
    const [exact, thin] = [lightOf(true), lightOf(false)];
    const out = new Float64Array(rows.lit);
    const sum = new Float64Array(2);
    const errors: number[] = [];
    for (let i = 0; i < 100; i++) {
      const part = (k: number): number => (i * k) % 1;
      const at = [part(0.6180339) - 0.5, part(0.4142136) - 0.5, part(0.7320508) - 0.5].map((u) => 900 * u);
      const [zenith, azimuth] = [Math.acos(2 * part(0.2360679) - 1), 2 * Math.PI * part(0.6457513)];
      for (const light of [exact, thin]) light.setDirection(zenith, azimuth);
      for (const [k, light] of [exact, thin].entries()) light.column(Float64Array.of(...at, 32_000), out, 0, sum, k);
      errors.push(Math.abs(sum[1]! / sum[0]! - 1));
    }
    errors.sort((a, b) => a - b);
    expect(errors[50]).toBeLessThan(4e-3);
    expect(errors[95]).toBeLessThan(3e-2);
  });

  it('change the published likelihood by less than 0.02, however the line runs', () => {
    const [exact, thin] = [true, false].map((is) => new Chain(rows, lightOf(is), millipedeSettings('original', {})));
    for (const [zenith, azimuth] of [
      [1.3, 2],
      [0.5, 4],
      [2.4, 1],
    ] as const) {
      const llh = [exact!, thin!].map((chain) => {
        chain.setDirection(zenith, azimuth);
        return chain.judge(-20, 480, 190, 31_600, 5, 1e-6);
      });
      expect(Math.abs(llh[1]! - llh[0]!)).toBeLessThan(0.02);
    }
  });
});
