/**
 * Consuming a queue of RabbitMQ across broken connections: opens a channel, says how many messages it may hold, hands
 * them over one by one, and begins again on the next connection when the channel is gone. Messages that were not
 * acknowledged by then come again, to us or to somebody else.
 */
import type { AsyncMessage, Channel } from 'rabbitmq-client';
import { countOf, type Inbox, type InboxOptions, type Incoming } from '../transport.js';
import type { TaskHistory } from '../types.js';
import { within } from '../within.js';
import { Acknowledgements } from './acknowledgements.js';
import { isQueueMissing, queueFailure } from './failures.js';
import type { Link } from './link.js';
import { FAILED_AT, HANDED_OUT } from './publisher.js';
import { closeChannel, lookAtQueue } from './queues.js';

const MISSING_PAUSE_MS = 500;
/** A broker with very many queues may take some seconds after its start. */
const CONSUME_LIMIT_MS = 20_000;
/** A quorum queue of RabbitMQ 4 drops a message that was handed out 20 times. */
const WORN_OUT = 10;
/** What the broker counts; which of them, and what it counts as a delivery, depends on its version. */
const COUNTS = ['x-delivery-count', 'x-acquired-count'];

export class Consumption implements Inbox {
  readonly #link: Link;
  readonly #queue: string;
  readonly #options: InboxOptions;
  #channel: Channel | null = null;
  #consumerTag: string | null = null;
  #acknowledgements: Acknowledgements | null = null;
  #isStopped = false;
  #isClosed = false;
  #lastSeenMs: number | null = null;
  #wasCancelled = false;
  #isDead = false;
  #wakeUp: (() => void) | null = null;

  constructor(link: Link, queue: string, options: InboxOptions) {
    this.#link = link;
    this.#queue = queue;
    this.#options = options;
    this.#run().then(
      () => options.onEnd(null),
      (failure: unknown) => options.onEnd(failure),
    );
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#wakeUp?.();
    const [channel, consumerTag] = [this.#channel, this.#consumerTag];
    if (channel?.active && consumerTag !== null) await channel.basicCancel(consumerTag).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#isStopped = true;
    this.#isClosed = true;
    this.#wakeUp?.();
    this.#acknowledgements?.flush();
    if (this.#channel !== null) await closeChannel(this.#channel);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const channel = await this.#link.channel();
      if (channel === null) return;
      this.#channel = channel;
      const isThere = await this.#consume(channel);
      // Acknowledgements still go through the channel.
      if (this.#isStopped && !this.#isClosed) await gone(channel);
      if (this.#isClosed) await closeChannel(channel);
      this.#channel = null;
      if (isThere) this.#options.onLost();
      else {
        await closeChannel(channel);
        const forMs = this.#lastSeenMs === null ? null : performance.now() - this.#lastSeenMs;
        const absence = { forMs, wasRemoved: this.#wasCancelled, isDead: this.#isDead };
        if (this.#isStopped || !(await this.#options.onMissingQueue(absence))) return;
        await this.#pause(MISSING_PAUSE_MS);
      }
    }
  }

  /** Consumes until the channel is gone or the queue is deleted. False where the queue was not there. */
  async #consume(channel: Channel): Promise<boolean> {
    const { prefetch, inOrder, onMessage } = this.#options;
    const queue = this.#queue;
    const acknowledgements = new Acknowledgements(channel, inOrder ? prefetch / 4 : 1);
    this.#acknowledgements = acknowledgements;
    // Listened to from the beginning: a queue may be removed in the moment in which consuming begins.
    const ending = Promise.race([gone(channel), cancelled(channel)]);
    try {
      await lookAtQueue(channel, queue);
      await channel.basicQos({ prefetchCount: prefetch });
      if (this.#isStopped) return true;
      const consuming = channel.basicConsume({ queue }, (message) =>
        onMessage(new RabbitMessage(message, channel, acknowledgements)),
      );
      const begun = await within(consuming, CONSUME_LIMIT_MS);
      this.#isDead = begun === null;
      if (begun === null) {
        this.#link.renew(`The broker does not answer who wants to consume from the queue ${queue}.`);
        return false;
      }
      this.#consumerTag = begun.consumerTag;
      this.#lastSeenMs = performance.now();
    } catch (error) {
      if (isQueueMissing(error)) return false;
      const failure = queueFailure(error, this.#link.address, queue);
      if (failure !== null) throw failure;
      // The connection broke, or the broker is not ready yet.
      await closeChannel(channel);
      await this.#pause(MISSING_PAUSE_MS);
      return true;
    }
    if (this.#isStopped) {
      await channel.basicCancel(this.#consumerTag).catch(() => undefined);
      return true;
    }
    const end = await ending;
    this.#consumerTag = null;
    this.#lastSeenMs = performance.now();
    this.#wasCancelled = end === 'cancelled';
    // A cancelled consumer's channel still serves acknowledgements; they are of no use when the queue is gone.
    if (end === 'cancelled') await closeChannel(channel);
    return true;
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isStopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeUp = null;
  }
}

class RabbitMessage implements Incoming {
  readonly body: Uint8Array | null;
  readonly isRedelivered: boolean;
  readonly history: TaskHistory;
  readonly isWornOut: boolean;
  readonly #channel: Channel;
  readonly #deliveryTag: number;
  readonly #acknowledgements: Acknowledgements;

  constructor({ body, headers, redelivered, deliveryTag }: AsyncMessage, channel: Channel, acks: Acknowledgements) {
    // rabbitmq-client turns bodies that call themselves text or JSON into such.
    this.body = Buffer.isBuffer(body) ? body : null;
    const count = Math.max(redelivered ? 1 : 0, ...COUNTS.map((name) => countOf(headers?.[name])));
    this.history = { handedOut: count + countOf(headers?.[HANDED_OUT]), failedAt: countOf(headers?.[FAILED_AT]) };
    this.isRedelivered = this.history.handedOut > 0;
    this.isWornOut = count >= WORN_OUT;
    this.#channel = channel;
    this.#deliveryTag = deliveryTag;
    this.#acknowledgements = acks;
  }

  get isOurs(): boolean {
    return this.#channel.active;
  }

  ack(): void {
    this.#acknowledgements.ack(this.#deliveryTag);
  }

  discard(): void {
    if (this.isOurs) this.#channel.basicNack({ deliveryTag: this.#deliveryTag, requeue: false });
  }

  giveBack(): void {
    if (this.isOurs) this.#channel.basicNack({ deliveryTag: this.#deliveryTag, requeue: true });
  }
}

function gone(channel: Channel): Promise<'gone'> {
  return new Promise((resolve) => {
    if (!channel.active) resolve('gone');
    else channel.once('close', () => resolve('gone'));
  });
}

function cancelled(channel: Channel): Promise<'cancelled'> {
  return new Promise((resolve) => {
    channel.once('basic.cancel', () => resolve('cancelled'));
  });
}
