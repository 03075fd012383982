/** Invented tables of point-like cascades, as files: light that falls with distance and comes later from further away. */
import { greville } from './muon-files.js';
import { evenKnots, type SplineFileAxis, splineFile } from './spline-file.js';

const R: SplineFileAxis = { order: 2, knots: evenKnots(0, 580, 10, 2) };
const PHI: SplineFileAxis = { order: 2, knots: evenKnots(0, 180, 2, 2) };
const COSINE: SplineFileAxis = { order: 2, knots: evenKnots(-1, 1, 5, 2) };
const TIME: SplineFileAxis = {
  order: 3,
  knots: [-160, -120, -80, -40, 0, 20, 60, 200, 700, 2400, 7000, 7500, 8000, 8500],
};
const ZENITH: SplineFileAxis = { order: 2, knots: evenKnots(0, 180, 2, 2) };
const DEPTH: SplineFileAxis = { order: 2, knots: evenKnots(-820, 820, 4, 2) };
const PLACE = [
  [0, 580],
  [0, 180],
  [-1, 1],
];
const SOURCE = [
  [0, 180],
  [-820, 820],
];
/** Spherical cells about a point. */
const KEYS = { GEOTYPE: 0, GEOMETRY: 1, PARITY: 0 };

/** A file of `ln PE per photon`. */
export function cascadeAmplitudeFile(): Uint8Array {
  const axes = [R, PHI, COSINE, ZENITH, DEPTH];
  const values = greville(
    axes,
    ([r, phi, cos, zenith, depth]) =>
      -13 - Math.abs(r! + 25) / 45 + 0.5 * cos! + 0.001 * phi! - 0.0005 * zenith! + 0.2 * Math.sin(depth! / 300),
  );
  return splineFile(axes, values, { keys: KEYS, extents: [...PLACE, ...SOURCE].flat() });
}

/** A file of the share of light by delay. */
export function cascadeTimeFile(): Uint8Array {
  const axes = [R, PHI, COSINE, TIME, ZENITH, DEPTH];
  const values = greville(axes, ([r, , cos, t]) =>
    t! <= 0 ? 0 : 1 - Math.exp(-t! / (15 + Math.abs(r!) * (1 - 0.3 * cos!))),
  );
  return splineFile(axes, values, { keys: KEYS, extents: [...PLACE, [-40, 7000], ...SOURCE].flat() });
}
