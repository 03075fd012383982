/**
 * How often regions contain the truth: simulated muons or cascades, each fitted in the pixels around its truth, as far as
 * the likelihood allows. Prints the share of events in the plain 50 % and 90 % Wilks regions and in those of the map
 * blurred by several floors, with median areas and distances of the position from the truth, and which thresholds in
 * 2 delta llh would contain exactly as many.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/coverage.js [--kind track|cascade] [--reco NAME] [--events N] [--from N] [--seconds N]
 *         [--energy LOW-HIGH] [--light tables|closed-form] [--keep FILE] [OPTION=VALUE ...]
 *     node out/bench/bench/coverage.js --report FILE...
 *
 * Light from tables (default): photon tables of the Monte Carlo, tilted layers, for muons and cascades alike. Scans start
 * seeded: at the pixel and vertex of the truth, then from pixel to pixel, each from its best neighbour's vertex; a scan of
 * the whole sky would have to find that place itself. --keep adds one line of JSON an event to a file, so that a long run
 * can be made in pieces (--from: first number of an event; --seconds: stop after), which --report sums up.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadIc86 } from '../src/detector/index.js';
import type { DecodedEvent } from '../src/event/index.js';
import { decodeTables, loadIceModel } from '../src/light/index.js';
import { type Fit, findReco, type RecoResult, type Seed } from '../src/reco/index.js';
import { type SimulationOptions, simulateEvent } from '../src/simulate/index.js';
import { Random } from '../src/simulate/random.js';
import {
  angularDistance,
  credibleLevelAt,
  credibleRegion,
  directionOf,
  disc,
  finestCells,
  neighbours,
  pixelAt,
  pixelPhi,
  pixelTheta,
  pixelVector,
  probabilityMap,
  raDecOf,
  skyFrame,
} from '../src/sky/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kind: { type: 'string', default: 'track' },
    light: { type: 'string', default: 'tables' },
    events: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '1e9' },
    reco: { type: 'string', default: 'pandel_mpe' },
    energy: { type: 'string', default: '20000-150000' },
    keep: { type: 'string' },
    report: { type: 'boolean', default: false },
  },
});
const [LOW_GEV, HIGH_GEV] = values.energy.split('-').map(Number) as [number, number];
const DEG = Math.PI / 180;
/** Pixels, how far from the truth they may go, and the floors of the blurred maps. */
const SCALE = {
  track: { nside: 512, radiusDeg: 2.5, floorsDeg: [0, 0.1, 0.2] },
  cascade: { nside: 32, radiusDeg: 40, floorsDeg: [0, 0.2, 1] },
}[values.kind as 'track' | 'cascade'];
/** Neighbours of pixels within this of the minimum are fitted; others count as excluded. */
const GROWTH_LLH = 8;
/** A pixel that is so much above a neighbour is fitted once more from there, under a number above all variations. */
const RESTART_LLH = 1.5;
const RESTART = 200;
/** Modules with coincident pulses; alerts have more than a hundred. */
const LEAST_MODULES = 60;

interface Answer {
  readonly event: number;
  readonly energyGev: number;
  readonly fits: number;
  readonly delta2Llh: number;
  readonly floorsDeg: readonly number[];
  readonly level: readonly number[];
  readonly area50: readonly number[];
  readonly area90: readonly number[];
  readonly distanceDeg: readonly number[];
}

/** Event number `stream`: a muon that passes within 420 m of the centre, from above the horizon down to straight up, or a
 * cascade of any direction within 400 m of the centre. */
