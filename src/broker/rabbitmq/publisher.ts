/**
 * Publishing with confirms: a message is the broker's when `publish` resolves, whatever happened in between. At most
 * `window` messages are in flight; what a broken connection leaves unconfirmed is published again on the next one, so a
 * message may arrive twice and never not at all.
 */
import type { Channel } from 'rabbitmq-client';
import { Fifo } from '../fifo.js';
import type { Outbox, OutboxOptions } from '../transport.js';
import type { TaskHistory } from '../types.js';
import { within } from '../within.js';
import { isQueueMissing, queueFailure } from './failures.js';
import type { Link } from './link.js';
import { closeChannel, lookAtQueue } from './queues.js';

/** Headers of a message that was handed out before and is published anew. */
export const HANDED_OUT = 'x-skymap-scanner-handed-out';
export const FAILED_AT = 'x-skymap-scanner-failed-at';

interface Outgoing {
  readonly body: Buffer;
  readonly history: TaskHistory | undefined;
  readonly resolve: (isWithBroker: boolean) => void;
  readonly reject: (failure: unknown) => void;
  missingSinceMs: number | null;
}

/** Until a message that the broker refused, for a reason of its own (a queue without a leader), is tried again. */
const REFUSED_PAUSE_MS = 200;
/** Without a single confirm in so long, it is looked at what is wrong. */
const STALL_MS = 60_000;
const ANSWER_LIMIT_MS = 5000;

export class Publisher implements Outbox {
  readonly #link: Link;
  readonly #queue: string;
  readonly #options: OutboxOptions;
  readonly #waiting = new Fifo<Outgoing>();
  #channel: Channel | null = null;
  #isOpening = false;
  #isClosed = false;
  #inFlight = 0;
  #nextId = 1;
  /** Ids of messages that came back because there was no queue for them. */
  readonly #returned = new Set<string>();
  #lastConfirmMs = 0;
  #watching: ReturnType<typeof setTimeout> | null = null;

  constructor(link: Link, queue: string, options: OutboxOptions) {
    this.#link = link;
    this.#queue = queue;
    this.#options = options;
  }

  publish(body: Uint8Array, history?: TaskHistory): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      this.#waiting.push({ body: bytes, history, resolve, reject, missingSinceMs: null });
      this.#pump();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#watching !== null) clearTimeout(this.#watching);
    this.#giveUpWaiting();
    if (this.#channel !== null) await closeChannel(this.#channel);
  }

  #pump(): void {
    if (this.#isClosed) this.#giveUpWaiting();
    else if (this.#channel === null || !this.#channel.active) {
      if (this.#waiting.size > 0) void this.#open();
    } else {
      while (this.#inFlight < this.#options.window && this.#waiting.size > 0) {
        this.#send(this.#waiting.shift()!, this.#channel);
      }
    }
  }

  async #open(): Promise<void> {
    if (this.#isOpening) return;
    this.#isOpening = true;
    try {
      const channel = await this.#link.channel();
      if (channel === null) this.#isClosed = true;
      else {
        channel.on('basic.return', ({ messageId }) => {
          if (typeof messageId === 'string') this.#returned.add(messageId);
        });
        await channel.confirmSelect();
        this.#channel = channel;
      }
    } catch (failure) {
      // A channel that broke while it was opened is followed by the next; a broker that is lost for good is not.
      if (this.#link.isOver) {
        for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next.reject(failure);
      }
    }
    this.#isOpening = false;
    this.#pump();
  }

  #send(message: Outgoing, channel: Channel): void {
    if (this.#inFlight++ === 0) this.#lastConfirmMs = performance.now();
    this.#watching ??= setTimeout(() => this.#watch(), STALL_MS);
    const messageId = String(this.#nextId++);
    const { body, history } = message;
    // Mandatory: the broker would confirm, and throw away, a message for a queue that is not there.
    const envelope = { routingKey: this.#queue, durable: true, mandatory: true, messageId };
    channel.basicPublish(history === undefined ? envelope : { ...envelope, headers: headersOf(history) }, body).then(
      // rabbitmq-client tells of a returned message one turn after its confirmation.
      () => void setImmediate(() => this.#confirmed(message, messageId)),
      (error: unknown) => this.#failed(message, error, channel),
    );
  }

  #confirmed(message: Outgoing, messageId: string): void {
    this.#inFlight--;
    this.#lastConfirmMs = performance.now();
    if (this.#returned.size > 0 && this.#returned.delete(messageId)) void this.#missing(message);
    else message.resolve(true);
    this.#pump();
  }

  #failed(message: Outgoing, error: unknown, channel: Channel): void {
    this.#inFlight--;
    const failure = queueFailure(error, this.#link.address, this.#queue);
    if (isQueueMissing(error)) void this.#missing(message);
    else if (failure !== null) message.reject(failure);
    else if (channel.active) setTimeout(() => this.#again(message), REFUSED_PAUSE_MS);
    else this.#waiting.push(message);
    this.#pump();
  }

  #watch(): void {
    this.#watching = null;
    if (this.#inFlight === 0 || this.#isClosed) return;
    const leftMs = this.#lastConfirmMs + STALL_MS - performance.now();
    const channel = this.#channel;
    if (leftMs <= 0 && channel?.active && !this.#link.isBlocked) void this.#examine(channel);
    else this.#watching = setTimeout(() => this.#watch(), Math.max(leftMs, STALL_MS / 10));
  }

  /** A broker that answers and does not confirm: what is in flight is published again on another channel. */
  async #examine(channel: Channel): Promise<void> {
    const { onStall } = this.#options;
    const answer = await within(lookAtQueue(channel, this.#queue), ANSWER_LIMIT_MS).catch(() => null);
    if (answer !== null && channel.active) {
      onStall?.();
      await closeChannel(channel);
    }
    this.#lastConfirmMs = performance.now();
    this.#watching ??= setTimeout(() => this.#watch(), STALL_MS);
  }

  async #missing(message: Outgoing): Promise<void> {
    message.missingSinceMs ??= performance.now();
    try {
      const isWorthIt = await this.#options.onMissingQueue(performance.now() - message.missingSinceMs);
      if (isWorthIt) this.#again(message);
      else message.resolve(false);
    } catch (failure) {
      message.reject(failure);
    }
  }

  #again(message: Outgoing): void {
    this.#waiting.push(message);
    this.#pump();
  }

  #giveUpWaiting(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next.resolve(false);
  }
}

function headersOf({ handedOut, failedAt }: TaskHistory): Readonly<Record<string, number>> {
  return { [HANDED_OUT]: handedOut, [FAILED_AT]: failedAt };
}
