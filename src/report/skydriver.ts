/**
 * What a server tells SkyDriver, and what it reads there (specs/sky-and-scan.md section 12): bodies and answers, without
 * the network. SkyDriver refuses bodies with other keys than these.
 *
 *     PATCH /scan/ID/manifest   {"progress", "event_metadata", "scan_metadata"}     as scan-manifest.json
 *     PUT   /scan/ID/result     {"skyscan_result": the map as skyreader has it, "is_final": true | false}
 */
import { z } from 'zod';
import { type ScanResult, toJson } from '../result/index.js';
import type { Manifest } from './manifest.js';

/** Body of a progress report. SkyDriver wants a text for the type of an event, also where an event has none. */
export function progressBody({ progress, event_metadata, scan_metadata }: Manifest): string {
  const type = event_metadata.event_type ?? 'None';
  return JSON.stringify({ progress, event_metadata: { ...event_metadata, event_type: type }, scan_metadata });
}

/** Body of a result report. `is_final` makes SkyDriver end the workers. */
export function resultBody(result: ScanResult, isFinal: boolean): string {
  // The file's text on one line: no text inside it has a line break.
  return `{"skyscan_result": ${toJson(result).replace(/\n */g, '')}, "is_final": ${isFinal}}`;
}

const withEvent = z.object({ event_i3live_json_dict: z.union([z.record(z.string(), z.unknown()), z.string()]) });
const i3Event = z.object({ i3_event: z.record(z.string(), z.unknown()) });

/**
 * The event in the answer to GET manifest, as the text of an alert file: null where SkyDriver shows it elsewhere,
 * undefined where it is no manifest.
 */
export function eventOfManifest(answer: unknown): string | null | undefined {
  const parsed = withEvent.safeParse(answer);
  if (!parsed.success) return undefined;
  const { event_i3live_json_dict: event } = parsed.data;
  if (typeof event !== 'string') return JSON.stringify(event);
  return event.trimStart().startsWith('{') ? event : null;
}

/** The event in the answer to GET i3-event; undefined where there is none. */
export function eventOfI3Event(answer: unknown): string | undefined {
  const parsed = i3Event.safeParse(answer);
  return parsed.success ? JSON.stringify(parsed.data.i3_event) : undefined;
}

const workforce = z.object({ n_running: z.number() });

/** Running workers, from the answer to GET ewms/workforce; null where it does not say. */
export function runningWorkers(answer: unknown): number | null {
  const parsed = workforce.safeParse(answer);
  return parsed.success ? parsed.data.n_running : null;
}

const status = z.object({
  is_deleted: z.unknown().optional(),
  ewms_deactivated: z.unknown().optional(),
  scan_state: z.unknown().optional(),
});

/** Why the scan is not wanted any more, from the answer to GET status, as the rest of a sentence; null where it is. */
export function unwantedBecause(answer: unknown): string | null {
  const parsed = status.safeParse(answer);
  if (!parsed.success) return null;
  const { is_deleted, ewms_deactivated, scan_state } = parsed.data;
  if (is_deleted) return 'it was deleted';
  if (ewms_deactivated) return `its workers were ended (${String(ewms_deactivated).slice(0, 40)})`;
  // What SkyDriver said when it had no workers of EWMS, and today's words.
  const ended = typeof scan_state === 'string' ? /^(STOPPED|ABORTED|FINISHED)__/.exec(scan_state) : null;
  return ended === null ? null : `its state is ${ended[1]}`;
}
