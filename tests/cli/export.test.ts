import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportCommand, FORMATS } from '../../src/cli/export.js';
import { PRODUCT_FORMATS, summarize, writeNpz } from '../../src/result/index.js';
import { pixelCount } from '../../src/sky/index.js';
import { gaussianScan, mapOf, metadata } from '../result/support.js';
import { expectClose } from '../support/close.js';
import { temporaryDirectory } from '../support/command.js';
import { needsPython, python } from '../support/python.js';
import { say } from './event-support.js';

const home = temporaryDirectory();
const STEM = 'run00136662.evt000035405932.neutrino_8_64_512';
const result = gaussianScan({ raDeg: 83.6, decDeg: 22, sigmaDeg: 0.4 });
const file = join(home, `${STEM}.npz`);
writeFileSync(file, writeNpz(result));
const summary = summarize(result, { recoAlgo: null, nRecos: null, wallS: null });

const DEFAULT_FILES = [
  'contour_50.txt',
  'contour_50_wilks.txt',
  'contour_90.txt',
  'contour_90_wilks.txt',
  'contours.csv',
  'contours.geojson',
  'llh.multiorder.fits',
  ...['50', '50_wilks', '90', '90_wilks'].flatMap((region) => ['fits', 'json', 'txt'].map((e) => `moc_${region}.${e}`)),
  'probability.multiorder.fits',
].map((name) => `${STEM}.${name}`);

