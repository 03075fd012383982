/**
 * Reports and live pages: how large, how soon, how smooth. Makes maps of a default scan's shape, of 300,000 pixels, and
 * the full sky at nside 512; writes their reports, opens them in Chromium, turns the sky; then runs the demo's scan and
 * counts what its live page is sent.
 *
 *     npm run build && npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     ln -sfn ../../dist out/bench/dist; ln -sfn ../../resources out/bench/resources; cp package.json out/bench/
 *     node out/bench/bench/pages.js [--maps default,large,full] [--no-live]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { serveDirectory } from '../src/node/pages/directory-page.js';
import { reportOfResult } from '../src/node/pages/html-report.js';
import { type NsideMap, type ScanResult, writeNpz } from '../src/result/index.js';
import { children, disc, pixelCount, pixelVector } from '../src/sky/index.js';

const { values } = parseArgs({
  options: { maps: { type: 'string', default: 'default,large,full' }, live: { type: 'boolean', default: true } },
  allowNegative: true,
});
const CENTRE = pixelVector(64, 20_000, new Float64Array(3));
const SCREENS = [
  ['1366 x 768', 1366, 768],
  ['3840 x 2160', 3840, 2160],
] as const;
const STEM = 'run00136662.evt000035405932.BRONZE';

const directory = mkdtempSync(join(tmpdir(), 'skymap-pages-'));
try {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--disable-dev-shm-usage'] });
  for (const name of values.maps.split(',')) {
    const result = resultOf(name);
    const count = result.maps.reduce((sum, { pixel }) => sum + pixel.length, 0);
    const path = join(directory, `${STEM}_${result.maps.map(({ nside }) => nside).join('_')}.npz`);
    writeFileSync(path, writeNpz(result));
    const startMs = performance.now();
    const html = await reportOfResult(path);
    const file = join(directory, `${name}.html`);
    writeFileSync(file, html);
    console.log(`${name}: ${count} pixels; report ${megabytes(statSync(file).size)} in ${seconds(startMs)}`);
    for (const [screen, width, height] of SCREENS) {
      const page = await browser.newPage({ viewport: { width, height } });
      const openedMs = performance.now();
      await page.goto(pathToFileURL(file).href);
      await page.evaluate('skymapReport.sky.settled()');
      console.log(`  ${screen}: map drawn in full after ${seconds(openedMs)}`);
      for (const where of ['whole sky', 'best position']) {
        if (where === 'best position') {
          await page.getByRole('button', { name: 'Show the best position' }).click();
          await page.evaluate('skymapReport.sky.settled()');
        }
        const { framesPerS, slowestMs, resolution, painter } = (await page.evaluate(
          'skymapReport.sky.measureFrames(60)',
        )) as {
          framesPerS: number;
          slowestMs: number;
          resolution: number;
          painter: string;
        };
        console.log(
          `  ${screen}, ${where}: ${framesPerS.toFixed(1)} frames/s (slowest ${slowestMs.toFixed(0)} ms, at ${resolution.toFixed(2)} of the resolution, ${painter})`,
        );
      }
      await page.close();
    }
    await measureServed(path, name, browser);
    rmSync(path);
  }
  if (values.live) await measureScan();
  await browser.close();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** The same map through `serve`: what travels, and when the first pixels are there. */
async function measureServed(
  path: string,
  name: string,
  browser: Awaited<ReturnType<typeof chromium.launch>>,
): Promise<void> {
  const pages = await serveDirectory(join(path, '..'), { host: '127.0.0.1', port: 0, token: '' });
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  let bytes = 0;
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.dataReceived', ({ dataLength }) => {
    bytes += dataLength;
  });
  const startMs = performance.now();
  await page.goto(`${pages.url}scan/${encodeURIComponent(STEM)}/`);
  await untilTrue(page, 'skymapLive.sky.pixels > 0');
  const first = seconds(startMs);
  await untilTrue(page, 'document.querySelectorAll("#regions tbody tr").length === 4');
  console.log(
    `  ${name} through serve: first pixels after ${first}, regions after ${seconds(startMs)}, ${megabytes(bytes)} sent`,
  );
  await page.close();
  await pages.close();
}

