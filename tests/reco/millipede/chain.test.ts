/** Rows, response, likelihood and fits of the reference's events with its own (invented) light. */
import { expect, it } from 'vitest';
import { CROSS_VARIATIONS } from '../../../src/prepare/index.js';
import { ConjugateUnfolding } from '../../../src/reco/fit/conjugate-unfolding.js';
import { Chain } from '../../../src/reco/millipede/chain.js';
import { CompatibleLine, fitOriginal } from '../../../src/reco/millipede/compatible-fit.js';
import { fitVariations } from '../../../src/reco/millipede/fit.js';
import type { Rows } from '../../../src/reco/millipede/rows.js';
import { type MillipedeSettings, millipedeSettings } from '../../../src/reco/millipede/settings.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedJson } from '../../support/shared.js';
import { detectorOf, rowsOf } from './reference.js';
import { SplineSegmentLight } from './splines.js';

const FOLDER = 'data/millipede-vectors';
const TOYS = [0, 1, 4].map((k) => `${FOLDER}/likelihood-toy-${k}.json`);
const REAL = ['run00136662', 'hese_event_01'].map((name) => `${FOLDER}/real-event-${name}.json`);
const IC86 = `${FOLDER}/likelihood-ic86.json`;
const TABLES = ['data/photospline/synthetic_cascade.abs.fits'];

/** A chain for some rows; `collapse`: rows without charge as sums, as production has it. */
function chainOf(rows: Rows, tables: string, settings: any, halfSizeM: number, collapse: boolean): Chain {
  const light = new SplineSegmentLight(rows, tables, collapse ? rows.lit : rows.charge.length, settings.domEfficiency);
  return new Chain(rows, light, {
    isPoint: false,
    halfSizeM,
    regularization: settings.showerRegularization,
    alpha: null,
  });
}

/**
 * With the reference's own solver: about its likelihood, which is cut off short of the optimum, and where rounding decides
 * how short (README of the vectors).
 */
function expectSolved(chain: Chain, want: any): void {
  new ConjugateUnfolding().solve(chain.problem, chain.energy, 100);
  const llh = -chain.published();
  expect(llh).toBeGreaterThan(want.llh - 0.5);
  expect(llh).toBeLessThan(want.optimum.llh + 0.002);
}

/** With ours: the optimum, up to what the least energies of the segments do to it. */
function expectOptimum(chain: Chain, want: any): void {
  chain.energy.fill(0);
  chain.solver.solve(chain.problem, chain.energy, 1e-6);
  expectClose(-chain.published(), want.optimum.llh, { absolute: 2e-3 });
}

needsShared('toy events', [...TOYS, ...TABLES], () => {
  it.each(TOYS)('%s: rows, response, likelihood and gradients are the reference’s', (file) => {
    const { detector: receivers, cases } = sharedJson(file);
    const detector = detectorOf(receivers);
    let compared = 0;
    for (const event of cases) {
      for (const { settings, multiplicity, totalValidBins, hypotheses } of event.runs) {
        // Bins of equal charge, which neither reconstruction uses.
        if (settings.binSigma === null) continue;
        const rows = rowsOf(event, detector, settings);
        expect(rows.charge.length).toBe(totalValidBins);
        expect(rows.lit + (rows.lit < rows.charge.length ? 1 : 0)).toBe(multiplicity);
        for (const { track, boundary, showerSpacing, expect: want } of hypotheses) {
          for (const collapse of [false, true]) {
            const chain = chainOf(rows, event.tables, settings, boundary, collapse);
            chain.setDirection(track.zenith, track.azimuth);
            chain.place(track.x, track.y, track.z, track.time, showerSpacing);
            const { problem, energy } = chain;
            expect(problem.sources).toBe(want.nSegments);
            if (!collapse) {
              for (const [row, column, value] of want.response ?? []) {
                const i = rows.sequence.indexOf(row);
                const own = problem.response[column * problem.stride + i]!;
                expectClose(own, value, { relative: 1e-9, absolute: 1e-15 });
              }
            }
            for (const [j, sum] of want.responseColumnSums.entries()) {
              let own = problem.darkResponse[j]!;
              for (let i = 0; i < problem.rows; i++) own += problem.response[j * problem.stride + i]!;
              expectClose(own, sum, { relative: 1e-9, absolute: 1e-15 }, `column ${j}`);
            }
            energy.set(want.fixedEnergies.energies);
            expectClose(chain.published(), -want.fixedEnergies.llh, { relative: 1e-8 });
            expectGradients(chain, showerSpacing, want.fixedEnergies.gradientPerSegment);
            if (!collapse) expectSolved(chain, want);
            expectOptimum(chain, want);
            compared++;
          }
        }
      }
    }
    expect(compared).toBeGreaterThan(5);
  });
});

