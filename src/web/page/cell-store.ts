/**
 * The pixels of a map, ready to be drawn and looked up: per HEALPix order square tiles of 32 x 32 pixels of a base face,
 * made where pixels are known. A pixel holds its own value and the best (smallest) value known in and below it, so that
 * a narrow minimum cannot vanish in a picture that is coarser than the pixels. Pixels come in any order, one at a time
 * or by the million.
 *
 * The graphics card gets 32-bit floats relative to `base`; what is read out is the exact number.
 */
import { nestToRing, pixelAtVector, ringToNest } from '../../sky/index.js';

/** Pixels along the side of a tile. */
export const TILE = 32;
/** Finest order that is shown: nside 8192, pixels of 0.4 arc minutes. Finer pixels count as the one that holds them. */
export const FINEST_ORDER = 13;
/** What stands for "nothing known" and "fit failed" in the numbers for the graphics card. */
export const UNKNOWN = 3e38;
export const FAILED = 2e38;

/** A pixel with a value. */
export interface StoredPixel {
  readonly nside: number;
  /** RING number. */
  readonly pixel: number;
  /** NaN where the fit failed. */
  readonly value: number;
}

interface Order {
  readonly nside: number;
  readonly tilesPerSide: number;
  /** Tile of each place (face, row, column); -1 where there is none. */
  readonly tileOf: Int32Array;
  /** Pixels with a value of their own. */
  known: number;
}

/** Pixels by order and tile. Smaller values are better. */
export class CellStore {
  readonly orders: (Order | undefined)[] = [];
  /** What is subtracted from values before they become 32-bit floats: the first value. */
  base = 0;
  best: StoredPixel | null = null;
  /** Number of pixels with a value, or a failed fit, of their own. */
  size = 0;
  /** Per tile the numbers for the graphics card: own value, best value; interleaved. */
  readonly forDrawing: Float32Array[] = [];
  /** Tiles that changed since `takeChanges`. */
  private readonly changed = new Set<number>();
  private readonly own: (Float64Array | null)[] = [];

  /** Finest order with a pixel. */
  get finest(): number {
    return Math.max(0, this.orders.length - 1);
  }

  /** Adds pixels (RING) of one nside; NaN: the fit failed. A pixel that is there already gets the new value. */
  add(nside: number, pixels: ArrayLike<number>, values: ArrayLike<number>): void {
    const order = Math.round(Math.log2(nside));
    if (order > FINEST_ORDER) {
      this.addCoarser(nside, pixels, values);
      return;
    }
    const at = this.order(order);
    for (let i = 0; i < pixels.length; i++) {
      const value = values[i]!;
      const nest = ringToNest(nside, pixels[i]!);
      const inFace = nest % (nside * nside);
      const x = everySecondBit(inFace);
      const y = everySecondBit(inFace / 2);
      const tile = this.tile(order, (nest - inFace) / (nside * nside), x, y);
      const place = (y % TILE) * TILE + (x % TILE);
      let own = this.own[tile] ?? null;
      if (own === null) {
        own = new Float64Array(TILE * TILE).fill(UNKNOWN);
        this.own[tile] = own;
      }
      if (own[place] === UNKNOWN) {
        this.size++;
        at.known++;
      }
      own[place] = value;
      this.changed.add(tile);
      if (!Number.isFinite(value)) {
        this.forDrawing[tile]![2 * place] = FAILED;
        continue;
      }
      if (this.best === null) this.base = value;
      if (this.best === null || value < this.best.value) this.best = { nside, pixel: pixels[i]!, value };
      const relative = Math.fround(value - this.base);
      this.forDrawing[tile]![2 * place] = relative;
      this.raise(order, (nest - inFace) / (nside * nside), x, y, relative);
    }
  }

  /** Pixels too fine to be shown: the best of those that share one that is not. */
  private addCoarser(nside: number, pixels: ArrayLike<number>, values: ArrayLike<number>): void {
    const shown = 2 ** FINEST_ORDER;
    const parts = (nside / shown) * (nside / shown);
    const best = new Map<number, number>();
    for (let i = 0; i < pixels.length; i++) {
      const nest = Math.floor(ringToNest(nside, pixels[i]!) / parts);
      const known = best.get(nest);
      if (known === undefined || !(known <= values[i]!)) best.set(nest, values[i]!);
    }
    this.add(
      shown,
      [...best.keys()].map((nest) => nestToRing(shown, nest)),
      [...best.values()],
    );
  }

