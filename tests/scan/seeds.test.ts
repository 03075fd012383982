/** Where the fits of a pixel start. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Detector } from '../../src/detector/index.js';
import {
  CYLINDER_VARIATIONS,
  type HlcTimes,
  hlcTimes,
  refineSeedTime,
  rotateIntoTrack,
} from '../../src/prepare/index.js';
import type { RecoTask } from '../../src/reco/index.js';
import { parseProgression } from '../../src/scan/index.js';
import { type SeedRules, type SeedSource, taskOf } from '../../src/scan/seeds.js';
import { ancestor, directionOf, pixelPhi, pixelTheta, skyFrame } from '../../src/sky/index.js';
import { builtinIc86, readDecoded } from '../prepare/decoded.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedJson } from '../support/shared.js';
import { answerOf, scanLandscape } from './scan-landscape.js';

let detector: Detector;
beforeAll(async () => {
  detector = await builtinIc86();
});

const twoModules: HlcTimes = {
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
const source: SeedSource = { rules, frame, seedVertex, hlcTimes: twoModules };
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
      const timeNs = refineSeedTime(twoModules, x, y, z, zenith, azimuth, 9_000);
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
        timeNs: refineSeedTime(twoModules, -50 + dx, 60 + dy, -70 + dz, zenith, azimuth, 9_500),
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
    const nameOf = (n: number, pixel: number): string => `${n} ${pixel}`;
    const inOrder = rounds.flatMap(({ sent }) => sent.flatMap((s) => s.pixels.map((pixel) => nameOf(s.nside, pixel))));
    /** Pixels that were finished when a pixel was chosen. */
    const finishedBefore = (nside: number, pixel: number): Set<string> => {
      const round = rounds.find(({ sent }) => sent.some((s) => s.nside === nside && s.pixels.includes(pixel)))!;
      return new Set(inOrder.slice(0, round.collected));
    };
    const skipped = { grandparent: 0, failed: 0 };
    for (const { nside, pixel, variations } of tasks) {
      const finished = finishedBefore(nside, pixel);
      const coarser = nsides.filter((n) => n < nside).reverse();
      const from = coarser.find((n) => finished.has(nameOf(n, ancestor(nside, pixel, n))));
      const map = outcome.result.maps.find((candidate) => candidate.nside === from);
      const i = from === undefined ? -1 : map!.pixel.indexOf(ancestor(nside, pixel, from));
      if (from !== undefined && from !== coarser[0]) skipped.grandparent++;
      if (from !== undefined && Number.isNaN(map!.llh[i]!)) skipped.failed++;
      expect(variations[0]!.seeds).toEqual(
        from === undefined || Number.isNaN(map!.llh[i]!)
          ? [{ x: 0, y: 0, z: 0, timeNs: 0, energyGev: Number.NaN }]
          : [{ x: map!.x[i], y: map!.y[i], z: map!.z[i], timeNs: map!.t[i], energyGev: 1000 }],
      );
    }
    // The landscape is one in which both exceptions happen.
    expect(skipped.grandparent).toBeGreaterThan(0);
    expect(skipped.failed).toBeGreaterThan(0);
  });
});

const RECOS = ['millipede_wilks', 'splinempe'];

needsShared(
  'messages of upstream',
  RECOS.map((reco) => `data/reco-pixel/${reco}/BRONZE`),
  () => {
    it.each(RECOS)('a task of %s has the direction and the time of the message', (reco) => {
      const folder = `data/reco-pixel/${reco}/BRONZE`;
      const objects: { key: string; value: never }[] = sharedJson(`${folder}/pixel.decoded.json`).in.frame.objects;
      const value = <T>(key: string): T => objects.find((object) => object.key === key)!.value;
      const seed = value<{ position: number[]; zenith: number; azimuth: number; time: number }>(
        'MillipedeSeedParticle',
      );
      const { mjd } = value<{ start_time: { mjd: number } }>('I3EventHeader').start_time;
      const [x, y, z] = seed.position as [number, number, number];
      const pulses = readDecoded(`${folder}/startup.decoded.json`).pulses('SplitUncleanedInIcePulses');
      const task = taskOf(
        {
          rules: { variations: [[0, 0, 0]], rotatesVertex: true, refinesTime: true, addsFallbackSeed: false },
          frame: skyFrame(mjd),
          seedVertex: { x, y, z, timeNs: 0 },
          hlcTimes: hlcTimes(pulses, detector),
        },
        value('SCAN_HealpixNSide'),
        value('SCAN_HealpixPixel'),
        [0],
        null,
      );
      expectClose(task.zenith, seed.zenith, { absolute: 2e-7 });
      expectClose(task.azimuth, seed.azimuth, { absolute: 2e-7 });
      const [start] = task.variations[0]!.seeds;
      expect(start).toMatchObject({ x, y, z, energyGev: Number.NaN });
      // The direction's last digits move the closest point by less than a millimetre.
      expectClose(start!.timeNs, seed.time, { absolute: 1e-3 });
    });
  },
);
