/**
 * When results arrived, to the whole second that reports print: one entry a second in which something came, whatever
 * the number of results.
 */
export class ArrivalTimes {
  private readonly seconds: number[] = [];
  /** Results up to and including that second. */
  private readonly totals: number[] = [];

  /** Seconds since the start, never decreasing. */
  add(second: number, count: number): void {
    const last = this.seconds.length - 1;
    const total = last < 0 ? 0 : this.totals[last]!;
    const whole = Math.floor(second);
    if (last >= 0 && whole <= this.seconds[last]!) this.totals[last] = total + count;
    else {
      this.seconds.push(whole);
      this.totals.push(total + count);
    }
  }

  /** Second in which the result with that index (from 0) arrived, null if it has not. */
  secondOf(index: number): number | null {
    let low = 0;
    let high = this.totals.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.totals[middle]! > index) high = middle;
      else low = middle + 1;
    }
    return this.seconds[low] ?? null;
  }
}
