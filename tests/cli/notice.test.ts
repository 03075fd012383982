import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { noticeCommand } from '../../src/cli/notice.js';
import { type GcnNotice, summarize, writeNpz } from '../../src/result/index.js';
import { resultOf, SKIES } from '../result/products/skies.js';
import { gaussianScan, mapOf, metadata } from '../result/support.js';
import { expectClose } from '../support/close.js';
import { temporaryDirectory } from '../support/command.js';
import { say } from './event-support.js';

const home = temporaryDirectory();
const STEM = 'run00136662.evt000035405932.BRONZE_8_64_512';
const file = join(home, `${STEM}.npz`);
const result = {
  ...gaussianScan({ raDeg: 47.2, decDeg: -3.5, sigmaDeg: 0.4 }),
  metadata: { ...metadata, eventType: 'BRONZE' },
};
writeFileSync(file, writeNpz(result));

const schema = JSON.parse(readFileSync(new URL('../../resources/schemas/notice.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

describe('notice', () => {
  it('prints a notice that its schema accepts, with the position of the summary', async () => {
    const { stdout, stderr, error } = await say(noticeCommand(), file);
    expect({ stderr, error }).toEqual({ stderr: '', error: null });
    const notice = JSON.parse(stdout) as GcnNotice;
    expect(validate(notice), JSON.stringify(validate.errors)).toBe(true);
    expect(notice).toMatchObject({ pipeline: 'Bronze Track Alert', id: ['136662_35405932'], record_number: 0 });
    const { peak } = summarize(result, { recoAlgo: null, nRecos: null, wallS: null });
    expectClose(notice.ra, peak!.ra_deg, { absolute: 6e-5 }, 'RA');
    expectClose(notice.dec, peak!.dec_deg, { absolute: 6e-5 }, 'dec');
  });

  it('says what it is told', async () => {
    const { stdout } = await say(
      noticeCommand(),
      ...[file, '--pipeline', 'gold', '--record-number', '1', '--event-name', 'IceCube-220524A'],
      ...['--alert-datetime', '2022-05-24T09:00:00Z', '--alert-type', 'update', '--alert-tense', 'test'],
      ...['--alert-topology', 'Multiplet', '--number-of-events', '2', '--systematic-included'],
      ...['--healpix-url', 'https://example.org/a.fits', '--nu-energy', '127.3', '--p-astro', '0.34', '--far', '8e-8'],
      ...['--angular-error-floor', '0.5'],
    );
    const notice = JSON.parse(stdout);
    expect(validate(notice), JSON.stringify(validate.errors)).toBe(true);
    expect(notice).toMatchObject({
      pipeline: 'Gold Track Alert',
      record_number: 1,
      event_name: ['IceCube-220524A'],
      alert_datetime: '2022-05-24T09:00:00Z',
      alert_type: 'update',
      alert_tense: 'test',
      alert_topology: 'Multiplet',
      number_of_events: 2,
      systematic_included: true,
      healpix_url: 'https://example.org/a.fits',
      nu_energy: 127.3,
      p_astro: 0.34,
      far: 8e-8,
      additional_info: expect.stringContaining('blurred by 0.5 deg'),
    });
  });

  it('has a clock only if it is asked for', async () => {
    const now = JSON.parse((await say(noticeCommand(), file, '--alert-datetime', 'now')).stdout);
    expect(Math.abs(Date.parse(now.alert_datetime) - Date.now())).toBeLessThan(60_000);
    expect(validate(now)).toBe(true);
  });

  it('goes into a file named after the result', async () => {
    const out = join(home, 'out');
    const { stdout } = await say(noticeCommand(), file, '--output-dir', out);
    expect(stdout).toBe(`${join(out, `${STEM}.notice.json`)}\n`);
    expect(validate(JSON.parse(readFileSync(stdout.trim(), 'utf8')))).toBe(true);
  });

  it('warns where the circle is a poor stand-in for the region', async () => {
    const islands = join(home, 'islands_16.npz');
    writeFileSync(islands, writeNpz(resultOf(SKIES['two islands']!)));
    expect((await say(noticeCommand(), islands)).stderr).toMatch(/^note: the error circle holds only [\d.]+ % of/);
  });

  it('refuses what GCN would', async () => {
    for (const [flags, code] of [
      [['--event-name', 'IC220524A'], 'commander.invalidArgument'],
      [['--healpix-url', 'a.fits'], 'commander.invalidArgument'],
      [['--systematic-included'], 'config/bad-value'],
      [['--p-astro', '34'], 'commander.invalidArgument'],
      [['--pipeline', 'silver'], 'commander.invalidArgument'],
      [['--alert-datetime', 'yesterday'], 'commander.invalidArgument'],
    ] as const) {
      expect((await say(noticeCommand(), file, ...flags)).code, flags.join(' ')).toBe(code);
    }
    const failed = join(home, 'failed_1.npz');
    writeFileSync(failed, writeNpz({ metadata, maps: [mapOf(1, [[0, Number.NaN]])] }));
    expect((await say(noticeCommand(), failed)).code).toBe('result/no-fit');
  });
});
