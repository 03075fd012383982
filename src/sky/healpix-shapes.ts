/**
 * What surrounds and fills HEALPix pixels: neighbours, corners, discs, children, UNIQ numbers. RING numbering, radians;
 * conventions of `healpix.ts`.
 */
import {
  joinRing,
  lattice,
  nestToRing,
  pixelVector,
  ringLength,
  ringShift,
  ringStart,
  ringTheta,
  ringToNest,
  splitRing,
} from './healpix.js';

/** Steps on the lattice in the order SW, W, NW, N, NE, E, SE, S. */
const STEP_X = [-1, -1, 0, 1, 1, 1, 0, -1] as const;
const STEP_Y = [0, 1, 1, 1, 0, -1, -1, -1] as const;

/**
 * The eight neighbours in the order SW, W, NW, N, NE, E, SE, S; -1 where there is none (the 24 pixels at corners where
 * only three faces meet have seven). Written to `out`, by default a new array.
 */
export function neighbours(nside: number, pixel: number, out: number[] = new Array<number>(8)): number[] {
  splitRing(nside, pixel);
  const { face, x, y } = lattice;
  for (let k = 0; k < 8; k++) {
    const nx = x + STEP_X[k]!;
    const ny = y + STEP_Y[k]!;
    const isInside = nx >= 0 && ny >= 0 && nx < nside && ny < nside;
    out[k] = isInside ? joinRing(nside, face, nx, ny) : acrossEdge(nside, face, nx, ny);
  }
  return out;
}

/** RING number of a lattice position one step outside its face, -1 where the lattice has a gap. */
function acrossEdge(nside: number, face: number, x: number, y: number): number {
  const k = face & 3;
  const east = (k + 1) & 3;
  const west = (k + 3) & 3;
  const last = nside - 1;
  const overX = x < 0 ? -1 : x > last ? 1 : 0;
  const overY = y < 0 ? -1 : y > last ? 1 : 0;
  if (face < 4) {
    if (overX === 1 && overY === 1) return joinRing(nside, (k + 2) & 3, last, last);
    if (overX === -1 && overY === -1) return joinRing(nside, 8 + k, last, last);
    if (overX !== 0 && overY !== 0) return -1;
    // Northern faces meet each other at the pole with their lattices turned by a quarter.
    if (overX === 1) return joinRing(nside, east, y, last);
    if (overY === 1) return joinRing(nside, west, last, x);
    return overX === -1 ? joinRing(nside, 4 + k, last, y) : joinRing(nside, 4 + east, x, last);
  }
  if (face < 8) {
    if (overX === 1 && overY === -1) return joinRing(nside, 4 + east, 0, last);
    if (overX === -1 && overY === 1) return joinRing(nside, 4 + west, last, 0);
    if (overX !== 0 && overY !== 0) return -1;
    if (overX === 1) return joinRing(nside, k, 0, y);
    if (overY === 1) return joinRing(nside, west, x, 0);
    return overX === -1 ? joinRing(nside, 8 + west, last, y) : joinRing(nside, 8 + k, x, last);
  }
  if (overX === 1 && overY === 1) return joinRing(nside, k, 0, 0);
  if (overX === -1 && overY === -1) return joinRing(nside, 8 + ((k + 2) & 3), 0, 0);
  if (overX !== 0 && overY !== 0) return -1;
  if (overX === 1) return joinRing(nside, 4 + east, 0, y);
  if (overY === 1) return joinRing(nside, 4 + k, x, 0);
  return overX === -1 ? joinRing(nside, 8 + west, y, 0) : joinRing(nside, 8 + east, 0, x);
}

/** The four corners as unit vectors (x, y, z) in the order N, W, S, E. */
export function corners(nside: number, pixel: number): Float64Array {
  splitRing(nside, pixel);
  const { face, x, y } = lattice;
  const out = new Float64Array(12);
  facePoint(face, (x + 1) / nside, (y + 1) / nside, out, 0);
  facePoint(face, x / nside, (y + 1) / nside, out, 3);
  facePoint(face, x / nside, y / nside, out, 6);
  facePoint(face, (x + 1) / nside, y / nside, out, 9);
  return out;
}

/** Unit vector of a point of a base face, x and y in [0, 1]. */
function facePoint(face: number, x: number, y: number, out: Float64Array, at: number): void {
  const faceRow = face >> 2;
  const fromNorth = faceRow + 2 - x - y;
  const row = Math.min(fromNorth, 4 - fromNorth, 1);
  const column = 2 * (face & 3) + (faceRow === 1 ? 0 : 1);
  let z: number;
  let sine: number;
  if (row < 1) {
    const missing = (row * row) / 3;
    z = fromNorth < 1 ? 1 - missing : missing - 1;
    sine = Math.sqrt(missing * (2 - missing));
  } else {
    z = ((2 - fromNorth) * 2) / 3;
    sine = Math.sqrt((1 - z) * (1 + z));
  }
  const phi = row > 0 ? (Math.PI / 4) * (column + (x - y) / row) : 0;
  out[at] = sine * Math.cos(phi);
  out[at + 1] = sine * Math.sin(phi);
  out[at + 2] = z;
}

/**
 * Pixels whose centre lies at an angle strictly smaller than `radiusRad` from a unit vector, ascending. Ring by ring:
 * the cost grows with what is found, not with the sky.
 */
