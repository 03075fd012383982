/** A small scan to look at, and lines of JSON. */
import { parseProgression, type ScanListener } from '../../src/scan/index.js';
import { scanLandscape as scan } from '../scan/scan-landscape.js';

/** 12 pixels of nside 1, then 36 of nside 2. */
export async function scanLandscape({ listen }: { readonly listen: ScanListener }): Promise<void> {
  await scan({
    landscape: { base: 100, bowls: [{ ra: 40, dec: 10, depth: 50, k: 1 }] },
    progression: parseProgression(['1:0', '2:12']),
    listen,
  });
}

/** The objects in lines of JSON. */
export function parsed(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
