/** Where the fits of a pixel start. */
import { describe, expect, it } from 'vitest';
import { CYLINDER_VARIATIONS, type HlcTimes, refineSeedTime, rotateIntoTrack } from '../../src/prepare/index.js';
import type { RecoTask } from '../../src/reco/index.js';
import { parseProgression } from '../../src/scan/index.js';
import { type SeedRules, type SeedSource, taskOf } from '../../src/scan/seeds.js';
import { ancestor, directionOf, pixelPhi, pixelTheta, skyFrame } from '../../src/sky/index.js';
import { answerOf, scanLandscape } from './scan-landscape.js';

const hlcTimes: HlcTimes = {
  x: Float64Array.of(100, -300),
  y: Float64Array.of(0, 200),
  z: Float64Array.of(-20, 100),
  firstTimeNs: Float64Array.of(10_000, 11_000),
};
const rules: SeedRules = {
  variations: CYLINDER_VARIATIONS,
  rotatesVertex: true,
  refinesTime: true,
  addsFallbackSeed: true,
};
const frame = skyFrame(59723.32051140454);
const seedVertex = { x: 10, y: 20, z: 30, timeNs: 9_000 };
const source: SeedSource = { rules, frame, seedVertex, hlcTimes };
const ALL = [0, 1, 2, 3, 4, 5, 6];

describe('the task of a pixel', () => {
  const { zenith, azimuth } = directionOf(frame, pixelPhi(8, 300), Math.PI / 2 - pixelTheta(8, 300));

  it('has the direction of its centre at the time of the event', () => {
    expect(taskOf(source, 8, 300, ALL, null)).toMatchObject({ nside: 8, pixel: 300, zenith, azimuth });
  });

  it('starts the coarsest pixels at the event seed vertex, moved by each variation in the frame of the track', () => {
    const { variations } = taskOf(source, 8, 300, ALL, null);
    expect(variations.map(({ variation }) => variation)).toEqual(ALL);
    for (const { variation, seeds } of variations) {
      const [dx, dy, dz] = rotateIntoTrack(CYLINDER_VARIATIONS[variation]!, zenith, azimuth);
      const [x, y, z] = [10 + dx, 20 + dy, 30 + dz];
      const timeNs = refineSeedTime(hlcTimes, x, y, z, zenith, azimuth, 9_000);
      expect(seeds).toEqual([{ x, y, z, timeNs, energyGev: Number.NaN }]);
    }
  });

  it('is the same whatever tasks were made before it', () => {
    const alone = taskOf(source, 8, 300, ALL, null);
    for (let pixel = 0; pixel < 50; pixel++) taskOf(source, 8, pixel, ALL, null);
    expect(taskOf(source, 8, 300, ALL, null)).toEqual(alone);
    expect(taskOf(source, 8, 300, [3], null).variations).toEqual([alone.variations[3]]);
  });

  it('leaves variations along the axes of the detector where the reco does not rotate them', () => {
    const { variations } = taskOf({ ...source, rules: { ...rules, rotatesVertex: false } }, 8, 300, [3], null);
    const [x, y, z] = CYLINDER_VARIATIONS[3]!;
    expect(variations[0]!.seeds[0]).toMatchObject({ x: 10 + x, y: 20 + y, z: 30 + z });
  });

  it('keeps the time of the base vertex where the reco does not refine it', () => {
    const plain = { ...source, rules: { ...rules, refinesTime: false } };
    expect(taskOf(plain, 8, 300, [1], null).variations[0]!.seeds[0]!.timeNs).toBe(9_000);
    expect(taskOf({ ...source, hlcTimes: null }, 8, 300, [1], null).variations[0]!.seeds[0]!.timeNs).toBe(9_000);
  });

  it('starts finer pixels from the coarser fit, with the event seed vertex as a fallback', () => {
    const coarser = { x: -50, y: 60, z: -70, timeNs: 9_500, energyGev: 1234 };
    const { seeds } = taskOf(source, 8, 300, [2], coarser).variations[0]!;
    const [dx, dy, dz] = rotateIntoTrack(CYLINDER_VARIATIONS[2]!, zenith, azimuth);
    expect(seeds).toEqual([
      {
        x: -50 + dx,
        y: 60 + dy,
        z: -70 + dz,
        timeNs: refineSeedTime(hlcTimes, -50 + dx, 60 + dy, -70 + dz, zenith, azimuth, 9_500),
        energyGev: 1234,
      },
      taskOf(source, 8, 300, [2], null).variations[0]!.seeds[0],
    ]);
  });

  it('has one seed where the reco wants no fallback or where both would be the same', () => {
    const coarser = { x: -50, y: 60, z: -70, timeNs: 9_500, energyGev: 1234 };
    const without = { ...source, rules: { ...rules, addsFallbackSeed: false } };
    expect(taskOf(without, 8, 300, [2], coarser).variations[0]!.seeds).toHaveLength(1);
    const same = { ...seedVertex, energyGev: 1234 };
    expect(taskOf(source, 8, 300, [2], same).variations[0]!.seeds).toHaveLength(1);
  });
});

