/**
 * A whole scan on this machine, from the event file to the result files: what the `scan` command does, as a function.
 * It wires the pieces together and decides nothing about pixels or fits.
 */
import { embeddedBroker } from '../broker/index.js';
import { type ClientListener, fitterPool, RunnerBroken, startClient } from '../client/index.js';
import { listenTo, runScan, type ScanOutcome, tellAll } from '../scan/index.js';
import { type EventScanOptions, type OpenScan, type ScanJobReport, scanEvent } from './event-scan.js';
import { recoFailed } from './prepare-event.js';

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
async function runWithWorkers(scan: OpenScan, options: ScanJobOptions): Promise<ScanOutcome> {
  const { setup, source, prepared, journal, stem, note } = scan;
  const { workers } = options;
  const broker = embeddedBroker();
  const giveUp = new AbortController();
  const signals = options.signal === undefined ? [giveUp.signal] : [giveUp.signal, options.signal];
  const client = startClient({
    end: broker.client(),
    runner: fitterPool({ slots: workers, startFitter: source.fitters(prepared) }),
    taskTimeoutS: options.taskTimeoutS,
    // A scan that goes on may have nothing left but pixels that cannot be fitted.
    ...(journal.fittedTasks > 0 ? { hopelessAfter: Number.POSITIVE_INFINITY } : {}),
    ...(options.listenToWorkers === undefined ? {} : { listen: options.listenToWorkers }),
  });
  // Without workers no result will ever come.
  client.done.catch(() => giveUp.abort());
  const opening = listenTo({
    'scan:started': () =>
      note(`Scanning ${stem} with ${source.reco.name}, ${workers} ${workers === 1 ? 'worker' : 'workers'}.`),
  });
  try {
    const outcome = await runScan(setup, {
      server: broker.server,
      journal,
      listen: tellAll(scan.listen, opening),
      signal: AbortSignal.any(signals),
      reporting: {
        progressIntervalS: options.progressIntervalS ?? 60,
        resultIntervalS: options.resultIntervalS ?? 120,
      },
    });
    if (giveUp.signal.aborted) await client.done;
    return outcome;
  } catch (error) {
    if (error instanceof RunnerBroken) throw recoFailed(error.message, error.cause);
    throw error;
  } finally {
    await client.stop();
  }
}
