/**
 * One queue of a scan: a topic with the subscription that MQClient uses. The subscription has to be there before the first
 * message, which would be thrown away otherwise (specs/test-environment.md section 7).
 */
import { BrokerError } from '../../config/index.js';
import type { QueueDepth } from '../outstanding.js';
import type { PulsarLink } from './link.js';

export const SUBSCRIPTION = 'i3-pulsar-sub';
/** "Before the first message". */
const EARLIEST = { ledgerId: -1, entryId: -1, partitionIndex: -1 } as const;

/** Whether a topic is there; 'unknown' where we may not ask. */
export type Presence = 'there' | 'missing' | 'unknown';

/** `handedOut`: messages with consumers. */
export type TopicDepth = QueueDepth & { readonly handedOut: number };

export class Topic {
  readonly name: string;
  readonly #link: PulsarLink;
  /** As it stands in paths. */
  readonly #path: string;

  constructor(link: PulsarLink, name: string) {
    this.#link = link;
    this.name = name;
    this.#path = encodeURIComponent(name);
  }

  get link(): PulsarLink {
    return this.#link;
  }

  producerPath(options: Readonly<Record<string, string>>): string {
    return `producer/persistent/${this.#link.address.namespace}/${this.#path}?${new URLSearchParams(options)}`;
  }

  consumerPath(options: Readonly<Record<string, string>>): string {
    const query = new URLSearchParams({ subscriptionType: 'Shared', ...options });
    return `consumer/persistent/${this.#link.address.namespace}/${this.#path}/${SUBSCRIPTION}?${query}`;
  }

  /**
   * Makes topic and subscription where they are not there, with or without the right to administrate.
   *
   * @throws BrokerError
   */
  async make(): Promise<void> {
    await this.#ask('PUT', '');
    const made = await this.#ask('PUT', `/subscription/${SUBSCRIPTION}`, EARLIEST);
    if (made === 'done' || made === 'closed') return;
    // A consumer makes both as well, where the broker is set up so; nothing is published yet.
    const socket = await this.#link.socket(this.consumerPath({ receiverQueueSize: '1' }));
    if (socket === 'missing') throw this.#notPermitted('be made');
    socket?.resume();
    socket?.close();
  }

  /** Throws away what is queued. */
  async empty(): Promise<void> {
    await this.#ask('POST', `/subscription/${SUBSCRIPTION}/skip_all`);
  }

  /** Takes no more messages; consumers are told when they have had all. */
  async terminate(): Promise<void> {
    await this.#ask('POST', '/terminate');
  }

  async remove(): Promise<void> {
    await this.#ask('DELETE', '?force=true');
  }

  async presence(): Promise<Presence> {
    const answer = await this.#link.admin('GET', `${this.#path}/subscriptions`);
    if (answer === null) return 'unknown';
    if (answer.status === 404) return 'missing';
    if (answer.status !== 200 || !Array.isArray(answer.body)) return 'unknown';
    return answer.body.includes(SUBSCRIPTION) ? 'there' : 'missing';
  }

  /** What the queue looks like now, asked once. */
  async depth(): Promise<TopicDepth | 'missing' | 'unknown'> {
    const answer = await this.#link.adminOnce('GET', `${this.#path}/stats`).catch(() => null);
    if (answer?.status === 404) return 'missing';
    if (answer?.status !== 200) return 'unknown';
    const { subscriptions } = answer.body as {
      readonly subscriptions?: Readonly<Record<string, SubscriptionStats | undefined>>;
    };
    const stats = subscriptions?.[SUBSCRIPTION];
    if (stats === undefined) return 'missing';
    // The backlog includes what consumers hold.
    const { msgBacklog, unackedMessages: handedOut, consumers } = stats;
    return { ready: Math.max(0, msgBacklog - handedOut), consumers: consumers.length, handedOut };
  }

  async #ask(method: string, path: string, body?: unknown): Promise<'done' | 'not ours' | 'closed'> {
    const answer = await this.#link.admin(method, `${this.#path}${path}`, body);
    if (answer === null) return 'closed';
    // 409: it is there already; 404 on removal: it is gone already.
    return (answer.status >= 200 && answer.status < 300) || answer.status === 409 ? 'done' : 'not ours';
  }

  #notPermitted(what: string): BrokerError {
    return new BrokerError(
      'broker/not-permitted',
      `The topic ${this.name} at ${this.#link.address.where} cannot ${what}.`,
      'Ask who runs the broker to allow that topics are created automatically, or a token that may administrate.',
    );
  }
}

interface SubscriptionStats {
  readonly msgBacklog: number;
  readonly unackedMessages: number;
  readonly consumers: readonly unknown[];
}
