/** The scanner as a page, in a real browser behind a static host: the site as `npm run build:web` makes it. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countPixels, readNpz } from '../../src/result/index.js';
import {
  needsBrowser,
  openBrowser,
  openPage,
  type StaticHost,
  staticHost,
  type WatchedPage,
} from '../support/browser.js';
import { ensureBuilt, runCommand, temporaryDirectory } from '../support/command.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EVENT = join(ROOT, 'resources/demo/track.json');

/** A host that says nothing about isolation (as most), and one whose pages may share memory. */
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

needsBrowser('the scanner as a page', () => {
  let site = '';
  let plain: StaticHost;
  let isolated: StaticHost;

  beforeAll(async () => {
    ensureBuilt();
    site = temporaryDirectory();
    execFileSync(process.execPath, [join(ROOT, 'scripts/build-web.mjs'), '--out', site]);
    plain = await staticHost(site, { base: '/some/where/' });
    isolated = await staticHost(site, { headers: ISOLATED });
  });
  afterAll(async () => {
    await plain.close();
    await isolated.close();
  });

  const open = async (host: StaticHost = plain, options = {}): Promise<WatchedPage> =>
    openPage(await openBrowser(), host.url, options);

  describe.each([
    ['dummy', '1:0 2:12', 'plain'],
    ['pandel_mpe', '1:0 2:2', 'plain'],
    ['splinempe', '1:0 2:2', 'plain'],
    ['splinempe', '1:0', 'isolated'],
    ['monopod', '1:0', 'plain'],
    ['auto', '1:0', 'plain'],
  ])('a scan with %s, %s, on a %s host', (reco, nsides, kind) => {
    it('gives the bytes of the command line', async () => {
      const page = await open(kind === 'plain' ? plain : isolated);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(kind === 'isolated');
      await chooseEvent(page, EVENT);
      await startScan(page, reco, nsides);
      await page.waitForSelector('body[data-state=done]', { timeout: 120_000 });
      const [ours, theirs] = [await filesOf(page), await commandFiles(reco, nsides)];
      const names = [...theirs.keys()].filter((name) => !/manifest|summary/.test(name));
      expect([...ours.keys()]).toEqual(expect.arrayContaining(names));
      for (const name of names.filter((each) => !each.endsWith('.png'))) {
        expect(Buffer.compare(ours.get(name)!, theirs.get(name)!), name).toBe(0);
      }
      const json = (files: Map<string, Buffer>, end: string) =>
        JSON.parse([...files].find(([name]) => name.endsWith(end))![1].toString());
      const [summary, expected] = [json(ours, 'summary.json'), json(theirs, 'summary.json')];
      expect({ ...summary, wall_s: 0 }).toEqual({ ...expected, wall_s: 0 });
      // What a manifest says of the progress has times in it.
      const manifest = (files: Map<string, Buffer>) => ({ ...json(files, 'scan-manifest.json'), progress: null });
      expect(manifest(ours)).toEqual(manifest(theirs));
      expect('reco_choice' in summary).toBe(reco === 'auto');
      expect(await page.textContent('#scanned-with')).toBe(
        `Reconstruction: ${summary.reco_choice ?? summary.reco_algo}`,
      );
      page.expectQuiet();
      await page.close();
    });
  });

  it('asks for nothing outside of its own folder', async () => {
    const page = await open();
    await page.click('#example');
    await startScan(page, 'splinempe', '1:0');
    await page.waitForSelector('body[data-state=done]', { timeout: 120_000 });
    expect(page.requests.filter((url) => !url.startsWith(plain.url) && !/^(blob|data):/.test(url))).toEqual([]);
    page.expectQuiet();
    await page.close();
  });

  it('fills its sky while it runs, can be paused, gone on with, and ends with the same bytes', async () => {
    const page = await open();
    await chooseEvent(page, EVENT);
    await startScan(page, 'dummy', '4:0 8:12', 'delay_s=0.05');
    await page.locator('#figures td', { hasText: /^[1-9]\d* of/ }).waitFor();
    const filled = () => page.evaluate(() => (globalThis as any).skymapApp.sky.pixels as number);
    expect(await filled()).toBeGreaterThan(0);
    await page.click('#pause');
    await page.waitForSelector('body[data-state=paused]');
    const filledAtPause = await filled();
    await page.click('#pause');
    await page.waitForSelector('body[data-state=done]', { timeout: 60_000 });
    const [ours, theirs] = [await filesOf(page), await commandFiles('dummy', '4:0 8:12')];
    const npz = [...theirs.keys()].find((name) => name.endsWith('.npz'))!;
    expect(Buffer.compare(ours.get(npz)!, theirs.get(npz)!)).toBe(0);
    const pixels = countPixels(readNpz(new Uint8Array(theirs.get(npz)!))).all;
    expect(filledAtPause).toBeLessThan(pixels);
    expect(await filled()).toBe(pixels);
    page.expectQuiet();
    await page.close();
  });

  it.each([
    ['a phone in the dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', isMobile: true }],
    ['a laptop', { viewport: { width: 1366, height: 768 } }],
    ['a 4K screen', { viewport: { width: 3840, height: 2160 } }],
  ] as const)('fits on %s, and the whole way can be gone with keys', async (name, options) => {
    const page = await open(plain, options);
    await page.waitForSelector('body[data-state=empty]');
    await page.focus('#example');
    await page.keyboard.press('Enter');
    await page.waitForSelector('body[data-state=ready]');
    await page.selectOption('#reco', 'dummy');
    await page.fill('#nsides', '4:0 16:12');
    await page.focus('#start');
    await page.keyboard.press('Enter');
    await page.waitForSelector('body[data-state=done]', { timeout: 60_000 });
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('position-part');
    expect(await page.textContent('[role=status]#announcement')).toBe('The scan is finished.');
    expect(await page.textContent('#figures')).not.toContain('Time left');
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.locator('#files a[download$=".zoom.png"]').waitFor();
    await page.keepScreenshot(`app-${name.replaceAll(' ', '-')}`, { fullPage: true });
    page.expectQuiet();
    await page.close();
  });

  it('makes coverages, contours and a flat map when asked, and puts everything into one archive', async () => {
    const page = await open();
    await chooseEvent(page, EVENT);
    await startScan(page, 'dummy', '1:0 2:12');
    await page.waitForSelector('body[data-state=done]', { timeout: 60_000 });
    await page.click('#more-files');
    await page.locator('#files a[download$=".contours.geojson"]').waitFor();
    await page.click('#flat-file');
    await page.locator('#files a[download$="_llh.fits.gz"]').waitFor();
    await page.locator('#files a[download$=".report.html"]').waitFor();
    await page.locator('#files a[download$=".zoom.png"]').waitFor();
    const coming = page.waitForEvent('download');
    await page.click('#all-files');
    const names = Object.keys(unzipSync(readFileSync(await (await coming).path())));
    expect(names.length).toBe(await page.locator('#files a').count());
    expect(names).toEqual(expect.arrayContaining([expect.stringMatching(/moc_90\.fits$/)]));
    page.expectQuiet();
    await page.close();
  });

  it('asks before it stops a scan, and then is ready for another', async () => {
    const page = await open();
    await chooseEvent(page, EVENT);
    await startScan(page, 'dummy', '8:0', 'delay_s=5');
    await page.click('#stop');
    await page.click('#stop-dialog button[value=keep]');
    expect(await page.getAttribute('body', 'data-state')).toBe('running');
    await page.click('#stop');
    await page.click('#stop-dialog button[value=stop]');
    await page.waitForSelector('body[data-state=ready]');
    page.expectQuiet();
    await page.close();
  });

  describe('what goes wrong is said as on the command line', () => {
    it('for a file that is no event', async () => {
      const file = join(temporaryDirectory(), '<img src=x onerror=alert(1)>.json');
      writeFileSync(file, '{"a": 1}');
      const page = await open();
      await page.setInputFiles('#file', file);
      await page.waitForSelector('#refusal:not([hidden])');
      const { stderr } = await runCommand(['event', file]);
      const sentence = (await page.textContent('#refusal-sentence'))!.trim();
      expect(sentence.length).toBeGreaterThan(10);
      expect(stderr).toContain(sentence);
      expect(stderr).toContain((await page.textContent('#refusal-hint'))!.trim());
      expect(await page.$('#refusal img')).toBeNull();
      page.expectQuiet();
      await page.close();
    });

    it('for an option that a reconstruction does not have', async () => {
      const page = await open();
      await chooseEvent(page, EVENT);
      await startScan(page, 'dummy', '1:0', 'speed=high');
      await page.waitForSelector('#refusal:not([hidden])');
      expect(await page.textContent('#refusal-sentence')).toContain('dummy has no option "speed"');
      expect(await page.textContent('#refusal-code')).toContain('config/bad-value');
      expect(await page.getAttribute('body', 'data-state')).toBe('ready');
      page.expectQuiet();
      await page.close();
    });

    it('for an option that the reconstruction of its choice does not have', async () => {
      const page = await open();
      await chooseEvent(page, EVENT);
      expect(await page.inputValue('#reco')).toBe('pandel_mpe');
      expect(await page.locator('#reco option').first().textContent()).toBe('auto');
      await startScan(page, 'auto', '1:0', 'speed=high');
      expect(await page.textContent('#reco-about')).toContain('IceCube would choose');
      await page.waitForSelector('#refusal:not([hidden])');
      const { stderr } = await runCommand(
        ['scan', '--event-file', EVENT, ...'--reco-algo auto --reco-option speed=high --nsides 1:0'.split(' ')],
        { limitS: 60, cwd: temporaryDirectory() },
      );
      const sentence = (await page.textContent('#refusal-sentence'))!.trim();
      expect(sentence).toBe('splinempe has no option "speed"');
      expect(stderr).toContain(sentence);
      expect(stderr).toContain((await page.textContent('#refusal-hint'))!.trim());
      page.expectQuiet();
      await page.close();
    });

    it('for tables that do not come', async () => {
      const page = await open();
      await chooseEvent(page, EVENT);
      await page.context().route(/skylight$/, (route) => route.fulfill({ status: 503 }));
      await startScan(page, 'splinempe', '1:0');
      await page.waitForSelector('#refusal:not([hidden])');
      expect(await page.textContent('#refusal-sentence')).toContain('the server answered 503');
      await page.close();
    });
  });

  it('says what to do when it is opened from a file', async () => {
    const page = await openPage(await openBrowser(), `file://${site}/index.html`);
    await page.waitForSelector('.not-started', { state: 'visible', timeout: 10_000 });
    expect(await page.textContent('.not-started')).toContain('http.server');
    await page.close();
  });
});

