/**
 * Light in the ice by a closed form: what a point-like electromagnetic cascade makes a module see, and when. Fitted to
 * a photon Monte Carlo of SPICE-Mie with the h2-50cm hole ice, 2 to 300 m (specs/photon-tables.md section 8). No table
 * on disk: for simulations, fast likelihoods, and where no photon table is at hand.
 *
 * Errors against the Monte Carlo: amplitude 8 to 10 % (median) below 100 m, factors across the dust layer; cumulative
 * time distribution 0.07 to 0.13. Ice tilt is the caller's: shift the source's height (`tiltShift`) to use it.
 */
import { type EmissionProfile, type IceModel, meanAbsorption, meanScattering, scatteringAt } from './ice.js';
import { DOM_RADIUS, GROUP_INDEX, PHOTONS_PER_GEV, SPEED_OF_LIGHT } from './optics.js';

/** A point in the ice (m) with the direction (unit vector) in which the particle flies. */
export interface PointSource {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly directionX: number;
  readonly directionY: number;
  readonly directionZ: number;
}

/**
 * When the light of a source reaches a module: after `flightNs` plus a delay that follows a gamma distribution,
 * density proportional to t^(shape - 1) exp(-ratePerNs t).
 */
export interface LightTiming {
  /** Time of flight of unscattered light, ns. */
  readonly flightNs: number;
  readonly shape: number;
  readonly ratePerNs: number;
}

/** The distance below which the closed form stays as it is, m. */
const NEAREST_M = 2;
/** The distance beyond which the correction of the amplitude stays as it is, m. */
const FARTHEST_M = 300;

/** Hole-ice acceptance h2-50cm: polynomial in the cosine of the photon's direction to straight up. */
const ACCEPTANCE: readonly number[] = [
  0.32813, 0.63899, 0.20049, -1.225, -0.1447, 4.1695, 0.76898, -5.869, -2.0939, 2.3834, 1.0435,
];

/** Coefficients in the order of the terms in the functions below. */
const AMPLITUDE: readonly number[] = [
  -0.948, -0.5253, -0.1736, -0.0237, 1.1168, -0.089, -0.0662, -0.0392, -0.0077, -0.3557, 1.9151, -0.5363, 0.1412,
  0.6134, 0.4101, -0.2013, 0.0866, -0.041, -0.0419, -0.7519, 0.1198, 0.1043,
];

/**
 * Mean number of photo-electrons per GeV of an electromagnetic cascade at `source` in a module at (x, y, z) of relative
 * efficiency 1. The efficiency that belongs to the ice model (`domEfficiency`) is in it. A metre of muon track counts as
 * 0.190 (1.188 + 0.0206 ln E) GeV, a hadronic cascade as a share of its energy (photon-tables.md section 2).
 *
 * @throws Error where `ice` was loaded without its emission profile.
 */
export function closedFormAmplitude(ice: IceModel, source: PointSource, x: number, y: number, z: number): number {
  if (ice.emission === null) throw new Error('closedFormAmplitude needs an ice model with its emission profile');
  const dx = x - source.x;
  const dy = y - source.y;
  const dz = z - source.z;
  const distance = Math.sqrt(dx * dx + dy * dy + dz * dz);
  const r = Math.max(distance, NEAREST_M);
  const scale = distance > 0 ? 1 / distance : 0;
  const cosTheta = (dx * source.directionX + dy * source.directionY + dz * source.directionZ) * scale;
  const fluence = closedFormFluence(ice, ice.emission, source.z, z, r, dz * scale, cosTheta);
  return PHOTONS_PER_GEV * Math.PI * DOM_RADIUS * DOM_RADIUS * ice.parameters.domEfficiency * fluence;
}

/**
 * A0 of photon-tables.md section 8: fluence per emitted photon weighted with the hole-ice acceptance, 1/m^2.
 *
 * @param cosGamma cosine between the line of sight (source to module) and straight up
 * @param cosTheta cosine between the line of sight and the direction of flight
 */
