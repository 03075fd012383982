import { describe, expect, test } from 'vitest';
import type { Detector } from '../../src/detector/index.js';
import { type PulseMap, summarizePulses } from '../../src/event/index.js';
import { drawCharge, type ElectronicsOptions, readOut } from '../../src/simulate/electronics.js';
import type { PhotoElectrons } from '../../src/simulate/light.js';
import { Random } from '../../src/simulate/random.js';
import { builtinIc86 } from '../prepare/decoded.js';
import { expectClose } from '../support/close.js';
import { detectorAt, mean } from './support.js';

const WINDOW = { startNs: 6_000, stopNs: 26_000 };

/** Photo-electrons at the given times, one list a module. */
function lightAt(...times: readonly (readonly number[])[]): PhotoElectrons {
  const first = Int32Array.from([
    0,
    ...times.map((_, i) => times.slice(0, i + 1).reduce((n, list) => n + list.length, 0)),
  ]);
  return { first, timeNs: Float64Array.from(times.flat()) };
}

function read(detector: Detector, light: PhotoElectrons, options: ElectronicsOptions = {}, seed = 1): PulseMap {
  return readOut(detector, light, WINDOW, options, new Random(seed));
}

const dark = (detector: Detector): PhotoElectrons => lightAt(...Array.from(detector.string, () => []));
/** Bright hits at the given times: twenty photo-electrons each, so that none is too small to be seen. */
function hits(...times: readonly number[]): number[] {
  return times.flatMap((t) => new Array<number>(20).fill(t));
}

/** Pulses come at the times of their photo-electrons. */
const SHARP: ElectronicsOptions = { jitterNs: 0, slcJitterNs: 0, discriminatorPe: 0 };
const pair = (options: object = {}): Detector =>
  detectorAt([
    { x: 0, y: 0, z: 17, string: 1, om: 1 },
    { x: 0, y: 0, z: 0, string: 1, om: 2, ...options },
  ]);

describe('the charge of a photo-electron', () => {
  const random = new Random(1);
  const charges = Array.from({ length: 100_000 }, () => drawCharge(random));

  test('is 1 in the mean, so that a module records its mean charge', () => {
    expectClose(mean(charges), 1, { absolute: 0.006 });
    const detector = detectorAt([{ x: 0, y: 0, z: 0 }]);
    const many = Array.from({ length: 300 }, (_, i) => 10_000 + i);
    const runs = Array.from({ length: 200 }, (_, seed) => summarizePulses(read(detector, lightAt(many), SHARP, seed)));
    // Without a neighbour only the first 75 ns are read.
    expectClose(mean(runs.map((run) => run.charge_pe)), 75 * 0.86, { relative: 0.02 });
  });

  test('is below a quarter photo-electron in 15 of 100', () => {
    expectClose(charges.filter((q) => q * 0.86 < 0.25).length / charges.length, 0.15, { absolute: 0.01 });
  });
});

describe('local coincidence', () => {
  test('is marked on modules that are at most two apart and fire within a microsecond', () => {
    const isHlc = (distance: number, delayNs: number): boolean => {
      const detector = detectorAt(
        Array.from({ length: 5 }, (_, k) => ({ x: 0, y: 0, z: -17 * k, string: 9, om: k + 1 })),
      );
      const times: number[][] = [hits(10_000), [], [], [], []];
      times[distance] = hits(10_000 + delayNs);
      const { flags } = read(detector, lightAt(...times), SHARP);
      expect(flags.length).toBe(2);
      return flags.every((flag) => flag === 7);
    };
    expect(isHlc(1, 900)).toBe(true);
    expect(isHlc(2, -900)).toBe(true);
    expect(isHlc(1, 1_100)).toBe(false);
    expect(isHlc(3, 0)).toBe(false);
  });

  test('does not reach from one string to another', () => {
    const detector = detectorAt([
      { x: 0, y: 0, z: 0 },
      { x: 1, y: 0, z: 0 },
    ]);
    expect([...read(detector, lightAt(hits(10_000), hits(10_010)), SHARP).flags]).toEqual([4, 4]);
  });

  test('is never marked on a module that delivers isolated hits only, nor is a dark one seen', () => {
    expect([...read(pair({ isSlcOnly: true }), lightAt(hits(10_000), hits(10_010)), SHARP).flags]).toEqual([7, 4]);
    const withDark = read(pair({ isOn: false }), lightAt(hits(10_000), hits(10_010)), SHARP);
    expect([...withDark.om]).toEqual([1]);
    expect([...withDark.flags]).toEqual([4]);
  });

  test('gives the whole waveform, an isolated hit one pulse and a dead module after it', () => {
    const late = [10_000, 10_050, 10_500, 12_000, 13_000];
    const hlc = read(pair(), lightAt(hits(...late), hits(10_100)), SHARP);
    expect([...hlc.timeNs.subarray(0, hlc.first[1])]).toEqual(late);
    const slc = read(detectorAt([{ x: 0, y: 0, z: 0 }]), lightAt(hits(...late)), SHARP);
    expect([...slc.timeNs]).toEqual([10_000, 13_000]);
  });
});

