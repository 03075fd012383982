/**
 * The scan engine and a client side by side, joined by the embedded broker: a scan in one place, be it a process with
 * threads or a page with web workers.
 */
import { embeddedBroker } from '../broker/index.js';
import { type ClientListener, type Fitter, fitterPool, RunnerBroken, startClient } from '../client/index.js';
import {
  type Journal,
  type ReportingOptions,
  runScan,
  type ScanListener,
  type ScanOutcome,
  type ScanSetup,
} from '../scan/index.js';
import { recoFailed } from './prepare-event.js';

/** How a scan is run in one place. */
export interface RunHereOptions {
  /** Starts something that fits tasks of the prepared event. */
  readonly startFitter: () => Fitter;
  /** Number of fits at the same time. */
  readonly workers: number;
  /** Seconds after which a fit is ended and tried again. Default: the client's. */
  readonly taskTimeoutS?: number;
  /** See `ScanDeps.journal`. */
  readonly journal: (Journal & { readonly fittedTasks: number }) | null;
  readonly signal?: AbortSignal;
  readonly listen: ScanListener;
  readonly listenToWorkers?: ClientListener;
  readonly reporting: ReportingOptions;
}

/** Runs the scan with workers beside it, and ends both together. Throws a `SkymapError` where the reco cannot fit. */
export async function runHere(setup: ScanSetup, options: RunHereOptions): Promise<ScanOutcome> {
  const { startFitter, workers, journal, signal, listen, reporting } = options;
  const broker = embeddedBroker();
  const giveUp = new AbortController();
  const client = startClient({
    end: broker.client(),
    runner: fitterPool({ slots: workers, startFitter }),
    ...(options.taskTimeoutS === undefined ? {} : { taskTimeoutS: options.taskTimeoutS }),
    // A scan that goes on may have nothing left but pixels that cannot be fitted.
    ...(journal !== null && journal.fittedTasks > 0 ? { hopelessAfter: Number.POSITIVE_INFINITY } : {}),
    ...(options.listenToWorkers === undefined ? {} : { listen: options.listenToWorkers }),
  });
  // Without workers no result will ever come.
  client.done.catch(() => giveUp.abort());
  try {
    const outcome = await runScan(setup, {
      server: broker.server,
      journal,
      listen,
      signal: signal === undefined ? giveUp.signal : AbortSignal.any([giveUp.signal, signal]),
      reporting,
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
