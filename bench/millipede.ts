/**
 * `millipede_original` and `millipede_wilks` on the pixels of nside 1 beside the reference's results: -log L, energies,
 * anchor points, and the time a pixel takes.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/millipede.js [original|wilks] [127907|136662] [name=value ...]
 */
import { readFile } from 'node:fs/promises';
import { loadIceModel } from '../src/light/index.js';
import { loadEvent } from '../src/node/load-event.js';
import { readResource } from '../src/node/resources.js';
import { refineSeedTime } from '../src/prepare/index.js';
import { findReco, type PreparedEvent, type RecoTask } from '../src/reco/index.js';
import { counts } from '../src/reco/millipede/fit.js';
import { directionOf, pixelPhi, pixelTheta, skyFrame } from '../src/sky/index.js';
import { prototypeTables } from '../tests/light/table/prototype.js';
import { sharedPath } from '../tests/support/shared.js';

const EVENTS: Record<string, [file: string, result: string]> = {
  '127907': ['hese_event_01.json', 'run00127907.evt000020178442.HESE_1.json'],
  '136662': ['run00136662-evt000035405932-BRONZE.pkl', 'run00136662.evt000035405932.neutrino_1.json'],
};

async function compare(kind: string, run: string, settings: Record<string, string>): Promise<void> {
  const [file, result] = EVENTS[run]!;
  const { event, detector } = await loadEvent(sharedPath(`data/events/${file}`), {});
  const reco = findReco(`millipede_${kind}`);
  const ice = await loadIceModel(readResource, 'spice_mie');
  const tables = prototypeTables();
  const cascade = { ...tables.cascade, domEfficiency: 0.99 };
  const prepared: PreparedEvent = await reco.prepare({
    event,
    detector,
    ice,
    settings,
    tables: async () => ({ ...tables, cascade }),
  });
  for (const note of prepared.notes) console.log(note);
  const fitTask = await reco.createFit(prepared);
  const frame = skyFrame(event.header.mjd);
  const reference = JSON.parse(
    await readFile(sharedPath(`data/reference-results/millipede_${kind}/${result}`), 'utf8'),
  );
  console.log(
    'pixel      llh (reference)      E_in (reference)      E_tot (reference)       x, y, z, t (reference)      ms',
  );
  for (const [pixel, llh, eIn, eTot, x, y, z, t] of reference['nside-1'].data as number[][]) {
    const { zenith, azimuth } = directionOf(frame, pixelPhi(1, pixel!), Math.PI / 2 - pixelTheta(1, pixel!));
    const v = prepared.seedVertex;
    const variations = reco.variations.map(([dx, dy, dz], variation) => {
      const seed = { x: v.x + dx, y: v.y + dy, z: v.z + dz, timeNs: v.timeNs, energyGev: Number.NaN };
      if (prepared.hlcTimes !== null) {
        seed.timeNs = refineSeedTime(prepared.hlcTimes, seed.x, seed.y, seed.z, zenith, azimuth, seed.timeNs);
      }
      return { variation, seeds: [seed] };
    });
    const task: RecoTask = { nside: 1, pixel: pixel!, zenith, azimuth, variations };
    const start = process.cpuUsage();
    const before = { ...counts };
    const results = await fitTask(task);
    const ms = process.cpuUsage(start).user / 1000;
    const best = results.reduce((a, b) => (b.llh < a.llh ? b : a));
    const list = (values: number[]): string => values.map((value) => value.toFixed(0)).join(' ');
    console.log(
      `${String(pixel).padStart(2)} ${best.llh.toFixed(2)} (${llh!.toFixed(2)}) ${(best.llh - llh!).toFixed(2)}   ${best.eInGev.toFixed(0)} (${eIn!.toFixed(0)})   ${best.eTotGev.toExponential(3)} (${eTot!.toExponential(3)})   ${list([best.x, best.y, best.z, best.timeNs])} (${list([x!, y!, z!, t!])}) ${ms.toFixed(0)} ms`,
      results.map((r) => r.llh.toFixed(2)).join(' '),
      counts.evaluations - before.evaluations,
      counts.surveys - before.surveys,
      counts.derivatives - before.derivatives,
      counts.glances - before.glances,
    );
  }
}

const [kind = 'original', run = '136662', ...options] = process.argv.slice(2);
await compare(kind, run, Object.fromEntries(options.map((text) => text.split('='))));
