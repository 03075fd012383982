/**
 * A whole scan on this machine, from the event file to the result files: what the `scan` command does, as a function.
 * It wires the pieces together and decides nothing about pixels or fits.
 */
import type { ClientListener } from '../client/index.js';
import { listenTo, type ScanOutcome, tellAll } from '../scan/index.js';
import { runHere } from '../session/index.js';
import { type EventScanOptions, type OpenScan, type ScanJobReport, scanEvent } from './event-scan.js';

/** What a scan on this machine is told. */
export interface ScanJobOptions extends EventScanOptions {
  /** Number of fits at the same time. Change it to leave processors to others. */
  readonly workers: number;
  /** Seconds after which a fit is ended and tried again. */
  readonly taskTimeoutS: number;
  /** Hears the workers. */
  readonly listenToWorkers?: ClientListener;
}

/**
 * Scans an event. Throws a `SkymapError` for everything that is wrong with files, settings or the reco.
 */
export function scanOnThisMachine(options: ScanJobOptions): Promise<ScanJobReport> {
  return scanEvent(options, (scan) => runWithWorkers(scan, options));
}

/** Runs the scan with workers of this process beside it, and ends both together. */
function runWithWorkers(scan: OpenScan, options: ScanJobOptions): Promise<ScanOutcome> {
  const { setup, source, prepared, journal, stem, note } = scan;
  const { workers } = options;
  const opening = listenTo({
    'scan:started': () =>
      note(`Scanning ${stem} with ${source.reco.name}, ${workers} ${workers === 1 ? 'worker' : 'workers'}.`),
  });
  return runHere(setup, {
    startFitter: source.fitters(prepared),
    workers,
    taskTimeoutS: options.taskTimeoutS,
    journal,
    listen: tellAll(scan.listen, opening),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.listenToWorkers === undefined ? {} : { listenToWorkers: options.listenToWorkers }),
    reporting: {
      progressIntervalS: options.progressIntervalS ?? 60,
      resultIntervalS: options.resultIntervalS ?? 120,
    },
  });
}
