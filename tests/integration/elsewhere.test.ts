/** A telescope that is not IceCube, from its modules and its place on Earth to a position on the sky. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { angularDistance } from '../../src/sky/index.js';
import { ensureBuilt, runCommand, temporaryDirectory } from '../support/command.js';
import { filesOf, type Scan, scan } from './support.js';

const DEGREE = Math.PI / 180;
const SOURCE = { ra: 80, dec: 30 };
/** Three lines of 24 modules, 120 m apart, off Toulon, their axes along the UTM grid. */
const TELESCOPE = {
  name: 'Trident-3L',
  site: { latitude_deg: 42.8, longitude_deg: 6.17, x_axis_azimuth_deg: 1.9 },
  defaults: { noise_hz: 500 },
  modules: [
    [0, 70],
    [-60, -35],
    [60, -35],
  ].flatMap(([x, y], line) =>
    Array.from({ length: 24 }, (_, i) => ({ module: [line + 1, i + 1], position_m: [x, y, -150 - 17 * i] })),
  ),
};

let event: string;

beforeAll(async () => {
  ensureBuilt();
  const directory = temporaryDirectory();
  const header = { run_id: 1, event_id: 1, start_time_utc: '2024-01-01T00:00:00Z', real: false };
  const telescope = { format: 'skymap-scanner-event', version: 1, header, pulses: [], detector: TELESCOPE };
  writeFileSync(join(directory, 'telescope.json'), JSON.stringify(telescope));
  event = join(directory, 'event.json');
  const words = `--ra ${SOURCE.ra} --dec ${SOURCE.dec} --time 2024-03-20T06:00:00Z --x 5 --y -10 --z -340 --energy 1e5 --seed 2`;
  const { code, stderr } = await runCommand([
    ...['simulate', '--detector', join(directory, 'telescope.json'), '--output', event],
    ...words.split(' '),
  ]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

/** How far the best fit is from the source, degrees. */
function offset({ directory, code, stderr }: Scan): number {
  expect(code, stderr).toBe(0);
  const summary = filesOf(directory).find((name) => name.endsWith('.summary.json'))!;
  const { best_fit } = JSON.parse(readFileSync(join(directory, summary), 'utf8'));
  const { ra, dec } = SOURCE;
  return angularDistance(ra * DEGREE, dec * DEGREE, best_fit.ra_deg * DEGREE, best_fit.dec_deg * DEGREE) / DEGREE;
}

const ARGUMENTS = ['--reco-algo', 'pandel_mpe', '--nsides', '4:0', '16:12', '32:12'];

describe('a muon that a telescope in the Mediterranean saw', () => {
  it('is found where on the sky it came from', async () => {
    const done = await scan(event, [...ARGUMENTS, '--pictures']);
    expect(done.stderr).not.toContain('South Pole');
    expect(offset(done)).toBeLessThan(4);
    const picture = filesOf(done.directory).find((name) => name.endsWith('.allsky.svg'))!;
    expect(readFileSync(join(done.directory, picture), 'utf8')).toContain('True direction: RA 80.00°, Dec +30.00°');
  });

  it('is found elsewhere if the event does not say where the telescope stands, with a warning', async () => {
    const document = JSON.parse(readFileSync(event, 'utf8'));
    const { site, ...siteless } = document.detector;
    expect(site).toEqual(TELESCOPE.site);
    const path = join(temporaryDirectory(), 'siteless.json');
    writeFileSync(path, JSON.stringify({ ...document, detector: siteless }));
    const done = await scan(path, ARGUMENTS);
    expect(done.stderr).toContain('the event gives no detector.site');
    expect(offset(done)).toBeGreaterThan(20);
  });

  it('has its earlier fits and its truth at their place on the sky', async () => {
    const { stdout } = await runCommand(['event', event]);
    expect(stdout).toMatch(/^site +42.8 deg N, 6.17 deg E; x axis 1.9 deg from East towards North$/m);
    expect(stdout).toMatch(/^simulated truth +80.000 +30.000 /m);
  });
});
