/**
 * A real browser for tests: Debian's Chromium, driven by playwright-core, which brings no browser of its own. Each
 * launch has a profile directory of its own that goes with it.
 *
 * Tests that need one call `needsBrowser`, which prints what is missing where there is none:
 *
 *     needsBrowser('the page of a scan', () => {
 *       it('names the event', async () => {
 *         const page = await openPage(await openBrowser(), url);
 *         expect(await page.textContent('h1')).toBe('...');
 *         page.expectQuiet();
 *       });
 *     });
 */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, describe, expect } from 'vitest';
import { describeUnless } from './needs.js';

/** Another browser than the ones of {@link CANDIDATES}: `SKYMAP_TEST_BROWSER=/path/to/chrome`. */
const VARIABLE = 'SKYMAP_TEST_BROWSER';
const CANDIDATES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const SCREENSHOTS = fileURLToPath(new URL('../../out/screenshots/', import.meta.url));

/** A page that remembers everything that went wrong in it. */
export type WatchedPage = Page & {
  /** Console errors and warnings, uncaught errors, failed requests, answers above 399; one line each. */
  readonly complaints: string[];
  /** Every address that the page asked for. */
  readonly requests: string[];
  /** Fails the test where there was any complaint. */
  expectQuiet(): void;
  /** Keeps a picture of the page in out/screenshots; returns its path. */
  keepScreenshot(name: string, options?: { readonly fullPage?: boolean }): Promise<string>;
};

/** A `describe` that runs where Chromium is installed, and says why where it is not. */
export function needsBrowser(title: string, body: () => void): void {
  if (browserPath() !== null) {
    describe(title, () => {
      afterAll(closeBrowser);
      body();
    });
    return;
  }
  const wanted = process.env[VARIABLE];
  const missing = wanted === undefined ? 'chromium (apt-get install chromium)' : `${wanted}, which cannot be run`;
  describeUnless(`needs ${missing}`, title, body);
}

/** The browser that tests use, null where there is none. */
export function browserPath(): string | null {
  const wanted = process.env[VARIABLE];
  const directories = (process.env.PATH ?? '').split(':').concat('/usr/bin');
  const paths = wanted === undefined ? CANDIDATES.flatMap((name) => directories.map((at) => join(at, name))) : [wanted];
  return paths.find(canRun) ?? null;
}

let running: Promise<Browser> | null = null;

/** The browser of this test file: started at the first call (0.3 to 0.7 s), shared by all of its tests. */
export function openBrowser(): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === null) throw new Error('there is no browser: call needsBrowser around this test');
  // Containers have a small /dev/shm. A headless Chromium keeps its profile in a temporary directory.
  running ??= chromium.launch({ executablePath, headless: true, args: ['--disable-dev-shm-usage'] });
  return running;
}

/** Ends the browser of this test file. */
async function closeBrowser(): Promise<void> {
  const open = running;
  running = null;
  await (await open)?.close();
}

/** Opens an address in a page with cookies and storage of its own. Waits for `load`, never for a quiet network. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    // Software rendering reads its canvases back, and says so.
    if (message.text().includes('GL Driver Message')) return;
    if (['error', 'warning'].includes(message.type())) complaints.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('request', (request) => requests.push(request.url()));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on('response', (answer) => {
    if (answer.status() >= 400) complaints.push(`${answer.status()}: ${answer.url()}`);
  });
  page.once('close', () => void context.close().catch(() => undefined));
  const watched = Object.assign(page, {
    complaints,
    requests,
    expectQuiet: () => expect(complaints).toEqual([]),
    async keepScreenshot(name: string, shot: { readonly fullPage?: boolean } = {}) {
      mkdirSync(SCREENSHOTS, { recursive: true });
      const path = join(SCREENSHOTS, `${name}.png`);
      await page.screenshot({ path, animations: 'disabled', ...shot });
      return path;
    },
  });
  await page.goto(url);
  return watched;
}

/** A directory behind HTTP on a free port of loopback, as any static host would serve it. */
export interface StaticHost {
  /** `http://127.0.0.1:PORT/`, with a slash at the end. */
  readonly url: string;
  /** Path and size in bytes of everything that was served. */
  readonly served: { readonly path: string; readonly bytes: number }[];
  close(): Promise<void>;
}

/** Serves a directory. `headers` are added to every answer; `base` is a path that stands before every file. */
export async function staticHost(
  directory: string,
  { headers = {}, base = '/' }: { readonly headers?: Readonly<Record<string, string>>; readonly base?: string } = {},
): Promise<StaticHost> {
  const served: { path: string; bytes: number }[] = [];
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname);
    const below = path.startsWith(base) ? path.slice(base.length) : null;
    let file = below === null ? '' : join(directory, normalize(`/${below}`));
    if (file !== '' && statSync(file, { throwIfNoEntry: false })?.isDirectory()) file = join(file, 'index.html');
    if (file === '' || !existsSync(file)) {
      response.writeHead(404, headers).end();
      return;
    }
    const bytes = readFileSync(file);
    served.push({ path, bytes: bytes.length });
    response
      .writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers })
      .end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    served,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
