/**
 * The finished pixels as the choice of pixels and the seeds see them, kept up pixel by pixel at constant cost: counts,
 * the minimum of all nsides, steep steps between neighbours (specs/sky-and-scan.md 3.3).
 */
import { ancestor, neighbours } from '../sky/index.js';
import { isSteep, type Landscape, type SkyPixel } from './choose-pixels.js';
import type { PixelTable } from './pixel-table.js';

export class FinishedSky implements Landscape {
  /** Finished pixels by nside, indexed as the progression. */
  readonly counts: Int32Array;
  /** Finished pixels of all nsides. */
  total = 0;

  private readonly table: PixelTable;
  private readonly nsides: readonly number[];
  private readonly isFinished: (record: number) => boolean;
  private readonly steep: readonly Set<number>[];
  private minimumRecord = -1;
  private readonly around: number[] = [];

  /** `isFinished` says of a record whether it has been added here (or is just being). */
  constructor(table: PixelTable, nsides: readonly number[], isFinished: (record: number) => boolean) {
    this.table = table;
    this.nsides = nsides;
    this.isFinished = isFinished;
    this.counts = new Int32Array(nsides.length);
    this.steep = nsides.map(() => new Set<number>());
  }

  /** All results of a pixel are in. */
  add(record: number): void {
    const level = this.table.level(record);
    this.counts[level]!++;
    this.total++;
    const llh = this.table.llh(record);
    if (Number.isNaN(llh)) return;
    if (this.isBelowMinimum(record, llh)) this.minimumRecord = record;
    // Pixels of the last nside are never refined.
    if (level + 1 < this.nsides.length) this.noteSteps(level, this.table.pixel(record), llh);
  }

  /** A finished pixel has a better fit than before. */
  improve(record: number): void {
    const llh = this.table.llh(record);
    if (!Number.isNaN(llh) && this.isBelowMinimum(record, llh)) this.minimumRecord = record;
  }

  get minimum(): (SkyPixel & { readonly llh: number }) | null {
    const record = this.minimumRecord;
    if (record < 0) return null;
    const nside = this.nsides[this.table.level(record)]!;
    return { nside, pixel: this.table.pixel(record), llh: this.table.llh(record) };
  }

  hasFinished(nside: number): boolean {
    return this.counts[this.nsides.indexOf(nside)]! > 0;
  }

  steepPixels(nside: number): Iterable<number> {
    return this.steep[this.nsides.indexOf(nside)]!;
  }

  /**
   * The record whose fit the seeds of a pixel start from: the first finished pixel around its centre, going to coarser
   * nsides; -1 where there is none or its fit failed (specs/reco-splinempe.md 4.1).
   */
  seedRecordOf(level: number, pixel: number): number {
    for (let coarser = level - 1; coarser >= 0; coarser--) {
      const record = this.table.find(coarser, ancestor(this.nsides[level]!, pixel, this.nsides[coarser]!));
      if (record >= 0 && this.isFinished(record)) return Number.isNaN(this.table.llh(record)) ? -1 : record;
    }
    return -1;
  }

  private isBelowMinimum(record: number, llh: number): boolean {
    const best = this.minimumRecord;
    if (best < 0) return true;
    const bestLlh = this.table.llh(best);
    if (llh !== bestLlh) return llh < bestLlh;
    // Equal: the lower (nside, pixel), never the earlier arrival.
    const level = this.table.level(record) - this.table.level(best);
    return level < 0 || (level === 0 && this.table.pixel(record) < this.table.pixel(best));
  }

  private noteSteps(level: number, pixel: number, llh: number): void {
    for (const neighbour of neighbours(this.nsides[level]!, pixel, this.around)) {
      const record = neighbour < 0 ? -1 : this.table.find(level, neighbour);
      if (record < 0 || !this.isFinished(record) || !isSteep(llh, this.table.llh(record))) continue;
      this.steep[level]!.add(pixel).add(neighbour);
    }
  }
}
