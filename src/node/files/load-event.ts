/** From a path to an event with its detector: reads the file and the baseline GCD file that it refers to. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EventFormatError } from '../../config/index.js';
import { type Baseline, chooseBaseline, detectorForEvent, loadIc86 } from '../../detector/index.js';
import { type DecodedEvent, decodeEvent, readFullGcd } from '../../event/index.js';
import type { ScannedEvent } from '../../session/index.js';
import { listDirectory, readWholeFile } from './files.js';
import { readResource } from './resources.js';

/** An event as a scan needs it. */
export interface LoadedEvent extends ScannedEvent {
  /** What a person should know about the file and where the detector comes from, one sentence each. */
  readonly notes: readonly string[];
}

export interface LoadEventOptions {
  /**
   * Directory with baseline GCD files (.i3, .i3.gz, .i3.bz2, .i3.zst). Default: where IceCube's machines have them, if
   * this is one; null for none.
   */
  readonly gcdDir?: string | null;
}

/** Event files are below 1 MB, baseline GCD files below 100 MB. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Where IceCube keeps its baseline GCD files (specs/sky-and-scan.md 13). */
const GCD_DIRECTORIES = [
  '/opt/i3-data/baseline_gcds',
  '/cvmfs/icecube.opensciencegrid.org/users/RealTime/GCD/PoleBaseGCDs',
];

/**
 * Reads an event of any kind (alert .json and .pkl, .i3, open event) and the detector as it was then. Without the
 * baseline file that an alert refers to the built-in detector takes its place, and a note says so.
 *
 * @throws FileAccessError for the event file or the GCD directory, EventFormatError for what is in the files
 */
export async function loadEvent(path: string, options: LoadEventOptions = {}): Promise<LoadedEvent> {
  const bytes = await readLimited(path, 'event file');
  const event = decodeEvent(bytes, basename(path));
  const [builtin, baseline] = await Promise.all([loadIc86(readResource), baselineOf(event, options.gcdDir)]);
  const detector = detectorForEvent(event, builtin, baseline);
  return { event, detector, notes: [...event.warnings, ...detector.provenance] };
}

async function baselineOf(event: DecodedEvent, gcdDir: string | null | undefined): Promise<Baseline | null> {
  const directory = gcdDir === undefined ? GCD_DIRECTORIES.find((candidate) => existsSync(candidate)) : gcdDir;
  if (directory === undefined || directory === null) return null;
  const names = await listDirectory(directory, 'GCD directory');
  const name = chooseBaseline(names, event);
  if (name === null) return null;
  const bytes = await readLimited(join(directory, name), 'baseline GCD file');
  return { name, gcd: readFullGcd(bytes, name) };
}

function readLimited(path: string, what: string): Promise<Uint8Array> {
  return readWholeFile(path, what, MAX_BYTES, () => {
    const most = MAX_BYTES / 1024 / 1024;
    return new EventFormatError('event/too-large', `${path} has more than ${most} MiB, which no ${what} has.`);
  });
}
