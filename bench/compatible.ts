/**
 * The default fits of millipede beside those that follow the reference step by step (`compatible=yes`), with the same light
 * and from the same starts: -log L of the best variation of every pixel, default less compatible, and CPU seconds.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench && ln -sfn ../../resources out/bench/resources
 *     node out/bench/bench/compatible.js original|wilks EVENT [NSIDE [PIXEL ...]]
 *
 * EVENT: a file of ../shared/data/events. All pixels of nside 1 unless others are named; `FROM:STEP` names every STEP-th.
 */
import type { RecoResult } from '../src/reco/index.js';
import { type Bench, benchOf, pixelTask } from './millipede-tasks.js';

const [kind = 'original', file = 'run00136662-evt000035405932-BRONZE.pkl', side = '1', ...named] =
  process.argv.slice(2);
const nside = Number(side);
const count = 12 * nside * nside;
const pixels = (named.length > 0 ? named : ['0:1']).flatMap((text) => {
  const [from, step = count] = text.split(':').map(Number) as [number, number?];
  return Array.from({ length: Math.ceil((count - from) / step) }, (_, k) => from + k * step);
});

async function best(bench: Bench, pixel: number): Promise<{ llh: number; cpuS: number }> {
  const start = process.cpuUsage();
  const results: RecoResult[] = await bench.fitTask(pixelTask(bench, nside, pixel));
  const { user, system } = process.cpuUsage(start);
  return { llh: Math.min(...results.map(({ llh }) => llh).filter(Number.isFinite)), cpuS: (user + system) / 1e6 };
}

const ours = await benchOf(kind, file, {});
const theirs = await benchOf(kind, file, { compatible: 'yes' });
const differences: number[] = [];
for (const pixel of pixels) {
  const [own, want] = [await best(ours, pixel), await best(theirs, pixel)];
  differences.push(own.llh - want.llh);
  console.log(
    `${kind} ${file} nside ${nside} pixel ${pixel}: ${own.llh.toFixed(2)} less ${want.llh.toFixed(2)} is ` +
      `${differences.at(-1)!.toFixed(2)}; ${own.cpuS.toFixed(1)} and ${want.cpuS.toFixed(1)} s`,
  );
}
const above = (limit: number): number => differences.filter((difference) => difference > limit).length;
console.log(`${differences.length} pixels: ${above(0.1)} more than 0.1 above, ${above(1)} more than 1`);
