/**
 * The likelihood of `splinempe` (likelihood.ts) from our own tables, with its gradient: what the minimiser descends. Short
 * cuts, bounded by tests/reco/splinempe: the mixture comes from a table, and over the jitter the broad densities are
 * constant and their CDF is linear.
 */
import { LATE, MUON, MuonGradient, SMEARING_NS, SPEED_OF_LIGHT, type ZenithSlice } from '../../light/index.js';
import { centreOf, TrackFrame, type TrackObjective } from '../track-frame.js';
import { integerPower, type MuonHits } from './likelihood.js';
import { FLOOR, MIX, MixtureTable } from './mixture.js';
import { isSmoothed, SAMPLES, SMOOTHED_WIDTHS, WEIGHTS } from './smoothing.js';

/** Density of noise, 1/ns: 10 Hz. */
const NOISE = 1e-8;

/** Places in the sums over modules: logarithms, a product whose logarithm is yet to be taken, derivatives. */
const SUM = 0;
const PRODUCT = 1;
const BY_A = 2;
const BY_B = 3;
const BY_TIME = 4;

export class TableLikelihood extends TrackFrame implements TrackObjective {
  private readonly hits: MuonHits;
  private readonly light: MuonGradient;
  private readonly energyGev: number;
  private readonly jitterNs: number;
  private readonly mixture = new MixtureTable();
  private readonly photons: Float64Array;
  /** Sums over modules: numbers of a loop that the engine compiles while it runs would be boxed. */
  private readonly total = new Float64Array(5);

  /**
   * Arguments as for `SplineMpeLikelihood`.
   * @param smearingNs half width of the triangle that smears the light; more than the usual one: what a fit begins with
   */
  constructor(
    hits: MuonHits,
    slice: ZenithSlice,
    energyGev: number,
    jitterNs: number,
    smearingNs: number = SMEARING_NS,
  ) {
    super(hits, centreOf(hits));
    this.hits = hits;
    this.energyGev = energyGev;
    this.jitterNs = jitterNs;
    this.photons = hits.photons.map((n) => (n < 1.5 ? 1 : Math.floor(n + 0.5)));
    const offsets = WEIGHTS.map((_, k) => SMOOTHED_WIDTHS * jitterNs * ((2 * k) / (SAMPLES - 1) - 1));
    this.light = new MuonGradient(slice, offsets, smearingNs);
  }

  override setDirection(zenith: number, azimuth: number): void {
    super.setDirection(zenith, azimuth);
    this.light.setDirection(zenith);
  }

