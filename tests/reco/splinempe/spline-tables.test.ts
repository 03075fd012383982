/** The likelihood and the fit of splinempe with spline tables, as the reference's own code has them. */
import { expect, it } from 'vitest';
import { decodeMuonSplines, PhotosplineTrackLight } from '../../../src/light/index.js';
import { nelderMead, scipySimplex } from '../../../src/reco/fit/nelder-mead.js';
import { type MuonHits, SplineMpeLikelihood } from '../../../src/reco/splinempe/likelihood.js';
import { fitVariationsAsReference } from '../../../src/reco/splinempe/reference-fit.js';
import { mpeExponent, postJitterNs } from '../../../src/reco/splinempe/steering.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedBytes, sharedJson, sharedText } from '../../support/shared.js';

const TOY = 'data/splinempe/likelihood-vectors.json';
const TABLE = 'data/splinempe/table-likelihood-vectors.json';
const SPLINE = 'data/splinempe/spline-likelihood-vectors.json';
const FIT = 'data/splinempe/spline-fit-vectors.json';
const GEOMETRY = 'data/ic86-geometry.csv';
const MUON = 'data/photospline/synthetic_infmuon';
const FILES = [`${MUON}.abs.fits`, `${MUON}.prob.fits`, `${MUON}_stoch.abs.fits`];

interface Module {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timesNs: readonly number[];
  readonly chargePe: number;
}

