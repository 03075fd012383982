import { describe, expect, it } from 'vitest';
import {
  decodeLightSplines,
  decodeMuonSplines,
  type LightSplines,
  PhotosplineTrackLight,
  SplineLight,
} from '../../../src/light/index.js';
import { Random } from '../../fuzz/mutate.js';
import { expectClose } from '../../support/close.js';
import { amplitudeFile, timeFile } from './muon-files.js';

const EVEN = { NGROUP: 1.34 };
const ODD = { NGROUP: 1.34, PARITY: 1 };
const PHOTONS = 32582 * (1.172 + 0.0324 * Math.log(0.01));

function tables(keys: Readonly<Record<string, number>>): { light: PhotosplineTrackLight; pairs: LightSplines[] } {
  const bare = { name: 'bare.abs.fits', bytes: amplitudeFile(keys) };
  const time = { name: 'bare.prob.fits', bytes: timeFile(keys) };
  const stochastic = { name: 'stoch.abs.fits', bytes: amplitudeFile(keys, 2) };
  return {
    light: new PhotosplineTrackLight(decodeMuonSplines(bare, time, stochastic)),
    pairs: [decodeLightSplines(bare, time), decodeLightSplines(stochastic, time)],
  };
}

describe('light of a muon from spline tables', () => {
  it.each([
    ['even', EVEN],
    ['odd', ODD],
  ])('is that of whole evaluations of the smeared tables: %s parity', (_, keys) => {
    const { light, pairs } = tables(keys);
    const narrow = new SplineLight(pairs[0]!, 2);
    const wide = new SplineLight(pairs[0]!, 1000);
    const stochastic = new SplineLight(pairs[1]!);
    const random = new Random(11);
    let seen = 0;
    for (let n = 0; n < 300; n++) {
      if (n % 20 === 0) {
        const zenith = n === 0 ? 0 : n === 20 ? Math.PI : Math.PI * random.next();
        const azimuth = 2 * Math.PI * random.next();
        for (const each of [light, narrow, wide, stochastic]) each.setDirection(zenith, azimuth);
      }
      const [z, vx, vy, vz] = [1200, 700, 700, 700].map((size) => (random.next() - 0.5) * size) as [
        number,
        number,
        number,
        number,
      ];
      const isSeen = narrow.look(z, vx, vy, vz);
      expect(light.look(z, vx, vy, vz)).toBe(isSeen);
      if (!isSeen) continue;
      wide.look(z, vx, vy, vz);
      stochastic.look(z, vx, vy, vz);
      seen++;
      expectClose(light.bareYield, PHOTONS * narrow.yield, { relative: 1e-12 }, 'yield');
      expectClose(light.stochasticYield, PHOTONS * stochastic.yield, { relative: 1e-12 }, 'stochastic yield');
      expectClose(light.directNs, narrow.directNs, { absolute: 1e-9 }, 'direct time');
      const unit = (value: number): number => Math.min(1, Math.max(0, value));
      for (const t of [-3000, -60, -39, 0, 3, 17, 300, 2500, 5990, 5997, 7000, 1e5]) {
        expectClose(light.cdf(t), unit(narrow.cdf(t)), { absolute: 1e-9 }, `CDF at ${t}`);
        expectClose(light.density(t), Math.max(0, narrow.density(t)), { absolute: 1e-12 }, `density at ${t}`);
        expectClose(light.lateCdf(t), unit(wide.cdf(t)), { absolute: 1e-12 }, `late CDF at ${t}`);
        expectClose(light.lateDensity(t), Math.max(0, wide.density(t)), { absolute: 1e-14 }, `late density at ${t}`);
      }
    }
    expect(seen).toBeGreaterThan(100);
  });

  it('ends where the tables end: too far, too high, above all light', () => {
    const { light } = tables(EVEN);
    light.setDirection(Math.PI / 2, 0);
    expect(light.look(0, 0, 499, 0)).toBe(true);
    expect(light.look(0, 0, 501, 0)).toBe(false);
    expect(light.look(819, 0, 50, 0)).toBe(true);
    expect(light.look(821, 0, 50, 0)).toBe(false);
    expect(light.look(0, 0, 50, 0)).toBe(true);
    expect(light.cdf(5997)).toBe(1);
    expect(light.cdf(-164)).toBe(0);
    expect(light.lateCdf(4001)).toBe(1);
  });

  it('does not depend on what was looked up before', () => {
    const places: [number, number, number, number][] = [
      [0, 10, 20, 30],
      [100, -30, 200, 15],
      [-300, 5, 0, -90],
    ];
    const used = tables(EVEN).light;
    for (const zenith of [0.4, 2, 0.4]) {
      const fresh = tables(EVEN).light;
      for (const light of [used, fresh]) light.setDirection(zenith, 1);
      for (const place of places) {
        for (const light of [used, fresh]) light.look(...place);
        const all = (light: PhotosplineTrackLight): number[] => [
          light.bareYield,
          light.stochasticYield,
          light.directNs,
          ...[-10, 5, 200, 2000].flatMap((t) => [
            light.density(t),
            light.cdf(t),
            light.lateDensity(t),
            light.lateCdf(t),
          ]),
        ];
        expect(all(used)).toEqual(all(fresh));
      }
    }
  });
});
