import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../../src/event/index.js';
import { serveDirectory } from '../../../src/node/pages/directory-page.js';
import { type ScanResult, writeNpz } from '../../../src/result/index.js';
import { unpackPixels } from '../../../src/web/index.js';
import { temporaryDirectory } from '../../support/command.js';
import { valley } from '../../web/support.js';

const STEM = 'run00136662.evt000035405932.BRONZE';
const HOSTILE = '<img src=x onerror=alert(1)>"\'&';

let directory: string;
let pages: { readonly url: string; close(): Promise<void> };
beforeEach(async () => {
  directory = temporaryDirectory();
  pages = await serveDirectory(directory, { host: '127.0.0.1', port: 0, token: '' });
});
afterEach(() => pages.close());

const text = async (path: string): Promise<string> => (await fetch(pages.url + path)).text();
const address = (id: string): string => `scan/${encodeURIComponent(id)}/`;
const coarse = (result: ScanResult): ScanResult => ({
  metadata: { ...result.metadata!, complete: false },
  maps: result.maps.slice(0, 1),
});

/** Listens to the stream of a page until something is so. */
async function listen(id: string, until: (events: { event: string; data: string }[]) => boolean) {
  const events: { event: string; data: string }[] = [];
  const abort = new AbortController();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const part of (await fetch(`${pages.url}${address(id)}events`, { signal: abort.signal })).body!) {
      rest += decoder.decode(part, { stream: true });
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const block = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const event = /^event: (.*)$/m.exec(block)?.[1];
        if (event !== undefined) events.push({ event, data: /^data: (.*)$/m.exec(block)?.[1] ?? '' });
      }
      if (until(events)) return events;
    }
  } finally {
    abort.abort();
  }
  return events;
}

const pixelsIn = (events: { event: string; data: string }[]): number =>
  events
    .filter(({ event }) => event === 'pixels')
    .reduce(
      (sum, { data }) => sum + unpackPixels(decodeBase64(data)!).reduce((n, { pixel }) => n + pixel.length, 0),
      0,
    );

describe('the pages of a directory', () => {
  it('list scans there and right below, with names as text', async () => {
    expect(await text('')).toContain('There is no scan here yet');
    mkdirSync(join(directory, 'below', 'deeper'), { recursive: true });
    writeFileSync(join(directory, `${HOSTILE}_8.npz`), writeNpz(coarse(valley())));
    writeFileSync(join(directory, 'below', `${STEM}_8_64.npz`), writeNpz(valley()));
    writeFileSync(join(directory, 'below', 'deeper', 'other_8.npz'), writeNpz(valley()));
    writeFileSync(join(directory, 'notes.npz'), 'no result');
    const list = await text('');
    expect(list).toContain(`below:${STEM}`);
    expect(list).not.toContain('<img');
    expect(list).toContain('&#60;img');
    expect(list).not.toContain('other');
    expect(list).not.toContain('notes');
    expect((await fetch(pages.url + address(HOSTILE))).status).toBe(200);
  });

  it('fill in as a running scan writes its partial maps', async () => {
    const whole = valley();
    const partial = coarse(whole);
    writeFileSync(join(directory, `${STEM}_8.npz`), writeNpz(partial));
    let isWritten = false;
    const events = await listen(STEM, (heard) => {
      if (!isWritten && pixelsIn(heard) === 768) {
        isWritten = true;
        writeFileSync(join(directory, `${STEM}_8_64.npz`), writeNpz(whole));
      }
      return pixelsIn(heard) === 768 + 64 && heard.some(({ data }) => data.includes('"state":"done"'));
    });
    expect(events.some(({ event }) => event === 'reset')).toBe(false);
    expect(events.some(({ data }) => data.includes('"state":"running"'))).toBe(true);
  });

  it('start anew where the map has become another one', async () => {
    const path = join(directory, `${STEM}_8.npz`);
    writeFileSync(path, writeNpz(coarse(valley(20_000))));
    let isWritten = false;
    const events = await listen(STEM, (heard) => {
      if (!isWritten && pixelsIn(heard) === 768) {
        isWritten = true;
        writeFileSync(path, writeNpz(coarse(valley(30_000))));
      }
      return pixelsIn(heard) === 2 * 768;
    });
    expect(events.filter(({ event }) => event === 'reset')).toHaveLength(1);
  });

  it('do not follow links, and say nothing of files that cannot be read', async () => {
    const outside = temporaryDirectory();
    writeFileSync(join(outside, `${STEM}_8.npz`), writeNpz(valley()));
    symlinkSync(join(outside, `${STEM}_8.npz`), join(directory, `${STEM}_8.npz`));
    symlinkSync(outside, join(directory, 'elsewhere'));
    writeFileSync(join(directory, 'broken_8.npz'), 'garbage');
    const list = await text('');
    expect(list).not.toContain(STEM);
    expect((await fetch(pages.url + address(STEM))).status).toBe(404);
    expect((await fetch(pages.url + address('broken'))).status).toBe(200);
  });

  it('make the report of a scan', async () => {
    writeFileSync(join(directory, `${STEM}_8_64.npz`), writeNpz(valley()));
    const answer = await fetch(`${pages.url}${address(STEM)}report.html`);
    expect(answer.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
    expect(await answer.text()).toMatch(
      /http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/,
    );
  });
});