function hitsOf(modules: readonly Module[], exponent: number): MuonHits {
  const times = modules.flatMap(({ timesNs }) => timesNs);
  return {
    x: Float64Array.from(modules, ({ x }) => x),
    y: Float64Array.from(modules, ({ y }) => y),
    z: Float64Array.from(modules, ({ z }) => z),
    timeNs: Float64Array.from(modules, ({ timesNs }) => timesNs[0]!),
    photons: Float64Array.from(modules, ({ chargePe }) => Math.exp(exponent * Math.log(chargePe))),
    startNs: Math.min(...times),
    endNs: Math.max(...times),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** The tables with a key set, as whoever made them would have. */
function light(stochastic: string, parity: string | null): PhotosplineTrackLight {
  const [abs, prob, stoch] = [FILES[0]!, FILES[1]!, stochastic].map((name) => {
    const bytes = sharedBytes(name).slice();
    if (parity !== null) {
      const text = new TextDecoder('latin1').decode(bytes.subarray(0, 5760));
      const at = text.indexOf('PARITY  =');
      bytes.set(new TextEncoder().encode(`PARITY  = ${parity.padStart(20)}`), at);
    }
    return { name, bytes };
  });
  return new PhotosplineTrackLight(decodeMuonSplines(abs!, prob!, stoch!));
}

needsShared('splinempe with spline tables in the roles of all three services', [TOY, TABLE, ...FILES], () => {
  const toy = sharedJson(TOY);
  const vectors = sharedJson(TABLE);
  const modules: Module[] = toy.doms.map(({ x, y, z, pulses }: any) => ({
    x,
    y,
    z,
    timesNs: pulses.map((pulse: number[]) => pulse[0]),
    chargePe: sum(pulses.map((pulse: number[]) => pulse[1]!)),
  }));

  it.each([
    ['even', null, 7],
    ['odd', '1', 8],
  ])('has the likelihood of the reference: %s parity', (_, parity, column) => {
    const model = light(FILES[0]!, parity);
    expect(vectors.cases).toHaveLength(35);
    for (const row of vectors.cases as number[][]) {
      const [energy, x, y, z, t, zenith, azimuth] = row as [number, number, number, number, number, number, number];
      const hits = hitsOf(modules, mpeExponent(energy));
      const likelihood = new SplineMpeLikelihood(hits, model, energy, postJitterNs(energy));
      likelihood.setDirection(zenith, azimuth);
      const value = -likelihood.evaluate(x, y, z, t);
      expectClose(value, row[column]!, { relative: 1e-6 }, `llh at ${energy} GeV, ${x} ${y} ${z} ${t}`);
    }
  });

  it('sees the light that the reference sees, when it sees it', () => {
    const model = light(FILES[0]!, null);
    const [, x, y, z, , zenith, azimuth] = vectors.cases[0];
    const { times, rows } = vectors.dom_details_of_first_case;
    model.setDirection(zenith, azimuth);
    for (const [string, om, wantedYield, directNs, ...values] of rows) {
      const dom = toy.doms.find((d: any) => d.string === string && d.om === om);
      expect(model.look(z, dom.x - x, dom.y - y, dom.z - z)).toBe(true);
      expectClose(model.bareYield, wantedYield, { relative: 2e-5 }, 'yield');
      expect(model.stochasticYield).toBe(model.bareYield);
      expectClose(model.directNs, directNs, { absolute: 1e-9 }, 'direct time');
      for (const [i, t] of times.entries()) {
        const [density, cdf, lateDensity, lateCdf] = values.slice(4 * i, 4 * i + 4).map((v: number) => Math.max(0, v));
        expectClose(model.density(t), density, { absolute: 1e-8 }, `density at ${t}`);
        expectClose(model.cdf(t), cdf, { absolute: 2e-6 }, `CDF at ${t}`);
        expectClose(model.lateDensity(t), lateDensity, { absolute: 1e-8 }, `late density at ${t}`);
        expectClose(model.lateCdf(t), lateCdf, { absolute: 2e-6 }, `late CDF at ${t}`);
      }
    }
    // Shares count between the extents alone, where those of late light jump.
    const { sigma2, sigma1000 } = vectors.extents_time;
    expect([model.cdf(sigma2[0] - 0.01), model.cdf(sigma2[1] + 0.01)]).toEqual([0, 1]);
    expect([model.lateCdf(sigma1000[0] - 0.01), model.lateCdf(sigma1000[1] + 0.01)]).toEqual([0, 1]);
    expect(model.lateCdf(sigma1000[1] - 0.01)).toBeLessThan(1);
  });
});

needsShared('splinempe with spline tables and real pulses', [SPLINE, FIT, GEOMETRY, ...FILES], () => {
  const vectors = sharedJson(SPLINE);
  const places = new Map<string, number[]>();
  for (const line of sharedText(GEOMETRY).split('\n')) {
    const [string, om, x, y, z] = line.split(',');
    if (!line.startsWith('#')) places.set(`${Number(string)},${Number(om)}`, [Number(x), Number(y), Number(z)]);
  }
  const modules: Module[] = vectors.pulses.map(({ string, om, time, charge }: any) => {
    const [x, y, z] = places.get(`${string},${om}`)!;
    return { x, y, z, timesNs: time, chargePe: sum(charge) };
  });
  const model = light(FILES[2]!, null);
  /** Cases with settings other than a scan's are of no use here. */
  const cases = vectors.cases.filter(
    ({ settings: s }: any) =>
      s.noiseModel === 'SRT' && !s.modelStochastics && s.ksConfidenceLevel === 0 && s.preJitter === 0,
  );
  const likelihoodAt = (energyGev: number): SplineMpeLikelihood =>
    new SplineMpeLikelihood(hitsOf(modules, mpeExponent(energyGev)), model, energyGev, postJitterNs(energyGev));

  it('has the likelihood of the reference, with and without an energy', () => {
    expect(cases).toHaveLength(3);
    for (const { energy, note, multiplicity, results } of cases) {
      expect(multiplicity).toBe(modules.length);
      const likelihood = likelihoodAt(energy ?? 0);
      for (const { track, llh } of results) {
        likelihood.setDirection(track.zenith, track.azimuth);
        const value = likelihood.evaluate(track.x, track.y, track.z, track.time);
        // The reference smooths in 32 bits, and we take late light as parabolas: 4e-9 and 3e-8.
        expectClose(value, llh, { relative: 5e-8 }, note);
      }
    }
  });

  it('fits as the reference does, call by call', () => {
    const likelihood = likelihoodAt(cases[0].energy);
    for (const { seed, double: wanted } of sharedJson(FIT).cases) {
      likelihood.setDirection(seed.zenith, seed.azimuth);
      const calls: number[][] = [];
      const minimum = nelderMead(
        (p) => {
          const f = likelihood.evaluate(p[0]!, p[1]!, p[2]!, seed.time);
          calls.push([...p, f]);
          return f;
        },
        scipySimplex([seed.x, seed.y, seed.z]),
      );
      for (const [n, row] of wanted.firstEvaluations.entries()) {
        for (let k = 0; k < 3; k++) expectClose(calls[n]![k]!, row[k], { absolute: 1e-9, relative: 1e-9 }, `call ${n}`);
        expectClose(calls[n]![3]!, row[3], { relative: 5e-8 }, `-ln L of call ${n}`);
      }
      expect(minimum.converged).toBe(wanted.converged);
      expect(minimum.calls).toBe(wanted.functionEvaluations);
      expect(minimum.iterations).toBe(wanted.iterations);
      expectClose(minimum.f, wanted.llh, { relative: 5e-8 }, 'llh');
      const [start, variation] = [{ ...seed, timeNs: seed.time, energyGev: Number.NaN }, 3];
      const task = { nside: 1, pixel: 9, ...seed, variations: [{ variation, seeds: [start] }] };
      const at = (x: number, y: number, z: number, timeNs: number): number => likelihood.evaluate(x, y, z, timeNs);
      const [result] = fitVariationsAsReference(at, task, true);
      expect(result).toMatchObject({ pixel: 9, variation, llh: minimum.f, timeNs: seed.time });
      for (const name of ['x', 'y', 'z'] as const) expectClose(result![name], wanted[name], { absolute: 1e-6 }, name);
    }
  });
});
