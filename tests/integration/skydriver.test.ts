import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { temporaryDirectory, until } from '../support/command.js';
import { makeQueues, type Pilot, startPilot } from '../support/pilot.js';
import { needsRabbitmq, type Rabbitmq, startRabbitmq } from '../support/rabbitmq.js';
import { type Skydriver, startSkydriver, TOKEN } from '../support/skydriver.js';
import { client, expectOneSentence, type Running, start, startupOf } from './server-support.js';
import { type Scan, scan, simulatedEvent } from './support.js';

let event: string;
let rabbit: Rabbitmq;
let undisturbed: Scan;
let there: Skydriver;
let directory: string;
const NSIDES = ['1:0', '2:2'];

/** A server as SkyDriver starts it: no event file, no output directory. */
function serve(
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
  nsides: readonly string[] = NSIDES,
): Running {
  const words = [
    'server',
    '--reco-algo',
    'dummy',
    '--cache-dir',
    directory,
    '--client-startup-json',
    startupOf(directory),
  ];
  words.push('--nsides', ...nsides, '--simulated-event', '--predictive-scanning-threshold', '1.0', ...args);
  return start(words, { SKYSCAN_BROKER_ADDRESS: rabbit.address, ...there.env, ...env });
}

const takePart = () => client(directory, { env: { SKYSCAN_BROKER_ADDRESS: rabbit.address } });
const map = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(undisturbed.directory, name), 'utf8'));

/** SkyDriver has the final map, once, with these nsides. */
function expectFinalMap(nsides: readonly number[] = [1, 2]): void {
  const finals = there.puts().filter(({ is_final }) => is_final);
  expect(finals).toHaveLength(1);
  const whole = map('run00000001.evt000000000007.track_1_2.json');
  const wanted = nsides.map((nside) => [`nside-${nside}`, whole[`nside-${nside}`]]);
  expect(finals[0]!.skyscan_result).toEqual(Object.fromEntries(wanted));
}