export function disc(nside: number, vector: ArrayLike<number>, radiusRad: number): number[] {
  const found: number[] = [];
  if (!(radiusRad > 0)) return found;
  const [ax, ay, az] = [vector[0]!, vector[1]!, vector[2]!];
  const sine0 = Math.hypot(ax, ay);
  const theta0 = Math.atan2(sine0, az);
  const phi0 = Math.atan2(ay, ax);
  const halfChord = radiusRad >= Math.PI ? 1 : Math.sin(radiusRad / 2);
  const chord2 = radiusRad > Math.PI ? Number.POSITIVE_INFINITY : 4 * halfChord * halfChord;
  const centre = new Float64Array(3);
  // Chords, not cosines: they keep their precision for small discs.
  const isInside = (pixel: number): boolean => {
    pixelVector(nside, pixel, centre);
    const dx = centre[0]! - ax;
    const dy = centre[1]! - ay;
    const dz = centre[2]! - az;
    return dx * dx + dy * dy + dz * dz < chord2;
  };
  const firstRing = Math.max(1, ringNear(nside, theta0 - radiusRad) - 1);
  const lastRing = Math.min(4 * nside - 1, ringNear(nside, theta0 + radiusRad) + 1);
  for (let ring = firstRing; ring <= lastRing; ring++) {
    const theta = ringTheta(nside, ring);
    const start = ringStart(nside, ring);
    const length = ringLength(nside, ring);
    const halfTilt = Math.sin((theta - theta0) / 2);
    // Haversine law: sin^2(dphi / 2) at which the ring crosses the edge. The formula only brackets; `isInside` decides.
    const haversine = (halfChord * halfChord - halfTilt * halfTilt) / (Math.sin(theta) * sine0);
    const half = haversine >= 1 || Number.isNaN(haversine) ? Math.PI : 2 * Math.asin(Math.sqrt(Math.max(0, haversine)));
    const shift = ringShift(nside, ring);
    const perRadian = length / (2 * Math.PI);
    let first = Math.floor((phi0 - half) * perRadian - shift) - 1;
    let last = Math.ceil((phi0 + half) * perRadian - shift) + 1;
    if (last - first + 1 >= length) {
      first = Math.ceil((phi0 - Math.PI) * perRadian - shift);
      last = first + length - 1;
    }
    const wrap = (step: number): number => start + (((step % length) + length) % length);
    while (first <= last && !isInside(wrap(first))) first++;
    while (first <= last && !isInside(wrap(last))) last--;
    if (first > last) continue;
    const from = wrap(first);
    const to = wrap(last);
    if (from <= to) for (let pixel = from; pixel <= to; pixel++) found.push(pixel);
    else {
      for (let pixel = start; pixel <= to; pixel++) found.push(pixel);
      for (let pixel = from; pixel < start + length; pixel++) found.push(pixel);
    }
  }
  return found;
}

/** A ring within one of the colatitude; clamped to the sky. */
function ringNear(nside: number, theta: number): number {
  if (theta <= 0) return 1;
  if (theta >= Math.PI) return 4 * nside - 1;
  const z = Math.cos(theta);
  let ring: number;
  if (z > 2 / 3) ring = nside * Math.sqrt(6) * Math.sin(theta / 2);
  else if (z >= -2 / 3) ring = nside * (2 - 1.5 * z);
  else ring = 4 * nside - nside * Math.sqrt(6) * Math.sin((Math.PI - theta) / 2);
  return Math.min(4 * nside - 1, Math.max(1, Math.round(ring)));
}

/** The pixels of a finer nside that make up a pixel, ascending. */
export function children(nside: number, pixel: number, finerNside: number): number[] {
  const ratio = finerNside / nside;
  splitRing(nside, pixel);
  const { face, x, y } = lattice;
  const out = new Array<number>(ratio * ratio);
  let n = 0;
  for (let dx = 0; dx < ratio; dx++) {
    for (let dy = 0; dy < ratio; dy++) out[n++] = joinRing(finerNside, face, x * ratio + dx, y * ratio + dy);
  }
  return out.sort((a, b) => a - b);
}

/** The pixel of a coarser nside that contains a pixel. */
export function ancestor(nside: number, pixel: number, coarserNside: number): number {
  const ratio = nside / coarserNside;
  splitRing(nside, pixel);
  return joinRing(coarserNside, lattice.face, Math.floor(lattice.x / ratio), Math.floor(lattice.y / ratio));
}

/** UNIQ number, 4 nside^2 + NESTED pixel: one number for pixels of all nsides (IVOA MOC 2.0). */
export function toUniq(nside: number, nestPixel: number): number {
  return 4 * nside * nside + nestPixel;
}

/** nside and NESTED pixel of a UNIQ number (at least 4). */
export function fromUniq(uniq: number): { nside: number; nestPixel: number } {
  let nside = 1;
  while (16 * nside * nside <= uniq) nside *= 2;
  return { nside, nestPixel: uniq - 4 * nside * nside };
}

/** UNIQ number of a RING pixel. */
export function ringToUniq(nside: number, pixel: number): number {
  return toUniq(nside, ringToNest(nside, pixel));
}

/** nside and RING pixel of a UNIQ number. */
export function uniqToRing(uniq: number): { nside: number; pixel: number } {
  const { nside, nestPixel } = fromUniq(uniq);
  return { nside, pixel: nestToRing(nside, nestPixel) };
}
