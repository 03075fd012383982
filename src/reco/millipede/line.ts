/** Lines of one direction as parameters of a fit. */
import type { Vertex } from '../types.js';

const NS_PER_METRE = 1 / 0.299792458;

/**
 * Two offsets across the line (m), time (ns), and the phase of its grid of segments (m): moving the vertex along the line
 * together with its time moves nothing but the grid. All counted from an origin.
 */
export class Line {
  readonly direction: readonly [number, number, number];
  /** Per parameter what x, y, z, time change by. */
  private readonly axes: Float64Array;
  private readonly origin = new Float64Array(4);
  private readonly out = new Float64Array(4);

  constructor(zenith: number, azimuth: number) {
    const sinZ = Math.sin(zenith);
    const cosZ = Math.cos(zenith);
    const cosA = Math.cos(azimuth);
    const sinA = Math.sin(azimuth);
    this.direction = [-sinZ * cosA, -sinZ * sinA, -cosZ];
    const across = [sinA, -cosA, 0, 0];
    const upwards = [-cosZ * cosA, -cosZ * sinA, sinZ, 0];
    this.axes = Float64Array.from([...across, ...upwards, 0, 0, 0, 1, ...this.direction, NS_PER_METRE]);
  }

  /** Counts parameters from a vertex. */
  startAt({ x, y, z, timeNs }: Vertex): void {
    this.origin[0] = x;
    this.origin[1] = y;
    this.origin[2] = z;
    this.origin[3] = timeNs;
  }

  /** x, y, z, time of the vertex for parameters, in scratch memory. */
  vertexAt(parameters: Float64Array): Float64Array {
    const { axes, origin, out } = this;
    for (let k = 0; k < 4; k++) {
      let sum = origin[k]!;
      for (let a = 0; a < 4; a++) sum += parameters[a]! * axes[4 * a + k]!;
      out[k] = sum;
    }
    return out;
  }

  /** Parameters of a vertex: the inverse of `vertexAt`. */
  parametersOf({ x, y, z, timeNs }: Vertex): Float64Array {
    const { axes, origin } = this;
    const d = [x - origin[0]!, y - origin[1]!, z - origin[2]!];
    const along = (a: number): number => d[0]! * axes[4 * a]! + d[1]! * axes[4 * a + 1]! + d[2]! * axes[4 * a + 2]!;
    const phase = along(3);
    return Float64Array.from([along(0), along(1), timeNs - origin[3]! - phase * NS_PER_METRE, phase]);
  }

  /** Gradient and curvature by the parameters out of those by x, y, z and time. */
  project(
    gradient: Float64Array,
    curvature: Float64Array,
    outGradient: Float64Array,
    outCurvature: Float64Array,
  ): void {
    const { axes } = this;
    for (let a = 0; a < 4; a++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += axes[4 * a + k]! * gradient[k]!;
      outGradient[a] = sum;
      for (let b = 0; b < 4; b++) {
        let product = 0;
        for (let k = 0; k < 4; k++) {
          for (let l = 0; l < 4; l++) product += axes[4 * a + k]! * curvature[4 * k + l]! * axes[4 * b + l]!;
        }
        outCurvature[4 * a + b] = product;
      }
    }
  }
}

/** Steps along x, y, z of this length across a line; they shrink along the axis that the line runs along. */
export function acrossSteps(direction: readonly number[], lengthM: number): number[] {
  return direction.map((n) => lengthM * Math.sqrt(1 - n * n));
}

/** The vertex of `Line.vertexAt`. */
export function vertexOf(v: Float64Array): Vertex {
  return { x: v[0]!, y: v[1]!, z: v[2]!, timeNs: v[3]! };
}
