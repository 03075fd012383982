/**
 * A density on cells of the sky, convolved with a Gaussian: how published regions allow for an angular error that the
 * likelihood does not know (specs/reco-splinempe.md 14.2).
 *
 * The kernel is the sphere's own Gaussian, exp((cos a - 1) / sigma^2), normalised in closed form. A cell counts as its
 * probability at its centre: for a likelihood that the scan resolves that sum is exact far beyond need, as its points
 * are closer than 1.2 sigma (ripples of 2 exp(-2 pi^2 / 1.2^2) = 2e-6, and 3e-4 where pixels are stretched). Wider cells are flat ground and are cut up
 * into such points; cells much finer than sigma are merged into their mean place and width.
 *
 * Blurring happens where it matters. The sky is cut into tiles of a few sigma; tiles near cells that stand out from
 * their neighbours are evaluated on a grid much finer than the scan (nodes: sigma / 6 and less where the probability
 * is, coarser in the tails, always the mean over the node). Elsewhere, as in the inside of wide flat cells and where
 * there is next to no probability, cells keep their density. The number of tiles is limited, those of the highest
 * density come first: a posterior wider than thousands of square sigma loses nothing by it that could be seen.
 */
import { byNside, type CellIndex, type Cells, findCell, indexCells, lastAtOrBefore, overlay } from './cells.js';
import { nestToRing, pixelArea, pixelVector, ringToNest } from './healpix.js';
import { ancestor, children, disc, neighbours } from './healpix-shapes.js';

/** Tiles whose probability at the highest density in them stays below this are left as they are. */
const NEGLIGIBLE = 1e-6;
/** Most tiles to evaluate. */
const MAX_TILES = 1500;
/** Kernel cut, in sigma: exp(-5.5^2 / 2) = 3e-7 is left out. */
const CUT = 5.5;

/** exp(-u) in steps of 1/512 up to 16: read linearly it is right to 5e-7, at a third of the cost. */
const FALL_STEPS = 512;
const FALL_LAST = 16 * FALL_STEPS;
const FALL = new Float64Array(FALL_LAST + 1).map((_, i) => Math.exp(-i / FALL_STEPS));

