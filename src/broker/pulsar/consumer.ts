/**
 * Consuming a topic. A server is sent what comes (push mode); a client asks for each message (pull mode), so that one
 * that takes no more tasks gets none, but for a single one that waits unseen until its session ends.
 *
 * A message is given back by publishing it anew and acknowledging the old one: Pulsar forgets that it was handed out
 * before as soon as its last consumer leaves, and takes its time with what is given back in its own way.
 */
import type { WebSocket } from 'ws';
import { countOf, type Inbox, type InboxOptions, type Incoming, type Outbox } from '../transport.js';
import type { TaskHistory } from '../types.js';
import { FAILED_AT, HANDED_OUT } from './producer.js';
import type { Topic } from './topic.js';

/** The shortest that the service knows: until a message that could not be published anew is handed out again. */
const REDELIVERY_DELAY_MS = 100;
const MISSING_PAUSE_MS = 500;
/** Between two questions whether the scan is over. */
const ASK_EVERY_MS = 1000;
/**
 * A consumer that subscribes right after a restart may be forgotten by the broker's dispatcher, for good: messages are
 * ready and none comes. So long without one, with none in hand, it is looked for that, and the session opened anew.
 */
const SERVER_STALL_MS = 5000;
const CLIENT_STALL_MS = 30_000;
const ASK_END = '{"type":"isEndOfTopic"}';

export class Consumer implements Inbox {
  readonly #topic: Topic;
  readonly #again: Outbox;
  readonly #options: InboxOptions;
  #socket: WebSocket | null = null;
  #isStopped = false;
  #isClosed = false;
  #lastSeenMs: number | null = null;
  #isTopicOver = false;
  #unsettled = 0;
  #lastArrivalMs = 0;
  readonly #givingBack = new Set<Promise<void>>();

