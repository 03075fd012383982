/**
 * Light in the ice by a closed form: what a point-like electromagnetic cascade makes a module see, and when. Fitted to
 * a photon Monte Carlo of SPICE-Mie with the h2-50cm hole ice, 2 to 300 m (specs/photon-tables.md section 8). No table
 * on disk: for simulations, fast likelihoods, and where no photon table is at hand.
 *
 * Errors against the Monte Carlo: amplitude 8 to 10 % (median) below 100 m, factors across the dust layer; cumulative
 * time distribution 0.07 to 0.13. Measured by distance and depth: `tables check --light closed-form`.
 */
import {
  type EmissionProfile,
  type IceModel,
  meanAbsorption,
  meanAbsorptionSlope,
  meanScattering,
  meanScatteringSlope,
  scatteringAt,
} from './ice.js';

/** The distance below which the closed form stays as it is, m. */
export const NEAREST_M = 2;
/** The distance beyond which the correction of the amplitude stays as it is, m. */
const FARTHEST_M = 300;
/** Bounds of ln shape and ln rate. */
const SHAPE_BOUNDS = [-4, 5] as const;
const RATE_BOUNDS = [-9, 1] as const;
const LEAST_EMISSION = 0.05;
const LEAST_ACCEPTANCE = 0.02;

/** Hole-ice acceptance h2-50cm: polynomial in the cosine of the photon's direction to straight up. */
const ACCEPTANCE: readonly number[] = [
  0.32813, 0.63899, 0.20049, -1.225, -0.1447, 4.1695, 0.76898, -5.869, -2.0939, 2.3834, 1.0435,
];

/**
 * Coefficients of the correction of ln A0, of the terms 1, x, x^2, x^3, c, c x, c x^2, c^2, c^2 x, F w, F w^2, F w^3,
 * S w, S w^2, g, g^2, g w, ln(lambda_e / 25 m), ln(lambda_a / 100 m), c w, L, L^2 / 10 (symbols: `ClosedForm`).
 */
const AMPLITUDE: Float64Array = Float64Array.of(
  ...[-0.948, -0.5253, -0.1736, -0.0237, 1.1168, -0.089, -0.0662, -0.0392, -0.0077, -0.3557, 1.9151, -0.5363, 0.1412],
  ...[0.6134, 0.4101, -0.2013, 0.0866, -0.041, -0.0419, -0.7519, 0.1198, 0.1043],
);

/**
 * Coefficients of ln shape and ln rate, of the terms 1, x, x^2, x^3, c, c^2, x c, x c^2, x^2 c, ln(lambda_e / 25 m),
 * ln(lambda_a / 100 m), c ln(lambda_e / 25 m), g, ln(lambda_0 / lambda_e) with lambda_0 at the source.
 */
const SHAPE: Float64Array = Float64Array.of(
  ...[-0.2535, 0.7823, -0.0418, -0.024, -0.1558, 0.0763, -0.0847],
  ...[0.0192, 0.0851, -0.0868, 0.1247, 0.0302, -0.3648, 0.062],
);
const RATE: Float64Array = Float64Array.of(
  ...[-4.5301, -0.4553, -0.0302, -0.0227, 0.6669, -0.0694, -0.6283],
  ...[0.0936, 0.1937, -1.318, 0.3986, 0.0155, -0.0864, 0.016],
);

/** Derivatives of a logarithm by ln r, ln lambda_e, ln lambda_a, cos gamma and cos theta. */
export interface FormSlopes {
  byLnR: number;
  byLnE: number;
  byLnA: number;
  byGamma: number;
  byTheta: number;
}

/** The formulas at one place; `set` goes there. Allocates nothing. */
export class ClosedForm {
  private readonly ice: IceModel;
  private readonly emission: EmissionProfile;
  private sourceZ = 0;
  private r = NEAREST_M;
  /** Means of scattering and absorption between source and module, m. */
  private lambdaE = 25;
  private lambdaA = 100;
  /** L = r / lambda_e, at most that of 300 m; w = 1 / (1 + 1.5 L); x = ln L. */
  private depth = 1;
  private w = 1;
  private x = 0;
  /** Cosines of gamma and theta. */
  private g = 0;
  private c = 0;

  constructor(ice: IceModel) {
    if (ice.emission === null) throw new Error('the closed form needs an ice model with its emission profile');
    this.ice = ice;
    this.emission = ice.emission;
  }

