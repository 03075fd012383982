/**
 * Time and evaluations of a whole scan on one core, by nside: the scan's own state machine in one thread, without a
 * broker. CPU time, because other programs use a machine, too.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/scans.js --reco NAME EVENT-FILE [NSIDE:PIXELS ...]
 *
 * --stride N fits only every Nth pixel of the first nside (the others are given up), --maps FILE keeps the maps as JSON.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadIc86 } from '../src/detector/index.js';
import { decodeEvent } from '../src/event/index.js';
import { decodeTables, loadIceModel } from '../src/light/index.js';
import { findReco, type RecoResult } from '../src/reco/index.js';
import { PandelMpeLikelihood } from '../src/reco/pandel-mpe/likelihood.js';
import { SplineMpeLikelihood } from '../src/reco/splinempe/likelihood.js';
import { TableLikelihood } from '../src/reco/splinempe/table-likelihood.js';
import { parseProgression } from '../src/scan/index.js';
import { stateOf } from '../src/scan/setup.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reco: { type: 'string', default: 'splinempe' },
    stride: { type: 'string', default: '1' },
    maps: { type: 'string' },
    option: { type: 'string', multiple: true, default: [] },
  },
});
const [file, ...nsides] = positionals as [string, ...string[]];
const stride = Number(values.stride);

let evaluations = 0;
/** Counts; everything else is the likelihood as it is. */
function count(prototype: { evaluate(...places: never[]): number }): void {
  const { evaluate } = prototype;
  prototype.evaluate = function counted(...places: never[]): number {
    evaluations++;
    return evaluate.apply(this, places);
  };
}
count(PandelMpeLikelihood.prototype);
count(SplineMpeLikelihood.prototype);
count(TableLikelihood.prototype);

const read = async (path: string): Promise<Uint8Array> => readFile(join('resources', path));
const [detector, ice] = await Promise.all([loadIc86(read), loadIceModel(read)]);
const reco = findReco(values.reco);
const event = decodeEvent(new Uint8Array(readFileSync(file)), file);
const prepared = await reco.prepare({
  event,
  detector,
  ice,
  settings: Object.fromEntries(values.option.map((text) => text.split('=') as [string, string])),
  tables: async () => decodeTables(await read('tables/spice_mie.skylight'), 'spice_mie'),
});
for (const note of prepared.notes) console.log(note);
const { runId, eventId, eventType, mjd } = event.header;
const progression = parseProgression(nsides.length > 0 ? nsides : ['8:0', '64:12', '512:24']);
const state = stateOf(
  {
    metadata: { runId, eventId, eventType, mjd, isRealEvent: true },
    reco,
    pointing: null,
    seedVertex: prepared.seedVertex,
    hlcTimes: prepared.hlcTimes,
    progression,
    threshold: 1,
  },
  null,
);

interface Tally {
  pixels: number;
  fits: number;
  evaluations: number;
  cpuS: number;
}
const fitTask = await reco.createFit(prepared);
const tallies = new Map<number, Tally>();
const results: RecoResult[] = [];
const startedMs = performance.now();
state.begin();
while (!state.isFinished) {
  for (const task of state.nextTasks(500).tasks) {
    const { nside, pixel, variations } = task;
    const where = { nside, pixel, runtimeS: 0 };
    if (nside === progression[0]!.nside && pixel % stride !== 0) {
      const numbers = variations.map(({ variation }) => variation);
      state.arrive({ ...where, status: 'failed', variations: numbers, reasons: ['left out'] });
      continue;
    }
    const tally = tallies.get(nside) ?? { pixels: 0, fits: 0, evaluations: 0, cpuS: 0 };
    tallies.set(nside, tally);
    evaluations = 0;
    const before = process.cpuUsage();
    const fitted = await fitTask(task);
    const { user, system } = process.cpuUsage(before);
    tally.pixels++;
    tally.fits += variations.length;
    tally.evaluations += evaluations;
    tally.cpuS += (user + system) / 1e6;
    results.push(...fitted);
    state.arrive({ ...where, status: 'done', results: fitted });
  }
}
const wallS = (performance.now() - startedMs) / 1000;
const total = [...tallies.values()].reduce((sum, tally) => ({
  pixels: sum.pixels + tally.pixels,
  fits: sum.fits + tally.fits,
  evaluations: sum.evaluations + tally.evaluations,
  cpuS: sum.cpuS + tally.cpuS,
}));
console.table(
  [...tallies, ['all', total] as const].map(([nside, tally]) => ({
    nside,
    pixels: tally.pixels,
    fits: tally.fits,
    evaluations: tally.evaluations,
    'evaluations a pixel': (tally.evaluations / tally.pixels).toFixed(0),
    'us an evaluation': ((1e6 * tally.cpuS) / tally.evaluations).toFixed(0),
    'ms a pixel': ((1e3 * tally.cpuS) / tally.pixels).toFixed(1),
    'CPU s': tally.cpuS.toFixed(1),
  })),
);
const { minimum } = state.finished;
console.log(
  `minimum ${minimum?.llh.toFixed(3)} at nside ${minimum?.nside} pixel ${minimum?.pixel}; wall ${wallS.toFixed(1)} s`,
);
if (values.maps !== undefined) writeFileSync(values.maps, JSON.stringify(results));
