/**
 * A client of a scan across machines: what the `client` command does, as a function. It learns from the start-up file
 * what to fit, takes tasks from the broker until there are no more, and ends.
 */
import { openClientEnd } from '../broker/remote.js';
import type { BrokerListener } from '../broker/remote-types.js';
import { type ClientListener, type ClientState, fitterPool, RunnerBroken, startClient } from '../client/index.js';
import { FileFormatError, RecoError } from '../config/index.js';
import { recoFailed } from '../session/index.js';
import { carefulEnd } from './careful-end.js';
import { ensureDirectory, probeWritable } from './files/files.js';
import type { SplineDirectory } from './files/photon-tables.js';
import { readStartupFile } from './files/startup-file.js';
import { keepingTaskFiles } from './files/task-files.js';
import { clientFit } from './fits/client-fit.js';
import { separateFitter } from './fits/separate-fitter.js';
import { onlyOwnTasks } from './own-tasks.js';
import { type BrokerPlace, heartbeatFor } from './remote-broker.js';

/** What a client is told. */
export interface ClientJobOptions {
  readonly startupFile: string;
  readonly broker: BrokerPlace;
  /** Number of fits at the same time. */
  readonly workers: number;
  /** Seconds after which a try of a fit is ended. */
  readonly taskTimeoutS: number;
  /** Seconds for which the first task is waited for. */
  readonly waitForFirstMessageS: number;
  /** Seconds without a task after which the client ends. */
  readonly timeoutToClientsS: number;
  /** Seconds without taking tasks after one had to be given up, and before a client that fits nothing ends. */
  readonly quarantineS: number;
  /** Whether the client ends when it had to give a task up. Default false: others get tasks for a while (quarantine). */
  readonly endsAfterFailure?: boolean;
  /** Where every task and outcome is left as a file. Default: nowhere. */
  readonly debugDirectory?: string;
  /** Built-in reco, for start-up files of upstream's server, which do not say it. */
  readonly recoName?: string;
  /** Spline tables of this machine. Default: those that are installed. */
  readonly photonTables?: SplineDirectory;
  /** Ends the client: at once, or with the reason 'SIGTERM' when what it has begun is finished. Other tasks go back. */
  readonly signal?: AbortSignal;
  /** Seconds after SIGTERM in which fits may end. Default 5: batch systems kill soon after. */
  readonly graceS?: number;
  readonly listen?: ClientListener;
  readonly listenToBroker?: BrokerListener;
  /** What a person should know, one sentence at a time. */
  readonly note?: (text: string) => void;
}

/** How a client ended. */
export interface ClientJobReport {
  /** Why it took no more tasks. */
  readonly ending: 'interrupted' | 'scan is over' | 'no first task' | 'no more tasks';
  readonly fitted: number;
  readonly givenUp: number;
}

/** At most so many tasks must all fail before a client thinks that it is its machine. */
const HOPELESS_AFTER = 10;
const GRACE_S = 5;

