import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventCommand } from '../../src/cli/event.js';
import { decodeEvent, writeFullGcd } from '../../src/event/index.js';
import { needsShared, sharedPath } from '../support/shared.js';
import { type Said, say } from './event-support.js';

const DEMO = fileURLToPath(new URL('../../resources/demo/track.json', import.meta.url));
const BRONZE = 'data/events/run00136662-evt000035405932-BRONZE.pkl';
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const event = (...words: readonly string[]): Promise<Said> => say(eventCommand(), ...words);
const path = (name: string): string => join(folder, name);

describe('event', () => {
  test("says of the demo's event who, when, how much light, and where the truth is on the sky", async () => {
    const { stdout, stderr } = await event(DEMO);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^event +run 1, event 1: track, simulated$/m);
    expect(stdout).toMatch(/^start +2024-01-01T00:00:00.0000000000Z \(MJD 60310.00000000\)$/m);
    expect(stdout).toMatch(/^detector +Built-in IC86: 5160 modules, 84 of them off/m);
    expect(stdout).toMatch(
      /^simulated truth +150.000 +20.000 +109.89 +39.82 +5.000e\+4 +infinite track +\(40.0, -30.0, -20.0\)$/m,
    );
  });

  test('shows no control character of the file: none moves the cursor or changes a colour', async () => {
    const open = JSON.parse(readFileSync(DEMO, 'utf8'));
    open.warnings = ['odd \u001b[2J\u009b31m', 'bell \u0007'];
    writeFileSync(path('hostile.json'), JSON.stringify(open));
    const { stdout } = await event(path('hostile.json'));
    expect(stdout).toContain('warning: odd \ufffd[2J\ufffd31m\nwarning: bell \ufffd\n');
  });

  test('says the same as JSON, with the members that scripts rely on', async () => {
    const said = JSON.parse((await event(DEMO, '--json')).stdout);
    expect(said).toMatchObject({
      run_id: 1,
      event_id: 1,
      event_type: 'track',
      mjd: 60310,
      gcd: { kind: 'built-in', name: 'IC86' },
    });
    expect(said.pulses).toMatchObject({
      n_dom: expect.any(Number),
      n_pulse: expect.any(Number),
      n_hlc: expect.any(Number),
    });
    expect(said.gcd.site).toBeUndefined();
    expect(said.truth.zenith).toBeCloseTo((109.89 * Math.PI) / 180, 3);
  });

  test('writes an event as an open event that is the same event', async () => {
    await event(DEMO, '--to-open', path('open.json'));
    expect(decodeEvent(readFileSync(path('open.json')), 'open')).toEqual(decodeEvent(readFileSync(DEMO), 'demo'));
    const { stdout } = await event(DEMO, '--to-open', '-');
    expect(stdout).toBe(readFileSync(path('open.json'), 'utf8'));
  });

  test('says where a telescope of its own stands, and sees the sky from there', async () => {
    const { detector: _, ...demo } = JSON.parse(readFileSync(DEMO, 'utf8'));
    const modules = demo.pulses.map((pulses: { module: number[] }) => ({
      module: pulses.module,
      position_m: [0, 0, 0],
    }));
    const site = { latitude_deg: -33.5, longitude_deg: -70.25, x_axis_azimuth_deg: 12 };
    const detector = { name: 'South', site, defaults: { noise_hz: 500 }, modules };
    const file = written('south.json', JSON.stringify({ ...demo, detector }));
    const { stdout } = await event(file);
    expect(stdout).toMatch(/^site +33.5 deg S, 70.25 deg W; x axis 12 deg from East towards North$/m);
    expect(stdout).not.toMatch(/^simulated truth +150.000 +20.000/m);
    expect(stdout).not.toContain('South Pole');
    expect(JSON.parse((await event(file, '--json')).stdout).gcd).toMatchObject({ kind: 'own-modules', site });
  });

  test('says what is in a file that describes a detector only', async () => {
    const key = { string: 1, om: 1, pmt: 0 };
    const gcd = {
      geometry: [{ ...key, x: 1, y: 2, z: 3, omType: 20 }],
      calibration: [{ ...key, relativeDomEfficiency: 1, noiseRateHz: 500 }],
      status: [{ ...key, pmtVoltageV: 0, lcMode: 1 }],
    };
    writeFileSync(path('gcd.i3'), writeFullGcd(gcd));
    expect((await event(path('gcd.i3'))).stdout).toBe(
      'No event, but a detector.\nGeometry, calibration and status from gcd.i3: 1 modules, 1 of them off.\n',
    );
    expect(JSON.parse((await event(path('gcd.i3'), '--json')).stdout).gcd).toEqual({
      kind: 'full',
      name: 'IC86',
      n_modules: 1,
      n_off: 1,
    });
    expect((await event(path('gcd.i3'), '--to-open', path('no.json'))).code).toBe('event/missing-object');
  });

  test.each<[string, () => string, string]>([
    ['is not there', () => path('nothing.json'), 'file/not-found'],
    ['is a directory', () => folder, 'file/not-readable'],
    ['is empty', () => written('empty', ''), 'event/not-readable'],
    ['is some other JSON', () => written('other.json', '{"a": 1}'), 'event/bad-message'],
    ['is half an open event', () => written('half.json', '{"format": "skymap-scanner-event"}'), 'event/bad-open-event'],
    ['is cut in the middle', () => written('cut.json', readFileSync(DEMO, 'utf8').slice(0, 5000)), 'event/bad-json'],
  ])('refuses a file that %s', async (_, file, code) => {
    const said = await event(file());
    expect(said.code).toBe(code);
    expect(said.stdout).toBe('');
  });

  function written(name: string, text: string): string {
    writeFileSync(path(name), text);
    return path(name);
  }
});

needsShared('event, of a real alert', [BRONZE], () => {
  test('says the published fits, the figures of the alert, and that the baseline is not at hand', async () => {
    const { stdout } = await event(sharedPath(BRONZE));
    expect(stdout).toMatch(/^event +run 136662, event 35405932, sub-event 1: neutrino, real$/m);
    expect(stdout).toMatch(/^pulses +763 pulses on 176 modules, 1418.43 PE; 686 in local coincidence/m);
    expect(stdout).toMatch(/^alert +the message quotes 133 modules, 668 pulses, 1326.45 PE/m);
    expect(stdout).toContain('mpe_muex 20490 GeV');
    expect(stdout).toContain('baseline_gcd_135417.i3, which is not at hand');
    expect(stdout).toMatch(/^OnlineL2_SplineMPE +48.850 +-3.522 +86.56 +38.15/m);
  });

  test('gives an open event of it that says the same', async () => {
    const before = JSON.parse((await event(sharedPath(BRONZE), '--json', '--to-open', path('bronze.json'))).stdout);
    const after = JSON.parse((await event(path('bronze.json'), '--json')).stdout);
    const { gcd, detector_notes: _, ...rest } = after;
    const { gcd: gcdBefore, detector_notes: __, ...expected } = before;
    expect(rest).toEqual(expected);
    expect(gcdBefore.kind).toBe('differences');
    expect(gcd).toEqual({ kind: 'own-modules', name: 'IC86', n_modules: 5160 });
  });
});
