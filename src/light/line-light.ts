/**
 * One line of cascades in many modules at once, by any {@link CascadeLight}: the response of a millipede-like fit. Answers
 * go into arrays of the caller; nothing is allocated.
 */

import type { CascadeLight } from './cascade-light.js';
import { type IceTilt, tiltShift } from './ice.js';
import { SPEED_OF_LIGHT } from './optics.js';

/** Cascades on one line, which is flown along with the speed of light. */
export interface LineOfCascades {
  /** A point of the line (m), when it is passed (ns), and where the line comes from (radians). */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timeNs: number;
  readonly zenith: number;
  readonly azimuth: number;
  /** Places of the cascades, metres along the flight from the point. */
  readonly alongM: Float64Array;
}

/** Modules that see light; arrays of one length. */
export interface SeeingModules {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** How much higher the layers of the ice are at each module, m. */
  readonly shiftM: Float64Array;
  readonly efficiency: Float64Array;
}

/** Edges of time bins: module i has edgesNs[first[i]] to edgesNs[first[i + 1] - 1], ascending; none or at least two. */
export interface TimeBins {
  readonly first: Int32Array;
  readonly edgesNs: Float64Array;
}

/** Shifts of tilted layers at modules; zeros where there is no tilt. */
export function tiltShifts(tilt: IceTilt | null, x: Float64Array, y: Float64Array, z: Float64Array): Float64Array {
  return x.map((_, i) => (tilt === null ? 0 : tiltShift(tilt, x[i]!, y[i]!, z[i]!)));
}

/** Mean photo-electrons per GeV of every cascade in every module: out[cascade x modules + module]. */
export function lineAmplitudes(
  light: CascadeLight,
  line: LineOfCascades,
  modules: SeeingModules,
  out: Float64Array,
): void {
  const { x, y, z, shiftM, efficiency } = modules;
  const n = x.length;
  aim(light, line);
  for (let c = 0; c < line.alongM.length; c++) {
    const along = line.alongM[c]!;
    const fromX = line.x + along * flight[0]!;
    const fromY = line.y + along * flight[1]!;
    const fromZ = line.z + along * flight[2]!;
    for (let i = 0; i < n; i++) {
      const pe = light.look(fromZ - shiftM[i]!, x[i]! - fromX, y[i]! - fromY, z[i]! - fromZ);
      out[c * n + i] = pe * efficiency[i]!;
    }
  }
}

/**
 * Mean photo-electrons per GeV of every cascade in every time bin: the bins of all modules behind one another, all bins of
 * a cascade before those of the next.
 */
export function lineInBins(
  light: CascadeLight,
  line: LineOfCascades,
  modules: SeeingModules,
  { first, edgesNs }: TimeBins,
  out: Float64Array,
): void {
  const { x, y, z, shiftM, efficiency } = modules;
  const n = x.length;
  aim(light, line);
  let at = 0;
  for (let c = 0; c < line.alongM.length; c++) {
    const along = line.alongM[c]!;
    const fromX = line.x + along * flight[0]!;
    const fromY = line.y + along * flight[1]!;
    const fromZ = line.z + along * flight[2]!;
    const timeNs = line.timeNs + along / SPEED_OF_LIGHT;
    for (let i = 0; i < n; i++) {
      const from = first[i]!;
      const end = first[i + 1]!;
      if (end - from < 2) continue;
      const pe = efficiency[i]! * light.look(fromZ - shiftM[i]!, x[i]! - fromX, y[i]! - fromY, z[i]! - fromZ);
      let before = pe > 0 ? light.cdf(edgesNs[from]! - timeNs) : 0;
      for (let e = from + 1; e < end; e++) {
        const share = pe > 0 ? light.cdf(edgesNs[e]! - timeNs) : 0;
        out[at++] = pe * (share - before);
        before = share;
      }
    }
  }
}

/** The unit vector of the flight of the line that was aimed along last. */
const flight = new Float64Array(3);

function aim(light: CascadeLight, { zenith, azimuth }: LineOfCascades): void {
  light.setDirection(zenith, azimuth);
  flight[0] = -Math.sin(zenith) * Math.cos(azimuth);
  flight[1] = -Math.sin(zenith) * Math.sin(azimuth);
  flight[2] = -Math.cos(zenith);
}
