/** RabbitMQ as the ends of a broker see it (broker/transport.ts). */
import { BrokerError } from '../../config/index.js';
import type { QueueDepth } from '../outstanding.js';
import type { RemoteClientOptions, RemoteServerOptions } from '../remote-types.js';
import type {
  ClientTransport,
  Direction,
  Inbox,
  InboxOptions,
  Outbox,
  OutboxOptions,
  ServerTransport,
} from '../transport.js';
import { Consumption } from './consumption.js';
import { isQueueMissing } from './failures.js';
import type { LinkOptions } from './link.js';
import { Publisher } from './publisher.js';
import { declareQueue, type Links, lookAtQueue, onChannel, openLinks, remakeQueue } from './queues.js';

const CONNECT_FOR_S = 30;

/** Connects as a client, which makes no queues: one that comes late would bring back what its server has removed. */
export async function rabbitClientTransport(options: RemoteClientOptions): Promise<ClientTransport> {
  return new RabbitTransport(await openLinks(options, linkOptions(options, 'skymap-scanner client')), options);
}

/** Connects as a server and makes both queues. */
export async function rabbitServerTransport(options: RemoteServerOptions): Promise<ServerTransport> {
  const links = await openLinks(options, linkOptions(options, `skymap-scanner server ${options.context.scanId}`));
  const transport = new RabbitTransport(links, options);
  try {
    await transport.makeQueues(options.isResumed ?? false, options.connectForS ?? CONNECT_FOR_S);
    return transport;
  } catch (error) {
    await links.close();
    throw error;
  }
}

class RabbitTransport implements ServerTransport {
  readonly #links: Links;
  readonly #queues: Readonly<Record<Direction, string>>;

  constructor(links: Links, { toClients, fromClients }: RemoteClientOptions | RemoteServerOptions) {
    this.#links = links;
    this.#queues = { toClients: toClients.queue, fromClients: fromClients.queue };
  }

  openOutbox(direction: Direction, options: OutboxOptions): Outbox {
    return new Publisher(this.#links[direction], this.#queues[direction], options);
  }

  openInbox(direction: Direction, options: InboxOptions): Inbox {
    return new Consumption(this.#links[direction], this.#queues[direction], options);
  }

  async makeQueues(isResumed: boolean, connectForS: number): Promise<void> {
    const { toClients, fromClients } = this.#queues;
    await onChannel(this.#links.toClients, toClients, (channel) => declareQueue(channel, toClients));
    await onChannel(this.#links.fromClients, fromClients, async (channel) => {
      await declareQueue(channel, fromClients);
      // A server that has just died, or lost its network, may still be there to the broker for a moment.
      const startedMs = performance.now();
      while ((await lookAtQueue(channel, fromClients)).consumers > 0) {
        if (performance.now() - startedMs > connectForS * 1000) throw otherServer(fromClients);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      if (!isResumed) await channel.queuePurge(fromClients);
    });
    // A scan that goes on sends what its journal lacks; what is queued of it would be fitted twice.
    await onChannel(this.#links.toClients, toClients, (channel) => channel.queuePurge(toClients));
  }

  async restore(dead: ReadonlySet<Direction>): Promise<void> {
    const { toClients, fromClients } = this.#queues;
    await onChannel(this.#links.fromClients, fromClients, (channel) =>
      dead.has('fromClients') ? remakeQueue(channel, fromClients) : declareQueue(channel, fromClients),
    );
    await onChannel(this.#links.toClients, toClients, async (channel) => {
      if (dead.has('toClients')) return remakeQueue(channel, toClients);
      await declareQueue(channel, toClients);
      await channel.queuePurge(toClients);
    });
  }

  async depth(direction: Direction): Promise<QueueDepth | 'missing' | 'unknown'> {
    const queue = this.#queues[direction];
    try {
      return (await onChannel(this.#links[direction], queue, (channel) => lookAtQueue(channel, queue))) ?? 'unknown';
    } catch (error) {
      if (isQueueMissing(error)) return 'missing';
      if (error instanceof BrokerError) throw error;
      return 'unknown';
    }
  }

  async removeQueues(): Promise<void> {
    for (const direction of ['toClients', 'fromClients'] as const) {
      const queue = this.#queues[direction];
      await onChannel(this.#links[direction], queue, (channel) => channel.queueDelete(queue));
    }
  }

  close(): Promise<void> {
    return this.#links.close();
  }
}

function linkOptions(options: RemoteClientOptions | RemoteServerOptions, name: string): LinkOptions {
  return { ...options, name };
}

function otherServer(queue: string): BrokerError {
  return new BrokerError(
    'broker/queue-conflict',
    `Another server takes outcomes from the queue ${queue}.`,
    'Give this scan another name. If the other server has lost its network, the broker will notice in a minute or two.',
  );
}
