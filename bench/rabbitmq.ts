/**
 * Cost of a scan's server through a real RabbitMQ, with fits that cost nothing: results a second, CPU seconds a thousand
 * results, memory. Beside it upstream's figures, which were measured with the same kind of client.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/rabbitmq.js [--results 2e4,2e5] [--clients 1] [--rounds 2] [--ways 'MQClient form']
 *         [--address amqp://...]
 *
 * Starts a RabbitMQ of its own (Debian's, tests/support/rabbitmq.ts) unless an address is given. Server and clients are
 * processes of their own; the server runs `runScan` with a journal that encodes every entry and drops it. Three ways:
 * one message a pixel with seven variations (our own form), one a variation, one a variation in upstream's form. Of
 * several rounds the one that took the server least CPU counts: other programs use this machine, too.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { openClientEnd, openServerEnd } from '../src/broker/remote.js';
import { queuesOf } from '../src/broker/remote-types.js';
import type { TaskOutcome } from '../src/broker/types.js';
import type { WireForm } from '../src/broker/wire/index.js';
import type { RecoTask } from '../src/reco/index.js';
import {
  encodeJournalEntry,
  listenTo,
  parseProgression,
  runScan,
  type ScanSetup,
  type ScanView,
} from '../src/scan/index.js';

/** CPU seconds of upstream's server for a thousand messages (specs: upstream-baseline.md sections 1 and 3). */
const UPSTREAM = [
  { about: 'upstream, 22,400 messages through RabbitMQ', messages: 22_400, perThousandS: 1.12, resultsPerS: 400 },
  // Its own model: 0.75 ms a message and 0.05 us for every pair of messages of one nside.
  {
    about: 'upstream by its model, 200,000 messages',
    messages: 2e5,
    perThousandS: 0.75 + 0.05e-3 * 2e5,
    resultsPerS: null,
  },
] as const;

const VARIATIONS = 7;
const WAYS = {
  'a message a pixel': { taskUnit: 'pixel', form: 'json' },
  'a message a variation': { taskUnit: 'variation', form: 'json' },
  'MQClient form': { taskUnit: 'variation', form: 'mqclient' },
} as const;
type Way = keyof typeof WAYS;

interface Run {
  readonly way: Way;
  readonly results: number;
  readonly address: string;
  readonly scanId: string;
}

interface Measured {
  readonly results: number;
  readonly messages: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMiB: number;
  readonly pixels: number;
  /** Heap kept at the end, after a collection of garbage: statistics of the reports and loaded code included. */
  readonly keptBytes: number;
}

/** Near the default progression for 2e4 results; else a whole sky and part of the next nside. */
function progressionOf(results: number): readonly string[] {
  if (results <= 2.5e4) return ['8:0', '64:12', '512:24'];
  const pixels = results / VARIATIONS;
  let nside = 8;
  while (12 * (2 * nside) ** 2 <= pixels) nside *= 2;
  return [`${nside}:0`, `${2 * nside}:${Math.round((pixels - 12 * nside * nside) / 4)}`];
}

function setupOf({ way, results }: Run): ScanSetup {
  return {
    metadata: { runId: 1, eventId: 1, eventType: null, mjd: 59000, isRealEvent: false },
    reco: {
      name: 'bench',
      variations: Array.from({ length: VARIATIONS }, (_, i) => [i, 0, -i] as const),
      rotatesVertex: false,
      refinesTime: false,
      addsFallbackSeed: false,
      taskUnit: WAYS[way].taskUnit,
    },
    pointing: null,
    seedVertex: { x: 22.11, y: 509.5, z: 199.66206, timeNs: 31640.0697 },
    hlcTimes: null,
    progression: parseProgression(progressionOf(results)),
    threshold: 1,
  };
}

/** A smooth landscape with one minimum, in the middle of nowhere. */
function answer({ nside, pixel, zenith, azimuth, variations }: RecoTask): TaskOutcome {
  const cosine = Math.cos(zenith) * Math.cos(1.1) + Math.sin(zenith) * Math.sin(1.1) * Math.cos(azimuth - 2.2);
  const none = { eInGev: Number.NaN, eTotGev: Number.NaN, energyGev: Number.NaN };
  const results = variations.map(({ variation, seeds: [seed] }) => {
    const { x, y, z, timeNs } = seed!;
    return { nside, pixel, variation, llh: 1000 * (2 - cosine) + variation / 7, x, y, z, timeNs, ...none };
  });
  return { nside, pixel, runtimeS: 0.01, status: 'done', results };
}