/** Derivatives of log L by x, y, z and time, segment by segment, at the energies at hand. */
function expectGradients(chain: Chain, spacingM: number, want: number[][]): void {
  const { problem, energy } = chain;
  const expectation = new Float64Array(problem.rows);
  for (let i = 0; i < problem.rows; i++) {
    expectation[i] = problem.noise[i]!;
    for (let j = 0; j < problem.sources; j++) {
      expectation[i]! += (energy[j]! + 0.001) * problem.response[j * problem.stride + i]!;
    }
  }
  const largest = Math.max(...want.flatMap((row) => row.slice(0, 4)).map(Math.abs));
  const slopes = new Float64Array(4 * (problem.rows + 1));
  for (let j = 0; j < problem.sources; j++) {
    chain.columns.derivatives(chain.number[j]! * spacingM, slopes);
    for (let k = 0; k < 4; k++) {
      let own = -slopes[4 * problem.rows + k]!;
      for (let i = 0; i < problem.rows; i++) {
        own += (problem.charge[i]! / expectation[i]! - 1) * slopes[4 * i + k]!;
      }
      expectClose((energy[j]! + 0.001) * own, want[j]![k]!, { absolute: 1e-7 * largest }, `segment ${j} by ${k}`);
    }
  }
}

needsShared('real events on the real array', [...REAL, ...TABLES], () => {
  it.each(REAL)('%s: bins, likelihood and optimum are the reference’s', (file) => {
    const event = sharedJson(file);
    const detector = detectorOf(event.receivers);
    for (const { settings, multiplicity, totalValidBins, sumCharge, bins, hypotheses } of event.cases) {
      const rows = rowsOf(event, detector, settings);
      expect(rows.charge.length).toBe(totalValidBins);
      expect(rows.lit + 1).toBe(multiplicity);
      expectClose(
        rows.charge.reduce((sum, charge) => sum + charge, 0),
        sumCharge,
        { relative: 1e-9 },
      );
      const edges = bins.filter((dom: any) => dom.edges.length > 2).flatMap((dom: any) => dom.edges);
      expect([...rows.edgeNs]).toEqual(edges);
      // One hypothesis with one setting: each takes seconds.
      if (settings.binSigma !== 3) continue;
      const { track, boundary, showerSpacing, expect: want } = hypotheses[0];
      const chain = chainOf(rows, event.tables, settings, boundary, true);
      chain.setDirection(track.zenith, track.azimuth);
      chain.place(track.x, track.y, track.z, track.time, showerSpacing);
      expect(chain.problem.sources).toBe(want.nSegments);
      chain.energy.set(want.fixedEnergies.energies);
      expectClose(chain.published(), -want.fixedEnergies.llh, { relative: 1e-8 });
      expectSolved(chain, want);
      expectOptimum(chain, want);
    }
  });
});

needsShared('a bright simulated track on the real array', [IC86, ...TABLES], () => {
  it('likelihood and optimum are the reference’s', () => {
    const event = sharedJson(IC86);
    const rows = rowsOf(event, detectorOf(event.detector), event.settings);
    expect(rows.charge.length).toBe(event.totalValidBins);
    const { track, boundary, showerSpacing, expect: want } = event.hypotheses[0];
    const chain = chainOf(rows, event.tables, event.settings, boundary, true);
    chain.setDirection(track.zenith, track.azimuth);
    chain.place(track.x, track.y, track.z, track.time, showerSpacing);
    expect(chain.problem.sources).toBe(want.nSegments);
    chain.energy.set(want.fixedEnergies.energies);
    expectClose(chain.published(), -want.fixedEnergies.llh, { relative: 1e-8 });
    expectOptimum(chain, want);
  });
});