/** Grids that suit a sigma. */
interface Grid {
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
interface Sources {
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
interface Gathered {
  readonly vector: Float64Array;
  readonly weight: Float64Array;
  readonly variance: Float64Array;
}

/** Cells that cover the sky with their blurred density (integral 1), and the maximum of the blurred density. */
export interface Blurred {
  readonly cells: Cells;
  readonly density: Float64Array;
  /** Unit vector. */
  readonly peak: Float64Array;
}

/**
 * Blurs a density.
 * @param cells disjoint, in NESTED order; the rest of the sky has density 0
 * @param density sr^-1, integral 1
 * @param sigma width of the Gaussian a axis, radians, > 0
 */
export function blur(cells: Cells, density: Float64Array, sigma: number): Blurred {
  const grid = gridFor(sigma);
  const index = indexCells(cells);
  const sources: Sources = { grid, cells, density, index, known: new Map(), vector: [], weight: [], variance: [] };
  const tiles = tilesToBlur(sources);
  const nodes = new Map<number, { pixel: number[]; value: number[] }>();
  for (const tile of tiles) {
    const { nside, pixel, value } = evaluateTile(sources, nestToRing(grid.tile, tile));
    const layer = nodes.get(nside) ?? { pixel: [], value: [] };
    nodes.set(nside, layer);
    for (let i = 0; i < pixel.length; i++) {
      layer.pixel.push(pixel[i]!);
      layer.value.push(value[i]!);
    }
  }
  // Coarser cells stay whole here: the tiles' nodes go on top of them.
  const tileSize = (index.finest / grid.tile) ** 2;
  const isReplaced = (i: number): boolean =>
    cells.nside[i]! >= grid.tile && tiles.has(Math.floor(index.start[i]! / tileSize));
  const plain = byNside(cells, density, isReplaced);
  const layers = [...plain, ...[...nodes].map(([nside, layer]) => ({ nside, ...layer }))];
  const { value, ...blurredCells } = overlay(layers, true);
  let total = 0;
  for (let i = 0; i < value.length; i++) {
    if (Number.isNaN(value[i]!)) value[i] = 0;
    total += value[i]! * pixelArea(blurredCells.nside[i]!);
  }
  for (let i = 0; i < value.length; i++) value[i]! /= total;
  return { cells: blurredCells, density: value, peak: findPeak(sources, blurredCells, value) };
}

/** Coarsest nside whose pixels are at most `side` radians wide. */
function nsideFor(side: number): number {
  let nside = 1;
  while (nside < 2 ** 24 && Math.sqrt(pixelArea(nside)) > side) nside *= 2;
  return nside;
}

function gridFor(sigma: number): Grid {
  return {
    sigma,
    cut: nsideFor(1.2 * sigma),
    merge: nsideFor(0.3 * sigma),
    tile: nsideFor(4 * sigma),
    coarseNode: nsideFor(sigma),
    fineNode: nsideFor(sigma / 5.5),
  };
}

// -------------------------------------------------------------------------------------------------------- where to

/** Tiles (NESTED) within the kernel's reach of cells that stand out; the highest density first until there are enough. */
function tilesToBlur(sources: Sources): Set<number> {
  const { grid, cells, density, index } = sources;
  const area = pixelArea(grid.tile);
  const tileSize = (index.finest / grid.tile) ** 2;
  const highest = new Map<number, number>();
  const seed = (tile: number, value: number): void => {
    if (!(highest.get(tile)! >= value)) highest.set(tile, value);
  };
  for (let i = 0; i < density.length; i++) {
    if (density[i]! * area < NEGLIGIBLE) continue;
    const nside = cells.nside[i]!;
    if (nside >= grid.tile) seed(Math.floor(index.start[i]! / tileSize), density[i]!);
    else if (standsOut(cells, density, index, i)) {
      for (const tile of rimTiles(nside, cells.pixel[i]!, grid.tile)) seed(ringToNest(grid.tile, tile), density[i]!);
    }
  }
  const seeds = [...highest].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const reach = 5 * grid.sigma + 0.7 * Math.sqrt(area);
  const vector = new Float64Array(3);
  const tiles = new Set<number>();
  for (const [tile] of seeds) {
    if (tiles.size >= MAX_TILES) break;
    pixelVector(grid.tile, nestToRing(grid.tile, tile), vector);
    for (const near of disc(grid.tile, vector, reach)) tiles.add(ringToNest(grid.tile, near));
  }
  return tiles;
}

/** Whether a cell's density differs from what is around it. */
function standsOut(cells: Cells, density: Float64Array, index: CellIndex, i: number): boolean {
  const nside = cells.nside[i]!;
  for (const near of neighbours(nside, cells.pixel[i]!)) {
    if (near < 0) continue;
    const j = findCell(index, nside, ringToNest(nside, near));
    if (j < 0 || cells.nside[j]! > nside || Math.abs(density[j]! - density[i]!) > 1e-3 * density[i]!) return true;
  }
  return false;
}

/** The tiles along the inner edge of a coarser pixel. */
function rimTiles(nside: number, pixel: number, tileNside: number): number[] {
  return children(nside, pixel, tileNside).filter((tile) =>
    neighbours(tileNside, tile).some((near) => near >= 0 && ancestor(tileNside, near, nside) !== pixel),
  );
}

// -------------------------------------------------------------------------------------------------------- evaluation

/** Blurred density in one tile: coarse nodes first, finer ones where they hold enough probability. */
function evaluateTile(sources: Sources, tile: number): { nside: number; pixel: number[]; value: Float64Array } {
  const { grid } = sources;
  const vector = pixelVector(grid.tile, tile, new Float64Array(3));
  const gathered = gather(sources, vector, CUT * grid.sigma + 0.75 * Math.sqrt(pixelArea(grid.tile)));
  let nside = grid.coarseNode;
  for (;;) {
    const pixel = children(grid.tile, tile, nside);
    const value = new Float64Array(pixel.length);
    const kernel = kernelFor(gathered, grid.sigma * grid.sigma + pixelArea(nside) / 12);
    let probability = 0;
    for (let k = 0; k < pixel.length; k++) {
      pixelVector(nside, pixel[k]!, vector);
      value[k] = sum(gathered.vector, kernel, vector);
      probability += value[k]! * pixelArea(nside);
    }
    const wanted = probability > 4e-3 ? grid.fineNode : probability > 2e-4 ? grid.fineNode / 2 : grid.coarseNode;
    if (wanted <= nside) return { nside, pixel, value };
    nside = wanted;
  }
}

/** Sources within an angle of a direction. */
function gather(sources: Sources, vector: ArrayLike<number>, radius: number): Gathered {
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

/** The sources in one pixel (RING) of the cutting nside: from and behind the last in the arrays; made when first asked for. */
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
function kernelFor({ weight, variance }: Gathered, smoothing: number): Float64Array {
  const out = new Float64Array(2 * weight.length);
  for (let i = 0; i < weight.length; i++) {
    const concentration = 1 / (smoothing + variance[i]!);
    out[2 * i] = (weight[i]! * concentration) / (2 * Math.PI * (1 - Math.exp(-2 * concentration)));
    out[2 * i + 1] = concentration / 2;
  }
  return out;
}

/** Density at a direction. */
function sum(vector: Float64Array, kernel: Float64Array, direction: Float64Array): number {
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

// --------------------------------------------------------------------------------------------------------------- peak

/**
 * Maximum of the smooth blurred density, climbed from the highest cell, or from the centre of the scan's cell where
 * that is as high: on the flat top of a large cell the climb stays there.
 */
function findPeak(sources: Sources, blurredCells: Cells, density: Float64Array): Float64Array {
  const { grid, cells, index } = sources;
  let best = 0;
  for (let i = 1; i < density.length; i++) if (density[i]! > density[best]!) best = i;
  const [nside, pixel] = [blurredCells.nside[best]!, blurredCells.pixel[best]!];
  const at = pixelVector(nside, pixel, new Float64Array(3));
  const scanCell = findCell(index, nside, ringToNest(nside, pixel));
  let gathered = gather(sources, at, (CUT + 2) * grid.sigma);
  let kernel = kernelFor(gathered, grid.sigma * grid.sigma);
  if (scanCell >= 0 && cells.nside[scanCell]! < nside) {
    const centre = pixelVector(cells.nside[scanCell]!, cells.pixel[scanCell]!, new Float64Array(3));
    const near = gather(sources, centre, (CUT + 2) * grid.sigma);
    const nearKernel = kernelFor(near, grid.sigma * grid.sigma);
    const [atCentre, atNode] = [sum(near.vector, nearKernel, centre), sum(gathered.vector, kernel, at)];
    if (atCentre > 0.999 * atNode) {
      at.set(centre);
      gathered = near;
      kernel = nearKernel;
    }
  }
  // Mean shift: each step goes to the mean of the sources as seen through the kernel, which never lowers the density.
  const gatheredAt = at.slice();
  for (let step = 0; step < 2000; step++) {
    const next = meanShift(gathered.vector, kernel, at);
    const moved = Math.hypot(next[0]! - at[0]!, next[1]! - at[1]!, next[2]! - at[2]!);
    at.set(next);
    if (moved < 1e-5 * grid.sigma) break;
    if (Math.hypot(at[0]! - gatheredAt[0]!, at[1]! - gatheredAt[1]!, at[2]! - gatheredAt[2]!) > grid.sigma) {
      gathered = gather(sources, at, (CUT + 2) * grid.sigma);
      kernel = kernelFor(gathered, grid.sigma * grid.sigma);
      gatheredAt.set(at);
    }
  }
  return at;
}

function meanShift(vector: Float64Array, kernel: Float64Array, at: Float64Array): Float64Array {
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
