/**
 * Outlines of regions on cells of mixed size: closed rings on the sphere, safe at the poles and at RA 0.
 *
 * The cells' centres are joined around every corner at which cells meet: quadrangles and triangles without gaps, also
 * where cells of different size touch (the dual mesh of a quadtree). Rings run through this mesh as in marching
 * squares, crossing from an inner to an outer centre where the interpolated value reaches the level. Interpolated is
 * sqrt(2 delta llh), or sqrt(2 ln(highest density / density)): for a Gaussian both grow linearly with the distance.
 */
import type { RaDec } from './astronomy.js';
import {
  byNside,
  type CellIndex,
  type Cells,
  coverTheSky,
  findCell,
  indexCells,
  overlay,
  type SkyCells,
} from './cells.js';
import { joinRing, lattice, pixelVector, ringToNest, splitRing } from './healpix.js';
import { corners, neighbours } from './healpix-shapes.js';
import { crossing } from './levels.js';
import { type ProbabilityMap, raDecOfVector } from './probability.js';

/**
 * A closed ring, its last point equal to its first. The region lies to the left of the way seen from outside the
 * sphere: counter-clockwise around the region, clockwise around a hole.
 */
export type Ring = readonly RaDec[];

/**
 * Outline of the smallest region that holds the probability `level` (0 to 1) of a map, or of the region below
 * `level` in 2 delta llh of a scan's cells. The ring around the largest area first; none for a region without edge.
 */
export function contourLines(map: ProbabilityMap | SkyCells, level: number): Ring[] {
  return 'density' in map ? probabilityContours(map, level) : llhContours(map, level);
}

function probabilityContours(map: ProbabilityMap, level: number): Ring[] {
  return densityContours(map, crossing(map, level).threshold, indexCells(map));
}

/** Rings around the cells whose density is at least `threshold`. */
export function densityContours(map: ProbabilityMap, threshold: number, index: CellIndex): Ring[] {
  const { density } = map;
  let highest = 0;
  for (let i = 0; i < density.length; i++) if (density[i]! > highest) highest = density[i]!;
  const height = (value: number): number =>
    value > 0 ? Math.sqrt(2 * Math.log(highest / value)) : Number.POSITIVE_INFINITY;
  const level = height(threshold);
  // A logarithm a cell would cost more than all the rest; only around the threshold can rounding matter.
  const surely = threshold * (1 + CLOSE);
  const hardly = threshold * (1 - CLOSE);
  return trace(map, index, {
    level,
    isInside: (i) => density[i]! > surely || (density[i]! >= hardly && height(density[i]!) <= level),
    height: (i) => height(density[i]!),
  });
}

/** Far more than the rounding of a logarithm's square root. */
const CLOSE = 1e-9;

function llhContours(cells: SkyCells, delta2Llh: number): Ring[] {
  const cover = coverOf(cells);
  const { llh } = cover;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < llh.length; i++) if (llh[i]! < lowest) lowest = llh[i]!;
  const level = Math.sqrt(delta2Llh);
  const height = (i: number): number =>
    Number.isNaN(llh[i]!) ? Number.POSITIVE_INFINITY : Math.sqrt(2 * (llh[i]! - lowest));
  return trace(cover, indexCells(cover), { level, height, isInside: (i) => height(i) <= level });
}

/** The cells, with those of value NaN where nothing is known. */
function coverOf(cells: SkyCells): SkyCells {
  if (coverTheSky(cells)) return cells;
  const { value, ...cover } = overlay(byNside(cells, cells.llh), true);
  return { ...cover, llh: value };
}

/** Solid angle to the left of a ring, square degrees: negative for a hole, or for the rest of the sky. */
export function ringAreaDeg2(ring: Ring): number {
  const points = ring.map(({ raRad, decRad }) => [
    Math.cos(decRad) * Math.cos(raRad),
    Math.cos(decRad) * Math.sin(raRad),
    Math.sin(decRad),
  ]) as [number, number, number][];
  const middle: [number, number, number] = [0, 0, 0];
  for (const point of points) for (let c = 0; c < 3; c++) middle[c]! += point[c]!;
  const length = Math.hypot(...middle) || 1;
  const [mx, my, mz] = middle.map((m) => m / length) as [number, number, number];
  // Signed triangles from the middle to each side (Van Oosterom and Strackee).
  let area = 0;
  for (let i = 0; i + 1 < points.length; i++) {
    const [ax, ay, az] = points[i]!;
    const [bx, by, bz] = points[i + 1]!;
    const volume = mx * (ay * bz - az * by) + my * (az * bx - ax * bz) + mz * (ax * by - ay * bx);
    const cosines = 1 + ax * bx + ay * by + az * bz + mx * (ax + bx) + my * (ay + by) + mz * (az + bz);
    area += 2 * Math.atan2(volume, cosines);
  }
  return area * (180 / Math.PI) ** 2;
}

