/**
 * `scan-manifest.json` as pages read it: of any version of the scanner, of upstream's, or damaged. What is not as expected
 * counts as not said.
 */
import { join } from 'node:path';
import type { EventId } from '../../result/index.js';
import type { LiveFigures } from '../../scan/index.js';
import { MANIFEST_NAME, type ScanState } from '../../session/index.js';
import { readWholeFile } from '../files/files.js';

/** What a manifest says. */
export interface ScanManifest {
  /** Its content as it stands. */
  readonly content: unknown;
  /** `running` may also be a scan that was killed. */
  readonly state: ScanState;
  /** How it stands in a sentence; ''. */
  readonly sentence: string;
  /** When it was written, in the local time of the scan; ''. */
  readonly updated: string;
  /** Name of the reconstruction. */
  readonly recoAlgo: string | null;
  readonly elapsedS: number | null;
  readonly figures: LiveFigures;
  /** SHA-256 of the event that the scan has left beside its map; null where it left none. */
  readonly eventSha256: string | null;
}

const MOST_BYTES = 4 * 1024 * 1024;

/** The manifest in a directory, if it is that of this event; null where it is another one's, or there is none. */
export async function manifestOf(
  directory: string,
  event: Pick<EventId, 'runId' | 'eventId'>,
): Promise<ScanManifest | null> {
  try {
    const bytes = await readWholeFile(join(directory, MANIFEST_NAME), 'manifest', MOST_BYTES);
    return readManifest(JSON.parse(new TextDecoder().decode(bytes)), event);
  } catch {
    return null;
  }
}

function readManifest(content: unknown, { runId, eventId }: Pick<EventId, 'runId' | 'eventId'>): ScanManifest | null {
  const given = content as {
    progress?: {
      summary?: unknown;
      tallies?: {
        nsides?: Record<string, { pixels?: { done?: unknown; generated?: unknown } }>;
        overall?: { recos?: { done?: unknown } };
      };
      processing_stats?: { finished?: unknown; predictions?: Record<string, unknown> };
      start?: unknown;
      end?: unknown;
      last_updated?: unknown;
    };
    event_metadata?: { run_id?: unknown; event_id?: unknown };
    state?: unknown;
    reco_algo?: unknown;
    event_file?: { sha256?: unknown } | null;
  } | null;
  const about = given?.event_metadata;
  if (given?.progress === undefined || about?.run_id !== runId || about.event_id !== eventId) return null;
  const { summary, tallies, processing_stats: stats, start, end, last_updated: updated } = given.progress;
  const isFinished = stats?.finished === true;
  const left = stats?.predictions?.['time left'];
  const done = number(tallies?.overall?.recos?.done);
  const digest = given.event_file?.sha256;
  return {
    content,
    state: isFinished ? 'finished' : given.state === 'stopped' || given.state === 'failed' ? given.state : 'running',
    sentence: short(summary, 1000),
    updated: short(updated, 40),
    recoAlgo: short(given.reco_algo, 100) || null,
    elapsedS: isFinished && typeof start === 'number' && typeof end === 'number' ? end - start : null,
    figures: {
      levels: Object.entries(tallies?.nsides ?? {})
        .map(([nside, { pixels }]) => ({
          nside: Number(nside),
          sent: number(pixels?.generated),
          done: number(pixels?.done),
        }))
        .filter(({ sent }) => sent > 0),
      fitsDone: done,
      fitsExpected: isFinished ? done : number(stats?.predictions?.['total # of reconstructions']),
      fitsPerSecond: 0,
      timeLeft: typeof left === 'string' ? short(left, 40) : null,
      best: null,
      failed: 0,
    },
    eventSha256: typeof digest === 'string' ? digest : null,
  };
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function short(value: unknown, most: number): string {
  return typeof value === 'string' ? value.slice(0, most) : '';
}
