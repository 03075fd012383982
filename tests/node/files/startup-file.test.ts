import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decodeEvent } from '../../../src/event/index.js';
import { fingerprint } from '../../../src/node/files/fingerprint.js';
import { loadEvent } from '../../../src/node/files/load-event.js';
import { preparationOf, readStartupFile, travelling, writeStartupFile } from '../../../src/node/files/startup-file.js';
import { clientFit } from '../../../src/node/fits/client-fit.js';
import { openReco } from '../../../src/node/fits/reco-source.js';
import { prepareEvent } from '../../../src/node/prepare-event.js';
import { temporaryDirectory } from '../../support/command.js';
import { needsShared, sharedPath } from '../../support/shared.js';

const DEMO = new URL('../../../resources/demo/track.json', import.meta.url).pathname;
const RECO = { kind: 'builtin', name: 'pandel_mpe' } as const;

/** Writes the start-up file of an event for pandel_mpe, as a server does. */
async function written(eventFile: string, change = {}): Promise<string> {
  const path = join(temporaryDirectory(), 'startup.json');
  const source = await openReco(RECO);
  const loaded = await travelling(await loadEvent(eventFile, { gcdDir: null }));
  const { prepared } = await prepareEvent(source.reco, { ...loaded, settings: {} });
  await writeStartupFile(path, {
    scanId: 'a-scan',
    eventFile,
    eventText: loaded.openText,
    reco: RECO,
    settings: {},
    iceModel: 'spice_mie',
    preparation: preparationOf(source, prepared),
    ...change,
  });
  return path;
}

it('a client prepares what a scan on one machine prepares, to the last bit', async () => {
  const startup = await readStartupFile(await written(DEMO));
  expect(startup).toMatchObject({ scanId: 'a-scan', mqBasename: 'a-scan', fit: { reco: RECO, settings: {} } });
  const { prepared } = await clientFit(startup, null);
  const source = await openReco(RECO);
  const own = await prepareEvent(source.reco, { ...(await loadEvent(DEMO)), settings: {} });
  expect(fingerprint(prepared.data)).toBe(fingerprint(own.prepared.data));
  expect(prepared.seedVertex).toEqual(own.prepared.seedVertex);
});

it('a client that prepares something else says so before it fits anything', async () => {
  const other = await readStartupFile(await written(DEMO, { preparation: '0123456789abcdef' }));
  await expect(clientFit(other, null)).rejects.toMatchObject({ code: 'scan/other-preparation' });
});

it('a start-up file may be packed, but not damaged', async () => {
  const path = await written(DEMO);
  const packed = gzipSync(readFileSync(path));
  writeFileSync(path, packed);
  expect((await readStartupFile(path)).scanId).toBe('a-scan');
  writeFileSync(path, packed.subarray(0, packed.length / 2));
  await expect(readStartupFile(path)).rejects.toThrow(/is packed, but damaged/);
});

needsShared('start-up files of alerts', ['data/events/hese_event_01.json'], () => {
  it("hold the frames that upstream's clients read, and our clients can do with these alone", async () => {
    const alert = sharedPath('data/events/hese_event_01.json');
    const path = await written(alert);
    const document = JSON.parse(readFileSync(path, 'utf8'));
    expect(document.baseline_GCD_file).toMatch(/\.i3$/);
    expect(document.GCDQp_packet.frames.map(([stop]: [string]) => stop)).toEqual(['G', 'C', 'D', 'Q', 'p']);
    const { skymap_scanner: _, ...upstream } = document;
    writeFileSync(path, JSON.stringify(upstream));
    const startup = await readStartupFile(path);
    expect(startup).toMatchObject({ scanId: 'a-scan', fit: null });
    const own = decodeEvent(readFileSync(alert), 'hese_event_01.json');
    expect(fingerprint(startup.event.pulses)).toBe(fingerprint(own.pulses));
    expect(startup.event.header).toMatchObject({ runId: own.header.runId, mjd: own.header.mjd });
    await expect(clientFit(startup, null)).rejects.toMatchObject({ code: 'reco/unknown' });
    const { source } = await clientFit(startup, 'pandel_mpe');
    expect(source.reco.name).toBe('pandel_mpe');
  });
});
