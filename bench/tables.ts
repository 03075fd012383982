/**
 * Cost of photon tables: photons followed a second, look-ups in nanoseconds, time to load the shipped file, and one
 * `splinempe` evaluation a module. CPU time of one core.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/tables.js
 */
import { readFileSync } from 'node:fs';
import {
  type CascadeLight,
  ClosedFormCascadeLight,
  cdfAtEdges,
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

const read = async (path: string): Promise<Uint8Array> => readFileSync(`resources/${path}`);
const text = async (name: string): Promise<string> => new TextDecoder().decode(await read(`ice/${name}.csv`));

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

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
const N = 1_000_000;
let sink = 0;
const ns = (calls: number, work: (i: number) => number): number => {
  for (let i = 0; i < calls / 20; i++) sink += work(i);
  const s = cpuSeconds(() => {
    for (let i = 0; i < calls; i++) sink += work(i);
  });
  return Math.round((1e9 * s) / calls);
};
/** Places around a source without any order. */
const at = (i: number, spread: number): number => ((Math.imul(i, 0x9e3779b1) >>> 8) / 0x100_0000 - 0.5) * spread;

/** Look-ups of one model at places without order: amplitude, with its gradient, CDF at 16 edges, one CDF and its gradient. */
function costsOf(light: CascadeLight): Record<string, number> {
  const slopes = new Float64Array(4);
  const edges = Float64Array.from({ length: 16 }, (_, i) => 50 * i * i + 100);
  const shares = new Float64Array(16);
  light.setDirection(0.3, 1);
  const look = (i: number): number => light.look(at(i, 900), at(i + 1, 300), at(i + 2, 300), at(i + 3, 300));
  const amplitude = ns(N, look);
  const after = (work: (i: number) => number): number => ns(N / 4, (i) => look(i) + work(i)) - amplitude;
  return {
    'amplitude, ns': amplitude,
    'its gradient, ns': after(() => {
      light.logSlopes(slopes);
      return slopes[0]!;
    }),
    'CDF at one time, ns': after(() => light.cdf(light.directNs + 40)),
    'CDF at 16 times, ns': after(() => {
      cdfAtEdges(light, edges, 0, 16, 0, shares, 0);
      return shares[5]!;
    }),
    'gradient of the CDF at a time, ns': after(() => {
      light.cdfSlopes(light.directNs + 40, slopes);
      return slopes[0]!;
    }),
  };
}

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
  '(checksum)': sink > 0 ? 1 : 0,
});
