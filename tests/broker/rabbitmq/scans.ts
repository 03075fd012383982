/** Scans in small for tests at a real RabbitMQ: tasks, answers, ends that close themselves when a test is over. */
import { execFile } from 'node:child_process';
import { Connection } from 'rabbitmq-client';
import { onTestFinished } from 'vitest';
import type { TaskOutcome } from '../../../src/broker/index.js';
import { openRabbitClient, openRabbitServer } from '../../../src/broker/rabbitmq/index.js';
import {
  type BrokerEvents,
  queuesOf,
  type RemoteClientEnd,
  type RemoteClientOptions,
  type RemoteServerEnd,
  type RemoteServerOptions,
} from '../../../src/broker/remote-types.js';
import type { RecoTask } from '../../../src/reco/index.js';
import { event } from '../wire/samples.js';
/** What an end has told so far, by name. */
export type Heard = { [K in keyof BrokerEvents]: BrokerEvents[K][] };

/** A scan of its own name at one broker. */
export interface SmallScan {
  readonly scanId: string;
  readonly queues: ReturnType<typeof queuesOf>;
  server(options?: Partial<RemoteServerOptions>): Promise<RemoteServerEnd & { readonly heard: Heard }>;
  client(options?: Partial<RemoteClientOptions>): Promise<RemoteClientEnd & { readonly heard: Heard }>;
}

let scans = 0;

export function smallScan(address: string): SmallScan {
  const scanId = `scan-${process.pid}-${scans++}`;
  const queues = queuesOf(scanId, address);
  return {
    scanId,
    queues,
    async server(options = {}) {
      const heard = hearing();
      const context = { scanId, recoAlgo: 'dummy', formatVersion: '2021a', event };
      const server = await openRabbitServer({ ...queues, context, listen: heard.listen, ...options });
      onTestFinished(() => server.close());
      return { ...server, heard: heard.heard };
    },
    async client(options = {}) {
      const heard = hearing();
      const client = await openRabbitClient({ ...queues, scanId, listen: heard.listen, ...options });
      onTestFinished(() => client.close());
      return { ...client, heard: heard.heard };
    },
  };
}

function hearing() {
  const heard: Heard = {
    'broker:waiting': [],
    'broker:connected': [],
    'broker:lost': [],
    'broker:blocked': [],
    'broker:unblocked': [],
    'broker:queues': [],
    'message:dropped': [],
    'task:sent-again': [],
  };
  const listen = <K extends keyof BrokerEvents>(name: K, payload: BrokerEvents[K]): void => {
    (heard[name] as BrokerEvents[K][]).push(payload);
  };
  return { heard, listen };
}

/** Tasks of the pixels `from` to `to` at nside 64, with two variations. */
export function tasks(to: number, from = 0): RecoTask[] {
  const seed = { x: -122.81339799171094, y: 0, z: 1e-300, timeNs: 1 / 3, energyGev: Number.NaN };
  return Array.from({ length: to - from }, (_, i) => ({
    nside: 64,
    pixel: from + i,
    zenith: (from + i) / 30_000,
    azimuth: 0.1 + 0.2,
    variations: [
      { variation: 0, seeds: [seed] },
      { variation: 1, seeds: [seed, { ...seed, energyGev: 1e5 }] },
    ],
  }));
}

export function answer({ nside, pixel, variations }: RecoTask): TaskOutcome {
  const fit = { x: 1 / 7, y: -2, z: 500, timeNs: 9876.5, eInGev: Number.NaN, eTotGev: 1e-7, energyGev: 2 };
  const results = variations.map(({ variation }) => ({ nside, pixel, variation, llh: pixel / 3 + variation, ...fit }));
  return { nside, pixel, runtimeS: 0.125, status: 'done', results };
}

/** Answers everything that comes. Resolves to the number of answers when the client's deliveries are over. */
export async function echo(client: RemoteClientEnd, prefetch: number): Promise<number> {
  const finishing: Promise<void>[] = [];
  for await (const delivery of client.deliveries(prefetch)) finishing.push(delivery.finish(answer(delivery.task)));
  await Promise.all(finishing);
  return finishing.length;
}

/** Outcomes by pixel and variation, each as often as it came, until `count` different ones are there. */
export async function collect(server: RemoteServerEnd, count: number): Promise<Map<string, TaskOutcome[]>> {
  const found = new Map<string, TaskOutcome[]>();
  for await (const outcome of server.outcomes()) {
    const variations =
      outcome.status === 'done' ? outcome.results.map(({ variation }) => variation) : outcome.variations;
    const key = `${outcome.pixel}:${variations.join()}`;
    found.set(key, [...(found.get(key) ?? []), outcome]);
    if (found.size === count) break;
  }
  return found;
}

/** A connection without any manners, for what foreigners and operators do. Closed when the test is over. */
export async function stranger(address: string): Promise<Connection> {
  const connection = new Connection(address.replace('://', '://guest:guest@'));
  connection.on('error', () => undefined);
  onTestFinished(() => connection.unsafeDestroy());
  await connection.onConnect();
  return connection;
}

/** Runs a Python program beside us; resolves to what it prints. */
export function pythonBeside(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('/usr/bin/python3', ['-W', 'ignore', '-c', program, ...args], { timeout: 50_000 }, (error, out, err) => {
      if (error !== null) reject(new Error(err === '' ? error.message : err));
      else resolve(out);
    });
  });
}