// ------------------------------------------------------------------------------------------------------------ tracing

/** Which neighbours of the pixel at a corner (N, W, S, E of it) lie around that corner, counter-clockwise after it. */
const AROUND = [
  [4, 3, 2],
  [2, 1, 0],
  [0, 7, 6],
  [6, 5, 4],
] as const;

/** Neighbours of the pixel in hand; read before the next call. */
const nearby: number[] = new Array<number>(8);

/** What is traced: cells with a height up to `level` are inside. */
interface Relief {
  readonly level: number;
  isInside(cell: number): boolean;
  height(cell: number): number;
}

/** Rings between the cells inside and the others. The cells cover the sky. */
function trace(cells: Cells, index: CellIndex, relief: Relief): Ring[] {
  const n = cells.nside.length;
  const isInside = new Uint8Array(n);
  for (let cell = 0; cell < n; cell++) if (relief.isInside(cell)) isInside[cell] = 1;
  /** From a crossing (inner cell * n + outer cell) to the next one of its ring. */
  const next = new Map<number, number>();
  const around = new Int32Array(4);
  let coarsestInside = Number.POSITIVE_INFINITY;
  for (let cell = 0; cell < n; cell++) {
    if (isInside[cell] === 0) continue;
    coarsestInside = Math.min(coarsestInside, cells.nside[cell]!);
    if (isSurrounded(cells, index, isInside, cell)) continue;
    for (let corner = 0; corner < 4; corner++) {
      const size = cellsAround(cells, index, cell, corner, around);
      if (isOwner(around, size, cell, isInside)) joinCrossings(distinct(around, size), isInside, relief, n, next);
    }
  }
  // Corners of outer cells within the side of a larger inner one are corners of no inner cell.
  for (let cell = 0; cell < n; cell++) {
    if (isInside[cell] !== 0 || cells.nside[cell]! <= coarsestInside) continue;
    if (!touchesLargerInside(cells, index, isInside, cell)) continue;
    for (let corner = 0; corner < 4; corner++) {
      const size = cellsAround(cells, index, cell, corner, around);
      joinCrossings(distinct(around, size), isInside, relief, n, next);
    }
  }
  const rings: Ring[] = [];
  for (const start of next.keys()) {
    const ring: RaDec[] = [];
    for (let at = start; next.has(at); ) {
      ring.push(crossingPoint(cells, index, relief, Math.floor(at / n), at % n));
      const following = next.get(at)!;
      next.delete(at);
      at = following;
    }
    if (ring.length < 3) continue;
    ring.push(ring[0]!);
    rings.push(ring);
  }
  return rings
    .map((ring) => ({ ring, area: Math.abs(ringAreaDeg2(ring)) }))
    .sort((a, b) => b.area - a.area)
    .map(({ ring }) => ring);
}

/** Whether all cells around are inside too and none of them smaller: no ring passes a corner of this one. */
function isSurrounded(cells: Cells, index: CellIndex, isInside: Uint8Array, cell: number): boolean {
  const nside = cells.nside[cell]!;
  neighbours(nside, cells.pixel[cell]!, nearby);
  for (const near of nearby) {
    if (near < 0) continue;
    const other = findCell(index, nside, ringToNest(nside, near), cell);
    if (cells.nside[other]! > nside || isInside[other] === 0) return false;
  }
  return true;
}

/** Whether a larger cell inside the region lies at a side of this one. */
function touchesLargerInside(cells: Cells, index: CellIndex, isInside: Uint8Array, cell: number): boolean {
  const nside = cells.nside[cell]!;
  neighbours(nside, cells.pixel[cell]!, nearby);
  for (let side = 0; side < 8; side += 2) {
    const other = findCell(index, nside, ringToNest(nside, nearby[side]!), cell);
    if (cells.nside[other]! < nside && isInside[other] !== 0) return true;
  }
  return false;
}

/** The cells that meet at a corner of a cell, counter-clockwise from that cell; how many (4, or 3 where faces meet). */
function cellsAround(cells: Cells, index: CellIndex, cell: number, corner: number, out: Int32Array): number {
  const nside = cells.nside[cell]!;
  const { finest } = index;
  const ratio = finest / nside;
  splitRing(nside, cells.pixel[cell]!);
  // The finest pixel in that corner of the cell: N and E are at the far end of x, N and W at that of y.
  const x = lattice.x * ratio + (corner === 0 || corner === 3 ? ratio - 1 : 0);
  const y = lattice.y * ratio + (corner === 0 || corner === 1 ? ratio - 1 : 0);
  neighbours(finest, joinRing(finest, lattice.face, x, y), nearby);
  out[0] = cell;
  let size = 1;
  for (const k of AROUND[corner]!) {
    if (nearby[k]! >= 0) out[size++] = findCell(index, finest, ringToNest(finest, nearby[k]!), cell);
  }
  return size;
}

