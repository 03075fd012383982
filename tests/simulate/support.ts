/** What the tests of the simulation share: a small detector, the ice, and statistics. */
import { type Detector, detectorFromOpen } from '../../src/detector/index.js';
import { gammaQ, type IceModel, loadIceModel } from '../../src/light/index.js';
import type { SimulationOptions, SimulationSetup } from '../../src/simulate/index.js';
import type { Line } from '../../src/simulate/light.js';
import { builtinIc86, readResource } from '../prepare/decoded.js';

let ice: Promise<IceModel> | undefined;
/** SPICE-Mie, loaded once. */
export function spiceMie(): Promise<IceModel> {
  ice ??= loadIceModel(readResource);
  return ice;
}

/** The built-in IC86 in SPICE-Mie. */
export async function ic86Setup(): Promise<SimulationSetup> {
  return { detector: await builtinIc86(), isBuiltin: true, ice: await spiceMie() };
}

/** A track of 30 TeV through the middle of IC86; tests change one thing about it. */
export const TRACK: SimulationOptions = {
  kind: 'track',
  zenith: 1.6,
  azimuth: 2.2,
  x: 60,
  y: -40,
  z: 30,
  energyGev: 30_000,
  startTimeUtc: '2024-05-01T12:00:00Z',
  seed: 1,
};

/** A line through a point, by where it comes from. */
export function lineOf(zenith: number, azimuth: number, x = 0, y = 0, z = 0): Line {
  return {
    x,
    y,
    z,
    timeNs: 0,
    zenith,
    azimuth,
    directionX: -Math.sin(zenith) * Math.cos(azimuth),
    directionY: -Math.sin(zenith) * Math.sin(azimuth),
    directionZ: -Math.cos(zenith),
  };
}

/** A detector of modules at these places, one string each unless `string` says otherwise. */
export function detectorAt(
  places: readonly {
    readonly x: number;
    readonly y: number;
    readonly z: number;
    readonly string?: number;
    readonly om?: number;
    readonly noiseRateHz?: number;
    readonly isOn?: boolean;
    readonly isSlcOnly?: boolean;
    readonly efficiency?: number;
  }[],
): Detector {
  return detectorFromOpen({
    name: 'test',
    modules: places.map((place, i) => ({
      string: i + 1,
      om: 1,
      pmt: 0,
      efficiency: 1,
      noiseRateHz: 0,
      isOn: true,
      ...place,
    })),
  });
}

/**
 * Kolmogorov-Smirnov: the largest distance between a sample's distribution and `cdf`, times the root of the sample's
 * size. Above 1.63 in 1 % of samples that follow `cdf`, above 2.2 in 1 of 8000.
 */
export function kolmogorovSmirnov(sample: Iterable<number>, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(sample).sort();
  const n = sorted.length;
  let distance = 0;
  for (let i = 0; i < n; i++) {
    const expected = cdf(sorted[i]!);
    distance = Math.max(distance, expected - i / n, (i + 1) / n - expected);
  }
  return distance * Math.sqrt(n);
}

/** Probability of a chi-square as large as that of the counts against their expectations. */
export function chiSquareProbability(counts: readonly number[], expected: readonly number[]): number {
  const chi2 = counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0);
  return gammaQ(counts.length / 2, chi2 / 2);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
