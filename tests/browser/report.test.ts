import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { reportOfResult } from '../../src/node/pages/html-report.js';
import { rampColour } from '../../src/plot/index.js';
import {
  regionRings,
  type ScanResult,
  scannedPixelAt,
  skyMaps,
  summarize,
  summaryJson,
  writeNpz,
} from '../../src/result/index.js';
import { angularDistance, credibleLevelAt, disc, pixelCount, pixelVector } from '../../src/sky/index.js';
import { simulatedEvent } from '../integration/support.js';
import { needsBrowser, openBrowser, openPage, type WatchedPage } from '../support/browser.js';
import { expectClose } from '../support/close.js';
import { temporaryDirectory } from '../support/command.js';
import { valley } from '../web/support.js';
import { colourDistance, ensurePages, eventually, lookAt, placeOf, rgb, type SkyPage, settled } from './support.js';

const DEGREE = Math.PI / 180;
const away = (a: readonly number[], b: readonly number[]): number =>
  angularDistance(a[0]! * DEGREE, a[1]! * DEGREE, b[0]! * DEGREE, b[1]! * DEGREE) / DEGREE;

const STEM = 'run00000001.evt000000000007.track';
const NAME = `${STEM}_8_64`;

/** The whole sky at nside 128, and a hundred thousand pixels of nside 512 around the best one. */
function largeMap(): ScanResult {
  const small = valley(20_000);
  const centre = pixelVector(64, 20_000, new Float64Array(3));
  const v = new Float64Array(3);
  const map = (nside: number, pixels: number[]) => {
    const llh = Float64Array.from(pixels, (pixel) => {
      pixelVector(nside, pixel, v);
      return 1000 + 20_000 * (1 - (v[0]! * centre[0]! + v[1]! * centre[1]! + v[2]! * centre[2]!));
    });
    const none = new Float64Array(pixels.length).fill(Number.NaN);
    return { nside, pixel: Int32Array.from(pixels), llh, eIn: none, eTot: none, x: none, y: none, z: none, t: none };
  };
  const all = Array.from({ length: pixelCount(128) }, (_, i) => i);
  return { metadata: small.metadata, maps: [map(128, all), map(512, disc(512, centre, 21.5 * DEGREE))] };
}

