/**
 * The scans whose results lie in a directory or in directories right below it, each with its files. Links are not followed:
 * what is found is what lies there.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readResult, readSummary, type ScanResult, type ScanSummary } from '../../result/index.js';
import { eventCopyName } from '../../session/index.js';
import { readWholeFile } from '../files/files.js';
import { manifestOf, type ScanManifest } from './scan-manifest.js';

/** A scan on disk. */
export interface FoundScan {
  /** Name in addresses: directory and event. */
  readonly id: string;
  readonly directory: string;
  /** `run00136662.evt000035405932.BRONZE` */
  readonly stem: string;
  /** The result with the most nsides; of equal ones npz. */
  readonly result: string;
  /** Its nsides as the name has them: `_8_64_512`. */
  readonly nsides: string;
  /** All its files that may be had. */
  readonly files: readonly string[];
  readonly changedMs: number;
}

/** `run00136662.evt000035405932.BRONZE_8_64_512.npz`: the event, and the nsides. */
const RESULT_NAME = /^(.+?)((?:_\d+)+)\.(npz|json)$/;
/** Files of a scan that may be had, by what comes after the name of the event. */
const OFFERED =
  /^(_[\d_]+)?(\.(allsky|zoom)(\.dark)?)?\.(npz|json|svg|png|html|csv|geojson|txt|summary\.json|event\.json\.gz|multiorder\.fits|fits|fits\.gz)$/;
/** Larger files are not shown: they would not fit a browser. */
export const MAX_RESULT_BYTES: number = 1024 * 1024 * 1024;
const MOST_SCANS = 500;

/** Finds results in a directory and right below it, newest first. */
export async function findScans(directory: string): Promise<FoundScan[]> {
  const scans = await scansIn(directory, '');
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory() && !entry.name.startsWith('.')) {
      scans.push(...(await scansIn(join(directory, entry.name), entry.name).catch(() => [])));
    }
    if (scans.length > MOST_SCANS) break;
  }
  return scans.sort((a, b) => b.changedMs - a.changedMs || (a.id < b.id ? -1 : 1)).slice(0, MOST_SCANS);
}

async function scansIn(directory: string, prefix: string): Promise<FoundScan[]> {
  const names = (await readdir(directory, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  const best = new Map<string, { name: string; nsides: string; rank: number }>();
  for (const name of names) {
    const [, stem, nsides, extension] = RESULT_NAME.exec(name) ?? [];
    if (stem === undefined || nsides === undefined || name.startsWith('.')) continue;
    const rank = 2 * nsides.split('_').length + (extension === 'npz' ? 1 : 0);
    if (rank > (best.get(stem)?.rank ?? 0)) best.set(stem, { name, nsides, rank });
  }
  const scans: FoundScan[] = [];
  for (const [stem, { name, nsides }] of best) {
    const found = await stat(join(directory, name)).catch(() => null);
    if (found === null || found.size > MAX_RESULT_BYTES) continue;
    scans.push({
      id: prefix === '' ? stem : `${prefix}:${stem}`,
      directory,
      stem,
      result: name,
      nsides,
      files: names.filter((file) => file.startsWith(stem) && OFFERED.test(file.slice(stem.length))).sort(),
      changedMs: found.mtimeMs,
    });
  }
  return scans;
}

/** What the scan says of itself at its end; null where it has not come to that, or where it cannot be read. */
export async function summaryOf({ directory, stem }: FoundScan): Promise<ScanSummary | null> {
  const name = `${stem}.summary.json`;
  try {
    const bytes = await readWholeFile(join(directory, name), 'summary', 1024 * 1024);
    return readSummary(new TextDecoder().decode(bytes), name);
  } catch {
    return null;
  }
}

/** The manifest of the scan, where its directory has that. */
export async function manifestOfScan({ directory, stem }: FoundScan): Promise<ScanManifest | null> {
  const [, run, event] = /^run(\d+)\.evt(\d+)\./.exec(stem) ?? [];
  return run === undefined ? null : manifestOf(directory, { runId: Number(run), eventId: Number(event) });
}

/** The map. Throws FileAccessError, FileFormatError. */
export async function resultOf({ directory, result }: FoundScan): Promise<ScanResult> {
  const path = join(directory, result);
  return readResult(await readWholeFile(path, 'result file', MAX_RESULT_BYTES), path);
}

/** Path of the event beside the map; null where there is none. */
export function eventOf({ directory, stem, files }: FoundScan): string | null {
  const name = eventCopyName(stem);
  return files.includes(name) ? join(directory, name) : null;
}
