import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { combineCommand } from '../../src/cli/combine.js';
import { combineResults, fromJson, readNpz, toJson, writeNpz } from '../../src/result/index.js';
import { gaussianScan, mapOf, metadata } from '../result/support.js';
import { temporaryDirectory } from '../support/command.js';
import { say } from './event-support.js';

const home = temporaryDirectory();
const STEM = 'run00136662.evt000035405932.neutrino';
const [a, b] = [
  gaussianScan({ raDeg: 100, decDeg: 20, sigmaDeg: 0.6 }),
  gaussianScan({ raDeg: 100.8, decDeg: 20.3, sigmaDeg: 0.8 }),
];
const [fileA, fileB] = [join(home, `${STEM}_8_64_512.npz`), join(home, 'other.json')];
writeFileSync(fileA, writeNpz(a));
writeFileSync(fileB, toJson({ ...b, metadata: { ...metadata, eventId: 3 } }));

describe('combine', () => {
  it('writes the sum as a result, named after the first', async () => {
    const out = join(home, 'out');
    const said = await say(combineCommand(), fileA, fileB, '--output-dir', out, '--format', 'json,npz');
    expect(said).toMatchObject({ error: null, stderr: '' });
    const names = [`${STEM}.combined_8_64_512.npz`, `${STEM}.combined_8_64_512.json`];
    expect(said.stdout).toBe(names.map((name) => `${join(out, name)}\n`).join(''));
    expect(readdirSync(out).sort()).toEqual([...names].sort());
    const expected = combineResults([a, { ...b, metadata: null }]);
    expect(readNpz(readFileSync(join(out, names[0]!)))).toEqual(expected);
    expect(fromJson(readFileSync(join(out, names[1]!), 'utf8'))).toEqual(expected);
  });

  it('tells programs the files, the event where there is one, and the best fit', async () => {
    const flags = ['--output-dir', home, '--json'];
    const one = JSON.parse((await say(combineCommand(), fileA, fileB, ...flags)).stdout);
    expect(one).toMatchObject({ event: null, best_fit: { nside: 512, pixel: expect.any(Number) } });
    const same = JSON.parse((await say(combineCommand(), fileA, fileA, fileA, ...flags)).stdout);
    expect(same.event).toEqual({ run_id: 136662, event_id: 35405932 });
    expect(existsSync(same.files[0])).toBe(true);
  });

  it('refuses maps that have nothing in common, and a single one', async () => {
    const [north, south] = [join(home, 'north.npz'), join(home, 'south.npz')];
    writeFileSync(north, writeNpz({ metadata, maps: [mapOf(1, [[0, 1]])] }));
    writeFileSync(south, writeNpz({ metadata, maps: [mapOf(1, [[11, 1]])] }));
    expect((await say(combineCommand(), north, south, '--output-dir', home)).code).toBe('result/no-common-sky');
    expect((await say(combineCommand(), north)).code).toBe('commander.missingArgument');
    expect((await say(combineCommand(), north, join(home, 'none'))).code).toBe('file/not-found');
  });
});
