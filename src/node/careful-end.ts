/**
 * A client's end that is careful with tasks that cannot be fitted: maybe it is not the task, but this machine.
 *
 * - A client that has not fitted anything yet holds back what it had to give up, until its first success shows that the
 *   machine works. When it had to give up its first few tasks, it fails, and they go to others: unless others could not
 *   fit them either, each of them, then it is the tasks. That a task was lost with a client does not count. Where
 *   nothing else is to be had for a moment (the last pixels of a round), others shall try them; one that comes back is
 *   answered in the end, for there may be no others.
 * - A client holds no more tasks than it fits until it knows that fits are fast: of a round's few tasks, each of many
 *   minutes, none must wait in its hands while others have nothing to do. What it holds back does not count.
 * - After every task that it gave up a client takes no more for the time of the quarantine. What it has in hand goes on,
 *   what it has not looked at goes to others.
 */
import { hostname } from 'node:os';
import type { ClientEnd, Delivery, TaskOutcome } from '../broker/index.js';
import { RunnerBroken } from '../client/index.js';

export interface CarefulOptions {
  /** EWMS_PILOT_QUARANTINE_TIME, seconds. */
  readonly quarantineS: number;
  /** The client fails when all of its first so many tasks had to be given up. */
  readonly hopelessAfter: number;
  /** Seconds without another task after which a client without a success lets others try what it holds back. Default 5. */
  readonly askOthersAfterS?: number;
  /** Seconds after which it answers one that has come back. Default 60. */
  readonly patienceS?: number;
  /** Fits at the same time: so many tasks are held until it is known that fits are fast, and of slow ones always. */
  readonly workers: number;
  /** Called when tasks are refused for that many seconds. */
  readonly onQuarantine?: (seconds: number) => void;
}

export interface CarefulEnd extends ClientEnd {
  /** Gives everything back that was held back: the client has failed or was stopped. */
  abandon(): void;
}

type FailedOutcome = TaskOutcome & { status: 'failed' };

interface HeldBack {
  readonly delivery: Delivery;
  readonly outcome: TaskOutcome;
  readonly settle: (done: Promise<void>) => void;
}

/** So long a client stays away from the queue where others shall be first, s. */
const STEP_ASIDE_S = 2;
/** Beside a fit of more than that many seconds the way to a distant, busy broker and back is short. */
const SLOW_FIT_S = 4;
/** Beside a fit of less it is not; in between it stays as it was. */
const FAST_FIT_S = 1;

export function carefulEnd(end: ClientEnd, options: CarefulOptions): CarefulEnd {
  const { quarantineS, hopelessAfter, workers, askOthersAfterS = 5, patienceS = 60 } = options;
  let hasFitted = false;
  let areFitsFast = false;
  let isOver = false;
  let heldBack: HeldBack[] = [];
  /** What others were asked to try. */
  const passedOn = new Set<string>();
  let patience: ReturnType<typeof setTimeout> | undefined;
  /** Stops taking tasks for so many seconds. */
  let suspend: ((seconds: number) => void) | null = null;
  let wakeUp = (): void => undefined;

  return {
    deliveries: (prefetch) => deliveries(prefetch),
    abandon() {
      isOver = true;
      clearTimeout(patience);
      wakeUp();
      for (const { delivery, settle } of take()) settle(delivery.giveBack(true));
    },
    async close() {
      isOver = true;
      clearTimeout(patience);
      wakeUp();
      await end.close();
    },
  };

  async function* deliveries(prefetch: number): AsyncGenerator<Delivery> {
    while (!isOver) {
      const held = areFitsFast ? prefetch : Math.min(prefetch, workers);
      const taking = end.deliveries(held)[Symbol.asyncIterator]();
      let isSuspended = false;
      let pauseS = 0;
      const suspended = new Promise<'suspended'>((resolve) => {
        suspend = (seconds) => {
          isSuspended = true;
          pauseS = Math.max(pauseS, seconds);
          resolve('suspended');
        };
      });
      try {
        while (!isSuspended) {
          const coming = taking.next();
          const next = await Promise.race([suspended, coming]);
          if (next === 'suspended') {
            void coming.then((late) => (late.done ? undefined : late.value.giveBack())).catch(() => undefined);
            break;
          }
          if (next.done) return;
          clearTimeout(patience);
          yield careful(next.value);
        }
      } finally {
        suspend = null;
        void Promise.resolve(taking.return?.()).catch(() => undefined);
      }
      if (pauseS > 0) await pause(pauseS);
    }
  }

  function careful(delivery: Delivery): Delivery {
    return {
      ...delivery,
      async finish(outcome) {
        if (outcome.status === 'done') {
          fitted(outcome.runtimeS);
          answer();
          return delivery.finish(outcome);
        }
        const signed = { ...outcome, reasons: outcome.reasons.map((reason) => `on ${hostname()}: ${reason}`) };
        if (quarantineS > 0 && suspend !== null) {
          options.onQuarantine?.(quarantineS);
          suspend(quarantineS);
        }
        if (hasFitted) return delivery.finish(signed);
        return isOver ? delivery.giveBack(true) : holdBack(delivery, signed);
      },
    };
  }

  /** How long fits last decides how many tasks are held from now on. */
  function fitted(runtimeS: number): void {
    hasFitted = true;
    const areFast = runtimeS < FAST_FIT_S || (areFitsFast && runtimeS <= SLOW_FIT_S);
    if (areFast === areFitsFast) return;
    areFitsFast = areFast;
    suspend?.(0);
  }

  async function holdBack(delivery: Delivery, outcome: FailedOutcome): Promise<void> {
    clearTimeout(patience);
    const waitS = passedOn.has(keyOf(delivery)) ? patienceS : askOthersAfterS;
    patience = setTimeout(askOthers, (waitS + quarantineS) * 1000);
    const settled = new Promise<void>((resolve) => {
      heldBack.push({ delivery, outcome, settle: resolve as (done: Promise<void>) => void });
    });
    // Room for another task, which may tell more.
    if (heldBack.length < hopelessAfter) suspend?.(0);
    else {
      if (!heldBack.every((held) => held.delivery.history.failedAt > 0)) {
        throw new RunnerBroken(
          `None of the first ${hopelessAfter} tasks could be fitted. The last reason: ${outcome.reasons.at(-1)}`,
        );
      }
      answer();
    }
    return settled;
  }

  /** Nothing else came that could show whether it is this machine. */
  function askOthers(): void {
    for (const { delivery, outcome, settle } of take()) {
      const key = keyOf(delivery);
      if (passedOn.has(key) || delivery.history.failedAt > 0) {
        settle(delivery.finish(outcome));
        continue;
      }
      passedOn.add(key);
      suspend?.(STEP_ASIDE_S);
      settle(delivery.giveBack(true));
    }
  }

  function answer(): void {
    clearTimeout(patience);
    for (const { delivery, outcome, settle } of take()) settle(delivery.finish(outcome));
  }

  function take(): HeldBack[] {
    const taken = heldBack;
    heldBack = [];
    return taken;
  }

  async function pause(seconds: number): Promise<void> {
    if (isOver) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(seconds * 1000, 2 ** 31 - 1));
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function keyOf({ task }: Delivery): string {
  return `${task.nside}/${task.pixel}/${task.variations.map(({ variation }) => variation).join()}`;
}
