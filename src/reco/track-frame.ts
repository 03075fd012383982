/**
 * Modules in the frame of a track of fixed direction, and the parameters of its fit: two offsets across the direction (m),
 * the first level, the second upwards, and the time (ns) at which the muon passes the plane through the centre of the
 * hits.
 */
import { SPEED_OF_LIGHT } from '../light/index.js';
import type { Vertex } from './types.js';

/** Places; arrays of equal length, m. */
export interface Places {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
}

/** A function of track parameters that is minimised. */
export interface TrackObjective {
  toParameters(x: number, y: number, z: number, timeNs: number): Float64Array;
  toVertex(parameters: Float64Array): Vertex;
  /** Writes the gradient (1/m, 1/m, 1/ns). */
  evaluate(parameters: Float64Array, gradient: Float64Array): number;
}

export class TrackFrame {
  readonly centre: readonly [number, number, number];
  /** Unit vectors: level and upwards across the track, and along it. */
  readonly axes: Float64Array = new Float64Array(9);
  /** Modules by these axes, relative to the centre. */
  readonly p: Float64Array;
  readonly q: Float64Array;
  readonly l: Float64Array;
  private readonly places: Places;

  constructor(places: Places, centre: readonly [number, number, number]) {
    this.places = places;
    this.centre = centre;
    this.p = new Float64Array(places.x.length);
    this.q = new Float64Array(places.x.length);
    this.l = new Float64Array(places.x.length);
  }

  /** Turns the modules into the frame of a track that comes from (zenith, azimuth). */
  setDirection(zenith: number, azimuth: number): void {
    const sinZ = Math.sin(zenith);
    const cosZ = Math.cos(zenith);
    const cosA = Math.cos(azimuth);
    const sinA = Math.sin(azimuth);
    const f = this.axes;
    f.set([sinA, -cosA, 0, -cosZ * cosA, -cosZ * sinA, sinZ, -sinZ * cosA, -sinZ * sinA, -cosZ]);
    const { centre, p, q, l } = this;
    const { x, y, z } = this.places;
    for (let i = 0; i < x.length; i++) {
      const dx = x[i]! - centre[0];
      const dy = y[i]! - centre[1];
      const dz = z[i]! - centre[2];
      p[i] = dx * f[0]! + dy * f[1]! + dz * f[2]!;
      q[i] = dx * f[3]! + dy * f[4]! + dz * f[5]!;
      l[i] = dx * f[6]! + dy * f[7]! + dz * f[8]!;
    }
  }

  /** Track parameters of a vertex (m, ns). */
  toParameters(x: number, y: number, z: number, timeNs: number): Float64Array {
    const { axes: f, centre } = this;
    const dx = x - centre[0];
    const dy = y - centre[1];
    const dz = z - centre[2];
    const along = dx * f[6]! + dy * f[7]! + dz * f[8]!;
    return Float64Array.of(
      dx * f[0]! + dy * f[1]! + dz * f[2]!,
      dx * f[3]! + dy * f[4]! + dz * f[5]!,
      timeNs - along / SPEED_OF_LIGHT,
    );
  }

  /** The point of the track closest to the centre of the hits, and when the muon passes it. */
  toVertex(parameters: Float64Array): Vertex {
    const { axes: f, centre } = this;
    const [a, b, timeNs] = parameters as unknown as [number, number, number];
    return {
      x: centre[0] + a * f[0]! + b * f[3]!,
      y: centre[1] + a * f[1]! + b * f[4]!,
      z: centre[2] + a * f[2]! + b * f[5]!,
      timeNs,
    };
  }
}

/** Mean place; the origin where there are none. */
export function centreOf({ x, y, z }: Places): [number, number, number] {
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  return [mean(x), mean(y), mean(z)];
}
