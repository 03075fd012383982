/**
 * `millipede_original` and `millipede_wilks` on the pixels of nside 1 beside the reference's results: -log L, energies,
 * anchor points; then on the single fits of reco-pixel. And what it costs: a pixel with all variations, one evaluation of
 * the likelihood (CPU milliseconds), memory.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench && ln -sfn ../../resources out/bench/resources
 *     node out/bench/bench/millipede.js [original|wilks] [127907|136662] [name=value ...]
 */
import { readFile } from 'node:fs/promises';
import type { Fit, PreparedEvent, RecoResult, RecoTask } from '../src/reco/index.js';
import { Chain } from '../src/reco/millipede/chain.js';
import { type MillipedeData, segmentLight } from '../src/reco/millipede/index.js';
import { benchOf, DATA, pixelTask, taskOf } from './millipede-tasks.js';

const EVENTS: Record<string, [file: string, result: string]> = {
  '127907': ['hese_event_01.json', 'run00127907.evt000020178442.HESE_1.json'],
  '136662': ['run00136662-evt000035405932-BRONZE.pkl', 'run00136662.evt000035405932.neutrino_1.json'],
};
/** reco-millipede.md 12.1: -log L, energies (GeV), place (m, ns) for directions (radians) that are not today's pixels'. */
const SINGLE: Record<string, [zenith: number, azimuth: number, ...values: number[]]> = {
  'original 136662': [0.8426458, 0.734259, 4400.2575, 8353.148, 8353.148, -50.7055, 453.9024, 183.1457, 31647.4245],
  'wilks 136662': [1.5728862, 1.5183166, 887.3922, 571617.73, 2896953.65, -246.4035, 576.3432, 188.3919, 30385.6943],
  'original 127907': [2.2994302, 0.9475304, 471.8188, 6408.929, 6408.929, -359.932, -197.957, 357.8013, 9964.6875],
  'wilks 127907': [2.3015782, 4.0908617, 127.5162, 5157.643, 5201.421, -371.279, -228.387, 359.6754, 9972.9807],
};

async function compare(kind: string, run: string, settings: Record<string, string>): Promise<void> {
  const [file, result] = EVENTS[run]!;
  const bench = await benchOf(kind, file, settings);
  const { prepared, fitTask } = bench;
  for (const note of prepared.notes) console.log(note);
  const text = await readFile(`${DATA}/reference-results/millipede_${kind}/${result}`, 'utf8');
  const rows: Record<string, string | number>[] = [];
  for (const [pixel, ...want] of JSON.parse(text)['nside-1'].data as number[][]) {
    rows.push(await row(String(pixel), pixelTask(bench, 1, pixel!), fitTask, want));
  }
  const [zenith, azimuth, ...want] = SINGLE[`${kind} ${run}`]!;
  const single = taskOf(prepared, [[0, 0, 0]], 1, 0, zenith, azimuth);
  rows.push(await row('single', single, fitTask, want));
  console.table(rows);
  console.log(evaluationCost(prepared as PreparedEvent<MillipedeData>, single));
  console.log(`${Math.round(process.memoryUsage().rss / 1e6)} MB of memory`);
}

/** Ours and the reference's, as "ours (reference's)". */
async function row(
  name: string,
  task: RecoTask,
  fitTask: Fit,
  want: number[],
): Promise<Record<string, string | number>> {
  const start = process.cpuUsage();
  const results = await fitTask(task);
  const { user, system } = process.cpuUsage(start);
  const best: RecoResult = results.reduce((a, b) => (b.llh < a.llh ? b : a));
  const [llh, eIn, eTot, x, y, z, t] = want as [number, number, number, number, number, number, number];
  // Anchor points may lie anywhere on a line: the reference's point closest to ours.
  const n = [
    -Math.sin(task.zenith) * Math.cos(task.azimuth),
    -Math.sin(task.zenith) * Math.sin(task.azimuth),
    -Math.cos(task.zenith),
  ];
  const d = [best.x - x, best.y - y, best.z - z];
  const along = d.reduce((sum, value, k) => sum + value * n[k]!, 0);
  const across = Math.sqrt(Math.max(0, d.reduce((sum, value) => sum + value * value, 0) - along * along));
  const late = best.timeNs - t - along / 0.299792458;
  return {
    pixel: name,
    '-log L': `${best.llh.toFixed(2)} (${llh.toFixed(2)})`,
    'E in': `${best.eInGev.toPrecision(4)} (${eIn.toPrecision(4)})`,
    'E total': `${best.eTotGev.toPrecision(4)} (${eTot.toPrecision(4)})`,
    anchor: [best.x, best.y, best.z, best.timeNs].map((value) => value.toFixed(0)).join(' '),
    'line off by, m': across.toFixed(1),
    ns: late.toFixed(1),
    'CPU ms': Math.round((user + system) / 1000),
  };
}

/** CPU milliseconds of evaluations like those of the reference's baseline: all segments, response, energies, -log L. */
function evaluationCost({ data, seedVertex }: PreparedEvent<MillipedeData>, { zenith, azimuth }: RecoTask): string {
  const { settings, rows } = data;
  const stored = settings.alpha === null ? rows.lit : rows.charge.length;
  const chain = new Chain(rows, segmentLight(data, stored), settings);
  chain.setDirection(zenith, azimuth);
  const { x, y, z, timeNs } = seedVertex;
  const lines = [5, 2.5].map((spacingM) => {
    const ms = [false, true].map((isWarm) => {
      const times = Array.from({ length: 25 }, (_, i) => {
        const start = process.cpuUsage();
        chain.full(x + 0.3 * i, y, z, timeNs, spacingM, isWarm, 1e-4);
        const { user, system } = process.cpuUsage(start);
        return (user + system) / 1000;
      });
      return times.sort((a, b) => a - b)[12]!.toFixed(1);
    });
    return `${chain.problem.sources} segments: ${ms[0]} ms cold, ${ms[1]} ms from energies close by`;
  });
  return `an evaluation with all segments (median): ${lines.join('; ')}`;
}

const [kind = 'original', run = '136662', ...options] = process.argv.slice(2);
await compare(kind, run, Object.fromEntries(options.map((text) => text.split('='))));