/** A corner is handled by the first inner cell that has it as a corner (not within a side, where the cell is met twice). */
function isOwner(around: Int32Array, size: number, cell: number, isInside: Uint8Array): boolean {
  for (let k = 0; k < size; k++) {
    const other = around[k]!;
    if (other >= cell || isInside[other] === 0) continue;
    let count = 0;
    for (let j = 0; j < size; j++) if (around[j] === other) count++;
    if (count === 1) return false;
  }
  return true;
}

/** The cells around a corner, each once. */
function distinct(around: Int32Array, size: number): number[] {
  const out: number[] = [];
  for (let k = 0; k < size; k++) if (!out.includes(around[k]!)) out.push(around[k]!);
  return out;
}

/** Notes how rings run through one polygon of centres: from each way out of the region to a way back in. */
function joinCrossings(
  polygon: number[],
  isInside: Uint8Array,
  { level, height }: Relief,
  n: number,
  next: Map<number, number>,
): void {
  const outs: number[] = [];
  const ins: number[] = [];
  for (let k = 0; k < polygon.length; k++) {
    const [a, b] = [polygon[k]!, polygon[(k + 1) % polygon.length]!];
    const [aInside, bInside] = [isInside[a] !== 0, isInside[b] !== 0];
    if (aInside && !bInside) outs.push(a * n + b);
    else if (!aInside && bInside) ins.push(b * n + a);
  }
  if (outs.length === 0) return;
  if (outs.length === 1) {
    next.set(outs[0]!, ins[0]!);
    return;
  }
  // A saddle: inner cells at opposite places. If the middle is inside they are one region, else two.
  const mean = polygon.reduce((sum, cell) => sum + height(cell), 0) / polygon.length;
  for (const out of outs) {
    const inner = Math.floor(out / n);
    const sameOuter = ins.find((entry) => entry % n === out % n)!;
    const sameInner = ins.find((entry) => Math.floor(entry / n) === inner)!;
    next.set(out, mean <= level ? sameOuter : sameInner);
  }
}

/** Where the level lies between the centres of an inner and an outer cell. */
function crossingPoint(cells: Cells, index: CellIndex, { level, height }: Relief, inner: number, outer: number): RaDec {
  const [low, high] = [height(inner), height(outer)];
  const exact = Number.isFinite(high) ? (level - low) / (high - low) : 0.5;
  // Away from the very centres, at which rings would touch themselves.
  const part = Math.min(0.98, Math.max(0.02, exact));
  const isSmaller = cells.nside[inner]! >= cells.nside[outer]!;
  const smaller = isSmaller ? inner : outer;
  const from = pixelVector(cells.nside[smaller]!, cells.pixel[smaller]!, new Float64Array(3));
  const to = new Float64Array(3);
  if (cells.nside[inner] === cells.nside[outer]) pixelVector(cells.nside[outer]!, cells.pixel[outer]!, to);
  else mirrorCentre(cells, index, smaller, isSmaller ? outer : inner, from, to);
  const along = isSmaller ? part : 1 - part;
  return raDecOfVector(from.map((value, c) => value + along * (to[c]! - value)));
}

/** The smaller cell's centre mirrored at its side to a larger cell: where a neighbour of its own size would be. */
function mirrorCentre(
  cells: Cells,
  index: CellIndex,
  smaller: number,
  larger: number,
  centre: Float64Array,
  out: Float64Array,
): void {
  const nside = cells.nside[smaller]!;
  const pixel = cells.pixel[smaller]!;
  const corner = corners(nside, pixel);
  neighbours(nside, pixel, nearby);
  // Sides SW, NW, NE, SE lie between the corners (N, W, S, E) named here.
  const sides = [
    [0, 1, 2],
    [2, 0, 1],
    [4, 0, 3],
    [6, 2, 3],
  ] as const;
  for (const [side, a, b] of sides) {
    if (findCell(index, nside, ringToNest(nside, nearby[side]!)) !== larger) continue;
    for (let c = 0; c < 3; c++) out[c] = corner[3 * a + c]! + corner[3 * b + c]! - centre[c]!;
    return;
  }
  throw new Error('cells that do not touch');
}
