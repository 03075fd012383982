/**
 * A density on cells of the sky, convolved with a Gaussian: how published regions allow for an angular error that the
 * likelihood does not know (specs/reco-splinempe.md 14.2).
 *
 * Blurring happens where it matters. The sky is cut into tiles of a few sigma; tiles near cells that stand out from
 * their neighbours are evaluated on a grid much finer than the scan (nodes: sigma / 6 and less where the probability
 * is, coarser in the tails, always the mean over the node). Elsewhere, as in the inside of wide flat cells and where
 * there is next to no probability, cells keep their density. The number of tiles is limited, those of the highest
 * density come first: areas of smooth posteriors wider than that (300 square degrees at 0.2 degrees) change by less
 * than 1 %; noise from pixel to pixel stays unblurred outside the chosen tiles.
 */
import { densityFrom, gather, gridFor, kernelFor, meanShift, type Sources } from './blur-sources.js';
import { byNside, type CellIndex, type Cells, findCell, indexCells, overlay } from './cells.js';
import { nestToRing, pixelArea, pixelVector, ringToNest } from './healpix.js';
import { ancestor, children, disc, neighbours } from './healpix-shapes.js';

/** Tiles whose probability at the highest density in them stays below this are left as they are. */
const NEGLIGIBLE = 1e-6;
/** Most tiles to evaluate. */
const MAX_TILES = 1500;
/** Kernel cut, in sigma: exp(-5.5^2 / 2) = 3e-7 is left out. */
const CUT = 5.5;

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
      value[k] = densityFrom(gathered.vector, kernel, vector);
      probability += value[k]! * pixelArea(nside);
    }
    const wanted = probability > 4e-3 ? grid.fineNode : probability > 2e-4 ? grid.fineNode / 2 : grid.coarseNode;
    if (wanted <= nside) return { nside, pixel, value };
    nside = wanted;
  }
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
    const [atCentre, atNode] = [densityFrom(near.vector, nearKernel, centre), densityFrom(gathered.vector, kernel, at)];
    if (atCentre > 0.999 * atNode) {
      at.set(centre);
      gathered = near;
      kernel = nearKernel;
    }
  }
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
