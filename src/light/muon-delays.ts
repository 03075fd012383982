/**
 * Delays of a muon's light in closed form: when the light of an infinite track reaches a module. After the Cherenkov
 * front passes, the delay follows a gamma distribution that starts a little later and is smeared by a Gaussian, both in
 * proportion to the distance.
 *
 * The form of specs/photon-tables.md section 8 is for a point-like cascade; used for a track, with the source at the
 * Cherenkov emission point, it misses the light from elsewhere on the track. The terms below were therefore fitted anew
 * to the Monte Carlo tables of infinite tracks in SPICE-Mie (photon-tables.md section 10; rho 2 to 265 m, cells weighted
 * as a muon of some 20 TeV hits them), to the time of the first of as many photons as a cell sees. Mean Kullback-Leibler
 * divergence from the tables 0.04; with the form for cascades it is 0.18 to 0.28 (smearing 3 to 15 ns). Terms in the
 * absorption would add nothing.
 *
 * Geometry: rho is the distance of the module from the track, `up` how much the module lies above the point at which the
 * light leaves the track under the Cherenkov angle.
 */
import type { IceModel } from './ice.js';
import { SIN_CHERENKOV } from './optics.js';

/** Places in the output of `MuonDelays.at`; "By" are derivatives by rho and by `up`. */
export const DELAY = {
  lnShape: 0,
  shapeByRho: 1,
  shapeByUp: 2,
  lnRate: 3,
  rateByRho: 4,
  rateByUp: 5,
  length: 6,
} as const;

/** Coefficients of 1, x, x^2, x^3, y, g, g^2, g x with x = ln(r / lambda), y = ln(lambda / 25 m), g = up / r. */
const SHAPE = [-1.0322, 1.3223, -0.2455, 0.0088, 0.0656, -0.4649, 0.2199, 0.2361] as const;
const RATE = [-5.8783, 0.982, -0.6604, 0.0874, -0.81, -0.0969, 0.1351, 0.1174] as const;

/** The gamma distribution starts this much later than the Cherenkov front, ns per metre of rho. */
export const DELAY_NS_PER_M: number = 0.3926;
/** Width of the Gaussian that smears it, ns per metre of rho. */
export const SPREAD_NS_PER_M: number = 0.2214;

/** Delays in one ice model. One evaluation allocates nothing. */
export class MuonDelays {
  private readonly bottomM: number;
  private readonly perStep: number;
  private readonly sum: Float64Array;

  constructor(ice: IceModel) {
    this.bottomM = ice.bottomM;
    this.perStep = 1 / ice.stepM;
    this.sum = ice.scatterSum;
  }

  /** Integral of the scattering coefficient up to a height: `at` wants that of the module. */
  scatteringUpTo(z: number): number {
    const at = (z - this.bottomM) * this.perStep;
    const i = Math.min(Math.max(Math.floor(at), 0), this.sum.length - 2);
    return this.sum[i]! + (this.sum[i + 1]! - this.sum[i]!) * (at - i);
  }

  /**
   * ln of the gamma distribution's shape and rate (1/ns) with derivatives -> out, at the places named in `DELAY`.
   *
   * @param domZ height of the module, m
   * @param domSum `scatteringUpTo(domZ)`
   * @param rho distance from the track, m, > 0
   * @param up height of the module above the emission point, m
   */
  at(domZ: number, domSum: number, rho: number, up: number, out: Float64Array): void {
    const sum = this.sum;
    const last = sum.length - 2;
    let low = domZ - up;
    let high = domZ;
    let width = up;
    let highSum = domSum;
    let highSlope = 0;
    // The mean over less than a metre is that over one metre about the middle, as in ice.ts.
    const isLevel = up < 1 && up > -1;
    if (isLevel) {
      const middle = domZ - 0.5 * up;
      low = middle - 0.5;
      high = middle + 0.5;
      width = 1;
      const at = (high - this.bottomM) * this.perStep;
      const i = Math.min(Math.max(Math.floor(at), 0), last);
      highSlope = sum[i + 1]! - sum[i]!;
      highSum = sum[i]! + highSlope * (at - i);
    }
    const at = (low - this.bottomM) * this.perStep;
    const i = Math.min(Math.max(Math.floor(at), 0), last);
    const lowSlope = sum[i + 1]! - sum[i]!;
    const scattering = (highSum - sum[i]! - lowSlope * (at - i)) / width;
    const scatteringByUp = isLevel
      ? 0.5 * (lowSlope - highSlope) * this.perStep
      : (lowSlope * this.perStep - scattering) / width;
    const lnScattering = Math.log(scattering);
    const lnByUp = scatteringByUp / scattering;

    const perR = SIN_CHERENKOV / rho;
    const x = lnScattering - Math.log(perR);
    const y = -LN_25 - lnScattering;
    const g = up * perR;
    const perRho = 1 / rho;
    const k = SHAPE;
    const R = RATE;
    out[0] = k[0] + x * (k[1] + x * (k[2] + x * k[3])) + y * k[4] + g * (k[5] + g * k[6] + x * k[7]);
    out[3] = R[0] + x * (R[1] + x * (R[2] + x * R[3])) + y * R[4] + g * (R[5] + g * R[6] + x * R[7]);
    const shapeByX = k[1] + x * (2 * k[2] + 3 * x * k[3]) + g * k[7];
    const rateByX = R[1] + x * (2 * R[2] + 3 * x * R[3]) + g * R[7];
    const shapeByG = k[5] + 2 * g * k[6] + x * k[7];
    const rateByG = R[5] + 2 * g * R[6] + x * R[7];
    out[1] = (shapeByX - g * shapeByG) * perRho;
    out[2] = (shapeByX - k[4]) * lnByUp + shapeByG * perR;
    out[4] = (rateByX - g * rateByG) * perRho;
    out[5] = (rateByX - R[4]) * lnByUp + rateByG * perR;
  }
}

const LN_25 = Math.log(25);