needsBrowser('the HTML report', () => {
  let url: string;
  let result: ScanResult;

  beforeAll(async () => {
    ensurePages();
    result = valley(20_000, { runId: 1, eventId: 7, eventType: 'track', isRealEvent: false });
    const directory = temporaryDirectory();
    writeFileSync(join(directory, `${NAME}.npz`), writeNpz(result));
    const summary = summarize(result, { recoAlgo: 'pandel_mpe', nRecos: 832, wallS: 12 });
    writeFileSync(join(directory, `${STEM}.summary.json`), summaryJson(summary));
    const html = await reportOfResult(join(directory, `${NAME}.npz`), { eventFile: await simulatedEvent() });
    const path = join(directory, 'report.html');
    writeFileSync(path, html);
    url = pathToFileURL(path).href;
  });

  async function open(options = {}): Promise<SkyPage & { page: WatchedPage }> {
    const page = await openPage(await openBrowser(), url, { reducedMotion: 'reduce', ...options });
    const opened = { page, sky: 'skymapReport.sky' };
    await settled(opened);
    return opened;
  }

  it('opens from a disk without complaints and asks for nothing else', async () => {
    const { page } = await open();
    expect(page.requests).toEqual([url]);
    page.expectQuiet();
    await page.close();
  });

  it('tells the right pixel wherever the cursor is', async () => {
    const opened = await open();
    const { page } = opened;
    const peak = skyMaps(result)!.probability.peak;
    const around = [
      [peak.raRad / DEGREE, peak.decRad / DEGREE],
      [11, 12],
      [183, 2],
      [203, -58],
      [303, 47],
      [97, 77],
      [peak.raRad / DEGREE + 1.3, peak.decRad / DEGREE - 0.8],
    ] as const;
    for (const zoomed of [false, true]) {
      if (zoomed) {
        await page.getByRole('button', { name: 'Show the best position' }).click();
        await settled(opened);
      }
      for (const [ra, dec] of around) {
        const at = await placeOf(opened, ra, dec);
        if (at === null) continue;
        await page.mouse.move(at[0], at[1]);
        // Cursors stand on whole pixels of the screen: what counts is the place that the page names.
        const read = async (): Promise<[number, number]> => {
          const text = ((await page.textContent('.sky-readout')) ?? '').replace(/\u2212/g, '-');
          const [, raText, decText] = /RA ([\d.]+)\u00b0, dec ([+-]?[\d.]+)/.exec(text) ?? [];
          return [Number(raText), Number(decText)];
        };
        const most = zoomed ? 0.05 : 0.8;
        await eventually(async () => away(await read(), [ra, dec])).toBeLessThan(most);
        const [shownRa, shownDec] = await read();
        const wanted = scannedPixelAt(result, shownRa * DEGREE, shownDec * DEGREE)!;
        const text = await page.textContent('.sky-readout');
        expect(text).toContain(`nside ${wanted.nside}, pixel ${wanted.pixel}`);
        // Values travel as 32-bit floats above the smallest.
        expectClose(Number(/\(LLH ([\d.]+)\)/.exec(text!)![1]), wanted.llh, { absolute: 0.001, relative: 1e-7 });
        const cells = skyMaps(result)!.probability;
        const level = credibleLevelAt(cells, shownRa * DEGREE, shownDec * DEGREE);
        // Densities travel as 32-bit floats: cells of nearly the same density may rank the other way round.
        const shown = Number(/credible level ([\d.]+) %/.exec(text!)?.[1] ?? Number.NaN);
        if (level < 0.99) expect(Math.abs(shown - 100 * level)).toBeLessThan(0.5);
      }
    }
    page.expectQuiet();
    await page.close();
  });

  it('paints each pixel in the colour of its value', async () => {
    const opened = await open();
    const { page } = opened;
    const picture = await lookAt(page);
    const best = Math.min(...result.maps.flatMap(({ llh }) => [...llh]));
    // The range that the colour bar states at its right end is not written there: take it from a far pixel's colour.
    const ticks = await page
      .locator('.sky-view .sky-bar-ticks span')
      .evaluateAll((spans) =>
        spans.map((span) => [Number(span.textContent), Number.parseFloat((span as HTMLElement).style.left) / 100]),
      );
    const [value, place] = ticks.at(-1)! as [number, number];
    const range = value / place ** 2;
    let right = 0;
    let seen = 0;
    for (let k = 0; k < 400; k++) {
      const ra = (k * 137.508) % 360;
      const dec = Math.asin(1 - (2 * k + 1) / 400) / DEGREE;
      const at = await placeOf(opened, ra, dec);
      if (at === null || at[1] > 880) continue;
      seen++;
      const llh = scannedPixelAt(result, ra * DEGREE, dec * DEGREE)!.llh;
      const wanted = rgb(rampColour(Math.sqrt(Math.min(1, (2 * (llh - best)) / range))));
      if (colourDistance(picture.at(at[0], at[1]), wanted) <= 26) right++;
    }
    // The rest lies under lines, labels and marks, or within a pixel's edge.
    expect(seen).toBeGreaterThan(350);
    expect(right / seen).toBeGreaterThan(0.85);
    await page.close();
  });

  it('draws contours where the regions of the summary end', async () => {
    const opened = await open();
    const { page } = opened;
    await page.getByRole('button', { name: 'Show the best position' }).click();
    await settled(opened);
    await page.mouse.move(5, 5);
    await settled(opened);
    const picture = await lookAt(page);
    const [ring] = regionRings(skyMaps(result)!, { kind: 'probability', level: 0.9 });
    const colour = rgb('#e0521a');
    let hits = 0;
    let points = 0;
    for (let i = 0; i < ring!.length; i += Math.ceil(ring!.length / 60)) {
      const { raRad, decRad } = ring![i]!;
      const at = await placeOf(opened, raRad / DEGREE, decRad / DEGREE);
      if (at === null) continue;
      points++;
      const near = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => picture.at(at[0] + dx, at[1] + dy)));
      if (near.some((seen) => colourDistance(seen, colour) < 60)) hits++;
    }
    expect(points).toBeGreaterThan(40);
    expect(hits / points).toBeGreaterThan(0.95);
    await page.close();
  });

  it('is used by keys alone, and says where it is to those who do not see it', async () => {
    const { page } = await open();
    await page.locator('.sky-stage').focus();
    const live = page.locator('.sky-view [aria-live=polite]');
    await page.keyboard.press('b');
    await eventually(() => live.textContent()).toContain('nside 64');
    const before = await live.textContent();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('+');
    await eventually(() => live.textContent()).not.toBe(before);
    await page.keyboard.press('0');
    await eventually(() => live.textContent()).toContain('RA 180.000');
    await page.locator('.event-canvas').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.event-canvas').getAttribute('aria-label')).toMatch(/\d+ modules of IC86 saw/);
    expect(await page.getByRole('table').count()).toBeGreaterThan(4);
    page.expectQuiet();
    await page.close();
  });

  it('shows the same map without a graphics card', async () => {
    const page = await openPage(await openBrowser(), 'about:blank');
    await page.addInitScript(() => {
      const original = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
        return kind === 'webgl2' ? null : (original as (...all: unknown[]) => unknown).call(this, kind, ...rest);
      } as typeof original;
    });
    await page.goto(url);
    const opened = { page, sky: 'skymapReport.sky' };
    await settled(opened);
    const { painter } = (await page.evaluate('skymapReport.sky.measureFrames(3)')) as { painter: string };
    expect(painter).toBe('plain');
    await page.keepScreenshot('report-without-webgl');
    page.expectQuiet();
    await page.close();
  });

  it('stays one to move in with 300,000 pixels', async () => {
    const directory = temporaryDirectory();
    const large = largeMap();
    const count = large.maps.reduce((sum, { pixel }) => sum + pixel.length, 0);
    expect(count).toBeGreaterThan(300_000);
    writeFileSync(join(directory, 'large.npz'), writeNpz(large));
    writeFileSync(join(directory, 'large.html'), await reportOfResult(join(directory, 'large.npz')));
    const startMs = performance.now();
    const page = await openPage(await openBrowser(), pathToFileURL(join(directory, 'large.html')).href);
    await page.evaluate('skymapReport.sky.settled()');
    const loadS = (performance.now() - startMs) / 1000;
    const { framesPerS } = (await page.evaluate('skymapReport.sky.measureFrames(40)')) as { framesPerS: number };
    console.log(
      `${count} pixels: drawn after ${loadS.toFixed(1)} s, ${framesPerS.toFixed(0)} frames/s (no graphics card)`,
    );
    expect(await page.evaluate('skymapReport.sky.pixels')).toBe(count);
    // A frame takes 30 ms without a graphics card on a free machine; this one may be busy.
    expect(framesPerS).toBeGreaterThan(3);
    page.expectQuiet();
    await page.close();
  });

  for (const [name, width, height, theme] of [
    ['phone', 390, 844, 'light'],
    ['phone', 390, 844, 'dark'],
    ['laptop', 1366, 768, 'light'],
    ['laptop', 1366, 768, 'dark'],
    ['4k', 3840, 2160, 'dark'],
  ] as const) {
    it(`fits on a ${name}, ${theme}`, async () => {
      const { page } = await open({ viewport: { width, height }, colorScheme: theme });
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow).toBeLessThanOrEqual(0);
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(theme);
      await page.keepScreenshot(`report-${name}-${theme}`, { fullPage: name !== '4k' });
      await page.getByRole('button', { name: 'Show the best position' }).click();
      await page.evaluate('skymapReport.sky.settled()');
      await page.keepScreenshot(`report-${name}-${theme}-zoom`);
      page.expectQuiet();
      await page.close();
    });
  }
});
