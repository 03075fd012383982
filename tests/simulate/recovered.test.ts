import { describe, expect, test } from 'vitest';
import { detectorForEvent } from '../../src/detector/index.js';
import { findReco, type RecoResult } from '../../src/reco/index.js';
import { taskOf } from '../../src/scan/seeds.js';
import { simulateEvent } from '../../src/simulate/index.js';
import { angularDistance, children, pixelCount, pixelPhi, pixelTheta, raDecOf, skyFrame } from '../../src/sky/index.js';
import { ic86Setup, TRACK } from './support.js';

const DEG = 180 / Math.PI;

describe('a simulated track is found where it was simulated', () => {
  test.each([
    { zenith: 1.65, azimuth: 2.2, seed: 11 },
    { zenith: 0.6, azimuth: 4, seed: 12 },
  ])('from zenith $zenith, azimuth $azimuth', async (options) => {
    const setup = await ic86Setup();
    const { event } = simulateEvent(setup, { ...TRACK, ...options });
    const detector = detectorForEvent(event, setup.detector, null);
    const reco = findReco('pandel_mpe');
    const prepared = await reco.prepare({ event, detector, ice: setup.ice, settings: {} });
    const fitTask = await reco.createFit(prepared);
    const frame = skyFrame(event.header.mjd);
    const source = { rules: reco, frame, seedVertex: prepared.seedVertex, hlcTimes: prepared.hlcTimes };
    const best = async (nside: number, pixels: readonly number[]): Promise<RecoResult[]> => {
      const all: RecoResult[] = [];
      for (const pixel of pixels) all.push(...(await fitTask(taskOf(source, nside, pixel, [0], null))));
      return all.filter(({ llh }) => Number.isFinite(llh)).sort((a, b) => a.llh - b.llh);
    };
    const coarse = await best(
      8,
      Array.from({ length: pixelCount(8) }, (_, i) => i),
    );
    const fine = await best(
      64,
      coarse.slice(0, 3).flatMap(({ pixel }) => children(8, pixel, 64)),
    );
    const { pixel } = fine[0]!;
    const { raRad, decRad } = raDecOf(frame, event.truth!.zenith, event.truth!.azimuth);
    const off = angularDistance(pixelPhi(64, pixel), Math.PI / 2 - pixelTheta(64, pixel), raRad, decRad) * DEG;
    expect(off).toBeLessThan(1.5);
  });
});
