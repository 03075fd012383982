/** A queue with constant cost at both ends it uses, however long it is. */
export class Fifo<T> {
  /** Given back: served first, last one first. */
  private readonly front: T[] = [];
  private queue: T[] = [];
  private head = 0;

  get size(): number {
    return this.front.length + this.queue.length - this.head;
  }

  push(value: T): void {
    this.queue.push(value);
  }

  /** Puts a value before all others. */
  unshift(value: T): void {
    this.front.push(value);
  }

  shift(): T | undefined {
    if (this.front.length > 0) return this.front.pop();
    if (this.head === this.queue.length) return undefined;
    const value = this.queue[this.head]!;
    this.head++;
    // Cutting off the used half keeps the memory bounded at a constant mean cost.
    if (this.head >= 1024 && this.head * 2 >= this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
    return value;
  }
}
