/**
 * HEALPix: the equal-area pixels of the sky, in the RING and NESTED numberings.
 *
 * Written from Gorski et al. 2005 (ApJ 622, 759), sections 4 and 5: twelve base faces, each a square lattice (x to the
 * north-east, y to the north-west) of nside^2 pixels; between |z| = 2/3 the lattice lies in the cylindrical equal-area
 * plane, towards the poles the rings shrink to 4 i pixels. Numbers are identical to healpy's, ties included.
 *
 * nside is a power of two up to 2^24, so every pixel and UNIQ number is an exact double. Angles are radians:
 * colatitude theta in [0, pi], longitude phi in [0, 2 pi). Numbers are RING unless a name says nest. Nothing here
 * checks its arguments or allocates: these are inner-loop functions.
 */

const HALF_PI = Math.PI / 2;
/** Bit operations hold 32 bits: 15 bits of x and y interleave into 30, the rest is done apart. */
const LOW_BITS = 15;
const LOW_MASK = 0x7fff;
const LOW_SIZE = 2 ** (2 * LOW_BITS);

/** True for what can be an nside here: a power of two from 1 to 2^24. */
export function isNside(n: number): boolean {
  return Number.isInteger(n) && n >= 1 && n <= 2 ** 24 && (n & (n - 1)) === 0;
}

/** Pixels of the whole sky. */
export function pixelCount(nside: number): number {
  return 12 * nside * nside;
}

/** Solid angle of every pixel, sr. */
export function pixelArea(nside: number): number {
  return Math.PI / (3 * nside * nside);
}

// ---------------------------------------------------------------------------------------------------------- rings

/** Ring of a pixel, 1 (north) to 4 nside - 1. */
export function ringOf(nside: number, pixel: number): number {
  const cap = 2 * nside * (nside - 1);
  const count = 12 * nside * nside;
  if (pixel < cap) return capRing(pixel);
  if (pixel < count - cap) return nside + Math.floor((pixel - cap) / (4 * nside));
  return 4 * nside - capRing(count - 1 - pixel);
}

/** Ring of a pixel in the northern cap: the largest i with 2 i (i - 1) <= pixel. */
function capRing(pixel: number): number {
  let ring = Math.floor((1 + Math.sqrt(1 + 2 * pixel)) / 2);
  if (2 * ring * (ring - 1) > pixel) ring--;
  else if (2 * ring * (ring + 1) <= pixel) ring++;
  return ring;
}

/** First pixel of a ring. */
export function ringStart(nside: number, ring: number): number {
  if (ring < nside) return 2 * ring * (ring - 1);
  if (ring <= 3 * nside) return 2 * nside * (nside - 1) + (ring - nside) * 4 * nside;
  const south = 4 * nside - ring;
  return 12 * nside * nside - 2 * south * (south + 1);
}

/** Pixels of a ring. */
export function ringLength(nside: number, ring: number): number {
  return 4 * Math.min(ring, nside, 4 * nside - ring);
}

/** Colatitude of a ring's centres. */
export function ringTheta(nside: number, ring: number): number {
  // In the caps 1 - |z| = i^2 / (3 nside^2), which as a half-angle formula keeps its precision down to the pole.
  if (ring < nside) return 2 * Math.asin(ring / (nside * Math.sqrt(6)));
  if (ring <= 3 * nside) return Math.acos(((2 * nside - ring) * 2) / (3 * nside));
  return Math.PI - 2 * Math.asin((4 * nside - ring) / (nside * Math.sqrt(6)));
}

/** Longitude of a ring's first centre in units of the ring's spacing: 1/2, or 0 in every other equatorial ring. */
export function ringShift(nside: number, ring: number): number {
  return ring >= nside && ring <= 3 * nside && ((ring - nside) & 1) === 1 ? 0 : 0.5;
}

// --------------------------------------------------------------------------------------------- pixels to directions

