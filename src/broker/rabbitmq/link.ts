/**
 * One connection to RabbitMQ that comes back. At the start a broker that is not there is waited for, one that refuses us
 * is an error at once; later, whatever breaks the connection, it is opened again with growing pauses until the limit.
 */
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { type Channel, Connection } from 'rabbitmq-client';
import { BrokerError } from '../../config/index.js';
import type { RemoteOptions } from '../remote-types.js';
import { within } from '../within.js';
import { parseRabbitAddress, type RabbitAddress } from './address.js';
import { connectionFailure, openingFailure } from './failures.js';

const DEFAULTS = { connectForS: 30, reconnectForS: 3600, heartbeatS: 60 } as const;
/** Pauses between tries: from the first to the last, doubled each time, a random part of each, so that a hundred
 * clients do not come back at the same moment. */
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 5_000;
/** A connection that did not live so long says nothing about how well the next one will do. */
const SHORT_LIFE_MS = 10_000;
const CONNECTION_TIMEOUT_MS = 10_000;
const CLOSING_LIMIT_MS = 3000;
/** As large as brokers offer: most messages are one frame. */
const FRAME_MAX = 131_072;

export type LinkOptions = Pick<RemoteOptions, 'connectForS' | 'reconnectForS' | 'heartbeatS' | 'ca' | 'listen'> & {
  /** Shown to who runs the broker. */
  readonly name: string;
};

export class Link {
  readonly address: RabbitAddress;
  readonly #options: LinkOptions;
  #current: Connection | null = null;
  /** Set while there is no connection: who waits for one. */
  #coming: Promise<Connection> | null = null;
  #ending: BrokerError | 'closed' | null = null;
  #wakeUp: (() => void) | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #openedMs = Number.NEGATIVE_INFINITY;

  private constructor(address: RabbitAddress, options: LinkOptions) {
    this.address = address;
    this.#options = options;
  }

  /**
   * Opens the connection.
   *
   * @throws ConfigError 'broker/bad-address'; BrokerError 'broker/access-refused', 'broker/no-vhost', 'broker/tls',
   *   'broker/unreachable'
   */
  static async open(address: string, auth: string, options: LinkOptions): Promise<Link> {
    const link = new Link(parseRabbitAddress(address, auth), options);
    await link.#connect(false);
    return link;
  }

  /** Whether the link was closed, or is lost for good. */
  get isOver(): boolean {
    return this.#ending !== null;
  }

