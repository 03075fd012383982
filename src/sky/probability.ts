/**
 * From likelihood to probability: exp(-delta llh), normalised over the sky, blurred with the angular error floor that
 * makes published regions honest (specs/reco-splinempe.md 14.2), and the position to publish.
 */
import { ConfigError } from '../config/index.js';
import type { RaDec } from './astronomy.js';
import { blur } from './blur.js';
import { byNside, type Cells, overlay, type SkyCells } from './cells.js';
import { pixelArea, pixelVector } from './healpix.js';

/** Blur of alert products, degrees a axis: it reproduces IceCat-2's regions. */
export const DEFAULT_FLOOR_DEG = 0.2;
/** Widest blur that makes sense on a sky of nside-8 cells. */
const MAX_FLOOR_DEG = 20;

/** A probability density over the whole sky, on cells in NESTED order, finer where it matters. */
export interface ProbabilityMap extends Cells {
  /** Per cell, sr^-1; 0 where nothing is known. Summed over density * cell area: 1. */
  readonly density: Float64Array;
  /** Maximum of the blurred density, not tied to a cell; without blur the centre of the densest cell. */
  readonly peak: RaDec;
  readonly floorDeg: number;
}

/**
 * The probability map of a scan.
 * @param cells the scan's cells; at least one with a finite llh
 * @param options.floorDeg sigma of the blur in degrees a axis, 0 for none
 * @throws ConfigError for a floor outside [0, 20] degrees; RangeError where no llh is known
 */
export function probabilityMap(cells: SkyCells, options: { floorDeg: number }): ProbabilityMap {
  const { floorDeg } = options;
  if (!(floorDeg >= 0 && floorDeg <= MAX_FLOOR_DEG)) {
    throw new ConfigError(
      'config/bad-value',
      `The angular error floor is ${floorDeg} degrees`,
      `Give a number of degrees from 0 (no blur) to ${MAX_FLOOR_DEG}.`,
    );
  }
  const density = densityOf(cells);
  if (floorDeg > 0) {
    const blurred = blur(cells, density, (floorDeg * Math.PI) / 180);
    return { ...blurred.cells, density: blurred.density, peak: raDecOfVector(blurred.peak), floorDeg };
  }
  let best = 0;
  for (let i = 1; i < density.length; i++) if (density[i]! > density[best]!) best = i;
  const peak = raDecOfVector(pixelVector(cells.nside[best]!, cells.pixel[best]!, new Float64Array(3)));
  const { value, ...cover } = overlay(byNside(cells, density), true);
  for (let i = 0; i < value.length; i++) if (Number.isNaN(value[i]!)) value[i] = 0;
  return { ...cover, density: value, peak, floorDeg };
}

/** exp(-delta llh) with integral 1, sr^-1 per cell; 0 where the llh is unknown. */
function densityOf({ nside, llh }: SkyCells): Float64Array {
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < llh.length; i++) if (llh[i]! < lowest) lowest = llh[i]!;
  if (!Number.isFinite(lowest)) throw new RangeError('no pixel of the map has a finite llh');
  const density = new Float64Array(llh.length);
  let total = 0;
  for (let i = 0; i < llh.length; i++) {
    const value = Math.exp(lowest - llh[i]!);
    density[i] = Number.isNaN(value) ? 0 : value;
    total += density[i]! * pixelArea(nside[i]!);
  }
  for (let i = 0; i < llh.length; i++) density[i]! /= total;
  return density;
}

/** RA and dec of a unit vector. */
export function raDecOfVector(vector: ArrayLike<number>): RaDec {
  const [x, y, z] = [vector[0]!, vector[1]!, vector[2]!];
  const ra = Math.atan2(y, x);
  return { raRad: ra < 0 ? (ra + 2 * Math.PI) % (2 * Math.PI) : ra, decRad: Math.atan2(z, Math.hypot(x, y)) };
}
