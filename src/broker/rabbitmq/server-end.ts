/**
 * The server's end at RabbitMQ. It makes the two queues, publishes tasks in a window of confirms, and hands out outcomes;
 * one is acknowledged when the next is asked for, many at a time, so what a server had not kept yet comes again after a
 * crash. It watches for tasks that are neither queued nor answered (outstanding.ts), and removes the queues at the end.
 */
import { BrokerError, MessageError } from '../../config/index.js';
import type { RecoTask } from '../../reco/index.js';
import { Fifo } from '../fifo.js';
import { Outstanding } from '../outstanding.js';
import type { BrokerEvents, RemoteCloseOptions, RemoteServerEnd, RemoteServerOptions } from '../remote-types.js';
import type { TaskOutcome } from '../types.js';
import { loadWire, type Wire } from '../wire/index.js';
import { type AsyncMessage, type Channel, Consumption } from './consumption.js';
import { isQueueMissing } from './failures.js';
import { Publisher } from './publisher.js';
import { declareQueue, type Links, lookAtQueue, onChannel, openLinks, remakeQueue } from './queues.js';
import { within } from './within.js';

const DEFAULTS = {
  form: 'json',
  isResumed: false,
  ownsQueues: true,
  window: 500,
  prefetch: 300,
  lostAfterS: 7200,
} as const;
/** Between two looks at the queues, at most. */
const LOOK_EVERY_MS = 5000;
/** Acknowledgements wait so long for company. */
const ACK_DELAY_MS = 20;
const CLOSING_LIMIT_MS = 5000;

/**
 * Opens the server's end and makes its queues.
 *
 * @throws ConfigError 'broker/bad-address'; BrokerError where the broker cannot be used
 */
export async function openRabbitServer(options: RemoteServerOptions): Promise<RemoteServerEnd> {
  const wire = await loadWire();
  const links = await openLinks(options, { ...options, name: `skymap-scanner server ${options.context.scanId}` });
  try {
    await makeQueues(links, options);
    return new RabbitServer(links, wire, options).end;
  } catch (error) {
    await links.close();
    throw error;
  }
}