  /**
   * @param r distance, m
   * @param cosGamma cosine between the line of sight (source to module) and straight up
   * @param cosTheta cosine between the line of sight and the direction of flight
   */
  set(sourceZ: number, moduleZ: number, r: number, cosGamma: number, cosTheta: number): void {
    this.sourceZ = sourceZ;
    this.r = r > NEAREST_M ? r : NEAREST_M;
    this.lambdaE = 1 / meanScattering(this.ice, sourceZ, moduleZ);
    this.lambdaA = 1 / meanAbsorption(this.ice, sourceZ, moduleZ);
    this.g = cosGamma;
    this.c = cosTheta;
    this.depth = (this.r < FARTHEST_M ? this.r : FARTHEST_M) / this.lambdaE;
    this.w = 1 / (1 + 1.5 * this.depth);
    this.x = Math.log(this.depth);
  }

  /** A0: fluence per emitted photon weighted with the hole-ice acceptance, 1/m^2. */
  fluence(): number {
    const { r, lambdaE, lambdaA, x, w, c, g, depth } = this;
    const k = AMPLITUDE;
    const lambdaC = lambdaE / (3 * Math.exp(-lambdaE / lambdaA));
    const lambdaP = Math.sqrt((lambdaE * lambdaA) / 3);
    const isotropic = Math.exp(-r / lambdaP) / (4 * Math.PI * lambdaC * r * Math.tanh(r / lambdaC));
    const f = Math.log(Math.max(this.emissionAt(c, 0), LEAST_EMISSION));
    const s = Math.log(Math.max(holeIceAcceptance(g), LEAST_ACCEPTANCE));
    return (
      isotropic *
      Math.exp(
        k[0]! +
          x * (k[1]! + x * (k[2]! + x * k[3]!)) +
          c * (k[4]! + x * (k[5]! + x * k[6]!) + c * (k[7]! + x * k[8]!) + w * k[19]!) +
          w * (f * (k[9]! + w * (k[10]! + w * k[11]!)) + s * (k[12]! + w * k[13]!) + g * k[16]!) +
          g * (k[14]! + g * k[15]!) +
          Math.log(lambdaE / 25) * k[17]! +
          Math.log(lambdaA / 100) * k[18]! +
          depth * (k[20]! + depth * 0.1 * k[21]!),
      )
    );
  }

  /** Derivatives of ln A0. */
  fluenceSlopes(out: FormSlopes): void {
    const { r, lambdaE, lambdaA, x, w, c, g, depth } = this;
    const k = AMPLITUDE;
    const ratio = lambdaE / lambdaA;
    const perC = (3 * r * Math.exp(-ratio)) / lambdaE;
    const perP = r / Math.sqrt((lambdaE * lambdaA) / 3);
    // of ln(u tanh u) by ln u
    const diffuse = 1 + (perC > 300 ? 0 : (2 * perC) / Math.sinh(2 * perC));
    const emission = this.emissionAt(c, 0);
    const acceptance = holeIceAcceptance(g);
    const f = Math.log(Math.max(emission, LEAST_EMISSION));
    const s = Math.log(Math.max(acceptance, LEAST_ACCEPTANCE));
    const fSlope = emission > LEAST_EMISSION ? this.emissionSlope(c) / emission : 0;
    const sSlope = acceptance > LEAST_ACCEPTANCE ? acceptanceSlope(g) / acceptance : 0;
    const byX = k[1]! + x * (2 * k[2]! + 3 * x * k[3]!) + c * (k[5]! + 2 * x * k[6]! + c * k[8]!);
    const byW =
      f * (k[9]! + w * (2 * k[10]! + 3 * w * k[11]!)) + s * (k[12]! + 2 * w * k[13]!) + g * k[16]! + c * k[19]!;
    const byDepth = k[20]! + 0.2 * depth * k[21]!;
    const byLnDepth = byX + depth * byDepth - 1.5 * depth * w * w * byW;
    out.byLnR = -perP - diffuse + (r > NEAREST_M && r < FARTHEST_M ? byLnDepth : 0);
    out.byLnE = 0.5 * perP - (1 + ratio) * (2 - diffuse) - byLnDepth + k[17]!;
    out.byLnA = 0.5 * perP + ratio * (2 - diffuse) + k[18]!;
    out.byGamma = k[14]! + 2 * g * k[15]! + w * k[16]! + sSlope * w * (k[12]! + w * k[13]!);
    out.byTheta =
      k[4]! +
      x * (k[5]! + x * k[6]!) +
      2 * c * (k[7]! + x * k[8]!) +
      w * k[19]! +
      fSlope * w * (k[9]! + w * (k[10]! + w * k[11]!));
  }

