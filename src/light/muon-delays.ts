/**
 * Delays of a muon's light in closed form: when the light of an infinite track reaches a module. After the Cherenkov
 * front passes, the delay follows a gamma distribution that starts somewhat later and is smeared by a Gaussian.
 *
 * The form of specs/photon-tables.md section 8 is for a point-like cascade; used for a track, with the source at the
 * Cherenkov emission point, it misses the light from elsewhere on the track. The four parameters (shape, rate, start,
 * width) were therefore fitted anew, as polynomials in few variables, to the Monte Carlo tables of infinite tracks in
 * SPICE-Mie (photon-tables.md section 10): cells of rho 2 to 265 m, weighted as a muon of some 20 TeV hits them, and to
 * the time of the first of as many photons as a cell sees. Mean Kullback-Leibler divergence from the tables: 0.025. The
 * form for cascades has 0.18 to 0.28 (smearing 3 to 15 ns), a gamma distribution with free parameters in every cell
 * 0.006; further terms in the ice (absorption, scattering at either end) would reach 0.022.
 *
 * Geometry: rho is the distance of the module from the track, `up` how much the module lies above the point at which the
 * light leaves the track under the Cherenkov angle.
 */
import { type IceModel, meanScattering } from './ice.js';
import { SIN_CHERENKOV } from './optics.js';

/** Places in the work array of `MuonDelays.at`. "By" are derivatives by rho and by `up`. */
export const DELAY = {
  /** In: distance of the module from the track, m, > 0; height above the emission point, m. */
  rho: 0,
  up: 1,
  /** Out: ln of the gamma distribution's shape and of its rate in 1/ns. */
  lnShape: 2,
  shapeByRho: 3,
  shapeByUp: 4,
  lnRate: 5,
  rateByRho: 6,
  rateByUp: 7,
  /** Out: start of the gamma distribution after the Cherenkov front, and width of the Gaussian, ns. */
  start: 8,
  startByRho: 9,
  startByUp: 10,
  width: 11,
  widthByRho: 12,
  widthByUp: 13,
  length: 14,
} as const;

/**
 * Coefficients of 1, x, x^2, x^3, y, g, g^2, g x with x = ln(r / lambda), y = ln(lambda / 25 m), g = up / r; r is the
 * way of the light and lambda the mean effective scattering length along it. In turn: ln shape, ln rate, start per rho
 * (ns/m), square root of the width per rho.
 */
const COEFFICIENTS: Float64Array = Float64Array.of(
  ...[-0.7048, 0.5473, -0.0015, -0.0314, 0.0721, -0.2903, 0.2342, 0.0973],
  ...[-5.2421, -0.4156, 0.0028, -0.0203, -0.7862, 0.1731, 0.126, -0.0703],
  ...[0.2236, 0.3116, 0.1178, 0.0176, 0.0119, -0.0356, 0.0469, -0.0205],
  ...[0.4084, 0.1299, 0.0188, 0, -0.0012, -0.0166, 0.0194, -0.0063],
);

/** x is held within what was fitted. */
const X_MIN = -3.5;
const X_MAX = 3.5;
const LN_25 = Math.log(25);
const LN_SIN_CHERENKOV = Math.log(SIN_CHERENKOV);

/** Step of the table of mean scattering in the height of the emission point, and how far it goes beyond the ice's, m. */
const STEP_M = 5;
const BEYOND_M = 300;

/** Delays at modules of given heights in one ice model. */
export class MuonDelays {
  private readonly domZ: Float64Array;
  private readonly fromM: number;
  private readonly rowLength: number;
  /** ln of the mean scattering coefficient between emission point and module: a row a module. */
  private readonly lnScattering: Float64Array;

  constructor(ice: IceModel, domZ: Float64Array) {
    this.domZ = domZ;
    this.fromM = ice.bottomM - BEYOND_M;
    this.rowLength = Math.ceil((ice.be400.length * ice.stepM + 2 * BEYOND_M) / STEP_M) + 1;
    this.lnScattering = new Float64Array(domZ.length * this.rowLength);
    for (let i = 0; i < domZ.length; i++) {
      for (let j = 0; j < this.rowLength; j++) {
        const emissionZ = this.fromM + j * STEP_M;
        this.lnScattering[i * this.rowLength + j] = Math.log(meanScattering(ice, emissionZ, domZ[i]!));
      }
    }
  }

  /** The parameters at module `i`: from `work.rho` and `work.up` to the rest of the places named in `DELAY`. */
  at(i: number, work: Float64Array): void {
    const rho = work[DELAY.rho]!;
    const up = work[DELAY.up]!;
    const row = this.rowLength;
    let place = (this.domZ[i]! - up - this.fromM) * (1 / STEP_M);
    let isInside = 1;
    if (!(place > 0)) {
      place = 0;
      isInside = 0;
    } else if (place > row - 1) {
      place = row - 1;
      isInside = 0;
    }
    const j = Math.min(Math.floor(place), row - 2);
    const low = this.lnScattering[i * row + j]!;
    const slope = this.lnScattering[i * row + j + 1]! - low;
    const lnScattering = low + slope * (place - j);
    const lnByUp = -isInside * slope * (1 / STEP_M);

    const perRho = 1 / rho;
    const perR = SIN_CHERENKOV * perRho;
    const free = lnScattering + Math.log(rho) - LN_SIN_CHERENKOV;
    const x = Math.min(Math.max(free, X_MIN), X_MAX);
    const xByRho = x === free ? perRho : 0;
    const xByUp = x === free ? lnByUp : 0;
    const y = -LN_25 - lnScattering;
    const g = up * perR;
    const gByRho = -g * perRho;
    const c = COEFFICIENTS;
    for (let p = 0; p < 4; p++) {
      const o = 8 * p;
      const c2x = c[o + 2]! * x;
      const c3x = c[o + 3]! * x;
      const byX = c[o + 1]! + 2 * c2x + 3 * c3x * x + g * c[o + 7]!;
      const byG = c[o + 5]! + 2 * g * c[o + 6]! + x * c[o + 7]!;
      const at = DELAY.lnShape + 3 * p;
      work[at] =
        c[o]! + x * (c[o + 1]! + c2x + c3x * x) + y * c[o + 4]! + g * (c[o + 5]! + g * c[o + 6]! + x * c[o + 7]!);
      work[at + 1] = byX * xByRho + byG * gByRho;
      work[at + 2] = byX * xByUp - c[o + 4]! * lnByUp + byG * perR;
    }
    const start = work[DELAY.start]!;
    work[DELAY.start] = start * rho;
    work[DELAY.startByRho] = start + work[DELAY.startByRho]! * rho;
    work[DELAY.startByUp] = work[DELAY.startByUp]! * rho;
    const root = work[DELAY.width]!;
    const twice = 2 * root * rho;
    work[DELAY.width] = root * root * rho;
    work[DELAY.widthByRho] = root * root + twice * work[DELAY.widthByRho]!;
    work[DELAY.widthByUp] = twice * work[DELAY.widthByUp]!;
  }
}
