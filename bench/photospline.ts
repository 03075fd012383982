/**
 * What IceCube's spline tables cost: evaluations of tables at random points, one likelihood of splinempe and one vertex
 * fit with them, beside the reference's compiled code (../shared/data/upstream-baseline.md, another day on such a
 * machine: compare orders, or measure both again). CPU time of this process, the least of several runs.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/photospline.js
 */
import { readFile } from 'node:fs/promises';
import {
  decodeLightSplines,
  decodeMuonSplines,
  decodeSplineTable,
  PhotosplineCascadeLight,
  PhotosplineTrackLight,
  SplineEvaluator,
} from '../src/light/index.js';
import { nelderMead, scipySimplex } from '../src/reco/fit/nelder-mead.js';
import { SplineMpeLikelihood } from '../src/reco/splinempe/likelihood.js';
import { mpeExponent, postJitterNs } from '../src/reco/splinempe/steering.js';
import { costsOf } from './light-costs.js';

const SHARED = '../shared/data';
const RUNS = 5;

/** CPU time of a call, microseconds. */
function cost(calls: number, run: (n: number) => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let r = 0; r < RUNS; r++) {
    const before = process.cpuUsage();
    for (let n = 0; n < calls; n++) run(n);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / calls);
  }
  return least;
}

const read = async (name: string): Promise<{ name: string; bytes: Uint8Array }> => ({
  name,
  bytes: await readFile(`${SHARED}/photospline/synthetic_${name}.fits`),
});

/** Reference: stand-alone library / IceTray, microseconds, value and value with gradient. */
const TABLES = [
  ['cascade.abs', '0.35 / 0.70', '0.73 / 1.57'],
  ['cascade.prob', '1.13 / 1.47', '2.46 / 5.47'],
  ['infmuon.abs', '0.13 / 0.22', '0.22 / 0.60'],
  ['infmuon.prob', '0.40 / 0.55', '0.84 / 1.93'],
] as const;

const rows = [];
for (const [name, reference, referenceGradient] of TABLES) {
  const { bytes } = await read(name);
  const table = decodeSplineTable(bytes, name);
  const evaluator = new SplineEvaluator(table);
  let state = 1;
  const points = Array.from({ length: 4096 }, () =>
    Float64Array.from(table.axes, ({ low, high }) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return low + (state / 2 ** 32) * (high - low);
    }),
  );
  const gradient = new Float64Array(table.axes.length);
  const value = cost(200_000, (n) => evaluator.value(points[n & 4095]!));
  const both = cost(100_000, (n) => evaluator.gradient(points[n & 4095]!, gradient));
  rows.push({
    table: name,
    'value, us': value.toFixed(2),
    reference,
    'with gradient, us': both.toFixed(2),
    'its reference': referenceGradient,
    'values/s': Math.round(1e6 / value),
  });
}
console.table(rows);
const [amplitude, time] = [await read('cascade.abs'), await read('cascade.prob')];
const splines = decodeLightSplines(amplitude, time);
console.table({
  'light of cascades': costsOf(new PhotosplineCascadeLight(splines), 200_000),
  'the same, smeared': costsOf(new PhotosplineCascadeLight(splines, 4), 200_000),
});

const vectors = JSON.parse(await readFile(`${SHARED}/splinempe/spline-likelihood-vectors.json`, 'utf8'));
const geometry = new Map<string, number[]>();
for (const line of (await readFile(`${SHARED}/ic86-geometry.csv`, 'utf8')).split('\n')) {
  const [string, om, x, y, z] = line.split(',').map(Number);
  geometry.set(`${string},${om}`, [x!, y!, z!]);
}
const { energy, results } = vectors.cases[0];
const pulses: { string: number; om: number; time: number[]; charge: number[] }[] = vectors.pulses;
const place = (k: number): Float64Array =>
  Float64Array.from(pulses, ({ string, om }) => geometry.get(`${string},${om}`)![k]!);
const exponent = mpeExponent(energy);
const times = pulses.flatMap(({ time }) => time);
const hits = {
  x: place(0),
  y: place(1),
  z: place(2),
  timeNs: Float64Array.from(pulses, ({ time }) => time[0]!),
  photons: Float64Array.from(pulses, ({ charge }) => Math.exp(exponent * Math.log(charge.reduce((a, b) => a + b)))),
  startNs: Math.min(...times),
  endNs: Math.max(...times),
};
const light = new PhotosplineTrackLight(
  decodeMuonSplines(await read('infmuon.abs'), await read('infmuon.prob'), await read('infmuon_stoch.abs')),
);
const likelihood = new SplineMpeLikelihood(hits, light, energy, postJitterNs(energy));
const { track } = results[0];
likelihood.setDirection(track.zenith, track.azimuth);
let calls = 0;
let fits = 0;
const fit = (): void => {
  for (const { track: seed } of results) {
    likelihood.setDirection(seed.zenith, seed.azimuth);
    const minimum = nelderMead(
      (p) => likelihood.evaluate(p[0]!, p[1]!, p[2]!, seed.time),
      scipySimplex([seed.x, seed.y, seed.z]),
    );
    calls += minimum.calls;
    fits++;
  }
};
const fitUs = cost(2, fit) / results.length;
console.table([
  {
    what: `likelihood, ${pulses.length} modules, at the best track`,
    ms: (cost(2000, () => likelihood.evaluate(track.x, track.y, track.z, track.time)) / 1000).toFixed(3),
    'reference, ms': '2.7',
  },
  {
    what: `vertex fit, ${Math.round(calls / fits)} likelihoods on average`,
    ms: (fitUs / 1000).toFixed(1),
    'reference, ms': '230',
  },
  {
    what: 'new direction',
    ms: (cost(500, (n) => likelihood.setDirection(0.2 + 0.005 * n, 1)) / 1000).toFixed(3),
    'reference, ms': '',
  },
]);
