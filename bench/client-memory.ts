/**
 * Memory of a client by its number of workers, and of its server: the built commands on a real RabbitMQ of their own, and
 * the most that was resident (VmHWM) while a real event is scanned for some time.
 *
 *     npm run build && npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/client-memory.js --event alert.pkl [--recos pandel_mpe,splinempe,millipede_wilks]
 *         [--workers 1,4] [--seconds 30]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { temporaryDirectory } from '../tests/support/command.js';
import { startRabbitmq } from '../tests/support/rabbitmq.js';

const { values } = parseArgs({
  options: {
    event: { type: 'string' },
    recos: { type: 'string', default: 'pandel_mpe,splinempe,millipede_wilks' },
    workers: { type: 'string', default: '1,4' },
    seconds: { type: 'string', default: '30' },
  },
});
if (values.event === undefined) throw new Error('--event FILE is missing');
const event = resolve(values.event);

const rabbit = await startRabbitmq();
try {
  for (const reco of values.recos.split(',')) {
    for (const workers of values.workers.split(',')) await measure(reco, workers, Number(values.seconds));
  }
} finally {
  await rabbit.dispose();
}

async function measure(reco: string, workers: string, seconds: number): Promise<void> {
  const directory = temporaryDirectory();
  const startup = join(directory, 'startup.json');
  const files = [
    '--client-startup-json',
    startup,
    '--cache-dir',
    directory,
    '--output-dir',
    directory,
    '--no-pictures',
  ];
  const server = run(['server', '--event-file', event, '--reco-algo', reco, '--real-event', ...files]);
  while (!existsSync(startup)) await sleep(100);
  const client = run(['client', '--client-startup-json', startup, '--workers', workers]);
  const endMs = performance.now() + seconds * 1000;
  let [ofClient, ofServer] = [0, 0];
  while (performance.now() < endMs && client.exitCode === null) {
    ofClient = Math.max(ofClient, residentMib(client));
    ofServer = Math.max(ofServer, residentMib(server));
    await sleep(200);
  }
  for (const child of [client, server]) child.kill('SIGKILL');
  const manifest = JSON.parse(readFileSync(join(directory, 'scan-manifest.json'), 'utf8'));
  const { done } = manifest.progress.tallies.overall.pixels;
  console.log(`${reco}, ${workers} workers: client ${ofClient} MiB, server ${ofServer} MiB (${done} pixels reported)`);
}

function run(words: readonly string[]): ChildProcess {
  const env = { ...process.env, SKYSCAN_BROKER_ADDRESS: rabbit.address, SKYSCAN_PROGRESS_INTERVAL_SEC: '1' };
  return spawn(process.execPath, [resolve('bin/skymap-scanner'), ...words], { env, stdio: 'ignore' });
}

/** The most that a process has had in memory, MiB; 0 where it is gone. */
function residentMib({ pid }: ChildProcess): number {
  try {
    const kib = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(kib ?? 0) / 1024);
  } catch {
    return 0;
  }
}
