/**
 * A scan as one map: the finest known pixel everywhere on the sky.
 *
 * A scan knows some pixels at several nsides, finer ones around the minimum. Here they become disjoint cells: a coarse
 * pixel that is only partly covered by finer ones is split, so that its remainder keeps its value and no hole is left
 * (specs/sky-and-scan.md 8.4). A failed fine pixel (NaN) falls back to the coarser value.
 *
 * Cells are in NESTED order: by the first pixel they cover at any finer nside. That makes every look-up a bisection.
 */
import { nestToRing, pixelCount, ringToNest } from './healpix.js';

/** Finished pixels of one nside (RING); a value that is not finite is unknown. */
export interface LlhMap {
  readonly nside: number;
  readonly pixel: ArrayLike<number>;
  /** -log L. */
  readonly llh: ArrayLike<number>;
}

/** Where cells are: disjoint, in NESTED order, all arrays of the same length. */
export interface Cells {
  readonly nside: Int32Array;
  /** RING number at the cell's own nside. */
  readonly pixel: Float64Array;
}

/** A scan's cells with their -log L. */
export interface SkyCells extends Cells {
  /** -log L; NaN only in covers made `withUnknown`. */
  readonly llh: Float64Array;
}

/** Values of pixels (RING) of one nside. */
export interface Layer {
  readonly nside: number;
  readonly pixel: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

/**
 * The finest known pixel everywhere. Of two values for one pixel the smaller counts.
 * @param options.withUnknown also return cells of value NaN where nothing is known, so that the cells cover the sky
 */
export function finestCells(maps: readonly LlhMap[], options: { withUnknown?: boolean } = {}): SkyCells {
  const layers = maps.map((map) => ({ nside: map.nside, pixel: map.pixel, value: map.llh }));
  const { nside, pixel, value } = overlay(layers, options.withUnknown ?? false);
  return { nside, pixel, llh: value };
}

/** `finestCells` for any value; NaN and infinite values count as unknown. */
export function overlay(layers: readonly Layer[], withUnknown: boolean): Cells & { value: Float64Array } {
  const known = new Map<number, { nest: Float64Array; value: Float64Array; next: number }>();
  for (const nside of new Set(layers.map((layer) => layer.nside))) {
    const same = layers.filter((layer) => layer.nside === nside);
    known.set(nside, { ...knownByNest(nside, same), next: 0 });
  }
  const finest = Math.max(1, ...known.keys());
  const finer = [...known].sort(([a], [b]) => b - a);
  const nsides = growing(Int32Array);
  const pixels = growing(Float64Array);
  const values = growing(Float64Array);

  const hasFiner = (nside: number, nest: number): boolean => {
    for (const [other, { nest: list, next }] of finer) {
      if (other <= nside) return false;
      const ratio = other / nside;
      if (list[next]! < (nest + 1) * ratio * ratio) return true;
    }
    return false;
  };
  // Depth first is NESTED order, so each nside's list is read once from front to back.
  const walk = (nside: number, nest: number, inherited: number): void => {
    let value = inherited;
    const own = known.get(nside);
    if (own !== undefined && own.nest[own.next] === nest) value = own.value[own.next++]!;
    if (nside < finest && hasFiner(nside, nest)) {
      for (let k = 0; k < 4; k++) walk(2 * nside, 4 * nest + k, value);
    } else if (withUnknown || !Number.isNaN(value)) {
      nsides.push(nside);
      pixels.push(nestToRing(nside, nest));
      values.push(value);
    }
  };
  for (let face = 0; face < 12; face++) walk(1, face, Number.NaN);
  return { nside: nsides.done(), pixel: pixels.done(), value: values.done() };
}

/** The finite values of one nside in NESTED order, the smallest of each pixel. */
function knownByNest(nside: number, layers: readonly Layer[]): { nest: Float64Array; value: Float64Array } {
  const length = layers.reduce((sum, layer) => sum + layer.pixel.length, 0);
  const nests = new Float64Array(length);
  const values = new Float64Array(length);
  let n = 0;
  for (const { pixel, value } of layers) {
    for (let i = 0; i < pixel.length; i++) {
      if (!Number.isFinite(value[i]!)) continue;
      nests[n] = ringToNest(nside, pixel[i]!);
      values[n++] = value[i]!;
    }
  }
  const count = pixelCount(nside);
  if (n > count / MOSTLY_KNOWN) return distinctByPlace(nests.subarray(0, n), values, count);
  const nest = new Float64Array(n);
  const value = new Float64Array(n);
  let distinct = 0;
  for (const i of ascendingOrder(nests.subarray(0, n))) {
    if (distinct > 0 && nest[distinct - 1] === nests[i]) {
      value[distinct - 1] = Math.min(value[distinct - 1]!, values[i]!);
    } else {
      nest[distinct] = nests[i]!;
      value[distinct++] = values[i]!;
    }
  }
  return { nest: nest.subarray(0, distinct), value: value.subarray(0, distinct) };
}

/** From one pixel in so many known on, a place for each pixel is cheaper than sorting. */
const MOSTLY_KNOWN = 16;

/** The same by a place for every pixel of the nside. */
function distinctByPlace(
  nests: Float64Array,
  values: Float64Array,
  count: number,
): { nest: Float64Array; value: Float64Array } {
  const places = new Float64Array(count).fill(Number.NaN);
  let distinct = 0;
  for (let i = 0; i < nests.length; i++) {
    const at = nests[i]!;
    const there = places[at]!;
    if (Number.isNaN(there)) distinct++;
    if (!(there <= values[i]!)) places[at] = values[i]!;
  }
  const nest = new Float64Array(distinct);
  const value = new Float64Array(distinct);
  for (let at = 0, k = 0; at < count; at++) {
    if (Number.isNaN(places[at]!)) continue;
    nest[k] = at;
    value[k++] = places[at]!;
  }
  return { nest, value };
}

/** A typed array that grows. */
function growing<T extends Int32Array | Float64Array>(
  type: new (length: number) => T,
): { push(value: number): void; done(): T } {
  let array = new type(1024);
  let length = 0;
  return {
    push(value) {
      if (length === array.length) {
        const larger = new type(2 * length);
        larger.set(array);
        array = larger;
      }
      array[length++] = value;
    },
    done: () => array.slice(0, length) as T,
  };
}

/** Cells sorted out by nside; those of `skip` are left out. */
export function byNside(cells: Cells, value: Float64Array, skip?: (i: number) => boolean): Layer[] {
  const positions = new Map<number, number[]>();
  for (let i = 0; i < value.length; i++) {
    if (skip?.(i)) continue;
    const nside = cells.nside[i]!;
    const list = positions.get(nside);
    if (list) list.push(i);
    else positions.set(nside, [i]);
  }
  return [...positions].map(([nside, list]) => {
    const layer = { nside, pixel: new Float64Array(list.length), value: new Float64Array(list.length) };
    list.forEach((i, k) => {
      layer.pixel[k] = cells.pixel[i]!;
      layer.value[k] = value[i]!;
    });
    return layer;
  });
}

/** Positions of the numbers (integers) from the smallest to the largest, equal ones in their order. */
function ascendingOrder(numbers: Float64Array): Float64Array | Uint32Array {
  const n = numbers.length;
  let largest = 0;
  let isInOrder = true;
  for (let i = 0; i < n; i++) {
    if (numbers[i]! >= largest) largest = numbers[i]!;
    else isInOrder = false;
  }
  if (isInOrder) return new Uint32Array(n).map((_, i) => i);
  if ((largest + 1) * n > Number.MAX_SAFE_INTEGER) {
    return new Uint32Array(n).map((_, i) => i).sort((a, b) => numbers[a]! - numbers[b]! || a - b);
  }
  // Number and position in one exact double: sorts ten times faster than with a comparison function.
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = numbers[i]! * n + i;
  keys.sort();
  for (let i = 0; i < n; i++) keys[i] = keys[i]! % n;
  return keys;
}

/** Any cells brought into NESTED order; `values` follow along. For maps from elsewhere; ours are in order. */
export function orderCells(
  cells: { readonly nside: ArrayLike<number>; readonly pixel: ArrayLike<number> },
  values: ArrayLike<number>,
): Cells & { value: Float64Array } {
  const n = cells.nside.length;
  let finest = 1;
  for (let i = 0; i < n; i++) finest = Math.max(finest, cells.nside[i]!);
  const start = new Float64Array(n);
  for (let i = 0; i < n; i++) start[i] = firstNest(finest, cells.nside[i]!, cells.pixel[i]!);
  const order = ascendingOrder(start);
  const out = { nside: new Int32Array(n), pixel: new Float64Array(n), value: new Float64Array(n) };
  for (let k = 0; k < n; k++) {
    const i = order[k]!;
    out.nside[k] = cells.nside[i]!;
    out.pixel[k] = cells.pixel[i]!;
    out.value[k] = values[i]!;
  }
  return out;
}

/** First NESTED pixel of nside `finest` that a RING pixel covers. */
export function firstNest(finest: number, nside: number, pixel: number): number {
  const ratio = finest / nside;
  return ringToNest(nside, pixel) * ratio * ratio;
}

/** For finding cells by position. */
export interface CellIndex {
  /** Finest nside among the cells. */
  readonly finest: number;
  /** Per cell the first NESTED pixel of nside `finest` in it, ascending, and the first behind it. */
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/** Indices by their cells' pixels: a map is asked many times, and cells are never changed once they are made. */
const indices = new WeakMap<Float64Array, { readonly nside: Int32Array; readonly index: CellIndex }>();

/** Makes cells searchable; the same cells only once. */
export function indexCells(cells: Cells): CellIndex {
  const known = indices.get(cells.pixel);
  if (known?.nside === cells.nside) return known.index;
  const index = newIndex(cells);
  indices.set(cells.pixel, { nside: cells.nside, index });
  return index;
}

/** Whether cells leave no part of the sky out. */
export function coverTheSky(cells: Cells): boolean {
  const { finest, start, end } = indexCells(cells);
  if (start.length === 0 || start[0] !== 0 || end.at(-1) !== 12 * finest * finest) return false;
  for (let i = 1; i < start.length; i++) if (start[i] !== end[i - 1]) return false;
  return true;
}

function newIndex(cells: Cells): CellIndex {
  const n = cells.nside.length;
  let finest = 1;
  for (let i = 0; i < n; i++) finest = Math.max(finest, cells.nside[i]!);
  const start = new Float64Array(n);
  const end = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const ratio = finest / cells.nside[i]!;
    start[i] = firstNest(finest, cells.nside[i]!, cells.pixel[i]!);
    end[i] = start[i]! + ratio * ratio;
    if (i > 0 && start[i]! < end[i - 1]!) throw new RangeError('cells overlap or are not in NESTED order');
  }
  return { finest, start, end };
}

/**
 * Cell that contains the (first part of the) NESTED pixel of any nside; -1 where there is none.
 * @param near a cell nearby, which makes it faster where cells are of one size
 */
export function findCell(index: CellIndex, nside: number, nestPixel: number, near = -1): number {
  const { start, end } = index;
  const ratio = index.finest / nside;
  const at = Math.floor(nestPixel * ratio * ratio);
  if (near >= 0) {
    const guess = near + Math.floor((at - start[near]!) / (end[near]! - start[near]!));
    if (at >= start[guess]! && at < end[guess]!) return guess;
  }
  const i = lastAtOrBefore(start, at);
  return i >= 0 && at < end[i]! ? i : -1;
}

/** Position of the last number of an ascending list that is not above `value`; -1 if all are. */
export function lastAtOrBefore(ascending: Float64Array, value: number): number {
  let low = -1;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}
