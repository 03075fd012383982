/**
 * Cost of photon tables: photons followed a second, look-ups in nanoseconds, time to load the shipped file, and one
 * `splinempe` evaluation a module. CPU time of one core.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/tables.js
 */
import { readFileSync } from 'node:fs';
import {
  ClosedFormCascadeLight,
  decodeTables,
  followPhotons,
  loadIceModel,
  makeOptics,
  parseAcceptance,
  parseSpectrum,
  smearTimes,
  TableCascadeLight,
  TableTrackLight,
} from '../src/light/index.js';
import { SplineMpeLikelihood } from '../src/reco/splinempe/likelihood.js';
import { at, costsOf, cpuSeconds, ns } from './light-costs.js';

const read = async (path: string): Promise<Uint8Array> => readFileSync(`resources/${path}`);
const text = async (name: string): Promise<string> => new TextDecoder().decode(await read(`ice/${name}.csv`));

const ice = await loadIceModel(read);
const optics = makeOptics(
  ice,
  parseSpectrum(await text('cherenkov_detected_spectrum')),
  parseAcceptance(await text('dom_angular_acceptance'), 'h2-50cm'),
);
followPhotons(optics, 0, 2000, 1, 1);
console.table(
  [0, -340, -120, 200].map((z) => {
    let pieces = 0;
    const s = cpuSeconds(() => {
      pieces = followPhotons(optics, z, 50_000, 11, 1).pieces;
    });
    return {
      'z m': z,
      'photons/s': Math.round(50_000 / s),
      'pieces a photon': pieces / 50_000,
      'ns a piece': Math.round((1e9 * s) / pieces),
    };
  }),
);

const file = await read('tables/spice_mie.skylight');
let tables = decodeTables(file, 'shipped');
const loading = cpuSeconds(() => {
  tables = decodeTables(file, 'shipped');
});
let smeared = smearTimes(tables.cascade, 5);
const smearing = cpuSeconds(() => {
  smeared = smearTimes(tables.cascade, 5);
});
console.table({
  'shipped tables': costsOf(new TableCascadeLight(tables.cascade)),
  'shipped tables, smeared': costsOf(new TableCascadeLight(tables.cascade, smeared)),
  'closed form': costsOf(new ClosedFormCascadeLight(ice)),
});

const MODULES = 150;
const place = (k: number, spread: number): Float64Array =>
  Float64Array.from({ length: MODULES }, (_, i) => at(7 * i + k, spread));
const hits = {
  x: place(1, 800),
  y: place(2, 800),
  z: place(3, 800),
  timeNs: Float64Array.from({ length: MODULES }, (_, i) => 10_000 + 1500 + at(i, 3000)),
  photons: new Float64Array(MODULES).fill(2),
  startNs: 9000,
  endNs: 15_000,
};
const track = new TableTrackLight(tables.muon, tables.stochastic);
const likelihood = new SplineMpeLikelihood(hits, track, 20_000, 3.4);
likelihood.setDirection(1.2, 0.7);
const evaluation = ns(2000, (i) => likelihood.evaluate(at(i, 40), 0, 0, 10_000)) / MODULES;
const direction = ns(200, (i) => {
  likelihood.setDirection(1 + at(i, 1), 0.7);
  return 0;
});
console.table({
  'load the shipped tables, ms': Math.round(1000 * loading),
  'smear all their times, ms': Math.round(1000 * smearing),
  'splinempe, ns a module and evaluation': Math.round(evaluation),
  'a new direction, us': Math.round(direction / 1000),
});
