/** What a client needs, what it tells, and what may run its tasks. */
import type { ClientEnd } from '../broker/index.js';
import type { RecoResult, RecoTask } from '../reco/index.js';
import type { ClientState } from './states.js';

/** A task that was fitted. */
export interface FittedTask {
  readonly results: readonly RecoResult[];
  /** Seconds spent in the fit. */
  readonly runtimeS: number;
}

/** Runs tasks: worker threads, processes, web workers. `fitterPool` makes one. */
export interface TaskRunner {
  /** Number of tasks it runs at the same time; more are queued. */
  readonly slots: number;
  /** Gets ready. Rejects with {@link RunnerBroken} where the reco cannot work at all. */
  start(): Promise<void>;
  /**
   * Fits one task. Rejects with {@link TaskFailed} where this try failed (an error, a death, out of time): another try
   * may do well; with {@link RunnerBroken} where none will; with {@link RunnerClosed} after `close`.
   *
   * @param timeoutS counted from the moment at which the fit starts, not while it is queued
   */
  run(task: RecoTask, timeoutS: number): Promise<FittedTask>;
  /** Ends everything at once, endless loops included. */
  close(): Promise<void>;
  /** Begins nothing more: what waits, and whatever is asked for from now on, is refused with {@link RunnerClosed}. */
  drain?(): void;
}

/** One try of one task failed. `message` is the reason, for people. */
export class TaskFailed extends Error {
  override readonly name = 'TaskFailed';
}

/** The runner cannot run anything any more; `cause` may say more. */
export class RunnerBroken extends Error {
  override readonly name = 'RunnerBroken';
}

/** The runner was closed while the task was queued or running. */
export class RunnerClosed extends Error {
  override readonly name = 'RunnerClosed';
}

/** Options of a client. */
export interface ClientOptions {
  /** Where tasks come from and outcomes go. */
  readonly end: ClientEnd;
  /** What fits them. The client starts and closes it. */
  readonly runner: TaskRunner;
  /**
   * What fits tasks that were handed out several times and never answered: they may have ended their clients. It gets
   * ready with the first of them; the client closes it. Default: the runner.
   */
  readonly suspects?: TaskRunner;
  /** Seconds after which a fit is ended. Default 1800. Change it when a healthy fit may take longer. */
  readonly taskTimeoutS?: number;
  /**
   * How often a task is tried before it is given up as failed (its pixel gets llh NaN). Default 3. Change it when
   * failures are known to be for ever (1) or to be the machine's fault (more).
   */
  readonly maxTries?: number;
  /**
   * Unfinished tasks held at a time. Default: twice the runner's slots, so that a free slot never waits for the broker.
   * Change it to the number of slots when fits are slow and other clients should get the tasks that would wait here.
   */
  readonly prefetch?: number;
  /**
   * The client fails when all of its first so many tasks had to be given up: then it is not the tasks. Default 10.
   * Change it when a reco is expected to fail on most pixels.
   */
  readonly hopelessAfter?: number;
  /** Hears everything the client does. Default: nobody. */
  readonly listen?: ClientListener;
}

/** What a client tells, by name. */
export interface ClientEvents {
  'client:state': { readonly state: ClientState; readonly from: ClientState };
  /** A try failed and the task will be tried again. */
  'task:retry': { readonly task: RecoTask; readonly attempt: number; readonly reason: string };
  'task:fitted': { readonly task: RecoTask; readonly runtimeS: number };
  'task:given-up': { readonly task: RecoTask; readonly reasons: readonly string[] };
}

export type ClientListener = <K extends keyof ClientEvents>(name: K, event: ClientEvents[K]) => void;

/** A listener out of handlers for some of the events. */
export function listenToClient(
  handlers: {
    readonly [K in keyof ClientEvents]?: (event: ClientEvents[K]) => void;
  },
): ClientListener {
  return (name, event) => handlers[name]?.(event);
}