/** Colatitude of a pixel's centre. */
export function pixelTheta(nside: number, pixel: number): number {
  return ringTheta(nside, ringOf(nside, pixel));
}

/** Longitude of a pixel's centre. */
export function pixelPhi(nside: number, pixel: number): number {
  const ring = ringOf(nside, pixel);
  const step = pixel - ringStart(nside, ring) + ringShift(nside, ring);
  return (step * HALF_PI * 4) / ringLength(nside, ring);
}

/** Unit vector of a pixel's centre, written to `out`. */
export function pixelVector(nside: number, pixel: number, out: Float64Array): Float64Array {
  const ring = ringOf(nside, pixel);
  const phi = ((pixel - ringStart(nside, ring) + ringShift(nside, ring)) * HALF_PI * 4) / ringLength(nside, ring);
  let z: number;
  let sine: number;
  const row = Math.min(ring, 4 * nside - ring);
  if (row < nside) {
    const missing = (row * row) / (3 * nside * nside);
    z = ring < nside ? 1 - missing : missing - 1;
    sine = Math.sqrt(missing * (2 - missing));
  } else {
    z = ((2 * nside - ring) * 2) / (3 * nside);
    sine = Math.sqrt((1 - z) * (1 + z));
  }
  out[0] = sine * Math.cos(phi);
  out[1] = sine * Math.sin(phi);
  out[2] = z;
  return out;
}

// --------------------------------------------------------------------------------------------- directions to pixels

/** Pixel that contains a direction; any phi. */
export function pixelAt(nside: number, theta: number, phi: number): number {
  return locate(nside, Math.cos(theta), Math.sin(theta), phi);
}

/** Pixel that contains the direction of a vector of any length. */
export function pixelAtVector(nside: number, x: number, y: number, z: number): number {
  const length = Math.sqrt(x * x + y * y + z * z);
  return locate(nside, z / length, Math.sqrt(x * x + y * y) / length, Math.atan2(y, x));
}

function locate(nside: number, z: number, sine: number, phi: number): number {
  let quarter = (phi * (1 / HALF_PI)) % 4;
  if (quarter < 0) quarter += 4;
  if (quarter >= 4) quarter = 0;
  const height = Math.abs(z);
  if (height <= 2 / 3) {
    // Lattice lines of both diagonal directions, counted from the one through (z = 2/3, phi = 0).
    const east = nside * (0.5 + quarter);
    const north = nside * z * 0.75;
    const falling = Math.floor(east - north);
    const rising = Math.floor(east + north);
    const row = nside + 1 + falling - rising;
    const isShifted = (row & 1) === 0 ? 1 : 0;
    const column = Math.floor((falling + rising - nside + isShifted + 1) / 2) % (4 * nside);
    return 2 * nside * (nside - 1) + (row - 1) * 4 * nside + column;
  }
  const fraction = quarter - Math.floor(quarter);
  const reach = height < 0.99 ? nside * Math.sqrt(3 * (1 - height)) : (nside * sine) / Math.sqrt((1 + height) / 3);
  const rising = Math.min(Math.floor(fraction * reach), nside - 1);
  const falling = Math.min(Math.floor((1 - fraction) * reach), nside - 1);
  const ring = rising + falling + 1;
  const column = Math.floor(quarter * ring) % (4 * ring);
  return z > 0 ? 2 * ring * (ring - 1) + column : 12 * nside * nside - 2 * ring * (ring + 1) + column;
}

// ------------------------------------------------------------------------------------------------- faces and nesting

/** The last pixel taken apart by `splitRing` or `splitNest`: read at once, before another call. */
export const lattice: { face: number; x: number; y: number } = { face: 0, x: 0, y: 0 };

