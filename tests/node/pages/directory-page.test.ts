import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../../src/event/index.js';
import { serveDirectory } from '../../../src/node/pages/directory-page.js';
import { type ScanResult, writeNpz } from '../../../src/result/index.js';
import { type EventPicture, unpackPixels } from '../../../src/web/index.js';
import { temporaryDirectory } from '../../support/command.js';
import { valley } from '../../web/support.js';

const STEM = 'run00136662.evt000035405932.BRONZE';
const DEMO = new URL('../../../resources/demo/track.json', import.meta.url).pathname;
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
    expect(events.some(({ data }) => data.includes('"state":"unfinished"'))).toBe(true);
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

  it('show the event beside a map, and nothing where there is none or it cannot be read', async () => {
    const at = address(STEM);
    writeFileSync(join(directory, `${STEM}_8_64.npz`), writeNpz(valley()));
    expect((await fetch(`${pages.url}${at}event.json`)).status).toBe(404);
    const copy = join(directory, `${STEM}.event.json.gz`);
    writeFileSync(copy, 'garbage');
    expect((await fetch(`${pages.url}${at}event.json`)).status).toBe(404);
    writeFileSync(copy, gzipSync(readFileSync(DEMO)));
    const picture = (await (await fetch(`${pages.url}${at}event.json`)).json()) as EventPicture;
    expect(picture.hits.length).toBeGreaterThan(100);
    const events = await listen(STEM, (heard) => heard.some(({ event }) => event === 'progress'));
    expect(events[0]!.data).toContain('"hasEvent":true');
    // Where the track of the best fit is.
    const { vertex } = JSON.parse(events.find(({ event }) => event === 'progress')!.data);
    expect(vertex).toEqual({ x: 10, y: -20, z: 30, timeNs: 12_000 });
    expect((await fetch(`${pages.url}${at}file/${STEM}.event.json.gz`)).status).toBe(200);
  });

  it('tell maps of scans that were not finished from those that were', async () => {
    const partial = writeNpz(coarse(valley()));
    writeFileSync(join(directory, `${STEM}_8.npz`), partial);
    const manifest = (state: string, summary: string): void => {
      const content = {
        progress: { summary, last_updated: '2024-05-06 07:08:09' },
        event_metadata: { run_id: 136662, event_id: 35405932 },
        state,
        reco_algo: 'pandel_mpe',
      };
      writeFileSync(join(directory, 'scan-manifest.json'), JSON.stringify(content));
    };
    const shown = async (): Promise<{ state: string; note: string }> => {
      const events = await listen(STEM, (heard) => heard.some(({ event }) => event === 'progress'));
      return JSON.parse(events.find(({ event }) => event === 'progress')!.data);
    };
    expect(await text('')).toContain('>not finished</td>');
    expect(await shown()).toMatchObject({ state: 'unfinished' });
    manifest('running', '');
    expect(await text('')).toContain('>running; last report 2024-05-06 07:08:09</td>');
    expect(await shown()).toMatchObject({ state: 'running', note: 'Last report of the scan: 2024-05-06 07:08:09.' });
    manifest('failed', 'The scan ended with an error: no room.');
    const [about] = await listen(STEM, (heard) => heard.some(({ event }) => event === 'progress'));
    expect(JSON.parse(about!.data).detail).toBe(`pandel_mpe \u00b7 ${STEM}_8.npz`);
    expect(await text('')).toContain('>not finished: ended with an error</td>');
    expect(await shown()).toMatchObject({ state: 'failed', note: 'The scan ended with an error: no room.' });
    manifest('stopped', 'The scan was stopped.');
    expect(await text('')).toContain('>not finished: stopped</td>');
    expect(await shown()).toMatchObject({ state: 'stopped', note: 'The scan was stopped.' });
    // The manifest of a later scan that came to nothing makes no whole map a part.
    writeFileSync(join(directory, `${STEM}_8.npz`), writeNpz({ ...valley(), maps: valley().maps.slice(0, 1) }));
    expect(await text('')).toContain('>finished</td>');
    expect(await shown()).toMatchObject({ state: 'done', note: '' });
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