  /** -ln L at track parameters; its gradient goes into `gradient` (1/m, 1/m, 1/ns), null: half the work. */
  evaluate(parameters: Float64Array, gradient: Float64Array | null): number {
    const a = parameters[0]!;
    const b = parameters[1]!;
    const time = parameters[2]!;
    const { hits, light, energyGev, jitterNs, mixture, total, p, q, l } = this;
    const { work, times } = light;
    const { density, cdf, byDensity, byCdf, late, byLate, offsets } = times;
    const { weights: mix, slopes } = mixture;
    const perBare = energyGev > 0 ? 1 + 0.172 + 0.0324 * Math.log(energyGev) : 1;
    const flatDensity = FLOOR / (hits.endNs - hits.startNs);
    total.fill(0);
    total[PRODUCT] = 1;
    for (let i = 0; i < p.length; i++) {
      const hit = hits.timeNs[i]!;
      work[MUON.across] = p[i]! - a;
      work[MUON.upwards] = q[i]! - b;
      work[MUON.height] = hits.z[i]!;
      work[MUON.time] = hit - time - l[i]! / SPEED_OF_LIGHT;
      light.look();
      const bare = perBare * Math.exp(work[MUON.bareLn]!);
      const expected = bare + energyGev * Math.exp(work[MUON.stochasticLn]!);
      if (energyGev > 0) {
        mixture.lnExpected[0] = Math.log(expected);
        mixture.look();
      } else mix[MIX.direct] = 1;
      const isSmooth = isSmoothed(work[MUON.residual]!, jitterNs);
      times.sample(!isSmooth);

      const direct = mix[MIX.direct]!;
      const photons = this.photons[i]!;
      const flatCdf = flatDensity * (hit - hits.startNs);
      const lateDensity = mix[MIX.late]! * late[LATE.density]! + mix[MIX.after]! * late[LATE.afterDensity]!;
      const lateCdf = mix[MIX.late]! * late[LATE.cdf]! + mix[MIX.after]! * late[LATE.afterCdf]!;
      const broadDensity = lateDensity + mix[MIX.flat]! * flatDensity;
      const broadCdf = lateCdf + mix[MIX.flat]! * flatCdf;
      const n = isSmooth ? SAMPLES : 1;
      let value = 0;
      // Derivatives by density and CDF: plain sums, and sums weighted with what direct light has and with the offset.
      let byP = 0;
      let byC = 0;
      let byDirect = 0;
      let byOffset = 0;
      for (let k = 0; k < n; k++) {
        const offset = isSmooth ? offsets[k]! : 0;
        const w = isSmooth ? WEIGHTS[k]! : 1;
        const density1 = density[k]!;
        const p1 = direct * density1 + broadDensity;
        const c1 = direct * cdf[k]! + broadCdf + offset * lateDensity;
        let dp = 0;
        let dc = 0;
        value += w * NOISE;
        if (p1 > 0 && c1 < 1) {
          if (photons === 1 || !(c1 > 0)) {
            dp = w * photons;
          } else {
            const rest = 1 - c1;
            const power = photons === 2 ? 1 : photons === 3 ? rest : integerPower(rest, photons - 2);
            dp = w * photons * power * rest;
            dc = -w * photons * (photons - 1) * p1 * power;
          }
          value += dp * p1;
        } else if (p1 > 0 && photons === 1) {
          dp = w;
          value += dp * p1;
        }
        byDensity[k] = dp * direct;
        byCdf[k] = dc * direct;
        byP += dp;
        byC += dc;
        byDirect += dp * density1 + dc * cdf[k]!;
        byOffset += dc * offset;
      }
      total[PRODUCT] = total[PRODUCT]! * value;
      if (total[PRODUCT]! < 1e-200 || total[PRODUCT]! > 1e200) {
        total[SUM] = total[SUM]! + Math.log(total[PRODUCT]!);
        total[PRODUCT] = 1;
      }

      if (byP === 0 || gradient === null) continue;
      const lateBy = byP + byOffset;
      byLate[LATE.density] = lateBy * mix[MIX.late]!;
      byLate[LATE.afterDensity] = lateBy * mix[MIX.after]!;
      byLate[LATE.cdf] = byC * mix[MIX.late]!;
      byLate[LATE.afterCdf] = byC * mix[MIX.after]!;
      times.differentiate();
      let byLn = 0;
      if (energyGev > 0) {
        byLn =
          slopes[MIX.direct]! * byDirect +
          slopes[MIX.late]! * (lateBy * late[LATE.density]! + byC * late[LATE.cdf]!) +
          slopes[MIX.after]! * (lateBy * late[LATE.afterDensity]! + byC * late[LATE.afterCdf]!) +
          slopes[MIX.flat]! * (byP * flatDensity + byC * flatCdf);
      }
      const share = bare / expected;
      work[MUON.byBareLn] = byLn * share;
      work[MUON.byStochasticLn] = byLn * (1 - share);
      light.differentiate();
      const per = 1 / value;
      total[BY_A] = total[BY_A]! + per * work[MUON.byAcross]!;
      total[BY_B] = total[BY_B]! + per * work[MUON.byUpwards]!;
      total[BY_TIME] = total[BY_TIME]! + per * work[MUON.byTime]!;
    }
    if (gradient !== null) {
      gradient[0] = total[BY_A]!;
      gradient[1] = total[BY_B]!;
      gradient[2] = total[BY_TIME]!;
    }
    return -total[SUM]! - Math.log(total[PRODUCT]!);
  }
}