async function makeQueues(links: Links, options: RemoteServerOptions): Promise<void> {
  const { toClients, fromClients, isResumed, connectForS = 30 } = { ...DEFAULTS, ...options };
  await onChannel(links.toClients, toClients.queue, async (channel) => {
    await declareQueue(channel, toClients.queue);
  });
  await onChannel(links.fromClients, fromClients.queue, async (channel) => {
    await declareQueue(channel, fromClients.queue);
    // A server that has just died, or lost its network, may still be there to the broker for a moment.
    const startedMs = performance.now();
    while ((await lookAtQueue(channel, fromClients.queue)).consumers > 0) {
      if (performance.now() - startedMs > connectForS * 1000) throw otherServer(fromClients.queue);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    if (!isResumed) await channel.queuePurge(fromClients.queue);
  });
  // A scan that goes on sends what its journal lacks; what is queued of it would be fitted twice.
  await onChannel(links.toClients, toClients.queue, (channel) => channel.queuePurge(toClients.queue));
}

/** Queues that are there in name only. */
interface DeadQueues {
  readonly toClients?: boolean;
  readonly fromClients?: boolean;
}

interface Arrived {
  readonly outcome: TaskOutcome;
  readonly deliveryTag: number;
  readonly channel: Channel;
}

class RabbitServer {
  readonly #links: Links;
  readonly #wire: Wire;
  readonly #options: RemoteServerOptions & Required<Pick<RemoteServerOptions, keyof typeof DEFAULTS>>;
  readonly #publisher: Publisher;
  readonly #consumption: Consumption;
  readonly #outstanding: Outstanding;
  readonly #looking: ReturnType<typeof setInterval>;
  #arrived = new Fifo<Arrived>();
  #wakeUps: (() => void)[] = [];
  #ending: { readonly failure: unknown } | null = null;
  #closing: Promise<void> | null = null;
  #dropped = 0;
  #isLooking = false;
  #restoring: Promise<void> | null = null;

  /** Acknowledgements: everything up to `done` on `channel` may be acknowledged, `acked` is. */
  #ack: { channel: Channel; done: number; acked: number } | null = null;
  #ackTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(links: Links, wire: Wire, options: RemoteServerOptions) {
    this.#links = links;
    this.#wire = wire;
    this.#options = { ...DEFAULTS, ...options };
    const { toClients, fromClients, window, prefetch, lostAfterS } = this.#options;
    this.#outstanding = new Outstanding(lostAfterS);
    this.#publisher = new Publisher(links.toClients, {
      queue: toClients.queue,
      window,
      onMissingQueue: () => this.#whenRestored({}),
      onStall: () => void this.#whenRestored({ toClients: true }).catch((failure: unknown) => this.#end(failure)),
    });
    this.#consumption = new Consumption(links.fromClients, {
      queue: fromClients.queue,
      prefetch,
      prepare: async (channel) => void (await lookAtQueue(channel, fromClients.queue)),
      onMessage: (message, channel) => this.#receive(message, channel),
      onLost: () => this.#forgetArrived(),
      onMissingQueue: ({ isDead }) => this.#whenRestored({ fromClients: isDead }),
      onEnd: (failure) => this.#end(failure),
    });
    this.#looking = setInterval(
      () => void this.#look().catch((failure: unknown) => this.#end(failure)),
      Math.min(LOOK_EVERY_MS, (lostAfterS * 1000) / 4),
    );
  }

  readonly end: RemoteServerEnd = {
    send: (tasks) => this.#send(tasks),
    outcomes: () => this.#outcomes(),
    close: (options) => {
      this.#closing ??= this.#close(options ?? {});
      return this.#closing;
    },
  };

  async #send(tasks: readonly RecoTask[]): Promise<void> {
    if (this.#closing !== null) return;
    const { form, context, window } = this.#options;
    let confirming: Promise<unknown>[] = [];
    for (const task of tasks) {
      const sent = this.#outstanding.sent(task);
      const bodies = this.#wire.encodeTask(task, form, context);
      const confirmed = Promise.all(bodies.map((body) => this.#publisher.publish(body))).then(() => {
        sent.atMs = performance.now();
      });
      // Heard below, even where encoding a later task throws before.
      confirmed.catch(() => undefined);
      confirming.push(confirmed);
      // Bodies are made only as fast as they leave.
      if (confirming.length >= 2 * window) {
        await Promise.all(confirming);
        confirming = [];
      }
    }
    await Promise.all(confirming);
  }

  async *#outcomes(): AsyncGenerator<TaskOutcome> {
    for (;;) {
      if (this.#closing !== null) return;
      const next = this.#arrived.shift();
      if (next !== undefined) {
        yield next.outcome;
        this.#done(next);
      } else if (this.#ending !== null) {
        if (this.#ending.failure !== null) throw this.#ending.failure;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wakeUps.push(resolve);
        });
      }
    }
  }

  #receive(message: AsyncMessage, channel: Channel): void {
    const { deliveryTag } = message;
    try {
      const outcome = this.#decode(message);
      this.#outstanding.answered(outcome);
      this.#arrived.push({ outcome, deliveryTag, channel });
      this.#wake();
    } catch (error) {
      if (!(error instanceof BrokerError)) {
        this.#end(error);
        return;
      }
      this.#dropped++;
      const { queue } = this.#options.fromClients;
      this.#options.listen?.('message:dropped', { queue, reason: error.message, count: this.#dropped });
      // Taken out alone: outcomes before it may still wait to be kept.
      if (channel.active) channel.basicAck({ deliveryTag });
    }
  }

  #decode({ body }: AsyncMessage): TaskOutcome {
    if (!Buffer.isBuffer(body))
      throw new MessageError('The message says that it is text or JSON; none of a scan does.');
    const { outcome, scanId } = this.#wire.decodeOutcome(body);
    if (scanId !== '' && scanId !== this.#options.context.scanId) {
      throw new MessageError(`The message belongs to the scan "${scanId.slice(0, 100)}".`);
    }
    return outcome;
  }

  /** An outcome was taken and the next is asked for: it may be acknowledged, with all before it. */
  #done({ channel, deliveryTag }: Arrived): void {
    if (!channel.active) return;
    if (this.#ack?.channel !== channel) this.#ack = { channel, done: 0, acked: 0 };
    this.#ack.done = deliveryTag;
    if (this.#ack.done - this.#ack.acked >= this.#options.prefetch / 4) this.#acknowledge();
    else this.#ackTimer ??= setTimeout(() => this.#acknowledge(), ACK_DELAY_MS);
  }

  #acknowledge(): void {
    if (this.#ackTimer !== null) clearTimeout(this.#ackTimer);
    this.#ackTimer = null;
    const ack = this.#ack;
    if (ack === null || !ack.channel.active || ack.done === ack.acked) return;
    ack.acked = ack.done;
    ack.channel.basicAck({ deliveryTag: ack.done, multiple: true });
  }

  /** What came through a channel that is gone comes again; what was handed out already is a duplicate then. */
  #forgetArrived(): void {
    this.#arrived = new Fifo();
    this.#ack = null;
  }

  /** Looks whether tasks are lost, and sends them again. */
  async #look(): Promise<void> {
    if (this.#isLooking || this.#closing !== null || this.#outstanding.size === 0) return;
    this.#isLooking = true;
    try {
      const [toClients, fromClients] = [await this.#depth('toClients'), await this.#depth('fromClients')];
      if (toClients === 'missing' || fromClients === 'missing') await this.#whenRestored({});
      if (typeof toClients === 'string' || typeof fromClients === 'string') return;
      const lost = this.#outstanding.lost(toClients, fromClients, performance.now());
      if (lost.length > 0) await this.#sendAgain(lost, 'nobody has them');
    } finally {
      this.#isLooking = false;
    }
  }

  /**
   * The broker has forgotten a queue with everything in it, or has it in name only (a crash right after it was made).
   * Queues are made again, and everything is sent again that has no answer.
   */
  #restore(dead: DeadQueues): Promise<void> {
    this.#restoring ??= this.#makeAgain(dead).finally(() => {
      this.#restoring = null;
    });
    return this.#restoring;
  }

  /** True when there are queues again, false when the server leaves. */
  async #whenRestored(dead: DeadQueues): Promise<boolean> {
    if (this.#closing !== null) return false;
    try {
      await this.#restore(dead);
    } catch (error) {
      if (error instanceof BrokerError) throw error;
      // The broker is not in a state to do it. Whoever waits for the queue will ask again.
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    return this.#closing === null;
  }

  async #makeAgain(dead: DeadQueues): Promise<void> {
    const { toClients, fromClients } = this.#options;
    await onChannel(this.#links.fromClients, fromClients.queue, (channel) =>
      dead.fromClients ? remakeQueue(channel, fromClients.queue) : declareQueue(channel, fromClients.queue),
    );
    await onChannel(this.#links.toClients, toClients.queue, async (channel) => {
      if (dead.toClients) return remakeQueue(channel, toClients.queue);
      await declareQueue(channel, toClients.queue);
      await channel.queuePurge(toClients.queue);
    });
    // Not waited for: the messages that found no queue wait for this one.
    void this.#sendAgain(this.#outstanding.all(), 'queue was forgotten').catch((failure) => this.#end(failure));
  }

  async #sendAgain(tasks: readonly RecoTask[], why: BrokerEvents['task:sent-again']['why']): Promise<void> {
    if (tasks.length === 0) return;
    this.#options.listen?.('task:sent-again', { tasks: tasks.length, why });
    await this.#send(tasks);
  }

  async #depth(
    which: 'toClients' | 'fromClients',
  ): Promise<{ ready: number; consumers: number } | 'missing' | 'unknown'> {
    const { queue } = this.#options[which];
    try {
      return (await onChannel(this.#links[which], queue, (channel) => lookAtQueue(channel, queue))) ?? 'unknown';
    } catch (error) {
      if (isQueueMissing(error)) return 'missing';
      if (error instanceof BrokerError) throw error;
      return 'unknown';
    }
  }

  #wake(): void {
    for (const wakeUp of this.#wakeUps.splice(0)) wakeUp();
  }

  #end(failure: unknown): void {
    if (this.#ending !== null) return;
    this.#ending = { failure };
    this.#wake();
  }

  async #close({ keepQueues = false }: RemoteCloseOptions): Promise<void> {
    this.#end(null);
    clearInterval(this.#looking);
    this.#acknowledge();
    const { ownsQueues, toClients, fromClients } = this.#options;
    const leave = async (): Promise<void> => {
      await Promise.all([this.#consumption.close(), this.#publisher.close()]);
      if (!ownsQueues || keepQueues) return;
      for (const [link, { queue }] of [
        [this.#links.toClients, toClients],
        [this.#links.fromClients, fromClients],
      ] as const) {
        await onChannel(link, queue, (channel) => channel.queueDelete(queue));
      }
    };
    // A broker that is away keeps the queues; the scan does not wait for it.
    await within(leave(), CLOSING_LIMIT_MS).catch(() => undefined);
    await this.#links.close();
  }
}

function otherServer(queue: string): BrokerError {
  return new BrokerError(
    'broker/queue-conflict',
    `Another server takes outcomes from the queue ${queue}.`,
    'Give this scan another name. If the other server has lost its network, the broker will notice in a minute or two.',
  );
}
