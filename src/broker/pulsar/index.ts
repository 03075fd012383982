/**
 * Apache Pulsar between servers and clients, through the WebSocket API of its web service. Only for Node; loaded when it
 * is asked for (broker/remote.ts). Topics, subscription and payloads are those of MQClient.
 */
import { BrokerError } from '../../config/index.js';
import type { QueueDepth } from '../outstanding.js';
import { remoteClientEnd } from '../remote-client.js';
import { remoteServerEnd } from '../remote-server.js';
import type { RemoteClientEnd, RemoteClientOptions, RemoteServerEnd, RemoteServerOptions } from '../remote-types.js';
import type { Direction, Inbox, InboxOptions, Outbox, OutboxOptions, ServerTransport } from '../transport.js';
import { loadWire } from '../wire/index.js';
import { within } from '../within.js';
import { Consumer } from './consumer.js';
import { PulsarLink } from './link.js';
import { Producer } from './producer.js';
import { Topic } from './topic.js';

const CONNECT_FOR_S = 30;
const LEAVING_MS = 3000;

/**
 * Opens the server's end and makes its topics.
 *
 * @throws ConfigError 'broker/bad-address'; BrokerError where the broker cannot be used
 */
export async function openPulsarServer(options: RemoteServerOptions): Promise<RemoteServerEnd> {
  const wire = await loadWire();
  const transport = new PulsarTransport(options);
  try {
    await transport.makeTopics(options.isResumed ?? false, options.connectForS ?? CONNECT_FOR_S);
  } catch (error) {
    await transport.close();
    throw error;
  }
  return remoteServerEnd(transport, wire, options);
}

/** Opens a client's end; the topics may come later. Throws as `openPulsarServer` does. */
export async function openPulsarClient(options: RemoteClientOptions): Promise<RemoteClientEnd> {
  const wire = await loadWire();
  const transport = new PulsarTransport(options);
  try {
    await transport.meet();
  } catch (error) {
    await transport.close();
    throw error;
  }
  return remoteClientEnd(transport, wire, options);
}

class PulsarTransport implements ServerTransport {
  readonly #topics: Readonly<Record<Direction, Topic>>;
  readonly #consumers = new Set<Consumer>();

  constructor(options: RemoteClientOptions | RemoteServerOptions) {
    const { toClients, fromClients } = options;
    const isShared = toClients.address === fromClients.address && toClients.auth === fromClients.auth;
    const first = new PulsarLink(toClients.address, toClients.auth, options);
    const second = isShared ? first : new PulsarLink(fromClients.address, fromClients.auth, options);
    this.#topics = { toClients: new Topic(first, toClients.queue), fromClients: new Topic(second, fromClients.queue) };
  }

  openOutbox(direction: Direction, options: OutboxOptions): Outbox {
    return new Producer(this.#topics[direction], options);
  }

  openInbox(direction: Direction, options: InboxOptions): Inbox {
    const topic = this.#topics[direction];
    // Clients put what they give back into the queue anew; nothing is ever given back by a server.
    const again = new Producer(topic, { window: 500, onMissingQueue: async () => false });
    const consumer = new Consumer(topic, again, options);
    this.#consumers.add(consumer);
    return consumer;
  }

  /** Finds out whether the broker is there and lets us in. */
  async meet(): Promise<void> {
    await this.#topics.toClients.presence();
    await this.#topics.fromClients.presence();
  }

  async makeTopics(isResumed: boolean, connectForS: number): Promise<void> {
    const { toClients, fromClients } = this.#topics;
    await toClients.make();
    await fromClients.make();
    const startedMs = performance.now();
    for (;;) {
      const depth = await fromClients.depth();
      if (typeof depth === 'string' || depth.consumers === 0) break;
      if (performance.now() - startedMs > connectForS * 1000) throw otherServer(fromClients.name);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    if (!isResumed) await fromClients.empty();
    // A scan that goes on sends what its journal lacks; what is queued of it would be fitted twice.
    await toClients.empty();
  }

  async restore(dead: ReadonlySet<Direction>): Promise<void> {
    for (const direction of dead) await this.#topics[direction].remove();
    await this.#topics.fromClients.make();
    await this.#topics.toClients.make();
    await this.#topics.toClients.empty();
  }

  depth(direction: Direction): Promise<QueueDepth | 'missing' | 'unknown'> {
    return this.#topics[direction].depth();
  }

  async removeQueues(): Promise<void> {
    const { toClients, fromClients } = this.#topics;
    // The web service opens its sessions again by itself, and with them a topic that was removed. So clients are told
    // first that there is nothing more, and have a moment to leave.
    await toClients.empty();
    await toClients.terminate();
    const endMs = performance.now() + LEAVING_MS;
    for (let depth = await toClients.depth(); performance.now() < endMs; depth = await toClients.depth()) {
      if (typeof depth === 'string' || depth.consumers === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await toClients.remove();
    await fromClients.remove();
  }

  async close(): Promise<void> {
    // What is being given back has to arrive before the sockets go.
    const closing = Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    await within(closing, LEAVING_MS);
    await this.#topics.toClients.link.close();
    await this.#topics.fromClients.link.close();
  }
}

function otherServer(topic: string): BrokerError {
  return new BrokerError(
    'broker/queue-conflict',
    `Another server takes outcomes from the topic ${topic}.`,
    'Give this scan another name. If the other server has lost its network, the broker will notice in some minutes.',
  );
}