needsRabbitmq('a scan that SkyDriver asks for', () => {
  beforeAll(async () => {
    event = await simulatedEvent();
    [rabbit, undisturbed] = await Promise.all([startRabbitmq(), scan(event, ['--nsides', ...NSIDES])]);
  }, 90_000);
  beforeEach(async () => {
    directory = temporaryDirectory();
    there = await startSkydriver(JSON.parse(readFileSync(event, 'utf8')));
  });
  afterEach(() => there.dispose());
  afterAll(() => rabbit?.dispose());

  it('takes the event from there, and ends with the map there', async () => {
    const serving = serve();
    const joined = await takePart();
    const served = await serving.done;
    expect(served).toMatchObject({ code: 0 });
    expect(served.stdout).toContain('run 1, event 7, track, simulated');
    expect((await joined.done).code).toBe(0);
    expectFinalMap();
    const last = there.patches().at(-1)!;
    expect(last.progress).toMatchObject({ processing_stats: { finished: true }, end: expect.any(Number) });
    expect(last.scan_metadata).toMatchObject({ scan_id: there.scanId, nside_progression: { 1: 0, 2: 2 } });
    expect(there.heard.filter(({ status }) => status !== 200)).toEqual([]);
    expect(there.heard.map(({ what }) => what)).not.toContain('GET ewms/workforce');
    expect(served.stderr + joined.output.stderr).not.toContain(TOKEN);
    expect(readdirSync(directory).sort()).toEqual([
      `${there.scanId}.event.json`,
      'run00000001.evt000000000007.track',
      'startup.json',
    ]);
  });

  it('does not notice that SkyDriver fails, but for the last result, which the same command sends again', async () => {
    there.fail = (what) => (what.startsWith('P') ? 400 : what === 'GET status' ? 503 : null);
    const serving = serve();
    const joined = await takePart();
    const served = await serving.done;
    await joined.done;
    expect(served.code).toBe(1);
    expectOneSentence(
      served,
      /error: Scan 0123456789abcdef is finished, but SkyDriver does not have its result: .* 400/,
    );
    expect(served.stderr).toMatch(/A report to SkyDriver is lost; the scan goes on\./);
    there.fail = () => null;
    expect(await serve().done).toMatchObject({ code: 0 });
    expectFinalMap();
  });

  it('ends when SkyDriver does not want it any more', async () => {
    const serving = serve({ SKYSCAN_KILL_SWITCH_CHECK_INTERVAL: '0.1' });
    await until(() => existsSync(startupOf(directory)) && there.heard.some(({ what }) => what === 'GET status'));
    there.state.isDeleted = true;
    const served = await serving.done;
    expect(served.code).toBe(1);
    expectOneSentence(served, /error: SkyDriver does not want scan 0123456789abcdef any more: it was deleted\./);
    expect(there.puts()).toEqual([]);
  });

  it('runs under EWMS: its queues, its pilots, and nothing is sent before one runs', async () => {
    const queues = { toclient: `to-${there.scanId}`, fromclient: `from-${there.scanId}` };
    const ewms = join(directory, 'ewms.json');
    writeFileSync(ewms, await makeQueues(rabbit.address, queues));
    there.state.running = 0;
    const env = { SKYSCAN_BROKER_ADDRESS: '', SKYSCAN_EWMS_JSON: ewms };
    // Each task is a process: few will do.
    const few = ['1:0'];
    const stopped = serve(env, [], few);
    await until(() => there.heard.some(({ what }) => what === 'GET ewms/workforce'));
    await until(() => stopped.output.stderr.includes('Waiting for the first worker to run.'));
    stopped.kill('SIGTERM');
    expect((await stopped.done).code).toBe(130);
    // Scans of other tests may have left queues behind.
    const ready = rabbit.ctl('list_queues', 'name', 'messages_ready', '--quiet', '--no-table-headers');
    expect(ready.split('\n').map((line) => line.trim().split(/\s+/))).toContainEqual([queues.toclient, '0']);

    const deleted = serve({ ...env, SKYSCAN_KILL_SWITCH_CHECK_INTERVAL: '0.1' }, [], few);
    await until(() => deleted.output.stderr.includes('Waiting for the first worker to run.'));
    there.state.isDeleted = true;
    expect((await deleted.done).code).toBe(1);
    there.state.isDeleted = false;

    there.state.running = 2;
    const serving = serve(env, [], few);
    await until(() => existsSync(startupOf(directory)));
    const command = ['reco', '--infile', '{{INFILE}}', '--outfile', '{{OUTFILE}}', '--client-startup-json'];
    const pilots: Pilot[] = [];
    for (const _ of [1, 2]) pilots.push(await startPilot(rabbit.address, queues, [...command, startupOf(directory)]));
    const served = await serving.done;
    await Promise.all(pilots.map((pilot) => pilot.stop()));
    expect(served).toMatchObject({ code: 0 });
    expectFinalMap([1]);
    expect(pilots.flatMap(({ ended }) => ended.map(({ code }) => code)).every((code) => code === 0)).toBe(true);
    // They are EWMS's.
    expect(rabbit.ctl('list_queues', 'name', '--quiet', '--no-table-headers')).toContain(queues.toclient);
  });

  it('is refused in one sentence where SkyDriver does not know the token', async () => {
    const refused = await serve({ SKYSCAN_SKYDRIVER_AUTH: 'secret-but-wrong' }).done;
    expect(refused.code).toBe(1);
    expectOneSentence(refused, /error: SkyDriver at \S+ answers GET manifest of scan \w+ with 403: .*no such role/);
  });

  it('needs a name, and without SkyDriver an event and a place for results', async () => {
    const nameless = await serve({ SKYSCAN_SKYDRIVER_SCAN_ID: '' }).done;
    expect(nameless.code).toBe(2);
    expectOneSentence(nameless, /but not which scan of SkyDriver this is/);
    const alone = { SKYSCAN_SKYDRIVER_ADDRESS: '' };
    const nowhere = await serve(alone, ['--event-file', event]).done;
    expect(nowhere.code).toBe(2);
    expectOneSentence(nowhere, /It was not said where results go\.\n.*--output-dir/);
    const eventless = await serve(alone, ['--output-dir', directory]).done;
    expect(eventless.code).toBe(2);
    expectOneSentence(eventless, /It was not said which event to scan\.\n.*--event-file/);
  });
});
