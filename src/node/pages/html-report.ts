/** The HTML report of a result on disk, with what lies beside it: summary, manifest, event. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError, SkymapError } from '../../config/index.js';
import {
  readResult,
  readSummary,
  type ScanResult,
  type ScanSummary,
  type SkyMaps,
  skyMaps,
} from '../../result/index.js';
import { eventCopyName, truthOf } from '../../session/index.js';
import { type EventPicture, eventPicture, htmlReport, type ReportInput } from '../../web/index.js';
import { readWholeFile } from '../files/files.js';
import { loadEvent } from '../files/load-event.js';
import { resultStem } from '../files/load-result.js';
import { packageVersion } from '../files/resources.js';
import { reportAssets } from './page-files.js';
import { manifestOf, type ScanManifest } from './scan-manifest.js';

/** Choices for {@link reportOfResult}. */
export interface ReportOptions {
  /** The event that was scanned, for the event display. Default: the one beside the result; null for none. */
  readonly eventFile?: string | null;
  /** See `LoadEventOptions.gcdDir`. */
  readonly gcdDir?: string | null;
  /** Sigma of the blur, degrees. Default: what the summary says, else 0.2. */
  readonly angularErrorFloorDeg?: number | null;
  /** Default: what the summary says, or the manifest where there is none yet. */
  readonly recoAlgo?: string | null;
}

/** The report of a result file. Throws FileAccessError, FileFormatError, EventFormatError. */
export async function reportOfResult(path: string, options: ReportOptions = {}): Promise<string> {
  const bytes = await readWholeFile(path, 'result file');
  const result = readResult(bytes, path);
  const files = [{ what: 'Result', name: basename(path), sha256: sha256(bytes) }];
  const stem = eventStemOf(path);
  const summary = await summaryBeside(path, stem, result);
  const manifest = result.metadata && (await manifestOf(dirname(path), result.metadata));
  const floorDeg = options.angularErrorFloorDeg ?? summary?.peak?.angular_error_floor_deg ?? undefined;
  const sky: SkyMaps | null = skyMaps(result, floorDeg);
  const beside = join(dirname(path), eventCopyName(stem));
  const event =
    options.eventFile === undefined && existsSync(beside)
      ? await copiedEvent(beside, result, manifest)
      : await givenEvent(options, result);
  files.push(...event.files);
  const input: ReportInput = {
    result,
    sky,
    name: basename(path),
    summary,
    manifest: manifest?.content ?? null,
    recoAlgo: options.recoAlgo ?? summary?.reco_algo ?? manifest?.recoAlgo ?? null,
    event: event.picture,
    notes: event.notes,
    truth: event.truth,
    files,
    version: await packageVersion(),
  };
  return htmlReport(input, await reportAssets());
}

/** What an event adds to a report. */
interface EventPart {
  readonly picture: EventPicture | null;
  readonly truth: NonNullable<ReportInput['truth']> | null;
  /** What a reader should know about it. */
  readonly notes: readonly string[];
  readonly files: ReportInput['files'];
}

const NO_EVENT: EventPart = { picture: null, truth: null, notes: [], files: [] };

/** The event that was asked for, which must be the one of the result. */
async function givenEvent({ eventFile, gcdDir }: ReportOptions, { metadata }: ScanResult): Promise<EventPart> {
  if (eventFile == null) return NO_EVENT;
  const { event, detector, notes } = await loadEvent(eventFile, gcdDir === undefined ? {} : { gcdDir });
  const { runId, eventId } = event.header;
  if (metadata !== null && (metadata.runId !== runId || metadata.eventId !== eventId)) {
    throw new ConfigError(
      'config/bad-value',
      `${eventFile} is run ${runId}, event ${eventId}, but the map is that of run ${metadata.runId}, event ${metadata.eventId}.`,
      'Give the event that was scanned, or none.',
    );
  }
  const digest = sha256(await readWholeFile(eventFile, 'event file'));
  return {
    picture: eventPicture(event, detector),
    truth: truthOf(event),
    notes,
    files: [{ what: 'Event', name: basename(eventFile), sha256: digest }],
  };
}

/** The event beside the result, which nobody has asked for: whatever is wrong with it, there is a report. */
async function copiedEvent(path: string, result: ScanResult, manifest: ScanManifest | null): Promise<EventPart> {
  try {
    const part = await givenEvent({ eventFile: path, gcdDir: null }, result);
    const isAsWritten = manifest?.eventSha256 == null || manifest.eventSha256 === part.files[0]?.sha256;
    const changed = `${basename(path)} is not as the scan wrote it: scan-manifest.json has another checksum.`;
    return isAsWritten ? part : { ...part, notes: [...part.notes, changed] };
  } catch (error) {
    if (!(error instanceof SkymapError)) throw error;
    return { ...NO_EVENT, notes: [`The event beside the map is not shown. ${error.message}`] };
  }
}

/** `run00136662.evt000035405932.BRONZE` of `run00136662.evt000035405932.BRONZE_8_64_512.npz`. */
function eventStemOf(path: string): string {
  return resultStem(path).replace(/(_\d+)+$/, '');
}

/** The summary that a scan wrote beside its result; null where it is missing, unreadable or that of another event. */
async function summaryBeside(path: string, stem: string, { metadata }: ScanResult): Promise<ScanSummary | null> {
  const name = `${stem}.summary.json`;
  try {
    const summary = readSummary(await readFile(join(dirname(path), name), 'utf8'), name);
    return metadata?.runId === summary.run_id && metadata.eventId === summary.event_id ? summary : null;
  } catch {
    return null;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
