/**
 * Cost of photon tables: photons followed a second, look-ups in nanoseconds, time to load the shipped file, and one
 * `splinempe` evaluation a module. CPU time of one core.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/tables.js
 */
import { readFileSync } from 'node:fs';
import {
  CascadeLight,
  decodeTables,
  followPhotons,
  loadIceModel,
  makeOptics,
  NodeDistribution,
  parseAcceptance,
  parseSpectrum,
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

const light = new CascadeLight(tables.cascade);
const nodes = new Float64Array(tables.cascade.timeNodes.length);
const distribution = new NodeDistribution(tables.cascade.timeNodes);
const amplitude = (i: number): number =>
  light.amplitude(at(i, 900), 0.1, 0.2, -0.97, at(i + 1, 300), at(i + 2, 300), at(i + 3, 300));
const lookUps = ns(N, amplitude);
const times = ns(N, (i) => {
  light.cdfNodes(nodes);
  return nodes[i % nodes.length]!;
});
const smearing = ns(N, (i) => {
  distribution.fill(nodes, 50);
  return distribution.smearedCdf(i % 300, 4);
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
  'amplitude of a cascade, ns': lookUps,
  '15 time nodes, ns': times,
  'prepare them and smear a CDF, ns': smearing,
  'splinempe, ns a module and evaluation': Math.round(evaluation),
  'a new direction, us': Math.round(direction / 1000),
  '(checksum)': sink > 0 ? 1 : 0,
});
