/**
 * Where the scanner puts real alerts, against the catalogue: separation of the published position (peak of the blurred
 * map), whether it lies in the catalogue's boxes, areas relative to the catalogue's, and time. Needs the reference data
 * beside the checkout (`../shared`) and a build.
 *
 *     npm run build
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/positions.js [RECO [NSIDE:PIXELS ...]]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { angularDistance } from '../src/sky/index.js';

const DATA = '../shared/data';
const DEG = Math.PI / 180;
const [reco = 'pandel_mpe', ...nsides] = process.argv.slice(2);

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
const rows: Row[] = lines.slice(1).map((cells) => Object.fromEntries(cells.map((cell, i) => [names[i]!, cell])));

function scan(row: Row): Summary {
  const pad = (name: string, digits: number): string => row[name]!.padStart(digits, '0');
  const prefix = `run${pad('run', 8)}-evt${pad('event', 12)}`;
  const file = readdirSync(join(DATA, 'events')).find((name) => name.startsWith(prefix) && name.endsWith('.pkl'));
  if (file === undefined) throw new Error(`no event file for run ${row.run}`);
  const out = mkdtempSync(join(tmpdir(), 'positions-'));
  try {
    const args = ['bin/skymap-scanner', 'scan', '--event-file', join(DATA, 'events', file), '--reco-algo', reco];
    args.push('--real-event', '--output-dir', out, '--quiet', ...(nsides.length > 0 ? ['--nsides', ...nsides] : []));
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const summary = readdirSync(out).find((name) => name.endsWith('.summary.json'));
    if (status !== 0 || summary === undefined) throw new Error(`the scan of run ${row.run} failed: ${stderr}`);
    return JSON.parse(readFileSync(join(out, summary), 'utf8')) as Summary;
  } finally {
    rmSync(out, { recursive: true });
  }
}

const separations: number[] = [];
const table = rows.map((row) => {
  const summary = scan(row);
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
  return {
    alert: row.name,
    'separation deg': separation.toFixed(3),
    'in its 50 %': isInside(50),
    'in its 90 %': isInside(90),
    '50 % area': `${area(0.5).toFixed(3)} (x${(area(0.5) / value('area50')).toFixed(2)})`,
    '90 % area': `${area(0.9).toFixed(3)} (x${(area(0.9) / value('area90')).toFixed(2)})`,
    fits: summary.n_recos,
    'wall s': summary.wall_s.toFixed(0),
  };
});
console.table(table);
separations.sort((a, b) => a - b);
console.log(`${reco}: median separation ${separations[separations.length >> 1]!.toFixed(3)} deg`);
