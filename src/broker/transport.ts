/**
 * What the ends of a broker across a network (remote-server.ts, remote-client.ts) need of it. An adapter knows how one
 * broker does it: its connections and how they come back, its queues, its acknowledgements.
 */
import type { QueueDepth } from './outstanding.js';
import type { TaskHistory } from './types.js';

/** Which of the two queues of a scan. */
export type Direction = 'toClients' | 'fromClients';

/** A message that has come in. */
export interface Incoming {
  /** null where the message says itself that it is none of ours. */
  readonly body: Uint8Array | null;
  readonly isRedelivered: boolean;
  readonly history: TaskHistory;
  /** It is about to be thrown away by the broker, having been handed out too often. */
  readonly isWornOut: boolean;
  /** Whether it can still be acknowledged or given back; its connection may have broken. */
  readonly isOurs: boolean;
  /** It was used: takes it off the queue. */
  ack(): void;
  /** Nobody can use it: takes it off the queue. */
  discard(): void;
  /** Returns it to the queue for somebody else. */
  giveBack(): void;
}

/** What is known about a queue that is not there. */
export interface Absence {
  /** ms since it was last seen, null where it never was. */
  readonly forMs: number | null;
  /** It was removed while we consumed from it, so somebody wanted it so. */
  readonly wasRemoved: boolean;
  /** It is there in name only: the broker never answers who wants to consume from it. */
  readonly isDead: boolean;
}

export interface InboxOptions {
  /** Messages that may be handed over and not yet acknowledged. */
  readonly prefetch: number;
  /** Whether messages are acknowledged in the order in which they came, so that many can be at once. */
  readonly inOrder: boolean;
  readonly onMessage: (message: Incoming) => void;
  /** The connection is gone, and with it the right to acknowledge what came through it. */
  readonly onLost: () => void;
  /** The queue is not there. Says whether it is worth waiting for. */
  readonly onMissingQueue: (absence: Absence) => boolean | Promise<boolean>;
  /** Nothing more will come: it was closed or its queue is gone (null), or something is wrong. */
  readonly onEnd: (failure: unknown) => void;
}

/** Consumes a queue, across broken connections. */
export interface Inbox {
  /** Asks for no more messages; what was handed over can still be acknowledged. */
  stop(): Promise<void>;
  /** Ends it; the broker takes back what was not acknowledged. */
  close(): Promise<void>;
}

export interface OutboxOptions {
  /** Messages on their way and not yet confirmed, at most. */
  readonly window: number;
  /**
   * The queue is not there, for a message that has had none for `forMs`. Resolves to false to give it up, to true (after
   * a pause, or after having made the queue) to try again.
   */
  readonly onMissingQueue: (forMs: number) => Promise<boolean>;
  /** The queue takes no messages although the broker answers: it is there in name only. */
  readonly onStall?: () => void;
}

/** Publishes to a queue, across broken connections: a message may arrive twice, and never not at all. */
export interface Outbox {
  /**
   * True when the broker has the message, false when it was given up: the outbox was closed, or the queue is no more.
   * `history` goes with one that was handed out before and takes the place of a message that came in.
   */
  publish(body: Uint8Array, history?: TaskHistory): Promise<boolean>;
  /** Gives up what is not confirmed. */
  close(): Promise<void>;
}

/** A broker as clients use it. */
export interface ClientTransport {
  openOutbox(direction: Direction, options: OutboxOptions): Outbox;
  openInbox(direction: Direction, options: InboxOptions): Inbox;
  close(): Promise<void>;
}

/** A broker as servers use it. Its queues were made when it was opened. */
export interface ServerTransport extends ClientTransport {
  /**
   * Makes both queues again where they are not there, or, those named, in name only; empties that of tasks. Throws a
   * BrokerError where that is not allowed, anything else where it did not work at the moment.
   */
  restore(dead: ReadonlySet<Direction>): Promise<void>;
  /** What a queue looks like now. Throws a BrokerError where looking is not allowed. */
  depth(direction: Direction): Promise<QueueDepth | 'missing' | 'unknown'>;
  /** Removes both queues. */
  removeQueues(): Promise<void>;
}

/** A count that a message claims: 0 where it is none, and never so large that adding to it goes wrong. */
export function countOf(value: unknown): number {
  const count = Number(value);
  return Number.isSafeInteger(count) && count > 0 ? Math.min(count, 1_000_000) : 0;
}
