/** The HTML report of a result on disk, with what lies beside it: summary, manifest, and the event where it is given. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../../config/index.js';
import {
  readResult,
  readSummary,
  type ScanResult,
  type ScanSummary,
  type SkyMaps,
  skyMaps,
} from '../../result/index.js';
import { truthOf } from '../../session/index.js';
import { eventPicture, htmlReport, type ReportInput } from '../../web/index.js';
import { readWholeFile } from '../files/files.js';
import { loadEvent } from '../files/load-event.js';
import { resultStem } from '../files/load-result.js';
import { packageVersion } from '../files/resources.js';
import { MANIFEST_NAME } from '../files/result-files.js';
import { reportAssets } from './page-files.js';

/** Choices for {@link reportOfResult}. */
export interface ReportOptions {
  /** The event that was scanned, for the event display. Default: none. */
  readonly eventFile?: string | null;
  /** See `LoadEventOptions.gcdDir`. */
  readonly gcdDir?: string | null;
  /** Sigma of the blur, degrees. Default: what the summary says, else 0.2. */
  readonly angularErrorFloorDeg?: number | null;
  /** Default: what the summary says. */
  readonly recoAlgo?: string | null;
}

/** The report of a result file. Throws FileAccessError, FileFormatError, EventFormatError. */
export async function reportOfResult(path: string, options: ReportOptions = {}): Promise<string> {
  const bytes = await readWholeFile(path, 'result file');
  const result = readResult(bytes, path);
  const files = [{ what: 'Result', name: basename(path), sha256: sha256(bytes) }];
  const beside = await besideResult(path);
  const summary = matching(beside.summary, result);
  const floorDeg = options.angularErrorFloorDeg ?? summary?.peak?.angular_error_floor_deg ?? undefined;
  const sky: SkyMaps | null = skyMaps(result, floorDeg);
  const event = await eventPart(options, files, result);
  const input: ReportInput = {
    result,
    sky,
    name: basename(path),
    summary,
    manifest: isOfResult(beside.manifest, result) ? beside.manifest : null,
    recoAlgo: options.recoAlgo ?? summary?.reco_algo ?? null,
    event: event === null ? null : { picture: event.picture, notes: event.notes },
    truth: event?.truth ?? null,
    files,
    version: await packageVersion(),
  };
  return htmlReport(input, await reportAssets());
}

/** The event, which must be the one of the result. */
async function eventPart(
  { eventFile, gcdDir }: ReportOptions,
  files: { what: string; name: string; sha256: string }[],
  { metadata }: ScanResult,
) {
  if (eventFile == null) return null;
  const { event, detector, notes } = await loadEvent(eventFile, gcdDir === undefined ? {} : { gcdDir });
  const { runId, eventId } = event.header;
  if (metadata !== null && (metadata.runId !== runId || metadata.eventId !== eventId)) {
    throw new ConfigError(
      'config/bad-value',
      `${eventFile} is run ${runId}, event ${eventId}, but the map is that of run ${metadata.runId}, event ${metadata.eventId}.`,
      'Give the event that was scanned, or none.',
    );
  }
  files.push({
    what: 'Event',
    name: basename(eventFile),
    sha256: sha256(await readWholeFile(eventFile, 'event file')),
  });
  return { picture: eventPicture(event, detector), notes, truth: truthOf(event) };
}

/** What a scan wrote beside its result; null for what is missing or unreadable. */
async function besideResult(path: string): Promise<{ summary: ScanSummary | null; manifest: unknown }> {
  const directory = dirname(path);
  const name = `${resultStem(path).replace(/(_\d+)+$/, '')}.summary.json`;
  const [summary, manifest] = await Promise.all([
    textOf(join(directory, name)),
    textOf(join(directory, MANIFEST_NAME)),
  ]);
  return { summary: tried(() => readSummary(summary!, name)), manifest: tried(() => JSON.parse(manifest!)) };
}

function matching(summary: ScanSummary | null, { metadata }: ScanResult): ScanSummary | null {
  return summary !== null && metadata?.runId === summary.run_id && metadata.eventId === summary.event_id
    ? summary
    : null;
}

function isOfResult(manifest: unknown, { metadata }: ScanResult): boolean {
  const event = (manifest as { event_metadata?: { run_id?: unknown; event_id?: unknown } } | null)?.event_metadata;
  return metadata != null && event?.run_id === metadata.runId && event.event_id === metadata.eventId;
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

function tried<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
