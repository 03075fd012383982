/** The pieces of the millipede chain against the reference's numbers. */
import { expect, it } from 'vitest';
import { directionOfTravel, isDarkWitness } from '../../../src/prepare/index.js';
import { millipedeOriginal, millipedeWilks } from '../../../src/reco/millipede/index.js';
import { prepareRows } from '../../../src/reco/millipede/prepare.js';
import { segmentRange } from '../../../src/reco/millipede/segments.js';
import { millipedeSettings } from '../../../src/reco/millipede/settings.js';
import { timeBins } from '../../../src/reco/millipede/time-bins.js';
import { instrumentedVolume, passage } from '../../../src/reco/millipede/volume.js';
import { builtinIc86 } from '../../prepare/decoded.js';
import { expectClose } from '../../support/close.js';
import { needsShared, sharedJson } from '../../support/shared.js';
import { trackEvent } from '../events.js';

const FOLDER = 'data/millipede-vectors';
const C = 0.299792458;

needsShared('time bins', [`${FOLDER}/time-binning.json`], () => {
  const cases: any[] = sharedJson(`${FOLDER}/time-binning.json`).cases.filter((c: any) => c.binSigma !== null);
  it('there are Bayesian blocks to compare', () => expect(cases.length).toBeGreaterThan(25));
  it.each(cases)(
    '$note, $binSigma sigma, $minTimeWidth ns',
    ({ pulses, readouts, binSigma, minTimeWidth, expect: want }) => {
      const rules = { sigma: binSigma, minWidthNs: minTimeWidth };
      const map = { timeNs: pulses.time, chargePe: pulses.charge, widthNs: pulses.width };
      for (const [i, [start, stop]] of readouts.entries()) {
        const { edges, charges } = timeBins(map, start, stop, rules);
        expect(edges).toEqual(want[i].edges);
        for (const [k, charge] of charges.entries()) expectClose(charge, want[i].charges[k], { absolute: 1e-6 });
      }
    },
  );
});

needsShared('segments', [`${FOLDER}/segments.json`], () => {
  const cases = sharedJson(`${FOLDER}/segments.json`).cases.filter(
    (c: any) => c.track.shape === 'InfiniteTrack' && c.muonSpacing === 0,
  );
  it('are where the reference puts them', () => {
    expect(cases.length).toBeGreaterThan(8);
    for (const { track, boundary, showerSpacing, expect: want } of cases) {
      const n = directionOfTravel(track.zenith, track.azimuth);
      const range = { first: 0, end: 0 };
      segmentRange(track.x, track.y, track.z, ...n, boundary, showerSpacing, range);
      expect(range.end - range.first).toBe(want.n);
      for (const { index, x, y, z, time } of want.samples) {
        const along = (range.first + index) * showerSpacing;
        expectClose(track.x + along * n[0], x, { absolute: 1e-6 });
        expectClose(track.y + along * n[1], y, { absolute: 1e-6 });
        expectClose(track.z + along * n[2], z, { absolute: 1e-6 });
        expectClose(track.time + along / C, time, { absolute: 1e-6 });
      }
    }
  });
  it('are none where the track misses the cube', () => {
    const range = { first: 1, end: 2 };
    segmentRange(700, 0, 0, 0, 1, 0, 600, 5, range);
    expect(range).toEqual({ first: 0, end: 0 });
    segmentRange(1300, 0, 0, Math.SQRT1_2, Math.SQRT1_2, 0, 600, 5, range);
    expect(range).toEqual({ first: 0, end: 0 });
  });
});

needsShared('the instrumented volume', [`${FOLDER}/instrumented-volume.json`], () => {
  it('of IC86, and when tracks are in it', async () => {
    const { volume: want, cases } = sharedJson(`${FOLDER}/instrumented-volume.json`);
    const volume = instrumentedVolume(await builtinIc86());
    expect([volume.bottomM, volume.topM]).toEqual([want.bottom, want.top]);
    expect([...volume.string]).toEqual(want.strings);
    for (const [i, [x, y]] of want.polygon.entries()) {
      expectClose(volume.x[i]!, x, { absolute: 1.1e-4 });
      expectClose(volume.y[i]!, y, { absolute: 1.1e-4 });
    }
    for (const {
      track,
      expect: { entryTime, exitTime },
    } of cases) {
      const at = passage(volume, track.x, track.y, track.z, directionOfTravel(track.zenith, track.azimuth));
      if (entryTime === null) {
        expect(at).toBeNull();
        continue;
      }
      expectClose(track.time + at!.enterM / C, entryTime, { absolute: 1e-3 });
      expectClose(track.time + at!.leaveM / C, exitTime, { absolute: 1e-3 });
    }
  });
});

it('of the modules without light wilks asks a thin grid, original all but DeepCore', async () => {
  const detector = await builtinIc86();
  const track = { zenith: 1.4, azimuth: 0.7, x: 40, y: -30, z: -330, timeNs: 12_000 };
  const event = trackEvent(detector, track);
  const key = (string: number, z: number): string => `${string},${z}`;
  const grid = new Set(
    [...detector.string.keys()]
      .filter((i) => isDarkWitness(detector.string[i]!, detector.om[i]!))
      .map((i) => key(detector.string[i]!, detector.z[i]!)),
  );
  const darkOf = (kind: 'original' | 'wilks'): string[] => {
    const { hit, string, z } = prepareRows(event, detector, millipedeSettings(kind, {}));
    return [...string.keys()].filter((m) => m >= hit).map((m) => key(string[m]!, z[m]!));
  };
  const [all, few] = [darkOf('original'), darkOf('wilks')];
  expect(few.length).toBeGreaterThan(200);
  expect(few.filter((module) => !grid.has(module))).toEqual([]);
  expect(all.length).toBeGreaterThan(4680 - event.pulses.string.length - 120);
  expect(all.filter((module) => Number(module.split(',')[0]) > 78)).toEqual([]);
});

it('the options that are listed for people are those that are taken', () => {
  const values: Record<string, string> = { bin_ns: '25', compatible: 'yes', jitter_ns: '5', tilt: 'no', alpha: '1' };
  for (const [kind, { options }] of [
    ['original', millipedeOriginal],
    ['wilks', millipedeWilks],
  ] as const) {
    const names = Object.keys(options ?? {});
    for (const name of names) expect(() => millipedeSettings(kind, { [name]: values[name]! })).not.toThrow();
    for (const name of Object.keys(values)) {
      if (!names.includes(name)) expect(() => millipedeSettings(kind, { [name]: values[name]! })).toThrow(name);
    }
  }
  expect(millipedeSettings('wilks', {})).toMatchObject({ alpha: 2, usesTilt: true });
  expect(millipedeSettings('wilks', { alpha: '1' }).alpha).toBe(1);
  expect(millipedeSettings('wilks', { bin_ns: '40' }).bins).toEqual({ gridNs: 40 });
  expect(millipedeSettings('wilks', { bin_ns: '0' }).bins).toEqual(millipedeSettings('wilks', {}).bins);
});
