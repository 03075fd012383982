/** What brokers across a network have in common: where their queues are, what a scan asks of them, what they tell. */

import type { ClientEnd, Delivery, ServerEnd } from './types.js';
import type { TaskContext, TaskMessage, WireForm } from './wire/index.js';

/** One queue at a broker. The two queues of a scan are mostly, but need not be, at the same one. */
export interface QueuePlace {
  /** `[scheme://][user[:password]@]host[:port][/vhost]`, every part percent-encoded. */
  readonly address: string;
  /** Token or password, instead of the one in the address; '' for none. */
  readonly auth: string;
  readonly queue: string;
}

/** What servers and clients have in common. */
export interface RemoteOptions {
  /** Where tasks wait for clients. */
  readonly toClients: QueuePlace;
  /** Where outcomes wait for the server. */
  readonly fromClients: QueuePlace;
  /** Seconds for which a broker that does not answer is tried at the start. Default 30. Raise it where it starts late. */
  readonly connectForS?: number;
  /**
   * Seconds for which a lost connection is tried again before the broker counts as lost for good. Default 3600. Raise it
   * where scans should outlive longer repairs.
   */
  readonly reconnectForS?: number;
  /**
   * Seconds after which a silent peer is looked at with suspicion; after twice that long the connection is given up.
   * Default 60; the broker may ask for less. It need not be longer than a fit, which never runs on the thread of the
   * connection; lower it to notice cut networks sooner.
   */
  readonly heartbeatS?: number;
  /** Certificates (PEM) to trust besides the system's. Default: none (Node also reads NODE_EXTRA_CA_CERTS). */
  readonly ca?: string;
  /** Hears what happens to the connection and to messages. Default: nobody. */
  readonly listen?: BrokerListener;
}

/** Options of a server's end. */
export interface RemoteServerOptions extends RemoteOptions {
  /** Form of the tasks. Default 'json'; 'mqclient' where upstream's clients take part. Answers of either are read. */
  readonly form?: WireForm;
  readonly context: TaskContext;
  /**
   * Whether the scan goes on from a journal: outcomes that wait at the broker are its own then, and are kept. Default
   * false: what an earlier scan of the same name left in the queues is thrown away.
   */
  readonly isResumed?: boolean;
  /** False for queues that somebody else makes and removes (EWMS). Default true. */
  readonly ownsQueues?: boolean;
  /** Messages published and not yet confirmed, at most. Default 500. */
  readonly window?: number;
  /** Outcomes that the broker hands over in advance. Default 300. */
  readonly prefetch?: number;
  /**
   * Seconds after which a task that is neither queued nor answered is sent again: longer than any client may hold one.
   * Default 7200, four tries of 1800 s. Set it to four times the task time-out.
   */
  readonly lostAfterS?: number;
}

/** Options of a client's end. */
export interface RemoteClientOptions extends RemoteOptions {
  /** Tasks of other scans are dropped. Default: every scan's are taken. Upstream's tasks do not say whose they are. */
  readonly scanId?: string;
  /** Seconds without the queue of tasks, once it was there, after which the scan counts as over. Default 60. */
  readonly queueGoneS?: number;
  /**
   * Whether the queues were made before this client could hear of them: where they are not there, the scan is over or
   * its broker has forgotten them. Default false: they may still come.
   */
  readonly areQueuesMade?: boolean;
}

/** How a server's end is closed. */
export interface RemoteCloseOptions {
  /** Leaves the queues and what is in them, for a scan that will be continued. Default false. */
  readonly keepQueues?: boolean;
}

/** The server's end of a broker across a network. */
export interface RemoteServerEnd extends ServerEnd {
  close(options?: RemoteCloseOptions): Promise<void>;
}

/** A task in a client's hands, with what its message says beside it. */
export interface RemoteDelivery extends Delivery {
  readonly message: Omit<TaskMessage, 'task'>;
}

/** A client's end of a broker across a network. */
export interface RemoteClientEnd extends ClientEnd {
  deliveries(prefetch: number): AsyncIterable<RemoteDelivery>;
}

/** What a broker tells, by name. `where` is its address without the password. */
export interface BrokerEvents {
  /** Not there yet, or refused: tried again. */
  'broker:waiting': { readonly where: string; readonly reason: string };
  'broker:connected': { readonly where: string; readonly isAgain: boolean };
  'broker:lost': { readonly where: string; readonly reason: string };
  /** The broker takes no messages for now: low on disk or memory. */
  'broker:blocked': { readonly where: string; readonly reason: string };
  'broker:unblocked': { readonly where: string };
  /** A look at the queues, every few seconds: tasks that nobody has taken, who takes them, outcomes on their way here. */
  'broker:queues': { readonly tasks: number; readonly clients: number; readonly outcomes: number };
  /** A message that is none of this scan was taken off a queue. `count`: how many so far. */
  'message:dropped': { readonly queue: string; readonly reason: string; readonly count: number };
  /** Tasks that were neither queued nor answered were sent again. */
  'task:sent-again': { readonly tasks: number; readonly why: 'queue was forgotten' | 'nobody has them' };
}

/** Is told everything. */
export type BrokerListener = <K extends keyof BrokerEvents>(name: K, payload: BrokerEvents[K]) => void;

/** The two queues of a scan of one name at one broker, named as upstream's v3 does. */
export function queuesOf(
  basename: string,
  address: string,
  auth = '',
): Pick<RemoteOptions, 'toClients' | 'fromClients'> {
  return {
    toClients: { address, auth, queue: `to-clients-${basename}` },
    fromClients: { address, auth, queue: `from-clients-${basename}` },
  };
}
