/** Rows, response and likelihood of the reference's events with its own (invented) light. */
import { expect, it } from 'vitest';
import { Chain } from '../../../src/reco/millipede/chain.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedJson } from '../../support/shared.js';
import { detectorOf, rowsOf } from './reference.js';
import { SplineSegmentLight } from './splines.js';

const FOLDER = 'data/millipede-vectors';
const TOYS = [0, 1, 4].map((k) => `${FOLDER}/likelihood-toy-${k}.json`);
const TABLES = ['data/photospline/synthetic_cascade.abs.fits'];
const C = 0.299792458;

needsShared('toy events', [...TOYS, ...TABLES], () => {
  it.each(TOYS)('%s: rows, response, likelihood and gradients are the reference’s', (file) => {
    const { detector: receivers, cases } = sharedJson(file);
    const detector = detectorOf(receivers);
    for (const event of cases) {
      for (const run of event.runs) {
        const { settings, multiplicity, totalValidBins, hypotheses } = run;
        if (settings.binSigma === null) continue;
        const rows = rowsOf(event, detector, settings);
        expect(rows.charge.length).toBe(totalValidBins);
        for (const { track, boundary, showerSpacing, expect: want } of hypotheses) {
          const light = new SplineSegmentLight(rows, event.tables, rows.charge.length, settings.domEfficiency);
          const chain = new Chain(rows, light, {
            halfSizeM: boundary,
            regularization: settings.showerRegularization,
            alpha: null,
          });
          expect(chain.multiplicity).toBe(multiplicity);
          chain.setDirection(track.zenith, track.azimuth);
          chain.place(track.x, track.y, track.z, track.time, showerSpacing);
          const { problem, energy } = chain;
          expect(problem.sources).toBe(want.nSegments);
          for (const [row, column, value] of want.response ?? []) {
            const i = rows.sequence.indexOf(row);
            expectClose(problem.response[column * problem.stride + i]!, value, { relative: 1e-9, absolute: 1e-15 });
          }
          for (const [j, sum] of want.responseColumnSums.entries()) {
            let own = 0;
            for (let i = 0; i < problem.rows; i++) own += problem.response[j * problem.stride + i]!;
            expectClose(own, sum, { relative: 1e-9, absolute: 1e-15 }, `column ${j}`);
          }
          energy.set(want.fixedEnergies.energies);
          expectClose(chain.negativeLogLikelihood(), -want.fixedEnergies.llh, { relative: 1e-8 });
        }
      }
    }
  });
});
