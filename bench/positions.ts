/**
 * Where the scanner puts real alerts, against the catalogue: separation of the published position (peak of the blurred
 * map), whether it lies in the catalogue's boxes, areas relative to the catalogue's, those by Wilks' levels on the map as it
 * is, 2 delta llh at the catalogue's position, and time. Needs the reference data beside the checkout (`../shared`) and a
 * build.
 *
 *     npm run build
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/positions.js [--algo RECO] [--option NAME=VALUE ...] [--run RUN ...] [NSIDE:PIXELS ...]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bestFit, readNpz, type ScanResult, scannedPixelAt } from '../src/result/index.js';
import { angularDistance, finestCells, WILKS_50, WILKS_90, wilksRegion } from '../src/sky/index.js';

const DATA = '../shared/data';
const DEG = Math.PI / 180;
const { values: given, positionals: nsides } = parseArgs({
  allowPositionals: true,
  options: {
    algo: { type: 'string', default: 'pandel_mpe' },
    option: { type: 'string', multiple: true, default: [] },
    run: { type: 'string', multiple: true, default: [] },
  },
});

interface Summary {
  readonly wall_s: number;
  readonly n_recos: number;
  readonly peak: { readonly ra_deg: number; readonly dec_deg: number };
  readonly regions: readonly { readonly level: number; readonly area_deg2: number }[];
}

/** One alert of the catalogue, columns by name. */
type Row = Readonly<Record<string, string>>;

const lines = readFileSync(join(DATA, 'icecat.csv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(','));
const names = lines[0]!;
const rows: Row[] = lines
  .slice(1)
  .map((cells) => Object.fromEntries(cells.map((cell, i) => [names[i]!, cell])))
  .filter(({ run }) => given.run.length === 0 || given.run.includes(run!));

function scan(row: Row): { summary: Summary; result: ScanResult } {
  const pad = (name: string, digits: number): string => row[name]!.padStart(digits, '0');
  const prefix = `run${pad('run', 8)}-evt${pad('event', 12)}`;
  const file = readdirSync(join(DATA, 'events')).find((name) => name.startsWith(prefix) && name.endsWith('.pkl'));
  if (file === undefined) throw new Error(`no event file for run ${row.run}`);
  const out = mkdtempSync(join(tmpdir(), 'positions-'));
  try {
    const args = ['bin/skymap-scanner', 'scan', '--event-file', join(DATA, 'events', file), '--reco-algo', given.algo];
    args.push(...given.option.flatMap((option) => ['--reco-option', option]));
    args.push('--real-event', '--output-dir', out, '--quiet', ...(nsides.length > 0 ? ['--nsides', ...nsides] : []));
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const [summary, npz] = ['.summary.json', '.npz'].map((end) => readdirSync(out).find((name) => name.endsWith(end)));
    if (status !== 0 || summary === undefined || npz === undefined)
      throw new Error(`the scan of run ${row.run} failed: ${stderr}`);
    return {
      summary: JSON.parse(readFileSync(join(out, summary), 'utf8')) as Summary,
      result: readNpz(new Uint8Array(readFileSync(join(out, npz))), npz),
    };
  } finally {
    rmSync(out, { recursive: true });
  }
}

const separations: number[] = [];
const table = rows.map((row) => {
  const { summary, result } = scan(row);
  const { ra_deg: ra, dec_deg: dec } = summary.peak;
  const value = (name: string): number => Number(row[name]);
  const dRa = ((((ra - value('ra2') + 180) % 360) + 360) % 360) - 180;
  const dDec = dec - value('dec2');
  const isInside = (level: number): boolean =>
    dRa >= -value(`ra${level}m`) &&
    dRa <= value(`ra${level}p`) &&
    dDec >= -value(`dec${level}m`) &&
    dDec <= value(`dec${level}p`);
  const area = (level: number): number => summary.regions.find((region) => region.level === level)!.area_deg2;
  const separation = angularDistance(ra * DEG, dec * DEG, value('ra2') * DEG, value('dec2') * DEG) / DEG;
  separations.push(separation);
  const cells = finestCells(result.maps);
  const plain = (delta2Llh: number): string => wilksRegion(cells, delta2Llh).areaDeg2.toFixed(3);
  const there = scannedPixelAt(result, value('ra2') * DEG, value('dec2') * DEG)?.llh ?? Number.NaN;
  return {
    alert: row.name,
    'separation deg': separation.toFixed(3),
    'in its 50 %': isInside(50),
    'in its 90 %': isInside(90),
    '50 % area': `${area(0.5).toFixed(3)} (x${(area(0.5) / value('area50')).toFixed(2)})`,
    '90 % area': `${area(0.9).toFixed(3)} (x${(area(0.9) / value('area90')).toFixed(2)})`,
    'plain, Wilks': `${plain(WILKS_50)}, ${plain(WILKS_90)}`,
    "2 delta llh at the catalogue's": (2 * (there - bestFit(result)!.llh)).toFixed(2),
    fits: summary.n_recos,
    'wall s': summary.wall_s.toFixed(0),
  };
});
console.table(table);
separations.sort((a, b) => a - b);
console.log(
  `${[given.algo, ...given.option].join(' ')}: median separation ${separations[separations.length >> 1]!.toFixed(3)} deg`,
);
