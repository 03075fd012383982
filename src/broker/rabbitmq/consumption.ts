/**
 * Consuming a queue across broken connections: opens a channel, says how many messages it may hold, hands them over one
 * by one, and begins again on the next connection when the channel is gone. Messages that were not acknowledged by then
 * come again, to us or to somebody else.
 */
import type { AsyncMessage, Channel } from 'rabbitmq-client';
import { isQueueMissing, queueFailure } from './failures.js';
import type { Link } from './link.js';
import { closeChannel, within } from './within.js';

export type { AsyncMessage, Channel } from 'rabbitmq-client';

export interface ConsumptionOptions {
  readonly queue: string;
  readonly prefetch: number;
  /** Sees to it that the queue is there. Throws what `queueDeclare` throws. */
  readonly prepare: (channel: Channel) => Promise<void>;
  readonly onMessage: (message: AsyncMessage, channel: Channel) => void;
  /** The channel is gone, and with it the right to acknowledge what came through it. */
  readonly onLost: () => void;
  /** The queue is not there. Says whether it is worth waiting for. */
  readonly onMissingQueue: (absence: Absence) => boolean | Promise<boolean>;
  /** Nothing more will come: the link is closed (null), the queue is gone (null), or something is wrong. */
  readonly onEnd: (failure: unknown) => void;
}

/** What is known about a queue that is not there. */
export interface Absence {
  /** ms since it was last seen, null where it never was. */
  readonly forMs: number | null;
  /** It was removed while we consumed from it, so somebody wanted it so. */
  readonly wasRemoved: boolean;
  /**
   * It is there in name only, as a quorum queue may be that was made right before a crash: the broker never answers who
   * wants to consume from it.
   */
  readonly isDead: boolean;
}

const MISSING_PAUSE_MS = 500;
/** A broker with very many queues may take some seconds after its start. */
const CONSUME_LIMIT_MS = 20_000;

export class Consumption {
  readonly #link: Link;
  readonly #options: ConsumptionOptions;
  #channel: Channel | null = null;
  #consumerTag: string | null = null;
  #isStopped = false;
  #isClosed = false;
  #lastSeenMs: number | null = null;
  #wasCancelled = false;
  #isDead = false;
  #wakeUp: (() => void) | null = null;

  constructor(link: Link, options: ConsumptionOptions) {
    this.#link = link;
    this.#options = options;
    this.#run().then(
      () => options.onEnd(null),
      (failure: unknown) => options.onEnd(failure),
    );
  }

  /** Asks for no more messages. Those on their way may still come; what was handed over can still be acknowledged. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#wakeUp?.();
    const [channel, consumerTag] = [this.#channel, this.#consumerTag];
    if (channel?.active && consumerTag !== null) await channel.basicCancel(consumerTag).catch(() => undefined);
  }

  /** Ends it; the broker takes back what was not acknowledged. */
  async close(): Promise<void> {
    this.#isStopped = true;
    this.#isClosed = true;
    this.#wakeUp?.();
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
    const { queue, prefetch, prepare, onMessage } = this.#options;
    try {
      await prepare(channel);
      await channel.basicQos({ prefetchCount: prefetch });
      if (this.#isStopped) return true;
      const consuming = channel.basicConsume({ queue }, (message) => onMessage(message, channel));
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
    const end = await Promise.race([gone(channel), cancelled(channel)]);
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
