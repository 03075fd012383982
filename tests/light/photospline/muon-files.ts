/** Invented tables of muons, as files: light that falls with distance and comes later from further away. No physics. */
import { evenKnots, type SplineFileAxis, splineFile } from './spline-file.js';

/** Knots in time: dense where light begins. */
const TIMES = [-160, -120, -80, -40, 0, 10, 20, 40, 80, 150, 300, 600, 1200, 2400, 4000, 6000, 7000, 8000, 9000];
const RHO: SplineFileAxis = { order: 2, knots: evenKnots(0, 500, 10, 2) };
const PHI: SplineFileAxis = { order: 2, knots: evenKnots(0, Math.PI, 3, 2) };
const TIME: SplineFileAxis = { order: 3, knots: TIMES };
const ZENITH: SplineFileAxis = { order: 2, knots: evenKnots(0, 180, 4, 2) };
const DEPTH: SplineFileAxis = { order: 2, knots: evenKnots(-820, 820, 6, 2) };
const EXTENTS = { rho: [0, 500], phi: [0, Math.PI], time: [-40, 6000], zenith: [0, 180], depth: [-820, 820] };

/** A file of `ln PE per photon`; `steep` of light that ends sooner. */
export function amplitudeFile(keys: Readonly<Record<string, string | number>> = {}, steep = 1): Uint8Array {
  const axes = [RHO, PHI, ZENITH, DEPTH];
  const values = greville(
    axes,
    ([rho, phi, zenith, depth]) =>
      -14 - (steep * Math.abs(rho! + 20)) / 60 + 0.3 * Math.cos(phi!) - 0.001 * zenith! + 0.2 * Math.sin(depth! / 200),
  );
  const { rho, phi, zenith, depth } = EXTENTS;
  return splineFile(axes, values, { keys: { GEOTYPE: 1, ...keys }, extents: [rho, phi, zenith, depth].flat() });
}

/** A file of the share of light by residual. */
export function timeFile(keys: Readonly<Record<string, string | number>> = {}): Uint8Array {
  const axes = [RHO, PHI, TIME, ZENITH, DEPTH];
  const values = greville(axes, ([rho, phi, t, zenith, depth]) => {
    const late = 20 + Math.abs(rho!) * (1 + 0.2 * Math.cos(phi!)) + 0.05 * zenith! + 0.01 * Math.abs(depth!);
    return t! <= 0 ? 0 : 1 - Math.exp(-t! / late);
  });
  const { rho, phi, time, zenith, depth } = EXTENTS;
  return splineFile(axes, values, { keys: { GEOTYPE: 1, ...keys }, extents: [rho, phi, time, zenith, depth].flat() });
}

/** Values of a function at the mean of each basis function's inner knots, in C order. */
export function greville(axes: readonly SplineFileAxis[], f: (x: readonly number[]) => number): number[] {
  const nodes = axes.map(({ order, knots }) =>
    Array.from({ length: knots.length - order - 1 }, (_, i) => {
      let sum = 0;
      for (let k = 1; k <= order; k++) sum += knots[i + k]!;
      return sum / order;
    }),
  );
  let points: number[][] = [[]];
  for (const own of nodes) points = points.flatMap((point) => own.map((x) => [...point, x]));
  return points.map(f);
}
