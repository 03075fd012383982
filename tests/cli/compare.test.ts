import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareCommand } from '../../src/cli/compare.js';
import { type ScanResult, toJson, writeNpz } from '../../src/result/index.js';
import { mapOf, metadata } from '../result/support.js';
import { temporaryDirectory } from '../support/command.js';
import { say } from './event-support.js';

const home = temporaryDirectory();
const save = (name: string, result: ScanResult): string => {
  const path = join(home, name);
  writeFileSync(path, name.endsWith('.json') ? toJson(result) : writeNpz(result));
  return path;
};

const coarse = mapOf(
  1,
  Array.from({ length: 12 }, (_, pixel) => [pixel, 1000 + pixel] as const),
);
const fine = mapOf(2, [
  [0, 990],
  [3, 995],
]);
const whole: ScanResult = { metadata, maps: [coarse, fine] };
const a = save('a.npz', whole);

/** The result with one number of its first map changed. */
function changed(column: 'llh' | 'eTot' | 'z', value: number): ScanResult {
  const values = coarse[column].slice();
  values[4] = value;
  return { metadata, maps: [{ ...coarse, [column]: values }, fine] };
}

describe('compare', () => {
  it('finds a result the same as itself in its other form', async () => {
    const said = await say(compareCommand(), a, save('a.json', whole), '--tolerance', 'all=0');
    expect(said).toMatchObject({
      exitCode: 0,
      error: null,
      stdout: expect.stringMatching(/^the same within the tolerances: 14 common pixels of nsides 1 2\n$/),
    });
  });

  it('names what differs and by how much, and says so in its exit code', async () => {
    const b = save('b.npz', changed('llh', 1010));
    const { stdout, exitCode } = await say(compareCommand(), a, b);
    expect(exitCode).toBe(1);
    expect(stdout).toBe(
      'different: 14 common pixels of nsides 1 2\n  nside 1: llh differs in 1 of 12 pixels; largest difference 6 at pixel 4\n',
    );
    expect((await say(compareCommand(), a, b, '--tolerance', 'llh=0.01')).exitCode).toBe(0);
    expect((await say(compareCommand(), a, b, '--tolerance', 'all=0.01', '--tolerance', 'llh=0')).exitCode).toBe(1);
  });

  it('has skyreader’s tolerances', async () => {
    expect((await say(compareCommand(), save('c.npz', changed('eTot', 0)), a)).exitCode).toBe(0);
    expect((await say(compareCommand(), save('d.npz', changed('z', (4 / 11) * 1.002)), a)).exitCode).toBe(1);
  });

  it('wants the same pixels of the same event, unless it is told to look at what is common', async () => {
    const partial = save('partial.npz', { metadata: { ...metadata, complete: false }, maps: [coarse] });
    const { stdout, exitCode } = await say(compareCommand(), partial, a);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('nside 2: only in the second')]);
    expect((await say(compareCommand(), partial, a, '--common')).exitCode).toBe(0);
    const fewer = save('fewer.npz', { metadata, maps: [mapOf(1, [[0, 1000]]), fine] });
    expect((await say(compareCommand(), a, fewer)).stdout).toContain('nside 1: 11 pixels only in the first');
    const other = save('other.npz', { ...whole, metadata: { ...metadata, eventId: 7 } });
    expect(await say(compareCommand(), a, other)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('eventId: 35405932 and 7'),
    });
    const headless = save('headless.npz', { ...whole, metadata: null });
    expect((await say(compareCommand(), a, headless)).exitCode).toBe(0);
    const elsewhere = save('elsewhere.npz', { metadata, maps: [mapOf(4, [[0, 1]])] });
    expect(await say(compareCommand(), a, elsewhere, '--common')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('no nside in common'),
    });
  });

  it('tells programs everything', async () => {
    const b = save('e.npz', changed('llh', 1010));
    const report = JSON.parse((await say(compareCommand(), a, b, '--json', '--tolerance', 'X=0.5')).stdout);
    expect(report).toMatchObject({
      same: false,
      problems: [expect.stringContaining('llh differs')],
      tolerances: { llh: 1e-4, E_in: 1e-2, X: 0.5 },
      metadata: [],
      nsides: [
        {
          nside: 1,
          common_pixels: 12,
          columns: {
            llh: { same: false, different_pixels: 1, largest_difference: 6, at_pixel: 4 },
            T: { same: true, different_pixels: 0, largest_difference: 0, at_pixel: null },
          },
        },
        { nside: 2 },
      ],
    });
  });

  it('refuses tolerances that are none, and files that are no results', async () => {
    for (const text of ['llh', 'llh=', 'llh=-1', 'charge=1', '=1']) {
      expect((await say(compareCommand(), a, a, '--tolerance', text)).code, text).toBe('commander.invalidArgument');
    }
    expect((await say(compareCommand(), a, join(home, 'none'))).code).toBe('file/not-found');
    writeFileSync(join(home, 'text'), 'text');
    expect((await say(compareCommand(), join(home, 'text'), a)).code).toBe('result/bad-file');
  });
});
