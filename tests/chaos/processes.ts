/** Servers and clients as processes: killed, stopped, started again, with clocks that jump and disks that are full. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import {
  client,
  expectOneSentence,
  type Running,
  results,
  type StartOptions,
  server,
  startupOf,
} from '../integration/server-support.js';
import { bytesOf, mapOf, type Scan, STEM, scan, simulatedEvent, writeModule } from '../integration/support.js';
import { temporaryDirectory } from '../support/command.js';
import { skipFor } from '../support/needs.js';
import type { FaultyBroker } from './network.js';
import { dice, IS_LONG, pause, SEEDS } from './scans.js';

const NSIDES = ['--nsides', '1:0', '2:24', '4:24'];
const NPZ = `${STEM}_1_2_4.npz`;

export function processes(broker: () => FaultyBroker): void {
  let event: string;
  /** A reco whose fits take a moment; one of pixel POISON at nside 1 ends its process. */
  let reco: string[];
  let undisturbed: Scan;
  const running = new Set<Running>();

  beforeAll(async () => {
    event = await simulatedEvent();
    const module = writeModule(
      `if (nside === 1 && pixel === Number(process.env.POISON ?? -1)) process.kill(process.pid, 'SIGKILL');
      Atomics.wait(clock, 0, 0, 40 + (pixel * 37) % 60);`,
      { top: 'const clock = new Int32Array(new SharedArrayBuffer(4));' },
    );
    reco = ['--reco-module', module, ...NSIDES];
    undisturbed = await scan(event, reco);
  }, 60_000);

  const started = (process: Running): Running => {
    running.add(process);
    void process.done.then(() => running.delete(process));
    return process;
  };
  const options = ({ args = [], env = {} }: StartOptions): StartOptions => ({
    args,
    limitS: 100,
    env: { SKYSCAN_BROKER_ADDRESS: broker().address(broker().port), SKYSCAN_MQ_TIMEOUT_FROM_CLIENTS: '40', ...env },
  });
  const serve = (directory: string, more: StartOptions = {}): Running =>
    started(server(event, directory, options({ ...more, args: [...reco, ...(more.args ?? [])] })));
  const takePart = async (directory: string, more: StartOptions = {}): Promise<Running> =>
    started(await client(directory, options(more)));
  const endAll = (): void => {
    for (const process of running) process.kill('SIGKILL');
  };

  /** The same bytes as if nothing had happened, and nothing half-written. */
  function expectSame(directory: string): void {
    expect(bytesOf(directory, NPZ)).toBe(bytesOf(undisturbed.directory, NPZ));
    const files = readdirSync(directory, { recursive: true }).map(String);
    expect(files.filter((name) => /tmp|\.new$|\.part/.test(name))).toEqual([]);
  }

  it.each(SEEDS)(
    'are killed, stopped and frozen, the broker with them (seed %i)',
    async (seed) => {
      onTestFinished(endAll);
      const random = dice(seed);
      const directory = temporaryDirectory();
      let serving = serve(directory);
      const clients = [await takePart(directory), await takePart(directory)];
      await results(directory, 5);
      await pause(2000);
      for (let step = 0; step < (IS_LONG ? 16 : 7); step++) {
        const victim = random.below(clients.length);
        const deed = step === 3 ? 'broker' : random.pick(['kill', 'term', 'freeze', 'server', 'server-term'] as const);
        if (deed === 'broker') {
          await broker().kill();
          await broker().start();
        } else if (deed === 'freeze') {
          const frozen = clients[victim]!;
          frozen.kill('SIGSTOP');
          await pause(1000);
          frozen.kill('SIGCONT');
        } else if (deed === 'kill' || deed === 'term') {
          clients[victim]!.kill(deed === 'kill' ? 'SIGKILL' : 'SIGTERM');
          clients[victim] = await takePart(directory);
        } else {
          serving.kill(deed === 'server' ? 'SIGKILL' : 'SIGTERM');
          await serving.done;
          serving = serve(directory);
        }
        await pause(random.below(800));
      }
      const { code, stderr } = await serving.done;
      expect(code, stderr).toBe(0);
      expectSame(directory);
      for (const { done } of clients) expect((await done).code).toBe(0);
    },
    120_000,
  );

  it('are ended by a task again and again: it is given up, with a reason, and only it', async () => {
    onTestFinished(endAll);
    const directory = temporaryDirectory();
    const serving = serve(directory);
    let deaths = 0;
    let isOver = false;
    void serving.done.then(() => {
      isOver = true;
    });
    const crew = async (): Promise<void> => {
      while (!isOver) {
        const { signal } = await (await takePart(directory, { env: { POISON: '3' } })).done;
        if (signal === 'SIGKILL' && !isOver) deaths++;
        if (deaths > 20) break;
      }
    };
    const crews = [crew(), crew()];
    const { code, stderr } = await serving.done;
    await Promise.all(crews);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Given up: nside 1 pixel 3: .*its process was ended by SIGKILL/);
    expect(stderr.match(/Given up/g)).toHaveLength(1);
    // It is suspicious once it was handed out three times: by deaths, or by a client that gave it back unlooked at when it
    // began to hold more tasks. Nobody dies of it after that, but whoever had it in hand at the same time.
    expect(deaths).toBeGreaterThanOrEqual(1);
    expect(deaths).toBeLessThanOrEqual(8);
    const llh = [...mapOf(directory, NPZ).maps[0]!.llh];
    expect(llh.map(Number.isNaN)).toEqual(llh.map((_, pixel) => pixel === 3));
  }, 90_000);

  it('have clocks that jump by hours, to and fro', async (test) => {
    const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
    if (!readdirSync('/usr/lib').includes('x86_64-linux-gnu') || !isThere(library)) {
      return skipFor(`needs ${library} (apt-get install faketime)`, test);
    }
    onTestFinished(endAll);
    const directory = temporaryDirectory();
    const stamp = join(directory, 'clock');
    writeFileSync(stamp, '+0');
    const env = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: stamp,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      SKYSCAN_PROGRESS_INTERVAL_SEC: '0.2',
    };
    const serving = serve(directory, { env });
    const clients = [await takePart(directory, { env }), await takePart(directory, { env })];
    let isOver = false;
    void serving.done.then(() => {
      isOver = true;
    });
    for (let i = 0; !isOver; i++) {
      writeFileSync(stamp, ['+3h', '-5h', '+400d', '+0'][i % 4]!);
      await pause(300);
    }
    const { code, stderr } = await serving.done;
    expect(code, stderr).toBe(0);
    expectSame(directory);
    for (const { done } of clients) expect((await done).code).toBe(0);
  }, 60_000);

  it.each([
    ['cache', '16k', /error: .*journal.*(no space|full)/i],
    ['out', '40k', /error: .*(no space|full)/i],
  ])(
    'write to a disk that is full (%s): the server says so, and goes on when there is room',
    async (name, size, says) => {
      const directory = temporaryDirectory();
      const cramped = join(directory, name);
      mkdirSync(cramped);
      const mount = (...words: string[]): boolean => spawnSync('mount', words).status === 0;
      if (!mount('-t', 'tmpfs', '-o', `size=${size},mode=777`, 'tmpfs', cramped)) {
        console.log('skipped: a full disk: needs the right to mount a tmpfs (run as root)');
        return;
      }
      onTestFinished(() => {
        endAll();
        spawnSync('umount', ['-l', cramped]);
      });
      const output = name === 'out' ? cramped : directory;
      const first = serve(directory, { args: ['--output-dir', output] });
      const crew = [await takePart(directory), await takePart(directory)];
      const stopped = await first.done;
      expect(stopped.code).toBe(1);
      expectOneSentence(stopped, says);
      // What is there is whole.
      for (const file of readdirSync(output).filter((entry) => entry.endsWith('.npz'))) mapOf(output, file);
      expect(readdirSync(output).filter((entry) => /summary|tmp|\.part/.test(entry))).toEqual([]);
      expect(mount('-o', 'remount,size=10m', cramped)).toBe(true);
      const { code, stderr } = await serve(directory, { args: ['--output-dir', output] }).done;
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/Going on with \d+ results/);
      expectSame(output);
      for (const { done } of crew) expect((await done).code).toBe(0);
    },
    60_000,
  );

  it('include one of another version, which is refused in one sentence', async () => {
    onTestFinished(endAll);
    const directory = temporaryDirectory();
    const serving = serve(directory);
    const good = await takePart(directory);
    const text = readFileSync(startupOf(directory), 'utf8');
    const refused = async (changed: string): Promise<void> => {
      const elsewhere = temporaryDirectory();
      writeFileSync(startupOf(elsewhere), changed);
      const ended = await (await takePart(elsewhere)).done;
      expect(ended.code).toBe(1);
      expectOneSentence(ended, /error: .*(version|differently)/);
    };
    await refused(text.replace('"skymap_scanner": {"version": 1', '"skymap_scanner": {"version": 2'));
    await refused(text.replace(/"preparation": "[0-9a-f]{4}/, '"preparation": "0000'));
    expect((await serving.done).code).toBe(0);
    expectSame(directory);
    expect((await good.done).code).toBe(0);
  }, 60_000);
}

function isThere(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
