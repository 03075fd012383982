/** What stands in the messages between servers and clients. */
import type { I3Time } from '../../event/index.js';
import type { RecoTask } from '../../reco/index.js';
import type { TaskOutcome } from '../types.js';

/**
 * 'json': our own, several variations of a pixel in one message (json-form.ts). 'mqclient': what upstream's servers and
 * clients exchange, one message a variation (mqclient-form.ts). Readers take both; an answer has the form of its task.
 */
export type WireForm = 'json' | 'mqclient';

/** The names and times of an event that stand in every task of upstream's form. */
export interface EventIdentity {
  readonly runId: number;
  readonly subRunId: number;
  readonly eventId: number;
  /** I3EventHeader's state; 20 is OK. */
  readonly state: number;
  readonly start: I3Time;
  readonly end: I3Time;
}

/** What the tasks of one scan have in common. */
export interface TaskContext {
  /** Tells the messages of this scan from those of others; upstream's form does not carry it. */
  readonly scanId: string;
  readonly recoAlgo: string;
  /** Real-time format version of the event, '' where it has none. */
  readonly formatVersion: string;
  /** Needed to write upstream's form. */
  readonly event?: EventIdentity;
}

/** A task out of a message, with what else the message says. */
export interface TaskMessage {
  readonly task: RecoTask;
  readonly form: WireForm;
  /** '' where the message does not say (upstream's form). */
  readonly scanId: string;
  readonly recoAlgo: string;
  readonly formatVersion: string;
}

/** An outcome out of a message. */
export interface OutcomeMessage {
  readonly outcome: TaskOutcome;
  readonly form: WireForm;
  /** '' where the message does not say (upstream's form). */
  readonly scanId: string;
}
