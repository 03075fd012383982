/**
 * The light of our muon tables (specs/photon-tables.md section 10) as a fit along lines of one direction asks for it:
 * yields and arrival times of a module by its distance across the line, with all derivatives. The same light as
 * {@link TableTrackLight}; the direction is interpolated once, what is left are height, distance and angle.
 *
 * Usage: cut the slice and `setDirection` once, then for every module: write the inputs of `work`, `look`, `times.sample`; for derivatives
 * write what `times.differentiate` needs and `byBareLn`, `byStochasticLn`, then `differentiate`. Nothing is allocated.
 */
import { cellOf } from './axes.js';
import { CDF_VALUES, LOG_FLOOR, RANGE_M } from './photon-table.js';
import { SampledTimes, TIMES } from './sampled-times.js';
import {
  DIRECT_NS_PER_METRE,
  LOSSES_PER_GEV,
  NEAREST_M,
  PE_PER_FLUENCE,
  START_NS_PER_METRE,
  type ZenithSlice,
} from './zenith-slice.js';

/** Places in `work` of {@link MuonGradient}. */
export const MUON = {
  /** In: module - line across it, level and upwards (m); height of the module (m). */
  across: 0,
  upwards: 1,
  height: 2,
  /** In: time of the module's hit after the muon passes the closest approach, ns. */
  time: 3,
  /** Out: ln of the yields of the bare muon, and of its losses per GeV (as `TrackLight` scales them). */
  bareLn: 4,
  stochasticLn: 5,
  /** Out: time of the hit after direct light, ns. */
  residual: 6,
  /** In, to differentiate: derivatives by the two yields. */
  byBareLn: 7,
  byStochasticLn: 8,
  /** Out: derivatives by the inputs across, upwards and time. */
  byAcross: 9,
  byUpwards: 10,
  byTime: 11,
  length: 12,
} as const;

const BARE_LN = Math.log(PE_PER_FLUENCE) + LOG_FLOOR;
const STOCHASTIC_LN = BARE_LN + Math.log(LOSSES_PER_GEV);
const DEGREES = 180 / Math.PI;

export class MuonGradient {
  readonly work: Float64Array = new Float64Array(MUON.length);
  readonly times: SampledTimes;
  private readonly slice: ZenithSlice;
  private readonly farthest: number;
  private sinZenith = 0;
  /** Eight corners of the last place in turn (height, distance, angle; angle fastest): index and weight. */
  private readonly corner = new Int32Array(8);
  private readonly fraction = new Float64Array(3);
  /** Distance, derivatives of the cell coordinates: height by upwards, distance and angle. */
  private distance = 1;
  private isTimeHeld = false;
  /** One over the width of the cell of heights, 0 where the height is held at the first or last. */
  private perHeight = 0;

  /** @param offsets,smearingNs see {@link SampledTimes} */
  constructor(slice: ZenithSlice, offsets: Float64Array, smearingNs: number) {
    const { muon } = slice;
    this.slice = slice;
    this.times = new SampledTimes(muon.timeNodes, offsets, smearingNs);
    this.farthest = Math.exp(muon.lnRho.first + (muon.lnRho.size - 1) * muon.lnRho.step);
  }

  /** Takes the zenith angle that the muon comes from, radians; the slice has been cut there. */
  setDirection(zenith: number): void {
    this.sinZenith = Math.sin(zenith);
  }

  /** From the inputs of `work` to yields, residual and `times`. */
  look(): void {
    const { work, slice, corner, fraction, times } = this;
    const { heights } = slice;
    const { lnRho, phiDeg } = slice.muon;
    const dp = work[MUON.across]!;
    const dq = work[MUON.upwards]!;
    const distance = Math.sqrt(dp * dp + dq * dq);
    // A choice between them would be boxed.
    const rho = Math.max(distance, NEAREST_M);
    const ln = Math.log(rho);
    const uPhi = (distance > 0 ? Math.atan2(Math.abs(dp), dq) * DEGREES : 90) / phiDeg.step;
    const uRho = (ln - lnRho.first) / lnRho.step;
    const free = work[MUON.height]! - dq * this.sinZenith;
    const height = heights.inside(free);
    const iZ = heights.cellOf(height);
    const iRho = cellOf(uRho, lnRho.size);
    const iPhi = cellOf(uPhi, phiDeg.size);
    const fZ = heights.shareIn(iZ, height);
    const fRho = uRho - iRho;
    const fPhi = uPhi - iPhi;
    const sRho = phiDeg.size;
    const sZ = lnRho.size * sRho;
    const at = iZ * sZ + iRho * sRho + iPhi;
    corner[0] = at;
    corner[1] = at + 1;
    corner[2] = at + sRho;
    corner[3] = at + sRho + 1;
    corner[4] = at + sZ;
    corner[5] = at + sZ + 1;
    corner[6] = at + sZ + sRho;
    corner[7] = at + sZ + sRho + 1;
    fraction[0] = fZ;
    fraction[1] = fRho;
    fraction[2] = fPhi;
    this.distance = distance;
    this.perHeight = height === free ? heights.perStep[iZ]! : 0;
    this.isTimeHeld = fRho > 1;

    const outside = -rho / RANGE_M - ln;
    work[MUON.bareLn] = BARE_LN + outside + trilinear(slice.bareLog, at, sZ, sRho, fraction);
    work[MUON.stochasticLn] = STOCHASTIC_LN + outside + trilinear(slice.stochasticLog, at, sZ, sRho, fraction);
    work[MUON.residual] = work[MUON.time]! - distance * DIRECT_NS_PER_METRE;
    times.times[TIMES.time] = work[MUON.time]! - rho * START_NS_PER_METRE;
    times.times[TIMES.scale] = 8 + 2 * (rho < this.farthest ? rho : this.farthest);

    const { nodes } = slice;
    const { values } = times;
    const n = values.length;
    const f = fRho > 1 ? 1 : fRho;
    const g = 1 - fPhi;
    const w00 = (1 - fZ) * (1 - f);
    const w01 = (1 - fZ) * f;
    const w10 = fZ * (1 - f);
    const w11 = fZ * f;
    const c0 = at * CDF_VALUES;
    const c1 = c0 + sRho * CDF_VALUES;
    const c2 = c0 + sZ * CDF_VALUES;
    const c3 = c1 + sZ * CDF_VALUES;
    for (let k = 0; k < n; k++) {
      values[k] =
        w00 * (nodes[c0 + k]! * g + nodes[c0 + CDF_VALUES + k]! * fPhi) +
        w01 * (nodes[c1 + k]! * g + nodes[c1 + CDF_VALUES + k]! * fPhi) +
        w10 * (nodes[c2 + k]! * g + nodes[c2 + CDF_VALUES + k]! * fPhi) +
        w11 * (nodes[c3 + k]! * g + nodes[c3 + CDF_VALUES + k]! * fPhi);
    }
  }

