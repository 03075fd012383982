/**
 * Regions of a sky map and what users ask of them: area, box, probability in a cone, credible level of a position.
 * Two kinds (specs/sky-and-scan.md 8.3, specs/reco-splinempe.md 14.2): the smallest area that holds a probability,
 * and the pixels below a level of 2 delta llh (Wilks).
 */
import { angularDistance } from './astronomy.js';
import { type CellIndex, type Cells, findCell, indexCells, type SkyCells } from './cells.js';
import { densityContours, type Ring } from './contours.js';
import { pixelArea, pixelAt, pixelPhi, pixelTheta, ringToNest } from './healpix.js';
import { children, corners } from './healpix-shapes.js';
import { crossing, ranksWithin, uniqOf } from './levels.js';
import { type ProbabilityMap, raDecOfVector } from './probability.js';

const DEGREE = Math.PI / 180;
const DEG2_PER_SR = DEGREE ** -2;

/** 2 delta llh of 50 % and 90 % coverage by Wilks' theorem with two degrees of freedom. */
export const WILKS_50 = 1.39;
export const WILKS_90 = 4.61;

/** A region's size and its box in RA and dec. */
export interface Region {
  /** Probability (credible regions) or 2 delta llh (Wilks regions) that it was asked for. */
  readonly level: number;
  readonly areaDeg2: number;
  /**
   * Distances from the peak (Wilks: from the best pixel) to the edges of the box, degrees of RA and of dec, never
   * negative. RA distances are at most 180: both are 180 for a region that goes all around or holds a pole. Islands
   * are inside the box too.
   */
  readonly raMinusDeg: number;
  readonly raPlusDeg: number;
  readonly decMinusDeg: number;
  readonly decPlusDeg: number;
}

type Box = Omit<Region, 'level' | 'areaDeg2'>;

/**
 * The smallest region that holds the probability `level`, between 0 and 1. Of the cell that crosses the level only
 * the part that is needed counts for the area. The box follows the interpolated outline, without blur the cells.
 */
export function credibleRegion(map: ProbabilityMap, level: number): Region {
  const found = crossing(map, level);
  let area = found.areaBefore;
  if (found.cell >= 0) {
    const missing = (level - found.probabilityBefore) / map.density[found.cell]!;
    area += Math.min(pixelArea(map.nside[found.cell]!), Math.max(0, missing));
  }
  const isInside = (i: number): boolean => ranksWithin(map, found, i);
  const { raRad, decRad } = map.peak;
  const index = indexCells(map);
  const box =
    map.floorDeg > 0
      ? outlineBox(map, index, densityContours(map, found.threshold, index), isInside)
      : cellBox(map, index, isInside, raRad, decRad);
  return { level, areaDeg2: area * DEG2_PER_SR, ...box };
}

/** Cells (positions in the map) of the smallest region that holds a probability, with the one that crosses it. */
export function regionCells(map: ProbabilityMap, level: number): number[] {
  const found = crossing(map, level);
  const out: number[] = [];
  for (let i = 0; i < map.density.length; i++) if (ranksWithin(map, found, i)) out.push(i);
  return out;
}

/**
 * The cells with 2 (llh - minimum) below a level. The box is that of the cells, from the centre of the best one (of
 * equal ones the first in NESTED order).
 */
export function wilksRegion(cells: SkyCells, delta2Llh: number): Region {
  let best = -1;
  for (let i = 0; i < cells.llh.length; i++)
    if (best < 0 || !(cells.llh[i]! >= cells.llh[best]!)) {
      if (Number.isFinite(cells.llh[i]!)) best = i;
    }
  if (best < 0) throw new RangeError('no pixel of the map has a finite llh');
  const isInside = (i: number): boolean => 2 * (cells.llh[i]! - cells.llh[best]!) < delta2Llh;
  let area = 0;
  for (let i = 0; i < cells.llh.length; i++) if (isInside(i)) area += pixelArea(cells.nside[i]!);
  const ra = pixelPhi(cells.nside[best]!, cells.pixel[best]!);
  const dec = Math.PI / 2 - pixelTheta(cells.nside[best]!, cells.pixel[best]!);
  return { level: delta2Llh, areaDeg2: area * DEG2_PER_SR, ...cellBox(cells, indexCells(cells), isInside, ra, dec) };
}

// ---------------------------------------------------------------------------------------------------------- positions

/** Cell of a map or scan that contains a position; -1 where there is none. */
export function cellAt(map: Cells, raRad: number, decRad: number): number {
  const index = indexCells(map);
  const pixel = pixelAt(index.finest, Math.PI / 2 - decRad, raRad);
  return findCell(index, index.finest, ringToNest(index.finest, pixel));
}

/** Probability density at a position, sr^-1. */
export function densityAt(map: ProbabilityMap, raRad: number, decRad: number): number {
  const cell = cellAt(map, raRad, decRad);
  return cell < 0 ? 0 : map.density[cell]!;
}

/** Smallest level whose region contains the position: the probability of all cells that rank before its own, and of it. */
export function credibleLevelAt(map: ProbabilityMap, raRad: number, decRad: number): number {
  const cell = cellAt(map, raRad, decRad);
  if (cell < 0 || !(map.density[cell]! > 0)) return 1;
  const own = map.density[cell]!;
  const uniq = uniqOf(map, cell);
  let level = 0;
  for (let i = 0; i < map.density.length; i++) {
    const density = map.density[i]!;
    if (density > own || (density === own && uniqOf(map, i) <= uniq)) level += density * pixelArea(map.nside[i]!);
  }
  return Math.min(1, level);
}

