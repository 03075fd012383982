/**
 * Every pixel that a scan has chosen, with the best fit of its variations so far: typed columns in blocks (which grow
 * without copying) and an open-addressed index by (nside, pixel). About 90 bytes a pixel, whatever the number of
 * variations; constant cost an access.
 *
 * A *record* is the number of a pixel in the order of choosing, a *level* the index of its nside in the progression.
 */

/** What a fit found, without saying where. */
export interface FitFigures {
  readonly llh: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timeNs: number;
  readonly eInGev: number;
  readonly eTotGev: number;
  readonly energyGev: number;
}

/** A fit that failed. */
export const FAILED_FIT: FitFigures = {
  llh: NaN,
  x: NaN,
  y: NaN,
  z: NaN,
  timeNs: NaN,
  eInGev: NaN,
  eTotGev: NaN,
  energyGev: NaN,
};

const SHIFT = 10;
const BLOCK = 1 << SHIFT;
const MASK = BLOCK - 1;
/** Figures per record in a block's `fit` column, in the order of FitFigures. */
const FIGURES = 8;
const NONE_YET = 255;
/** Most variations a pixel can have: their number travels in one byte. */
export const MOST_VARIATIONS = 254;

interface Block {
  readonly pixel: Int32Array;
  readonly level: Uint8Array;
  /** Record whose fit the seeds start from, -1 for the event's seed vertex. */
  readonly seedRecord: Int32Array;
  /** One bit a variation: has its result arrived? */
  readonly arrived: Uint8Array;
  readonly missing: Uint8Array;
  /** Variation that `fit` belongs to. */
  readonly variation: Uint8Array;
  readonly fit: Float64Array;
}

export class PixelTable {
  /** Variations of every pixel. Higher numbers, up to `numbers`, are fits made once more: nobody waits for them here. */
  readonly variations: number;
  readonly numbers: number;
  private readonly bytesPerMask: number;
  private readonly blocks: Block[] = [];
  private count = 0;
  /** Record + 1 per slot, 0 where the slot is free; a power of two long, at most half full. */
  private slots = new Int32Array(1024);

  constructor(variations: number, again: number = 0) {
    if (!(variations >= 1 && variations <= MOST_VARIATIONS)) throw new RangeError(`${variations} vertex variations`);
    this.variations = variations;
    this.numbers = Math.min(variations + again, MOST_VARIATIONS);
    this.bytesPerMask = (this.numbers + 7) >> 3;
  }

  get size(): number {
    return this.count;
  }

  /** Bytes allocated. */
  get bytes(): number {
    const perRecord = 4 + 1 + 4 + this.bytesPerMask + 1 + 1 + 8 * FIGURES;
    return this.blocks.length * BLOCK * perRecord + this.slots.byteLength;
  }

  /** Adds a pixel that is not there yet. */
  add(level: number, pixel: number, seedRecord: number): number {
    const record = this.count++;
    const j = record & MASK;
    if (j === 0) this.blocks.push(this.newBlock());
    const block = this.blocks[record >> SHIFT]!;
    block.pixel[j] = pixel;
    block.level[j] = level;
    block.seedRecord[j] = seedRecord;
    block.missing[j] = this.variations;
    block.variation[j] = NONE_YET;
    if (this.count * 2 > this.slots.length) this.growIndex();
    this.slots[this.slotOf(level, pixel)] = record + 1;
    return record;
  }

  /** The record of a pixel, -1 if it was never chosen. */
  find(level: number, pixel: number): number {
    return this.slots[this.slotOf(level, pixel)]! - 1;
  }

  pixel(record: number): number {
    return this.blocks[record >> SHIFT]!.pixel[record & MASK]!;
  }

  level(record: number): number {
    return this.blocks[record >> SHIFT]!.level[record & MASK]!;
  }

  seedRecord(record: number): number {
    return this.blocks[record >> SHIFT]!.seedRecord[record & MASK]!;
  }

  /** Variations whose results have not arrived. */
  missing(record: number): number {
    return this.blocks[record >> SHIFT]!.missing[record & MASK]!;
  }

