/**
 * Polygons on the sky and the probability inside them. Two kinds: corners joined by great circles (what observers draw),
 * and the straight lines of the (RA, dec) plane that GeoJSON means.
 */
import {
  findCell,
  indexCells,
  nestToRing,
  type ProbabilityMap,
  pixelArea,
  pixelPhi,
  pixelTheta,
  pixelVector,
  type RaDec,
  ringAreaDeg2,
} from '../../sky/index.js';
import { holds, type PlanePoint, type PlanePolygon } from './plane.js';

const DEGREE = Math.PI / 180;

/** A part of the sky with sides. */
export interface SkyPolygon {
  /** Both ends of every side as unit vectors: six numbers a side. A side is the short way, to a few arc seconds. */
  readonly sides: Float64Array;
  /** Whether a position (radians) is inside. */
  contains(raRad: number, decRad: number): boolean;
}

/**
 * The polygon with these corners, in order, joined by great circles; the side of it that is smaller. Where sides cross
 * each other the even-odd rule holds. At least three corners.
 */
export function greatCirclePolygon(corners: readonly RaDec[]): SkyPolygon {
  const n = corners.length;
  const vectors = corners.map(({ raRad, decRad }) => vectorOf(raRad, decRad));
  const sides = sidesOf(vectors, (i) => (i + 1) % n);
  const circles = corners.map((from, i) => circleThrough(from, corners[(i + 1) % n]!));
  // Inside is where the way to the south pole crosses sides as often (odd or even) as from a point known to be inside.
  const isLeft = ringAreaDeg2([...corners, corners[0]!]) > 0;
  const inner = besideFirstSide(sides, isLeft ? 1 : -1);
  const parity = isOddBelow(circles, inner.raRad, inner.decRad);
  return { sides, contains: (raRad, decRad) => isOddBelow(circles, raRad, decRad) === parity };
}

/** Polygons of the plane, all of them together; RA from -180 to 360. */
export function planePolygonUnion(polygons: readonly PlanePolygon[]): SkyPolygon {
  const vectors: number[][] = [];
  const nextOf: number[] = [];
  for (const polygon of polygons) {
    for (const ring of polygon) {
      const first = vectors.length;
      for (const [ra, dec] of inShortSteps(ring)) {
        nextOf.push(vectors.length + 1);
        vectors.push(vectorOf(ra * DEGREE, dec * DEGREE));
      }
      nextOf[vectors.length - 1] = first;
    }
  }
  return {
    sides: sidesOf(vectors, (i) => nextOf[i]!),
    contains(raRad, decRad) {
      const dec = decRad / DEGREE;
      const ra = raRad / DEGREE;
      return polygons.some((rings) => [ra - 360, ra, ra + 360].some((turned) => isOddInside(rings, [turned, dec])));
    },
  };
}

function isOddInside(rings: PlanePolygon, point: PlanePoint): boolean {
  let isInside = false;
  for (const ring of rings) if (holds(ring, point)) isInside = !isInside;
  return isInside;
}

/** Points so close that the straight line between them is the great circle. */
function inShortSteps(ring: readonly PlanePoint[]): PlanePoint[] {
  const out: PlanePoint[] = [];
  for (let i = 0; i + 1 < ring.length; i++) {
    const [[ra, dec], [toRa, toDec]] = [ring[i]!, ring[i + 1]!];
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(toRa - ra), Math.abs(toDec - dec))));
    for (let k = 0; k < steps; k++) out.push([ra + ((toRa - ra) * k) / steps, dec + ((toDec - dec) * k) / steps]);
  }
  return out;
}

// --------------------------------------------------------------------------------------------------------- probability

/** Shares of the map below this go to where their centre is. */
const NEGLIGIBLE = 1e-7;

/** Probability of a map inside a polygon, to about 10^-6. Pixels across a side are cut up until they hardly matter. */
export function probabilityInPolygon(map: ProbabilityMap, polygon: SkyPolygon): number {
  const index = indexCells(map);
  const before = new Float64Array(map.density.length + 1);
  for (let i = 0; i < map.density.length; i++) before[i + 1] = before[i]! + map.density[i]! * pixelArea(map.nside[i]!);

  const probabilityOf = (nside: number, nest: number): number => {
    const first = findCell(index, nside, nest);
    if (map.nside[first]! <= nside) return map.density[first]! * pixelArea(nside);
    const ratio = (index.finest / nside) ** 2;
    const last = findCell(index, index.finest, (nest + 1) * ratio - 1);
    return before[last + 1]! - before[first]!;
  };
  const centre = new Float64Array(3);
  const walk = (nside: number, nest: number, sides: Float64Array): number => {
    const probability = probabilityOf(nside, nest);
    if (!(probability > 0)) return 0;
    const ring = nestToRing(nside, nest);
    pixelVector(nside, ring, centre);
    // No point of a pixel is farther from its centre than about the side of a square of its area.
    const near = sidesWithin(sides, centre, 1.1 * Math.sqrt(pixelArea(nside)));
    if (near.length === 0 || probability < NEGLIGIBLE) {
      return polygon.contains(pixelPhi(nside, ring), Math.PI / 2 - pixelTheta(nside, ring)) ? probability : 0;
    }
    let sum = 0;
    for (let k = 0; k < 4; k++) sum += walk(2 * nside, 4 * nest + k, near);
    return sum;
  };
  let total = 0;
  for (let face = 0; face < 12; face++) total += walk(1, face, polygon.sides);
  return Math.min(1, total);
}

