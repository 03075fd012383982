/** Mean charge per photo-electron out of a module's calibration: event-formats.md 12.2. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanChargePe, type SpeResidual } from '../../src/detector/index.js';
import type { SpeChargeDistribution } from '../../src/event/index.js';
import { expectClose } from '../support/close.js';

const SPE: SpeChargeDistribution = {
  version: 2,
  exp2Amplitude: 0.6,
  exp2Width: 0.05,
  exp1Amplitude: 0.3,
  exp1Width: 0.6,
  gaussAmplitude: 1,
  gaussMean: 1.02,
  gaussWidth: 0.3,
  compensation: 0.95,
  slcGaussMean: 1.1,
};
const CURVE: SpeResidual = { chargePe: Float64Array.of(0, 0.5, 1, 2), factor: Float64Array.of(1, 0.8, 1.3, 1.1) };

/** The definition with two hundred thousand trapezia. */
function byTrapezia(spe: SpeChargeDistribution, curve?: SpeResidual): number {
  const n = 200_000;
  const end = 10 * spe.gaussMean;
  let norm = 0;
  let first = 0;
  for (let i = 0; i <= n; i++) {
    const q = (end * i) / n;
    const weight = i === 0 || i === n ? 0.5 : 1;
    const one = spe.version === 2 ? spe.exp1Amplitude * Math.exp(-q / spe.exp1Width) : 0;
    const gauss = spe.gaussAmplitude * Math.exp(-((q - spe.gaussMean) ** 2) / (2 * spe.gaussWidth ** 2));
    const density = spe.exp2Amplitude * Math.exp(-q / spe.exp2Width) + one + gauss;
    const p = weight * density * (curve === undefined ? 1 : factorAt(curve, q));
    norm += p;
    first += p * q;
  }
  return (first / norm) * (spe.version === 2 ? spe.compensation : 1);
}

function factorAt({ chargePe, factor }: SpeResidual, q: number): number {
  let right = chargePe.findIndex((x) => x > q);
  if (right < 0) right = chargePe.length - 1;
  const slope = (factor[right]! - factor[right - 1]!) / (chargePe[right]! - chargePe[right - 1]!);
  return factor[right - 1]! + slope * (q - chargePe[right - 1]!);
}

describe('the mean charge of a photo-electron', () => {
  it('is 0.86 over the ATWD correction without a distribution', () => {
    expect(meanChargePe({}, undefined)).toBe(0.86);
    expect(meanChargePe({ meanAtwdCharge: 1.1 }, undefined)).toBe(0.86 / 1.1);
    for (const unset of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
      expect(meanChargePe({ meanAtwdCharge: unset }, undefined)).toBe(0.86);
    }
  });

  it('is the mean of the distribution with one or two exponentials', () => {
    const first: SpeChargeDistribution = { ...SPE, version: 1 };
    expectClose(meanChargePe({ spe: first }, undefined), byTrapezia(first), { relative: 1e-7 });
    expectClose(meanChargePe({ spe: SPE }, undefined), byTrapezia(SPE), { relative: 1e-7 });
    expectClose(meanChargePe({ spe: SPE, meanAtwdCharge: 1.05 }, undefined), byTrapezia(SPE) / 1.05, {
      relative: 1e-7,
    });
  });

  it('is corrected by the curve for distributions of the second version only', () => {
    expectClose(meanChargePe({ spe: SPE }, CURVE), byTrapezia(SPE, CURVE), { relative: 1e-6 });
    const first: SpeChargeDistribution = { ...SPE, version: 1 };
    expect(meanChargePe({ spe: first }, CURVE)).toBe(meanChargePe({ spe: first }, undefined));
  });

  it('is that of the peak alone without exponentials', () => {
    const peak = { ...SPE, version: 1 as const, exp2Amplitude: 0, exp2Width: 0 };
    expectClose(meanChargePe({ spe: { ...peak, gaussWidth: 0.01 } }, undefined), 1.02, { relative: 1e-9 });
  });

  it('falls back to 0.86 for a distribution that is not set or makes no sense', () => {
    for (const wrong of [
      { gaussMean: Number.NaN },
      { gaussMean: 0 },
      { gaussWidth: 0 },
      { exp2Width: -1 },
      { compensation: 0 },
    ]) {
      expect(meanChargePe({ spe: { ...SPE, ...wrong } }, CURVE)).toBe(0.86);
    }
  });

  it('ends, and is a positive number, for whatever distribution', () => {
    const number = fc.double({ noDefaultInfinity: false, noNaN: false });
    const spe = fc.record({
      version: fc.constantFrom(1 as const, 2 as const),
      exp2Amplitude: number,
      exp2Width: number,
      exp1Amplitude: number,
      exp1Width: number,
      gaussAmplitude: number,
      gaussMean: number,
      gaussWidth: number,
      compensation: number,
      slcGaussMean: number,
    });
    fc.assert(
      fc.property(spe, number, (distribution, meanAtwdCharge) => {
        const charge = meanChargePe({ spe: distribution, meanAtwdCharge }, CURVE);
        expect(charge).toBeGreaterThanOrEqual(0);
        expect(charge).not.toBeNaN();
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