  /** The finest pixel that is known in a direction (equatorial unit vector); one whose fit failed only if nothing else. */
  find(x: number, y: number, z: number): StoredPixel | null {
    let failed: StoredPixel | null = null;
    for (let k = this.finest; k >= 0; k--) {
      const order = this.orders[k];
      if (order === undefined || order.known === 0) continue;
      const pixel = pixelAtVector(order.nside, x, y, z);
      const value = this.valueOf(order.nside, pixel);
      if (value === undefined) continue;
      if (Number.isFinite(value)) return { nside: order.nside, pixel, value };
      failed ??= { nside: order.nside, pixel, value: Number.NaN };
    }
    return failed;
  }

  /** Own value of a pixel; NaN where its fit failed, undefined where nothing is known. */
  valueOf(nside: number, pixel: number): number | undefined {
    const order = this.orders[Math.round(Math.log2(nside))];
    if (order === undefined || order.known === 0) return undefined;
    const nest = ringToNest(nside, pixel);
    const inFace = nest % (nside * nside);
    const x = everySecondBit(inFace);
    const y = everySecondBit(inFace / 2);
    const tile = order.tileOf[placeOf(order, (nest - inFace) / (nside * nside), x, y)]!;
    const value = tile < 0 ? UNKNOWN : (this.own[tile]?.[(y % TILE) * TILE + (x % TILE)] ?? UNKNOWN);
    return value === UNKNOWN ? undefined : value;
  }

  /** Own values of the coarsest order that has any, at most about `most` of them, evenly chosen. */
  coarsestValues(most: number): number[] {
    const order = this.orders.find((candidate) => candidate !== undefined && candidate.known > 0);
    if (order === undefined) return [];
    const stride = Math.max(1, Math.floor(order.known / most));
    const values: number[] = [];
    for (const tile of order.tileOf) {
      const own = tile < 0 ? null : this.own[tile];
      if (!own) continue;
      for (let i = 0; i < own.length; i += stride) {
        if (own[i] !== UNKNOWN && Number.isFinite(own[i])) values.push(own[i]!);
      }
    }
    return values;
  }

  /** Tiles to be handed to the graphics card again. */
  takeChanges(): number[] {
    const tiles = [...this.changed];
    this.changed.clear();
    return tiles;
  }

  private order(k: number): Order {
    for (let j = this.orders.length; j <= k; j++) {
      const nside = 2 ** j;
      const tilesPerSide = Math.max(1, nside / TILE);
      const tileOf = new Int32Array(12 * tilesPerSide * tilesPerSide).fill(-1);
      this.orders[j] = { nside, tilesPerSide, tileOf, known: 0 };
    }
    return this.orders[k]!;
  }

  private tile(k: number, face: number, x: number, y: number): number {
    const order = this.orders[k]!;
    const place = placeOf(order, face, x, y);
    const known = order.tileOf[place]!;
    if (known >= 0) return known;
    const tile = this.forDrawing.length;
    order.tileOf[place] = tile;
    this.forDrawing.push(new Float32Array(2 * TILE * TILE).fill(UNKNOWN));
    this.own.push(null);
    return tile;
  }

  /** Lowers the best value of a pixel and of all that contain it. */
  private raise(order: number, face: number, x: number, y: number, value: number): void {
    let [column, row] = [x, y];
    for (let k = order; k >= 0; k--) {
      const tile = this.tile(k, face, column, row);
      const at = 2 * ((row % TILE) * TILE + (column % TILE)) + 1;
      const numbers = this.forDrawing[tile]!;
      if (numbers[at]! <= value) return;
      numbers[at] = value;
      this.changed.add(tile);
      column >>= 1;
      row >>= 1;
    }
  }
}

function placeOf(order: Order, face: number, x: number, y: number): number {
  const n = order.tilesPerSide;
  return (face * n + Math.floor(y / TILE)) * n + Math.floor(x / TILE);
}

/** Bits 0, 2, 4 ... of a number below 2^26, packed. */
function everySecondBit(number: number): number {
  let n = number & 0x55555555;
  n = (n | (n >> 1)) & 0x33333333;
  n = (n | (n >> 2)) & 0x0f0f0f0f;
  n = (n | (n >> 4)) & 0x00ff00ff;
  return (n | (n >> 8)) & 0xffff;
}
