/**
 * The broker that needs no installation: two first-in first-out queues in this process. Tasks and outcomes are handed
 * over by reference, nothing is serialised. It keeps the promises every broker makes here (types.ts): a task stays the
 * broker's until its outcome is published, goes back to the front of the queue when it is given back or its client
 * leaves, and is marked as redelivered then.
 */
import type { RecoTask } from '../reco/index.js';
import { Fifo } from './fifo.js';
import type { ClientEnd, Delivery, ServerEnd, TaskHistory, TaskOutcome } from './types.js';

/** Both ends of an in-process broker. */
export interface EmbeddedBroker {
  readonly server: ServerEnd;
  /** A further client; any number may be open at a time. */
  client(): ClientEnd;
}

interface Waiting {
  readonly task: RecoTask;
  readonly history: TaskHistory;
}

const NEW: TaskHistory = { handedOut: 0, failedAt: 0 };

/** After it was handed out once more in vain. */
function again({ task, history }: Waiting, hasFailed = false): Waiting {
  return { task, history: { handedOut: history.handedOut + 1, failedAt: history.failedAt + (hasFailed ? 1 : 0) } };
}

/** Somebody who can take tasks: asked in turn whenever a task is there to be taken. */
interface Consumer {
  /** Takes a task if it has room and somebody waits for one. */
  offer(): boolean;
  end(): void;
}

/** Makes a broker inside this process. Closing the server's end ends all its clients. */
export function embeddedBroker(): EmbeddedBroker {
  const tasks = new Fifo<Waiting>();
  const outcomes = new Fifo<TaskOutcome>();
  const consumers = new Set<Consumer>();
  let wakeServer: (() => void) | null = null;
  let isClosed = false;

  /** Hands queued tasks to whoever waits, the one who was served longest ago first. */
  function deal(): void {
    for (const consumer of [...consumers]) {
      if (tasks.size === 0) return;
      while (tasks.size > 0 && consumer.offer()) {
        consumers.delete(consumer);
        consumers.add(consumer);
      }
    }
  }

  const server: ServerEnd = {
    async send(batch) {
      if (isClosed) return;
      for (const task of batch) tasks.push({ task, history: NEW });
      deal();
    },
    async *outcomes() {
      while (!isClosed) {
        const outcome = outcomes.shift();
        if (outcome !== undefined) yield outcome;
        else {
          await new Promise<void>((resolve) => {
            wakeServer = resolve;
          });
        }
      }
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      wakeServer?.();
      for (const consumer of [...consumers]) consumer.end();
    },
  };

  function client(): ClientEnd {
    const held = new Set<Waiting>();
    const own = new Set<Consumer>();
    let hasLeft = false;

    function delivery(waiting: Waiting, release: () => void): Delivery {
      held.add(waiting);
      // Only the first call counts, and none after the client has left: the task is somebody else's then.
      const settle = (then: () => void): void => {
        if (!held.delete(waiting)) return;
        then();
        release();
      };
      return {
        task: waiting.task,
        redelivered: waiting.history.handedOut > 0,
        history: waiting.history,
        async finish(outcome) {
          settle(() => {
            outcomes.push(outcome);
            wakeServer?.();
          });
        },
        async giveBack(hasFailed) {
          settle(() => tasks.unshift(again(waiting, hasFailed)));
          deal();
        },
      };
    }

    return {
      deliveries(prefetch) {
        return {
          [Symbol.asyncIterator](): AsyncIterator<Delivery> {
            let unfinished = 0;
            let isOver = hasLeft || isClosed;
            const asking = new Fifo<(result: IteratorResult<Delivery>) => void>();
            const release = (): void => {
              unfinished--;
              if (tasks.size > 0) deal();
            };
            const consumer: Consumer = {
              offer() {
                if (asking.size === 0 || tasks.size === 0 || unfinished >= Math.max(1, prefetch)) return false;
                unfinished++;
                asking.shift()!({ done: false, value: delivery(tasks.shift()!, release) });
                return true;
              },
              end() {
                isOver = true;
                consumers.delete(consumer);
                own.delete(consumer);
                while (asking.size > 0) asking.shift()!({ done: true, value: undefined });
              },
            };
            if (!isOver) {
              consumers.add(consumer);
              own.add(consumer);
            }
            return {
              next: () =>
                new Promise((resolve) => {
                  if (isOver) return resolve({ done: true, value: undefined });
                  asking.push(resolve);
                  consumer.offer();
                }),
              async return() {
                consumer.end();
                return { done: true, value: undefined };
              },
            };
          },
        };
      },
      async close() {
        if (hasLeft) return;
        hasLeft = true;
        for (const consumer of [...own]) consumer.end();
        for (const waiting of [...held].reverse()) tasks.unshift(again(waiting));
        held.clear();
        deal();
      },
    };
  }

  return { server, client };
}