describe('the seeds in a scan', () => {
  const landscape = {
    base: 5000,
    bowls: [{ ra: 100, dec: 30, depth: 800, k: 30 }],
    rugged: { amp: 200, seed: 4 },
    nan: { mod: 9, seed: 2 },
  };

  it('of a finer pixel come from the nearest coarser finished pixel around its centre, unless that one failed', async () => {
    const progression = parseProgression(['2:0', '8:1', '32:40']);
    const nsides = progression.map(({ nside }) => nside);
    const tasks: RecoTask[] = [];
    const { outcome, rounds } = await scanLandscape({
      landscape,
      progression,
      answer: (task) => {
        tasks.push(task);
        return answerOf(landscape, task);
      },
    });
    const skipped = { grandparent: 0, failed: 0 };
    for (const { nside, pixel, variations } of tasks) {
      const { seeds } = variations[0]!;
      const coarserNsides = nsides.filter((n) => n < nside).reverse();
      // Only what was finished when the pixel was chosen counts, and what finished later cannot be told apart here:
      // this progression never chooses a pixel before its chosen ancestors are finished in the same or a later round.
      const round = rounds.findIndex(({ sent }) => sent.some((s) => s.nside === nside && s.pixels.includes(pixel)));
      const before = new Set(
        rounds.slice(0, round).flatMap(({ sent }) => sent.flatMap((s) => s.pixels.map((p) => `${s.nside} ${p}`))),
      );
      const entered = rounds[round]!.collected;
      const order = rounds.flatMap(({ sent }) => sent.flatMap((s) => s.pixels.map((p) => `${s.nside} ${p}`)));
      const finished = new Set(order.slice(0, entered).filter((k) => before.has(k)));
      const from = coarserNsides
        .map((n) => ({ nside: n, pixel: ancestor(nside, pixel, n) }))
        .find((p) => finished.has(`${p.nside} ${p.pixel}`));
      const map = from && outcome.result.maps.find((m) => m.nside === from.nside)!;
      const index = from ? map!.pixel.indexOf(from.pixel) : -1;
      if (from && from.nside !== coarserNsides[0]) skipped.grandparent++;
      if (!from || Number.isNaN(map!.llh[index]!)) {
        if (from) skipped.failed++;
        expect(seeds).toEqual([{ x: 0, y: 0, z: 0, timeNs: 0, energyGev: Number.NaN }]);
      } else {
        const at = { x: map!.x[index]!, y: map!.y[index]!, z: map!.z[index]!, timeNs: map!.t[index]! };
        expect(seeds).toEqual([{ ...at, energyGev: 1000 }]);
      }
    }
    // The landscape is one in which both exceptions happen.
    expect(skipped.grandparent).toBeGreaterThan(0);
    expect(skipped.failed).toBeGreaterThan(0);
  });
});