const FITS = [0, 1, 4].map((k) => `${FOLDER}/fit-toy-${k}.json`);
needsShared('fits as the reference does them', [...FITS, ...TOYS, ...TABLES], () => {
  it.each([FITS[0]!, FITS[2]!])('%s: go the same way at first, and end no worse', (file) => {
    const { event: eventFile, settings, cases } = sharedJson(file);
    const { detector, cases: events } = sharedJson(`${FOLDER}/${eventFile}`);
    const event = events[0];
    const rows = rowsOf(event, detectorOf(detector), settings);
    // One fit a file: each takes seconds.
    for (const { note, seed, pass1, pass2 } of cases.slice(0, 1)) {
      const chain = chainOf(rows, event.tables, settings, settings.boundary, false);
      chain.setDirection(seed.zenith, seed.azimuth);
      const seen: number[][] = [];
      const line = new CompatibleLine(chain, { alpha: null });
      const value = line.value.bind(line);
      line.value = (at, spacingM) => {
        const llh = value(at, spacingM);
        seen.push([...at, llh]);
        return llh;
      };
      const fitted = fitOriginal(line, [{ ...seed, timeNs: seed.time, energyGev: Number.NaN }], undefined, [
        settings.pass1.showerSpacing,
        settings.pass2.showerSpacing,
      ]);
      // Rounding in the solver decides between two ways sooner or later.
      for (const [k, [x, y, z, llh]] of pass1.double.firstEvaluations.slice(0, 5).entries()) {
        const [timeNs, ...rest] = seen[k]!;
        expect(timeNs).toBe(seed.time);
        for (const [i, want] of [x, y, z].entries()) expectClose(rest[i]!, want, { absolute: 1e-9 }, `${note} ${k}`);
        expectClose(rest[3]!, llh, { absolute: 0.5 }, `${note} evaluation ${k}`);
      }
      expect(fitted!.llh).toBeLessThan(pass2.double.reportedLlh + 0.3);
    }
  });
});

/** Settings of fits with the spacings of the vectors. */
function quickSettings(boundary: number, coarseSpacingM: number, fineSpacingM: number): MillipedeSettings {
  return { ...millipedeSettings('original', {}), halfSizeM: boundary, coarseSpacingM, fineSpacingM };
}

/** The best of the reconstruction's seven starts around a seed. */
function bestOf(chain: Chain, settings: MillipedeSettings, seed: any): number {
  const variations = CROSS_VARIATIONS.map(([dx, dy, dz], variation) => ({
    variation,
    seeds: [{ x: seed.x + dx, y: seed.y + dy, z: seed.z + dz, timeNs: seed.time, energyGev: Number.NaN }],
  }));
  const volume = { bottomM: -500, topM: 500, x: new Float64Array(), y: new Float64Array(), string: new Int32Array() };
  const origin = { x: seed.x, y: seed.y, z: seed.z, timeNs: seed.time };
  const task = { nside: 1, pixel: 0, zenith: seed.zenith, azimuth: seed.azimuth, variations };
  return Math.min(...fitVariations(chain, volume, settings, task, true, origin).map(({ llh }) => llh));
}

needsShared('our own way to the minimum', [...FITS, ...TOYS, ...TABLES], () => {
  it.each(FITS)(
    "%s: is never more than 0.1 above the reference's, near the truth and far off",
    (file) => {
      const { event: eventFile, settings, cases } = sharedJson(file);
      const { detector, cases: events } = sharedJson(`${FOLDER}/${eventFile}`);
      const rows = rowsOf(events[0], detectorOf(detector), settings);
      const ours = quickSettings(settings.boundary, settings.pass1.showerSpacing, settings.pass2.showerSpacing);
      const chain = chainOf(rows, events[0].tables, settings, settings.boundary, true);
      for (const { note, seed, pass2 } of cases) {
        const llh = bestOf(chain, ours, seed);
        expect(llh - pass2.double.reportedLlh, note).toBeLessThan(0.1);
      }
      // Half a minute on a free core: the whole detector is searched with the slow light of IceCube's splines.
    },
    600_000,
  );
});
