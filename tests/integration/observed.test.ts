import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parsed } from '../node/observed.js';
import { temporaryDirectory, until } from '../support/command.js';
import { needsRabbitmq, type Rabbitmq, startRabbitmq } from '../support/rabbitmq.js';
import { client, type Running, results, server } from './server-support.js';
import { STEM, scan, simulatedEvent } from './support.js';

let event: string;
let rabbit: Rabbitmq;
const PASSWORD = 'pass/word "7"';

/** Where a process says that its metrics are. */
async function metricsOf({ output }: Running): Promise<string> {
  const found = (): string | undefined => /http:\/\/127\.0\.0\.1:\d+(?=\/metrics)/.exec(output.stderr)?.[0];
  await until(() => found() !== undefined);
  return found()!;
}

const SLOW = ['--reco-option', 'delay_s=0.05'];

needsRabbitmq('a server and its clients, looked at from outside', () => {
  beforeAll(async () => {
    [event, rabbit] = await Promise.all([simulatedEvent(), startRabbitmq()]);
    rabbit.ctl('add_user', 'scanner', PASSWORD);
    rabbit.ctl('set_permissions', '-p', '/', 'scanner', '.*', '.*', '.*');
  }, 90_000);
  afterAll(() => rabbit?.dispose());

  it('tell metrics and health while they run, and no password in any line, at any level', async () => {
    const directory = temporaryDirectory();
    const address = rabbit.address.replace('://', `://scanner:${encodeURIComponent(PASSWORD)}@`);
    const env = { SKYSCAN_BROKER_ADDRESS: address, SKYSCAN_PROGRESS_INTERVAL_SEC: '0.2' };
    const args = ['--metrics', '0', '--debug'];
    const logFile = join(directory, 'log.jsonl');
    const serving = server(event, directory, {
      args: [...args, ...SLOW, '--log-format', 'json', '--log-file', logFile],
      env,
    });
    const fitting = await client(directory, { args, env });
    const [atServer, atClient] = [await metricsOf(serving), await metricsOf(fitting)];
    await results(directory, 5);
    const figures = await (await fetch(`${atServer}/metrics`)).text();
    expect(figures).toMatch(/^skymap_scanner_recos_done \d+$/m);
    expect(figures).toMatch(/^skymap_scanner_pixels_chosen\{nside="1"\} 12$/m);
    expect(figures).toMatch(/^skymap_scanner_broker_connected 1$/m);
    expect(await (await fetch(`${atClient}/metrics`)).text()).toMatch(/^skymap_scanner_tasks_fitted_total [1-9]/m);
    expect(await (await fetch(`${atServer}/healthz`)).json()).toMatchObject({ status: 'ok', state: 'scanning' });
    expect(await (await fetch(`${atClient}/healthz`)).json()).toMatchObject({ status: 'ok', state: 'running' });
    const manifest = () => JSON.parse(readFileSync(join(directory, 'scan-manifest.json'), 'utf8'));
    const before = manifest().progress.tallies.overall.recos.done;
    await until(() => manifest().progress.tallies.overall.recos.done > before);

    const [served, fitted] = [await serving.done, await fitting.done];
    expect([served.code, fitted.code]).toEqual([0, 0]);
    expect(manifest().progress.processing_stats.finished).toBe(true);
    const lines = parsed(served.stderr);
    const untimed = (line: object): object => ({ ...line, time: '' });
    expect(parsed(readFileSync(logFile, 'utf8')).map(untimed)).toEqual(lines.map(untimed));
    expect(lines.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['broker:connected', 'scan:started', 'round:chosen', 'task:done', 'scan:done']),
    );
    expect(fitted.stderr).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO {4}Taking tasks of /m);
    for (const text of [served.stderr, fitted.stderr]) {
      expect(text).not.toContain('pass/word');
      expect(text).not.toContain(encodeURIComponent(PASSWORD));
    }
  });

  it('are ill while the broker is away', async () => {
    const directory = temporaryDirectory();
    const env = { SKYSCAN_BROKER_ADDRESS: rabbit.address };
    const serving = server(event, directory, { args: ['--metrics', '0', ...SLOW], env });
    const at = await metricsOf(serving);
    await until(() => existsSync(join(directory, 'startup.json')));
    await rabbit.kill();
    const status = async (): Promise<number> => (await fetch(`${at}/healthz`)).status;
    while ((await status()) !== 503) await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await fetch(`${at}/livez`)).status).toBe(200);
    await rabbit.start();
    while ((await status()) !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
    serving.kill('SIGTERM');
    expect((await serving.done).code).toBe(130);
    expect(serving.output.stderr).toMatch(/Z WARNING The connection to the broker is lost; trying again\./);
    expect(serving.output.stderr).toMatch(/Z WARNING The broker at \S+ is back\./);
  });

  it('in JSON, an error is a line too, and nothing else', async () => {
    const env = { SKYSCAN_BROKER_ADDRESS: 'amqp://127.0.0.1:1', SKYSCAN_LOG_FORMAT: 'json' };
    const directory = temporaryDirectory();
    const { code, stderr, stdout } = await server(event, directory, { args: ['--nsides', '0:0'], env }).done;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: /);
    const later = await server(event, directory, { env: { ...env, SKYSCAN_BROKER_CLIENT: 'pigeon' } }).done;
    expect(later.code).toBe(2);
    expect(parsed(later.stderr).at(-1)).toMatchObject({
      level: 'CRITICAL',
      event: 'scan:failed',
      code: 'config/bad-value',
      error: 'There is no broker client "pigeon".',
    });
  });
});

/** A terminal of 100 columns around a command; what it shows, control characters and all. */
function onTerminal(words: readonly string[]): string {
  const command = words.map((word) => `'${word}'`).join(' ');
  return execFileSync('/usr/bin/script', ['-qec', `stty cols 100; ${command}`, '/dev/null'], { encoding: 'utf8' });
}

const hasScript = existsSync('/usr/bin/script');
if (!hasScript) console.log('skipped: a scan on a terminal: needs /usr/bin/script (apt-get install bsdutils)');
it.skipIf(!hasScript)(
  'a scan on a terminal shows a block that is redrawn, and leaves only notes and the answer',
  async () => {
    const { directory } = await scan(await simulatedEvent(), ['--nsides', '1:0']);
    const words = ['scan', '--event-file', event, '--reco-algo', 'dummy', '--nsides', '1:0', '2:12', ...SLOW];
    const shown = onTerminal([process.execPath, 'bin/skymap-scanner', ...words, '-o', directory, '--no-pictures']);
    const ESC = String.fromCharCode(27);
    expect(shown).toMatch(/nside {4}1 {2}[█░#.]{24} {2}\d+\/12 pixels/);
    expect(shown).toMatch(/\d+ % {3}[\d.]+ fits\/s/);
    expect(shown).toContain(`${ESC}[3A${ESC}[J`);
    expect(shown.slice(shown.lastIndexOf(`${ESC}[J`))).toMatch(/Written to .*[\s\S]*Position/);
    expect(shown).toContain(STEM.slice(0, 11));
  },
);
