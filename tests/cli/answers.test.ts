import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { areaCommand } from '../../src/cli/area.js';
import { containsCommand } from '../../src/cli/contains.js';
import { credibleLevelCommand } from '../../src/cli/credible-level.js';
import { probCommand } from '../../src/cli/prob.js';
import { sourcesCommand } from '../../src/cli/sources.js';
import {
  cellsInRegion,
  llhAt,
  mocFits,
  mocJson,
  mocOfCells,
  type NearSource,
  skyMaps,
  summarize,
  summaryJson,
  toJson,
  writeNpz,
} from '../../src/result/index.js';
import { credibleLevelAt, probabilityInCone } from '../../src/sky/index.js';
import { gaussianScan, mapOf, metadata } from '../result/support.js';
import { expectClose } from '../support/close.js';
import { temporaryDirectory } from '../support/command.js';
import { say } from './event-support.js';

const DEGREE = Math.PI / 180;
const home = temporaryDirectory();
const STEM = 'run00136662.evt000035405932.neutrino';
const result = gaussianScan({ raDeg: 47.2, decDeg: -3.5, sigmaDeg: 0.5 });
const file = join(home, `${STEM}_8_64_512.npz`);
writeFileSync(file, writeNpz(result));
const json = join(home, `${STEM}_8_64_512.json`);
writeFileSync(json, toJson(result));
const failed = join(home, 'failed_1.npz');
writeFileSync(failed, writeNpz({ metadata, maps: [mapOf(1, [[0, Number.NaN]])] }));
const sky = skyMaps(result, 0.2)!;
const summary = summarize(result, { recoAlgo: 'splinempe', nRecos: null, wallS: null, sky });

const read = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe('contains', () => {
  it('answers in one line', async () => {
    const said = await say(containsCommand(), file, '47.2', '-3.5');
    expect(said).toMatchObject({ error: null, stderr: '' });
    expect(said.stdout).toMatch(/^50 %: inside, 90 %: inside; credible level 0\.\d+, blurred by 0\.2 deg\n$/);
    expect((await say(containsCommand(), file, '48.1', '-3.5')).stdout).toMatch(/^50 %: outside, 90 %: inside/);
    expect((await say(containsCommand(), file, '227.2', '3.5')).stdout).toMatch(
      /^50 %: outside, 90 %: outside; credible level 1,/,
    );
  });

  it('tells programs why, for any levels and by Wilks', async () => {
    const { stdout } = await say(containsCommand(), json, '48', '-3.5', '--level', '0.3', '0.99', '--json');
    expect(read(stdout)).toMatchObject({
      ra_deg: 48,
      dec_deg: -3.5,
      regions: [
        { region: 'probability', level: 0.3, delta_2llh: null, inside: false },
        { region: 'probability', level: 0.99, delta_2llh: null, inside: true },
      ],
      credible_level: credibleLevelAt(sky.probability, 48 * DEGREE, -3.5 * DEGREE),
      angular_error_floor_deg: 0.2,
    });
    const wilks = await say(containsCommand(), file, '48.1', '-3.5', '--wilks', '--json', '--level', '0.5,0.9');
    expect(read(wilks.stdout).regions).toEqual([
      { region: 'wilks', level: 0.5, delta_2llh: 1.39, inside: false },
      { region: 'wilks', level: 0.9, delta_2llh: 4.61, inside: true },
    ]);
    expect((await say(containsCommand(), file, '48.1', '-3.5', '--wilks')).stdout).toMatch(
      /^50 %: outside, 90 %: inside; 2 delta llh 3\.\d+, Wilks\n$/,
    );
  });
});

describe('credible-level', () => {
  it('begins with the level', async () => {
    const { stdout } = await say(credibleLevelCommand(), file, '48', '-3.5');
    const level = credibleLevelAt(sky.probability, 48 * DEGREE, -3.5 * DEGREE);
    expectClose(Number(stdout.split(' ')[0]), level, { relative: 1e-4 }, 'level');
    expect(stdout).toMatch(/ {2}credible level of RA 48, dec -3\.5 deg; 2 delta llh [\d.]+; blurred by 0\.2 deg\n$/);
  });

  it('depends on the blur, which every answer names', async () => {
    const flags = ['48.3', '-3.5', '--json'];
    const levels: number[] = [];
    for (const floor of ['0', '0.2', '1']) {
      const { stdout } = await say(credibleLevelCommand(), file, ...flags, '--angular-error-floor', floor);
      const said = read(stdout);
      expect(said.angular_error_floor_deg).toBe(Number(floor));
      expect(said.llh).toBe(llhAt(result, 48.3 * DEGREE, -3.5 * DEGREE));
      levels.push(said.credible_level as number);
    }
    expect(levels[0]!).toBeGreaterThan(levels[1]!);
    expect(levels[1]!).toBeGreaterThan(levels[2]!);
  });

  it('takes the blur of the summary beside the result', async () => {
    const beside = join(home, 'beside');
    mkdirSync(beside);
    writeFileSync(join(beside, `${STEM}_8_64_512.npz`), writeNpz(result));
    const wide = summarize(result, { recoAlgo: null, nRecos: null, wallS: null, angularErrorFloorDeg: 0.35 });
    writeFileSync(join(beside, `${STEM}.summary.json`), summaryJson(wide));
    const { stdout } = await say(credibleLevelCommand(), join(beside, `${STEM}_8_64_512.npz`), '48', '-3.5');
    expect(stdout).toContain('blurred by 0.35 deg');
  });
});