/** Runs a client to its end. Throws a `SkymapError` where it cannot go on. */
export async function runClient(options: ClientJobOptions): Promise<ClientJobReport> {
  const { workers, quarantineS, broker, startupFile } = options;
  const note = options.note ?? (() => undefined);
  if (options.debugDirectory !== undefined) {
    await ensureDirectory(options.debugDirectory);
    await probeWritable(options.debugDirectory);
  }
  const startup = await readStartupFile(startupFile);
  if (broker.ownsQueues && startup.mqBasename === '') {
    throw new FileFormatError(
      'scan/bad-startup-file',
      `The start-up file ${startupFile} does not say where the tasks of its scan are queued: it has no mq_basename.`,
      'Upstream\'s servers of version 4 leave the queues to EWMS: run "skymap-scanner reco" under its pilot.',
    );
  }
  const { source, prepared } = await clientFit(startup, options.recoName ?? null, options.photonTables);
  for (const text of prepared.notes) note(text);
  const remote = await openClientEnd(broker.client, {
    ...broker.queues(startup.mqBasename),
    heartbeatS: heartbeatFor(options.taskTimeoutS),
    // Our servers write the start-up file when the queues are there.
    areQueuesMade: broker.ownsQueues && startup.fit !== null,
    ...(options.listenToBroker === undefined ? {} : { listen: options.listenToBroker }),
  });
  const own = onlyOwnTasks(remote, { scanId: startup.scanId, recoName: source.reco.name, warn: note });

  // A few more than can be fitted at once, so that some bad ones never look like all.
  const prefetch = Math.max(2 * workers, workers + 3);
  const idle = new IdleClock(options, () => void client.drain());
  const end = carefulEnd(
    options.debugDirectory === undefined ? own : keepingTaskFiles(own, options.debugDirectory, note),
    {
      quarantineS,
      workers,
      hopelessAfter: Math.min(HOPELESS_AFTER, prefetch),
      onQuarantine: (seconds) => {
        idle.pauseFor(seconds);
        note(`No tasks are taken for ${seconds} s (EWMS_PILOT_QUARANTINE_TIME), since one had to be given up here.`);
      },
    },
  );
  const timeoutName = 'EWMS_PILOT_TASK_TIMEOUT';
  const figures = { fitted: 0, givenUp: 0 };
  const client = startClient({
    end,
    runner: fitterPool({ slots: workers, startFitter: source.fitters(prepared), timeoutName }),
    suspects: fitterPool({
      slots: workers,
      timeoutName,
      startFitter: () =>
        separateFitter({ startupFile, recoName: options.recoName ?? null, photonTables: options.photonTables }),
    }),
    taskTimeoutS: options.taskTimeoutS,
    prefetch,
    // The end judges that: it knows which tasks others have tried before.
    hopelessAfter: Number.POSITIVE_INFINITY,
    listen: (name, event) => {
      if (name === 'task:fitted') figures.fitted++;
      else if (name === 'task:given-up') {
        figures.givenUp++;
        if (options.endsAfterFailure === true) {
          void client.drain().catch(() => undefined);
          // Nothing will come any more that shows whether it is this machine: others shall judge.
          setTimeout(() => {
            if (figures.fitted === 0) end.abandon();
          });
        }
      } else if (name === 'client:state') {
        const { state } = event as { readonly state: ClientState };
        idle.enter(state);
        if (state === 'failed' || state === 'stopped') end.abandon();
      }
      options.listen?.(name, event);
    },
  });
  let grace: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    const graceS = options.signal?.reason === 'SIGTERM' ? (options.graceS ?? GRACE_S) : 0;
    if (graceS <= 0) return void client.stop();
    void client.drain().catch(() => undefined);
    grace = setTimeout(() => void client.stop(), graceS * 1000);
  };
  options.signal?.addEventListener('abort', stop);
  if (options.signal?.aborted === true) stop();
  try {
    note(`Taking tasks of ${startup.scanId} for ${source.reco.name}, ${workers} at a time.`);
    await client.done;
  } catch (error) {
    if (!(error instanceof RunnerBroken)) throw error;
    if (quarantineS > 0) {
      note(`This client ends in ${quarantineS} s (EWMS_PILOT_QUARANTINE_TIME), so that no other takes its place soon.`);
      await sleep(quarantineS, options.signal);
    }
    throw recoFailed(error.message, error.cause);
  } finally {
    idle.enter('stopped');
    clearTimeout(grace);
    options.signal?.removeEventListener('abort', stop);
  }
  if (options.endsAfterFailure === true && figures.givenUp > 0) {
    await sleep(quarantineS, options.signal);
    throw new RecoError(
      'reco/failed',
      'A task had to be given up here, and this client is to end then (EWMS_PILOT_STOP_LISTENING_ON_TASK_ERROR).',
      'Why it failed is told above. Without that variable a client goes on.',
    );
  }
  const isInterrupted = options.signal?.aborted === true;
  return { ending: isInterrupted ? 'interrupted' : (idle.expired ?? 'scan is over'), ...figures };
}

/** Ends a client that has had no task in hand for too long. The time of a quarantine does not count. */
class IdleClock {
  /** Which limit it was; null while none was reached. */
  expired: 'no first task' | 'no more tasks' | null = null;
  readonly #limits: Pick<ClientJobOptions, 'waitForFirstMessageS' | 'timeoutToClientsS'>;
  readonly #onExpired: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hadTask = false;
  #sinceMs = 0;

  constructor(limits: Pick<ClientJobOptions, 'waitForFirstMessageS' | 'timeoutToClientsS'>, onExpired: () => void) {
    this.#limits = limits;
    this.#onExpired = onExpired;
  }

  enter(state: ClientState): void {
    clearTimeout(this.#timer);
    if (state === 'running') this.#hadTask = true;
    if (state !== 'waiting') return;
    this.#sinceMs = Math.max(this.#sinceMs, performance.now());
    this.#check();
  }

  pauseFor(seconds: number): void {
    this.#sinceMs = performance.now() + seconds * 1000;
  }

  #check(): void {
    const limitS = this.#hadTask ? this.#limits.timeoutToClientsS : this.#limits.waitForFirstMessageS;
    const leftMs = this.#sinceMs + limitS * 1000 - performance.now();
    if (leftMs > 0) {
      // Timers cannot wait longer than 24 days.
      this.#timer = setTimeout(() => this.#check(), Math.min(leftMs, 2 ** 31 - 1));
      return;
    }
    this.expired = this.#hadTask ? 'no more tasks' : 'no first task';
    this.#onExpired();
  }
}

async function sleep(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.min(seconds * 1000, 2 ** 31 - 1));
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
