/**
 * The server's end of a broker across a network. Tasks are published in a window of confirms; an outcome is acknowledged
 * when the next is asked for, so what a server had not kept yet comes again after a crash. It watches for tasks that are
 * neither queued nor answered (outstanding.ts), and removes the queues at the end.
 */
import { BrokerError, MessageError } from '../config/index.js';
import type { RecoTask } from '../reco/index.js';
import { Fifo } from './fifo.js';
import { Outstanding } from './outstanding.js';
import type { BrokerEvents, RemoteCloseOptions, RemoteServerEnd, RemoteServerOptions } from './remote-types.js';
import type { Direction, Inbox, Incoming, Outbox, ServerTransport } from './transport.js';
import type { TaskOutcome } from './types.js';
import type { Wire } from './wire/index.js';
import { within } from './within.js';

const DEFAULTS = { form: 'json', ownsQueues: true, window: 500, prefetch: 300, lostAfterS: 7200 } as const;
/** Between two looks at the queues, at most. */
const LOOK_EVERY_MS = 5000;
const CLOSING_LIMIT_MS = 5000;
const NONE: ReadonlySet<Direction> = new Set();

/** The server's end over an open transport. */
export function remoteServerEnd(transport: ServerTransport, wire: Wire, options: RemoteServerOptions): RemoteServerEnd {
  const server = new RemoteServer(transport, wire, options);
  return {
    send: (tasks) => server.send(tasks),
    outcomes: () => server.outcomes(),
    close: (how) => server.close(how ?? {}),
  };
}

interface Arrived {
  readonly outcome: TaskOutcome;
  readonly message: Incoming;
}

class RemoteServer {
  readonly #transport: ServerTransport;
  readonly #wire: Wire;
  readonly #options: RemoteServerOptions & Required<Pick<RemoteServerOptions, keyof typeof DEFAULTS>>;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #outstanding: Outstanding;
  readonly #looking: ReturnType<typeof setInterval>;
  #arrived = new Fifo<Arrived>();
  #wakeUps: (() => void)[] = [];
  #ending: { readonly failure: unknown } | null = null;
  #closing: Promise<void> | null = null;
  #dropped = 0;
  #isLooking = false;
  #restoring: Promise<void> | null = null;

