/**
 * Which cells a picture shows, and their outlines.
 *
 * The map comes as disjoint cells (the finest known pixel everywhere, `finestCells` of sky). Two things keep the files
 * small without changing what is seen. Cells below the picture's resolution are drawn as the pixel that contains them,
 * with the best value inside it, so that a narrow minimum cannot vanish. And four sisters that fall into the same step
 * of the colour scale are drawn as their parent, again and again.
 */
import { corners, fromUniq, nestToRing, pixelArea, pixelVector, ringToNest, toUniq } from '../sky/index.js';
import type { FrameName, LonLat } from './frame.js';
import { lonLat } from './frame.js';

/** Disjoint pixels (RING) and the values they are coloured by. */
export interface ValueCells {
  readonly nside: ArrayLike<number>;
  readonly pixel: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

/** The window a picture shows: cells that do not reach into it are left out. */
export interface CellWindow {
  /** Unit vector, equatorial. */
  readonly centre: readonly [number, number, number];
  readonly radiusRad: number;
}

/** A pixel to draw (NESTED) with its step of the colour scale. */
export interface Cell {
  readonly nside: number;
  readonly nest: number;
  readonly level: number;
}

/** How cells are chosen. */
export interface CellOptions {
  readonly levelOf: (value: number) => number;
  /** True: smaller values are better. */
  readonly smallIsBest: boolean;
  /** Pixels smaller than this side are merged, radians. */
  readonly smallestSideRad: number;
  /** At most so many cells: pixels are merged further until the picture has fewer. */
  readonly most: number;
  readonly window: CellWindow | null;
}

/** The cells to draw, in painting order: worst to best, so that edges of better cells lie on top. NaN is left out. */
export function cellsToDraw(cells: ValueCells, options: CellOptions): Cell[] {
  let finest = 1;
  for (let i = 0; i < cells.nside.length; i++) finest = Math.max(finest, cells.nside[i]!);
  let drawNside = 1;
  while (drawNside < finest && Math.sqrt(pixelArea(drawNside * 2)) >= options.smallestSideRad) drawNside *= 2;
  let drawn = bestValues(cells, drawNside, options);
  for (;;) {
    const merged = mergeSisters(drawn, options.levelOf);
    if (merged.length <= options.most || drawNside === 1) return merged;
    drawNside /= 2;
    drawn = coarsen(drawn, drawNside, options.smallIsBest);
  }
}

/** Best value per pixel of at most the given nside; keys are UNIQ numbers. */
function bestValues(cells: ValueCells, drawNside: number, options: CellOptions): Map<number, number> {
  const best = new Map<number, number>();
  for (let i = 0; i < cells.nside.length; i++) {
    const nside = cells.nside[i]!;
    const value = cells.value[i]!;
    if (Number.isNaN(value)) continue;
    if (options.window !== null && !reaches(nside, cells.pixel[i]!, options.window)) continue;
    keepBest(
      best,
      containing(toUniq(nside, ringToNest(nside, cells.pixel[i]!)), nside, drawNside),
      value,
      options.smallIsBest,
    );
  }
  return best;
}

function coarsen(values: ReadonlyMap<number, number>, drawNside: number, smallIsBest: boolean): Map<number, number> {
  const best = new Map<number, number>();
  for (const [uniq, value] of values)
    keepBest(best, containing(uniq, fromUniq(uniq).nside, drawNside), value, smallIsBest);
  return best;
}

function keepBest(best: Map<number, number>, uniq: number, value: number, smallIsBest: boolean): void {
  const known = best.get(uniq);
  if (known === undefined || (smallIsBest ? value < known : value > known)) best.set(uniq, value);
}

/** UNIQ number of the pixel that contains one, at a nside that is not finer than `drawNside`. */
function containing(uniq: number, nside: number, drawNside: number): number {
  let out = uniq;
  // A parent's UNIQ number is a quarter of its children's.
  for (let n = nside; n > drawNside; n /= 2) out = Math.floor(out / 4);
  return out;
}

function reaches(nside: number, pixel: number, window: CellWindow): boolean {
  const v = pixelVector(nside, pixel, SCRATCH);
  const [x, y, z] = window.centre;
  // The far corner of a pixel is less than 1.4 sides from its centre (the elongated polar ones included).
  const limit = window.radiusRad + 1.4 * Math.sqrt(pixelArea(nside));
  const chord = 2 * Math.sin(Math.min(Math.PI, limit) / 2);
  const [dx, dy, dz] = [v[0]! - x, v[1]! - y, v[2]! - z];
  return dx * dx + dy * dy + dz * dz <= chord * chord;
}
const SCRATCH = new Float64Array(3);

/** Joins complete sets of four sisters of one level into their parent, and sorts into painting order. */
function mergeSisters(values: ReadonlyMap<number, number>, levelOf: (value: number) => number): Cell[] {
  const byNside = new Map<number, Map<number, number>>();
  let finest = 1;
  for (const [uniq, value] of values) {
    const { nside, nestPixel } = fromUniq(uniq);
    finest = Math.max(finest, nside);
    const level = byNside.get(nside) ?? new Map<number, number>();
    byNside.set(nside, level.set(nestPixel, levelOf(value)));
  }
  const cells: Cell[] = [];
  for (let nside = finest; nside >= 1; nside /= 2) {
    const levels = byNside.get(nside) ?? new Map<number, number>();
    const parents = byNside.get(nside / 2) ?? new Map<number, number>();
    byNside.set(nside / 2, parents);
    for (const [nest, level] of levels) {
      const first = nest - (nest % 4);
      const isWhole = nside > 1 && [0, 1, 2, 3].every((k) => levels.get(first + k) === level);
      if (!isWhole) cells.push({ nside, nest, level });
      else if (nest === first) parents.set(first / 4, level);
    }
  }
  return cells.sort(inPaintingOrder);
}

/**
 * Larger pixels to paint under the cells, each in the mean step of the cells that fill it: what shines through where
 * anti-aliased polygons meet then has nearly their colour. In painting order.
 */
export function underlay(cells: readonly Cell[]): Cell[] {
  const finest = cells.reduce((most, cell) => Math.max(most, cell.nside), 1);
  const nside = Math.max(1, finest / 4);
  const filled = new Map<number, { parts: number; levels: number }>();
  for (const cell of cells) {
    if (cell.nside <= nside) continue;
    const ratio = cell.nside / nside;
    const parts = (finest / cell.nside) * (finest / cell.nside);
    const nest = Math.floor(cell.nest / (ratio * ratio));
    const known = filled.get(nest) ?? { parts: 0, levels: 0 };
    filled.set(nest, { parts: known.parts + parts, levels: known.levels + parts * cell.level });
  }
  const whole = (finest / nside) * (finest / nside);
  return [...filled]
    .filter(([, { parts }]) => parts === whole)
    .map(([nest, { levels }]) => ({ nside, nest, level: Math.round(levels / whole) }))
    .sort(inPaintingOrder);
}

function inPaintingOrder(a: Cell, b: Cell): number {
  return b.level - a.level || a.nside - b.nside || a.nest - b.nest;
}

/** Corners as `corners` of sky orders them. */
const NORTH = 0;
const WEST = 1;
const SOUTH = 2;
const EAST = 3;

/** The sides clockwise: the corner each starts from, and the lattice position of its first finer pixel and the step. */
const SIDES = [
  { corner: NORTH, x: 1, y: 1, dx: 0, dy: -1 },
  { corner: EAST, x: 1, y: 0, dx: -1, dy: 0 },
  { corner: SOUTH, x: 0, y: 0, dx: 0, dy: 1 },
  { corner: WEST, x: 0, y: 1, dx: 1, dy: 0 },
] as const;

type Vector = readonly [number, number, number];
type Side = (typeof SIDES)[number];

/** Sides are halved at most so often. */
const MOST_HALVINGS = 6;

/**
 * The outline of a pixel (NESTED), clockwise seen from outside the sphere, first point not repeated. Sides of pixels are
 * curved, near the poles at every nside: they get as many points as keep great circles between them within a tolerance.
 */
export function cellOutline(frame: FrameName, nside: number, nest: number, toleranceRad: number): LonLat[] {
  const ring: LonLat[] = [];
  const starts = SIDES.map((side) => sidePoint(nside, nest, side, 0, 0));
  // Sides of the largest pixels bend both ways: their middle alone does not tell.
  const least = nside < 16 ? 2 : 0;
  const add = (side: Side, from: Vector, to: Vector, step: number, halvings: number): void => {
    if (halvings < MOST_HALVINGS) {
      const middle = sidePoint(nside, nest, side, 2 * step + 1, halvings + 1);
      if (halvings < least || offGreatCircle(middle, from, to) > toleranceRad) {
        add(side, from, middle, 2 * step, halvings + 1);
        add(side, middle, to, 2 * step + 1, halvings + 1);
        return;
      }
    }
    ring.push(lonLat(frame, from[0], from[1], from[2]));
  };
  for (const [k, side] of SIDES.entries()) add(side, starts[k]!, starts[(k + 1) % 4]!, 0, 0);
  return ring;
}

/** Point of a side after `step` of 2^halvings parts: a corner of a pixel of a finer nside, which lies exactly on it. */
function sidePoint(nside: number, nest: number, side: Side, step: number, halvings: number): Vector {
  const parts = 2 ** halvings;
  const x = side.x * (parts - 1) + side.dx * step;
  const y = side.y * (parts - 1) + side.dy * step;
  const finer = nside * parts;
  const c = corners(finer, nestToRing(finer, nest * parts * parts + interleave(x, y)));
  return [c[3 * side.corner]!, c[3 * side.corner + 1]!, c[3 * side.corner + 2]!];
}

/** Angle between a point and the great circle through two others. */
function offGreatCircle(point: Vector, a: Vector, b: Vector): number {
  const n = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]] as const;
  const length = Math.hypot(...n);
  return length === 0 ? 0 : Math.abs(n[0] * point[0] + n[1] * point[1] + n[2] * point[2]) / length;
}

/** Position within a pixel in NESTED order: the bits of x and y in turn. x grows to the north-east, y to the north-west. */
function interleave(x: number, y: number): number {
  let out = 0;
  for (let bit = 1, place = 1; bit <= x || bit <= y; bit *= 2, place *= 4) {
    if ((x & bit) !== 0) out += place;
    if ((y & bit) !== 0) out += 2 * place;
  }
  return out;
}
