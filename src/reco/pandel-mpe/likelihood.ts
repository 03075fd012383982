/**
 * The likelihood of `pandel_mpe`: arrival time of the first photon in every hit module, for an infinite muon track of
 * fixed direction (specs/reco-splinempe.md 9.4, 14.4).
 *
 * Delays follow the closed form of light/muon-delays.ts; the electronics (and what the form does not know) smear them
 * by a Gaussian besides. Of N photons the first has density N p (1 - C)^(N-1); a constant floor stands for noise.
 *
 * Parameters: two offsets of the track across its direction (m) and the time (ns) at which it passes the plane through
 * the centre of the hits. One evaluation, with its gradient, allocates nothing.
 */
import {
  DELAY,
  FRONT_NS_PER_M,
  type IceModel,
  MuonDelays,
  prepareSmearedGamma,
  SMEARED,
  SPEED_OF_LIGHT,
  smearedGamma,
  TAN_CHERENKOV,
} from '../../light/index.js';
import { TrackFrame, type TrackObjective } from '../track-frame.js';

/** First hits of an event; arrays of equal length. */
export interface FirstHits {
  /** Module centres, m. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** Time of the first pulse, ns since the start of the readout. */
  readonly timeNs: Float64Array;
  /** Number of photons that the first hit is the first of. */
  readonly photons: Float64Array;
  /** Centre of the hits: origin of the track parameters, m. */
  readonly centre: readonly [number, number, number];
}

/** Settings of the likelihood. */
export interface LikelihoodSettings {
  /** Width of the Gaussian smearing by the electronics, ns. */
  readonly jitterNs: number;
  /** Factor on the width with which the light itself is smeared. */
  readonly growth: number;
  /** Floor of the density of a hit, 1/ns. */
  readonly noisePerNs: number;
}

/** Softens the cusp of the distance at the track, m. */
const CORE_M = 1;
/** Earlier than this many widths before the start of the light there is only noise. */
const EARLIEST = -8;

/** The likelihood for one event; `setDirection`, then `evaluate` as often as needed. */
export class PandelMpeLikelihood extends TrackFrame implements TrackObjective {
  readonly hits: FirstHits;
  private readonly delays: MuonDelays;
  private readonly settings: LikelihoodSettings;
  private readonly smeared = new Float64Array(SMEARED.length);
  private readonly delay = new Float64Array(DELAY.length);

  constructor(hits: FirstHits, ice: IceModel, settings: LikelihoodSettings) {
    super(hits, hits.centre);
    prepareSmearedGamma();
    this.hits = hits;
    this.delays = new MuonDelays(ice, hits.z);
    this.settings = settings;
  }

  /** -ln L at track parameters; its gradient goes into `gradient` (1/m, 1/m, 1/ns). */
  evaluate(parameters: Float64Array, gradient: Float64Array): number {
    const a = parameters[0]!;
    const b = parameters[1]!;
    const time = parameters[2]!;
    const { jitterNs, growth, noisePerNs } = this.settings;
    const { timeNs, photons } = this.hits;
    const { p, q, l, delays, delay, smeared } = this;
    const upP = this.axes[2]!;
    const upQ = this.axes[5]!;
    const upRho = this.axes[8]! / TAN_CHERENKOV;
    const jitter2 = jitterNs * jitterNs;
    const growth2 = growth * growth;
    let sum = 0;
    // Product of densities whose logarithm is still to be taken.
    let product = 1;
    let byA = 0;
    let byB = 0;
    let byTime = 0;
    for (let i = 0; i < timeNs.length; i++) {
      const dp = p[i]! - a;
      const dq = q[i]! - b;
      const rho = Math.sqrt(dp * dp + dq * dq + CORE_M * CORE_M);
      delay[DELAY.rho] = rho;
      delay[DELAY.up] = dp * upP + dq * upQ + rho * upRho;
      delays.at(i, delay);
      const width = delay[DELAY.width]!;
      const variance = jitter2 + growth2 * width * width;
      const perSigma = 1 / Math.sqrt(variance);
      const late = timeNs[i]! - time - l[i]! / SPEED_OF_LIGHT - rho * FRONT_NS_PER_M - delay[DELAY.start]!;
      const u = late * perSigma;
      if (u >= EARLIEST) {
        const lnSigma = 0.5 * Math.log(variance);
        const n = photons[i]!;
        smeared[SMEARED.lnShape] = delay[DELAY.lnShape]!;
        smeared[SMEARED.lnRate] = delay[DELAY.lnRate]! + lnSigma;
        smeared[SMEARED.time] = u;
        smearedGamma(smeared, n > 1);
        let exponent = smeared[SMEARED.lnDensity]! - lnSigma;
        let byShape = smeared[SMEARED.densityByLnShape]!;
        let byRate = smeared[SMEARED.densityByLnRate]!;
        let byU = smeared[SMEARED.densityByTime]!;
        if (n > 1) {
          const hazard = (n - 1) * Math.exp(smeared[SMEARED.lnHazard]!);
          exponent -= hazard;
          byShape -= hazard * smeared[SMEARED.hazardByLnShape]!;
          byRate -= hazard * smeared[SMEARED.hazardByLnRate]!;
          byU -= hazard * smeared[SMEARED.hazardByTime]!;
        }
        const signal = n * Math.exp(exponent);
        const density = signal + noisePerNs;
        product *= density;
        const weight = signal / density;
        // sigma is the unit of the rate, of the time and of the density
        const byWidth = (byRate - byU * u - 1) * growth2 * width * perSigma * perSigma;
        const byStart = byU * perSigma;
        const byRho =
          weight *
          (byShape * delay[DELAY.shapeByRho]! +
            byRate * delay[DELAY.rateByRho]! -
            byStart * (FRONT_NS_PER_M + delay[DELAY.startByRho]!) +
            byWidth * delay[DELAY.widthByRho]!);
        const byUp =
          weight *
          (byShape * delay[DELAY.shapeByUp]! +
            byRate * delay[DELAY.rateByUp]! -
            byStart * delay[DELAY.startByUp]! +
            byWidth * delay[DELAY.widthByUp]!);
        const perRho = (byRho + byUp * upRho) / rho;
        byA += dp * perRho + byUp * upP;
        byB += dq * perRho + byUp * upQ;
        byTime += weight * byStart;
      } else {
        product *= noisePerNs;
      }
      if (product < 1e-200 || product > 1e200) {
        sum += Math.log(product);
        product = 1;
      }
    }
    gradient[0] = byA;
    gradient[1] = byB;
    gradient[2] = byTime;
    return -sum - Math.log(product);
  }
}