  /** From `times`' derivatives and those by the yields to the derivatives by across, upwards and time. */
  differentiate(): void {
    const { work, slice, corner, fraction, times } = this;
    const { lnRho, phiDeg } = slice.muon;
    const { byValues } = times;
    const byBare = work[MUON.byBareLn]!;
    const byStochastic = work[MUON.byStochasticLn]!;
    const fZ = fraction[0]!;
    const fRho = fraction[1]!;
    const fPhi = fraction[2]!;
    const f = this.isTimeHeld ? 1 : fRho;
    let byZ = 0;
    let byRho = 0;
    let byPhi = 0;
    for (let c = 0; c < 8; c++) {
      const at = corner[c]!;
      const byLog = byBare * slice.bareLog[at]! + byStochastic * slice.stochasticLog[at]!;
      const first = at * CDF_VALUES;
      let byTimes = 0;
      for (let k = 0; k < byValues.length; k++) byTimes += byValues[k]! * slice.nodes[first + k]!;
      const hasPhi = (c & 1) !== 0;
      const hasRho = (c & 2) !== 0;
      const hasZ = (c & 4) !== 0;
      const wZ = hasZ ? fZ : 1 - fZ;
      const wPhi = hasPhi ? fPhi : 1 - fPhi;
      const wLog = hasRho ? fRho : 1 - fRho;
      const wTimes = hasRho ? f : 1 - f;
      const sum = wLog * byLog + wTimes * byTimes;
      byZ += (hasZ ? 1 : -1) * wPhi * sum;
      byPhi += (hasPhi ? 1 : -1) * wZ * sum;
      byRho += (hasRho ? 1 : -1) * wZ * wPhi * (this.isTimeHeld ? byLog : byLog + byTimes);
    }
    const { distance } = this;
    const byTime = times.times[TIMES.byTime]!;
    let perDistance = 0;
    if (distance > NEAREST_M) {
      perDistance =
        byRho / (lnRho.step * distance) -
        (byBare + byStochastic) * (1 / RANGE_M + 1 / distance) -
        byTime * START_NS_PER_METRE +
        (distance < this.farthest ? 2 * times.times[TIMES.byScale]! : 0);
    }
    const per = distance > 0 ? 1 / distance : 0;
    const dp = work[MUON.across]! * per;
    const dq = work[MUON.upwards]! * per;
    // the angle from upwards: atan2(|across|, upwards)
    const perAngle = ((byPhi * DEGREES) / phiDeg.step) * per;
    const sign = dp < 0 ? -1 : 1;
    work[MUON.byAcross] = perDistance * dp + sign * perAngle * dq;
    work[MUON.byUpwards] = perDistance * dq - sign * perAngle * dp - byZ * this.perHeight * this.sinZenith;
    work[MUON.byTime] = byTime;
  }
}

function trilinear(log: Float32Array, at: number, sZ: number, sRho: number, fraction: Float64Array): number {
  const fRho = fraction[1]!;
  const fPhi = fraction[2]!;
  const g = 1 - fPhi;
  const near =
    (log[at]! * g + log[at + 1]! * fPhi) * (1 - fRho) + (log[at + sRho]! * g + log[at + sRho + 1]! * fPhi) * fRho;
  const b = at + sZ;
  const far = (log[b]! * g + log[b + 1]! * fPhi) * (1 - fRho) + (log[b + sRho]! * g + log[b + sRho + 1]! * fPhi) * fRho;
  return near + (far - near) * fraction[0]!;
}