  constructor(topic: Topic, again: Outbox, options: InboxOptions) {
    this.#topic = topic;
    this.#again = again;
    this.#options = options;
    this.#run().then(
      () => options.onEnd(null),
      (failure: unknown) => options.onEnd(failure),
    );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
  }

  async close(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#givingBack);
    this.#isClosed = true;
    this.#socket?.close();
    await this.#again.close();
  }

  async #run(): Promise<void> {
    const { link } = this.#topic;
    while (!this.#isStopped) {
      const isThere = (await this.#topic.presence()) !== 'missing';
      const socket = isThere ? await link.socket(this.#topic.consumerPath(this.#query())) : 'missing';
      if (socket === null) return;
      if (socket === 'missing') {
        const forMs = this.#lastSeenMs === null ? null : performance.now() - this.#lastSeenMs;
        if (!(await this.#options.onMissingQueue({ forMs, wasRemoved: false, isDead: false }))) return;
        await link.pause(MISSING_PAUSE_MS);
        continue;
      }
      await this.#consume(socket);
      this.#socket = null;
      this.#lastSeenMs = performance.now();
      this.#options.onLost();
      if (this.#isTopicOver) {
        await this.#options.onMissingQueue({ forMs: Number.POSITIVE_INFINITY, wasRemoved: true, isDead: false });
        return;
      }
    }
  }

  #query(): Record<string, string> {
    const { prefetch, inOrder } = this.#options;
    const mode = inOrder ? { receiverQueueSize: String(prefetch) } : { receiverQueueSize: '1', pullMode: 'true' };
    return { ...mode, negativeAckRedeliveryDelay: String(REDELIVERY_DELAY_MS) };
  }

  /** Until the socket is closed. */
  async #consume(socket: WebSocket): Promise<void> {
    const { prefetch, inOrder } = this.#options;
    this.#socket = socket;
    socket.on('message', (data) => this.#received(String(data), socket));
    this.#unsettled = 0;
    this.#lastArrivalMs = performance.now();
    const stallMs = inOrder ? SERVER_STALL_MS : CLIENT_STALL_MS;
    const watching = setInterval(() => void this.#watch(socket, stallMs), stallMs);
    let asking: ReturnType<typeof setInterval> | undefined;
    if (!inOrder) {
      if (!this.#isStopped) permit(socket, prefetch);
      asking = setInterval(() => send(socket, ASK_END), ASK_EVERY_MS);
    }
    socket.resume();
    if (this.#isClosed) socket.close();
    if (socket.readyState !== socket.CLOSED) await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(asking);
    clearInterval(watching);
  }

  async #watch(socket: WebSocket, stallMs: number): Promise<void> {
    const isIdle = (): boolean =>
      !this.#isStopped && this.#unsettled === 0 && performance.now() - this.#lastArrivalMs >= stallMs;
    if (!isIdle()) return;
    const depth = await this.#topic.depth();
    if (typeof depth === 'string' || !isIdle()) return;
    // All that is out must be with a consumer that is the only one; another is a session whose end is not noticed yet.
    const isLost = this.#options.inOrder && depth.handedOut > 0 && depth.consumers === 1;
    if (depth.ready > 0 || isLost) socket.terminate();
  }

  #received(text: string, socket: WebSocket): void {
    const frame = JSON.parse(text) as Frame;
    if (frame.messageId !== undefined) {
      this.#unsettled++;
      this.#lastArrivalMs = performance.now();
      this.#options.onMessage(new PulsarMessage(frame, socket, this));
    } else if (String(frame.endOfTopic) === 'true') {
      this.#isTopicOver = true;
      socket.close();
    }
  }

  /** Takes a message off the queue, and asks for the next. */
  settle(text: string, socket: WebSocket): void {
    if (socket === this.#socket) this.#unsettled--;
    send(socket, text);
    if (!this.#options.inOrder && !this.#isStopped) permit(socket, 1);
  }

  /** Publishes a message anew in place of one that was given back. */
  giveBack(message: PulsarMessage, negative: string, socket: WebSocket): void {
    const going = this.#again
      .publish(message.body, { ...message.history, handedOut: message.history.handedOut + 1 })
      .catch(() => false)
      .then((isThere) => {
        if (isThere) message.ack();
        else this.settle(negative, socket);
        this.#givingBack.delete(going);
      });
    this.#givingBack.add(going);
  }
}

interface Frame {
  readonly messageId?: string;
  readonly payload?: string;
  readonly redeliveryCount?: number;
  readonly properties?: Readonly<Record<string, string>>;
  readonly endOfTopic?: unknown;
}

class PulsarMessage implements Incoming {
  readonly body: Uint8Array;
  readonly isRedelivered: boolean;
  readonly history: TaskHistory;
  readonly isWornOut = false;
  readonly #id: string;
  readonly #socket: WebSocket;
  readonly #consumer: Consumer;
  #isGivenBack = false;

  constructor({ messageId, payload, redeliveryCount, properties }: Frame, socket: WebSocket, consumer: Consumer) {
    this.#id = JSON.stringify(messageId);
    this.body = Buffer.from(payload ?? '', 'base64');
    this.history = {
      handedOut: countOf(redeliveryCount) + countOf(properties?.[HANDED_OUT]),
      failedAt: countOf(properties?.[FAILED_AT]),
    };
    this.isRedelivered = this.history.handedOut > 0;
    this.#socket = socket;
    this.#consumer = consumer;
  }

  get isOurs(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  ack(): void {
    this.#consumer.settle(`{"messageId":${this.#id}}`, this.#socket);
  }

  discard(): void {
    this.ack();
  }

  giveBack(): void {
    if (this.#isGivenBack || !this.isOurs) return;
    this.#isGivenBack = true;
    this.#consumer.giveBack(this, `{"type":"negativeAcknowledge","messageId":${this.#id}}`, this.#socket);
  }
}

function permit(socket: WebSocket, count: number): void {
  send(socket, `{"type":"permit","permitMessages":${count}}`);
}

function send(socket: WebSocket, text: string): void {
  if (socket.readyState === socket.OPEN) socket.send(text);
}
