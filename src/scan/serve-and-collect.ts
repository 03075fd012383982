/** Sending tasks and collecting outcomes side by side, until the scan is finished, fails or is ended. */
import type { TaskOutcome } from '../broker/index.js';
import { ScanError } from '../config/index.js';
import type { ScanDeps } from './deps.js';
import type { Reporting } from './reporting.js';
import type { ScanState } from './scan-state.js';

/** Results that are asked for with one hand-over to the broker, about. */
const LARGEST_BATCH = 500;
const MAX_IN_FLIGHT = 20_000;
/** Timers cannot wait longer, ms. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Resolves when the scan is finished or was ended through the signal. */
export async function serveAndCollect(
  state: ScanState,
  reporting: Reporting,
  deps: Pick<ScanDeps, 'server' | 'journal' | 'signal' | 'maxInFlight' | 'silenceLimitS'>,
): Promise<'done' | 'interrupted'> {
  const { server, journal, signal } = deps;
  const maxInFlight = deps.maxInFlight ?? MAX_IN_FLIGHT;
  const batchSize = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(maxInFlight / 2)));
  let inFlight = 0;
  let isEnding = false;
  let wakeSender = (): void => {};
  let keeping: Promise<void> = Promise.resolve();

  const canSend = (): boolean => state.hasTasks && (inFlight === 0 || inFlight + batchSize <= maxInFlight);

  async function send(): Promise<void> {
    while (!isEnding) {
      if (!canSend()) {
        await new Promise<void>((resolve) => {
          wakeSender = resolve;
        });
        continue;
      }
      const batch = state.nextTasks(batchSize);
      if (batch.tasks.length === 0) continue;
      inFlight += batch.recos;
      // Before the broker has confirmed: the first results may be here earlier than the confirmation.
      reporting.sent(batch);
      await server.send(batch.tasks);
    }
  }

  async function receive(): Promise<void> {
    for await (const outcome of server.outcomes()) {
      if (isEnding) return;
      await keep(outcome);
      if (isEnding) return;
      const arrival = state.arrive(outcome);
      if (arrival.isRestart || state.wasGivenOut(arrival.record)) inFlight -= arrival.accepted;
      reporting.received(arrival, outcome.runtimeS);
      if (state.isFinished) return;
      if (canSend()) wakeSender();
    }
    if (isEnding) return;
    throw new ScanError('scan/failed', 'The broker ended the queue of results before the scan was finished');
  }

  /** An outcome is in the journal before the scan uses it. */
  async function keep(outcome: TaskOutcome): Promise<void> {
    const news = journal === null ? null : state.newsIn(outcome);
    if (journal === null || news === null) return;
    keeping = Promise.resolve(journal.append(news));
    await keeping;
  }

  const undo: (() => void)[] = [];
  try {
    return await new Promise((resolve, reject) => {
      const end = (): void => resolve('interrupted');
      if (signal?.aborted === true) return end();
      signal?.addEventListener('abort', end);
      undo.push(() => signal?.removeEventListener('abort', end));
      if (deps.silenceLimitS != null) undo.push(watchSilence(deps.silenceLimitS, reporting, reject));
      receive().then(() => resolve('done'), reject);
      send().catch(reject);
    });
  } finally {
    isEnding = true;
    for (const step of undo) step();
    wakeSender();
    // A journal entry that is being written is finished, so that the next life of the scan finds it whole.
    await keeping.catch(() => undefined);
  }
}

/** Rejects when nothing has been heard for too long. Gives back how to stop watching. */
function watchSilence(limitS: number, reporting: Reporting, reject: (error: Error) => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (seconds: number): void => {
    timer = setTimeout(check, Math.min(seconds * 1000 + 1, LONGEST_TIMER));
  };
  const check = (): void => {
    const quietS = reporting.quietS();
    if (quietS < limitS) wait(limitS - quietS);
    else {
      reject(
        new ScanError(
          'scan/timed-out',
          `No result has come for ${limitS} s`,
          'See whether workers run and reach the broker. Start the scan again to go on from its journal.',
        ),
      );
    }
  };
  wait(limitS);
  return () => clearTimeout(timer);
}
