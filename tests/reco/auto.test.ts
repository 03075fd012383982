import { expect, it } from 'vitest';
import { buildPulseMap, decodeEvent } from '../../src/event/index.js';
import { loadIceModel } from '../../src/light/index.js';
import { findReco, listRecos, recoFor } from '../../src/reco/index.js';
import { builtinIc86, readResource } from '../prepare/decoded.js';
import { needsShared, sharedBytes } from '../support/shared.js';
import { trackEvent } from './events.js';

const TRACK = { zenith: 1.4, azimuth: 0.7, x: 40, y: -30, z: -330, timeNs: 12_000 };

/** An alert message that quotes an energy. */
async function choiceAt(mpeMuex: number | undefined): Promise<{ name: string; why: string }> {
  const detector = await builtinIc86();
  const event = trackEvent(detector, TRACK);
  const alert = { message: { reco: { energy: { mpe_muex: mpeMuex } } } } as unknown as NonNullable<typeof event.alert>;
  return recoFor({ ...event, alert }, detector, await loadIceModel(readResource));
}

it('chooses splinempe for ordinary tracks and millipede_wilks for the brightest, and says why', async () => {
  expect(await choiceAt(35_000)).toEqual({
    name: 'splinempe',
    why: 'splinempe, because the muon energy of 35.0 TeV ("mpe_muex" of the alert message) is not above 40 TeV.',
  });
  const bright = await choiceAt(43_000);
  expect(bright.name).toBe('millipede_wilks');
  expect(bright.why).toMatch(/43\.0 TeV .* is above 40 TeV/);
  expect((await choiceAt(40_000)).name).toBe('splinempe');
  expect((await choiceAt(40_000.01)).name).toBe('millipede_wilks');
  for (const { name } of [bright, await choiceAt(1000)]) expect(findReco(name).name).toBe(name);
});

it('judges by the charge where the event has neither an energy nor an earlier fit', async () => {
  for (const none of [undefined, 0, Number.NaN, -1]) {
    const { name, why } = await choiceAt(none);
    expect(listRecos().map((reco) => reco.name)).toContain(name);
    expect(why).toMatch(/GeV per photo-electron.*No earlier fit says that it is a track/);
  }
});

it('gives an event without any light to splinempe, which then says what it lacks', async () => {
  const detector = await builtinIc86();
  const event = { ...trackEvent(detector, TRACK), pulses: buildPulseMap([]) };
  const { name, why } = recoFor(event, detector, await loadIceModel(readResource));
  expect(name).toBe('splinempe');
  expect(why).toMatch(/0\.00 TeV/);
});

it('knows of a simulated event whether it is a cascade', async () => {
  const detector = await builtinIc86();
  const track = trackEvent(detector, TRACK);
  const truth = { shape: 'cascade' } as NonNullable<typeof track.truth>;
  const { name, why } = recoFor({ ...track, truth }, detector, await loadIceModel(readResource));
  expect(name).toBe('monopod');
  expect(why).toBe('monopod, because the simulated event is a cascade.');
});

const ALERTS = ['00135292-evt000056063172', '00136055-evt000000348073', '00136504-evt000001833389'].map(
  (name) => `data/events/run${name}.pkl`,
);
needsShared('the choice for real alerts', ALERTS, () => {
  it.each(ALERTS)('is the one that the catalogue used: %s', async (file) => {
    const event = decodeEvent(sharedBytes(file), file);
    expect(recoFor(event, await builtinIc86(), await loadIceModel(readResource)).name).toBe('splinempe');
  });
});
