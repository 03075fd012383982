/**
 * Directions and start vertices relative to a track. Directions (zenith, azimuth) say where a particle comes from; the
 * direction of travel is opposite (specs/reco-splinempe.md, head, and 4.2; specs/reco-millipede.md 2.3).
 */

/** A vector in metres, or a direction. */
export type Vector = readonly [x: number, y: number, z: number];

/** Unit vector of travel of a particle that comes from (zenith, azimuth), both in radians. */
export function directionOfTravel(zenith: number, azimuth: number): Vector {
  const sinZenith = Math.sin(zenith);
  return [-sinZenith * Math.cos(azimuth), -sinZenith * Math.sin(azimuth), -Math.cos(zenith)];
}

/**
 * Turns a vector given in the frame of a track (z along the direction of travel) into the detector frame: first about
 * the y axis by the polar angle of travel, then about the z axis by its azimuth. Always starts from the vector given:
 * upstream's mistake of rotating a shared list again and again is not repeated (reco-splinempe.md 4.2).
 */
export function rotateIntoTrack(vector: Vector, zenith: number, azimuth: number): Vector {
  const theta = Math.PI - zenith;
  const phi = azimuth + Math.PI >= 2 * Math.PI ? azimuth - Math.PI : azimuth + Math.PI;
  const cosTheta = Math.cos(theta);
  const sinTheta = Math.sin(theta);
  const cosPhi = Math.cos(phi);
  const sinPhi = Math.sin(phi);
  const x = vector[0] * cosTheta + vector[2] * sinTheta;
  const z = vector[2] * cosTheta - vector[0] * sinTheta;
  return [x * cosPhi - vector[1] * sinPhi, x * sinPhi + vector[1] * cosPhi, z];
}

/** sin(60 deg) * 150 m. */
const SIDE = 129.9038105676658;

/** The start vertex itself and six points on a cylinder around the track, 150 m off and 40 m up and down the track. */
export const CYLINDER_VARIATIONS: readonly Vector[] = [
  [0, 0, 0],
  [150, 0, -40],
  [-75, SIDE, -40],
  [-75, -SIDE, -40],
  [75, SIDE, 40],
  [-150, 0, 40],
  [75, -SIDE, 40],
];

/** The start vertex itself and six points 20 m away along the detector's axes. */
export const CROSS_VARIATIONS: readonly Vector[] = [
  [0, 0, 0],
  [-20, 0, 0],
  [20, 0, 0],
  [0, -20, 0],
  [0, 20, 0],
  [0, 0, -20],
  [0, 0, 20],
];
