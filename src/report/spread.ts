/**
 * Mean, extremes and median of a stream of times in bounded memory. Mean and extremes are exact; the median comes from
 * bins 1 % wide, each standing for the mean of its values, and is therefore good to 1 %.
 */

const LOG_BIN = Math.log(1.01);
/** Times below a microsecond share one bin. */
const SHORTEST_S = 1e-6;

export class Spread {
  count = 0;
  min: number = Infinity;
  max: number = -Infinity;
  sum = 0;
  private readonly bins = new Map<number, { count: number; sum: number }>();

  /** Adds a value, `times` times. */
  add(seconds: number, times = 1): void {
    this.count += times;
    this.sum += seconds * times;
    if (seconds < this.min) this.min = seconds;
    if (seconds > this.max) this.max = seconds;
    const index = seconds > SHORTEST_S ? Math.floor(Math.log(seconds / SHORTEST_S) / LOG_BIN) + 1 : 0;
    const bin = this.bins.get(index);
    if (bin === undefined) this.bins.set(index, { count: times, sum: seconds * times });
    else {
      bin.count += times;
      bin.sum += seconds * times;
    }
  }

  /** NaN without values, like the median. */
  get mean(): number {
    return this.sum / this.count;
  }

  get median(): number {
    const upper = this.ranked(Math.floor(this.count / 2));
    return this.count % 2 === 1 ? upper : (this.ranked(this.count / 2 - 1) + upper) / 2;
  }

  /** About the value with that many smaller ones. */
  private ranked(rank: number): number {
    let seen = 0;
    for (const [, bin] of [...this.bins].sort(([a], [b]) => a - b)) {
      seen += bin.count;
      if (seen > rank) return bin.sum / bin.count;
    }
    return NaN;
  }
}
