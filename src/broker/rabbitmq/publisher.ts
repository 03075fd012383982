/**
 * Publishing with confirms: a message is the broker's when `publish` resolves, whatever happened in between. At most
 * `window` messages are in flight; what a broken connection leaves unconfirmed is published again on the next one, so a
 * message may arrive twice and never not at all.
 */
import type { Channel } from 'rabbitmq-client';
import { isQueueMissing, queueFailure } from './failures.js';
import type { Link } from './link.js';

export interface PublisherOptions {
  readonly queue: string;
  readonly window: number;
  /**
   * Called when the broker says that the queue is not there, for a message that has had none for `forMs`. Resolves to
   * false to give it up, to true (after a pause, or after having made the queue) to try again.
   */
  readonly onMissingQueue: (forMs: number) => Promise<boolean>;
}

/** What becomes of a message that was not given up. */
type Fate = 'confirmed' | 'unroutable' | 'again';

export class Publisher {
  readonly #link: Link;
  readonly #options: PublisherOptions;
  #channel: Promise<Channel | null> | null = null;
  #inFlight = 0;
  readonly #waiting: (() => void)[] = [];
  #nextId = 1;
  #isClosed = false;
  readonly #returned = new Set<string>();

  constructor(link: Link, options: PublisherOptions) {
    this.#link = link;
    this.#options = options;
  }

  /** True when the broker has the message, false when it was given up: the link was closed, or the queue is no more. */
  async publish(body: Uint8Array, headers?: Readonly<Record<string, unknown>>): Promise<boolean> {
    if (this.#inFlight >= this.#options.window) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#inFlight++;
    try {
      return await this.#untilConfirmed(Buffer.from(body.buffer, body.byteOffset, body.byteLength), headers);
    } finally {
      this.#inFlight--;
      this.#waiting.shift()?.();
    }
  }

  /** Gives up what is not confirmed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const channel = await this.#channel?.catch(() => null);
    await channel?.close();
  }

  async #untilConfirmed(body: Buffer, headers: Readonly<Record<string, unknown>> | undefined): Promise<boolean> {
    let missingSinceMs: number | null = null;
    for (;;) {
      const channel = await this.#open();
      if (channel === null) return false;
      const fate = await this.#once(channel, body, headers);
      if (fate === 'confirmed') return true;
      if (fate === 'again') continue;
      missingSinceMs ??= performance.now();
      if (!(await this.#options.onMissingQueue(performance.now() - missingSinceMs))) return false;
    }
  }

  async #once(channel: Channel, body: Buffer, headers: Readonly<Record<string, unknown>> | undefined): Promise<Fate> {
    const { queue } = this.#options;
    const messageId = String(this.#nextId++);
    try {
      // Mandatory: the broker would confirm, and throw away, a message for a queue that is not there.
      const envelope = { routingKey: queue, durable: true, mandatory: true, messageId };
      await channel.basicPublish(headers === undefined ? envelope : { ...envelope, headers }, body);
    } catch (error) {
      const failure = queueFailure(error, this.#link.address, queue);
      if (failure !== null && channel.active === false) throw failure;
      if (isQueueMissing(error)) return 'unroutable';
      // Neither the broker's refusal of one message (a queue without a leader) nor a broken channel is for ever.
      await new Promise((resolve) => setTimeout(resolve, channel.active ? 200 : 0));
      return 'again';
    }
    // rabbitmq-client tells of a returned message one turn after its confirmation.
    await new Promise(setImmediate);
    return this.#returned.delete(messageId) ? 'unroutable' : 'confirmed';
  }

  async #open(): Promise<Channel | null> {
    while (!this.#isClosed) {
      this.#channel ??= this.#openNew();
      const channel = await this.#channel;
      if (channel === null || channel.active) return channel;
      this.#channel = null;
    }
    return null;
  }

  async #openNew(): Promise<Channel | null> {
    const channel = await this.#link.channel();
    if (channel === null) return null;
    channel.on('basic.return', ({ messageId }) => {
      if (typeof messageId === 'string') this.#returned.add(messageId);
    });
    // Fails only with its connection; whoever waits sees an inactive channel and asks for the next one.
    await channel.confirmSelect().catch(() => undefined);
    return channel;
  }
}
