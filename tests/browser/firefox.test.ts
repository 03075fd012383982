/** The scanner as a page in another engine. Its mathematics is its own; ours in the page is not. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StaticHost, staticHost } from '../support/browser.js';
import { ensureBuilt, runCommand, temporaryDirectory } from '../support/command.js';
import { type FirefoxPage, needsFirefox, startFirefox } from '../support/firefox.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EVENT = join(ROOT, 'resources/demo/track.json');

/** Keeps what is offered for download where a test can read it: the page's policy lets nobody fetch it. */
const KEEP_BLOBS = `() => {
  const create = URL.createObjectURL;
  window.blobs = {};
  URL.createObjectURL = (blob) => {
    const url = create.call(URL, blob);
    window.blobs[url] = blob;
    return url;
  };
}`;

needsFirefox('the scanner as a page in Firefox', () => {
  let host: StaticHost;
  let page: FirefoxPage;
  beforeAll(async () => {
    ensureBuilt();
    const site = temporaryDirectory();
    execFileSync(process.execPath, [join(ROOT, 'scripts/build-web.mjs'), '--out', site]);
    host = await staticHost(site);
    page = await startFirefox();
  });
  afterAll(async () => {
    await page.close();
    await host.close();
  });

  it('gives the bytes of the command line', async () => {
    await page.open(host.url, KEEP_BLOBS);
    await state('empty');
    await page.evaluate(`document.getElementById('example').click()`);
    await state('ready');
    await page.evaluate(`
      document.getElementById('reco').value = 'splinempe';
      document.getElementById('own-nsides').checked = true;
      document.getElementById('nsides').value = '1:0 2:2';
      document.getElementById('workers').value = '2';
      document.getElementById('choices').requestSubmit()`);
    await state('done');
    const directory = temporaryDirectory();
    const args = [
      '--event-file',
      EVENT,
      '--reco-algo',
      'splinempe',
      '--nsides',
      '1:0',
      '2:2',
      '--output-dir',
      directory,
    ];
    const { code, stderr } = await runCommand(['scan', ...args, '--no-photon-tables', '--no-pictures', '--quiet']);
    expect(code, stderr).toBe(0);
    const names = readdirSync(directory).filter((name) => /(npz|_2\.json|fits)$/.test(name));
    expect(names.length).toBe(3);
    for (const name of names) {
      const base64 = (await page.evaluate(`(async () => {
        const link = [...document.querySelectorAll('#files a')].find((each) => each.download === '${name}');
        const bytes = new Uint8Array(await window.blobs[link.href].arrayBuffer());
        let text = '';
        for (const byte of bytes) text += String.fromCharCode(byte);
        return btoa(text);
      })()`)) as string;
      expect(Buffer.compare(Buffer.from(base64, 'base64'), readFileSync(join(directory, name))), name).toBe(0);
    }
    expect(page.complaints).toEqual([]);
  });

  async function state(wanted: string): Promise<void> {
    const endMs = performance.now() + 60_000;
    for (;;) {
      const [at, refusal] = JSON.parse(
        (await page.evaluate(`JSON.stringify([document.body.dataset.state,
          document.getElementById('refusal').hidden ? '' : document.getElementById('refusal').textContent])`)) as string,
      ) as [string, string];
      if (at === wanted) return;
      if (refusal !== '' || performance.now() > endMs) throw new Error(`the page is ${at}, not ${wanted}. ${refusal}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
});
