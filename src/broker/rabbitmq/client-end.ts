/**
 * A client's end at RabbitMQ. A task is acknowledged when the broker has confirmed its outcome, never before; one that is
 * given back, or whose client leaves, goes to somebody else.
 *
 * A connection that breaks takes the right to acknowledge with it, and the broker hands the tasks out again. A fit goes
 * on nevertheless: if its task comes back to this client it is recognised and not begun a second time.
 */
import { BrokerError, MessageError } from '../../config/index.js';
import { Fifo } from '../fifo.js';
import type { RemoteClientEnd, RemoteClientOptions, RemoteDelivery } from '../remote-types.js';
import type { TaskOutcome } from '../types.js';
import { loadWire, type TaskMessage, type Wire } from '../wire/index.js';
import { type AsyncMessage, type Channel, Consumption } from './consumption.js';
import { Publisher } from './publisher.js';
import { type Links, lookAtQueue, openLinks } from './queues.js';

const QUEUE_GONE_S = 60;
const REMOVED_MS = 1000;
const PUBLISH_WINDOW = 500;
/** A quorum queue of RabbitMQ 4 drops a message that was handed out 20 times; before that it gets a fresh start. */
const WORN_OUT = 10;
const DELIVERY_COUNT = 'x-delivery-count';
const SENT_AGAIN = 'x-skymap-scanner-sent-again';

/**
 * Opens a client's end. The queue of tasks may come later.
 *
 * @throws ConfigError 'broker/bad-address'; BrokerError where the broker cannot be used
 */
export async function openRabbitClient(options: RemoteClientOptions): Promise<RemoteClientEnd> {
  const wire = await loadWire();
  const links = await openLinks(options, { ...options, name: 'skymap-scanner client' });
  return new RabbitClient(links, wire, options).end;
}

/** A task in hand: unfinished, or finished and not acknowledged. */
interface Held {
  readonly key: string;
  readonly message: TaskMessage;
  readonly wasRedelivered: boolean;
  /** Where it can be acknowledged: none after its connection broke, several where its message came more than once. */
  receipts: Receipt[];
  isSettled: boolean;
  readonly group: Group;
}

interface Receipt {
  readonly channel: Channel;
  readonly deliveryTag: number;
}

/** The deliveries of one call of `deliveries`. */
interface Group {
  readonly ready: Fifo<Held>;
  readonly asking: Fifo<{ resolve: (next: IteratorResult<RemoteDelivery>) => void; reject: (error: unknown) => void }>;
  held: number;
  ending: { failure: unknown } | null;
  isStopped: boolean;
  consumption: Consumption;
}

class RabbitClient {
  readonly #links: Links;
  readonly #wire: Wire;
  readonly #options: RemoteClientOptions;
  readonly #outcomes: Publisher;
  readonly #tasks: Publisher;
  readonly #groups = new Set<Group>();
  /** Every task in hand by what it asks for, to recognise it when it comes again. */
  readonly #inHand = new Map<string, Held>();
  /** Tasks whose outcome is with the broker, but could not be acknowledged any more. */
  readonly #answered = new Set<string>();
  #closing: Promise<void> | null = null;
  #isScanOver = false;
  readonly #queueGoneMs: number;
  #hasSeenTasks = false;
  #dropped = 0;

