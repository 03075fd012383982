/** Finished pixels, gathered until the page is told. */
import type { PixelBatch } from './messages.js';

export class PixelBatches {
  private readonly waiting = new Map<number, { readonly pixel: number[]; readonly llh: number[] }>();

  add(nside: number, pixel: number, llh: number): void {
    let level = this.waiting.get(nside);
    if (level === undefined) {
      level = { pixel: [], llh: [] };
      this.waiting.set(nside, level);
    }
    level.pixel.push(pixel);
    level.llh.push(llh);
  }

  /** What has come since the last call, coarsest nside first. */
  take(): PixelBatch[] {
    const batches = [...this.waiting]
      .sort(([a], [b]) => a - b)
      .map(([nside, { pixel, llh }]) => ({ nside, pixel: Float64Array.from(pixel), llh: Float64Array.from(llh) }));
    this.waiting.clear();
    return batches;
  }
}
