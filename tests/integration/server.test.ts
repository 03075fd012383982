import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CommandResult, runCommand, temporaryDirectory, until } from '../support/command.js';
import { needsRabbitmq, type Rabbitmq, startRabbitmq } from '../support/rabbitmq.js';
import { bytesOf, mapOf, NSIDES, type Scan, STEM, scan, simulatedEvent, writeModule } from './support.js';

let event: string;
let rabbit: Rabbitmq;
let undisturbed: Scan;
let environment: Record<string, string>;

/** Files whose bytes must be those of a scan on one machine. */
const REPRODUCIBLE = [`${STEM}.multiorder.fits`, `${STEM}_1_2_4.json`, `${STEM}_1_2_4.npz`];

function expectSameBytes(directory: string): void {
  for (const name of REPRODUCIBLE) expect(bytesOf(directory, name)).toBe(bytesOf(undisturbed.directory, name));
}

/** A process of the command that can be waited for and killed. */
interface Running {
  readonly done: Promise<CommandResult>;
  readonly output: { stdout: string; stderr: string };
  kill(signal: NodeJS.Signals): void;
}

function start(words: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  let running: Running | null = null;
  let kill: Running['kill'] = () => undefined;
  const output = { stdout: '', stderr: '' };
  let live = output;
  const done = runCommand(words, {
    env: { ...environment, ...env },
    whileRunning: (child, heard) => {
      live = heard;
      kill = (signal) => child.kill(signal);
    },
  });
  running = { done, output: live, kill: (signal) => kill(signal) };
  return running;
}

const startupOf = (directory: string): string => join(directory, 'startup.json');

function server(directory: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Running {
  const hasReco = args.some((word) => /^--reco-(algo|module|command)$/.test(word));
  const files = ['--client-startup-json', startupOf(directory), '--cache-dir', join(directory, 'cache')];
  const words = ['server', ...files, '--output-dir', directory, '--event-file', event, '--simulated-event'];
  if (!hasReco) words.push('--reco-algo', 'dummy');
  if (!args.includes('--nsides')) words.push('--nsides', ...NSIDES);
  return start([...words, '--no-pictures', ...args], env);
}

async function client(
  directory: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  await until(() => existsSync(startupOf(directory)));
  return start(['client', '--client-startup-json', startupOf(directory), '--workers', '1', ...args], env);
}

/** Bytes of the journal, which grows with every result. */
function journalSize(directory: string): number {
  const folder = join(directory, 'cache', STEM);
  const name = existsSync(folder) ? readdirSync(folder).find((entry) => entry.endsWith('.journal')) : undefined;
  return name === undefined ? 0 : statSync(join(folder, name)).size;
}

needsRabbitmq('a server with clients', () => {
  beforeAll(async () => {
    event = await simulatedEvent();
    [rabbit, undisturbed] = await Promise.all([startRabbitmq(), scan(event)]);
    environment = { SKYSCAN_BROKER_ADDRESS: rabbit.address };
  }, 60_000);
  afterAll(() => rabbit?.dispose());

  it('ends by itself with the bytes of a scan on one machine, and its clients with it', async () => {
    const directory = temporaryDirectory();
    const serving = server(directory);
    const clients = [await client(directory), await client(directory, ['--debug-directory', join(directory, 'debug')])];
    const [served, ...ended] = await Promise.all([serving.done, ...clients.map(({ done }) => done)]);
    console.log(
      served!.stderr,
      ended.map((e) => e.stderr),
    );
    expect(served).toMatchObject({ code: 0, signal: null });
    expect(served!.stdout).toContain('run 1, event 7, track, simulated');
    expectSameBytes(directory);
    for (const { code, stderr } of ended) {
      expect(code).toBe(0);
      expect(stderr).toMatch(/The scan is over: its queue is gone\. \d+ tasks were fitted here, 0 given up\./);
    }
    expect(rabbit.ctl('list_queues', 'name', '--quiet', '--no-table-headers').trim()).toBe('');
    expect(JSON.parse(readFileSync(startupOf(directory), 'utf8'))).toMatchObject({
      scan_id: expect.stringMatching(/^7-1:0-2:12-4:12-\d+-[0-9a-f]{6}$/),
      skymap_scanner: { reco: { kind: 'builtin', name: 'dummy' }, ice_model: 'spice_mie' },
    });
  });
});
