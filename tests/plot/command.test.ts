import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { plotCommand } from '../../src/cli/plot.js';
import { toJson, writeNpz } from '../../src/result/index.js';
import { type Said, say } from '../cli/event-support.js';
import { temporaryDirectory } from '../support/command.js';
import { needsShared, sharedPath } from '../support/shared.js';
import { bowl, METADATA, nsideMap } from './maps.js';
import { allText, parseXml } from './svg-paths.js';

const home = temporaryDirectory();
const STEM = 'run00136662.evt000035405932.BRONZE_8_64';
const result = bowl(47, -3, 0.6, { nsides: [8, 64], radiiDeg: [180, 8] });
writeFileSync(join(home, `${STEM}.npz`), writeNpz(result));
writeFileSync(join(home, `${STEM}.json`), toJson(result));

const plot = (...words: string[]): Promise<Said> => say(plotCommand(), ...words);
const svgText = (path: string): string => allText(parseXml(readFileSync(path, 'utf8')));

describe('the plot command', () => {
  it('draws both pictures in both formats and prints their names', async () => {
    const out = join(home, 'both');
    const { stdout, stderr, error } = await plot(join(home, `${STEM}.npz`), '--output-dir', out, '--width', '300');
    expect(error).toBeNull();
    expect(stderr).toBe('');
    const names = ['allsky.svg', 'allsky.png', 'zoom.svg', 'zoom.png'].map((name) => join(out, `${STEM}.${name}`));
    expect(stdout.trim().split('\n')).toEqual(names);
    expect(readdirSync(out)).toHaveLength(4);
    expect(readFileSync(names[3]!).readUInt32BE(16)).toBe(300);
  });

  it('draws the same from JSON, and says where as JSON if asked', async () => {
    const out = join(home, 'json');
    const flags = ['--output-dir', out, '--kind', 'zoom', '--format', 'svg'];
    const { stdout } = await plot(join(home, `${STEM}.json`), ...flags, '--json');
    const [file] = JSON.parse(stdout) as string[];
    const fromJson = readFileSync(file!);
    await plot(join(home, `${STEM}.npz`), ...flags);
    expect(readFileSync(file!).equals(fromJson)).toBe(true);
  });

  it('takes reconstruction and blur from the summary beside the result, options first', async () => {
    const beside = join(home, 'beside');
    mkdirSync(beside);
    writeFileSync(join(beside, `${STEM}.npz`), writeNpz(result));
    const summary = { reco_algo: 'pandel_mpe', peak: { angular_error_floor_deg: 0.35 } };
    writeFileSync(join(beside, 'run00136662.evt000035405932.BRONZE.summary.json'), JSON.stringify(summary));
    const flags = [join(beside, `${STEM}.npz`), '--output-dir', beside, '--kind', 'zoom', '--format', 'svg'];
    await plot(...flags);
    const words = svgText(join(beside, `${STEM}.zoom.svg`));
    expect(words).toContain('pandel_mpe');
    expect(words).toContain('blurred by 0.35°');
    await plot(...flags, '--reco-algo', 'mine', '--angular-error-floor', '0.5');
    expect(svgText(join(beside, `${STEM}.zoom.svg`))).toMatch(/mine[\s\S]*blurred by 0\.5°/);
  });

  it('passes every choice on', async () => {
    const out = join(home, 'choices');
    const list = join(home, 'sources.csv');
    writeFileSync(list, 'name,ra,dec\nTXS 0506+056,47.1,-3.2\n');
    const { error } = await plot(
      join(home, `${STEM}.npz`),
      ...['--output-dir', out, '--kind', 'allsky,zoom', '--format', 'svg', '--theme', 'dark', '--frame', 'galactic'],
      ...['--projection', 'hammer', '--center', '30', '--contours', 'probability,wilks', '--truth', '47.2,-3.1'],
      ...['--sources', list, '--window', '7', '--title', 'A & B', '--no-error-box', '--range', '100'],
    );
    expect(error).toBeNull();
    const all = svgText(join(out, `${STEM}.allsky.dark.svg`));
    for (const words of ['Hammer projection', 'Galactic longitude', '> 100', 'A & B']) expect(all).toContain(words);
    const zoom = svgText(join(out, `${STEM}.zoom.dark.svg`));
    for (const words of ['TXS 0506+056', 'True direction: RA 47.20°', 'Wilks', 'A & B']) expect(zoom).toContain(words);
  });

  it('draws the sky of a map without any fit and says why there is no zoom', async () => {
    const file = join(home, 'failed_1.npz');
    writeFileSync(file, writeNpz({ metadata: METADATA, maps: [nsideMap(1, [0, 1, 2], [NaN, NaN, NaN])] }));
    const { stdout, code } = await plot(file, '--output-dir', join(home, 'failed'), '--format', 'svg');
    expect(stdout).toBe(`${join(home, 'failed', 'failed_1.allsky.svg')}\n`);
    expect(code).toBe('plot/no-position');
  });

  it('refuses files that are no results, and choices that are none', async () => {
    const text = join(home, 'notes.txt');
    writeFileSync(text, 'not a result');
    expect(await plot(text)).toMatchObject({ code: 'result/bad-file', error: expect.stringContaining('notes.txt') });
    expect((await plot(join(home, 'nowhere.npz'))).code).toBe('file/not-found');
    for (const flags of [
      ['--kind', 'moon'],
      ['--truth', '400,0'],
      ['--width', '0'],
      ['--theme', 'pink'],
    ]) {
      expect((await plot(join(home, `${STEM}.npz`), ...flags)).code).toBe('commander.invalidArgument');
    }
  });

  describe('without the PNG renderer', () => {
    const flags = [join(home, `${STEM}.npz`), '--output-dir', join(home, 'no-png'), '--kind', 'zoom'];

    it('still makes SVG files and tells how to get PNG ones', async () => {
      vi.doMock('@resvg/resvg-js', () => {
        throw new Error('Cannot find package');
      });
      const { stdout, stderr, error } = await plot(...flags);
      expect(error).toBeNull();
      expect(stdout).toBe(`${join(home, 'no-png', `${STEM}.zoom.svg`)}\n`);
      expect(stderr).toContain('npm install @resvg/resvg-js');
      expect(existsSync(join(home, 'no-png', `${STEM}.zoom.png`))).toBe(false);
      expect((await plot(...flags, '--format', 'png')).code).toBe('plot/no-renderer');
      vi.doUnmock('@resvg/resvg-js');
    });
  });
});

const REAL = 'data/events/run00136662-evt000035405932-BRONZE-8_64_512.npz';
needsShared('the map of a real event', [REAL], () => {
  it('is drawn with the region that IceCube published, its declination reversed as that file has it', async () => {
    const out = join(home, 'real');
    const { error } = await plot(sharedPath(REAL), '--output-dir', out, '--kind', 'allsky,zoom', '--format', 'svg');
    expect(error).toBeNull();
    const [allsky, zoom] = ['allsky', 'zoom'].map((kind) =>
      join(out, `run00136662-evt000035405932-BRONZE-8_64_512.${kind}.svg`),
    );
    expect(readFileSync(allsky!).length).toBeLessThan(1e6);
    const words = svgText(zoom!);
    expect(words).toContain('no header');
    // IceCat-2: 0.61 and 1.99 square degrees for splinempe; this map is a millipede scan of the same event.
    const [, small, large] = /50 %: ([\d.]+) deg²[\s\S]*90 %: ([\d.]+) deg²/.exec(words)!;
    expect(Number(small)).toBeGreaterThan(0.3);
    expect(Number(large)).toBeLessThan(3);
  });
});
