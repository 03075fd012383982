/** Acknowledgements on one channel. Those that come in the order of the messages wait a little and go as one. */
import type { Channel } from 'rabbitmq-client';

/** They wait so long for company. */
const DELAY_MS = 20;

export class Acknowledgements {
  readonly #channel: Channel;
  readonly #most: number;
  /** Everything up to `#done` may be acknowledged, up to `#sent` it is. */
  #done = 0;
  #sent = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** @param most so many go as one, at most; 1 where they come in any order */
  constructor(channel: Channel, most: number) {
    this.#channel = channel;
    this.#most = most;
  }

  ack(deliveryTag: number): void {
    if (!this.#channel.active) return;
    if (this.#most <= 1) {
      this.#channel.basicAck({ deliveryTag });
      return;
    }
    this.#done = deliveryTag;
    if (this.#done - this.#sent >= this.#most) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), DELAY_MS);
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#channel.active || this.#done === this.#sent) return;
    this.#sent = this.#done;
    this.#channel.basicAck({ deliveryTag: this.#done, multiple: true });
  }
}