describe('pulses', () => {
  const busy = Array.from({ length: 400 }, (_, i) => 10_000 + 3.3 * i + 0.0137 * i * i);

  test('are at whole nanoseconds in ascending order, disjoint, with charges in steps', () => {
    const { timeNs, chargePe, widthNs, first } = read(pair(), lightAt(busy, busy));
    for (let d = 0; d < 2; d++) {
      for (let p = first[d]!; p < first[d + 1]!; p++) {
        expect(Number.isInteger(timeNs[p])).toBe(true);
        expectClose((chargePe[p]! / 0.05) % 1, 0.5, { absolute: 0.5 });
        if (p + 1 < first[d + 1]!) expect(timeNs[p]! + widthNs[p]!).toBeLessThanOrEqual(timeNs[p + 1]!);
      }
    }
  });

  test('come together where they cannot be told apart, with all the charge', () => {
    const one = read(pair(), lightAt(hits(10_000, 10_001, 10_002, 10_003), hits(10_000)), SHARP);
    expect(one.first[1]).toBe(1);
    expectClose(one.timeNs[0]!, 10_001.5, { absolute: 1 });
    expectClose(one.chargePe[0]!, 80 * 0.86, { relative: 0.25 });
  });

  test('are hardly closer than 7 ns, and hold no more than light fluctuates by: bright modules as well', () => {
    // Two photo-electrons a nanosecond for 400 ns; without a spread of charges 50 a bin of 25 ns, give or take 7.
    const bins: number[] = [];
    let close = 0;
    let count = 0;
    for (let seed = 0; seed < 60; seed++) {
      const random = new Random(9, seed);
      const light = Array.from({ length: 800 }, () => 10_000 + 400 * random.uniform()).sort((a, b) => a - b);
      const { first, timeNs, chargePe } = read(pair(), lightAt(light, hits(10_000)), {}, seed);
      const charges = new Float64Array(14);
      for (let p = first[0]!; p < first[1]!; p++) {
        if (p > first[0]!) count++;
        if (p > first[0]! && timeNs[p]! - timeNs[p - 1]! < 5) close++;
        const bin = Math.floor((timeNs[p]! - 10_025) / 25);
        if (bin >= 0 && bin < charges.length) charges[bin]! += chargePe[p]! / 0.86;
      }
      bins.push(...charges);
    }
    expect(count).toBeGreaterThan(2_000);
    expect(close / count).toBeLessThan(0.01);
    expectClose(mean(bins), 50, { relative: 0.03 });
    const variance = mean(bins.map((q) => (q - mean(bins)) ** 2));
    // 1.27 from the charges of photo-electrons; the rest from pulses that fall into one bin or the next.
    expect(variance / mean(bins)).toBeLessThan(3);
  });

  test('keep within the readout window', () => {
    const { timeNs } = read(pair(), lightAt([5_000, 25_990, 26_005], [5_000, 25_990, 26_005]), SHARP);
    expect([...timeNs].every((t) => t >= 6_000 && t < 26_000)).toBe(true);
  });

  test('are spread about the time of their photons', () => {
    const times = Array.from({ length: 1_500 }, (_, seed) =>
      read(pair(), lightAt([10_000], [10_000]), { jitterNs: 4 }, seed),
    )
      .filter((pulses) => pulses.timeNs.length === 2)
      .map((pulses) => pulses.timeNs[0]! - 10_000);
    expectClose(mean(times), 0, { absolute: 0.4 });
    expectClose(Math.sqrt(mean(times.map((t) => t * t))), 4, { relative: 0.08 });
  });
});

describe('dark noise', () => {
  test('has the rate of the modules, hardly any local coincidence, and charges like those of real isolated hits', async () => {
    const detector = await builtinIc86();
    const charges: number[] = [];
    const runs = Array.from({ length: 20 }, (_, seed) => {
      const pulses = read(detector, dark(detector), {}, seed);
      charges.push(...pulses.chargePe.filter((_, p) => pulses.flags[p] === 4));
      return summarizePulses(pulses);
    });
    let rate = 0;
    for (let i = 0; i < detector.string.length; i++) rate += detector.isOn[i]! * detector.noiseRateHz[i]!;
    // 15 % of photo-electrons do not reach the discriminator.
    expectClose(mean(runs.map((run) => run.n_pulse)), 0.85 * rate * 20e-6, { relative: 0.1 });
    expect(mean(runs.map((run) => run.n_hlc)) / mean(runs.map((run) => run.n_pulse))).toBeLessThan(0.02);
    charges.sort((a, b) => a - b);
    const quantile = (share: number): number => charges[Math.floor(share * charges.length)]!;
    expectClose(quantile(0.05), 0.32, { absolute: 0.1 });
    expectClose(quantile(0.5), 0.87, { absolute: 0.2 });
    expectClose(quantile(0.95), 1.6, { absolute: 0.2 });
  });

  test('can be turned off', async () => {
    const detector = await builtinIc86();
    expect(read(detector, dark(detector), { noiseScale: 0 }).timeNs.length).toBe(0);
  });
});
