/**
 * When a view is drawn: once a frame at most, coarser while it moves on a slow machine, and in full quality when nothing
 * moves any more.
 */

/** Speed of drawing. */
export interface FrameFigures {
  readonly frames: number;
  readonly framesPerS: number;
  /** The slowest frame. */
  readonly slowestMs: number;
  /** Part of the full resolution that was drawn at the end: less than 1 while a slow machine moves. */
  readonly quality: number;
}

/** What is drawn. */
export interface PacedPicture {
  /** Draws a part (0 to 1) of the full resolution, with `samples` squared points for each pixel. */
  draw(part: number, samples: number): void;
  /** Resolves when what was drawn is to be seen. */
  finish(): Promise<void>;
  /** Whether it moves by itself: the next frame comes anyway. */
  isFlying(): boolean;
  /** Is told each time that the picture is in full quality. */
  whenStill(): void;
}

/** While it moves, frames that take longer make the picture coarser. */
const SLOW_FRAME_MS = 40;
const LEAST_QUALITY = 0.2;
/** Nothing has moved for this long: time for a picture in full quality. */
const STILL_MS = 180;
/** A still picture gets smooth edges where one without takes less than this. */
const SMOOTH_MS = 60;

export class FramePacer {
  readonly #picture: PacedPicture;
  #request = 0;
  #timer = 0;
  #quality = 1;
  #lastMoveMs = -1e9;
  #lastFrameMs = 0;
  #isStill = false;
  readonly #waiting: (() => void)[] = [];

  constructor(picture: PacedPicture) {
    this.#picture = picture;
  }

  /** There is something else to draw. */
  changed(): void {
    this.#isStill = false;
    this.#ask();
  }

  /** It moves. */
  moved(): void {
    this.#lastMoveMs = performance.now();
    this.changed();
  }

  /** A detail of a still picture is another one. */
  retouch(): void {
    if (this.#isStill) this.#ask();
  }

  /** Resolves when everything is drawn in full quality. */
  settled(): Promise<void> {
    return this.#isStill ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  stop(): void {
    cancelAnimationFrame(this.#request);
    clearTimeout(this.#timer);
  }

  /** Draws some frames as fast as the machine can. `move` is called before each with 0 to 1. */
  async measure(frames: number, move: (part: number) => void): Promise<FrameFigures> {
    const times: number[] = [];
    let lastMs = performance.now();
    for (let i = 0; i <= frames; i++) {
      await new Promise(requestAnimationFrame);
      const nowMs = performance.now();
      if (i > 0) {
        times.push(nowMs - lastMs);
        this.#adapt(nowMs - lastMs);
      }
      lastMs = nowMs;
      this.#lastMoveMs = nowMs;
      move(i / frames);
      this.#picture.draw(this.#quality, 1);
      await this.#picture.finish();
    }
    return {
      frames,
      framesPerS: (1000 * frames) / times.reduce((sum, ms) => sum + ms, 0),
      slowestMs: Math.max(...times),
      quality: this.#quality,
    };
  }

  #ask(): void {
    if (this.#request === 0) this.#request = requestAnimationFrame((nowMs) => this.#drawFrame(nowMs));
  }

  #drawFrame(nowMs: number): void {
    this.#request = 0;
    const isMoving = performance.now() - this.#lastMoveMs < STILL_MS;
    if (isMoving && nowMs - this.#lastFrameMs < 10 * SLOW_FRAME_MS) this.#adapt(nowMs - this.#lastFrameMs);
    this.#lastFrameMs = nowMs;
    this.#picture.draw(isMoving ? this.#quality : 1, 1);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#settle(), isMoving ? STILL_MS + 20 : 60) as unknown as number;
  }

  #adapt(tookMs: number): void {
    if (tookMs > SLOW_FRAME_MS) this.#quality = Math.max(LEAST_QUALITY, this.#quality * 0.85);
    else if (tookMs < SLOW_FRAME_MS / 2) this.#quality = Math.min(1, this.#quality * 1.06);
  }

  /** When nothing moves any more: in full resolution, and with smooth edges where the machine is quick. */
  async #settle(): Promise<void> {
    if (this.#isBusy()) return;
    const startMs = performance.now();
    this.#picture.draw(1, 1);
    await this.#picture.finish();
    if (this.#isBusy()) return;
    if (performance.now() - startMs < SMOOTH_MS) this.#picture.draw(1, 2);
    this.#picture.whenStill();
    this.#isStill = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #isBusy(): boolean {
    return this.#request !== 0 || this.#picture.isFlying();
  }
}