function particle(stream: number): SimulationOptions {
  const random = new Random(20_240_601, stream);
  const zenith = Math.acos(values.kind === 'track' ? -0.95 + 1.2 * random.uniform() : 2 * random.uniform() - 1);
  const azimuth = 2 * Math.PI * random.uniform();
  const radius = (values.kind === 'track' ? 420 : 400) * Math.sqrt(random.uniform());
  const angle = 2 * Math.PI * random.uniform();
  const [a, b] = [radius * Math.cos(angle), radius * Math.sin(angle)];
  const place =
    values.kind === 'track'
      ? {
          x: a * Math.sin(azimuth) - b * Math.cos(zenith) * Math.cos(azimuth),
          y: -a * Math.cos(azimuth) - b * Math.cos(zenith) * Math.sin(azimuth),
          z: b * Math.sin(zenith),
        }
      : { x: a, y: b, z: 800 * random.uniform() - 400 };
  return {
    kind: values.kind as 'track' | 'cascade',
    zenith,
    azimuth,
    ...place,
    energyGev: LOW_GEV * Math.exp(Math.log(HIGH_GEV / LOW_GEV) * random.uniform()),
    startTimeUtc: '2024-01-01T00:00:00Z',
    seed: 77,
    stream,
  };
}

/** Fits outwards from the truth, always on from the best pixel that has neighbours without a fit. */
async function judge(event: DecodedEvent, fitTask: Fit): Promise<Omit<Answer, 'event' | 'energyGev'>> {
  const { nside, radiusDeg, floorsDeg } = SCALE;
  const truth = event.truth!;
  const frame = skyFrame(event.header.mjd);
  const { raRad, decRad } = raDecOf(frame, truth.zenith, truth.azimuth);
  const first = pixelAt(nside, Math.PI / 2 - decRad, raRad);
  const around = new Set(disc(nside, pixelVector(nside, first, new Float64Array(3)), radiusDeg * DEG));
  around.add(first);
  const start: Seed = { x: truth.x, y: truth.y, z: truth.z, timeNs: truth.timeNs, energyGev: Number.NaN };
  const fitAt = async (
    zenith: number,
    azimuth: number,
    pixel: number,
    seeds: Seed[],
    variation = 0,
  ): Promise<RecoResult> => (await fitTask({ nside, pixel, zenith, azimuth, variations: [{ variation, seeds }] }))[0]!;
  const fitPixel = (pixel: number, seeds: Seed[], variation = 0): Promise<RecoResult> => {
    const { zenith, azimuth } = directionOf(frame, pixelPhi(nside, pixel), Math.PI / 2 - pixelTheta(nside, pixel));
    return fitAt(zenith, azimuth, pixel, seeds, variation);
  };
  const fitted = new Map<number, RecoResult>([[first, await fitPixel(first, [start])]]);
  const done = new Set<number>();
  const again = new Set<number>();
  let minimum = fitted.get(first)!.llh;
  for (;;) {
    let best: RecoResult | null = null;
    for (const result of fitted.values()) {
      if (!done.has(result.pixel) && result.llh <= (best?.llh ?? minimum + GROWTH_LLH)) best = result;
    }
    if (best === null) break;
    done.add(best.pixel);
    for (const next of neighbours(nside, best.pixel)) {
      if (!around.has(next)) continue;
      const before = fitted.get(next);
      // Once more, as a scan restarts a pixel: from a neighbour that is much better.
      if (before !== undefined && (again.has(next) || before.llh < best.llh + RESTART_LLH)) continue;
      if (before !== undefined) again.add(next);
      const result = before === undefined ? await fitPixel(next, [best, start]) : await fitPixel(next, [best], RESTART);
      if (before !== undefined && !(result.llh < before.llh)) continue;
      fitted.set(next, result);
      done.delete(next);
      minimum = Math.min(minimum, result.llh);
    }
  }
  const atTruth = await fitAt(truth.zenith, truth.azimuth, first, [fitted.get(first)!, start]);
  const pixels = [...around].sort((a, b) => a - b);
  // What the growth did not reach is excluded, but there: a blurred region may extend into it.
  const llh = pixels.map((pixel) => fitted.get(pixel)?.llh ?? minimum + 50);
  const cells = finestCells([{ nside, pixel: pixels, llh }]);
  const maps = floorsDeg.map((floorDeg) => probabilityMap(cells, { floorDeg }));
  return {
    fits: fitted.size,
    delta2Llh: 2 * (atTruth.llh - minimum),
    floorsDeg,
    level: maps.map((map) => credibleLevelAt(map, raRad, decRad)),
    area50: maps.map((map) => credibleRegion(map, 0.5).areaDeg2),
    area90: maps.map((map) => credibleRegion(map, 0.9).areaDeg2),
    distanceDeg: maps.map(({ peak }) => angularDistance(raRad, decRad, peak.raRad, peak.decRad) / DEG),
  };
}