export function closedFormFluence(
  ice: IceModel,
  emission: EmissionProfile,
  sourceZ: number,
  domZ: number,
  r: number,
  cosGamma: number,
  cosTheta: number,
): number {
  const lambdaE = 1 / meanScattering(ice, sourceZ, domZ);
  const lambdaA = 1 / meanAbsorption(ice, sourceZ, domZ);
  const zeta = Math.exp(-lambdaE / lambdaA);
  const lambdaC = lambdaE / (3 * zeta);
  const lambdaP = Math.sqrt((lambdaE * lambdaA) / 3);
  const isotropic = Math.exp(-r / lambdaP) / (4 * Math.PI * lambdaC * r * Math.tanh(r / lambdaC));
  const near = Math.min(r, FARTHEST_M);
  const depth = near / lambdaE;
  const x = Math.log(depth);
  const w = 1 / (1 + 1.5 * depth);
  const c = cosTheta;
  const g = cosGamma;
  const f = Math.log(Math.max(emissionAt(emission, c), 0.05));
  const s = Math.log(Math.max(holeIceAcceptance(g), 0.02));
  const terms = [
    1, x, x * x, x * x * x, c, c * x, c * x * x, c * c, c * c * x, f * w, f * w * w, f * w * w * w, s * w, s * w * w,
    g, g * g, g * w, Math.log(lambdaE / 25), Math.log(lambdaA / 100), c * w, depth, (depth * depth) / 10,
  ]; // biome-ignore format: keeps the rows of the specification
  let correction = 0;
  for (let i = 0; i < terms.length; i++) correction += terms[i]! * AMPLITUDE[i]!;
  return isotropic * Math.exp(correction);
}

/** Relative acceptance of a module for a photon that flies with cosine `x` to straight up; not below 0. */
export function holeIceAcceptance(x: number): number {
  let sum = 0;
  for (let i = ACCEPTANCE.length - 1; i >= 0; i--) sum = sum * x + ACCEPTANCE[i]!;
  return Math.max(sum, 0);
}

/** Smoothed emission profile of a cascade at the cosine of the emission angle, mean 1 over the sphere. */
function emissionAt(emission: EmissionProfile, cosAngle: number): number {
  const n = emission.smooth.length;
  const bin = Math.floor(0.5 * (cosAngle + 1) * n);
  return emission.smooth[Math.min(Math.max(bin, 0), n - 1)]!;
}

/** When the light of a cascade at `source` reaches a module at (x, y, z). */
export function closedFormTiming(ice: IceModel, source: PointSource, x: number, y: number, z: number): LightTiming {
  const dx = x - source.x;
  const dy = y - source.y;
  const dz = z - source.z;
  const distance = Math.sqrt(dx * dx + dy * dy + dz * dz);
  const scale = distance > 0 ? 1 / distance : 0;
  const cosTheta = (dx * source.directionX + dy * source.directionY + dz * source.directionZ) * scale;
  const { lnShape, lnRate } = closedFormGamma(ice, source.z, z, Math.max(distance, NEAREST_M), dz * scale, cosTheta);
  return {
    flightNs: (distance * GROUP_INDEX) / SPEED_OF_LIGHT,
    shape: Math.exp(lnShape),
    ratePerNs: Math.exp(lnRate),
  };
}

/** ln of shape and rate (1/ns) of the gamma distribution of delays; arguments as for `closedFormFluence`. */
export function closedFormGamma(
  ice: IceModel,
  sourceZ: number,
  domZ: number,
  r: number,
  cosGamma: number,
  cosTheta: number,
): { readonly lnShape: number; readonly lnRate: number } {
  const scattering = meanScattering(ice, sourceZ, domZ);
  const x = Math.log(r * scattering);
  const c = cosTheta;
  const lnE = -Math.log(25 * scattering);
  const lnA = -Math.log(100 * meanAbsorption(ice, sourceZ, domZ));
  const lnLocal = Math.log(scattering / scatteringAt(ice, sourceZ));
  const terms = [1, x, x * x, x * x * x, c, c * c, x * c, x * c * c, x * x * c, lnE, lnA, c * lnE, cosGamma, lnLocal];
  let lnShape = 0;
  let lnRate = 0;
  for (let i = 0; i < terms.length; i++) {
    lnShape += terms[i]! * SHAPE_COEFFICIENTS[i]!;
    lnRate += terms[i]! * RATE_COEFFICIENTS[i]!;
  }
  return { lnShape: Math.min(Math.max(lnShape, -4), 5), lnRate: Math.min(Math.max(lnRate, -9), 1) };
}

/** Coefficients of ln shape and ln rate, in the order of `closedFormGamma`'s terms. */
const SHAPE_COEFFICIENTS: readonly number[] = [
  -0.2535, 0.7823, -0.0418, -0.024, -0.1558, 0.0763, -0.0847, 0.0192, 0.0851, -0.0868, 0.1247, 0.0302, -0.3648, 0.062,
];
const RATE_COEFFICIENTS: readonly number[] = [
  -4.5301, -0.4553, -0.0302, -0.0227, 0.6669, -0.0694, -0.6283, 0.0936, 0.1937, -1.318, 0.3986, 0.0155, -0.0864, 0.016,
];
