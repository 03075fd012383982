/**
 * Publishing to a topic: a message is safe when the service has answered "ok" to it. What a broken socket leaves
 * unanswered is published again on the next one.
 */
import type { WebSocket } from 'ws';
import { Fifo } from '../fifo.js';
import type { Outbox, OutboxOptions } from '../transport.js';
import type { TaskHistory } from '../types.js';
import type { Topic } from './topic.js';

/** Beyond that many unanswered messages the service fails further ones; the window stays below. */
const MAX_PENDING = 1000;
const REFUSED_PAUSE_MS = 200;
/** Properties of a message that was handed out before and is published anew. */
export const HANDED_OUT = 'skymap-scanner-handed-out';
export const FAILED_AT = 'skymap-scanner-failed-at';

interface Outgoing {
  readonly payload: string;
  readonly history: TaskHistory | undefined;
  readonly resolve: (isWithBroker: boolean) => void;
  readonly reject: (failure: unknown) => void;
}

export class Producer implements Outbox {
  readonly #topic: Topic;
  readonly #options: OutboxOptions;
  readonly #waiting = new Fifo<Outgoing>();
  readonly #inFlight = new Map<string, Outgoing>();
  #socket: WebSocket | null = null;
  #isOpening = false;
  #isClosed = false;
  #nextId = 1;
  #missingSinceMs: number | null = null;

  constructor(topic: Topic, options: OutboxOptions) {
    this.#topic = topic;
    this.#options = options;
  }

  publish(body: Uint8Array, history?: TaskHistory): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const payload = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64');
      this.#waiting.push({ payload, history, resolve, reject });
      this.#pump();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#giveUp();
    this.#socket?.close();
  }

  #pump(): void {
    if (this.#isClosed) this.#giveUp();
    else if (this.#socket === null) {
      if (this.#waiting.size > 0) void this.#open();
    } else {
      const window = Math.min(this.#options.window, MAX_PENDING - 1);
      while (this.#inFlight.size < window && this.#waiting.size > 0) this.#send(this.#waiting.shift()!, this.#socket);
    }
  }

  #send(message: Outgoing, socket: WebSocket): void {
    const context = String(this.#nextId++);
    this.#inFlight.set(context, message);
    const properties = message.history === undefined ? '' : `"properties":${propertiesOf(message.history)},`;
    socket.send(`{"payload":"${message.payload}",${properties}"context":"${context}"}`);
  }

  async #open(): Promise<void> {
    if (this.#isOpening) return;
    this.#isOpening = true;
    try {
      const socket = await this.#connected();
      if (socket === null) this.#isClosed = true;
      else this.#use(socket);
    } catch (failure) {
      // Only a broker that is lost for good, or that refuses us, gets here.
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next.reject(failure);
    }
    this.#isOpening = false;
    this.#pump();
  }

  /** A socket to a topic that is there: a producer would make one that was removed. */
  async #connected(): Promise<WebSocket | null> {
    for (;;) {
      if ((await this.#topic.presence()) !== 'missing') {
        const options = { maxPendingMessages: String(MAX_PENDING), sendTimeoutMillis: '30000' };
        const socket = await this.#topic.link.socket(this.#topic.producerPath(options));
        if (socket !== 'missing') {
          this.#missingSinceMs = null;
          return socket;
        }
      }
      if (this.#isClosed) return null;
      this.#missingSinceMs ??= performance.now();
      const isWorthIt = await this.#options.onMissingQueue(performance.now() - this.#missingSinceMs);
      // Given up: what waits is answered so, and what comes later asks again.
      if (!isWorthIt) this.#giveUp();
      if (this.#waiting.size === 0) return null;
    }
  }

  #use(socket: WebSocket): void {
    this.#socket = socket;
    socket.on('message', (data) => this.#answered(String(data)));
    socket.resume();
    socket.once('close', () => {
      this.#socket = null;
      for (const message of this.#inFlight.values()) this.#waiting.push(message);
      this.#inFlight.clear();
      this.#pump();
    });
  }

  #answered(text: string): void {
    const { result, context } = JSON.parse(text) as { readonly result?: string; readonly context?: string };
    const message = this.#inFlight.get(context ?? '');
    if (message === undefined) return;
    this.#inFlight.delete(context!);
    if (result === 'ok') message.resolve(true);
    else {
      setTimeout(() => {
        this.#waiting.push(message);
        this.#pump();
      }, REFUSED_PAUSE_MS);
    }
    this.#pump();
  }

  #giveUp(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next.resolve(false);
    if (!this.#isClosed) return;
    for (const message of this.#inFlight.values()) message.resolve(false);
    this.#inFlight.clear();
  }
}

function propertiesOf({ handedOut, failedAt }: TaskHistory): string {
  return JSON.stringify({ [HANDED_OUT]: String(handedOut), [FAILED_AT]: String(failedAt) });
}
