import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { INTERRUPTED } from '../../src/node/index.js';
import type { ScanSummary } from '../../src/result/index.js';
import { STEM, simulatedEvent } from '../integration/support.js';
import { needsBrowser, openBrowser, openPage, type WatchedPage } from '../support/browser.js';
import { temporaryDirectory } from '../support/command.js';
import { ensurePages, eventually, type Running, startPage } from './support.js';

const PIXELS = 'skymapLive.sky.pixels';
const TOKEN = 'a secret of this test';

/** What went wrong in a page, but for the stream that the page itself closes at the end, and for downloads. */
function complaints(page: WatchedPage): string[] {
  return page.complaints.filter((line) => !/^failed: \S+\/(events|file\/\S+) net::ERR_ABORTED$/.test(line));
}

needsBrowser('the live page of a scan', () => {
  let eventFile: string;
  beforeAll(async () => {
    ensurePages();
    eventFile = await simulatedEvent();
  });

  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Running> =>
    startPage(
      [
        'scan',
        '--event-file',
        eventFile,
        '--output-dir',
        temporaryDirectory(),
        '--no-pictures',
        '--workers',
        '1',
        '--json',
        ...args,
      ],
      env,
    );

  it('fills while the scan runs, and ends with the position and regions of its summary', async () => {
    const directory = temporaryDirectory();
    const scan = await start([
      '--reco-algo',
      'pandel_mpe',
      '--nsides',
      '4:0',
      '16:24',
      '--web',
      '0',
      '--output-dir',
      directory,
    ]);
    const page = await openPage(await openBrowser(), scan.url, { reducedMotion: 'reduce' });
    const counts: number[] = [];
    const look = async (): Promise<string> => {
      counts.push((await page.evaluate(PIXELS)) as number);
      return (await page.textContent('#state')) ?? '';
    };
    await eventually(() => page.evaluate(`${PIXELS} > 20`), { timeout: 60_000 }).toBe(true);
    await page.keepScreenshot('live-running', { fullPage: true });
    expect(await page.textContent('#state')).toMatch(/^Scanning( \d+ %)?$/);
    await eventually(look, { timeout: 100_000, interval: 200 }).toBe('Finished');
    expect(await scan.ended).toBe(0);
    const summary = JSON.parse(scan.stdout()) as ScanSummary;
    expect(new Set(counts).size).toBeGreaterThan(3);
    expect(await page.evaluate(PIXELS)).toBe(summary.n_pixels);

    const { ra_deg, dec_deg } = summary.peak!;
    await eventually(async () => {
      const text = ((await page.textContent('#position')) ?? '').replace('\u2212', '-');
      const [, ra, dec] = /RA ([\d.]+)\u00b0, dec ([+-]?[\d.]+)/.exec(text) ?? [];
      return Math.max(Math.abs(Number(ra) - ra_deg), Math.abs(Number(dec) - dec_deg));
    }).toBeLessThan(0.001);
    // Cells of a row: area, then the four edges.
    const cells = (await page.locator('#regions tbody td').allTextContents()).map(Number.parseFloat);
    for (const [i, region] of [...summary.regions, ...summary.wilks_regions].entries()) {
      const { ra_minus_deg, ra_plus_deg, dec_minus_deg, dec_plus_deg } = region;
      for (const [k, edge] of [ra_minus_deg, ra_plus_deg, dec_minus_deg, dec_plus_deg].entries()) {
        expect(Math.abs(cells[5 * i + 1 + k]! - edge)).toBeLessThan(0.0515);
      }
    }

    const title = await page.title();
    expect(title).toBe('Run 1, event 7, track');
    await eventually(() => page.locator('#event-panel').isVisible()).toBe(true);
    await page.keepScreenshot('live-finished', { fullPage: true });
    expect(complaints(page)).toEqual([]);
    expect(page.requests.every((address) => address.startsWith(scan.url))).toBe(true);
    await page.close();
  }, 150_000);

  it('stops the scan after asking, and says how to go on', async () => {
    const scan = await start(['--reco-algo', 'dummy', '--reco-option', 'delay_s=0.2', '--nsides', '8:0', '--web', '0']);
    const page = await openPage(await openBrowser(), scan.url);
    const button = page.getByRole('button', { name: 'Stop the scan' });
    await button.click();
    await page.getByRole('button', { name: 'Go on scanning' }).click();
    expect(await page.evaluate('document.querySelector("dialog").open')).toBe(false);
    await button.click();
    await page.getByRole('button', { name: 'Stop it' }).click();
    expect(await scan.ended).toBe(INTERRUPTED);
    expect(scan.stderr()).toContain('To go on:');
    await eventually(() => page.textContent('#state')).toBe('Stopped');
    expect(complaints(page)).toEqual([]);
    await page.close();
  });

  it('shows what failed, with reasons', async () => {
    const scan = await start([
      '--reco-algo',
      'crash_dummy',
      '--reco-option',
      'crash_probability=0.85',
      '--reco-option',
      'delay_s=0.05',
      '--nsides',
      '2:0',
      '--web',
      '0',
      '--task-timeout',
      '1',
    ]);
    const page = await openPage(await openBrowser(), scan.url);
    await eventually(() => page.textContent('#workers'), { timeout: 60_000 }).toMatch(
      /tries failed and were made again/,
    );
    await eventually(() => page.locator('#failures tr').count()).toBeGreaterThan(0);
    const [pixel, reason] = await page.locator('#failures tr').first().locator('th, td').allTextContents();
    expect(pixel).toMatch(/^nside 2, \d+$/);
    expect(reason!.length).toBeGreaterThan(5);
    expect(await page.locator('#failures-panel').isVisible()).toBe(true);
    scan.child.kill('SIGINT');
    await scan.ended;
    await page.close();
  });

  it('asks strangers for the token, keeps it out of addresses and logs, and asks again before it stops', async () => {
    const scan = await start(
      ['--reco-algo', 'dummy', '--reco-option', 'delay_s=0.3', '--nsides', '8:0', '--web', '0.0.0.0:0', '--debug'],
      { SKYSCAN_WEB_TOKEN: TOKEN },
    );
    const address = scan.url.replace('0.0.0.0', '127.0.0.1');
    expect(scan.url).not.toContain('token');
    const page = await openPage(await openBrowser(), address);
    await page.getByLabel('Token').fill('not the secret');
    await page.getByRole('button', { name: 'Look at the scan' }).click();
    await eventually(() => page.textContent('main')).toContain('That was not the token');
    await page.goto(`${address}?token=${encodeURIComponent(TOKEN)}`);
    await eventually(() => page.evaluate(`${PIXELS} > 0`), { timeout: 30_000 }).toBe(true);
    expect(page.url()).toBe(address);
    await page.getByRole('button', { name: 'Stop the scan' }).click();
    await page.getByRole('button', { name: 'Stop it' }).click();
    await eventually(() => page.textContent('dialog')).toContain('That was not the token');
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Stop it' }).click();
    expect(await scan.ended).toBe(INTERRUPTED);
    expect(scan.stderr() + scan.stdout()).not.toContain(TOKEN);
    expect(page.requests.filter((line) => line.includes('token'))).toHaveLength(1);
    await page.close();
  });

  it('gives a page that lost its connection what it has missed', async () => {
    const scan = await start([
      '--reco-algo',
      'dummy',
      '--reco-option',
      'delay_s=0.05',
      '--nsides',
      '4:0',
      '--web',
      '0',
    ]);
    const page = await openPage(await openBrowser(), scan.url);
    await eventually(() => page.evaluate(`${PIXELS} > 3`), { timeout: 30_000 }).toBe(true);
    await page.context().setOffline(true);
    await page.waitForTimeout(1500);
    await page.context().setOffline(false);
    await eventually(() => page.textContent('#state'), { timeout: 60_000 }).toBe('Finished');
    expect(await scan.ended).toBe(0);
    expect(await page.evaluate(PIXELS)).toBe(192);
    await page.close();
  });
});

