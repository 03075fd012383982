/** Detector descriptions (GCD files) given as an argument. */
import { basename } from 'node:path';
import { type Detector, detectorFromFullGcd, FileFormatError, loadIc86, readFullGcd } from '../index.js';
import { readResource, readWholeFile } from '../node/index.js';

/** The detector in a GCD file; null where the file is something else. */
export async function loadGcd(path: string): Promise<Detector | null> {
  const name = basename(path);
  const bytes = await readWholeFile(path, 'GCD file');
  const builtin = await loadIc86(readResource);
  try {
    return detectorFromFullGcd(readFullGcd(bytes, name), { source: name, residual: builtin.speResidual });
  } catch (error) {
    if (error instanceof FileFormatError) return null;
    throw error;
  }
}
