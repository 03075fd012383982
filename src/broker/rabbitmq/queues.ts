/** The queues of a scan as MQClient declares them, so that its peers can use them: durable quorum queues. */
import type { Channel } from 'rabbitmq-client';
import { BrokerError } from '../../config/index.js';
import type { QueuePlace } from '../remote-types.js';
import { within } from '../within.js';
import { queueFailure } from './failures.js';
import { Link, type LinkOptions } from './link.js';

/** Makes the queue where it is not there. Exactly MQClient's properties: others would be refused. */
export async function declareQueue(channel: Channel, queue: string): Promise<void> {
  await channel.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum' } });
}

/** Takes the place of a queue that the broker has in name only. */
export async function remakeQueue(channel: Channel, queue: string): Promise<void> {
  await channel.queueDelete(queue);
  await declareQueue(channel, queue);
}

/** Messages ready and consumers, as the queue knows them at this moment. Fails with NOT_FOUND and closes the channel. */
export async function lookAtQueue(channel: Channel, queue: string): Promise<{ ready: number; consumers: number }> {
  const { messageCount, consumerCount } = await channel.queueDeclare({ queue, passive: true });
  return { ready: messageCount, consumers: consumerCount };
}

/** One connection for both queues where they are at the same place, else one each. */
export interface Links {
  readonly toClients: Link;
  readonly fromClients: Link;
  close(): Promise<void>;
}

export async function openLinks(
  { toClients, fromClients }: { readonly toClients: QueuePlace; readonly fromClients: QueuePlace },
  options: LinkOptions,
): Promise<Links> {
  const first = await Link.open(toClients.address, toClients.auth, options);
  const isShared = toClients.address === fromClients.address && toClients.auth === fromClients.auth;
  if (isShared) return { toClients: first, fromClients: first, close: () => first.close() };
  try {
    const second = await Link.open(fromClients.address, fromClients.auth, options);
    const close = async (): Promise<void> => void (await Promise.all([first.close(), second.close()]));
    return { toClients: first, fromClients: second, close };
  } catch (error) {
    await first.close();
    throw error;
  }
}

/** Does something on a channel of its own. What the broker does not allow is a BrokerError. Null when the link is closed. */
export async function onChannel<T>(
  link: Link,
  queue: string,
  use: (channel: Channel) => Promise<T>,
): Promise<T | null> {
  const channel = await link.channel();
  if (channel === null) return null;
  try {
    return await use(channel);
  } catch (error) {
    throw error instanceof BrokerError ? error : (queueFailure(error, link.address, queue) ?? error);
  } finally {
    await closeChannel(channel);
  }
}

const CLOSING_LIMIT_MS = 2000;

/** Closes a channel; does not wait for one whose connection is gone, which may never say so. */
export async function closeChannel(channel: Channel): Promise<void> {
  await within(channel.close(), CLOSING_LIMIT_MS).catch(() => undefined);
}