  /** A fresh channel, as soon as there is a connection. Null after `close`; throws when the broker is lost for good. */
  async channel(): Promise<Channel | null> {
    for (;;) {
      if (this.#ending === 'closed') return null;
      if (this.#ending !== null) throw this.#ending;
      const connection = this.#current ?? (await this.#coming?.catch(() => null)) ?? null;
      if (connection === null) continue;
      try {
        const channel = await connection.acquire({ emitErrorsFromChannel: true });
        // Who uses the channel hears of failures from its methods; what has no method to reject closes it.
        channel.on('error', () => undefined);
        return channel;
      } catch {
        // The connection broke in between; the next turn waits for its successor.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Whether the broker takes no messages for now. */
  get isBlocked(): boolean {
    return this.#current?.ready === false;
  }

  /** Opens the connection anew: the only way out of a request that the broker never answers. */
  renew(reason: string): void {
    const connection = this.#current;
    if (connection === null || this.#ending !== null) return;
    this.#current = null;
    connection.unsafeDestroy();
    this.#options.listen?.('broker:lost', { where: this.address.where, reason });
    void this.#connect(true);
  }

  async close(): Promise<void> {
    if (this.#ending === 'closed') return;
    this.#ending = 'closed';
    this.#wakeUp?.();
    const connection = this.#current;
    this.#current = null;
    if (connection === null) return;
    // `close` waits for every channel and for the broker's answer, which may never come.
    await within(connection.close(), CLOSING_LIMIT_MS).catch(() => undefined);
    connection.unsafeDestroy();
  }

  #connect(isAgain: boolean): Promise<Connection> {
    const { connectForS, reconnectForS } = { ...DEFAULTS, ...this.#options };
    const coming = this.#tryUntil(isAgain, isAgain ? reconnectForS : connectForS);
    this.#coming = coming;
    coming.catch(() => undefined);
    return coming;
  }

  async #tryUntil(isAgain: boolean, limitS: number): Promise<Connection> {
    const { where } = this.address;
    const startedMs = performance.now();
    // One that breaks again and again, because of what we ask of it, is opened ever less often.
    const wasShort = isAgain && startedMs - this.#openedMs < SHORT_LIFE_MS;
    if (wasShort) await this.#pause();
    else this.#pauseMs = FIRST_PAUSE_MS;
    for (let isFirst = true; ; isFirst = false) {
      try {
        const connection = await this.#connectOnce();
        if (this.#ending !== null) {
          connection.unsafeDestroy();
          throw closedError();
        }
        this.#current = connection;
        this.#openedMs = performance.now();
        this.#watch(connection);
        this.#options.listen?.('broker:connected', { where, isAgain });
        return connection;
      } catch (error) {
        if (this.#ending !== null) throw closedError();
        const failure = openingFailure(error, this.address);
        // A broker that has just been restarted may refuse everybody for a moment.
        const mayHeal = failure.remedy === 'retry' || isAgain;
        if (!mayHeal) throw this.#end(failure);
        if (performance.now() - startedMs + this.#pauseMs > limitS * 1000) {
          throw this.#end(isAgain ? lostError(where, limitS, failure) : failure);
        }
        if (isFirst) this.#options.listen?.('broker:waiting', { where, reason: failure.message });
        await this.#pause();
      }
    }
  }

  /** One try. rabbitmq-client would go on by itself, but tells only the first failure of several. */
  #connectOnce(): Promise<Connection> {
    if (this.#ending !== null) return Promise.reject(closedError());
    const { host, port, user, password, vhost, isTls } = this.address;
    const { ca, name, heartbeatS = DEFAULTS.heartbeatS } = this.#options;
    const connection = new Connection({
      hostname: host,
      port,
      username: user,
      password,
      vhost,
      heartbeat: heartbeatS,
      connectionName: name,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      frameMax: FRAME_MAX,
      tls: isTls && (ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    });
    return new Promise((resolve, reject) => {
      connection.once('connection', () => {
        gatherWrites(connection);
        resolve(connection);
      });
      // Stays for the life of the connection; after the first event only `#watch` cares.
      connection.on('error', (error) => {
        reject(error);
        connection.unsafeDestroy();
      });
    });
  }

  #watch(connection: Connection): void {
    const { where } = this.address;
    connection.once('error', (error) => {
      if (this.#current !== connection) return;
      this.#current = null;
      this.#options.listen?.('broker:lost', { where, reason: connectionFailure(error, this.address).message });
      if (this.#ending === null) void this.#connect(true);
    });
    connection.on('connection.blocked', (reason) => this.#options.listen?.('broker:blocked', { where, reason }));
    connection.on('connection.unblocked', () => this.#options.listen?.('broker:unblocked', { where }));
  }

  #end(failure: BrokerError): BrokerError {
    this.#ending = failure;
    return failure;
  }

  async #pause(): Promise<void> {
    const ms = this.#pauseMs * (0.5 + Math.random() / 2);
    this.#pauseMs = Math.min(2 * this.#pauseMs, LAST_PAUSE_MS);
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

/**
 * Lets everything that is written in one turn of the event loop leave with one call of the system; rabbitmq-client makes
 * one for every message, a tenth of what a message costs. It does not offer its socket: without it there is only less
 * speed.
 */
function gatherWrites(connection: Connection): void {
  const { _socket: socket } = connection as unknown as { readonly _socket?: Socket };
  if (socket === undefined) return;
  const { cork, uncork } = socket;
  let isGathering = false;
  socket.cork = () => {
    if (!isGathering) cork.call(socket);
  };
  socket.uncork = () => {
    if (isGathering) return;
    isGathering = true;
    process.nextTick(() => {
      isGathering = false;
      uncork.call(socket);
    });
  };
}

function closedError(): BrokerError {
  return new BrokerError('broker/lost', 'The connection to the broker was closed.');
}

function lostError(where: string, limitS: number, cause: BrokerError): BrokerError {
  return new BrokerError(
    'broker/lost',
    `The connection to the broker at ${where} was lost and did not come back within ${limitS} s. ${cause.message}`,
    cause.hint,
    { cause },
  );
}