  /** ln of shape and of rate (1/ns) of the gamma distribution of delays after unscattered light. */
  lnShape(): number {
    return bounded(this.timing(SHAPE), SHAPE_BOUNDS);
  }

  lnRate(): number {
    return bounded(this.timing(RATE), RATE_BOUNDS);
  }

  lnShapeSlopes(out: FormSlopes): void {
    this.timingSlopes(SHAPE, SHAPE_BOUNDS, out);
  }

  lnRateSlopes(out: FormSlopes): void {
    this.timingSlopes(RATE, RATE_BOUNDS, out);
  }

  /** Derivatives of ln lambda_e and ln lambda_a by the height of the source; lambda_0 is constant within a layer. */
  lnScatteringByZ(moduleZ: number): number {
    return -meanScatteringSlope(this.ice, this.sourceZ, moduleZ) * this.lambdaE;
  }

  lnAbsorptionByZ(moduleZ: number): number {
    return -meanAbsorptionSlope(this.ice, this.sourceZ, moduleZ) * this.lambdaA;
  }

  private timing(k: Float64Array): number {
    const { lambdaE, lambdaA, c, g } = this;
    const x = Math.log(this.r / lambdaE);
    const lnE = Math.log(lambdaE / 25);
    return (
      k[0]! +
      x * (k[1]! + x * (k[2]! + x * k[3]!)) +
      c * (k[4]! + x * (k[6]! + x * k[8]!) + c * (k[5]! + x * k[7]!) + lnE * k[11]!) +
      lnE * k[9]! +
      Math.log(lambdaA / 100) * k[10]! +
      g * k[12]! -
      Math.log(scatteringAt(this.ice, this.sourceZ) * lambdaE) * k[13]!
    );
  }

  private timingSlopes(k: Float64Array, bounds: readonly [number, number], out: FormSlopes): void {
    const { lambdaE, c } = this;
    const value = this.timing(k);
    const isFree = value > bounds[0] && value < bounds[1] ? 1 : 0;
    const x = Math.log(this.r / lambdaE);
    const byX = k[1]! + x * (2 * k[2]! + 3 * x * k[3]!) + c * (k[6]! + 2 * x * k[8]! + c * k[7]!);
    out.byLnR = isFree * (this.r > NEAREST_M ? byX : 0);
    out.byLnE = isFree * (-byX + k[9]! + c * k[11]! - k[13]!);
    out.byLnA = isFree * k[10]!;
    out.byGamma = isFree * k[12]!;
    out.byTheta =
      isFree * (k[4]! + x * (k[6]! + x * k[8]!) + 2 * c * (k[5]! + x * k[7]!) + Math.log(lambdaE / 25) * k[11]!);
  }

  /** Smoothed emission profile at the cosine of the emission angle, mean 1 over the sphere; of the bin `offset` beside. */
  private emissionAt(cosAngle: number, offset: number): number {
    const { smooth } = this.emission;
    const n = smooth.length;
    const bin = Math.floor(0.5 * (cosAngle + 1) * n) + offset;
    return smooth[Math.min(Math.max(bin, 0), n - 1)]!;
  }

  /** Its slope: from the bin before to the bin behind. */
  private emissionSlope(cosAngle: number): number {
    const n = this.emission.smooth.length;
    return (this.emissionAt(cosAngle, 1) - this.emissionAt(cosAngle, -1)) * (n / 4);
  }
}

/** Relative acceptance of a module for a photon that flies with cosine `x` to straight up; not below 0. */
export function holeIceAcceptance(x: number): number {
  let sum = 0;
  for (let i = ACCEPTANCE.length - 1; i >= 0; i--) sum = sum * x + ACCEPTANCE[i]!;
  return Math.max(sum, 0);
}

function acceptanceSlope(x: number): number {
  let sum = 0;
  for (let i = ACCEPTANCE.length - 1; i >= 1; i--) sum = sum * x + i * ACCEPTANCE[i]!;
  return sum;
}

function bounded(value: number, [low, high]: readonly [number, number]): number {
  return value < low ? low : value > high ? high : value;
}
