/**
 * A client's end of a broker across a network. A task is acknowledged when the broker has confirmed its outcome, never
 * before; one that is given back, or whose client leaves, goes to somebody else.
 *
 * A connection that breaks takes the right to acknowledge with it, and the broker hands the tasks out again. A fit goes
 * on nevertheless: if its task comes back to this client it is recognised and not begun a second time.
 */
import { BrokerError, MessageError } from '../config/index.js';
import { Fifo } from './fifo.js';
import type { RemoteClientEnd, RemoteClientOptions, RemoteDelivery } from './remote-types.js';
import type { ClientTransport, Inbox, Incoming, Outbox } from './transport.js';
import type { TaskHistory, TaskOutcome } from './types.js';
import type { TaskMessage, Wire } from './wire/index.js';

const QUEUE_GONE_S = 60;
const REMOVED_MS = 1000;
/** For a client that comes when all is over: long enough for a server to make queues again that were forgotten. */
const LATE_MS = 10_000;
const PUBLISH_WINDOW = 500;

/** A client's end over an open transport. */
export function remoteClientEnd(transport: ClientTransport, wire: Wire, options: RemoteClientOptions): RemoteClientEnd {
  const client = new RemoteClient(transport, wire, options);
  return {
    deliveries: (prefetch) => ({ [Symbol.asyncIterator]: () => client.iterate(Math.max(1, prefetch)) }),
    close: () => client.close(),
  };
}

/** A task in hand: unfinished, or finished and not acknowledged. */
interface Held {
  readonly key: string;
  readonly message: TaskMessage;
  readonly wasRedelivered: boolean;
  readonly history: TaskHistory;
  /** Its message, more than once where it came more than once. */
  messages: Incoming[];
  isSettled: boolean;
  readonly group: Group;
}

/** The deliveries of one call of `deliveries`. */
interface Group {
  readonly ready: Fifo<Held>;
  readonly asking: Fifo<{ resolve: (next: IteratorResult<RemoteDelivery>) => void; reject: (error: unknown) => void }>;
  held: number;
  ending: { failure: unknown } | null;
  isStopped: boolean;
  inbox: Inbox;
}

class RemoteClient {
  readonly #transport: ClientTransport;
  readonly #wire: Wire;
  readonly #options: RemoteClientOptions;
  readonly #queueGoneMs: number;
  readonly #outcomes: Outbox;
  readonly #tasks: Outbox;
  readonly #groups = new Set<Group>();
  /** Every task in hand by what it asks for, to recognise it when it comes again. */
  readonly #inHand = new Map<string, Held>();
  /** Tasks whose outcome is with the broker, but could not be acknowledged any more. */
  readonly #answered = new Set<string>();
  #closing: Promise<void> | null = null;
  #isScanOver = false;
  #hasSeenTasks = false;
  #dropped = 0;