/** The sides that come closer to a point than `reach`, radians. */
function sidesWithin(sides: Float64Array, point: Float64Array, reach: number): Float64Array {
  const near = new Float64Array(sides.length);
  let n = 0;
  for (let at = 0; at < sides.length; at += 6) {
    if (distanceToSide(sides, at, point) > reach) continue;
    near.set(sides.subarray(at, at + 6), n);
    n += 6;
  }
  return near.subarray(0, n);
}

/** Angle between a point and the nearest point of a side. */
function distanceToSide(sides: Float64Array, at: number, p: Float64Array): number {
  const [ax, ay, az, bx, by, bz] = [
    sides[at]!,
    sides[at + 1]!,
    sides[at + 2]!,
    sides[at + 3]!,
    sides[at + 4]!,
    sides[at + 5]!,
  ];
  const [px, py, pz] = [p[0]!, p[1]!, p[2]!];
  const nx = ay * bz - az * by;
  const ny = az * bx - ax * bz;
  const nz = ax * by - ay * bx;
  const length = Math.hypot(nx, ny, nz);
  // Beside the side, between its ends: both of n x a and b x n point towards p.
  const afterA = (ny * az - nz * ay) * px + (nz * ax - nx * az) * py + (nx * ay - ny * ax) * pz;
  const beforeB = (by * nz - bz * ny) * px + (bz * nx - bx * nz) * py + (bx * ny - by * nx) * pz;
  if (length > 0 && afterA >= 0 && beforeB >= 0) {
    return Math.asin(Math.min(1, Math.abs(nx * px + ny * py + nz * pz) / length));
  }
  const chord = Math.min(Math.hypot(ax - px, ay - py, az - pz), Math.hypot(bx - px, by - py, bz - pz));
  return 2 * Math.asin(Math.min(1, chord / 2));
}

// ------------------------------------------------------------------------------------------------------ great circles

/** A side as a piece of a great circle: dec = atan(c cos(RA) + s sin(RA)), or a constant. */
interface CirclePiece {
  readonly raRad: number;
  /** To the other end; negative westwards. */
  readonly width: number;
  readonly c: number;
  readonly s: number;
  readonly constantDec: number;
}

function circleThrough(from: RaDec, to: RaDec): CirclePiece {
  const [ax, ay, az] = vectorOf(from.raRad, from.decRad);
  const [bx, by, bz] = vectorOf(to.raRad, to.decRad);
  const nz = ax! * by! - ay! * bx!;
  // A side along a meridian has a width in RA only where it ends at a pole, whose RA is any.
  const isMeridian = Math.abs(nz) < 1e-13;
  return {
    raRad: from.raRad,
    width: halfTurn(to.raRad - from.raRad),
    c: -(ay! * bz! - az! * by!) / nz,
    s: -(az! * bx! - ax! * bz!) / nz,
    constantDec: !isMeridian ? Number.NaN : Math.abs(from.decRad) > Math.abs(to.decRad) ? from.decRad : to.decRad,
  };
}

/** Whether an odd number of sides lies between a position and the south pole, on its meridian. */
function isOddBelow(sides: readonly CirclePiece[], raRad: number, decRad: number): boolean {
  const [cosine, sine] = [Math.cos(raRad), Math.sin(raRad)];
  let isOdd = false;
  for (const { raRad: from, width, c, s, constantDec } of sides) {
    const along = halfTurn(raRad - from);
    // The western end of a side belongs to it, the eastern one to the next.
    const isBeside = width > 0 ? along >= 0 && along < width : along >= width && along < 0;
    if (!isBeside) continue;
    const dec = Number.isNaN(constantDec) ? Math.atan(c * cosine + s * sine) : constantDec;
    if (dec < decRad) isOdd = !isOdd;
  }
  return isOdd;
}

/** A point very near the middle of the first side that is no point: to its left (1) or right (-1). */
function besideFirstSide(sides: Float64Array, hand: 1 | -1): RaDec {
  let at = 0;
  while (at + 6 < sides.length && sideLength(sides, at) < 1e-9) at += 6;
  const [ax, ay, az, bx, by, bz] = sides.subarray(at, at + 6);
  // Of unit vectors a and b, a x b points to the left of the way from a to b.
  const step = 1e-4 * hand;
  const x = (ax! + bx!) / 2 + step * (ay! * bz! - az! * by!);
  const y = (ay! + by!) / 2 + step * (az! * bx! - ax! * bz!);
  const z = (az! + bz!) / 2 + step * (ax! * by! - ay! * bx!);
  return { raRad: Math.atan2(y, x), decRad: Math.atan2(z, Math.hypot(x, y)) };
}

function sideLength(sides: Float64Array, at: number): number {
  return Math.hypot(sides[at]! - sides[at + 3]!, sides[at + 1]! - sides[at + 4]!, sides[at + 2]! - sides[at + 5]!);
}

function sidesOf(vectors: readonly (readonly number[])[], next: (i: number) => number): Float64Array {
  const sides = new Float64Array(6 * vectors.length);
  for (const [i, vector] of vectors.entries()) {
    sides.set(vector, 6 * i);
    sides.set(vectors[next(i)]!, 6 * i + 3);
  }
  return sides;
}

function vectorOf(raRad: number, decRad: number): number[] {
  return [Math.cos(decRad) * Math.cos(raRad), Math.cos(decRad) * Math.sin(raRad), Math.sin(decRad)];
}

/** An angle in [-pi, pi). */
function halfTurn(angle: number): number {
  return angle - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI));
}
