import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, RecoError } from '../../../src/config/index.js';
import type { Detector } from '../../../src/detector/index.js';
import { type DecodedEvent, decodeEvent } from '../../../src/event/index.js';
import { type IceModel, loadIceModel, SPEED_OF_LIGHT } from '../../../src/light/index.js';
import { directionOfTravel, refineSeedTime, rotateIntoTrack } from '../../../src/prepare/index.js';
import { findReco, type PreparedEvent, type RecoResult, type RecoTask } from '../../../src/reco/index.js';
import type { PandelMpeData } from '../../../src/reco/pandel-mpe/index.js';
import { type FirstHits, PandelMpeLikelihood } from '../../../src/reco/pandel-mpe/likelihood.js';
import { randomNumbers } from '../../light/random.js';
import { builtinIc86, readResource } from '../../prepare/decoded.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedBytes } from '../../support/shared.js';
import { emptyEvent, seaDetector, type Track, trackEvent } from '../events.js';

const reco = findReco('pandel_mpe');
const TRACK: Track = { zenith: 1.4, azimuth: 0.7, x: 40, y: -30, z: -330, timeNs: 12_000 };
const SETTINGS = { jitterNs: 4, growth: 1.5, noisePerNs: 1e-5 };

let ic86: Detector;
let ice: IceModel;
beforeAll(async () => {
  [ic86, ice] = await Promise.all([builtinIc86(), loadIceModel(readResource)]);
});

async function prepare(event: DecodedEvent, detector = ic86, settings = {}): Promise<PreparedEvent<PandelMpeData>> {
  return (await reco.prepare({ event, detector, ice, settings })) as PreparedEvent<PandelMpeData>;
}

/** The task of one direction, seeded as the scan does on its first nside. */
function taskAt(prepared: PreparedEvent, zenith: number, azimuth: number): RecoTask {
  const base = prepared.seedVertex;
  return {
    nside: 8,
    pixel: 5,
    zenith,
    azimuth,
    variations: reco.variations.map((offset, variation) => {
      const [dx, dy, dz] = rotateIntoTrack(offset, zenith, azimuth);
      const [x, y, z] = [base.x + dx, base.y + dy, base.z + dz];
      const timeNs = refineSeedTime(prepared.hlcTimes!, x, y, z, zenith, azimuth, base.timeNs);
      return { variation, seeds: [{ x, y, z, timeNs, energyGev: Number.NaN }] };
    }),
  };
}

async function fitAt(prepared: PreparedEvent, zenith: number, azimuth: number): Promise<RecoResult[]> {
  return (await reco.createFit(prepared))(taskAt(prepared, zenith, azimuth));
}

const best = (results: readonly RecoResult[]): RecoResult => results.reduce((a, b) => (b.llh < a.llh ? b : a));

