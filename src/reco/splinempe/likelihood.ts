/**
 * The likelihood of `splinempe`: first pulse of every hit module against the light of an infinite muon, mixed with random
 * light, after-pulses and early light by weights that follow from the expected charge; of N photons the first counts
 * (specs/reco-splinempe.md 5.2 to 5.7, where all constants are from).
 *
 * One evaluation allocates nothing. What depends on neither time nor sample is computed once a module; the broad densities
 * of late light, which 1000 ns of smearing make smooth, are taken as parabolas over the 12 to 54 ns of the smoothing.
 */
import type { TrackLight } from '../../light/index.js';
import { FLOOR, MIX, mixture } from './mixture.js';
import { isSmoothed, SAMPLES, SMOOTHED_WIDTHS, WEIGHTS } from './smoothing.js';

/** First pulses of an event and what the likelihood needs of the rest; arrays of equal length, one entry a module. */
export interface MuonHits {
  /** Module centres, m. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** First pulse, ns since the start of the readout. */
  readonly timeNs: Float64Array;
  /** Charge of the module to the power of the MPE exponent. */
  readonly photons: Float64Array;
  /** First and last pulse of all modules, ns. */
  readonly startNs: number;
  readonly endNs: number;
}

/** Density of noise, 1/ns: 10 Hz. */
const NOISE = 1e-8;
const LN_NOISE = Math.log(NOISE);
/** After-pulses come this much later, ns. */
const AFTER_PULSE_NS = 2000;

/** The likelihood of one event at one energy. */
export class SplineMpeLikelihood {
  private readonly hits: MuonHits;
  private readonly light: TrackLight;
  private readonly energyGev: number;
  private readonly jitterNs: number;
  /** Number of photons of each module, at least 1. */
  private readonly photons: Float64Array;
  /** Mixture of the module at hand, and the flat part's density and CDF. */
  private readonly mix = new Float64Array(MIX.length);
  private flatDensity = 0;
  private flatCdf = 0;
  /** Parabolas of the broad parts, D = b0 + b1 v + b2 v^2 with v in units of the half width. */
  private readonly broadDensity = new Float64Array(3);
  private readonly broadCdf = new Float64Array(3);

  /** @param jitterNs width of the smoothing (`postJitterNs`), 0: none */
  constructor(hits: MuonHits, light: TrackLight, energyGev: number, jitterNs: number) {
    this.hits = hits;
    this.light = light;
    this.energyGev = energyGev;
    this.jitterNs = jitterNs;
    this.photons = hits.photons.map((n) => (n < 1.5 ? 1 : Math.floor(n + 0.5)));
  }

  /** Takes the direction that the muon comes from, radians. */
  setDirection(zenith: number, azimuth: number): void {
    this.light.setDirection(zenith, azimuth);
  }

  /** -ln L for a muon that passes (x, y, z) metres at `timeNs`. */
  evaluate(x: number, y: number, z: number, timeNs: number): number {
    const { hits, light } = this;
    const n = hits.timeNs.length;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      if (!light.look(z, hits.x[i]! - x, hits.y[i]! - y, hits.z[i]! - z)) {
        sum += LN_NOISE;
        continue;
      }
      const residual = hits.timeNs[i]! - light.directNs - timeNs;
      const value = this.module(i, residual);
      sum += value > 0 ? Math.log(value) : LN_NOISE;
    }
    return Number.isFinite(sum) ? -sum : 1e9;
  }

  /** Likelihood of module `i`, whose light was looked up, at its residual. */
  private module(i: number, residualNs: number): number {
    this.setMixture(this.hits.timeNs[i]!);
    const photons = this.photons[i]!;
    const half = SMOOTHED_WIDTHS * this.jitterNs;
    if (!isSmoothed(residualNs, this.jitterNs)) {
      this.broadAt(residualNs, 0, this.broadDensity, this.broadCdf, photons > 1);
      return this.firstOf(photons, residualNs, 0);
    }
    this.broadAt(residualNs, half, this.broadDensity, this.broadCdf, photons > 1);
    let smooth = 0;
    for (let k = 0; k < SAMPLES; k++) {
      const v = (k - 10) / 10;
      smooth += WEIGHTS[k]! * this.firstOf(photons, residualNs + half * v, v);
    }
    return smooth;
  }

  /** Density of the first of `photons` hits, with noise. */
  private firstOf(photons: number, residualNs: number, v: number): number {
    const broad = this.broadDensity;
    const density =
      this.mix[MIX.direct]! * this.light.density(residualNs) + broad[0]! + v * (broad[1]! + v * broad[2]!);
    if (!(density > 0)) return NOISE;
    if (photons === 1) return density + NOISE;
    const late = this.broadCdf;
    const cdf = this.mix[MIX.direct]! * this.light.cdf(residualNs) + late[0]! + v * (late[1]! + v * late[2]!);
    if (!(cdf > 0)) return photons * density + NOISE;
    return cdf < 1 ? photons * density * integerPower(1 - cdf, photons - 1) + NOISE : NOISE;
  }

  /** The weights of the mixture from the expected charge (5.4). */
  private setMixture(timeNs: number): void {
    const { light, energyGev, hits, mix } = this;
    if (!(energyGev > 0)) {
      mix.fill(0);
      mix[MIX.direct] = 1;
      return;
    }
    const bare = light.bareYield;
    mixture(Math.log(bare + light.stochasticYield * energyGev + (0.172 + 0.0324 * Math.log(energyGev)) * bare), mix);
    this.flatDensity = FLOOR / (hits.endNs - hits.startNs);
    this.flatCdf = this.flatDensity * (timeNs - hits.startNs);
  }

  /** Random light and after-pulses as parabolas through residual -half, 0, +half. */
  private broadAt(residualNs: number, half: number, density: Float64Array, cdf: Float64Array, withCdf: boolean): void {
    if (!(this.energyGev > 0)) {
      density.fill(0);
      cdf.fill(0);
      return;
    }
    const middle = this.broadDensityAt(residualNs);
    density[0] = middle;
    const middleCdf = withCdf ? this.broadCdfAt(residualNs) : 0;
    cdf[0] = middleCdf;
    if (half === 0) return;
    const before = this.broadDensityAt(residualNs - half);
    const after = this.broadDensityAt(residualNs + half);
    density[1] = 0.5 * (after - before);
    density[2] = 0.5 * (after + before) - middle;
    if (!withCdf) return;
    const low = this.broadCdfAt(residualNs - half);
    const high = this.broadCdfAt(residualNs + half);
    cdf[1] = 0.5 * (high - low);
    cdf[2] = 0.5 * (high + low) - middleCdf;
  }

  private broadDensityAt(residualNs: number): number {
    const { light, mix } = this;
    return (
      mix[MIX.late]! * light.lateDensity(residualNs) +
      mix[MIX.flat]! * this.flatDensity +
      mix[MIX.after]! * light.lateDensity(residualNs - AFTER_PULSE_NS)
    );
  }

  private broadCdfAt(residualNs: number): number {
    const { light, mix } = this;
    return (
      mix[MIX.late]! * light.lateCdf(residualNs) +
      mix[MIX.flat]! * this.flatCdf +
      mix[MIX.after]! * light.lateCdf(residualNs - AFTER_PULSE_NS)
    );
  }
}

/** base^n for a whole n >= 0, by squaring. */
export function integerPower(base: number, n: number): number {
  let result = 1;
  let square = base;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
