/**
 * Mean recorded charge per photo-electron of a module out of its calibration: the mean of its single photo-electron
 * (SPE) charge distribution, specs/event-formats.md 12.2:
 *
 *     P(q) = A1 exp(-q/w1) + A2 exp(-q/w2) + G exp(-(q - mu)^2 / (2 sigma^2)),   0 <= q <= 10 mu
 *
 * times a correction curve for distributions of version 2, times the compensation factor, divided by the mean ATWD
 * charge. The integrals are done piece by piece with Gauss-Legendre quadrature; pieces end where the curve has its
 * points and are short against every scale of P, so the result is good to 1e-9.
 */
import type { CalibrationChange, SpeChargeDistribution } from '../event/index.js';
import { DEFAULT_MEAN_CHARGE_PE } from './modules.js';
import type { SpeResidual } from './types.js';

/** The fields of a calibration that the mean charge depends on. */
export type ChargeCalibration = Pick<CalibrationChange, 'spe' | 'meanAtwdCharge'>;

/** Mean recorded charge per photo-electron. Without a usable SPE distribution 0.86 / mean ATWD charge. */
export function meanChargePe(calibration: ChargeCalibration, residual: SpeResidual | undefined): number {
  const atwd = calibration.meanAtwdCharge;
  const correction = atwd !== undefined && Number.isFinite(atwd) && atwd > 0 ? atwd : 1;
  const spe = calibration.spe;
  const mean = spe === undefined ? Number.NaN : meanOfSpe(spe, spe.version === 2 ? residual : undefined);
  return (mean > 0 && mean < Infinity ? mean : DEFAULT_MEAN_CHARGE_PE) / correction;
}

/** Mean of one distribution times its compensation; NaN where the distribution is not set or makes no sense. */
function meanOfSpe(spe: SpeChargeDistribution, residual: SpeResidual | undefined): number {
  const isVersion2 = spe.version === 2;
  const mu = spe.gaussMean;
  const sigma = spe.gaussWidth;
  const compensation = isVersion2 ? spe.compensation : 1;
  const a1 = isVersion2 ? spe.exp1Amplitude : 0;
  const w1 = isVersion2 ? spe.exp1Width : 1;
  const used = [spe.exp2Amplitude, spe.exp2Width, a1, w1, spe.gaussAmplitude, mu, sigma, compensation];
  if (!used.every(Number.isFinite) || mu <= 0 || sigma <= 0 || spe.exp2Width < 0 || w1 < 0) return Number.NaN;

  const end = 10 * mu;
  const peakFrom = mu - 10 * sigma;
  const peakTo = mu + 10 * sigma;
  // Never so short that `from` stands still.
  const peakStep = Math.max(2 * sigma, 1e-12 * end);
  const scale = 2 * Math.min(spe.exp2Width || sigma, a1 === 0 ? sigma : w1 || sigma);
  let norm = 0;
  let first = 0;
  let from = 0;
  let knot = 0;
  while (from < end) {
    while (residual !== undefined && knot < residual.chargePe.length && residual.chargePe[knot]! <= from) knot++;
    const nextKnot = residual?.chargePe[knot] ?? Infinity;
    // Above an exponential's width pieces may grow: what is left of it there is vanishing. At the peak they may not.
    const growing = Math.max(scale, 0.1 * from);
    const step = from >= peakFrom && from < peakTo ? Math.min(growing, peakStep) : growing;
    const to = Math.min(end, nextKnot, from < peakFrom ? peakFrom : Infinity, from + step);
    const half = (to - from) / 2;
    for (let k = 0; k < NODES.length; k++) {
      const q = from + half * (1 + NODES[k]!);
      const pull = (q - mu) / sigma;
      const exponentials =
        (spe.exp2Width > 0 ? spe.exp2Amplitude * Math.exp(-q / spe.exp2Width) : 0) +
        (w1 > 0 ? a1 * Math.exp(-q / w1) : 0);
      const density = exponentials + spe.gaussAmplitude * Math.exp(-0.5 * pull * pull);
      const weight = half * WEIGHTS[k]! * density * (residual === undefined ? 1 : factorAt(residual, q, knot));
      norm += weight;
      first += weight * q;
    }
    from = to;
  }
  return (first / norm) * compensation;
}

/** Value of the curve at q between the points `knot - 1` and `knot`; end segments continued. */
function factorAt(curve: SpeResidual, q: number, knot: number): number {
  const right = Math.min(Math.max(knot, 1), curve.chargePe.length - 1);
  const x0 = curve.chargePe[right - 1]!;
  const y0 = curve.factor[right - 1]!;
  return y0 + ((q - x0) * (curve.factor[right]! - y0)) / (curve.chargePe[right]! - x0);
}

/** Gauss-Legendre quadrature of order 8 on [-1, 1]. */
const NODES = [
  -0.9602898564975363, -0.7966664774136267, -0.525532409916329, -0.1834346424956498, 0.1834346424956498,
  0.525532409916329, 0.7966664774136267, 0.9602898564975363,
] as const;
const WEIGHTS = [
  0.1012285362903763, 0.2223810344533745, 0.3137066458778873, 0.362683783378362, 0.362683783378362, 0.3137066458778873,
  0.2223810344533745, 0.1012285362903763,
] as const;