describe('a track of known truth', () => {
  it('fits best in its own direction, on its own line', async () => {
    const prepared = await prepare(trackEvent(ic86, TRACK));
    const right = best(await fitAt(prepared, TRACK.zenith, TRACK.azimuth));
    for (const [dz, da] of [
      [0.02, 0],
      [-0.02, 0],
      [0, 0.02],
      [0, -0.02],
      [0.3, 1],
      [1, 3],
    ] as const) {
      const wrong = best(await fitAt(prepared, TRACK.zenith + dz, TRACK.azimuth + da));
      expect(wrong.llh).toBeGreaterThan(right.llh + 1);
    }
    const n = directionOfTravel(TRACK.zenith, TRACK.azimuth);
    const d = [right.x - TRACK.x, right.y - TRACK.y, right.z - TRACK.z];
    const along = d[0]! * n[0] + d[1]! * n[1] + d[2]! * n[2];
    expect(Math.hypot(...d.map((v, k) => v - along * n[k]!))).toBeLessThan(8);
    expect(Math.abs(right.timeNs - TRACK.timeNs - along / SPEED_OF_LIGHT)).toBeLessThan(20);
  });

  it('is found from most of the seven starts', async () => {
    const results = await fitAt(await prepare(trackEvent(ic86, TRACK)), TRACK.zenith, TRACK.azimuth);
    expect(results.map(({ variation }) => variation)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const lowest = best(results).llh;
    expect(results.filter(({ llh }) => llh < lowest + 0.1).length).toBeGreaterThanOrEqual(4);
  });

  it('is found in a detector that is not IceCube', async () => {
    const sea = seaDetector();
    const track = { zenith: 2.2, azimuth: 4, x: 1130, y: -1860, z: 640, timeNs: -500 };
    const prepared = await prepare({ ...trackEvent(sea, track), openDetector: null }, sea);
    const right = best(await fitAt(prepared, track.zenith, track.azimuth));
    expect(right.llh).toBeLessThan(best(await fitAt(prepared, track.zenith - 0.1, track.azimuth)).llh - 1);
    expect(right.llh).toBeLessThan(best(await fitAt(prepared, 0.3, track.azimuth)).llh - 10);
  });
});

describe('a result', () => {
  it('is the same to the last bit whatever was fitted before, and from a copy of the prepared event', async () => {
    const prepared = await prepare(trackEvent(ic86, TRACK));
    const run = await reco.createFit(prepared);
    const [a, b] = [taskAt(prepared, 1.3, 0.6), taskAt(prepared, 2, 3)];
    const first = await run(a);
    await run(b);
    expect(await run(a)).toEqual(first);
    const copied = await reco.createFit(structuredClone({ ...prepared }));
    expect(await copied(b)).toEqual(await run(b));
    expect(await copied(a)).toEqual(first);
  });

  it('of a start without a number comes from the other starts, or is NaN', async () => {
    const prepared = await prepare(trackEvent(ic86, TRACK));
    const run = await reco.createFit(prepared);
    const task = taskAt(prepared, TRACK.zenith, TRACK.azimuth);
    const bad = { ...task.variations[0]!.seeds[0]!, x: Number.NaN };
    const good = task.variations[0]!.seeds[0]!;
    const of = async (seeds: RecoTask['variations'][number]['seeds']): Promise<RecoResult> =>
      (await run({ ...task, variations: [{ variation: 3, seeds }] }))[0]!;
    expect((await of([bad])).llh).toBeNaN();
    expect((await of([bad, good])).llh).toBe((await of([good])).llh);
    expect((await of([good])).energyGev).toBeNaN();
  });

  it('keeps the better of two starts', async () => {
    const prepared = await prepare(trackEvent(ic86, TRACK));
    const run = await reco.createFit(prepared);
    const task = taskAt(prepared, TRACK.zenith, TRACK.azimuth);
    const good = task.variations[0]!.seeds[0]!;
    // Microseconds late: nothing but noise, and nothing that pulls.
    const lost = { ...good, timeNs: good.timeNs + 1e6 };
    const of = async (seeds: RecoTask['variations'][number]['seeds']): Promise<number> =>
      (await run({ ...task, variations: [{ variation: 0, seeds }] }))[0]!.llh;
    expect(await of([lost])).toBeGreaterThan(await of([good]));
    expect(await of([lost, good])).toBe(await of([good]));
  });
});

describe('an event that cannot be fitted', () => {
  it('has NaN in every pixel and says why when no more than three modules are left', async () => {
    const few = await prepare(trackEvent(ic86, { ...TRACK, x: 500, y: 500, z: 480 }, { reachM: 12 }));
    expect(few.data.hits.timeNs.length).toBeLessThanOrEqual(3);
    expect(few.notes.join(' ')).toMatch(/Insufficient hits/);
    const results = await fitAt(few, 1, 1);
    expect(results).toHaveLength(7);
    for (const result of results) expect(result.llh).toBeNaN();
    expect(results[0]).toMatchObject({ nside: 8, pixel: 5, x: few.seedVertex.x, y: few.seedVertex.y });
  });

  it('is refused with one sentence when there is no vertex to start from', async () => {
    await expect(prepare(emptyEvent())).rejects.toThrow(RecoError);
    await expect(prepare(emptyEvent())).rejects.toMatchObject({ code: 'reco/bad-event', message: /no start vertex/ });
  });

  it.each([
    [{ jitter: '3' }, /no option "jitter"/],
    [{ jitter_ns: 'three' }, /jitter_ns=three is not a number/],
    [{ noise_per_ns: '-1' }, /noise_per_ns=-1/],
    [{ charge_exponent: '' }, /charge_exponent=/],
  ])('is not even tried with the options %j', async (settings, message) => {
    const event = trackEvent(ic86, TRACK);
    await expect(prepare(event, ic86, settings)).rejects.toThrow(ConfigError);
    await expect(prepare(event, ic86, settings)).rejects.toThrow(message);
  });
});

describe('the likelihood', () => {
  const parametersNear = (random: () => number): Float64Array =>
    Float64Array.of(120 * (random() - 0.5), 120 * (random() - 0.5), TRACK.timeNs + 400 * (random() - 0.5));

  const hitsOf = async (): Promise<FirstHits> => (await prepare(trackEvent(ic86, TRACK))).data.hits;

  it('has the gradient of its own values', async () => {
    const likelihood = new PandelMpeLikelihood(await hitsOf(), ice, SETTINGS);
    likelihood.setDirection(TRACK.zenith, TRACK.azimuth);
    const random = randomNumbers(8);
    const [gradient, unused] = [new Float64Array(3), new Float64Array(3)];
    const step = 1e-5;
    let close = 0;
    for (let n = 0; n < 120; n++) {
      const x = parametersNear(random);
      const middle = likelihood.evaluate(x, gradient);
      for (let k = 0; k < 3; k++) {
        const moved = (by: number): number =>
          likelihood.evaluate(
            x.map((v, j) => (j === k ? v + by : v)),
            unused,
          );
        const [low, high] = [moved(-step), moved(step)];
        // The slope of the ice between two nodes of its table is a number, at a node it is two.
        if (Math.abs(high + low - 2 * middle) > 1e-7) continue;
        close++;
        expectClose(gradient[k]!, (high - low) / (2 * step), { absolute: 2e-3, relative: 1e-4 }, `axis ${k}`);
      }
    }
    expect(close).toBeGreaterThan(250);
  });

  it('does not change when the event moves sideways, turns about the vertical, or starts later', async () => {
    const hits = await hitsOf();
    const gradient = new Float64Array(3);
    const value = (moved: FirstHits, azimuth: number, late = 0): number => {
      const likelihood = new PandelMpeLikelihood(moved, ice, SETTINGS);
      likelihood.setDirection(TRACK.zenith, azimuth);
      return likelihood.evaluate(Float64Array.of(13, -8, TRACK.timeNs + 60 + late), gradient);
    };
    const here = value(hits, TRACK.azimuth);
    const [cx, cy, cz] = hits.centre;
    const shifted = { ...hits, x: hits.x.map((x) => x + 700), y: hits.y.map((y) => y - 90) };
    expectClose(value({ ...shifted, centre: [cx + 700, cy - 90, cz] }, TRACK.azimuth), here, { absolute: 1e-6 });
    const [cos, sin] = [Math.cos(2.1), Math.sin(2.1)];
    const turned: FirstHits = {
      ...hits,
      x: hits.x.map((x, i) => x * cos - hits.y[i]! * sin),
      y: hits.y.map((y, i) => hits.x[i]! * sin + y * cos),
      centre: [cx * cos - cy * sin, cx * sin + cy * cos, cz],
    };
    expectClose(value(turned, TRACK.azimuth + 2.1), here, { absolute: 1e-6 });
    expectClose(value({ ...hits, timeNs: hits.timeNs.map((t) => t + 5000) }, TRACK.azimuth, 5000), here, {
      absolute: 1e-6,
    });
  });

  it('knows the line, not the point on it', async () => {
    const likelihood = new PandelMpeLikelihood(await hitsOf(), ice, SETTINGS);
    likelihood.setDirection(TRACK.zenith, TRACK.azimuth);
    const n = directionOfTravel(TRACK.zenith, TRACK.azimuth);
    const at = (s: number): Float64Array =>
      likelihood.toParameters(
        TRACK.x + s * n[0],
        TRACK.y + s * n[1],
        TRACK.z + s * n[2],
        TRACK.timeNs + s / SPEED_OF_LIGHT,
      );
    for (const s of [-1000, -3, 250]) {
      at(s).forEach((v, k) => {
        expectClose(v, at(0)[k]!, { absolute: 1e-8 });
      });
    }
    const { x, y, z, timeNs } = likelihood.toVertex(at(0));
    likelihood.toParameters(x, y, z, timeNs).forEach((v, k) => {
      expectClose(v, at(0)[k]!, { absolute: 1e-8 });
    });
  });

  it('costs a hit no more than the noise floor, however wrong it is', async () => {
    const hits = await hitsOf();
    const gradient = new Float64Array(3);
    const likelihood = new PandelMpeLikelihood(hits, ice, SETTINGS);
    likelihood.setDirection(TRACK.zenith, TRACK.azimuth);
    const floor = -hits.timeNs.length * Math.log(SETTINGS.noisePerNs);
    expectClose(likelihood.evaluate(Float64Array.of(0, 0, 1e9), gradient), floor, { relative: 1e-12 });
    expect([...gradient]).toEqual([0, 0, 0]);
    expect(likelihood.evaluate(Float64Array.of(0, 0, -1e9), gradient)).toBeLessThanOrEqual(floor + 1e-9);
    expect(likelihood.evaluate(Float64Array.of(1e7, 1e7, 0), gradient)).toBeLessThanOrEqual(floor + 1e-9);
  });
});

const ALERT = 'data/events/run00136662-evt000035405932-BRONZE.pkl';
needsShared('a real alert', [ALERT], () => {
  it('keeps the modules of the reference and finds the direction of the online fit', async () => {
    const event = decodeEvent(sharedBytes(ALERT), ALERT);
    const prepared = await prepare(event);
    expect(prepared.data.hits.timeNs).toHaveLength(133);
    expect(prepared.seedVertex.timeNs).toBe(31674);
    const online = event.particles.OnlineL2_SplineMPE!;
    const right = best(await fitAt(prepared, online.zenith, online.azimuth));
    // The reference with photon tables has 829 here.
    expect(right.llh).toBeGreaterThan(810);
    expect(right.llh).toBeLessThan(850);
    for (const [dz, da] of [
      [0.06, 0],
      [-0.06, 0],
      [0.5, 0.5],
      [0, 3.1],
    ] as const) {
      const wrong = best(await fitAt(prepared, online.zenith + dz, online.azimuth + da));
      expect(wrong.llh).toBeGreaterThan(right.llh + 10);
    }
  });

  it('of the cascade kind gives a finite value everywhere', async () => {
    const name = 'data/events/hese_event_01.json';
    const prepared = await prepare(decodeEvent(sharedBytes(name), name));
    for (const zenith of [0, 0.8, 1.57, 2.4, Math.PI]) {
      for (const { llh } of await fitAt(prepared, zenith, 2)) expect(llh).toBeGreaterThan(0);
    }
  });
});