async function chooseEvent(page: WatchedPage, file: string): Promise<void> {
  await page.setInputFiles('#file', file);
  await page.waitForSelector('body[data-state=ready]');
}

async function startScan(page: WatchedPage, reco: string, nsides: string, options = ''): Promise<void> {
  await page.waitForSelector('body[data-state=ready]');
  await page.selectOption('#reco', reco);
  await page.fill('#nsides', nsides);
  await page.click('summary:has-text("More settings")');
  await page.fill('#workers', '2');
  await page.fill('#options', options);
  await page.click('#start');
}

/**
 * The files that the page offers, PNGs included: the map as a person downloads it, the others in one archive. (A browser
 * that nobody sits at takes ten downloads of a page at most.)
 */
async function filesOf(page: WatchedPage): Promise<Map<string, Buffer>> {
  await page.locator('#files a[download$=".zoom.png"]').waitFor();
  const download = async (what: string): Promise<{ readonly name: string; readonly bytes: Buffer }> => {
    const coming = page.waitForEvent('download');
    await page.locator(what).click();
    const done = await coming;
    return { name: done.suggestedFilename(), bytes: readFileSync(await done.path()) };
  };
  const archive = await download('#all-files');
  const files = new Map(Object.entries(unzipSync(archive.bytes)).map(([name, bytes]) => [name, Buffer.from(bytes)]));
  const map = await download('#files a[download$=".npz"]');
  expect(Buffer.compare(files.get(map.name)!, map.bytes), map.name).toBe(0);
  return files;
}

const known = new Map<string, Map<string, Buffer>>();

/** The files that the command line leaves of the same scan. */
async function commandFiles(reco: string, nsides: string): Promise<Map<string, Buffer>> {
  const key = `${reco} ${nsides}`;
  let files = known.get(key);
  if (files === undefined) {
    const directory = temporaryDirectory();
    const args = [
      '--event-file',
      EVENT,
      '--reco-algo',
      reco,
      '--nsides',
      ...nsides.split(' '),
      '--output-dir',
      directory,
    ];
    const { code, stderr } = await runCommand(['scan', ...args, '--no-photon-tables', '--quiet'], { limitS: 120 });
    expect(code, stderr).toBe(0);
    files = new Map(
      readdirSync(directory, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => [name, readFileSync(join(directory, name))]),
    );
    known.set(key, files);
  }
  return files;
}
