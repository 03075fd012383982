/**
 * The default fits of millipede beside those that follow the reference step by step (`compatible=yes`), with the same light
 * and from the same starts: -log L of the best variation of every pixel, default less compatible, and CPU seconds.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench && ln -sfn ../../resources out/bench/resources
 *     node out/bench/bench/compatible.js original|wilks EVENT [--nside N] [--keep FILE] [PIXEL ...]
 *     node out/bench/bench/compatible.js original|wilks EVENT --scan RESULT [--within LLH] [--every N] ...
 *
 * EVENT: a file of ../shared/data/events. All pixels of nside 1 unless others are named; `FROM:STEP` names every STEP-th.
 * --scan: compare pixels of a finished scan of that event instead of fitting them, whatever its restarts made of them; those
 * not further above its minimum than --within, of these every --every-th. Compatible fits of pixels that are not of the
 * coarsest nside start where the scan's coarser pixels ended.
 * --moved: instead of ours, compatible fits whose starts lie so many metres aside: how far the reference's way is from itself.
 * --keep: a file with compatible fits, one a line; those not in it are fitted and added. They are kept by pixel: of finer
 * nsides, whose starts a scan decides, one file a scan.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadResult } from '../src/node/files/load-result.js';
import type { CoarserFit } from '../src/scan/seeds.js';
import { ancestor } from '../src/sky/index.js';
import { type Bench, benchOf, pixelTask } from './millipede-tasks.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    nside: { type: 'string', default: '1' },
    scan: { type: 'string' },
    within: { type: 'string', default: 'Infinity' },
    every: { type: 'string', default: '1' },
    moved: { type: 'string' },
    keep: { type: 'string' },
  },
});
const [kind = 'original', file = 'run00136662-evt000035405932-BRONZE.pkl', ...named] = positionals;
const nside = Number(values.nside);
const maps = values.scan === undefined ? [] : (await loadResult(values.scan)).maps;
const map = maps.find((each) => each.nside === nside);
const coarserMap = maps.filter((each) => each.nside < nside).at(-1);
const lowest = map === undefined ? Number.NaN : Math.min(...map.llh.filter(Number.isFinite));
/** Upper ends of ranges of -log L above the scan's minimum. */
const RANGES = [10, 35, Number.POSITIVE_INFINITY];

interface Found {
  readonly llh: number;
  readonly cpuS: number;
}

function pixels(): number[] {
  const count = 12 * nside * nside;
  if (map !== undefined && named.length === 0) {
    const isNear = (i: number): boolean => map.llh[i]! <= lowest + Number(values.within);
    return [...map.pixel].filter((_, i) => isNear(i)).filter((_, k) => k % Number(values.every) === 0);
  }
  return (named.length > 0 ? named : ['0:1']).flatMap((text) => {
    const [from, step = count] = text.split(':').map(Number) as [number, number?];
    return Array.from({ length: Math.ceil((count - from) / step) }, (_, k) => from + k * step);
  });
}

/** Where a scan's fit of a pixel starts: where that of the coarser one around it ended; null for the event's own vertex. */
function startOf(pixel: number): CoarserFit | null {
  if (coarserMap === undefined) return null;
  const i = coarserMap.pixel.indexOf(ancestor(nside, pixel, coarserMap.nside));
  const { x, y, z, t, eIn } = coarserMap;
  return { x: x[i]!, y: y[i]!, z: z[i]!, timeNs: t[i]!, energyGev: eIn[i]! };
}

async function best(bench: Bench, pixel: number, movedM = 0): Promise<Found> {
  const start = process.cpuUsage();
  const task = pixelTask(bench, nside, pixel, startOf(pixel));
  const variations = task.variations.map((each) => ({
    ...each,
    seeds: each.seeds.map((seed) => ({ ...seed, x: seed.x + movedM })),
  }));
  const results = await bench.fitTask({ ...task, variations });
  const { user, system } = process.cpuUsage(start);
  return { llh: Math.min(...results.map(({ llh }) => llh).filter(Number.isFinite)), cpuS: (user + system) / 1e6 };
}

/** Fits of a kind, those of the kept file first. */
async function compatibleFits(keep: string | undefined): Promise<(pixel: number) => Promise<Found>> {
  const bench = await benchOf(kind, file, { compatible: 'yes' });
  const keyOf = (pixel: number): string => [kind, file, nside, pixel].join(' ');
  const lines = keep !== undefined && existsSync(keep) ? readFileSync(keep, 'utf8').split('\n').filter(Boolean) : [];
  const known = new Map(lines.map((line) => JSON.parse(line) as [string, Found]));
  return async (pixel) => {
    const before = known.get(keyOf(pixel));
    if (before !== undefined) return before;
    const found = await best(bench, pixel);
    if (keep !== undefined) appendFileSync(keep, `${JSON.stringify([keyOf(pixel), found])}\n`);
    return found;
  };
}

/** Fits of ours, or what a scan found, or compatible ones from moved starts. */
async function ourFits(): Promise<(pixel: number) => Promise<Found>> {
  if (values.moved !== undefined) {
    const bench = await benchOf(kind, file, { compatible: 'yes' });
    return (pixel) => best(bench, pixel, Number(values.moved));
  }
  if (map === undefined) {
    const bench = await benchOf(kind, file, {});
    return (pixel) => best(bench, pixel);
  }
  return async (pixel) => ({ llh: map.llh[map.pixel.indexOf(pixel)] ?? Number.NaN, cpuS: Number.NaN });
}

if (values.scan !== undefined && map === undefined) throw new Error(`${values.scan} has no pixels of nside ${nside}.`);
const ours = await ourFits();
const theirs = await compatibleFits(values.keep);
const found: { difference: number; above: number }[] = [];
for (const pixel of pixels()) {
  const [own, want] = [await ours(pixel), await theirs(pixel)];
  const difference = own.llh - want.llh;
  found.push({ difference, above: Math.max(0, Math.min(own.llh, want.llh) - lowest) });
  console.log(
    `${kind} ${file} nside ${nside} pixel ${pixel}: ${own.llh.toFixed(2)} less ${want.llh.toFixed(2)} is ` +
      `${difference.toFixed(2)}; ${own.cpuS.toFixed(1)} and ${want.cpuS.toFixed(1)} s`,
  );
}
const summary = (which: typeof found): string => {
  const beyond = (limit: number): number => which.filter(({ difference }) => difference > limit).length;
  const extremes = which.map(({ difference }) => difference).sort((a, b) => a - b);
  const below = extremes.filter((difference) => difference < -0.1).length;
  const [first, middle, last] = [0, extremes.length >> 1, extremes.length - 1].map((i) => extremes[i]?.toFixed(2));
  const above = `${beyond(0.1)} more than 0.1 above, ${beyond(1)} more than 1, ${below} more than 0.1 below`;
  return `${which.length} pixels: ${above} (${first} to ${last}, median ${middle})`;
};
console.log(summary(found));
if (values.scan !== undefined) {
  for (const [k, end] of RANGES.entries()) {
    const from = RANGES[k - 1] ?? 0;
    console.log(
      `${from} to ${end} above the minimum: ${summary(found.filter(({ above }) => above >= from && above < end))}`,
    );
  }
}
