/**
 * The point-like sources that a density on cells is blurred from, and the sum of their Gaussians: the numerics of
 * `blur.ts`.
 *
 * A cell counts as its probability at its centre: for a likelihood that the scan resolves that sum is exact far beyond
 * need, as its points are closer than 1.2 sigma (ripples of 2 exp(-2 pi^2 / 1.2^2) = 2e-6, and 3e-4 where pixels are
 * stretched; 5 % in the last sigma around a pole). Wider cells are flat ground and are cut up into such points; cells
 * much finer than sigma are merged into their mean place and width.
 *
 * The kernel is the sphere's own Gaussian, exp((cos a - 1) / sigma^2), normalised in closed form.
 */
import { type CellIndex, type Cells, findCell, lastAtOrBefore } from './cells.js';
import { pixelArea, pixelVector, ringToNest } from './healpix.js';
import { disc } from './healpix-shapes.js';

/** exp(-u) in steps of 1/512 up to 16: read linearly it is right to 5e-7, at a third of the cost. */
const FALL_STEPS = 512;
const FALL_LAST = 16 * FALL_STEPS;
const FALL = new Float64Array(FALL_LAST + 1).map((_, i) => Math.exp(-i / FALL_STEPS));

/** Grids that suit a sigma. */
export interface Grid {
  readonly sigma: number;
  /** nsides: cells wider than `cut` are cut up to it, cells finer than `merge` merged to it. */
  readonly cut: number;
  readonly merge: number;
  /** nsides of tiles (2 to 4 sigma wide) and of nodes, coarsest and finest. */
  readonly tile: number;
  readonly coarseNode: number;
  readonly fineNode: number;
}

/** Point-like sources of the density, made on demand. */
export interface Sources {
  readonly grid: Grid;
  readonly cells: Cells;
  readonly density: Float64Array;
  readonly index: CellIndex;
  /** Ranges of the arrays by RING number at `grid.cut`. */
  readonly known: Map<number, readonly [from: number, to: number]>;
  readonly vector: number[];
  readonly weight: number[];
  /** Own width, of merged cells: variance a axis, rad^2. */
  readonly variance: number[];
}

/** Sources near a place, ready to be summed. */
export interface Gathered {
  readonly vector: Float64Array;
  readonly weight: Float64Array;
  readonly variance: Float64Array;
}

/** Coarsest nside whose pixels are at most `side` radians wide. */
function nsideFor(side: number): number {
  let nside = 1;
  while (nside < 2 ** 24 && Math.sqrt(pixelArea(nside)) > side) nside *= 2;
  return nside;
}

/** The grids for a sigma in radians. */
export function gridFor(sigma: number): Grid {
  return {
    sigma,
    cut: nsideFor(1.2 * sigma),
    merge: nsideFor(0.3 * sigma),
    tile: nsideFor(4 * sigma),
    coarseNode: nsideFor(sigma),
    fineNode: nsideFor(sigma / 5.5),
  };
}

/** Sources within an angle of a direction. */
export function gather(sources: Sources, vector: ArrayLike<number>, radius: number): Gathered {
  const ranges = disc(sources.grid.cut, vector, radius).map((pixel) => sourcesIn(sources, pixel));
  const n = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  const out = { vector: new Float64Array(3 * n), weight: new Float64Array(n), variance: new Float64Array(n) };
  let k = 0;
  for (const [from, to] of ranges) {
    for (let at = from; at < to; at++, k++) {
      for (let c = 0; c < 3; c++) out.vector[3 * k + c] = sources.vector[3 * at + c]!;
      out.weight[k] = sources.weight[at]!;
      out.variance[k] = sources.variance[at]!;
    }
  }
  return out;
}