describe('area', () => {
  it('is that of the summary', async () => {
    const [half, ninety] = summary.regions;
    expect((await say(areaCommand(), file)).stdout).toBe(
      `50 %: ${half!.area_deg2} deg2, 90 %: ${ninety!.area_deg2} deg2; blurred by 0.2 deg\n`,
    );
    const [small, large] = summary.wilks_regions;
    expect((await say(areaCommand(), json, '--wilks')).stdout).toBe(
      `50 %: ${small!.area_deg2} deg2 (2 delta llh < 1.39), 90 %: ${large!.area_deg2} deg2 (2 delta llh < 4.61); ` +
        'Wilks, not blurred\n',
    );
    const { regions } = read((await say(areaCommand(), file, '--json')).stdout) as { regions: object[] };
    expect(regions).toMatchObject(summary.regions);
    const wilks = read((await say(areaCommand(), file, '--json', '--wilks')).stdout) as { regions: object[] };
    expect(wilks.regions).toMatchObject(summary.wilks_regions);
  });

  it('names a level with all its digits', async () => {
    expect((await say(areaCommand(), file, '--level', '0.683', '0.999999')).stdout).toMatch(
      /^68\.3 %: .* 99\.9999 %: /,
    );
  });

  it('is that of any thresholds in 2 delta llh, published ones or those of a calibration', async () => {
    const [small] = summary.wilks_regions;
    const { stdout } = await say(areaCommand(), file, '--delta-llh', '1.39,22.2');
    expect(stdout).toMatch(
      new RegExp(`^2 delta llh < 1.39: ${small!.area_deg2} deg2, 2 delta llh < 22.2: [0-9.]+ deg2; `),
    );
    const said = read((await say(areaCommand(), file, '--json', '--delta-llh', '22.2')).stdout) as { regions: any[] };
    expect(said.regions).toMatchObject([{ region: 'wilks', level: null, delta_2llh: 22.2 }]);
    expect(said.regions[0].area_deg2).toBeGreaterThan(small!.area_deg2);
    expect((await say(areaCommand(), file, '--delta-llh', '-1')).code).toBe('commander.invalidArgument');
    expect((await say(areaCommand(), file, '--delta-llh', '1', '--wilks')).code).toBe('commander.conflictingOption');
  });
});

describe('a map in the form of older scanners', () => {
  it('is told of: its declinations may have the wrong sign', async () => {
    const old = join(home, 'old_8.npz');
    const none = new Float64Array(2).fill(Number.NaN);
    const map = {
      ...mapOf(8, [
        [0, 3],
        [1, 2],
      ]),
      x: none,
      y: none,
      z: none,
      t: none,
    };
    writeFileSync(old, writeNpz({ metadata: null, maps: [map] }));
    expect((await say(areaCommand(), old)).stderr).toMatch(
      /^note: .*old_8\.npz has the form of older scanners, .*sign/,
    );
    expect((await say(areaCommand(), file)).stderr).toBe('');
  });
});

describe('prob', () => {
  it('is that of a cone', async () => {
    const expected = probabilityInCone(sky.probability, 47 * DEGREE, -3.4 * DEGREE, DEGREE);
    const { stdout } = await say(probCommand(), file, '--cone', '47,-3.4,1');
    expect(stdout).toBe(
      `${Number(expected.toPrecision(5))}  probability within 1 deg of RA 47, dec -3.4 deg; blurred by 0.2 deg\n`,
    );
    const said = read((await say(probCommand(), file, '--cone', '47,-3.4,1', '--json')).stdout);
    expect(said).toEqual({
      probability: expected,
      cone: { ra_deg: 47, dec_deg: -3.4, radius_deg: 1 },
      angular_error_floor_deg: 0.2,
    });
  });

  it('is that of a MOC of any form', async () => {
    const moc = mocOfCells(cellsInRegion(sky, { kind: 'probability', level: 0.9 }));
    writeFileSync(join(home, 'moc.fits'), mocFits(moc));
    writeFileSync(join(home, 'moc.json'), mocJson(moc));
    for (const name of ['moc.fits', 'moc.json']) {
      const said = read((await say(probCommand(), file, '--moc', join(home, name), '--json')).stdout);
      expectClose(said.probability as number, 0.9, { absolute: 2e-4 }, name);
      expectClose(said.area_deg2 as number, summary.regions[1]!.area_deg2, { relative: 2e-3 }, 'area');
      expect(said.moc).toBe(join(home, name));
    }
  });

  it('is that of a polygon', async () => {
    const box = join(home, 'box.csv');
    writeFileSync(box, 'ra,dec\n47.2,-20\n70,-20\n70,15\n47.2,15\n');
    const { stdout } = await say(probCommand(), file, '--polygon', box, '--json');
    expectClose(read(stdout).probability as number, 0.5, { absolute: 0.01 }, 'the eastern half');
  });

  it('needs one part of the sky, and only one', async () => {
    expect(await say(probCommand(), file)).toMatchObject({ code: 'config/bad-value' });
    const both = await say(probCommand(), file, '--cone', '47,-3,1', '--moc', 'x');
    expect(both.code).toBe('commander.conflictingOption');
    expect(await say(probCommand(), file, '--moc', file)).toMatchObject({ code: 'result/bad-region' });
    expect(await say(probCommand(), file, '--polygon', file)).toMatchObject({ code: 'result/bad-region' });
    expect(await say(probCommand(), file, '--moc', 'nowhere')).toMatchObject({ code: 'file/not-found' });
  });
});

