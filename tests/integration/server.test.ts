import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryDirectory, until } from '../support/command.js';
import { needsRabbitmq, type Rabbitmq, startRabbitmq } from '../support/rabbitmq.js';
import { needsShared, sharedPath } from '../support/shared.js';
import { client, expectOneSentence, results, type StartOptions, server, startupOf } from './server-support.js';
import { bytesOf, mapOf, type Scan, STEM, scan, simulatedEvent, writeModule } from './support.js';

let event: string;
let rabbit: Rabbitmq;
let undisturbed: Scan;
/** Of the first server, which has ended. */
let startupFile: string;

/** Files whose bytes must be those of a scan on one machine. */
const REPRODUCIBLE = ['.event.json.gz', '.multiorder.fits', '_1_2_4.json', '_1_2_4.npz'].map((end) => STEM + end);

/** A reco whose fits of finer pixels last until the file GATE is there, where that is set. */
let gated: string[];
let gatedScan: Scan;

function expectSameBytes(directory: string, reference: Scan): void {
  for (const name of REPRODUCIBLE) expect(bytesOf(directory, name)).toBe(bytesOf(reference.directory, name));
}

const withBroker = ({ args = [], env = {} }: StartOptions): StartOptions => ({
  args,
  env: { SKYSCAN_BROKER_ADDRESS: rabbit.address, ...env },
});
const serve = (directory: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  server(event, directory, withBroker({ args, env }));
const takePart = (directory: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  client(directory, withBroker({ args, env }));

/** What the manifest says in a sentence. */
function summaryOf(directory: string): string {
  return JSON.parse(readFileSync(join(directory, 'scan-manifest.json'), 'utf8')).progress.summary;
}

/** Queues of the scan of that directory at the broker. */
function queuesOf(directory: string): string[] {
  const { scan_id: name } = JSON.parse(readFileSync(startupOf(directory), 'utf8')) as { scan_id: string };
  const all = rabbit.ctl('list_queues', 'name', '--quiet', '--no-table-headers').split('\n');
  return all.filter((queue) => queue.includes(name)).sort();
}

needsRabbitmq('a server with clients', () => {
  beforeAll(async () => {
    event = await simulatedEvent();
    const reco = writeModule(
      'while (nside > 1 && process.env.GATE && !existsSync(process.env.GATE)) Atomics.wait(clock, 0, 0, 20);',
      { top: "import { existsSync } from 'node:fs'; const clock = new Int32Array(new SharedArrayBuffer(4));" },
    );
    gated = ['--reco-module', reco];
    [rabbit, undisturbed, gatedScan] = await Promise.all([startRabbitmq(), scan(event), scan(event, gated)]);
  }, 90_000);
  afterAll(() => rabbit?.dispose());

  it('ends by itself with the bytes of a scan on one machine, and its clients with it', async () => {
    const directory = temporaryDirectory();
    const debug = join(directory, 'debug');
    const serving = serve(directory);
    const clients = [await takePart(directory), await takePart(directory, ['--debug-directory', debug])];
    const [served, ...ended] = await Promise.all([serving.done, ...clients.map(({ done }) => done)]);
    expect(served).toMatchObject({ code: 0, signal: null });
    expect(served!.stdout).toContain('run 1, event 7, track, simulated');
    expectSameBytes(directory, undisturbed);
    let fitted = 0;
    for (const { code, stderr } of ended) {
      expect(code).toBe(0);
      fitted += Number(/queue is gone\. (\d+) tasks were fitted here, 0 given up/.exec(stderr)?.[1]);
    }
    expect(fitted).toBe(mapOf(directory).maps.reduce((sum, { pixel }) => sum + pixel.length, 0));
    for (const name of readdirSync(debug)) expect(name).toMatch(/^nside\d{6}_pix\d{12}_var0\.(in|out)\.json$/);
    expect(queuesOf(directory)).toEqual([]);
    startupFile = startupOf(directory);
    expect(JSON.parse(readFileSync(startupFile, 'utf8'))).toMatchObject({
      scan_id: expect.stringMatching(/^7-1:0-2:12-4:12-\d+-[0-9a-f]{6}$/),
      skymap_scanner: { reco: { kind: 'builtin', name: 'dummy' }, ice_model: 'spice_mie' },
    });
  });

  it('ends with the same bytes after kill -9 of a client in the middle of a task, and of itself', async () => {
    const directory = temporaryDirectory();
    const gate = join(directory, 'gate');
    const first = serve(directory, gated);
    const unlucky = await takePart(directory, [], { GATE: gate });
    await results(directory, 12);
    unlucky.kill('SIGKILL');
    const lucky = await takePart(directory, [], { GATE: gate });
    await until(() => lucky.output.stderr.includes('Taking tasks'));
    first.kill('SIGKILL');
    expect(await first.done).toMatchObject({ code: null, signal: 'SIGKILL', stdout: '' });
    const second = serve(directory, gated);
    writeFileSync(gate, '');
    expect((await second.done).code).toBe(0);
    expect(second.output.stderr).toContain('Going on with 12 results of an earlier scan');
    expectSameBytes(directory, gatedScan);
    expect((await lucky.done).code).toBe(0);
    expect(queuesOf(directory)).toEqual([]);
  });

  it('stops at SIGTERM, says how to go on, and goes on; a client gives its tasks back', async () => {
    const directory = temporaryDirectory();
    const first = serve(directory, gated);
    const stopping = await takePart(directory, [], { GATE: join(directory, 'gate') });
    await results(directory, 12);
    stopping.kill('SIGTERM');
    expect(await stopping.done).toMatchObject({ code: 130, stdout: '' });
    expect(stopping.output.stderr).toContain(
      'Stopping: fits that end within 5 s are sent, other tasks go back to the broker.',
    );
    first.kill('SIGTERM');
    expect(await first.done).toMatchObject({ code: 130, stdout: '' });
    expect(first.output.stderr).toMatch(
      /Stopped\. 12 results are kept in .*\. To go on:\n {2}.*server --client-startup-json/,
    );
    expect(summaryOf(directory)).toMatch(/^The scan was stopped; 12 results are kept/);
    // What is queued is fitted nevertheless, and its outcomes wait for the server.
    const between = await takePart(directory, [], { SKYSCAN_MQ_TIMEOUT_TO_CLIENTS: '1' });
    expect(await between.done).toMatchObject({ code: 0 });
    expect(between.output.stderr).toMatch(/No further task came within 1 s \(SKYSCAN_MQ_TIMEOUT_TO_CLIENTS\)/);
    const second = serve(directory, gated);
    const other = await takePart(directory);
    expect((await second.done).code).toBe(0);
    expectSameBytes(directory, gatedScan);
    expect((await other.done).code).toBe(0);
  });

  it('records a pixel that nobody can fit, and suspects a client that fits nothing', async () => {
    const directory = temporaryDirectory();
    const reco = writeModule(
      'if (process.env.IS_BROKEN || (nside === 1 && pixel === 3)) throw new Error("no such table");',
    );
    const serving = serve(directory, ['--reco-module', reco, '--nsides', '1:0', '2:12']);
    const broken = await takePart(directory, [], { IS_BROKEN: '1' });
    const ended = await broken.done;
    expect(ended.code).toBe(1);
    expectOneSentence(
      ended,
      /error: None of the first 4 tasks could be fitted\. The last reason: on \S+: no such table\./,
    );
    const good = await takePart(directory, [], { EWMS_PILOT_QUARANTINE_TIME: '0.5' });
    const served = await serving.done;
    expect(served.code).toBe(0);
    expect(served.stderr).toMatch(/Given up: nside 1 pixel 3: on \S+: no such table/);
    expect(served.stderr.match(/Given up/g)).toHaveLength(1);
    const llh = [...mapOf(directory, `${STEM}_1_2.npz`).maps[0]!.llh];
    expect(llh.map(Number.isNaN)).toEqual(llh.map((_, pixel) => pixel === 3));
    expect((await good.done).stderr).toContain('EWMS_PILOT_QUARANTINE_TIME');
  });

  it('a client may end after a failure, with an error; others finish the scan', async () => {
    const directory = temporaryDirectory();
    const reco = writeModule('if (nside === 1 && pixel === 3) throw new Error("no such table");');
    const serving = serve(directory, ['--reco-module', reco, '--nsides', '1:0']);
    const wary = await takePart(directory, [], { EWMS_PILOT_STOP_LISTENING_ON_TASK_ERROR: 'true' });
    const ended = await wary.done;
    expect(ended.code).toBe(1);
    expectOneSentence(ended, /error: A task had to be given up here, and this client is to end then/);
    await takePart(directory);
    const served = await serving.done;
    expect(served.code).toBe(0);
    expect(served.stderr.match(/Given up: nside 1 pixel 3: on \S+: no such table/g)).toHaveLength(1);
  });

  it('says which time-out it was', async () => {
    const directory = temporaryDirectory();
    const waiting = await serve(directory, [], { SKYSCAN_MQ_TIMEOUT_FROM_CLIENTS: '0.5' }).done;
    expect(waiting.code).toBe(1);
    expectOneSentence(waiting, /error: No result has come from clients for 0\.5 s, .*SKYSCAN_MQ_TIMEOUT_FROM_CLIENTS/);
    expect(summaryOf(directory)).toMatch(/^The scan ended with an error: No result has come from clients for 0\.5 s/);
    // The queues stay for a server that goes on.
    const [fromClients, toClients] = queuesOf(directory);
    expect(fromClients).toMatch(/^from-clients-7-/);
    expect(toClients).toMatch(/^to-clients-7-/);
    rabbit.ctl('delete_queue', toClients!);
    const late = await takePart(directory, [], { SKYSCAN_MQ_CLIENT_TIMEOUT_WAIT_FOR_FIRST_MESSAGE: '0.5' });
    expect(await late.done).toMatchObject({ code: 0 });
    expect(late.output.stderr).toMatch(
      /No first task came within 0\.5 s \(SKYSCAN_MQ_CLIENT_TIMEOUT_WAIT_FOR_FIRST_MESSAGE\)/,
    );
  });

  it('refuses a wrong password in one sentence, as its clients do', async () => {
    const directory = temporaryDirectory();
    const env = { SKYSCAN_BROKER_AUTH: 'wrong' };
    const served = await serve(directory, [], env).done;
    copyFileSync(startupFile, startupOf(directory));
    const joined = await (await takePart(directory, [], env)).done;
    for (const refused of [served, joined]) {
      expect(refused.code).toBe(1);
      expectOneSentence(refused, /error: The broker at \S+ refuses the user "" with this password\./);
    }
    expect(readdirSync(directory).filter((name) => name !== 'cache')).toEqual(['startup.json']);
  });

  const ALERT = 'data/events/run00136662-evt000035405932-BRONZE.pkl';
  needsShared("in upstream's form", [ALERT], () => {
    it('takes every variation of a pixel into account, each a message of its own', async () => {
      const alert = sharedPath(ALERT);
      // The best variation of a pixel is mostly not the first.
      const reco = writeModule('for (const fit of ok) fit.llh += (pixel * 5 + fit.variation * 3) % 7; return ok;');
      const text = readFileSync(reco, 'utf8')
        .replace('[[0, 0, 0]]', '[[0, 0, 0], [1, 0, 0], [0, 1, 0]]')
        .replace("taskUnit: 'variation'", "taskUnit: 'pixel'");
      writeFileSync(reco, text);
      const args = ['--reco-module', reco];
      const whole = await scan(alert, [...args, '--real-event']);
      const directory = temporaryDirectory();
      const words = withBroker({ args: [...args, '--message-form', 'mqclient'] });
      const serving = server(alert, directory, { ...words, isReal: true });
      const working = await takePart(directory);
      const { code, stderr } = await serving.done;
      expect(code, stderr).toBe(0);
      const name = 'run00136662.evt000035405932.neutrino_1_2_4.npz';
      expect(bytesOf(directory, name)).toBe(bytesOf(whole.directory, name));
      expect((await working.done).code).toBe(0);
    });
  });
});