/** Probability within a cone. Cells across its edge are cut up until their parts no longer matter. */
export function probabilityInCone(map: ProbabilityMap, raRad: number, decRad: number, radiusRad: number): number {
  const share = (nside: number, pixel: number, depth: number): number => {
    const away = angularDistance(raRad, decRad, pixelPhi(nside, pixel), Math.PI / 2 - pixelTheta(nside, pixel));
    // No point of a pixel is farther from its centre than about the side of a square of its area.
    const reach = 1.1 * Math.sqrt(pixelArea(nside));
    if (away >= radiusRad + reach) return 0;
    if (away + reach <= radiusRad) return 1;
    if (depth === 0 || nside === 2 ** 24) return away < radiusRad ? 1 : 0;
    let sum = 0;
    for (const child of children(nside, pixel, 2 * nside)) sum += share(2 * nside, child, depth - 1);
    return sum / 4;
  };
  let total = 0;
  for (let i = 0; i < map.density.length; i++) {
    if (!(map.density[i]! > 0)) continue;
    const probability = map.density[i]! * pixelArea(map.nside[i]!);
    // A cell is cut into parts of about 1e-7 of the map.
    const depth = Math.max(0, Math.min(10, Math.ceil(Math.log2(probability * 1e7) / 2)));
    total += probability * share(map.nside[i]!, map.pixel[i]!, depth);
  }
  return Math.min(1, total);
}

// --------------------------------------------------------------------------------------------------------------- boxes

/** Box around the outline of a blurred map's region. */
function outlineBox(
  map: ProbabilityMap,
  index: CellIndex,
  rings: readonly Ring[],
  isInside: (i: number) => boolean,
): Box {
  const { raRad, decRad } = map.peak;
  const box = new GrowingBox(raRad, decRad);
  for (const ring of rings) for (const point of ring) box.add(point.raRad - raRad, point.decRad);
  if (rings.length === 0) {
    box.addPole(1);
    box.addPole(-1);
  } else addPoles(index, isInside, box);
  return box.done();
}

/** Box around cells. */
function cellBox(cells: Cells, index: CellIndex, isInside: (i: number) => boolean, raRad: number, decRad: number): Box {
  const box = new GrowingBox(raRad, decRad);
  for (let i = 0; i < cells.nside.length; i++) {
    if (!isInside(i)) continue;
    const ra = pixelPhi(cells.nside[i]!, cells.pixel[i]!);
    const centre = halfTurn(ra - raRad);
    const corner = corners(cells.nside[i]!, cells.pixel[i]!);
    for (let c = 0; c < 12; c += 3) {
      const point = raDecOfVector(corner.subarray(c, c + 3));
      const isPole = Math.hypot(corner[c]!, corner[c + 1]!) === 0;
      box.addUnwrapped(isPole ? centre : centre + halfTurn(point.raRad - ra), point.decRad);
    }
  }
  addPoles(index, isInside, box);
  return box.done();
}

/** A pole is inside where all four cells around it are. */
function addPoles(index: CellIndex, isInside: (i: number) => boolean, box: GrowingBox): void {
  const { finest } = index;
  const last = 12 * finest * finest - 4;
  for (const [sign, first] of [
    [1, 0],
    [-1, last],
  ] as const) {
    let inside = 0;
    for (let k = 0; k < 4; k++) {
      const cell = findCell(index, finest, ringToNest(finest, first + k));
      if (cell >= 0 && isInside(cell)) inside++;
    }
    if (inside === 4) box.addPole(sign);
  }
}

/** Extremes of points relative to a position, radians. */
class GrowingBox {
  private minus = 0;
  private plus = 0;
  private lowest: number;
  private highest: number;

  constructor(
    readonly ra: number,
    readonly dec: number,
  ) {
    this.lowest = dec;
    this.highest = dec;
  }

  add(dRa: number, dec: number): void {
    this.addUnwrapped(halfTurn(dRa), dec);
  }

  /** For points that may lie beyond half a turn because what they belong to starts before it. */
  addUnwrapped(dRa: number, dec: number): void {
    this.minus = Math.min(Math.PI, Math.max(this.minus, -dRa));
    this.plus = Math.min(Math.PI, Math.max(this.plus, dRa));
    this.lowest = Math.min(this.lowest, dec);
    this.highest = Math.max(this.highest, dec);
  }

  addPole(sign: number): void {
    this.minus = Math.PI;
    this.plus = Math.PI;
    if (sign > 0) this.highest = Math.PI / 2;
    else this.lowest = -Math.PI / 2;
  }

  done(): Box {
    return {
      raMinusDeg: this.minus / DEGREE,
      raPlusDeg: this.plus / DEGREE,
      decMinusDeg: (this.dec - this.lowest) / DEGREE,
      decPlusDeg: (this.highest - this.dec) / DEGREE,
    };
  }
}

/** An angle in [-pi, pi). */
function halfTurn(angle: number): number {
  const turns = Math.floor((angle + Math.PI) / (2 * Math.PI));
  return angle - 2 * Math.PI * turns;
}