needsBrowser('the pages of a directory', () => {
  let directory: string;
  beforeAll(async () => {
    ensurePages();
    directory = temporaryDirectory();
    const eventFile = await simulatedEvent();
    const scan = await startPage([
      'scan',
      '--event-file',
      eventFile,
      '--reco-algo',
      'dummy',
      '--nsides',
      '2:0',
      '4:12',
      '--output-dir',
      join(directory, 'one'),
      '--web',
      '0',
    ]);
    expect(await scan.ended).toBe(0);
  });

  it('list scans, show each with its files, and make its report', async () => {
    const serve = await startPage(['serve', directory, '--web', '0']);
    const page = await openPage(await openBrowser(), serve.url);
    await page.keepScreenshot('serve-list');
    await page.getByRole('link', { name: STEM }).click();
    await eventually(() => page.evaluate(`${PIXELS} > 48`)).toBe(true);
    await eventually(() => page.textContent('#state')).toBe('Finished');
    await eventually(() => page.locator('#regions tbody tr').count()).toBe(4);
    await eventually(() => page.locator('#event-panel').isVisible()).toBe(true);
    await page.keepScreenshot('serve-scan', { fullPage: true });
    const names = readdirSync(join(directory, 'one')).filter((name) => name.endsWith('.npz'));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: names[0]! }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(names[0]);
    await page.getByRole('link', { name: 'Report' }).click();
    await eventually(() => page.evaluate('skymapReport.sky.pixels')).toBeGreaterThan(48);
    expect(await page.locator('.event-canvas').isVisible()).toBe(true);
    expect(complaints(page)).toEqual([]);
    serve.child.kill('SIGTERM');
    expect(await serve.ended).toBe(0);
    await page.close();
  });

  it('give nothing but what they list', async () => {
    const serve = await startPage(['serve', directory, '--web', '0']);
    const id = encodeURIComponent(`one:${STEM}`);
    for (const path of [
      `scan/${id}/file/..%2f..%2fpackage.json`,
      `scan/${id}/file/scan-manifest.json`,
      `scan/${id}/file/${STEM}`,
      'scan/..%2fone/',
      'scan/nothing/',
      'one/',
      `scan/${id}/stop`,
    ]) {
      const answer = await fetch(serve.url + path);
      expect(answer.status, path).toBe(404);
    }
    serve.child.kill('SIGTERM');
    await serve.ended;
  });
});