async function run(): Promise<Answer[]> {
  const settings = Object.fromEntries(positionals.map((text) => text.split('=') as [string, string]));
  const read = async (path: string): Promise<Uint8Array> => readFile(join('resources', path));
  const [detector, ice] = await Promise.all([loadIc86(read), loadIceModel(read)]);
  const tables = decodeTables(await read('tables/spice_mie.skylight'), 'spice_mie');
  const reco = findReco(values.reco);
  const light = values.light === 'tables' ? { tables, tilt: ice.tilt } : {};
  const answers: Answer[] = [];
  const startedMs = performance.now();
  for (let stream = Number(values.from); answers.length < Number(values.events); stream++) {
    if (performance.now() - startedMs > 1000 * Number(values.seconds)) break;
    const thrown = particle(stream);
    const { event } = simulateEvent({ detector, isBuiltin: true, ice, ...light }, thrown);
    // As an alert has it: an earlier fit, along which MuEx finds the energy that steers splinempe.
    const fit = { ...event.truth!, lengthM: Number.NaN };
    const seen = values.kind === 'track' ? { ...event, particles: { OnlineL2_BestFit: fit } } : event;
    let prepared: Awaited<ReturnType<typeof reco.prepare>>;
    try {
      prepared = await reco.prepare({
        event: seen as DecodedEvent,
        detector,
        ice,
        settings,
        tables: async () => tables,
      });
    } catch {
      continue; // too little light for a start vertex
    }
    if ((prepared.hlcTimes?.x.length ?? LEAST_MODULES) < LEAST_MODULES) continue;
    const answer: Answer = {
      event: stream,
      energyGev: thrown.energyGev,
      ...(await judge(event, await reco.createFit(prepared))),
    };
    answers.push(answer);
    if (values.keep !== undefined) appendFileSync(values.keep, `${JSON.stringify(answer)}\n`);
  }
  return answers;
}

const answers = values.report
  ? positionals.flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Answer),
    )
  : await run();

const share = (list: readonly number[], limit: number): string =>
  `${((100 * list.filter((value) => value < limit).length) / list.length).toFixed(0)} %`;
const quantile = (list: readonly number[], q: number): number =>
  list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))]!;
const median = (list: readonly number[]): string => quantile(list, 0.5).toFixed(3);
const deltas = answers.map(({ delta2Llh }) => delta2Llh);
console.log(
  values.report
    ? positionals.join(' ')
    : `${values.reco} ${positionals.join(' ')}, ${values.kind}s, light: ${values.light}`,
);
console.log(
  `${answers.length} events, ${median(answers.map(({ fits }) => fits))} pixels each; exact coverage needs ` +
    `2 delta llh of ${quantile(deltas, 0.5).toFixed(2)} (50 %) and ${quantile(deltas, 0.9).toFixed(2)} (90 %).`,
);
console.table([
  { map: 'Wilks', 'in 50 %': share(deltas, 1.386), 'in 90 %': share(deltas, 4.605) },
  ...answers[0]!.floorsDeg.map((floor, k) => {
    const of = (name: 'level' | 'area50' | 'area90' | 'distanceDeg'): number[] => answers.map((a) => a[name][k]!);
    return {
      map: `blurred by ${floor} deg`,
      'in 50 %': share(of('level'), 0.5),
      'in 90 %': share(of('level'), 0.9),
      'distance deg': median(of('distanceDeg')),
      '50 % sq. deg': median(of('area50')),
      '90 % sq. deg': median(of('area90')),
    };
  }),
]);