describe('sources', () => {
  const catalogue = join(home, 'catalogue.csv');
  writeFileSync(catalogue, 'name,ra,dec\nfar,10,10\nTXS 0506+056,77.358,5.693\nnear,47.3,-3.4\n');

  it('come nearest first', async () => {
    const { stdout } = await say(sourcesCommand(), file, catalogue, '--count', '2');
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^name +RA deg +dec deg +away deg +level +2 dlogL$/);
    expect(lines[1]).toMatch(/^near +47\.3 +-3\.4 +0\.14\d+ +0\.\d+ +0\.\d+$/);
    expect(lines[2]).toMatch(/^TXS 0506\+056 +77\.358 +5\.693 +31\.\d+ +1 +\d/);
    expect(lines[3]).toBe('level: credible level, blurred by 0.2 deg');
    const { sources } = read((await say(sourcesCommand(), file, catalogue, '--json')).stdout) as {
      sources: NearSource[];
    };
    expect(sources.map(({ name }) => name)).toEqual(['near', 'TXS 0506+056', 'far']);
  });

  it('are refused where the catalogue is none', async () => {
    writeFileSync(join(home, 'bad.csv'), 'a,1,2\nb,400,3\n');
    const said = await say(sourcesCommand(), file, join(home, 'bad.csv'));
    expect(said).toMatchObject({ code: 'config/bad-value', error: expect.stringContaining('bad.csv, line 2') });
  });
});

describe('every answer', () => {
  const commands = {
    contains: (path: string, ...flags: string[]) => say(containsCommand(), path, '47', '-3', ...flags),
    'credible-level': (path: string, ...flags: string[]) => say(credibleLevelCommand(), path, '47', '-3', ...flags),
    area: (path: string, ...flags: string[]) => say(areaCommand(), path, ...flags),
    prob: (path: string, ...flags: string[]) => say(probCommand(), path, '--cone', '47,-3,1', ...flags),
  };

  it.each(Object.entries(commands))('says what is wrong with a file: %s', async (_, ask) => {
    expect((await ask(join(home, 'nowhere.npz'))).code).toBe('file/not-found');
    const notes = join(home, 'notes.txt');
    writeFileSync(notes, 'not a result');
    expect(await ask(notes)).toMatchObject({ code: 'result/bad-file', error: expect.stringContaining('notes.txt') });
    expect(await ask(failed)).toMatchObject({ code: 'result/no-fit', error: expect.stringContaining('failed_1.npz') });
  });

  it('says that a map is of a scan that was not over', async () => {
    const partial = join(home, 'partial_8.npz');
    writeFileSync(partial, writeNpz({ ...result, metadata: { ...metadata, complete: false } }));
    const { stderr, error } = await say(areaCommand(), partial);
    expect(error).toBeNull();
    expect(stderr).toBe(`note: ${partial} is the map of a scan that was not over yet.\n`);
  });

  it.each([
    [containsCommand, ['400', '0'], 'a number from 0 to 360'],
    [containsCommand, ['-1', '0'], 'a number from 0 to 360'],
    [containsCommand, ['10', '90.5'], 'a number from -90 to 90'],
    [containsCommand, ['10', 'north'], 'a number from -90 to 90'],
    [containsCommand, ['10', '-5', '--level', '90'], '0.9 is 90 %'],
    [containsCommand, ['10', '-5', '--level', '0'], 'between 0 and 1'],
    [credibleLevelCommand, ['10', '-91'], 'a number from -90 to 90'],
    [credibleLevelCommand, ['10', '0', '--angular-error-floor', '-1'], 'a number from 0 to 20'],
    [areaCommand, ['--level', '0.5', '1'], 'between 0 and 1'],
    [probCommand, ['--cone', '47,-3'], 'RA,dec,radius in degrees'],
    [probCommand, ['--cone', '47,-93,1'], 'RA,dec,radius in degrees'],
    [probCommand, ['--cone', '47,-3,0'], 'RA,dec,radius in degrees'],
  ] as const)('refuses positions and levels that cannot be: %s %j', async (command, words, why) => {
    const said = await say(command(), file, ...words);
    expect(said.code).toMatch(/^commander\.invalidArgument$/);
    expect(said.error).toContain(why);
  });
});
