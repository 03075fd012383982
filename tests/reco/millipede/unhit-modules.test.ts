/** `unhit`: which modules that saw nothing take part in a fit of millipede_wilks, and what that does to a cascade. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Detector } from '../../../src/detector/index.js';
import { type DecodedEvent, selectPulses } from '../../../src/event/index.js';
import { decodeTables, type PhotonTables } from '../../../src/light/index.js';
import { isDarkWitness, outsideDeepCoreMask, wilksPulseCleaning } from '../../../src/prepare/index.js';
import type { RecoSettings } from '../../../src/reco/index.js';
import { millipedeWilks } from '../../../src/reco/millipede/index.js';
import { prepareRows } from '../../../src/reco/millipede/prepare.js';
import { millipedeSettings, type UnhitModules } from '../../../src/reco/millipede/settings.js';
import { type SimulationOptions, type SimulationSetup, simulateEvent } from '../../../src/simulate/index.js';
import { directionOf, pixelPhi, pixelTheta, skyFrame } from '../../../src/sky/index.js';
import { readResource } from '../../prepare/decoded.js';
import { ic86Setup } from '../../simulate/support.js';

const CASCADE: SimulationOptions = {
  kind: 'cascade',
  zenith: 1,
  azimuth: 2,
  x: 0,
  y: 0,
  z: 0,
  energyGev: 50_000,
  startTimeUtc: '2024-01-01T00:00:00Z',
  seed: 77,
};

let setup: SimulationSetup;
let detector: Detector;
let tables: PhotonTables;
let event: DecodedEvent;
beforeAll(async () => {
  const ic86 = await ic86Setup();
  detector = ic86.detector;
  tables = decodeTables(await readResource('tables/spice_mie.skylight'), 'shipped');
  setup = { ...ic86, tables, tilt: ic86.ice.tilt };
  event = simulateEvent(setup, CASCADE).event as DecodedEvent;
});

type Place = readonly [x: number, y: number, z: number];

/** Modules without charge that take part. */
function darkModules(unhit: UnhitModules): Place[] {
  const { hit, x, y, z } = prepareRows(event, detector, millipedeSettings('wilks', { unhit }));
  return [...x.keys()].filter((m) => m >= hit).map((m) => [x[m]!, y[m]!, z[m]!]);
}

/** Modules of the detector for which something holds. */
function modulesWhere(isIn: (string: number, om: number) => boolean): Place[] {
  return [...detector.string.keys()]
    .filter((i) => isIn(detector.string[i]!, detector.om[i]!))
    .map((i) => [detector.x[i]!, detector.y[i]!, detector.z[i]!]);
}

const within = (places: readonly Place[], reachM: number, [x, y, z]: Place): boolean =>
  places.some((place) => Math.hypot(place[0] - x, place[1] - y, place[2] - z) <= reachM);

describe('of the modules without light', () => {
  it('those of a thin grid take part unless something else is said', () => {
    const settings = millipedeSettings('wilks', {});
    expect(settings.unhit).toBe('witnesses');
    expect(millipedeSettings('original', {}).unhit).toBe('all');
    expect(prepareRows(event, detector, settings)).toEqual(
      prepareRows(event, detector, millipedeSettings('wilks', { unhit: 'witnesses' })),
    );
    const grid = modulesWhere(isDarkWitness);
    const dark = darkModules('witnesses');
    expect(dark.length).toBeGreaterThan(150);
    for (const module of dark) expect(within(grid, 0, module)).toBe(true);
  });

  it('near keeps the grid, and all others within 130 m of a module with light, and no more', () => {
    const outside = selectPulses(event.pulses, outsideDeepCoreMask(event.pulses, detector));
    const light = selectPulses(outside, wilksPulseCleaning(outside).keep);
    const hitKeys = new Set(
      [...light.string.keys()]
        .filter((d) => light.first[d]! < light.first[d + 1]!)
        .map((d) => `${light.string[d]},${light.om[d]}`),
    );
    const hit = modulesWhere((string, om) => hitKeys.has(`${string},${om}`));
    const grid = modulesWhere(isDarkWitness);
    const all = darkModules('all');
    const near = darkModules('near');
    expect(near).toEqual(all.filter((module) => within(grid, 0, module) || within(hit, 130, module)));
    expect(near.length).toBeGreaterThan(2 * darkModules('witnesses').length);
  });

  it('all keeps the whole array but DeepCore', () => {
    const outside = selectPulses(event.pulses, outsideDeepCoreMask(event.pulses, detector));
    const dark = darkModules('all').length;
    expect(dark).toBeGreaterThan(4680 - outside.string.length - 100);
    expect(dark).toBeLessThan(4680);
  });

  it('other words are refused, with those that are known', async () => {
    const given = { event, detector, ice: setup.ice, settings: { unhit: 'some' }, tables: async () => tables };
    await expect(millipedeWilks.prepare(given)).rejects.toThrow('unhit=some is none of witnesses, near, all');
    expect(() => millipedeSettings('original', { unhit: 'near' })).toThrow('no option "unhit"');
  });
});

it('near takes from a faint cascade most of the pull to a place 19 degrees from its truth', async () => {
  // Number 15 of bench/coverage.ts, and where fits by the grid alone end.
  const faint = {
    ...CASCADE,
    zenith: 1.59408086188917,
    azimuth: 1.874049693988529,
    x: 150.82317086844174,
    y: -252.53909805160393,
    z: 30.977229446553906,
    energyGev: 38722.44696237238,
    stream: 15,
  };
  const thrown = simulateEvent(setup, faint).event as DecodedEvent;
  const truth = thrown.truth!;
  const frame = skyFrame(thrown.header.mjd);
  const elsewhere = directionOf(frame, pixelPhi(16, 1007), Math.PI / 2 - pixelTheta(16, 1007));
  /** How much worse the truth fits than that place, in -log L. */
  const excess = async (settings: RecoSettings): Promise<number> => {
    const given = { event: thrown, detector, ice: setup.ice, settings, tables: async () => tables };
    const fitTask = await millipedeWilks.createFit(await millipedeWilks.prepare(given));
    const seed = { x: truth.x, y: truth.y, z: truth.z, timeNs: truth.timeNs, energyGev: Number.NaN };
    const llhAt = async ({ zenith, azimuth }: { zenith: number; azimuth: number }): Promise<number> =>
      (await fitTask({ nside: 16, pixel: 1007, zenith, azimuth, variations: [{ variation: 0, seeds: [seed] }] }))[0]!
        .llh;
    return (await llhAt(truth)) - (await llhAt(elsewhere));
  };
  expect(await excess({})).toBeGreaterThan(4);
  expect(await excess({ unhit: 'near' })).toBeLessThan(2);
});
