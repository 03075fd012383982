/** What a scan leaves beside its map: the event that was scanned, and how the scan went. */
import { gzipSync } from 'fflate';
import { sha256Hex } from '../bytes/index.js';
import type { Detector } from '../detector/index.js';
import { type DecodedEvent, writeOpenEvent } from '../event/index.js';
import type { Manifest } from '../report/index.js';
import type { NamedFile } from './files.js';

/** An event as a file beside its map. */
export interface EventCopy extends NamedFile {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** An event with its detector. */
export interface ScannedEvent {
  readonly event: DecodedEvent;
  readonly detector: Detector;
  /** The event as an open event, where it was written as one already. */
  readonly openText?: string;
}

/** Name of the event beside the maps of a scan: `run00136662.evt000035405932.BRONZE.event.json.gz`. */
export function eventCopyName(stem: string): string {
  return `${stem}.event.json.gz`;
}

/**
 * The event as it was scanned, with its detector as it was then: an open event, by gzip. Reports and pages draw it, and
 * a scan of it gives the same map. 50 to 100 kB for IceCube; the same bytes wherever it is written.
 *
 * An event that cannot be written (a pulse without a finite time) is no reason not to scan it: that is told, and null
 * returned.
 */
export function eventCopy(
  stem: string,
  { event, detector, openText }: ScannedEvent,
  tell: (text: string) => void,
): EventCopy | null {
  try {
    const text = openText ?? writeOpenEvent(event, detector);
    // The time of writing in a gzip header would make other bytes of the same event.
    const bytes = gzipSync(new TextEncoder().encode(text), { level: 9, mtime: 0 });
    return { name: eventCopyName(stem), bytes, sha256: sha256Hex(bytes) };
  } catch (error) {
    tell(`The event will not lie beside its map. ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** Name of the file that says how a scan goes. */
export const MANIFEST_NAME = 'scan-manifest.json';

/** How a scan stood when its manifest was written. One that was killed says `running` for ever. */
export type ScanState = 'running' | 'finished' | 'stopped' | 'failed';

/** The reconstruction of a scan; why that one, where the scanner chose it. */
export interface ScannedWith {
  readonly recoAlgo: string;
  readonly recoChoice?: string | null;
}

/** `scan-manifest.json`: the report of the moment, how the scan stands, with what, and which event lies beside the map. */
export function manifestFile(
  report: Manifest,
  state: ScanState,
  { recoAlgo, recoChoice }: ScannedWith,
  event: EventCopy | null,
): NamedFile {
  const content = {
    ...report,
    state,
    reco_algo: recoAlgo,
    ...(recoChoice == null ? {} : { reco_choice: recoChoice }),
    event_file: event && { name: event.name, sha256: event.sha256 },
  };
  return { name: MANIFEST_NAME, bytes: `${JSON.stringify(content, null, 4)}\n` };
}