/** Range of the sources in one pixel (RING) of the cutting nside; made when first asked for. */
function sourcesIn(sources: Sources, pixel: number): readonly [from: number, to: number] {
  const known = sources.known.get(pixel);
  if (known) return known;
  const { grid, cells, density, index } = sources;
  const from = sources.weight.length;
  const nest = ringToNest(grid.cut, pixel);
  const covering = findCell(index, grid.cut, nest);
  const vector = new Float64Array(3);
  if (covering >= 0 && cells.nside[covering]! <= grid.cut) {
    addSource(sources, pixelVector(grid.cut, pixel, vector), density[covering]! * pixelArea(grid.cut), 0);
  } else {
    const size = (index.finest / grid.cut) ** 2;
    const mergedSize = Math.max(1, (index.finest / grid.merge) ** 2);
    let i = lastAtOrBefore(index.start, nest * size - 1) + 1;
    while (i < density.length && index.start[i]! < (nest + 1) * size) {
      const group = Math.floor(index.start[i]! / mergedSize);
      let behind = i + 1;
      while (behind < density.length && index.start[behind]! < (group + 1) * mergedSize) behind++;
      addMerged(sources, i, behind, vector);
      i = behind;
    }
  }
  const range = [from, sources.weight.length] as const;
  sources.known.set(pixel, range);
  return range;
}

/** One source for neighbouring cells: their weight at their mean place, as wide as they are spread. */
function addMerged(sources: Sources, from: number, to: number, mean: Float64Array): void {
  const { cells, density } = sources;
  const vector = new Float64Array(3);
  mean.fill(0);
  let weight = 0;
  for (let i = from; i < to; i++) {
    const share = density[i]! * pixelArea(cells.nside[i]!);
    pixelVector(cells.nside[i]!, cells.pixel[i]!, vector);
    for (let c = 0; c < 3; c++) mean[c]! += share * vector[c]!;
    weight += share;
  }
  const length = Math.hypot(mean[0]!, mean[1]!, mean[2]!);
  if (!(length > 0)) return;
  for (let c = 0; c < 3; c++) mean[c]! /= length;
  // The mean of unit vectors is shorter than one by half of their variance in each of two axes.
  addSource(sources, mean, weight, to - from === 1 ? 0 : Math.max(0, 1 - length / weight));
}

function addSource(sources: Sources, vector: Float64Array, weight: number, variance: number): void {
  if (!(weight > 0)) return;
  sources.vector.push(vector[0]!, vector[1]!, vector[2]!);
  sources.weight.push(weight);
  sources.variance.push(variance);
}

/** Per source the factor and half the concentration of its kernel, one after the other. */
export function kernelFor({ weight, variance }: Gathered, smoothing: number): Float64Array {
  const out = new Float64Array(2 * weight.length);
  for (let i = 0; i < weight.length; i++) {
    const concentration = 1 / (smoothing + variance[i]!);
    out[2 * i] = (weight[i]! * concentration) / (2 * Math.PI * (1 - Math.exp(-2 * concentration)));
    out[2 * i + 1] = concentration / 2;
  }
  return out;
}

/** Density at a direction. */
export function densityFrom(vector: Float64Array, kernel: Float64Array, direction: Float64Array): number {
  const [x, y, z] = [direction[0]!, direction[1]!, direction[2]!];
  let total = 0;
  for (let i = 0, k = 0; k < kernel.length; i += 3, k += 2) {
    const dx = vector[i]! - x;
    const dy = vector[i + 1]! - y;
    const dz = vector[i + 2]! - z;
    const at = kernel[k + 1]! * (dx * dx + dy * dy + dz * dz) * FALL_STEPS;
    if (at >= FALL_LAST) continue;
    const step = at | 0;
    const low = FALL[step]!;
    total += kernel[k]! * (low + (at - step) * (FALL[step + 1]! - low));
  }
  return total;
}

/** One step of mean shift: the mean of the sources as seen through the kernel, where the density is never lower. */
export function meanShift(vector: Float64Array, kernel: Float64Array, at: Float64Array): Float64Array {
  const mean = new Float64Array(3);
  for (let i = 0, k = 0; k < kernel.length; i += 3, k += 2) {
    const dx = vector[i]! - at[0]!;
    const dy = vector[i + 1]! - at[1]!;
    const dz = vector[i + 2]! - at[2]!;
    // Weighted by the concentration: the gradient of exp(-c chord^2 / 2) is c times the way to the source.
    const pull = kernel[k]! * kernel[k + 1]! * Math.exp(-kernel[k + 1]! * (dx * dx + dy * dy + dz * dz));
    mean[0]! += pull * vector[i]!;
    mean[1]! += pull * vector[i + 1]!;
    mean[2]! += pull * vector[i + 2]!;
  }
  const length = Math.hypot(mean[0]!, mean[1]!, mean[2]!);
  if (!(length > 0)) return at;
  for (let c = 0; c < 3; c++) mean[c]! /= length;
  return mean;
}
