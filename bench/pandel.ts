/**
 * Speed of `pandel_mpe` on one core: likelihood evaluations (with gradient), nanoseconds a module and evaluation, and
 * pixels, starts and evaluations of whole fits, on simulated tracks of three energies. CPU time, because other programs
 * use a machine, too.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/pandel.js
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadIc86 } from '../src/detector/index.js';
import { loadIceModel } from '../src/light/index.js';
import { refineSeedTime, rotateIntoTrack } from '../src/prepare/index.js';
import type { RecoTask } from '../src/reco/index.js';
import { pandelMpe } from '../src/reco/pandel-mpe/index.js';
import { PandelMpeLikelihood } from '../src/reco/pandel-mpe/likelihood.js';
import { simulateEvent } from '../src/simulate/index.js';
import { pixelPhi, pixelTheta } from '../src/sky/index.js';

const NSIDE = 8;
/** Every seventh pixel of the sky. */
const STRIDE = 7;
const EVALUATIONS = 20_000;

const read = async (path: string): Promise<Uint8Array> => readFile(join('resources', path));
const [detector, ice] = await Promise.all([loadIc86(read), loadIceModel(read)]);

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

let evaluations = 0;
/** Counts; everything else is the likelihood as it is. */
const plain = PandelMpeLikelihood.prototype.evaluate;

async function measure(energyGev: number): Promise<Record<string, string | number>> {
  const { event } = simulateEvent(
    { detector, isBuiltin: true, ice },
    {
      kind: 'track',
      energyGev,
      zenith: 1.5,
      azimuth: 1,
      x: 60,
      y: 40,
      z: -300,
      startTimeUtc: '2024-01-01T00:00:00Z',
      seed: 4,
    },
  );
  const prepared = await pandelMpe.prepare({ event, detector, ice, settings: {} });
  const { data, seedVertex, hlcTimes } = prepared;
  const modules = data.hits.timeNs.length;

  const likelihood = new PandelMpeLikelihood(data.hits, ice, data.settings);
  likelihood.setDirection(1.5, 1);
  const place = likelihood.toParameters(60, 40, -300, event.truth!.timeNs);
  const gradient = new Float64Array(3);
  const run = (): void => {
    for (let i = 0; i < EVALUATIONS; i++) {
      place[0]! += 1e-4;
      likelihood.evaluate(place, gradient);
    }
  };
  run();
  const perEvaluation = cpuSeconds(run) / EVALUATIONS;

  const tasks: RecoTask[] = [];
  for (let pixel = 0; pixel < 12 * NSIDE * NSIDE; pixel += STRIDE) {
    const zenith = pixelTheta(NSIDE, pixel);
    const azimuth = pixelPhi(NSIDE, pixel);
    const variations = pandelMpe.variations.map((offset, variation) => {
      const [dx, dy, dz] = rotateIntoTrack(offset, zenith, azimuth);
      const [x, y, z] = [seedVertex.x + dx, seedVertex.y + dy, seedVertex.z + dz];
      const timeNs = refineSeedTime(hlcTimes!, x, y, z, zenith, azimuth, seedVertex.timeNs);
      return { variation, seeds: [{ x, y, z, timeNs, energyGev: Number.NaN }] };
    });
    tasks.push({ nside: NSIDE, pixel, zenith, azimuth, variations });
  }
  const fitTask = await pandelMpe.createFit(prepared);
  for (const task of tasks.slice(0, 20)) void fitTask(task);
  evaluations = 0;
  const seconds = cpuSeconds(() => {
    for (const task of tasks) void fitTask(task);
  });
  const starts = tasks.length * pandelMpe.variations.length;
  return {
    GeV: energyGev,
    modules,
    'evaluations/s': Math.round(1 / perEvaluation),
    'ns/module': Math.round((perEvaluation / modules) * 1e9),
    'evaluations/start': (evaluations / starts).toFixed(1),
    'starts/s': Math.round(starts / seconds),
    'pixels/s': (tasks.length / seconds).toFixed(1),
  };
}

PandelMpeLikelihood.prototype.evaluate = function counted(parameters, gradient): number {
  evaluations++;
  return plain.call(this, parameters, gradient);
};
const rows: Record<string, string | number>[] = [];
for (const energyGev of [2e4, 6e4, 2e5]) rows.push(await measure(energyGev));
console.table(rows);
