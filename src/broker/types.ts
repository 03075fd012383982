/**
 * How tasks travel from the scan engine to whoever fits them, and outcomes back. The embedded broker keeps both ends in
 * one process; RabbitMQ and Pulsar put a network between them. Delivery is at least once, in any order: the engine
 * counts every (nside, pixel, variation) once and ignores strangers.
 */
import type { RecoResult, RecoTask } from '../reco/index.js';

/** What became of one task. */
export type TaskOutcome = {
  readonly nside: number;
  readonly pixel: number;
  /** Seconds spent in the fit. */
  readonly runtimeS: number;
} & (
  | { readonly status: 'done'; readonly results: readonly RecoResult[] }
  | {
      /** Given up after a bounded number of tries: the variations count as finished with llh NaN. */
      readonly status: 'failed';
      readonly variations: readonly number[];
      readonly reasons: readonly string[];
    }
);

/** The engine's end. */
export interface ServerEnd {
  /** Queues tasks; resolves when the broker has taken responsibility for them. */
  send(tasks: readonly RecoTask[]): Promise<void>;
  /** Outcomes as they arrive, until `close`. Throws when the broker is lost for good. */
  outcomes(): AsyncIterable<TaskOutcome>;
  close(): Promise<void>;
}

/** What has become of a task before. */
export interface TaskHistory {
  /** How often it was handed out, to clients that gave it back, left or died; a few may be missing after a crash. */
  readonly handedOut: number;
  /** How many clients could not fit it, and could not fit anything else either. */
  readonly failedAt: number;
}

/** One task in a client's hands. Exactly one of its two methods is called. */
export interface Delivery {
  readonly task: RecoTask;
  readonly redelivered: boolean;
  readonly history: TaskHistory;
  /** Publishes the outcome, then acknowledges the task. */
  finish(outcome: TaskOutcome): Promise<void>;
  /** Returns the task to the queue for somebody else; `hasFailed`: it could not be fitted here. */
  giveBack(hasFailed?: boolean): Promise<void>;
}

/** A client's end. */
export interface ClientEnd {
  /** Tasks as they come, at most `prefetch` unfinished at a time, until `close` or the queue is over. */
  deliveries(prefetch: number): AsyncIterable<Delivery>;
  close(): Promise<void>;
}