/** Asks again and again: the page's own rules let nobody in it make code of a text, which waiting inside would do. */
async function untilTrue(page: Page, question: string): Promise<void> {
  for (const startMs = performance.now(); !(await page.evaluate(question)); ) {
    if (performance.now() - startMs > 300_000) throw new Error(`not within 5 minutes: ${question}`);
    await page.waitForTimeout(20);
  }
}

/** The demo's scan with its live page: everything that one reader is sent. */
async function measureScan(): Promise<void> {
  const out = join(directory, 'scan');
  const words = [
    'scan',
    '--event-file',
    'resources/demo/track.json',
    '--reco-algo',
    'pandel_mpe',
    '--output-dir',
    out,
    '--no-pictures',
    '--web',
    '0',
  ];
  const startMs = performance.now();
  const child = spawn(process.execPath, ['bin/skymap-scanner', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  const url = await new Promise<string>((resolve) => {
    let text = '';
    child.stderr.on('data', (part) => {
      text += part;
      const found = /(http:\/\/\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  let assets = 0;
  for (const name of ['', 'style.css', 'live.js', 'regions.js', 'event.json']) {
    assets += (await (await fetch(url + name)).arrayBuffer()).byteLength;
  }
  let stream = 0;
  let pixels = 0;
  let packets = 0;
  const decoder = new TextDecoder();
  for await (const part of (await fetch(`${url}events`)).body!) {
    stream += part.byteLength;
    const text = decoder.decode(part, { stream: true });
    packets += text.split('event: pixels').length - 1;
    pixels = Number(/id: \w+\.\d+:(\d+)\n(?![\s\S]*id: )/.exec(text)?.[1] ?? pixels);
  }
  await new Promise((resolve) => child.once('exit', resolve));
  console.log(
    `live page of the demo's scan: ${seconds(startMs)}, ${pixels} pixels in ${packets} packets; ` +
      `${(stream / 1000).toFixed(0)} kB of events, ${(assets / 1000).toFixed(0)} kB of page`,
  );
}

function resultOf(name: string): ScanResult {
  const all = (nside: number): number[] => Array.from({ length: pixelCount(nside) }, (_, i) => i);
  const around = (nside: number, radiusDeg: number): number[] => disc(nside, CENTRE, (radiusDeg * Math.PI) / 180);
  const maps =
    name === 'full'
      ? [map(512, all(512))]
      : name === 'large'
        ? [map(128, all(128)), map(512, around(512, 21.2))]
        : [
            map(8, all(8)),
            map(
              64,
              around(8, 6).flatMap((pixel) => children(8, pixel, 64)),
            ),
            map(
              512,
              around(64, 2.5).flatMap((pixel) => children(64, pixel, 512)),
            ),
          ];
  return {
    metadata: {
      runId: 136662,
      eventId: 35405932,
      eventType: 'BRONZE',
      mjd: 59723.3,
      isRealEvent: true,
      complete: true,
    },
    maps,
  };
}

function map(nside: number, pixels: number[]): NsideMap {
  const n = pixels.length;
  const v = new Float64Array(3);
  const llh = Float64Array.from(pixels, (pixel) => {
    pixelVector(nside, pixel, v);
    const far = 1 - (v[0]! * CENTRE[0]! + v[1]! * CENTRE[1]! + v[2]! * CENTRE[2]!);
    return 1000 + 500 * Math.log(1 + 40_000 * far) + Math.sin(pixel);
  });
  const none = new Float64Array(n).fill(Number.NaN);
  return { nside, pixel: Int32Array.from(pixels), llh, eIn: none, eTot: none, x: none, y: none, z: none, t: none };
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
