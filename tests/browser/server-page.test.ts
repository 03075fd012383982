import { afterAll, beforeAll, expect, it } from 'vitest';
import { client, server } from '../integration/server-support.js';
import { simulatedEvent } from '../integration/support.js';
import { browserPath, needsBrowser, openBrowser, openPage } from '../support/browser.js';
import { temporaryDirectory, until } from '../support/command.js';
import { needsRabbitmq, type Rabbitmq, startRabbitmq } from '../support/rabbitmq.js';
import { ensurePages, eventually } from './support.js';

const NAME = 'the live page of a server';

const body = (): void => {
  let rabbit: Rabbitmq;
  let event: string;
  beforeAll(async () => {
    ensurePages();
    [rabbit, event] = await Promise.all([startRabbitmq(), simulatedEvent()]);
  }, 90_000);
  afterAll(() => rabbit?.dispose());

  it('shows clients as they come, and fills with their fits', async () => {
    const directory = temporaryDirectory();
    const env = { SKYSCAN_BROKER_ADDRESS: rabbit.address };
    const args = ['--reco-option', 'delay_s=0.15', '--web', '0'];
    const running = server(event, directory, { args, env, limitS: 58 });
    await until(() => /shown at http/.test(running.output.stderr));
    const url = /shown at (http\S+)/.exec(running.output.stderr)![1]!;
    const page = await openPage(await openBrowser(), url);
    await eventually(() => page.textContent('#state')).toMatch(/Waiting|Scanning/);
    const helper = await client(directory, { env, limitS: 58 });
    await eventually(() => page.textContent('#workers'), { timeout: 30_000 }).toMatch(/^1 client/);
    await eventually(() => page.evaluate('skymapLive.sky.pixels > 5'), { timeout: 30_000 }).toBe(true);
    await page.keepScreenshot('server-running', { fullPage: true });
    await eventually(() => page.textContent('#state'), { timeout: 40_000 }).toBe('Finished');
    expect((await running.done).code).toBe(0);
    await helper.done;
    await page.close();
  });
};

// Both are needed; each says what is missing where it is.
if (browserPath() === null) needsBrowser(NAME, body);
else needsRabbitmq(NAME, () => needsBrowser('in a browser', body));
