import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/config/index.js';
import type { RecoResult } from '../../src/reco/index.js';
import { findReco } from '../../src/reco/index.js';
import { builtinIc86 } from '../prepare/decoded.js';
import { emptyEvent, trackEvent } from './events.js';

const SEED = { x: 0, y: 0, z: 0, timeNs: 0, energyGev: Number.NaN };

async function resultOf(
  name: string,
  task: { nside?: number; pixel?: number; variation?: number; runId?: number; eventId?: number },
  settings: Record<string, string> = {},
): Promise<RecoResult> {
  const { nside = 8, pixel = 100, variation = 0, runId = 1, eventId = 2 } = task;
  const event = emptyEvent();
  const reco = findReco(name);
  const prepared = await reco.prepare({
    event: { ...event, header: { ...event.header, runId, eventId } },
    detector: await builtinIc86(),
    ice: null as never,
    settings,
  });
  const run = await reco.createFit(structuredClone(prepared));
  return (await run({ nside, pixel, zenith: 1, azimuth: 1, variations: [{ variation, seeds: [SEED] }] }))[0]!;
}

const FIGURES = ['llh', 'x', 'y', 'z', 'timeNs', 'eInGev', 'eTotGev', 'energyGev'] as const;

describe('dummy', () => {
  it('gives the same figures for the same event, nside, pixel and variation, always', async () => {
    expect(await resultOf('dummy', {})).toEqual(await resultOf('dummy', {}));
  });

  it('gives other figures when any of them differs', async () => {
    const here = await resultOf('dummy', {});
    for (const other of [{ nside: 16 }, { pixel: 101 }, { variation: 1 }, { runId: 3 }, { eventId: 3 }]) {
      const there = await resultOf('dummy', other);
      for (const figure of FIGURES) expect(there[figure]).not.toBe(here[figure]);
    }
  });

  it('draws them evenly from 0 to 1', async () => {
    const results = await Promise.all(Array.from({ length: 2000 }, (_, pixel) => resultOf('dummy', { pixel })));
    for (const figure of FIGURES) {
      const values = results.map((result) => result[figure]);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values)).toBeLessThan(1);
      expect(Math.abs(values.reduce((a, b) => a + b) / 2000 - 0.5)).toBeLessThan(0.03);
      expect(new Set(values).size).toBeGreaterThan(1990);
    }
  });

  it('starts at the origin at time 0 and carries the first coincident pulses along', async () => {
    const ic86 = await builtinIc86();
    const event = trackEvent(ic86, { zenith: 1, azimuth: 1, x: 0, y: 0, z: 0, timeNs: 500 });
    const prepared = await findReco('dummy').prepare({ event, detector: ic86, ice: null as never, settings: {} });
    expect(prepared.seedVertex).toEqual({ x: 0, y: 0, z: 0, timeNs: 0 });
    expect(prepared.hlcTimes!.firstTimeNs).toHaveLength(event.pulses.string.length);
  });

  it('takes as long as it is told to', async () => {
    const from = performance.now();
    await resultOf('dummy', {}, { delay_s: '0.2' });
    expect(performance.now() - from).toBeGreaterThan(190);
  });

  it('refuses a delay that is none, and options it does not have', async () => {
    await expect(resultOf('dummy', {}, { delay_s: '-1' })).rejects.toThrow(ConfigError);
    await expect(resultOf('dummy', {}, { delay: '1' })).rejects.toThrow(/dummy has no option "delay"/);
  });
});

describe('crash_dummy', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is dummy where nothing happens', async () => {
    expect(await resultOf('crash_dummy', {}, { crash_probability: '0' })).toEqual(await resultOf('dummy', {}));
    vi.spyOn(Math, 'random').mockReturnValue(0.6);
    expect(await resultOf('crash_dummy', {}, { crash_probability: '0.5' })).toEqual(await resultOf('dummy', {}));
  });

  it('fails with its own words in half of the accidents', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.2);
    await expect(resultOf('crash_dummy', {})).rejects.toThrow('intentional crash-dummy error');
  });

  it('refuses a probability that is none', async () => {
    await expect(resultOf('crash_dummy', {}, { crash_probability: '1.5' })).rejects.toThrow(/\[0, 1\]/);
  });
});
