import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needsBrowser, openBrowser, openPage, type StaticHost, staticHost } from '../support/browser.js';
import { temporaryDirectory } from '../support/command.js';

needsBrowser('the browser that the tests of pages use', () => {
  let host: StaticHost;
  beforeAll(async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'sub'));
    writeFileSync(join(directory, 'good.html'), '<link rel="icon" href="data:,"><h1>δ ≤ 3°</h1>');
    writeFileSync(
      join(directory, 'bad.html'),
      '<link rel="icon" href="data:,"><script>console.error("no"); oh()</script>',
    );
    host = await staticHost(directory, { base: '/some/where/' });
  });
  afterAll(() => host.close());

  it('is ready within a second and shows a page without complaints', async () => {
    const startedMs = performance.now();
    const browser = await openBrowser();
    // A second on a machine that is not busy with other tests.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    const page = await openPage(browser, `${host.url}good.html`);
    expect(await page.textContent('h1')).toBe('δ ≤ 3°');
    page.expectQuiet();
    expect(statSync(await page.keepScreenshot('harness')).size).toBeGreaterThan(1000);
    await page.close();
  });

  it('hears console errors, uncaught errors and missing files', async () => {
    const page = await openPage(await openBrowser(), `${host.url}bad.html`);
    await page.evaluate('fetch("nowhere.txt")');
    expect(page.complaints).toContain('console error: no');
    expect(page.complaints.join('\n')).toContain('uncaught: oh is not defined');
    expect(page.complaints).toContain(`404: ${host.url}nowhere.txt`);
    await page.close();
  });

  it('serves nothing from above its directory', async () => {
    const answer = await fetch(`${host.url}..%2f..%2f..%2f..%2fetc%2fpasswd`);
    expect(answer.status).toBe(404);
  });
});