/** Position of a RING pixel on its base face, into `lattice`. */
export function splitRing(nside: number, pixel: number): void {
  const ring = ringOf(nside, pixel);
  const index = pixel - ringStart(nside, ring);
  const row = Math.min(ring, 4 * nside - ring);
  if (row < nside) {
    const quarter = Math.floor(index / row);
    const east = 2 * index + 1 - (2 * quarter + 1) * row;
    const north = ring < nside ? 2 * nside - 1 - ring : row - 1;
    lattice.face = ring < nside ? quarter : 8 + quarter;
    lattice.x = (north + east) / 2;
    lattice.y = (north - east) / 2;
    return;
  }
  // Equatorial belt: x and y as if the faces' lattices went on around the sky, then the face each falls into.
  const east = 2 * index + ((ring - nside) & 1 ? 0 : 1);
  const north = 2 * nside - ring;
  const x = (north + nside - 1 + east) / 2;
  const y = (north + nside - 1 - east) / 2;
  const columnX = Math.floor(x / nside);
  const columnY = -Math.floor(y / nside);
  lattice.face = columnX === columnY ? 4 + (columnX & 3) : columnX > columnY ? columnY & 3 : 8 + (columnX & 3);
  lattice.x = x - columnX * nside;
  lattice.y = y + columnY * nside;
}

/** Position of a NESTED pixel on its base face, into `lattice`. */
export function splitNest(nside: number, nestPixel: number): void {
  const perFace = nside * nside;
  const face = Math.floor(nestPixel / perFace);
  const rest = nestPixel - face * perFace;
  const high = Math.floor(rest / LOW_SIZE);
  const low = rest - high * LOW_SIZE;
  lattice.face = face;
  lattice.x = evenBits(low) + (high === 0 ? 0 : evenBits(high) << LOW_BITS);
  lattice.y = evenBits(low >>> 1) + (high === 0 ? 0 : evenBits(high >>> 1) << LOW_BITS);
}

/** RING number of a position on a base face. */
export function joinRing(nside: number, face: number, x: number, y: number): number {
  const faceRow = face >> 2;
  const ring = (faceRow + 2) * nside - x - y - 1;
  const column = 2 * (face & 3) + (faceRow === 1 ? 0 : 1);
  const row = Math.min(ring, 4 * nside - ring, nside);
  let east = column * row + x - y;
  if (east < 0) east += 8 * nside;
  const shift = row === nside && ((ring - nside) & 1) === 1 ? 0 : 1;
  return ringStart(nside, ring) + (east - shift) / 2;
}

/** NESTED number of a position on a base face. */
export function joinNest(nside: number, face: number, x: number, y: number): number {
  const low = spreadBits(x & LOW_MASK) + spreadBits(y & LOW_MASK) * 2;
  const high = nside <= LOW_MASK + 1 ? 0 : spreadBits(x >>> LOW_BITS) + spreadBits(y >>> LOW_BITS) * 2;
  return face * nside * nside + high * LOW_SIZE + low;
}

/** NESTED number of a RING pixel. */
export function ringToNest(nside: number, pixel: number): number {
  splitRing(nside, pixel);
  return joinNest(nside, lattice.face, lattice.x, lattice.y);
}

/** RING number of a NESTED pixel. */
export function nestToRing(nside: number, nestPixel: number): number {
  splitNest(nside, nestPixel);
  return joinRing(nside, lattice.face, lattice.x, lattice.y);
}

/** Puts bit k of a 15-bit number at bit 2 k. */
function spreadBits(value: number): number {
  let v = (value | (value << 8)) & 0x00ff00ff;
  v = (v | (v << 4)) & 0x0f0f0f0f;
  v = (v | (v << 2)) & 0x33333333;
  return (v | (v << 1)) & 0x55555555;
}

/** Gathers bits 0, 2, 4, ... of a 30-bit number. */
function evenBits(value: number): number {
  let v = value & 0x55555555;
  v = (v | (v >>> 1)) & 0x33333333;
  v = (v | (v >>> 2)) & 0x0f0f0f0f;
  v = (v | (v >>> 4)) & 0x00ff00ff;
  return (v | (v >>> 8)) & 0x0000ffff;
}
