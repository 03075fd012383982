/**
 * How often regions contain the truth: simulated muon tracks, each fitted in the pixels of nside 512 around its truth.
 * Prints the share of events in the plain 50 % and 90 % Wilks regions, and in the regions of the map blurred by several
 * floors, with median areas and distances of the position from the truth.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/coverage.js [--light closed-form|tables] [--events N] [--reco NAME] [--energy LOW-HIGH] [OPTION=VALUE ...]
 *
 * Light from tables (default): photon tables of the Monte Carlo, tilted layers. closed-form: the product's `simulate`.
 */
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
    light: { type: 'string', default: 'tables' },
    events: { type: 'string', default: '100' },
    reco: { type: 'string', default: 'pandel_mpe' },
    energy: { type: 'string', default: '20000-150000' },
  },
});
const EVENTS = Number(values.events);
const [LOW_GEV, HIGH_GEV] = values.energy.split('-').map(Number) as [number, number];
const settings = Object.fromEntries(positionals.map((text) => text.split('=') as [string, string]));
const NSIDE = 512;
const RADIUS_DEG = 2;
const FLOORS_DEG = [0, 0.1, 0.2];
const DEG = Math.PI / 180;
/** Modules with coincident pulses; alerts have more than a hundred. */
const LEAST_MODULES = 60;

const read = async (path: string): Promise<Uint8Array> => readFile(join('resources', path));
const [detector, ice] = await Promise.all([loadIc86(read), loadIceModel(read)]);
const tables = decodeTables(await read('tables/spice_mie.skylight'), 'spice_mie');
const reco = findReco(values.reco);

/** Event number `stream`: a track that passes within 420 m of the centre, from above the horizon down to straight up. */
function simulated(stream: number): DecodedEvent {
  const random = new Random(20_240_601, stream);
  const zenith = Math.acos(-0.95 + 1.2 * random.uniform());
  const azimuth = 2 * Math.PI * random.uniform();
  const radius = 420 * Math.sqrt(random.uniform());
  const angle = 2 * Math.PI * random.uniform();
  const [a, b] = [radius * Math.cos(angle), radius * Math.sin(angle)];
  const track: SimulationOptions = {
    kind: 'track',
    zenith,
    azimuth,
    x: a * Math.sin(azimuth) - b * Math.cos(zenith) * Math.cos(azimuth),
    y: -a * Math.cos(azimuth) - b * Math.cos(zenith) * Math.sin(azimuth),
    z: b * Math.sin(zenith),
    energyGev: LOW_GEV * Math.exp(Math.log(HIGH_GEV / LOW_GEV) * random.uniform()),
    startTimeUtc: '2024-01-01T00:00:00Z',
    seed: 77,
    stream,
  };
  const light = values.light === 'tables' ? { tables, tilt: ice.tilt } : {};
  return simulateEvent({ detector, isBuiltin: true, ice, ...light }, track).event;
}

interface Answer {
  readonly delta2Llh: number;
  readonly level: number[];
  readonly area50: number[];
  readonly area90: number[];
  readonly distanceDeg: number[];
}

/** Scans around the truth from the inside out; every pixel starts at the truth and at its best neighbour's vertex. */
async function judge(event: DecodedEvent, fitTask: Fit): Promise<Answer> {
  const truth = event.truth!;
  const frame = skyFrame(event.header.mjd);
  const { raRad, decRad } = raDecOf(frame, truth.zenith, truth.azimuth);
  const centre = pixelVector(NSIDE, pixelAt(NSIDE, Math.PI / 2 - decRad, raRad), new Float64Array(3));
  const distance = (pixel: number): number =>
    angularDistance(raRad, decRad, pixelPhi(NSIDE, pixel), Math.PI / 2 - pixelTheta(NSIDE, pixel));
  const pixels = disc(NSIDE, centre, RADIUS_DEG * DEG).sort((a, b) => distance(a) - distance(b));
  const start: Seed = { x: truth.x, y: truth.y, z: truth.z, timeNs: truth.timeNs, energyGev: Number.NaN };
  const fitted = new Map<number, RecoResult>();
  const fitAt = async (zenith: number, azimuth: number, pixel: number, seeds: Seed[]): Promise<RecoResult> =>
    (await fitTask({ nside: NSIDE, pixel, zenith, azimuth, variations: [{ variation: 0, seeds }] }))[0]!;
  for (const pixel of pixels) {
    const { zenith, azimuth } = directionOf(frame, pixelPhi(NSIDE, pixel), Math.PI / 2 - pixelTheta(NSIDE, pixel));
    let best: RecoResult | undefined;
    for (const next of neighbours(NSIDE, pixel)) {
      const there = fitted.get(next);
      if (there !== undefined && !(there.llh >= (best?.llh ?? Number.POSITIVE_INFINITY))) best = there;
    }
    fitted.set(pixel, await fitAt(zenith, azimuth, pixel, best === undefined ? [start] : [start, best]));
  }
  const atTruth = await fitAt(truth.zenith, truth.azimuth, 0, [start, fitted.get(pixels[0]!)!]);
  const llh = pixels.map((pixel) => fitted.get(pixel)!.llh);
  const cells = finestCells([{ nside: NSIDE, pixel: pixels, llh }]);
  const maps = FLOORS_DEG.map((floorDeg) => probabilityMap(cells, { floorDeg }));
  return {
    delta2Llh: 2 * (atTruth.llh - Math.min(...llh)),
    level: maps.map((map) => credibleLevelAt(map, raRad, decRad)),
    area50: maps.map((map) => credibleRegion(map, 0.5).areaDeg2),
    area90: maps.map((map) => credibleRegion(map, 0.9).areaDeg2),
    distanceDeg: maps.map(({ peak }) => angularDistance(raRad, decRad, peak.raRad, peak.decRad) / DEG),
  };
}

const answers: Answer[] = [];
for (let stream = 1; answers.length < EVENTS; stream++) {
  const event = simulated(stream);
  let prepared: Awaited<ReturnType<typeof reco.prepare>>;
  try {
    prepared = await reco.prepare({ event, detector, ice, settings, tables: async () => tables });
  } catch {
    continue; // too little light for a start vertex
  }
  if ((prepared.hlcTimes?.x.length ?? 0) < LEAST_MODULES) continue;
  answers.push(await judge(event, await reco.createFit(prepared)));
}

const share = (values: readonly number[], limit: number): string =>
  `${((100 * values.filter((value) => value < limit).length) / values.length).toFixed(0)} %`;
const median = (values: readonly number[]): string => values.toSorted((a, b) => a - b)[values.length >> 1]!.toFixed(3);
const deltas = answers.map(({ delta2Llh }) => delta2Llh);
console.log(
  `${values.reco} ${positionals.join(' ')}, light: ${values.light}, ${EVENTS} events of ${values.energy} GeV`,
);
console.table([
  { map: 'Wilks', 'in 50 %': share(deltas, 1.386), 'in 90 %': share(deltas, 4.605) },
  ...FLOORS_DEG.map((floor, k) => ({
    map: `blurred by ${floor} deg`,
    'in 50 %': share(
      answers.map(({ level }) => level[k]!),
      0.5,
    ),
    'in 90 %': share(
      answers.map(({ level }) => level[k]!),
      0.9,
    ),
    'distance deg': median(answers.map(({ distanceDeg }) => distanceDeg[k]!)),
    '50 % sq. deg': median(answers.map(({ area50 }) => area50[k]!)),
    '90 % sq. deg': median(answers.map(({ area90 }) => area90[k]!)),
  })),
]);