describe('export', () => {
  it('knows every format of the library', () => {
    expect(Object.keys(FORMATS)).toEqual([...PRODUCT_FORMATS]);
    const docs = readFileSync(new URL('../../docs/products.md', import.meta.url), 'utf8');
    for (const format of PRODUCT_FORMATS) expect(docs).toContain(`\`${format}\``);
  });

  it('writes everything but flat maps, names from the result, and leaves nothing else behind', async () => {
    const out = join(home, 'all', 'below');
    const { stdout, stderr, error } = await say(exportCommand(), file, '--output-dir', out);
    expect({ stderr, error }).toEqual({ stderr: '', error: null });
    expect(readdirSync(out).sort()).toEqual([...DEFAULT_FILES].sort());
    expect(stdout.trim().split('\n').sort()).toEqual(DEFAULT_FILES.map((name) => join(out, name)).sort());
  });

  it('writes what is asked for, and says what that is', async () => {
    const out = join(home, 'some');
    const { stdout } = await say(
      exportCommand(),
      ...[file, '--output-dir', out, '--format', 'multiorder,contours-geojson', '--quantity', 'probability', '--gzip'],
      ...['--regions', 'probability', '--level', '0.683', '--angular-error-floor', '0.3', '--json'],
    );
    expect(JSON.parse(stdout)).toEqual([
      {
        file: join(out, `${STEM}.probability.multiorder.fits.gz`),
        format: 'multiorder',
        about: 'multi-order map of exp(-delta llh), blurred by 0.3 deg',
      },
      {
        file: join(out, `${STEM}.contours.geojson`),
        format: 'contours-geojson',
        about: 'outlines of the 68.3 % region, blurred by 0.3 deg',
      },
    ]);
    const geojson = JSON.parse(readFileSync(join(out, `${STEM}.contours.geojson`), 'utf8'));
    expect(geojson.features[0].properties).toMatchObject({
      level: 0.683,
      angular_error_floor_deg: 0.3,
      map: { file: `${STEM}.npz`, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') },
    });
  });

  it('writes flat maps where they or their nside are asked for', async () => {
    const out = join(home, 'flat');
    const flags = ['--output-dir', out, '--quantity', 'llh'];
    await say(exportCommand(), file, ...flags, '--format', 'flat', '--nside', '16');
    expect(readdirSync(out)).toEqual([`${STEM}.skymap_nside_16_llh.fits.gz`]);
    await say(exportCommand(), file, ...flags, '--nside', '32');
    expect(readdirSync(out)).toContain(`${STEM}.skymap_nside_32_llh.fits.gz`);
    expect(readdirSync(out)).toContain(`${STEM}.contours.csv`);
  });

  it('refuses what cannot be', async () => {
    for (const [flags, code] of [
      [['--format', 'pdf'], 'commander.invalidArgument'],
      [['--nside', '100'], 'config/bad-value'],
      [['--nside', '4096'], 'commander.invalidArgument'],
      [['--level', '50'], 'commander.invalidArgument'],
      [['--angular-error-floor', '21'], 'commander.invalidArgument'],
      [['--output-dir', file], 'file/not-writable'],
    ] as const) {
      expect((await say(exportCommand(), file, ...flags)).code, flags.join(' ')).toBe(code);
    }
    const failed = join(home, 'failed_1.npz');
    writeFileSync(failed, writeNpz({ metadata, maps: [mapOf(1, [[0, Number.NaN]])] }));
    expect((await say(exportCommand(), failed, '--output-dir', home)).code).toBe('result/no-fit');
    expect((await say(exportCommand(), join(home, 'none.npz'))).code).toBe('file/not-found');
  });
});

const LOOK = `
import sys, json, glob, warnings, numpy as np
warnings.simplefilter('error')
import astropy_healpix as ah
from astropy.io import ascii, fits
from astropy.table import QTable, Table
folder = sys.stdin.read()
def at(name):
    [path] = glob.glob(folder + '/*.' + name)
    return path
for path in glob.glob(folder + '/*.fits*'):
    with fits.open(path) as f:
        f.verify('exception')
        assert f[1].header['CREATOR'].startswith('skymap-scanner '), path
order = lambda t: ah.uniq_to_level_ipix(np.asarray(t['UNIQ']))
out = {}
t = QTable.read(at('probability.multiorder.fits'))
level, ipix = order(t)
p, area = t['PROBDENSITY'].value, 4 * np.pi / (12 * 4.0**level)
out['unit'] = str(t['PROBDENSITY'].unit)
out['total'] = float((p * area).sum())
ranked = np.argsort(-p, kind='stable')
inside = np.cumsum((p * area)[ranked])
cut = np.searchsorted(inside, 0.9)
out['area'] = float(area[ranked][:cut + 1].sum() * (180 / np.pi)**2)
region = order(Table.read(at('moc_90.fits'), hdu=1))
out['moc_area'] = float((4 * np.pi / (12 * 4.0**region[0])).sum() * (180 / np.pi)**2)
# Every cell of the map's 90 % region is in the MOC and no other one.
best = int(region[0].max())
pixels = np.concatenate([np.arange(i * 4**(best - l), (i + 1) * 4**(best - l)) for l, i in zip(*region)])
cells = [(l, i) for l, i in zip(level[ranked][:cut + 1], ipix[ranked][:cut + 1])]
mine = np.concatenate([np.arange(i * 4**(best - l), (i + 1) * 4**(best - l)) for l, i in cells])
out['same'] = bool(np.array_equal(np.sort(pixels), np.sort(mine)))
with open(at('moc_90.json')) as f:
    out['json'] = {k: len(v) for k, v in json.load(f).items()} == {str(l): int((region[0] == l).sum()) for l in sorted(set(region[0].tolist()))}
t = QTable.read(at('llh.multiorder.fits'))
level, ipix = order(t)
k = int(np.nanargmin(t['2DLLH']))
lon, lat = ah.healpix_to_lonlat(ipix[k], 2**int(level[k]), order='nested')
out['best'] = [float(lon.deg), float(lat.deg)]
with fits.open(at('skymap_nside_64_probability.fits.gz')) as f:
    out['flat'] = [float(f[1].data['PROB'].sum()), len(f[1].data), f[1].header['ANGULAR_ERROR_FLOOR']]
c = ascii.read(at('contours.csv'), format='csv')
out['csv'] = [c.colnames, sorted(set(c['region'].tolist())), float(c['ra_deg'].max() - c['ra_deg'].min())]
print(json.dumps(out))`;

needsPython('astropy and astropy-healpix', ['astropy', 'astropy_healpix'], () => {
  it('read every exported file, and find in them what the summary says', async () => {
    const out = join(home, 'read');
    await say(exportCommand(), file, '--output-dir', out, '--format', 'all', '--nside', '64');
    const seen = JSON.parse(python(LOOK, out));
    expect(seen).toMatchObject({ unit: '1 / sr', same: true, json: true });
    expectClose(seen.total, 1, { absolute: 1e-12 }, 'integral');
    expectClose(seen.area, summary.regions[1]!.area_deg2, { relative: 2e-3 }, '90 % area');
    expectClose(seen.moc_area, seen.area, { relative: 1e-9 }, 'area of the MOC');
    expectClose(seen.best[0], summary.best_fit!.ra_deg, { absolute: 1e-6 }, 'RA of the best fit');
    expectClose(seen.best[1], summary.best_fit!.dec_deg, { absolute: 1e-6 }, 'dec of the best fit');
    expectClose(seen.flat[0], 1, { absolute: 1e-12 }, 'integral of the flat map');
    expect(seen.flat.slice(1)).toEqual([pixelCount(64), 0.2]);
    expect(seen.csv[1]).toEqual(['probability', 'wilks']);
    const width = summary.regions[1]!.ra_minus_deg + summary.regions[1]!.ra_plus_deg;
    expectClose(seen.csv[2], width, { relative: 0.01 }, 'width of the 90 % region');
  });
});
