import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/index.js';
import { detectorForEvent, detectorFromOpen } from '../../src/detector/index.js';
import { decodeEvent, summarizePulses, writeOpenEvent } from '../../src/event/index.js';
import { GROUP_INDEX, PHASE_INDEX, SPEED_OF_LIGHT } from '../../src/light/index.js';
import { type SimulationOptions, type SimulationSetup, simulateEvent } from '../../src/simulate/index.js';
import { builtinIc86 } from '../prepare/decoded.js';
import { expectClose } from '../support/close.js';
import { ic86Setup, mean, TRACK } from './support.js';

let setup: SimulationSetup;
beforeAll(async () => {
  setup = await ic86Setup();
});

const textOf = (options: SimulationOptions): string => writeOpenEvent(simulateEvent(setup, options).event);

describe('a simulated event', () => {
  test('is the same, byte for byte, for the same options', () => {
    expect(textOf(TRACK)).toBe(textOf({ ...TRACK }));
  });

  test('is another for another seed, stream or direction', () => {
    const texts = [
      TRACK,
      { ...TRACK, seed: 2 },
      { ...TRACK, stream: 2 },
      { ...TRACK, azimuth: 2.3 },
      { ...TRACK, kind: 'cascade' as const },
    ].map((options) => JSON.stringify(JSON.parse(textOf(options)).pulses));
    expect(new Set(texts).size).toBe(5);
  });

  test('knows its truth, says that it is simulated, and survives its file', () => {
    const { event } = simulateEvent(setup, { ...TRACK, runId: 12, eventId: 34, azimuth: 2.2 + 2 * Math.PI });
    expect(event.header).toMatchObject({ runId: 12, eventId: 34, isReal: false, eventType: 'track', mjd: 60431.5 });
    expect(event.truth).toMatchObject({
      x: 60,
      y: -40,
      z: 30,
      zenith: 1.6,
      energyGev: 30_000,
      shape: 'infinite track',
      pdg: 13,
    });
    expectClose(event.truth!.azimuth, 2.2, { absolute: 1e-12 });
    expect(event.openDetector).toBe('IC86');
    const bytes = new TextEncoder().encode(writeOpenEvent(event));
    expect(decodeEvent(bytes, 'event.json')).toEqual(event);
  });

  test('has its first light 4 microseconds after the window opens, and none on modules that are off', () => {
    const { event } = simulateEvent(setup, { ...TRACK, electronics: { noiseScale: 0 } });
    const { pulses, readoutWindow } = event;
    const first = summarizePulses(pulses).t_min_ns!;
    expect(first - readoutWindow!.startNs).toBeGreaterThan(3_980);
    expect(first - readoutWindow!.startNs).toBeLessThan(4_200);
    const off = new Set<string>();
    setup.detector.isOn.forEach((on, i) => {
      if (on === 0) off.add(`${setup.detector.string[i]},${setup.detector.om[i]}`);
    });
    expect(off.size).toBe(84);
    expect(Array.from(pulses.string, (string, d) => `${string},${pulses.om[d]}`).filter((key) => off.has(key))).toEqual(
      [],
    );
  });

  test('has the time of its truth: light of a track comes along the Cherenkov cone from there', () => {
    const { event } = simulateEvent(setup, {
      ...TRACK,
      energyGev: 1e5,
      electronics: { noiseScale: 0, jitterNs: 0, slcJitterNs: 0 },
    });
    const { detector } = setup;
    const truth = event.truth!;
    const d = [
      -Math.sin(truth.zenith) * Math.cos(truth.azimuth),
      -Math.sin(truth.zenith) * Math.sin(truth.azimuth),
      -Math.cos(truth.zenith),
    ];
    const k = (PHASE_INDEX * GROUP_INDEX - 1) / Math.sqrt(PHASE_INDEX * PHASE_INDEX - 1);
    const residuals: number[] = [];
    event.pulses.string.forEach((string, dom) => {
      const i = detector.string.findIndex((s, j) => s === string && detector.om[j] === event.pulses.om[dom]);
      const v = [detector.x[i]! - truth.x, detector.y[i]! - truth.y, detector.z[i]! - truth.z];
      const along = v[0]! * d[0]! + v[1]! * d[1]! + v[2]! * d[2]!;
      const rho = Math.sqrt(Math.max(0, v[0]! ** 2 + v[1]! ** 2 + v[2]! ** 2 - along ** 2));
      if (rho > 40) return;
      residuals.push(
        event.pulses.timeNs[event.pulses.first[dom]!]! - truth.timeNs - (along + k * rho) / SPEED_OF_LIGHT,
      );
    });
    residuals.sort((a, b) => a - b);
    expect(residuals.length).toBeGreaterThan(20);
    expect(residuals[0]).toBeGreaterThan(-6);
    expect(residuals[Math.floor(residuals.length / 2)]).toBeLessThan(25);
  });

  test('is mostly in local coincidence where there is light, and rarely where there is only noise', () => {
    const shares = [1, 2, 3].map((seed) => {
      const { n_hlc, n_pulse } = summarizePulses(simulateEvent(setup, { ...TRACK, seed }).event.pulses);
      return n_hlc / n_pulse;
    });
    for (const share of shares) {
      expect(share).toBeGreaterThan(0.6);
      expect(share).toBeLessThan(0.98);
    }
    const { event, photoElectrons } = simulateEvent(setup, { ...TRACK, x: 5_000, zenith: 0 });
    expect(photoElectrons).toBe(0);
    expect(event.warnings).toEqual(['No light of the simulated particle reached a module.']);
    expect(summarizePulses(event.pulses).n_hlc).toBeLessThan(5);
  });

  test('has light in proportion to its energy', () => {
    const seen = (kind: 'track' | 'cascade', energyGev: number): number =>
      mean([1, 2, 3, 4].map((seed) => simulateEvent(setup, { ...TRACK, kind, energyGev, seed }).photoElectrons));
    expectClose(seen('cascade', 1e5) / seen('cascade', 1e4), 10, { relative: 0.1 });
    // A muon makes light even where it loses little: below some TeV the energy hardly shows.
    const few = seen('track', 1e3);
    expect(few).toBeGreaterThan(30);
    expect(seen('track', 1e4) / few).toBeLessThan(8);
    expect(seen('track', 1e5) / few).toBeGreaterThan(10);
  });

  test('comes in a detector of its own where it was simulated in one', async () => {
    const places = Array.from({ length: 60 }, (_, i) => ({ string: 1 + (i % 6), om: 1 + Math.floor(i / 6) }));
    const modules = places.map(({ string, om }) => ({
      string,
      om,
      pmt: 0,
      x: 60 * (string % 3),
      y: 60 * Math.floor(string / 3),
      z: 170 - 36 * om,
      efficiency: 0.8,
      noiseRateHz: 2_000,
      isOn: om !== 3,
    }));
    const detector = detectorFromOpen({ name: 'Lake', modules });
    const { event } = simulateEvent({ ...setup, detector, isBuiltin: false }, { ...TRACK, x: 60, y: 30, z: 0 });
    const read = decodeEvent(new TextEncoder().encode(writeOpenEvent(event)), 'lake.json');
    const { provenance: _, ...figures } = detectorForEvent(read, await builtinIc86(), null);
    const { provenance: __, ...expected } = detector;
    expect(figures).toEqual(expected);
    expect(summarizePulses(read.pulses).n_hlc).toBeGreaterThan(20);
    expect([...read.pulses.om]).not.toContain(3);
  });
});

describe('options that make no sense are refused with a sentence', () => {
  test.each<[string, Partial<SimulationOptions>, string]>([
    ['too little energy', { energyGev: 1 }, 'The energy must be from 10 GeV to 100000000 GeV, not 1.'],
    ['no energy', { energyGev: Number.NaN }, 'The energy must be from 10 GeV to 100000000 GeV, not NaN.'],
    ['a zenith in degrees', { zenith: 90 }, 'The zenith must be from 0 to 180 degrees.'],
    ['no place', { x: Number.NaN }, 'The direction and position must be numbers.'],
    [
      'half a seed',
      { seed: 0.5 },
      'Seeds and the numbers of runs and events must be whole numbers of 0 or more, not 0.5.',
    ],
    ['no time', { startTimeUtc: 'yesterday' }, '"yesterday" is no UTC time like 2024-05-01T12:00:00Z.'],
  ])('%s', (_, change, sentence) => {
    const attempt = (): unknown => simulateEvent(setup, { ...TRACK, ...change });
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(sentence);
  });
});
