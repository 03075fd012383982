/** Pages of the product in a real browser: bundled, opened, looked at pixel by pixel. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { COMMAND, ensureBuilt } from '../support/command.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `expect.poll` with the patience that a busy machine asks for. */
export function eventually<T>(
  look: () => T,
  options: { readonly timeout?: number; readonly interval?: number } = {},
): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 30_000, ...options });
}

/** Builds the program and its pages. */
export function ensurePages(): void {
  ensureBuilt();
  const { status, stderr } = spawnSync('node', ['scripts/bundle-pages.mjs'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the pages could not be bundled: ${stderr}`);
}

/** Pages that have a sky: reports and live pages. */
export interface SkyPage {
  readonly page: Page;
  /** JavaScript that gives the sky view of the page. */
  readonly sky: string;
}

/** Resolves when the sky is drawn in full quality. */
export async function settled({ page, sky }: SkyPage): Promise<void> {
  await page.evaluate(`${sky}.settled()`);
}

/** Where a direction is in the window; null where it cannot be seen. */
export async function placeOf({ page, sky }: SkyPage, raDeg: number, decDeg: number): Promise<[number, number] | null> {
  const at = (await page.evaluate(`${sky}.placeOf(${raDeg}, ${decDeg})`)) as [number, number] | null;
  const box = (await page.locator('.sky-stage').boundingBox())!;
  const border = 1;
  return at === null ? null : [box.x + border + at[0], box.y + border + at[1]];
}

/** Colours of a PNG, as the browser decodes it in an empty page. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  at(x: number, y: number): readonly [red: number, green: number, blue: number];
}

/** What the window shows. */
export async function lookAt(page: Page): Promise<Picture> {
  const png = (await page.screenshot({ animations: 'disabled' })).toString('base64');
  const blank = await page.context().newPage();
  const { width, height, data } = (await blank.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${png}'), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let text = '';
    for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192));
    return { width: bitmap.width, height: bitmap.height, data: btoa(text) };
  })()`)) as { width: number; height: number; data: string };
  await blank.close();
  const bytes = Buffer.from(data, 'base64');
  return {
    width,
    height,
    at(x, y) {
      const i = 4 * (Math.floor(y) * width + Math.floor(x));
      return [bytes[i]!, bytes[i + 1]!, bytes[i + 2]!];
    },
  };
}

/** Bytes of `#rrggbb`. */
export function rgb(colour: string): [number, number, number] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
}

/** Largest difference of two colours in any channel. */
export function colourDistance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

/** A command that goes on while the test looks at its page. */
export interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  stderr(): string;
  stdout(): string;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

/** Starts a command that shows a page, and waits for the address. Ends it when the process of the tests does. */
export async function startPage(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (part) => {
    stdout += part;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      process.off('exit', kill);
      resolve(code);
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const found = /(http:\/\/\S+)/.exec(stderr)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stderr.on('data', (part) => {
      stderr += part;
      look();
    });
    void ended.then((code) => reject(new Error(`it ended with ${code} before it showed a page: ${stderr}`)));
  });
  return { child, url, stderr: () => stderr, stdout: () => stdout, ended };
}
