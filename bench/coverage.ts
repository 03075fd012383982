/**
 * How often regions contain the truth: simulated muons or cascades, each fitted in the pixels around its truth. Prints the
 * share of events in the plain 50 % and 90 % Wilks regions and in those of the map blurred by several floors, with median
 * areas, the distance of the position from the truth, and which thresholds in 2 delta llh would contain exactly as many.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/coverage.js [--kind track|cascade] [--reco NAME] [--events N] [--from N] [--seconds N]
 *         [--energy LOW-HIGH] [--light tables|closed-form] [--floors DEG,...] [--keep FILE] [OPTION=VALUE ...]
 *     node out/bench/bench/coverage.js --report [--floors DEG,...] FILE...
 *
 * --keep adds one line of JSON an event to a file, its map included, so that a long run can be made in pieces (--from: first
 * number of an event; --seconds: stop after), which --report sums up.
 *
 * What is simpler than in life and in a scan:
 * - Light comes from the photon tables of the Monte Carlo in tilted layers (default), for muons and cascades alike: the very
 *   tables that the likelihood reads. What tables do not know of ice is not measured. Cascades are electromagnetic, and have
 *   a length; modules never saturate.
 * - Scans start at the pixel and the vertex of the truth and go on from pixel to pixel, each from its best neighbour's
 *   vertex. A scan of the whole sky has to find that place itself.
 * - Fits do not look around as a scan's first ones do, but for those at the truth and at the best coarse pixel.
 * - Pixels are made finer, twice or four times, until the Wilks 90 % region has about 14 or more (their centres make up a
 *   map; the likelihood of the truth is fitted at its very direction). Growth ends at 2 delta llh of 5, and what is beyond
 *   that and its neighbours counts as excluded.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadIc86 } from '../src/detector/index.js';
import type { DecodedEvent } from '../src/event/index.js';
import { decodeTables, loadIceModel } from '../src/light/index.js';
import { findReco } from '../src/reco/index.js';
import { type SimulationOptions, simulateEvent } from '../src/simulate/index.js';
import { Random } from '../src/simulate/random.js';
import { raDecOf, skyFrame } from '../src/sky/index.js';
import { mapAroundTruth } from './coverage-map.js';
import { type Answer, printReport } from './coverage-report.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kind: { type: 'string', default: 'track' },
    light: { type: 'string', default: 'tables' },
    events: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '1e9' },
    reco: { type: 'string', default: 'pandel_mpe' },
    energy: { type: 'string' },
    floors: { type: 'string', default: '0,0.1,0.2' },
    keep: { type: 'string' },
    report: { type: 'boolean', default: false },
  },
});
/** The coarsest pixels that are tried, and energies as alerts have them (GeV). */
const SCALE = {
  track: { nside: 64, energy: '20000-150000' },
  cascade: { nside: 8, energy: '30000-300000' },
}[values.kind as 'track' | 'cascade'];
const [LOW_GEV, HIGH_GEV] = (values.energy ?? SCALE.energy).split('-').map(Number) as [number, number];
/** The finest pixels of a scan. */
const LAST_NSIDE = 512;
/** Modules with coincident pulses; alerts have more than a hundred. */
const LEAST_MODULES = 60;

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
    const { header, truth } = event;
    const eventMs = performance.now();
    const { best, ...map } = await mapAroundTruth(event, await reco.createFit(prepared), SCALE.nside, LAST_NSIDE);
    const answer: Answer = {
      event: stream,
      energyGev: thrown.energyGev,
      ...raDecOf(skyFrame(header.mjd), truth!.zenith, truth!.azimuth),
      ...map,
      seconds: (performance.now() - eventMs) / 1000,
      eInGev: best.eInGev,
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

console.log(
  values.report
    ? positionals.join(' ')
    : `${values.reco} ${positionals.join(' ')}, ${values.kind}s, light: ${values.light}`,
);
printReport(answers, values.floors.split(',').map(Number));
