/** Celestial frames of the pictures: equatorial (ICRS) and galactic. */

/** Names of the frames. */
export const FRAMES = ['equatorial', 'galactic'] as const;
export type FrameName = (typeof FRAMES)[number];

/** A direction as longitude and latitude, degrees. */
export type LonLat = readonly [number, number];

const DEGREE = Math.PI / 180;

/** Rows: axes of the galactic frame in ICRS coordinates (The Hipparcos Catalogue, ESA SP-1200, vol. 1, eq. 1.5.11). */
const GALACTIC = [
  [-0.0548755604, -0.8734370902, -0.4838350155],
  [0.4941094279, -0.44482963, 0.7469822445],
  [-0.867666149, -0.1980763734, 0.4559837762],
] as const;

/** Longitude in [0, 360) and latitude, degrees, of an equatorial unit vector in a frame. */
export function lonLat(frame: FrameName, x: number, y: number, z: number): LonLat {
  let [u, v, w] = [x, y, z];
  if (frame === 'galactic') {
    [u, v, w] = GALACTIC.map((row) => row[0] * x + row[1] * y + row[2] * z) as [number, number, number];
  }
  const lon = Math.atan2(v, u) / DEGREE;
  return [lon < 0 ? lon + 360 : lon, Math.atan2(w, Math.hypot(u, v)) / DEGREE];
}

/** The same for right ascension and declination in degrees. */
export function fromEquatorial(frame: FrameName, raDeg: number, decDeg: number): LonLat {
  const [x, y, z] = unitVector(raDeg, decDeg);
  return lonLat(frame, x, y, z);
}

/** Galactic longitude and latitude as a direction of the frame. */
export function fromGalactic(frame: FrameName, lDeg: number, bDeg: number): LonLat {
  const [u, v, w] = unitVector(lDeg, bDeg);
  if (frame === 'galactic') return lonLat('equatorial', u, v, w);
  const [x, y, z] = [0, 1, 2].map((k) => GALACTIC[0][k]! * u + GALACTIC[1][k]! * v + GALACTIC[2][k]! * w);
  return lonLat('equatorial', x!, y!, z!);
}

/** Unit vector of a longitude and latitude in degrees. */
export function unitVector(lonDeg: number, latDeg: number): readonly [number, number, number] {
  const cosine = Math.cos(latDeg * DEGREE);
  return [cosine * Math.cos(lonDeg * DEGREE), cosine * Math.sin(lonDeg * DEGREE), Math.sin(latDeg * DEGREE)];
}

/** Angle between two directions, degrees. */
export function separation(a: LonLat, b: LonLat): number {
  const u = unitVector(a[0], a[1]);
  const v = unitVector(b[0], b[1]);
  const chord = Math.hypot(u[0] - v[0], u[1] - v[1], u[2] - v[2]);
  return (2 * Math.asin(Math.min(1, chord / 2))) / DEGREE;
}

/** An angle in (-180, 180]. */
export function wrap180(deg: number): number {
  const turned = deg - 360 * Math.floor(deg / 360);
  return turned > 180 ? turned - 360 : turned;
}
