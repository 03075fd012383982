/**
 * The server's memory of tasks that are sent and not answered, so that none is lost for good. A broker keeps what it has
 * confirmed, but it may still lose sight of a task: a quorum queue drops a message that was handed back too often
 * (RabbitMQ 4: 20 times), a crash may forget a queue that was declared a moment before. A task counts as lost when its
 * queue has been empty for longer than a client may hold one; it is sent again then. That a client was only slow does no
 * harm: the engine counts every result once.
 */
import type { RecoTask } from '../reco/index.js';
import type { TaskOutcome } from './types.js';

/** What is known of a queue: messages ready to be handed out, and who takes them. */
export interface QueueDepth {
  readonly ready: number;
  readonly consumers: number;
}

/** A task that was sent. */
export interface Sent {
  readonly task: RecoTask;
  /** Since when the broker has it; null while it is on its way. */
  atMs: number | null;
}

/** Tasks between their sending and their answer. */
export class Outstanding {
  readonly #tasks = new Map<string, Sent>();
  readonly #lostAfterMs: number;
  readonly #desertedAfterMs: number;
  #emptySinceMs: number | null = null;
  #desertedSinceMs: number | null = null;

  /** @param desertedAfterS the same where nobody takes tasks from the queue, so that nobody holds any */
  constructor(lostAfterS: number, desertedAfterS: number = Math.min(lostAfterS, 30)) {
    this.#lostAfterMs = lostAfterS * 1000;
    this.#desertedAfterMs = desertedAfterS * 1000;
  }

  /** Variations that wait for an answer. */
  get size(): number {
    return this.#tasks.size;
  }

  /** Whoever sends it sets `atMs` of what is returned as soon as the broker has the task. */
  sent(task: RecoTask): Sent {
    const sent: Sent = { task, atMs: null };
    for (const { variation } of task.variations) this.#tasks.set(keyOf(task, variation), sent);
    return sent;
  }

  answered(outcome: TaskOutcome): void {
    if (outcome.status === 'done') {
      for (const { variation } of outcome.results) this.#tasks.delete(keyOf(outcome, variation));
    } else {
      for (const variation of outcome.variations) this.#tasks.delete(keyOf(outcome, variation));
    }
  }

  /** Everything that the broker had and that has no answer, without the variations that have one, to be sent again. */
  all(): RecoTask[] {
    return this.#collect(() => true);
  }

  /** Tasks that must be lost, by what the two queues look like now. */
  lost(toClients: QueueDepth, fromClients: QueueDepth, nowMs: number): RecoTask[] {
    const isEmpty = toClients.ready === 0 && fromClients.ready === 0 && this.#tasks.size > 0;
    if (!isEmpty) this.#emptySinceMs = null;
    else this.#emptySinceMs ??= nowMs;
    if (!isEmpty || toClients.consumers > 0) this.#desertedSinceMs = null;
    else this.#desertedSinceMs ??= nowMs;

    const emptySinceMs = this.#emptySinceMs;
    const desertedSinceMs = this.#desertedSinceMs;
    if (emptySinceMs === null) return [];
    return this.#collect((atMs) => {
      const isLost = nowMs - Math.max(atMs, emptySinceMs) >= this.#lostAfterMs;
      const isDeserted = desertedSinceMs !== null && nowMs - Math.max(atMs, desertedSinceMs) >= this.#desertedAfterMs;
      return isLost || isDeserted;
    });
  }

  #collect(isWanted: (atMs: number) => boolean): RecoTask[] {
    const wanted = new Set<Sent>();
    for (const sent of this.#tasks.values()) if (sent.atMs !== null && isWanted(sent.atMs)) wanted.add(sent);
    return [...wanted].map(({ task }) => ({
      ...task,
      variations: task.variations.filter(({ variation }) => this.#tasks.has(keyOf(task, variation))),
    }));
  }
}

function keyOf({ nside, pixel }: { readonly nside: number; readonly pixel: number }, variation: number): string {
  return `${nside}/${pixel}/${variation}`;
}
