/** Result files from disk: .npz or .json, told apart by their content; and what the scan wrote beside them. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readResult, type ScanResult } from '../../result/index.js';
import { readWholeFile } from './files.js';

/** Reads a result. Throws FileAccessError, or FileFormatError `result/bad-file` where the file is no result. */
export async function loadResult(path: string): Promise<ScanResult> {
  return readResult(await readWholeFile(path, 'result file'), path);
}

/** The name of a result file without its extension. */
export function resultStem(path: string): string {
  return basename(path).replace(/\.(npz|json)$/i, '');
}

/** What a result file does not say and the summary of its scan does; null for what is not known. */
export interface ScanRemarks {
  readonly recoAlgo: string | null;
  readonly angularErrorFloorDeg: number | null;
}

/** Looks for `run...TYPE.summary.json` beside `run...TYPE_8_64_512.npz`; it may well be missing. */
export async function remarksBeside(path: string): Promise<ScanRemarks> {
  const name = `${resultStem(path).replace(/(_\d+)+$/, '')}.summary.json`;
  try {
    const summary = JSON.parse(await readFile(join(dirname(path), name), 'utf8'));
    const floor = summary?.peak?.angular_error_floor_deg;
    return {
      recoAlgo: typeof summary?.reco_algo === 'string' ? summary.reco_algo : null,
      angularErrorFloorDeg: typeof floor === 'number' && floor >= 0 ? floor : null,
    };
  } catch {
    return { recoAlgo: null, angularErrorFloorDeg: null };
  }
}
