/** Small scans through the built command: an event of known truth, directories of their own, what the files say. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadIc86 } from '../../src/detector/index.js';
import { writeOpenEvent } from '../../src/event/index.js';
import { loadIceModel } from '../../src/light/index.js';
import { readResource } from '../../src/node/files/resources.js';
import { readNpz, type ScanResult } from '../../src/result/index.js';
import { simulateEvent } from '../../src/simulate/index.js';
import {
  type CommandOptions,
  type CommandResult,
  ensureBuilt,
  runCommand,
  temporaryDirectory,
} from '../support/command.js';

export const STEM = 'run00000001.evt000000000007.track';
/** 12 pixels, then 48 and more: small, with three levels and a refinement. */
export const NSIDES = ['1:0', '2:12', '4:12'] as const;

/** Builds if need be and writes a simulated track as an event file. */
export async function simulatedEvent(): Promise<string> {
  ensureBuilt();
  const [detector, ice] = await Promise.all([loadIc86(readResource), loadIceModel(readResource)]);
  const { event } = simulateEvent(
    { detector, ice, isBuiltin: true },
    {
      kind: 'track',
      zenith: 1.4,
      azimuth: 0.8,
      x: 20,
      y: -30,
      z: 40,
      energyGev: 50_000,
      startTimeUtc: '2024-01-01T00:00:00Z',
      seed: 3,
      stream: 7,
      runId: 1,
      eventId: 7,
      electronics: {},
    },
  );
  const path = join(temporaryDirectory(), 'event.json');
  writeFileSync(path, writeOpenEvent(event));
  return path;
}

export interface Scan extends CommandResult {
  readonly directory: string;
}

/** Runs `scan` on an event; the default is the reco `dummy` with two workers, and no pictures unless `--pictures`. */
export async function scan(
  eventFile: string,
  args: readonly string[] = [],
  options: CommandOptions & { directory?: string } = {},
): Promise<Scan> {
  const directory = options.directory ?? temporaryDirectory();
  const hasReco = args.some((word) => /^--reco-(algo|module|command)$/.test(word));
  const words = ['scan', '--event-file', eventFile, '--output-dir', directory, ...args];
  if (!hasReco) words.push('--reco-algo', 'dummy');
  if (!args.includes('--pictures')) words.push('--no-pictures');
  else words.splice(words.indexOf('--pictures'), 1);
  if (!args.includes('--workers')) words.push('--workers', '2');
  if (!args.includes('--nsides')) words.push('--nsides', ...NSIDES);
  return { directory, ...(await runCommand(words, options)) };
}

/** Files of a directory but for the cache, sorted. */
export function filesOf(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name !== 'cache')
    .sort();
}

export function bytesOf(directory: string, name: string): string {
  return readFileSync(join(directory, name)).toString('hex');
}

export function mapOf(directory: string, name = `${STEM}_1_2_4.npz`): ScanResult {
  return readNpz(readFileSync(join(directory, name)));
}

/** Path of the one journal of a scan's cache, or null. */
export function journalOf(directory: string, stem: string = STEM): string | null {
  const folder = join(directory, 'cache', stem);
  try {
    const name = readdirSync(folder).find((entry) => entry.endsWith('.journal'));
    return name === undefined ? null : join(folder, name);
  } catch {
    return null;
  }
}

/** A reco module whose fit has this body; it may use `task` and `ok`, the results of a fit that went well. */
export function writeModule(
  fitBody: string,
  { prepare = '', createFit = '', top = '' }: { prepare?: string; createFit?: string; top?: string } = {},
): string {
  const path = join(temporaryDirectory(), 'reco.mjs');
  writeFileSync(
    path,
    `${top}
export default {
  name: 'mine', about: 'a test', variations: [[0, 0, 0]], taskUnit: 'variation',
  rotatesVertex: false, refinesTime: false, addsFallbackSeed: false,
  prepare() {
    ${prepare}
    return { seedVertex: { x: 0, y: 0, z: 0, timeNs: 0 }, hlcTimes: null, data: {}, notes: [] };
  },
  createFit() {
    ${createFit}
    return (task) => {
      const { nside, pixel } = task;
      const ok = task.variations.map(({ variation }) => ({
        nside, pixel, variation, llh: 100 + ((pixel * 7) % 12), x: 0, y: 0, z: 0, timeNs: 0, eInGev: NaN, eTotGev: NaN, energyGev: NaN,
      }));
      ${fitBody}
      return ok;
    };
  },
};
`,
  );
  return path;
}
