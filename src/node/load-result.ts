/** Result files from disk: .npz or .json, told apart by their content; and what the scan wrote beside them. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileFormatError } from '../config/index.js';
import { fromJson, readNpz, type ScanResult } from '../result/index.js';
import { readWholeFile } from './files.js';

/** Larger than any map that fits into memory as a result. */
const LIMIT = 4e9;

/** Reads a result. Throws FileAccessError, or FileFormatError `result/bad-file` where the file is no result. */
export async function loadResult(path: string): Promise<ScanResult> {
  const bytes = await readWholeFile(path, 'result file', LIMIT);
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return readNpz(bytes, path);
  if (first === 0x7b) return fromJson(new TextDecoder().decode(bytes), path);
  throw new FileFormatError(
    'result/bad-file',
    `${path} is no result of a scan: it is neither a .npz nor a .json file`,
    'Give the run*.npz or run*.json file of a scan.',
  );
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
