/**
 * How long a scan stands still when its broker dies: kill -9, start again at once, until the first new result.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/recovery.js [--broker rabbitmq] [--times 5] [--clients 4]
 *
 * Starts a broker of its own (tests/support). One server and several clients whose fits cost nothing, each with a
 * connection of its own, work on tasks without an end. For every crash: how long the broker took to answer again, and how
 * much longer until a result came, and until every client had fitted something. Nothing may be missing at the end.
 */
import { parseArgs } from 'node:util';
import { openClientEnd, openServerEnd } from '../src/broker/remote.js';
import { queuesOf } from '../src/broker/remote-types.js';
import type { ClientEnd, TaskOutcome } from '../src/broker/types.js';
import type { RecoTask } from '../src/reco/index.js';
import { pulsarMissing, startPulsar } from '../tests/support/pulsar.js';
import { rabbitmqMissing, startRabbitmq } from '../tests/support/rabbitmq.js';

/** Tasks out at a time, between crashes. */
const BATCH = 200;

const { values } = parseArgs({
  options: {
    broker: { type: 'string', default: 'rabbitmq' },
    times: { type: 'string', default: '5' },
    clients: { type: 'string', default: '4' },
  },
});
const kind = values.broker === 'pulsar' ? 'pulsar' : 'rabbitmq';
const missing = kind === 'pulsar' ? pulsarMissing() : rabbitmqMissing();
if (missing !== null) throw new Error(`${kind} ${missing}`);
const broker = kind === 'pulsar' ? await startPulsar() : await startRabbitmq();
const queues = queuesOf('recovery', broker.address);
const server = await openServerEnd(kind, {
  ...queues,
  context: { scanId: 'recovery', recoAlgo: 'dummy', formatVersion: '' },
});
const lastFitMs = new Map<ClientEnd, number>();
for (let i = 0; i < Number(values.clients); i++) {
  const client = await openClientEnd(kind, queues);
  lastFitMs.set(client, 0);
  void work(client);
}

let [sent, lastResultMs] = [0, 0];
let isEnding = false;
const answered = new Set<number>();
const sending = sendForEver();
const receiving = receive();
await pause(3000);
const rows: { readonly upS: number; readonly firstS: number; readonly allS: number }[] = [];
for (let i = 0; i < Number(values.times); i++) {
  const killedMs = performance.now();
  await broker.kill();
  await broker.start();
  const upMs = performance.now();
  while (lastResultMs < killedMs + 500) await pause(5);
  const firstMs = performance.now();
  while ([...lastFitMs.values()].some((ms) => ms < killedMs + 500)) await pause(5);
  const seconds = (from: number, to: number): number => Math.round(Math.max(0, to - from) / 10) / 100;
  const row = {
    upS: seconds(killedMs, upMs),
    firstS: seconds(upMs, firstMs),
    allS: seconds(upMs, performance.now()),
  };
  rows.push(row);
  console.log(
    `crash ${i + 1}: broker back after ${row.upS} s, a result ${row.firstS} s later, all clients ${row.allS} s later`,
  );
  await pause(3000);
}
isEnding = true;
await sending;
await receiving;
const worst = Math.max(...rows.map(({ allS }) => allS));
console.log(
  `${kind}: ${sent} tasks, ${answered.size} answered; all clients at work again ${worst} s after the broker, at most`,
);
await server.close();
await Promise.all([...lastFitMs.keys()].map((client) => client.close()));
await broker.dispose();

async function sendForEver(): Promise<void> {
  while (!isEnding) {
    if (sent - answered.size >= BATCH) {
      await pause(2);
      continue;
    }
    await server.send(Array.from({ length: BATCH / 4 }, () => taskOf(sent++)));
  }
}

async function receive(): Promise<void> {
  for await (const { pixel } of server.outcomes()) {
    lastResultMs = performance.now();
    answered.add(pixel);
    if (isEnding && answered.size === sent) return;
  }
}

async function work(client: ClientEnd): Promise<void> {
  for await (const { task, finish } of client.deliveries(10)) {
    lastFitMs.set(client, performance.now());
    void finish(answerTo(task));
  }
}

function taskOf(pixel: number): RecoTask {
  const seeds = [{ x: 1, y: 2, z: 3, timeNs: 4, energyGev: Number.NaN }];
  return { nside: 4096, pixel, zenith: 1, azimuth: 1, variations: [{ variation: 0, seeds }] };
}

function answerTo({ nside, pixel }: RecoTask): TaskOutcome {
  const fit = { llh: pixel, x: 1, y: 2, z: 3, timeNs: 4, eInGev: 5, eTotGev: 6, energyGev: 7 };
  return { status: 'done', nside, pixel, runtimeS: 0, results: [{ nside, pixel, variation: 0, ...fit }] };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