  /** llh of the best variation so far, NaN if there is none. */
  llh(record: number): number {
    return this.blocks[record >> SHIFT]!.fit[(record & MASK) * FIGURES]!;
  }

  /** Best variation so far, 255 if nothing arrived. */
  bestVariation(record: number): number {
    return this.blocks[record >> SHIFT]!.variation[record & MASK]!;
  }

  /** The best fit so far. */
  fit(record: number): FitFigures {
    const fit = this.blocks[record >> SHIFT]!.fit;
    const j = (record & MASK) * FIGURES;
    return {
      llh: fit[j]!,
      x: fit[j + 1]!,
      y: fit[j + 2]!,
      z: fit[j + 3]!,
      timeNs: fit[j + 4]!,
      eInGev: fit[j + 5]!,
      eTotGev: fit[j + 6]!,
      energyGev: fit[j + 7]!,
    };
  }

  hasArrived(record: number, variation: number): boolean {
    const byte = (record & MASK) * this.bytesPerMask + (variation >> 3);
    return (this.blocks[record >> SHIFT]!.arrived[byte]! & (1 << (variation & 7))) !== 0;
  }

  /**
   * Counts the fit of one variation and keeps it if it is the best: smallest llh that is a number, lowest variation on
   * ties; variation 0 if none is a number. The order of arrival does not matter. False for a variation that is there.
   */
  receive(record: number, variation: number, figures: FitFigures): boolean {
    if (this.hasArrived(record, variation)) return false;
    const block = this.blocks[record >> SHIFT]!;
    const j = record & MASK;
    block.arrived[j * this.bytesPerMask + (variation >> 3)]! |= 1 << (variation & 7);
    if (variation < this.variations) block.missing[j]!--;
    // An infinite llh is no likelihood either.
    const llh = Number.isFinite(figures.llh) ? figures.llh : NaN;
    const before = block.fit[j * FIGURES]!;
    const lower = variation < block.variation[j]!;
    const isBetter = Number.isNaN(before) ? !Number.isNaN(llh) || lower : llh < before || (llh === before && lower);
    if (!isBetter) return true;
    block.variation[j] = variation;
    block.fit[j * FIGURES] = llh;
    block.fit[j * FIGURES + 1] = figures.x;
    block.fit[j * FIGURES + 2] = figures.y;
    block.fit[j * FIGURES + 3] = figures.z;
    block.fit[j * FIGURES + 4] = figures.timeNs;
    block.fit[j * FIGURES + 5] = figures.eInGev;
    block.fit[j * FIGURES + 6] = figures.eTotGev;
    block.fit[j * FIGURES + 7] = figures.energyGev;
    return true;
  }

  private newBlock(): Block {
    return {
      pixel: new Int32Array(BLOCK),
      level: new Uint8Array(BLOCK),
      seedRecord: new Int32Array(BLOCK),
      arrived: new Uint8Array(BLOCK * this.bytesPerMask),
      missing: new Uint8Array(BLOCK),
      variation: new Uint8Array(BLOCK),
      fit: new Float64Array(BLOCK * FIGURES).fill(NaN),
    };
  }

  /**
   * The slot that holds (level, pixel), or the free one where it belongs. Eight pixels in a row share a place in memory,
   * since rounds come in runs of pixels.
   */
  private slotOf(level: number, pixel: number): number {
    const mask = this.slots.length - 1;
    let hash = Math.imul((pixel >>> 3) ^ Math.imul(level + 1, 0x9e3779b1), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    hash = ((hash ^ (hash >>> 16)) << 3) | (pixel & 7);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const record = this.slots[slot]! - 1;
      if (record < 0 || (this.pixel(record) === pixel && this.level(record) === level)) return slot;
    }
  }

  private growIndex(): void {
    this.slots = new Int32Array(this.slots.length * 2);
    // The newest record is entered by `add`.
    for (let record = 0; record < this.count - 1; record++) {
      this.slots[this.slotOf(this.level(record), this.pixel(record))] = record + 1;
    }
  }
}
