/**
 * Delays of a muon's light in closed form: when the light of an infinite track reaches a module. After the Cherenkov
 * front passes, the delay follows a gamma distribution that starts somewhat later and is smeared by a Gaussian.
 *
 * The form of specs/photon-tables.md section 8 is for a point-like cascade; used for a track, with the source at the
 * Cherenkov emission point, it misses the light from elsewhere on the track. The four parameters (shape, rate, start,
 * width) were therefore fitted anew, as polynomials in few variables, to the Monte Carlo tables of infinite tracks in
 * SPICE-Mie (photon-tables.md section 10): cells of rho 2 to 265 m, weighted as a muon of some 20 TeV hits them, and to
 * the time of the first of as many photons as a cell sees. Mean Kullback-Leibler divergence from the tables: 0.026. The
 * form for cascades has 0.18 to 0.28 (smearing 3 to 15 ns), a gamma distribution with free parameters in every cell
 * 0.006; further terms in the ice (absorption, scattering at either end) would reach 0.022.
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
  /** ln of 1/ns */
  lnRate: 3,
  rateByRho: 4,
  rateByUp: 5,
  /** Start of the gamma distribution after the Cherenkov front, ns. */
  start: 6,
  startByRho: 7,
  startByUp: 8,
  /** ln of the Gaussian's width in ns. */
  lnWidth: 9,
  widthByRho: 10,
  widthByUp: 11,
  length: 12,
} as const;

/**
 * Coefficients of 1, x, x^2, x^3, y, g, g^2, g x with x = ln(r / lambda), y = ln(lambda / 25 m), g = up / r; r is the
 * way of the light and lambda the mean effective scattering length along it. Start and width are per metre of rho.
 */
const LN_SHAPE = [-0.498, 0.3724, 0.0472, -0.0363, 0.0724, -0.2166, 0.2385, 0.0572] as const;
const LN_RATE = [-4.9782, -0.7239, 0.1361, -0.0407, -0.7839, 0.2446, 0.1169, -0.1122] as const;
const START = [0.1965, 0.3038, 0.1238, 0.0219, 0.0119, -0.0392, 0.0287, -0.0248] as const;
const LN_WIDTH = [-1.9155, 0.6801, 0.0048, -0.0064, -0.0094, -0.0826, 0.0195, -0.003] as const;
type Coefficients = typeof LN_SHAPE | typeof LN_RATE | typeof START | typeof LN_WIDTH;

/** x is held within what was fitted. */
const X_MIN = -3.5;
const X_MAX = 3.5;

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
   * The parameters with their derivatives -> out, at the places named in `DELAY`.
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
    const perRho = 1 / rho;
    const raw = lnScattering - Math.log(perR);
    const x = Math.min(Math.max(raw, X_MIN), X_MAX);
    const y = -LN_25 - lnScattering;
    const g = up * perR;
    const inside = x === raw ? 1 : 0;
    const xByRho = inside * perRho;
    const xByUp = inside * lnByUp;
    polynomial(LN_SHAPE, x, y, g, xByRho, xByUp, lnByUp, perRho, perR, out, DELAY.lnShape);
    polynomial(LN_RATE, x, y, g, xByRho, xByUp, lnByUp, perRho, perR, out, DELAY.lnRate);
    polynomial(START, x, y, g, xByRho, xByUp, lnByUp, perRho, perR, out, DELAY.start);
    polynomial(LN_WIDTH, x, y, g, xByRho, xByUp, lnByUp, perRho, perR, out, DELAY.lnWidth);
    const start = out[DELAY.start]!;
    out[DELAY.start] = start * rho;
    out[DELAY.startByRho] = start + out[DELAY.startByRho]! * rho;
    out[DELAY.startByUp] = out[DELAY.startByUp]! * rho;
    out[DELAY.lnWidth] = out[DELAY.lnWidth]! + Math.log(rho);
    out[DELAY.widthByRho] = out[DELAY.widthByRho]! + perRho;
  }
}

/** One polynomial with its derivatives by rho and up -> out[at .. at + 2]. y changes by -lnByUp, g by perR with up. */
function polynomial(
  c: Coefficients,
  x: number,
  y: number,
  g: number,
  xByRho: number,
  xByUp: number,
  lnByUp: number,
  perRho: number,
  perR: number,
  out: Float64Array,
  at: number,
): void {
  out[at] = c[0] + x * (c[1] + x * (c[2] + x * c[3])) + y * c[4] + g * (c[5] + g * c[6] + x * c[7]);
  const byX = c[1] + x * (2 * c[2] + 3 * x * c[3]) + g * c[7];
  const byG = c[5] + 2 * g * c[6] + x * c[7];
  out[at + 1] = byX * xByRho - byG * g * perRho;
  out[at + 2] = byX * xByUp - c[4] * lnByUp + byG * perR;
}

const LN_25 = Math.log(25);
