/**
 * The likelihood of `pandel_mpe`: arrival time of the first photon in every hit module, for an infinite muon track of
 * fixed direction (specs/reco-splinempe.md 9.4, 14.4).
 *
 * The light of a track reaches a module at distance rho as from a point source at the Cherenkov emission point; its delay
 * follows the closed form's gamma distribution (specs/photon-tables.md section 8) at the Cherenkov angle, smeared by a
 * Gaussian. Of N photons the first has density N p (1 - C)^(N-1); a constant floor stands for noise.
 *
 * Parameters: two offsets of the track across its direction (m) and the time (ns) at which it passes the plane through
 * the centre of the hits. One evaluation allocates nothing.
 */
import {
  closedFormAtCherenkov,
  GROUP_INDEX,
  type IceModel,
  meanAbsorption,
  meanScattering,
  PHASE_INDEX,
  prepareSmearedGamma,
  SMEARED,
  SPEED_OF_LIGHT,
  smearedGamma,
} from '../../light/index.js';

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
  /** Width of the Gaussian smearing, ns. */
  readonly jitterNs: number;
  /** Floor of the density of a hit, 1/ns. */
  readonly noisePerNs: number;
}

const TAN_CHERENKOV = Math.sqrt(PHASE_INDEX * PHASE_INDEX - 1);
const SIN_CHERENKOV = TAN_CHERENKOV / PHASE_INDEX;
/** Delay of direct light in ns per metre of distance from the track. */
const FRONT_NS_PER_M = (PHASE_INDEX * GROUP_INDEX - 1) / TAN_CHERENKOV / SPEED_OF_LIGHT;
/** Softens the cusp of the distance at the track, m. */
const CORE_M = 1;

/** The likelihood for one event; `setDirection`, then `evaluate` as often as needed. */
export class PandelMpeLikelihood {
  readonly hits: FirstHits;
  private readonly ice: IceModel;
  private readonly settings: LikelihoodSettings;
  /** Unit vectors: across the track (2) and along it. */
  private readonly frame = new Float64Array(9);
  /** Modules in the frame of the track, relative to the centre. */
  private readonly p: Float64Array;
  private readonly q: Float64Array;
  private readonly l: Float64Array;
  private readonly out = new Float64Array(SMEARED.length);
  private readonly gamma = new Float64Array(2);

  constructor(hits: FirstHits, ice: IceModel, settings: LikelihoodSettings) {
    prepareSmearedGamma();
    this.hits = hits;
    this.ice = ice;
    this.settings = settings;
    this.p = new Float64Array(hits.x.length);
    this.q = new Float64Array(hits.x.length);
    this.l = new Float64Array(hits.x.length);
  }

  /** Turns the modules into the frame of a track that comes from (zenith, azimuth). */
  setDirection(zenith: number, azimuth: number): void {
    const sinZ = Math.sin(zenith);
    const cosZ = Math.cos(zenith);
    const cosA = Math.cos(azimuth);
    const sinA = Math.sin(azimuth);
    this.frame.set([sinA, -cosA, 0, -cosZ * cosA, -cosZ * sinA, sinZ, -sinZ * cosA, -sinZ * sinA, -cosZ]);
    const f = this.frame;
    const { x, y, z, centre } = this.hits;
    for (let i = 0; i < x.length; i++) {
      const dx = x[i]! - centre[0];
      const dy = y[i]! - centre[1];
      const dz = z[i]! - centre[2];
      this.p[i] = dx * f[0]! + dy * f[1]! + dz * f[2]!;
      this.q[i] = dx * f[3]! + dy * f[4]! + dz * f[5]!;
      this.l[i] = dx * f[6]! + dy * f[7]! + dz * f[8]!;
    }
  }

  /** Track parameters of a vertex (m, ns). */
  toParameters(x: number, y: number, z: number, timeNs: number): Float64Array {
    const f = this.frame;
    const { centre } = this.hits;
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
  toVertex(parameters: Float64Array): { x: number; y: number; z: number; timeNs: number } {
    const f = this.frame;
    const { centre } = this.hits;
    const [a, b, timeNs] = parameters as unknown as [number, number, number];
    return {
      x: centre[0] + a * f[0]! + b * f[3]!,
      y: centre[1] + a * f[1]! + b * f[4]!,
      z: centre[2] + a * f[2]! + b * f[5]!,
      timeNs,
    };
  }

  /** -ln L at track parameters. */
  evaluate(parameters: Float64Array): number {
    const a = parameters[0]!;
    const b = parameters[1]!;
    const time = parameters[2]!;
    const { jitterNs, noisePerNs } = this.settings;
    const { z, timeNs, photons } = this.hits;
    const f = this.frame;
    const upP = f[2]!;
    const upQ = f[5]!;
    const upL = f[8]!;
    const out = this.out;
    const lnJitter = Math.log(jitterNs);
    const lnNoise = Math.log(noisePerNs);
    let sum = 0;
    for (let i = 0; i < timeNs.length; i++) {
      const dp = this.p[i]! - a;
      const dq = this.q[i]! - b;
      const rho = Math.sqrt(dp * dp + dq * dq + CORE_M * CORE_M);
      const u = (timeNs[i]! - time - this.l[i]! / SPEED_OF_LIGHT - rho * FRONT_NS_PER_M) / jitterNs;
      if (!(u >= -8)) {
        sum += lnNoise;
        continue;
      }
      const r = rho / SIN_CHERENKOV;
      const up = dp * upP + dq * upQ + (rho / TAN_CHERENKOV) * upL;
      const source = z[i]! - up;
      closedFormAtCherenkov(this.ice, source, z[i]!, r, up / r, this.gamma);
      const n = photons[i]!;
      smearedGamma(this.gamma[0]!, this.gamma[1]! + lnJitter, u, n > 1, out);
      let exponent = out[SMEARED.lnDensity]! - lnJitter;
      if (n > 1) exponent -= (n - 1) * Math.exp(out[SMEARED.lnHazard]!);
      sum += Math.log(n * Math.exp(exponent) + noisePerNs);
    }
    return -sum;
  }
}