  constructor(transport: ServerTransport, wire: Wire, options: RemoteServerOptions) {
    this.#transport = transport;
    this.#wire = wire;
    this.#options = { ...DEFAULTS, ...options };
    const { window, prefetch, lostAfterS } = this.#options;
    const fail = (failure: unknown): void => this.#end(failure);
    this.#outstanding = new Outstanding(lostAfterS);
    this.#outbox = transport.openOutbox('toClients', {
      window,
      onMissingQueue: () => this.#whenRestored(NONE),
      onStall: () => void this.#whenRestored(new Set(['toClients'])).catch(fail),
    });
    this.#inbox = transport.openInbox('fromClients', {
      prefetch,
      inOrder: true,
      onMessage: (message) => this.#receive(message),
      // What came through a connection that is gone comes again; what was handed out already is a duplicate then.
      onLost: () => {
        this.#arrived = new Fifo();
      },
      onMissingQueue: ({ isDead }) => this.#whenRestored(isDead ? new Set(['fromClients']) : NONE),
      onEnd: fail,
    });
    this.#looking = setInterval(() => void this.#look().catch(fail), Math.min(LOOK_EVERY_MS, (lostAfterS * 1000) / 4));
  }

  async send(tasks: readonly RecoTask[]): Promise<void> {
    if (this.#closing !== null) return;
    const { form, context, window } = this.#options;
    let confirming: Promise<unknown>[] = [];
    for (const task of tasks) {
      const sent = this.#outstanding.sent(task);
      const bodies = this.#wire.encodeTask(task, form, context);
      const confirmed = Promise.all(bodies.map((body) => this.#outbox.publish(body))).then(() => {
        sent.atMs = performance.now();
      });
      // Heard below, even where encoding a later task throws before.
      confirmed.catch(() => undefined);
      confirming.push(confirmed);
      // Bodies are made only as fast as they leave.
      if (confirming.length >= 2 * window) {
        await Promise.all(confirming);
        confirming = [];
      }
    }
    await Promise.all(confirming);
  }

  async *outcomes(): AsyncGenerator<TaskOutcome> {
    for (;;) {
      if (this.#closing !== null) return;
      const next = this.#arrived.shift();
      if (next !== undefined) {
        yield next.outcome;
        // The next is asked for: this one is kept.
        next.message.ack();
      } else if (this.#ending !== null) {
        if (this.#ending.failure !== null) throw this.#ending.failure;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wakeUps.push(resolve);
        });
      }
    }
  }

  close(how: RemoteCloseOptions): Promise<void> {
    this.#closing ??= this.#close(how);
    return this.#closing;
  }

  #receive(message: Incoming): void {
    try {
      const outcome = this.#decode(message);
      this.#outstanding.answered(outcome);
      this.#arrived.push({ outcome, message });
      this.#wake();
    } catch (error) {
      if (!(error instanceof BrokerError)) {
        this.#end(error);
        return;
      }
      this.#dropped++;
      const { queue } = this.#options.fromClients;
      this.#options.listen?.('message:dropped', { queue, reason: error.message, count: this.#dropped });
      message.discard();
    }
  }

  #decode({ body }: Incoming): TaskOutcome {
    if (body === null) throw new MessageError('The message says that it is text or JSON; none of a scan does.');
    const { outcome, scanId } = this.#wire.decodeOutcome(body);
    if (scanId !== '' && scanId !== this.#options.context.scanId) {
      throw new MessageError(`The message belongs to the scan "${scanId.slice(0, 100)}".`);
    }
    return outcome;
  }

  /** Looks whether tasks are lost, and sends them again. */
  async #look(): Promise<void> {
    if (this.#isLooking || this.#closing !== null || this.#outstanding.size === 0) return;
    this.#isLooking = true;
    try {
      const toClients = await this.#transport.depth('toClients');
      const fromClients = await this.#transport.depth('fromClients');
      if (toClients === 'missing' || fromClients === 'missing') await this.#whenRestored(NONE);
      if (typeof toClients === 'string' || typeof fromClients === 'string') return;
      const { ready: tasks, consumers: clients } = toClients;
      this.#options.listen?.('broker:queues', { tasks, clients, outcomes: fromClients.ready });
      const lost = this.#outstanding.lost(toClients, fromClients, performance.now());
      if (lost.length > 0) await this.#sendAgain(lost, 'nobody has them');
    } finally {
      this.#isLooking = false;
    }
  }

  /** True when there are queues again, false when the server leaves. */
  async #whenRestored(dead: ReadonlySet<Direction>): Promise<boolean> {
    if (this.#closing !== null) return false;
    this.#restoring ??= this.#restore(dead).finally(() => {
      this.#restoring = null;
    });
    try {
      await this.#restoring;
    } catch (error) {
      if (error instanceof BrokerError) throw error;
      // The broker is not in a state to do it. Whoever waits for the queue will ask again.
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    return this.#closing === null;
  }

  /**
   * The broker has forgotten a queue with everything in it, or has it in name only (a crash right after it was made).
   * Queues are made again, and everything is sent again that has no answer.
   */
  async #restore(dead: ReadonlySet<Direction>): Promise<void> {
    await this.#transport.restore(dead);
    // Not waited for: the messages that found no queue wait for this one.
    void this.#sendAgain(this.#outstanding.all(), 'queue was forgotten').catch((failure) => this.#end(failure));
  }

  async #sendAgain(tasks: readonly RecoTask[], why: BrokerEvents['task:sent-again']['why']): Promise<void> {
    if (tasks.length === 0) return;
    this.#options.listen?.('task:sent-again', { tasks: tasks.length, why });
    await this.send(tasks);
  }

  #wake(): void {
    for (const wakeUp of this.#wakeUps.splice(0)) wakeUp();
  }

  #end(failure: unknown): void {
    if (this.#ending !== null) return;
    this.#ending = { failure };
    this.#wake();
  }

  async #close({ keepQueues = false }: RemoteCloseOptions): Promise<void> {
    this.#end(null);
    clearInterval(this.#looking);
    const leave = async (): Promise<void> => {
      await Promise.all([this.#inbox.close(), this.#outbox.close()]);
      if (this.#options.ownsQueues && !keepQueues) await this.#transport.removeQueues();
    };
    // A broker that is away keeps the queues; the scan does not wait for it.
    await within(leave(), CLOSING_LIMIT_MS).catch(() => undefined);
    await this.#transport.close();
  }
}
