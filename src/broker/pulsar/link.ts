/**
 * Pulsar's web service: sockets that come back, and requests to the admin API. At the start a service that is not there is
 * waited for, one that refuses us is an error at once; later everything is tried again with growing pauses.
 */
import { WebSocket } from 'ws';
import { BrokerAwayError, BrokerError } from '../../config/index.js';
import type { RemoteOptions } from '../remote-types.js';
import { type PulsarAddress, parsePulsarAddress } from './address.js';

const DEFAULTS = { connectForS: 30, reconnectForS: 3600, heartbeatS: 60 } as const;
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 5_000;
const HANDSHAKE_MS = 10_000;
const REQUEST_MS = 10_000;
/** The service closes sessions in which it hears nothing for too long, five minutes by default. */
const PING_MS = 30_000;

export type LinkOptions = Pick<RemoteOptions, 'connectForS' | 'reconnectForS' | 'heartbeatS' | 'ca' | 'listen'>;

/** An answer of the admin API. `status` 0: it could not be asked. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
}

export class PulsarLink {
  readonly address: PulsarAddress;
  readonly #token: string;
  readonly #options: LinkOptions;
  readonly #sockets = new Set<WebSocket>();
  #isUp = false;
  #wasUp = false;
  #ending: BrokerError | 'closed' | null = null;
  readonly #wakeUps = new Set<() => void>();

  constructor(address: string, token: string, options: LinkOptions) {
    this.address = parsePulsarAddress(address);
    this.#token = token;
    this.#options = options;
  }

  /** Whether the link was closed, or is lost for good. */
  get isOver(): boolean {
    return this.#ending !== null;
  }

  /**
   * An open socket, as soon as there can be one, paused: whoever listens to it resumes it; null after `close`. Throws a BrokerError where the service refuses us,
   * at the start, or is lost for good; 'missing' where it says that there is no such topic.
   */
  async socket(path: string): Promise<WebSocket | 'missing' | null> {
    return this.#persist(() => this.#open(path));
  }

  /** Asks the admin API; waits for a service that is not there. Null after `close`. */
  async admin(method: string, path: string, body?: unknown): Promise<AdminAnswer | null> {
    return this.#persist(() => this.adminOnce(method, path, body));
  }

  /** Asks the admin API once. Rejects with a BrokerError where there is no answer, or where it does not know us. */
  async adminOnce(method: string, path: string, body?: unknown): Promise<AdminAnswer> {
    const { isTls, host, namespace } = this.address;
    const url = `${isTls ? 'https' : 'http'}://${host}/admin/v2/persistent/${namespace}/${path}`;
    const { request } = await import(isTls ? 'node:https' : 'node:http');
    const text = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const asking = request(
        url,
        { method, timeout: REQUEST_MS, ...this.#security(), headers: { ...this.#headers(), ...jsonHeaders(text) } },
        (response: import('node:http').IncomingMessage) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', (error) => reject(this.#failure(error)));
          response.on('end', () => {
            const [status, answer] = [response.statusCode ?? 0, parsed(Buffer.concat(chunks))];
            // Who is known but may not administrate gets a reason, and the same status.
            if (status === 401 && answer === null) reject(this.#refusal(status));
            else resolve({ status, body: answer });
          });
        },
      );
      asking.on('timeout', () => asking.destroy(new Error('no answer came in time')));
      asking.on('error', (error: unknown) => reject(this.#failure(error)));
      asking.end(text);
    });
  }

  async close(): Promise<void> {
    if (this.#ending !== 'closed') this.#ending = 'closed';
    for (const wakeUp of this.#wakeUps) wakeUp();
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Waits, but no longer than the link lives. */
  async pause(ms: number): Promise<void> {
    if (this.#ending !== null) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wakeUps.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wakeUps.add(done);
    });
  }

  async #persist<T>(attempt: () => Promise<T>): Promise<T | null> {
    const { connectForS, reconnectForS } = { ...DEFAULTS, ...this.#options };
    const { where } = this.address;
    const limitS = this.#wasUp ? reconnectForS : connectForS;
    const startedMs = performance.now();
    let pauseMs = FIRST_PAUSE_MS;
    for (let isFirst = true; ; isFirst = false) {
      if (this.#ending === 'closed') return null;
      if (this.#ending !== null) throw this.#ending;
      try {
        const value = await attempt();
        if (!this.#isUp) this.#options.listen?.('broker:connected', { where, isAgain: this.#wasUp });
        this.#isUp = true;
        this.#wasUp = true;
        return value;
      } catch (error) {
        if (this.#ending === 'closed') return null;
        const failure = error instanceof BrokerError ? error : this.#failure(error);
        if (failure.remedy !== 'retry' && !this.#wasUp) throw this.#end(failure);
        if (performance.now() - startedMs + pauseMs > limitS * 1000) {
          throw this.#end(this.#wasUp ? this.#lost(limitS, failure) : failure);
        }
        if (this.#isUp) this.#options.listen?.('broker:lost', { where, reason: failure.message });
        else if (isFirst && !this.#wasUp) this.#options.listen?.('broker:waiting', { where, reason: failure.message });
        this.#isUp = false;
        await this.pause(pauseMs * (0.5 + Math.random() / 2));
        pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS);
      }
    }
  }

  /** One socket, watched: it is pinged, and given up when it does not answer. */
  #open(path: string): Promise<WebSocket | 'missing'> {
    const { isTls, host } = this.address;
    const url = `${isTls ? 'wss' : 'ws'}://${host}/ws/v2/${path}`;
    const socket = new WebSocket(url, {
      headers: this.#headers(),
      handshakeTimeout: HANDSHAKE_MS,
      perMessageDeflate: false,
      ...this.#security(),
    });
    return new Promise((resolve, reject) => {
      socket.once('open', () => {
        // The first messages may have come together with the answer to the handshake.
        socket.pause();
        this.#sockets.add(socket);
        const watching = this.#watch(socket);
        socket.once('close', () => {
          clearInterval(watching);
          this.#sockets.delete(socket);
        });
        resolve(socket);
      });
      socket.once('unexpected-response', (_, response) => {
        response.resume();
        socket.terminate();
        const status = response.statusCode ?? 0;
        if (status === 404) resolve('missing');
        else reject(this.#refusal(status));
      });
      socket.on('error', (error) => reject(this.#failure(error)));
    });
  }

  #watch(socket: WebSocket): ReturnType<typeof setInterval> {
    const { heartbeatS = DEFAULTS.heartbeatS } = this.#options;
    let seenMs = performance.now();
    const alive = (): void => {
      seenMs = performance.now();
    };
    socket.on('pong', alive);
    socket.on('message', alive);
    return setInterval(
      () => {
        if (performance.now() - seenMs > 2000 * heartbeatS) socket.terminate();
        else socket.ping();
      },
      Math.min(500 * heartbeatS, PING_MS),
    );
  }

  #headers(): Record<string, string> {
    return this.#token === '' ? {} : { Authorization: `Bearer ${this.#token}` };
  }

  #security(): { readonly ca?: string[] } {
    const { ca } = this.#options;
    return ca === undefined ? {} : { ca: [ca] };
  }

  #end(failure: BrokerError): BrokerError {
    if (this.#ending === null) this.#ending = failure;
    return failure;
  }

  #lost(limitS: number, cause: BrokerError): BrokerError {
    return new BrokerError(
      'broker/lost',
      `The connection to the broker at ${this.address.where} was lost and did not come back within ${limitS} s. ${cause.message}`,
      cause.hint,
      { cause },
    );
  }

  /** What the service says no to, by HTTP status. */
  #refusal(status: number): BrokerError {
    const { where } = this.address;
    if (status === 401 || status === 403) {
      return new BrokerError(
        'broker/access-refused',
        `The broker at ${where} refuses this token (status ${status}).`,
        'Correct the token in SKYSCAN_BROKER_AUTH, or ask who runs the broker for the right to produce and consume.',
      );
    }
    return new BrokerAwayError(
      'broker/unreachable',
      `The broker at ${where} answers with status ${status}.`,
      'See its log, and whether this is the port of its web service with the WebSocket API switched on.',
    );
  }

  #failure(error: unknown): BrokerError {
    const { where, isTls } = this.address;
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    const detail = error instanceof Error ? error.message || code : String(error);
    const options = { cause: error };
    if (isTls && /^(ERR_TLS|ERR_SSL|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_)/.test(code)) {
      return new BrokerError(
        'broker/tls',
        `The encrypted connection to the broker at ${where} failed: ${detail}.`,
        'Trust its certificate with NODE_EXTRA_CA_CERTS=FILE, use its own host name, or ws:// for a port without TLS.',
        options,
      );
    }
    return new BrokerAwayError(
      'broker/unreachable',
      `The broker at ${where} cannot be reached: ${detail}.`,
      'See whether it runs, and whether SKYSCAN_BROKER_ADDRESS and firewalls let this machine reach its web service.',
      options,
    );
  }
}

function jsonHeaders(text: string): Record<string, string> {
  return text === ''
    ? { 'Content-Length': '0' }
    : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) };
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
