/**
 * Times of a running scan, gathered as it goes: constant cost a result, memory independent of the number of results
 * but for one entry a batch of tasks and one a second of scanning. The clock is handed in, epoch milliseconds.
 */
import { ArrivalTimes } from './arrival-times.js';
import { Spread } from './spread.js';

/** Times of the results of one nside, or of all. */
export class Timing {
  /** Fit time per result at the client, seconds. */
  readonly worker: Spread = new Spread();
  /** From handing the task to the broker until the result was here, seconds. */
  readonly roundTrip: Spread = new Spread();
  /** Results that came from clients in this life of the scan. */
  received = 0;
  firstSentMs: number = Infinity;
  lastReceivedMs: number = -Infinity;
}

/** Tasks handed over together. */
interface SentBatch {
  /** First pixel record after the batch. */
  readonly endRecord: number;
  readonly sentMs: number;
  received: number;
}

export class ScanStatistics {
  readonly startMs: number;
  readonly all: Timing = new Timing();
  /** By nside, indexed as the progression. */
  readonly levels: readonly Timing[];
  readonly arrivals: ArrivalTimes = new ArrivalTimes();
  /** Results taken from a journal. */
  replayed = 0;
  /** Earliest send time of a received result; arrival of the first result less its fit time. */
  firstReceivedSentMs: number = Infinity;
  firstFitStartMs: number | null = null;
  private readonly batches: SentBatch[] = [];

  constructor(startMs: number, levels: number) {
    this.startMs = startMs;
    this.levels = Array.from({ length: levels }, () => new Timing());
  }

  /** A batch of tasks was handed over: pixel records up to `endRecord`, of the nsides `levels`. */
  sent(nowMs: number, endRecord: number, levels: Iterable<number>): void {
    this.batches.push({ endRecord, sentMs: nowMs, received: 0 });
    this.all.firstSentMs = Math.min(this.all.firstSentMs, nowMs);
    for (const level of levels) {
      const timing = this.levels[level]!;
      timing.firstSentMs = Math.min(timing.firstSentMs, nowMs);
    }
  }

  /** `recos` results of one pixel came from a client that spent `runtimeS` on them. */
  received(nowMs: number, level: number, record: number, recos: number, runtimeS: number): void {
    this.arrivals.add((nowMs - this.startMs) / 1000, recos);
    const batch = this.batchOf(record);
    if (batch !== null) {
      batch.received += recos;
      this.firstReceivedSentMs = Math.min(this.firstReceivedSentMs, batch.sentMs);
    }
    this.firstFitStartMs ??= nowMs - runtimeS * 1000;
    for (const timing of [this.all, this.levels[level]!]) {
      timing.received += recos;
      timing.lastReceivedMs = nowMs;
      timing.worker.add(runtimeS / recos, recos);
      if (batch !== null) timing.roundTrip.add((nowMs - batch.sentMs) / 1000, recos);
    }
  }

  /** `recos` fits of one pixel were made once more. They are beside the estimates, which know nothing of them. */
  restarted(nowMs: number, level: number, recos: number, runtimeS: number): void {
    for (const timing of [this.all, this.levels[level]!]) {
      timing.received += recos;
      timing.lastReceivedMs = nowMs;
      timing.worker.add(runtimeS / recos, recos);
    }
  }

  /** `recos` results were in the journal already. */
  replay(recos: number): void {
    this.replayed += recos;
    this.arrivals.add(0, recos);
  }

  /** Send time of the n-th latest sent among the received results. */
  nthLatestSentMs(n: number): number {
    let seen = 0;
    for (let i = this.batches.length - 1; i >= 0; i--) {
      seen += this.batches[i]!.received;
      if (seen >= n) return this.batches[i]!.sentMs;
    }
    return this.all.firstSentMs;
  }

  /** The batch that a pixel was sent with; null if it was not sent in this life of the scan. */
  private batchOf(record: number): SentBatch | null {
    let low = 0;
    let high = this.batches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.batches[middle]!.endRecord > record) high = middle;
      else low = middle + 1;
    }
    return this.batches[low] ?? null;
  }
}
