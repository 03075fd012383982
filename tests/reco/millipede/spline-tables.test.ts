import { expect, it } from 'vitest';
import { type Detector, detectorForEvent } from '../../../src/detector/index.js';
import { decodeLightSplines, type PhotonTables } from '../../../src/light/index.js';
import { findReco } from '../../../src/reco/index.js';
import { simulateEvent } from '../../../src/simulate/index.js';
import { cascadeAmplitudeFile, cascadeTimeFile } from '../../light/photospline/cascade-files.js';
import { ic86Setup, TRACK } from '../../simulate/support.js';

it("millipede fits with IceCube's spline tables of cascades where they are, and says so", async () => {
  const whole = await ic86Setup();
  // a fifth of the strings: quicker
  const isOn = whole.detector.isOn.map((on, i) => (whole.detector.string[i]! % 5 === 0 ? on : 0));
  const setup = { ...whole, detector: { ...whole.detector, isOn } };
  const { event } = simulateEvent(setup, { ...TRACK, energyGev: 3000 });
  const detector: Detector = detectorForEvent(event, setup.detector, null);
  const splines = decodeLightSplines(
    { name: 'abs', bytes: cascadeAmplitudeFile() },
    { name: 'prob', bytes: cascadeTimeFile() },
  );
  const reco = findReco('millipede_original');
  const prepared = await reco.prepare({
    event,
    detector,
    ice: setup.ice,
    settings: {},
    tables: (): Promise<PhotonTables> => Promise.reject(new Error('not asked for')),
    cascadeSplines: async () => ({ splines, directory: '/their/splines' }),
  });
  expect(prepared.notes.join(' ')).toContain("IceCube's spline tables in /their/splines");
  const fitTask = await reco.createFit(structuredClone(prepared));
  const { zenith, azimuth, x, y, z } = event.truth!;
  const seeds = [{ x, y, z, timeNs: event.truth!.timeNs, energyGev: Number.NaN }];
  const task = { nside: 1, pixel: 0, zenith, azimuth, variations: [{ variation: 0, seeds }] };
  const [result] = await fitTask(task);
  expect(result!.llh).toBeGreaterThan(0);
  expect(result!.eInGev).toBeGreaterThan(0);
});
