import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { i3ToJsonCommand } from '../../src/cli/i3-to-json.js';
import { decodeEvent, type FullGcd, i3Frames, i3Packets, writeFrame, writeFullGcd } from '../../src/event/index.js';
import { readDocument, readMessage } from '../../src/event/message.js';
import { raDecOf, skyFrame } from '../../src/sky/index.js';
import { builtinIc86 } from '../prepare/decoded.js';
import { needsShared, sharedBytes, sharedPath } from '../support/shared.js';
import { type Said, say } from './event-support.js';

const SIMULATION = 'data/i3/oscNext_genie_level3_v02_first_5_frames.i3.gz';
const BRONZE = 'data/events/run00136662-evt000035405932-BRONZE.pkl';
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'i3-to-json-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const convert = (...words: readonly string[]): Promise<Said> => say(i3ToJsonCommand(), ...words);
const path = (name: string): string => join(folder, name);
const NAMES = [2, 4, 6, 8, 10].map((event) => `run00140000.evt${String(event).padStart(12, '0')}.sub000.json`);

needsShared('i3-to-json, of a file of simulation', [SIMULATION], () => {
  const input = sharedPath(SIMULATION);

  test('writes one alert for each event, which the scanner reads, and says so', async () => {
    const { stdout, stderr, exitCode } = await convert(input, '--output-dir', path('all'));
    expect(readdirSync(path('all'))).toEqual(NAMES);
    expect(stdout.trim().split('\n')).toEqual(NAMES.map((name) => join(path('all'), name)));
    expect(stderr).toBe('5 of 5 events written.\n');
    expect(exitCode).toBe(0);
    const event = decodeEvent(readFileSync(path(`all/${NAMES[0]}`)), 'x');
    const first = decodeEvent(sharedBytes(SIMULATION), 'x');
    expect(event.pulses).toEqual(first.pulses);
    expect(event.warnings).toEqual([]);
    expect(event.alert).toMatchObject({ eventTimeUtc: '2014-05-06 21:58:07.407437' });
    expect(event.alert!.nch).toBeLessThan(23);
  });

  test('adds where fits and the truth are on the sky', async () => {
    await convert(input, '--nframes', '8', '--extra', 'SPEFit2', 'Nonsense', '--output-dir', path('extra'));
    expect(readdirSync(path('extra'))).toEqual(NAMES.slice(0, 1));
    const text = readFileSync(path(`extra/${NAMES[0]}`));
    const document = JSON.parse(text.toString());
    const { header, particles, truth } = decodeEvent(text, 'x');
    const { raRad, decRad } = raDecOf(skyFrame(header.mjd), particles.SPEFit2!.zenith, particles.SPEFit2!.azimuth);
    expect(document.SPEFit2).toEqual({ ra: raRad, dec: decRad });
    expect(document.Nonsense).toEqual({ ra: null, dec: null });
    expect(document.true).toMatchObject({ eprim: truth!.energyGev, emuin: 0 });
    expect(Object.keys(document.true)).toEqual(['ra', 'dec', 'eprim', 'emuhi', 'emuin']);
  });

  test('tells the detector as a difference to the baseline, also in one .i3 file with all events', async () => {
    const { string, om, x, y, z } = await builtinIc86();
    const keys = Array.from(string, (line, i) => ({ string: line, om: om[i]!, pmt: 0 }));
    const gcd = (voltage: number): FullGcd => ({
      geometry: keys.map((key, i) => ({ ...key, x: x[i]!, y: y[i]!, z: z[i]!, omType: 20 })),
      calibration: null,
      status: keys.map((key, i) => ({ ...key, pmtVoltageV: i === 0 ? voltage : 1200, lcMode: 2 })),
    });
    writeFileSync(path('base.i3'), writeFullGcd(gcd(1200)));
    writeFileSync(path('run.i3'), writeFullGcd(gcd(0)));
    const words = ['--basegcd', path('base.i3'), '--output-dir', path('with'), '--output', path('all.i3'), '--quiet'];
    const said = await convert(path('run.i3'), input, ...words);
    expect(said).toEqual({ stdout: '', stderr: '', error: null, code: null, exitCode: 0 });
    const { gcdDifferences } = decodeEvent(readFileSync(path(`with/${NAMES[4]}`)), 'x');
    expect(gcdDifferences).toMatchObject({
      baselineName: 'base.i3',
      geometry: { plus: [], minus: [] },
      status: { plus: [{ string: 1, om: 1, pmtVoltageV: 0 }], minus: [] },
    });
    const stops = [...i3Frames(readFileSync(path('all.i3')), 'x')].map(({ frame }) => frame.stop);
    expect(stops.join('')).toBe('GCDQPQPQPQPQP');
    expect([...i3Packets(readFileSync(path('all.i3')), 'x')].length).toBe(5);
  });

  test('says which events cannot be converted, and goes on', async () => {
    const key = { string: 21, om: 1, pmt: 0 };
    const geometry = [{ ...key, x: 1, y: 2, z: 3, omType: 20 }];
    writeFileSync(path('tiny.i3'), writeFullGcd({ geometry, calibration: null, status: null }));
    const { stdout, stderr, exitCode } = await convert(path('tiny.i3'), input, '--output-dir', path('tiny'));
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr.match(/\[detector\/unknown-dom\]/g)?.length).toBe(5);
    expect(stderr).toContain('0 of 5 events written.');
  });

  test('refuses a name that the file has for something else', async () => {
    const { error } = await convert(input, '--extra', 'true', '--output-dir', path('no'));
    expect(error).toBe('--extra true: that member of the file has a meaning of its own.');
    expect(existsSync(path('no'))).toBe(false);
  });
});

needsShared('i3-to-json, of an alert in a stream', [BRONZE], () => {
  test('keeps what the alert said, and its differences; extra fits have the names that upstream gives them', async () => {
    const { frames } = readMessage(readDocument(sharedBytes(BRONZE), 'x'), 'x');
    writeFileSync(path('alert.i3'), Buffer.concat(frames.map(writeFrame)));
    const words = ['--extra', 'OnlineL2_SplineMPE', '--output-dir', path('alert'), '--output', path('again.i3')];
    // The event twice: its name is given once.
    const { stderr } = await convert(path('alert.i3'), path('alert.i3'), ...words);
    expect(stderr).toContain('alert.i3 has a second event for run00136662.evt000035405932.sub001.json');
    const bytes = readFileSync(path('alert/run00136662.evt000035405932.sub001.json'));
    const before = decodeEvent(sharedBytes(BRONZE), 'x');
    const event = decodeEvent(bytes, 'x');
    expect(event).toEqual(before);
    expect(Object.keys(JSON.parse(bytes.toString()))).toEqual(['value', 'ol2_mpe']);
    const [packet] = i3Packets(readFileSync(path('again.i3')), 'x');
    expect(packet!.frames.map(({ stop }) => stop).join('')).toBe('GCDQP');
  });
});

describe('i3-to-json', () => {
  test.each<[string, () => string, string]>([
    ['is not there', () => path('nothing.i3'), 'file/not-found'],
    ['is no .i3 file', () => written('text.i3', 'hello'), 'event/not-readable'],
    [
      'has a detector only',
      () => written('gcd.i3', writeFullGcd({ geometry: [], calibration: null, status: null })),
      'event/missing-object',
    ],
  ])('refuses a file that %s', async (_, file, code) => {
    const said = await convert(file(), '--output-dir', path('refused'));
    expect(said.code).toBe(code);
    expect(said.stdout).toBe('');
  });

  function written(name: string, content: string | Uint8Array): string {
    writeFileSync(path(name), content);
    return path(name);
  }
});
