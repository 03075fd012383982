import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simulateCommand } from '../../src/cli/simulate.js';
import { decodeEvent, siteOf } from '../../src/event/index.js';
import { angularDistance, raDecOf, skyFrame } from '../../src/sky/index.js';
import { expectClose } from '../support/close.js';
import { type Said, say } from './event-support.js';

const DEG = 180 / Math.PI;
const DEMO = fileURLToPath(new URL('../../resources/demo/', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulate-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const simulate = (...words: readonly string[]): Promise<Said> => say(simulateCommand(), ...words);
const path = (name: string): string => join(folder, name);
const ANYWHERE = ['--zenith', '90', '--azimuth', '10', '--energy', '1000'];

describe('simulate', () => {
  test("made the demo's event, and makes the same bytes again", async () => {
    const [command] = /bin\/skymap-scanner simulate .*/.exec(readFileSync(`${DEMO}README.md`, 'utf8'))!;
    const words = command.split(' ').slice(2);
    words[words.indexOf('--output') + 1] = path('track.json');
    expect((await simulate(...words)).error).toBeNull();
    const made = readFileSync(path('track.json'));
    expect(made.equals(readFileSync(`${DEMO}track.json`))).toBe(true);
    expect(made.length).toBeLessThan(200_000);
  });

  test('puts the particle where --ra and --dec say', async () => {
    await simulate('--ra', '200', '--dec', '-35.5', '--time', '2022-05-24T07:41:32.18Z', '--output', path('sky.json'));
    const { header, truth } = decodeEvent(readFileSync(path('sky.json')), 'sky.json');
    const { raRad, decRad } = raDecOf(skyFrame(header.mjd), truth!.zenith, truth!.azimuth);
    expectClose(angularDistance(raRad, decRad, 200 / DEG, -35.5 / DEG), 0, { absolute: 1e-9 });
  });

  test('writes many events, each the one that its number alone gives, and says so line by line', async () => {
    const { stdout } = await simulate(
      ...ANYWHERE,
      '--count',
      '3',
      '--event-id',
      '9',
      '--json',
      '--output',
      path('many/e.json'),
    );
    expect(readdirSync(path('many'))).toEqual(['e-000009.json', 'e-000010.json', 'e-000011.json']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.event_id)).toEqual([9, 10, 11]);
    expect(lines[0].file).toBe(path('many/e-000009.json'));
    await simulate(...ANYWHERE, '--event-id', '10', '--output', path('ten.json'));
    expect(readFileSync(path('ten.json')).equals(readFileSync(path('many/e-000010.json')))).toBe(true);
    expect(readFileSync(path('ten.json')).equals(readFileSync(path('many/e-000011.json')))).toBe(false);
  });

  test('stops between two events at Ctrl-C, leaves whole files only, and says how to go on', async () => {
    const running = simulate(...ANYWHERE, '--count', '500', '--output', path('stopped/e.json'));
    const interrupted = setInterval(() => {
      if (!existsSync(path('stopped/e-000001.json'))) return;
      clearInterval(interrupted);
      process.emit('SIGINT', 'SIGINT');
    }, 20);
    const { exitCode, stderr } = await running;
    const files = readdirSync(path('stopped'));
    const next = files.length + 1;
    expect(exitCode).toBe(130);
    expect(files.length).toBeLessThan(500);
    expect(stderr).toContain(
      `Stopped after ${files.length} of 500 events. To go on, use --event-id ${next} --count ${501 - next}.`,
    );
    for (const file of files) expect(decodeEvent(readFileSync(join(path('stopped'), file)), file).header.runId).toBe(1);
  });

  test('takes its light from the photon tables where there are some of the ice, and says so in the event', async () => {
    const made = async (name: string, ...words: string[]): Promise<string> => {
      expect((await simulate(...ANYWHERE, ...words, '--output', path(name))).error).toBeNull();
      return readFileSync(path(name), 'utf8');
    };
    const byDefault = await made('default.json');
    expect(byDefault).toContain('--light table --run-id');
    expect(await made('table.json', '--light', 'table')).toBe(byDefault);
    const level = await made('level.json', '--no-tilt');
    expect(level).toContain('--light table --no-tilt --run-id');
    const form = await made('form.json', '--light', 'closed-form');
    expect(form).toContain('--light closed-form --run-id');
    expect(await made('other-ice.json', '--ice-model', 'spice_3.2.1')).toContain('--light closed-form');
    const pulses = [byDefault, level, form].map((text) => JSON.stringify(JSON.parse(text).pulses));
    expect(new Set(pulses).size).toBe(3);
  });

  test('writes to standard output where asked to, and nothing else there', async () => {
    const { stdout, stderr } = await simulate(...ANYWHERE, '--output', '-');
    expect(decodeEvent(new TextEncoder().encode(stdout), 'stdout').truth?.energyGev).toBe(1000);
    expect(stderr).toBe('');
  });

  test('warns where the particle passes the detector by', async () => {
    const { stderr } = await simulate('--zenith', '0', '--azimuth', '0', '--x', '4000', '--output', path('far.json'));
    expect(stderr).toBe('warning: event 1: No light of the simulated particle reached a module.\n');
  });

  test('uses the detector of any event file', async () => {
    await simulate(...ANYWHERE, '--detector', `${DEMO}track.json`, '--output', path('like-demo.json'));
    expect(decodeEvent(readFileSync(path('like-demo.json')), 'x').openDetector).toBe('IC86');
  });

  test('uses where the telescope of that file stands, and hands it on', async () => {
    const site = { latitude_deg: 51.77, longitude_deg: 104.4, x_axis_azimuth_deg: 30 };
    const header = { run_id: 1, event_id: 1, start_time_utc: '2024-01-01T00:00:00Z', real: false };
    const modules = [0, 20, 40].map((z, i) => ({ module: [1, i + 1], position_m: [0, 0, z], noise_hz: 100 }));
    const detector = { name: 'Lake', site, modules };
    const file = { format: 'skymap-scanner-event', version: 1, header, pulses: [], detector };
    writeFileSync(path('lake.json'), JSON.stringify(file));
    await simulate('--ra', '200', '--dec', '40', '--detector', path('lake.json'), '--output', path('in-lake.json'));
    const event = decodeEvent(readFileSync(path('in-lake.json')), 'x');
    expect(siteOf(event)).toEqual({ latitudeDeg: 51.77, longitudeDeg: 104.4, xAxisAzimuthDeg: 30 });
    const { zenith, azimuth } = event.truth!;
    const { raRad, decRad } = raDecOf(skyFrame(event.header.mjd, siteOf(event)), zenith, azimuth);
    expectClose(angularDistance(raRad, decRad, 200 / DEG, 40 / DEG), 0, { absolute: 1e-9 });
  });

  test.each<[string, string[], string]>([
    ['no direction', [], 'The direction must be given either by --ra and --dec or by --zenith and --azimuth.'],
    [
      'half a direction',
      ['--ra', '5'],
      'The direction must be given either by --ra and --dec or by --zenith and --azimuth.',
    ],
    [
      'two directions',
      ['--ra', '5', '--dec', '5', '--zenith', '5', '--azimuth', '5'],
      'The direction must be given either by --ra and --dec or by --zenith and --azimuth.',
    ],
    [
      'a declination beyond the pole',
      ['--ra', '5', '--dec', '95'],
      "error: option '--dec <deg>' argument '95' is invalid. It must be a number from -90 to 90.",
    ],
    [
      'a text as energy',
      [...ANYWHERE, '--energy', 'much'],
      "error: option '--energy <gev>' argument 'much' is invalid. It must be a number from 10 to 100000000.",
    ],
    ['no time', [...ANYWHERE, '--time', 'now'], '--time now is no UTC time like 2024-05-01T12:00:00Z.'],
    [
      'an unknown kind',
      [...ANYWHERE, '--kind', 'tau'],
      "error: option '--kind <kind>' argument 'tau' is invalid. Allowed choices are track, cascade.",
    ],
    ['an unknown detector', [...ANYWHERE, '--detector', 'IC87'], '--detector IC87 is neither IC86 nor a file.'],
    ['an unknown ice', [...ANYWHERE, '--ice-model', 'slush'], 'There is no ice model named "slush".'],
    [
      'tables that there are not',
      [...ANYWHERE, '--ice-model', 'spice_3.2.1', '--light', 'table'],
      'There are no photon tables for the ice model spice_3.2.1.',
    ],
    [
      'tables for the closed form',
      [...ANYWHERE, '--light', 'closed-form', '--photon-tables', 'x.skylight'],
      'The closed form uses no photon tables: leave out --photon-tables.',
    ],
    [
      'tables that are none',
      [...ANYWHERE, '--photon-tables', 'x.fits'],
      '--photon-tables x.fits is no file of photon tables (*.skylight).',
    ],
    [
      'half a seed',
      [...ANYWHERE, '--seed', '1.5'],
      "error: option '--seed <number>' argument '1.5' is invalid. It must be a whole number from 0 to 9007199254740991.",
    ],
    [
      'many events on standard output',
      [...ANYWHERE, '--count', '2', '--output', '-'],
      'Many events cannot go to standard output: name a file with --output.',
    ],
    [
      'a directory as output',
      [...ANYWHERE, '--output', DEMO.slice(0, -1)],
      `The file ${DEMO.slice(0, -1)} cannot be written: it is a directory.`,
    ],
  ])('refuses %s with a sentence', async (_, words, sentence) => {
    const output = words.includes('--output') ? [] : ['--output', path('x.json')];
    expect((await simulate(...words, ...output)).error).toBe(sentence);
    expect(readdirSync(folder)).not.toContain('x.json');
  });

  test('asks for a file to write', async () => {
    expect((await simulate(...ANYWHERE)).error).toContain("required option '-o, --output <file>' not specified");
  });
});
