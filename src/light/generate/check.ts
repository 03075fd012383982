/**
 * How good a light model is: its amplitudes and times against photons that it was not made from; of a table at depths
 * half-way between its nodes, where interpolation is worst (specs/photon-tables.md 7.3).
 */
import type { CascadeLight } from '../cascade-light.js';
import type { IceModel } from '../ice.js';
import { DOM_RADIUS, PHOTONS_PER_GEV } from '../optics.js';
import { Heights } from '../table/axes.js';
import { cascadeEmission, type FoldedDepth, foldDepth, foldKernel } from './fold.js';
import { FASTEST_INDEX, LIGHT_SPEED, N_GAMMA, N_R, N_TIME, R_NODES, TIME_EDGES, timeScale } from './grid.js';
import type { DepthLight } from './photons.js';

/** Angles between line of sight and axis at which is compared, degrees. */
const THETA_DEG: readonly number[] = [0, 30, 41.4, 55, 80, 120, 150];
/** Borders of the distance bands, m. */
export const DISTANCE_BANDS: readonly number[] = [5, 10, 20, 50, 100, 170, 300];
/** Places with less light than this for a 100 TeV cascade do not matter, PE. */
const LEAST_PE = 0.03;
const REFERENCE_GEV = 1e5;

/** Errors of one distance band at one depth. */
export interface BandErrors {
  readonly z: number;
  readonly fromM: number;
  readonly toM: number;
  /** Places compared. */
  readonly n: number;
  /** ln(model / photons): mean, rms, median and 95th percentile of the absolute value. */
  readonly meanLn: number;
  readonly rmsLn: number;
  readonly medianLn: number;
  readonly p95Ln: number;
  /** Largest distance of the CDFs over the time cells: median and 95th percentile over the places. */
  readonly medianCdf: number;
  readonly p95Cdf: number;
}

/** The middle between the two of a table's depths that a height lies between: where interpolation is worst. */
export function halfWay(nodes: Float64Array, z: number): number {
  const heights = new Heights(nodes);
  const cell = heights.cellOf(heights.inside(z));
  return (nodes[cell]! + nodes[cell + 1]!) / 2;
}

/** PE per GeV for a fluence of 1/m^2 per photon. */
function pePerFluence(domEfficiency: number): number {
  return PHOTONS_PER_GEV * Math.PI * DOM_RADIUS * DOM_RADIUS * domEfficiency;
}

/**
 * Compares any light of cascades at one depth, band by band. `photons` were followed from the depth itself. Cascades fly to
 * the side of the line of sight, where the first harmonic of a table plays no part: what is compared is A0.
 */
export function checkDepth(light: CascadeLight, ice: IceModel, photons: DepthLight): BandErrors[] {
  if (ice.emission === null) throw new Error('checkDepth needs an ice model with its emission profile');
  const folded = foldDepth(photons, foldKernel(cascadeEmission(ice.emission), THETA_DEG));
  const perFluence = pePerFluence(ice.parameters.domEfficiency);
  const bands: BandErrors[] = [];
  for (let b = 0; b + 1 < DISTANCE_BANDS.length; b++) {
    const ln: number[] = [];
    const cdf: number[] = [];
    for (let iR = 0; iR < N_R; iR++) {
      const r = R_NODES[iR]!;
      if (r < DISTANCE_BANDS[b]! || r >= DISTANCE_BANDS[b + 1]!) continue;
      for (let iGamma = 0; iGamma < N_GAMMA; iGamma++) {
        const cosGamma = -1 + (2 * iGamma + 1) / N_GAMMA;
        for (const [iTheta, thetaDeg] of THETA_DEG.entries()) {
          const place = (iR * N_GAMMA + iGamma) * THETA_DEG.length + iTheta;
          const truth = (perFluence * folded.light[place]!) / (r * r * Math.exp(r / 35));
          if (!(truth * REFERENCE_GEV >= LEAST_PE)) continue;
          const value = lookAt(light, photons.z, r, cosGamma, (thetaDeg * Math.PI) / 180);
          ln.push(value > 0 ? Math.log(value / truth) : Number.NEGATIVE_INFINITY);
          cdf.push(cdfDistance(light, folded, place, r));
        }
      }
    }
    if (ln.length === 0) continue;
    const size = ln.map(Math.abs).sort((x, y) => x - y);
    cdf.sort((x, y) => x - y);
    bands.push({
      z: photons.z,
      fromM: DISTANCE_BANDS[b]!,
      toM: DISTANCE_BANDS[b + 1]!,
      n: ln.length,
      meanLn: ln.reduce((sum, x) => sum + x, 0) / ln.length,
      rmsLn: Math.sqrt(ln.reduce((sum, x) => sum + x * x, 0) / ln.length),
      medianLn: size[Math.floor(size.length / 2)]!,
      p95Ln: size[Math.floor(size.length * 0.95)]!,
      medianCdf: cdf[Math.floor(cdf.length / 2)]!,
      p95Cdf: cdf[Math.floor(cdf.length * 0.95)]!,
    });
  }
  return bands;
}

/** Looks along (sin gamma, 0, cos gamma) from a cascade that flies at theta to that, to its side. */
function lookAt(light: CascadeLight, z: number, r: number, cosGamma: number, theta: number): number {
  const sinGamma = Math.sqrt(1 - cosGamma * cosGamma);
  const dx = sinGamma * Math.cos(theta);
  const dz = cosGamma * Math.cos(theta);
  light.setDirection(Math.acos(-dz), Math.atan2(-Math.sin(theta), -dx));
  return light.look(z, r * sinGamma, 0, r * cosGamma);
}

function cdfDistance(light: CascadeLight, folded: FoldedDepth, place: number, r: number): number {
  let worst = 0;
  for (let k = 0; k < N_TIME - 1; k++) {
    const value = light.cdf((r * FASTEST_INDEX) / LIGHT_SPEED + TIME_EDGES[k]! * timeScale(r));
    const distance = Math.abs(value - folded.cdf[place * (N_TIME - 1) + k]!);
    if (distance > worst) worst = distance;
  }
  return worst;
}