function heapBytes(): number {
  global.gc?.();
  global.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** In a process of its own: one scan. */
async function serve(run: Run): Promise<Measured> {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const time = { year: 2022, tenthNs: 123828921853524946n };
  const server = await openServerEnd('rabbitmq', {
    ...queuesOf(run.scanId, run.address),
    form: WAYS[run.way].form satisfies WireForm,
    context: {
      scanId: run.scanId,
      recoAlgo: 'bench',
      formatVersion: '2021a',
      event: { runId: 1, subRunId: 0, eventId: 1, state: 20, start: time, end: time },
    },
  });
  process.send?.({ ready: true });
  // Looking at the heap is work of the measurement.
  const beforeLook = process.cpuUsage();
  const heapBefore = heapBytes();
  const look = process.cpuUsage(beforeLook);
  let view: ScanView | null = null;
  let messages = 0;
  let journalBytes = 0;
  const { statistics } = await runScan(setupOf(run), {
    server: {
      ...server,
      send: (tasks) => {
        messages += tasks.length;
        return server.send(tasks);
      },
    },
    journal: {
      replay: async () => [],
      append: (outcome) => {
        journalBytes += encodeJournalEntry(outcome).length;
      },
    },
    listen: listenTo({
      'scan:started': (started) => {
        view = started.view;
      },
    }),
  });
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  if (journalBytes === 0) throw new Error('no outcome was journaled');
  const keptBytes = heapBytes() - heapBefore;
  // Asked for after the heap was measured, so that the state was still there.
  const pixels = (view as ScanView | null)!.partialResult().maps.reduce((sum, { pixel }) => sum + pixel.length, 0);
  return {
    results: statistics.recos,
    messages,
    seconds,
    cpuSeconds: (user + system - look.user - look.system) / 1e6,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    pixels,
    keptBytes,
  };
}

/** In a process of its own: answers at once until the scan is over. */
async function work({ address, scanId }: Run): Promise<void> {
  const client = await openClientEnd('rabbitmq', queuesOf(scanId, address));
  for await (const delivery of client.deliveries(400)) void delivery.finish(answer(delivery.task));
  await client.close();
}

function start(
  role: 'server' | 'client',
  run: Run,
): { child: ChildProcess; ready: Promise<void>; told: Promise<Measured> } {
  const child = fork(process.argv[1]!, [role, JSON.stringify(run)], { execArgv: ['--expose-gc'] });
  let isReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const told = new Promise<Measured>((resolve, reject) => {
    child.on('message', (message) => {
      if (typeof message === 'object' && 'ready' in message) isReady();
      else resolve(message as unknown as Measured);
    });
    child.once('exit', (code) => reject(new Error(`the ${role} ended with ${code}`)));
  });
  told.catch(() => undefined);
  return { child, ready, told };
}

async function measure(run: Run, clients: number): Promise<Measured> {
  const server = start('server', run);
  await Promise.race([server.ready, server.told]);
  const workers = Array.from({ length: clients }, () => start('client', run));
  try {
    return await server.told;
  } finally {
    for (const { child } of workers) child.kill('SIGKILL');
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      results: { type: 'string', default: '2e4' },
      clients: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '2' },
      ways: { type: 'string', default: Object.keys(WAYS).join() },
      address: { type: 'string' },
    },
  });
  const numbers = (text: string): number[] => text.split(',').map(Number);
  let broker: { readonly address: string; dispose(): Promise<void> } | null = null;
  if (values.address === undefined) {
    const { startRabbitmq } = await import('../tests/support/rabbitmq.js');
    broker = await startRabbitmq();
  }
  const address = values.address ?? broker!.address;
  try {
    console.log(
      'way                    clients  results  messages  results/s  s CPU/1000 results  peak MiB  bytes/further pixel  load',
    );
    let scans = 0;
    const smaller = new Map<string, Measured>();
    for (const size of numbers(values.results)) {
      for (const clients of numbers(values.clients)) {
        for (const way of values.ways.split(',') as Way[]) {
          let least: Measured | null = null;
          for (let round = 0; round < Number(values.rounds); round++) {
            const scanId = `bench-${process.pid}-${scans++}`;
            const measured = await measure({ way, results: size, address, scanId }, clients);
            if (least === null || measured.cpuSeconds < least.cpuSeconds) least = measured;
          }
          const { results, messages, seconds, cpuSeconds, peakRssMiB, pixels, keptBytes } = least!;
          const before = smaller.get(`${way} ${clients}`);
          smaller.set(`${way} ${clients}`, least!);
          const bytesPerPixel = before === undefined ? null : (keptBytes - before.keptBytes) / (pixels - before.pixels);
          const columns = [
            way.padEnd(22),
            String(clients).padStart(7),
            String(results).padStart(8),
            String(messages).padStart(9),
            (results / seconds).toFixed(0).padStart(10),
            ((1000 * cpuSeconds) / results).toFixed(4).padStart(19),
            peakRssMiB.toFixed(0).padStart(9),
            (bytesPerPixel?.toFixed(0) ?? '-').padStart(19),
            loadavg()[0]!.toFixed(1).padStart(5),
          ];
          console.log(columns.join(' '));
        }
      }
    }
    for (const { about, perThousandS, resultsPerS } of UPSTREAM) {
      console.log(
        `${about}: ${perThousandS.toFixed(2)} s CPU/1000 results${resultsPerS === null ? '' : `, ${resultsPerS} results/s`}`,
      );
    }
  } finally {
    await broker?.dispose();
  }
}

const [role, text] = process.argv.slice(2);
if (role === 'server') {
  process.send!(await serve(JSON.parse(text!) as Run));
  process.disconnect();
} else if (role === 'client') {
  await work(JSON.parse(text!) as Run);
  process.disconnect();
} else await main();
