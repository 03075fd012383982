/** How a scan on disk stands: its map says whether it is whole, its manifest what happens. */
import { bestFit, type ScanResult, type ScanSummary } from '../../result/index.js';
import { type LiveProgress, PARTIAL } from '../../web/index.js';
import { type FoundScan, manifestOfScan } from './found-scans.js';

/** Whether a map is the whole of its scan, as far as it says; maps of upstream without such a word are. */
export function isComplete({ metadata }: ScanResult): boolean {
  return metadata?.complete !== false;
}

/** How a scan stands, in a few words for a list. `isWhole` is only asked where there is no summary of its map. */
export async function standingText(
  scan: FoundScan,
  summary: ScanSummary | null,
  isWhole: (scan: FoundScan) => Promise<boolean>,
): Promise<string> {
  const manifest = await manifestOfScan(scan);
  // Whether it still runs no file can tell; how old its last word is, the reader may judge.
  if (manifest?.state === 'running') return `running; last report ${manifest.updated}`;
  // The summary may be that of an earlier scan with other nsides.
  const isSummed = summary !== null && scan.nsides === `_${summary.nsides.join('_')}`;
  if (isSummed || (await isWhole(scan))) return 'finished';
  if (manifest?.state === 'failed') return 'not finished: ended with an error';
  if (manifest?.state === 'stopped') return 'not finished: stopped';
  return 'not finished';
}

/** Where a scan stands, for its page. `isWhole`: whether its map says so. */
export async function standing(
  scan: FoundScan,
  isWhole: boolean,
): Promise<Pick<LiveProgress, 'state' | 'note'> & Partial<LiveProgress>> {
  const manifest = await manifestOfScan(scan);
  const part = `${PARTIAL[0]!.toUpperCase()}${PARTIAL.slice(1)}.`;
  if (manifest === null) return { state: isWhole ? 'done' : 'unfinished', note: isWhole ? '' : part };
  const { state, sentence, updated, elapsedS, figures } = manifest;
  if (state === 'running') return { state, elapsedS, figures, note: `Last report of the scan: ${updated}.` };
  // A map that an earlier scan finished stays what it is.
  if (isWhole) return { state: 'done', elapsedS, figures: state === 'finished' ? figures : null, note: '' };
  if (state === 'finished') return { state: 'unfinished', note: part };
  return { state, elapsedS, figures, note: sentence };
}

/** Where the best fit of a map is in the detector. */
export function vertexOf(result: ScanResult): LiveProgress['vertex'] {
  const { x, y, z, timeNs } = bestFit(result) ?? {};
  return [x, y, z].every(Number.isFinite) ? { x: x!, y: y!, z: z!, timeNs: timeNs! } : null;
}