  constructor(transport: ClientTransport, wire: Wire, options: RemoteClientOptions) {
    this.#transport = transport;
    this.#wire = wire;
    this.#options = options;
    this.#queueGoneMs = (options.queueGoneS ?? QUEUE_GONE_S) * 1000;
    this.#outcomes = transport.openOutbox('fromClients', {
      window: PUBLISH_WINDOW,
      onMissingQueue: (forMs) => this.#waitForServer(forMs),
    });
    this.#tasks = transport.openOutbox('toClients', { window: PUBLISH_WINDOW, onMissingQueue: async () => false });
  }

  iterate(prefetch: number): AsyncIterator<RemoteDelivery> {
    if (this.#closing !== null) return { next: async () => OVER, return: async () => OVER };
    const wasThere = this.#hasSeenTasks;
    let missingSinceMs: number | null = null;
    const group: Group = {
      ready: new Fifo(),
      asking: new Fifo(),
      held: 0,
      ending: null,
      isStopped: false,
      inbox: null as never,
    };
    group.inbox = this.#transport.openInbox('toClients', {
      prefetch,
      inOrder: false,
      onMessage: (message) => this.#receive(message, group),
      // What nobody has looked at comes again, what is in hand goes on.
      onLost: () => this.#returnReady(group),
      onMissingQueue: ({ forMs, wasRemoved, isDead }) => {
        // Its server will make it again.
        if (isDead) return true;
        missingSinceMs ??= performance.now();
        // It may have gone while nobody here was asking for tasks, or before anybody here was.
        const isLate = forMs === null && this.#options.areQueuesMade === true;
        const goneMs = forMs ?? (wasThere || isLate ? performance.now() - missingSinceMs : null);
        // A server that makes a broken queue again removes it for a moment.
        const limitMs = wasRemoved ? REMOVED_MS : isLate ? Math.min(LATE_MS, this.#queueGoneMs) : this.#queueGoneMs;
        this.#isScanOver = goneMs !== null && goneMs > limitMs;
        return !this.#isScanOver;
      },
      onEnd: (failure) => this.#endGroup(group, failure),
    });
    this.#groups.add(group);
    return {
      next: () =>
        new Promise((resolve, reject) => {
          group.asking.push({ resolve, reject });
          this.#deal(group);
        }),
      return: async () => {
        this.#stop(group);
        return OVER;
      },
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Gives what is ready to who asks. */
  #deal(group: Group): void {
    while (group.asking.size > 0) {
      const held = group.ready.shift();
      if (held !== undefined) group.asking.shift()!.resolve({ done: false, value: this.#delivery(held) });
      else if (group.ending?.failure != null) group.asking.shift()!.reject(group.ending.failure);
      else if (group.ending !== null || group.isStopped) group.asking.shift()!.resolve(OVER);
      else return;
    }
  }

  #delivery(held: Held): RemoteDelivery {
    const { task, ...message } = held.message;
    return {
      task,
      message,
      redelivered: held.wasRedelivered,
      history: held.history,
      finish: (outcome) => this.#finish(held, outcome),
      giveBack: async (hasFailed = false) => {
        if (!this.#settle(held)) return;
        if (hasFailed) await this.#markFailed(held);
        this.#giveBack(held);
      },
    };
  }

  #receive(message: Incoming, group: Group): void {
    this.#hasSeenTasks = true;
    if (group.isStopped || this.#closing !== null) {
      message.giveBack();
      return;
    }
    let found: TaskMessage;
    try {
      found = this.#decode(message);
    } catch (error) {
      this.#refuse(error, message, group);
      return;
    }
    const key = keyOf(found);
    const known = this.#inHand.get(key);
    if (known !== undefined && !known.isSettled) {
      known.messages = [...known.messages.filter(({ isOurs }) => isOurs), message];
      return;
    }
    if (message.isRedelivered && this.#answered.delete(key)) {
      message.ack();
      return;
    }
    if (message.isWornOut) {
      void this.#refresh(message, message.history).then((isDone) => {
        // Not allowed to publish tasks: the server will send it again when the broker has dropped it.
        if (!isDone) message.giveBack();
      });
      return;
    }
    const { isRedelivered: wasRedelivered, history } = message;
    const held: Held = { key, message: found, wasRedelivered, history, messages: [message], isSettled: false, group };
    this.#inHand.set(key, held);
    group.held++;
    group.ready.push(held);
    this.#deal(group);
  }

  #decode({ body }: Incoming): TaskMessage {
    if (body === null) throw new MessageError('The message says that it is text or JSON; none of a scan does.');
    const found = this.#wire.decodeTask(body);
    const { scanId } = this.#options;
    if (scanId !== undefined && found.scanId !== '' && found.scanId !== scanId) {
      throw new MessageError(`The message belongs to the scan "${found.scanId.slice(0, 100)}".`);
    }
    return found;
  }

  #refuse(error: unknown, message: Incoming, group: Group): void {
    if (!(error instanceof BrokerError) || error.remedy !== 'drop') {
      // Not ours to judge: a client of the right version will understand it.
      message.giveBack();
      this.#endGroup(group, error);
      return;
    }
    this.#dropped++;
    const { queue } = this.#options.toClients;
    this.#options.listen?.('message:dropped', { queue, reason: error.message, count: this.#dropped });
    message.discard();
  }

  /** Puts a fresh copy of a message into the queue in its place, with what is known of it. */
  async #refresh(message: Incoming, history: TaskHistory): Promise<boolean> {
    const isThere = await this.#tasks.publish(message.body!, history).catch(() => false);
    if (isThere) message.ack();
    return isThere;
  }

  /** A task that goes back says from now on that one more client could not fit it; where it may, for others' queues. */
  async #markFailed(held: Held): Promise<void> {
    const [message, ...others] = held.messages.filter(({ isOurs }) => isOurs);
    if (message === undefined) return;
    const { handedOut, failedAt } = held.history;
    if (!(await this.#refresh(message, { handedOut: handedOut + 1, failedAt: failedAt + 1 }))) return;
    for (const other of others) other.ack();
    held.messages = [];
  }

  async #finish(held: Held, outcome: TaskOutcome): Promise<void> {
    if (!this.#settle(held)) return;
    const bodies = this.#wire.encodeOutcome(outcome, held.message);
    const isWithBroker = await Promise.all(bodies.map((body) => this.#outcomes.publish(body)));
    if (isWithBroker.every(Boolean)) {
      if (!held.messages.some(({ isOurs }) => isOurs) && this.#closing === null) this.#answered.add(held.key);
      for (const message of held.messages) message.ack();
    }
    this.#release(held);
  }

  /** Only the first call counts, and none after the client has left: the task is somebody else's then. */
  #settle(held: Held): boolean {
    if (held.isSettled || this.#closing !== null) return false;
    held.isSettled = true;
    return true;
  }

  #giveBack(held: Held): void {
    for (const message of held.messages) message.giveBack();
    this.#release(held);
  }

  #release(held: Held): void {
    if (this.#inHand.get(held.key) === held) this.#inHand.delete(held.key);
    held.group.held--;
    this.#forget(held.group);
  }

  #returnReady(group: Group): void {
    for (let held = group.ready.shift(); held !== undefined; held = group.ready.shift()) {
      held.isSettled = true;
      this.#giveBack(held);
    }
  }

  #stop(group: Group): void {
    if (group.isStopped) return;
    group.isStopped = true;
    this.#deal(group);
    this.#returnReady(group);
    void group.inbox.stop().then(() => this.#forget(group));
  }

  /** A group that takes no more and has nothing in hand needs its connection no more. */
  #forget(group: Group): void {
    if (!group.isStopped || group.held > 0) return;
    this.#groups.delete(group);
    void group.inbox.close();
  }

  #endGroup(group: Group, failure: unknown): void {
    group.ending ??= { failure };
    this.#deal(group);
    if (failure !== null) this.#stop(group);
  }

  /** The queue of outcomes is not there: either the scan is over, or its server will make it again. */
  async #waitForServer(forMs: number): Promise<boolean> {
    const isHopeless = (): boolean => this.#closing !== null || this.#isScanOver || forMs > this.#queueGoneMs;
    for (let i = 0; i < 10 && !isHopeless(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
    return !isHopeless();
  }

  async #close(): Promise<void> {
    for (const group of this.#groups) {
      group.isStopped = true;
      this.#endGroup(group, null);
    }
    // Those whose outcome is on its way come again as well: it may not arrive.
    for (const { messages } of this.#inHand.values()) for (const message of messages) message.giveBack();
    const inboxes = [...this.#groups].map(({ inbox }) => inbox.close());
    await Promise.all([...inboxes, this.#outcomes.close(), this.#tasks.close()]);
    await this.#transport.close();
  }
}

const OVER: IteratorReturnResult<undefined> = { done: true, value: undefined };

function keyOf({ task, scanId }: TaskMessage): string {
  return `${scanId}/${task.nside}/${task.pixel}/${task.variations.map(({ variation }) => variation).join()}`;
}