  constructor(links: Links, wire: Wire, options: RemoteClientOptions) {
    this.#links = links;
    this.#wire = wire;
    this.#options = options;
    this.#queueGoneMs = (options.queueGoneS ?? QUEUE_GONE_S) * 1000;
    this.#outcomes = new Publisher(links.fromClients, {
      queue: options.fromClients.queue,
      window: PUBLISH_WINDOW,
      onMissingQueue: (forMs) => this.#waitForServer(forMs),
    });
    this.#tasks = new Publisher(links.toClients, {
      queue: options.toClients.queue,
      window: PUBLISH_WINDOW,
      onMissingQueue: async () => false,
    });
  }

  readonly end: RemoteClientEnd = {
    deliveries: (prefetch) => ({ [Symbol.asyncIterator]: () => this.#iterate(Math.max(1, prefetch)) }),
    close: () => {
      this.#closing ??= this.#close();
      return this.#closing;
    },
  };

  #iterate(prefetch: number): AsyncIterator<RemoteDelivery> {
    const { queue } = this.#options.toClients;
    if (this.#closing !== null) return { next: async () => OVER, return: async () => OVER };
    const wasThere = this.#hasSeenTasks;
    const openedMs = performance.now();
    const group: Group = {
      ready: new Fifo(),
      asking: new Fifo(),
      held: 0,
      ending: null,
      isStopped: false,
      consumption: null as never,
    };
    group.consumption = new Consumption(this.#links.toClients, {
      queue,
      prefetch,
      // Never made by a client: one that comes late would bring back a queue that its server has removed.
      prepare: async (channel) => void (await lookAtQueue(channel, queue)),
      onMessage: (message, channel) => this.#receive(message, channel, group),
      onLost: () => this.#dropReady(group),
      onMissingQueue: ({ forMs, wasRemoved }) => {
        // It may have gone while nobody here was asking for tasks.
        const goneMs = forMs ?? (wasThere ? performance.now() - openedMs : null);
        // A server that makes a broken queue again removes it for a moment.
        this.#isScanOver = goneMs !== null && goneMs > (wasRemoved ? REMOVED_MS : this.#queueGoneMs);
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
      finish: (outcome) => this.#finish(held, outcome),
      giveBack: async () => {
        if (this.#settle(held)) this.#reject(held);
      },
    };
  }

  #receive(message: AsyncMessage, channel: Channel, group: Group): void {
    const { deliveryTag } = message;
    this.#hasSeenTasks = true;
    if (group.isStopped || this.#closing !== null) {
      if (channel.active) channel.basicNack({ deliveryTag, requeue: true });
      return;
    }
    let found: TaskMessage;
    try {
      found = this.#decode(message);
    } catch (error) {
      this.#refuse(error, deliveryTag, channel, group);
      return;
    }
    const headers = message.headers ?? {};
    const key = keyOf(found);
    const known = this.#inHand.get(key);
    if (known !== undefined && !known.isSettled) {
      known.receipts = [...usable(known), { channel, deliveryTag }];
      return;
    }
    if (message.redelivered && this.#answered.delete(key)) {
      channel.basicAck({ deliveryTag });
      return;
    }
    const count = Number(headers[DELIVERY_COUNT] ?? 0);
    if (count >= WORN_OUT) {
      void this.#refresh(message, channel);
      return;
    }
    const wasRedelivered = message.redelivered || headers[SENT_AGAIN] === true;
    const receipts = [{ channel, deliveryTag }];
    const held: Held = { key, message: found, wasRedelivered, receipts, isSettled: false, group };
    this.#inHand.set(key, held);
    group.held++;
    group.ready.push(held);
    this.#deal(group);
  }

  #decode({ body }: AsyncMessage): TaskMessage {
    if (!Buffer.isBuffer(body))
      throw new MessageError('The message says that it is text or JSON; none of a scan does.');
    const found = this.#wire.decodeTask(body);
    const { scanId } = this.#options;
    if (scanId !== undefined && found.scanId !== '' && found.scanId !== scanId) {
      throw new MessageError(`The message belongs to the scan "${found.scanId.slice(0, 100)}".`);
    }
    return found;
  }

  #refuse(error: unknown, deliveryTag: number, channel: Channel, group: Group): void {
    if (!(error instanceof BrokerError) || error.remedy !== 'drop') {
      // Not ours to judge: a client of the right version will understand it.
      if (channel.active) channel.basicNack({ deliveryTag, requeue: true });
      this.#endGroup(group, error);
      return;
    }
    this.#dropped++;
    const { queue } = this.#options.toClients;
    this.#options.listen?.('message:dropped', { queue, reason: error.message, count: this.#dropped });
    if (channel.active) channel.basicNack({ deliveryTag, requeue: false });
  }

  /** Puts a fresh copy of a message into the queue in place of one that the broker would soon drop. */
  async #refresh({ body, deliveryTag }: AsyncMessage, channel: Channel): Promise<void> {
    try {
      const isThere = await this.#tasks.publish(body as Buffer, { [SENT_AGAIN]: true });
      if (isThere && channel.active) channel.basicAck({ deliveryTag });
    } catch {
      // Not allowed to publish tasks: the server will send it again when the broker has dropped it.
      if (channel.active) channel.basicNack({ deliveryTag, requeue: true });
    }
  }

  async #finish(held: Held, outcome: TaskOutcome): Promise<void> {
    if (!this.#settle(held)) return;
    const bodies = this.#wire.encodeOutcome(outcome, held.message);
    const isWithBroker = await Promise.all(bodies.map((body) => this.#outcomes.publish(body)));
    if (!isWithBroker.every(Boolean)) {
      this.#release(held);
      return;
    }
    const receipts = usable(held);
    for (const { channel, deliveryTag } of receipts) channel.basicAck({ deliveryTag });
    if (receipts.length === 0 && this.#closing === null) this.#answered.add(held.key);
    this.#release(held);
  }

  /** Only the first call counts, and none after the client has left: the task is somebody else's then. */
  #settle(held: Held): boolean {
    if (held.isSettled || this.#closing !== null) return false;
    held.isSettled = true;
    return true;
  }

  #reject(held: Held): void {
    for (const { channel, deliveryTag } of usable(held)) channel.basicNack({ deliveryTag, requeue: true });
    this.#release(held);
  }

  #release(held: Held): void {
    if (this.#inHand.get(held.key) === held) this.#inHand.delete(held.key);
    held.group.held--;
    this.#forget(held.group);
  }

  /** The group's channel is gone: what nobody has looked at comes again, what is in hand goes on. */
  #dropReady(group: Group): void {
    for (let held = group.ready.shift(); held !== undefined; held = group.ready.shift()) {
      held.isSettled = true;
      this.#reject(held);
    }
  }

  #stop(group: Group): void {
    if (group.isStopped) return;
    group.isStopped = true;
    this.#deal(group);
    this.#dropReady(group);
    void group.consumption.stop().then(() => this.#forget(group));
  }

  /** A group that takes no more and has nothing in hand needs its channel no more. */
  #forget(group: Group): void {
    if (!group.isStopped || group.held > 0) return;
    this.#groups.delete(group);
    void group.consumption.close();
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
    // With its channel the broker takes back everything that is not acknowledged.
    const consumptions = [...this.#groups].map(({ consumption }) => consumption.close());
    await Promise.all([...consumptions, this.#outcomes.close(), this.#tasks.close()]);
    await this.#links.close();
  }
}

const OVER: IteratorReturnResult<undefined> = { done: true, value: undefined };

function keyOf({ task, scanId }: TaskMessage): string {
  return `${scanId}/${task.nside}/${task.pixel}/${task.variations.map(({ variation }) => variation).join()}`;
}

/** Receipts whose channel is still there. */
function usable({ receipts }: Held): Receipt[] {
  return receipts.filter(({ channel }) => channel.active);
}
