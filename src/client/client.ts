/**
 * A client: takes tasks from a broker, has them fitted, sends the outcomes back. It counts what a task itself did wrong
 * (errors, deaths, time-outs) and gives a task up after a bounded number of tries; it never decides what a pixel means.
 * The same client serves the threads of one machine through the embedded broker and a cluster through a real one.
 */
import type { Delivery, TaskOutcome } from '../broker/index.js';
import { CLIENT_STATES, type ClientState, isOver } from './states.js';
import { type ClientEvents, type ClientOptions, RunnerBroken, RunnerClosed, TaskFailed } from './types.js';

/** A running client. */
export interface Client {
  readonly state: ClientState;
  /** Resolves when the client has stopped, rejects with the reason when it has failed. */
  readonly done: Promise<void>;
  /** Takes no more tasks, gives back those that nobody has begun, and stops when the others are finished. */
  drain(): Promise<void>;
  /** Stops at once; tasks in hand go back to the queue. */
  stop(): Promise<void>;
}

const DEFAULTS = { taskTimeoutS: 1800, maxTries: 3, hopelessAfter: 10 } as const;
/** Handed out so often without an answer, a task is suspected to end its clients. */
const SUSPICIOUS_AFTER = 3;
/** Handed out so often, it is given up: nothing that we know of keeps its clients alive. */
const HANDED_OUT_LIMIT = 100;
/** A client that was told to stop waits so long for the broker to take what it gives back. */
const LEAVING_MS = 3000;

/** Starts a client. It is over when the queue is (`stopped`), when told to stop, or when it cannot go on (`failed`). */
export function startClient(options: ClientOptions): Client {
  const { end, runner, suspects, taskTimeoutS, maxTries, hopelessAfter } = { ...DEFAULTS, ...options };
  const prefetch = options.prefetch ?? 2 * runner.slots;
  const inHand = new Set<Promise<void>>();
  let leave: () => void = () => undefined;
  const leaving = new Promise<null>((resolve) => {
    leave = () => resolve(null);
  });
  let lateTimer: ReturnType<typeof setTimeout> | undefined;
  let beginLeaving = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    beginLeaving = () => {
      lateTimer ??= setTimeout(resolve, LEAVING_MS);
    };
  });
  let state: ClientState = 'starting';
  let taken = 0;
  let givenUpOfFirst = 0;
  let failure: { readonly reason: unknown } | null = null;

  const done = live();
  // Whoever started the client may look at `done` late; until then its failure is not an unhandled one.
  done.catch(() => undefined);
  return {
    get state() {
      return state;
    },
    done,
    drain() {
      enter('draining');
      leave();
      runner.drain?.();
      suspects?.drain?.();
      return done;
    },
    async stop() {
      enter('stopped');
      leave();
      await closeRunners();
      await done.catch(() => undefined);
    },
  };

  async function live(): Promise<void> {
    try {
      await runner.start();
      enter('waiting');
      await takeTasks();
      await settled();
    } catch (error) {
      fail(error);
    }
    await closeRunners();
    await settled();
    await end.close();
    enter('stopped');
    clearTimeout(lateTimer);
    if (failure !== null) throw failure.reason;
  }

  /**
   * Everything in hand is answered or given back. A client that was told to stop does not wait for a broker that is away:
   * it takes the tasks back with the connection.
   */
  async function settled(): Promise<void> {
    await Promise.race([Promise.all(inHand), late]);
  }

  async function takeTasks(): Promise<void> {
    const deliveries = end.deliveries(prefetch)[Symbol.asyncIterator]();
    while (state === 'waiting' || state === 'running') {
      const next = await Promise.race([deliveries.next(), leaving]);
      if (next === null || next.done) break;
      enter('running');
      const working = work(next.value).catch(fail);
      inHand.add(working);
      void working.then(() => {
        inHand.delete(working);
        if (inHand.size === 0 && state === 'running') enter('waiting');
      });
    }
    // A generator answers `return` only when its pending `next` is over: not waited for.
    void Promise.resolve(deliveries.return?.()).catch(() => undefined);
  }

  /** Exactly one of the delivery's two methods is called, whatever happens. */
  async function work(delivery: Delivery): Promise<void> {
    let outcome: TaskOutcome | null;
    try {
      outcome = await fitOrGiveUp(delivery);
    } catch (error) {
      await delivery.giveBack();
      throw error;
    }
    if (outcome === null) await delivery.giveBack();
    else await delivery.finish(outcome);
  }

  /** null: the client was told to stop. Throws what no further try helps against. */
  async function fitOrGiveUp({ task, history }: Delivery): Promise<TaskOutcome | null> {
    const { nside, pixel } = task;
    const suits = history.handedOut >= SUSPICIOUS_AFTER ? (suspects ?? runner) : runner;
    const tries = history.handedOut >= HANDED_OUT_LIMIT ? 0 : maxTries;
    const ordinal = taken++;
    const reasons: string[] = [];
    if (tries === 0) reasons.push(`handed out ${history.handedOut} times, and none of its clients lived to answer`);
    const startedMs = performance.now();
    while (!isOver(state) && reasons.length < tries) {
      try {
        const { results, runtimeS } = await suits.run(task, taskTimeoutS);
        tell('task:fitted', { task, runtimeS });
        return { status: 'done', nside, pixel, results, runtimeS };
      } catch (error) {
        if (error instanceof RunnerClosed) return null;
        if (!(error instanceof TaskFailed)) throw error;
        reasons.push(error.message);
        if (reasons.length < tries) tell('task:retry', { task, attempt: reasons.length, reason: error.message });
      }
    }
    if (isOver(state)) return null;
    // The first ones in order of taking: how fast a failure comes must not decide.
    if (ordinal < hopelessAfter && ++givenUpOfFirst === hopelessAfter) {
      throw new RunnerBroken(
        `None of the first ${hopelessAfter} tasks could be fitted. The last reason: ${reasons.at(-1)}`,
      );
    }
    tell('task:given-up', { task, reasons });
    const variations = task.variations.map(({ variation }) => variation);
    return { status: 'failed', nside, pixel, variations, reasons, runtimeS: (performance.now() - startedMs) / 1000 };
  }

  async function closeRunners(): Promise<void> {
    await Promise.all([runner.close(), suspects?.close()]);
  }

  function fail(reason: unknown): void {
    if (isOver(state)) return;
    failure = { reason };
    enter('failed');
    leave();
    void closeRunners();
  }

  function enter(next: ClientState): void {
    if (!CLIENT_STATES[state].next.includes(next)) return;
    const from = state;
    state = next;
    tell('client:state', { state, from });
    if (isOver(next)) beginLeaving();
  }

  function tell<K extends keyof ClientEvents>(name: K, event: ClientEvents[K]): void {
    options.listen?.(name, event);
  }
}
