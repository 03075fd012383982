/**
 * A pool of fitters: each holds a fit that was built once and answers one task at a time. What a fitter is (a thread, a
 * process, a web worker) is the caller's; the pool queues, watches the clock, kills and replaces.
 *
 * An own pool, not a package for pools of functions: a fitter's start (building the fit) and its tasks fail for
 * different reasons with different consequences, the clock of a time-out must start with the fit and not with the
 * queue, and threads and processes are to be treated alike.
 */
import type { RecoTask } from '../reco/index.js';
import { checkResults } from './check-results.js';
import { type FittedTask, RunnerBroken, RunnerClosed, TaskFailed, type TaskRunner } from './types.js';

/** What fits tasks, one at a time. */
export interface Fitter {
  /** Resolves when it can take tasks; rejects with the reason where it never will. */
  readonly ready: Promise<void>;
  /**
   * Answers one task with what should be its results. Rejects with {@link FitterLost} where the fitter died over it,
   * with any other error where the fit failed and the fitter lives on.
   */
  fit(task: RecoTask): Promise<unknown>;
  /** Ends it at once, whatever it does. May be called twice. */
  kill(): Promise<void>;
}

/** The fitter is gone; `message` says how it went. */
export class FitterLost extends Error {
  override readonly name = 'FitterLost';
}

/** Options of a pool. */
export interface FitterPoolOptions {
  /** Number of fitters. One per processor core: a fit never waits for anything. */
  readonly slots: number;
  /** Starts a fitter. */
  readonly startFitter: () => Fitter;
  /** Seconds within which a fitter must be ready. Default 600. Change it when a reco reads very large tables. */
  readonly readyTimeoutS?: number;
  /** Name of the setting that limits the time of a fit, for the reason of a failure. Default: it is not said. */
  readonly timeoutName?: string;
}

interface Job {
  readonly task: RecoTask;
  readonly timeoutS: number;
  readonly resolve: (fitted: FittedTask) => void;
  readonly reject: (error: Error) => void;
}

/** A {@link TaskRunner} of fitters. A fitter that dies or must be killed is replaced when the next task needs it. */
export function fitterPool(options: FitterPoolOptions): TaskRunner {
  const { slots, startFitter, readyTimeoutS = 600, timeoutName } = options;
  const limit = timeoutName === undefined ? '' : ` (${timeoutName})`;
  const queue: Job[] = [];
  const idle: (Fitter | null)[] = new Array<null>(slots).fill(null);
  const alive = new Set<Fitter>();
  let over: RunnerBroken | RunnerClosed | null = null;
  let isDraining = false;

  return {
    slots,
    async start() {
      const fitters = await Promise.all(idle.map(freshFitter));
      idle.splice(0, idle.length, ...fitters);
      next();
    },
    run(task, timeoutS) {
      return new Promise<FittedTask>((resolve, reject) => {
        if (over !== null) return reject(over);
        if (isDraining) return reject(drained());
        queue.push({ task, timeoutS, resolve, reject });
        next();
      });
    },
    drain() {
      isDraining = true;
      for (const job of queue.splice(0)) job.reject(drained());
    },
    close: () => end(new RunnerClosed('the runner was closed')),
  };

  function next(): void {
    while (over === null && queue.length > 0 && idle.length > 0) {
      const fitter = idle.pop()!;
      void serve(fitter, queue.shift()!).then((left) => {
        idle.push(left);
        next();
      });
    }
  }

  /** Runs one job; what is left is the fitter, or null where it is gone. */
  async function serve(held: Fitter | null, job: Job): Promise<Fitter | null> {
    let fitter: Fitter;
    try {
      fitter = held ?? (await freshFitter());
    } catch (error) {
      job.reject(error as Error);
      return null;
    }
    const startedMs = performance.now();
    try {
      const answer = await withinTime(fitter.fit(job.task), job.timeoutS, () => {
        return new FitterLost(`no answer within ${job.timeoutS} s${limit}`);
      });
      const results = checkResults(job.task, answer);
      job.resolve({ results, runtimeS: (performance.now() - startedMs) / 1000 });
      return fitter;
    } catch (error) {
      const lost = error instanceof FitterLost;
      if (lost) await kill(fitter);
      job.reject(over ?? new TaskFailed(reasonOf(error), { cause: error }));
      return lost ? null : fitter;
    }
  }

  /** Starts a fitter and waits for it. One that cannot start is the end of the pool: the next would not either. */
  async function freshFitter(): Promise<Fitter> {
    if (over !== null) throw over;
    try {
      const fitter = startFitter();
      alive.add(fitter);
      await withinTime(fitter.ready, readyTimeoutS, () => new Error(`not ready within ${readyTimeoutS} s`));
      return fitter;
    } catch (error) {
      await end(new RunnerBroken(`A worker could not start: ${reasonOf(error)}`, { cause: error }));
      throw over;
    }
  }

  async function end(why: RunnerBroken | RunnerClosed): Promise<void> {
    over ??= why;
    for (const job of queue.splice(0)) job.reject(over);
    await Promise.all([...alive].map(kill));
  }

  async function kill(fitter: Fitter): Promise<void> {
    await fitter.kill();
    alive.delete(fitter);
  }
}

const drained = (): RunnerClosed => new RunnerClosed('the runner begins no more');

async function withinTime<T>(answer: Promise<T>, seconds: number, late: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alarm = new Promise<never>((_, reject) => {
    // Longer times than a timer can hold (24 days) are as good as none.
    timer = setTimeout(() => reject(late()), Math.min(seconds * 1000, 2 ** 31 - 1));
  });
  try {
    return await Promise.race([answer, alarm]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
