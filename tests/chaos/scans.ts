/**
 * Scans of an artificial landscape over a real broker, with everything that stands around them in this process: a server,
 * clients that come and go, a proxy before each. What is done to them is drawn from a seed. Every scan must end with the
 * bytes and the counts of the one that nothing happened to.
 */
import { expect, onTestFinished } from 'vitest';
import type { ServerEnd } from '../../src/broker/index.js';
import { type BrokerClient, openClientEnd, openServerEnd } from '../../src/broker/remote.js';
import { queuesOf, type RemoteClientOptions, type RemoteServerOptions } from '../../src/broker/remote-types.js';
import { RunnerClosed, startClient, type TaskRunner } from '../../src/client/index.js';
import { writeNpz } from '../../src/result/index.js';
import { parseProgression, runScan, type ScanOutcome } from '../../src/scan/index.js';
import { event } from '../broker/wire/samples.js';
import type { LandscapeRecipe } from '../scan/landscape.js';
import { answerOf, landscapeSetup, randomFrom, scanLandscape } from '../scan/scan-landscape.js';
import { type NetProxy, openProxy } from '../support/proxy.js';

/** `npm run test:chaos` sets it: more seeds, longer storms. */
export const IS_LONG: boolean = process.env.CHAOS === 'long';
/** Seeds of the cases that draw what happens. */
export const SEEDS: readonly number[] = process.env.CHAOS_SEED
  ? [Number(process.env.CHAOS_SEED)]
  : IS_LONG
    ? [1, 2, 3, 4, 5, 6, 7, 8]
    : [1];

const LANDSCAPE: LandscapeRecipe = {
  base: 5000,
  bowls: [
    { ra: 40, dec: 20, depth: 300, k: 20 },
    { ra: 200, dec: -50, depth: 200, k: 8 },
  ],
  rugged: { amp: 5, seed: 1 },
  posvar_spread: { amp: 3, seed: 2 },
};
const WHAT = {
  landscape: LANDSCAPE,
  progression: parseProgression(['2:0', '4:24', '8:24']),
  variations: 3,
  taskUnit: 'pixel',
} as const;

/** How long a fit takes, ms, at most; drawn for each. */
const FIT_MS = 60;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Random numbers of one case. */
export interface Dice {
  /** In [0, 1). */
  (): number;
  below(count: number): number;
  pick<T>(items: readonly T[]): T;
}

export function dice(seed: number): Dice {
  const random = randomFrom(seed * 7919 + 17);
  random();
  const below = (count: number): number => Math.floor(random() * count);
  return Object.assign(() => random(), { below, pick: <T>(items: readonly T[]): T => items[below(items.length)]! });
}

/** A running scan with its surroundings. */
export interface ChaosScan {
  readonly queues: ReturnType<typeof queuesOf>;
  readonly scanId: string;
  /** Between the server and the broker. */
  readonly serverProxy: NetProxy;
  /** Results that have been collected so far. */
  readonly collected: () => number;
  readonly isOver: () => boolean;
  /** A further client, behind a proxy of its own. */
  client(options?: { readonly slots?: number } & Partial<RemoteClientOptions>): Promise<ChaosClient>;
  /** Resolves to what came out; ends the clients. */
  readonly outcome: Promise<ScanOutcome>;
}

export interface ChaosClient {
  readonly proxy: NetProxy;
  /** As SIGTERM: its tasks go back. */
  stop(): Promise<void>;
  /** As kill -9: its connection is gone and nothing goes back. */
  vanish(): void;
}

/** A broker on a port of this machine. */
export interface ChaosBroker {
  readonly kind: BrokerClient;
  readonly port: number;
  /** Password or token. */
  readonly auth?: string;
  address(port: number): string;
}

let scans = 0;

export async function startScan(
  broker: ChaosBroker,
  random: Dice,
  options: Partial<RemoteServerOptions> = {},
): Promise<ChaosScan> {
  const scanId = `chaos-${process.pid}-${scans++}`;
  const serverProxy = await openProxy(broker.port);
  const queues = queuesOf(scanId, broker.address(broker.port), broker.auth);
  const server: ServerEnd = await openServerEnd(broker.kind, {
    ...queuesOf(scanId, broker.address(serverProxy.port), broker.auth),
    context: { scanId, recoAlgo: 'landscape', formatVersion: '2021a', event },
    heartbeatS: 2,
    lostAfterS: 20,
    ...options,
  });
  let collected = 0;
  let isOver = false;
  const clients = new Set<ChaosClient>();
  const leaving: Promise<void>[] = [];
  // Upstream's form takes pixels apart.
  const taskUnit = options.form === 'mqclient' ? 'variation' : WHAT.taskUnit;
  const outcome = runScan(landscapeSetup({ ...WHAT, taskUnit }), {
    server,
    journal: null,
    listen: (name) => {
      if (name === 'task:done') collected++;
    },
    silenceLimitS: 60,
  }).finally(async () => {
    isOver = true;
    await Promise.all([...leaving, ...[...clients].map((client) => client.stop())]);
    await serverProxy.close();
  });
  outcome.catch(() => undefined);
  // A test that fails must not leave its scan behind.
  onTestFinished(async () => {
    await server.close();
    await outcome.catch(() => undefined);
  });
  return {
    queues,
    scanId,
    serverProxy,
    collected: () => collected,
    isOver: () => isOver,
    outcome,
    async client({ slots = 2, ...more } = {}) {
      const proxy = await openProxy(broker.port);
      const end = await openClientEnd(broker.kind, {
        ...queuesOf(scanId, broker.address(proxy.port), broker.auth),
        scanId,
        heartbeatS: 2,
        queueGoneS: 5,
        ...more,
      });
      const client = startClient({ end, runner: runnerOf(slots, random) });
      const leave = async (): Promise<void> => {
        clients.delete(me);
        await client.stop();
        await end.close();
        await proxy.close();
      };
      const me: ChaosClient = {
        proxy,
        stop: leave,
        vanish() {
          proxy.set('refuse');
          proxy.cut();
          leaving.push(leave());
        },
      };
      clients.add(me);
      return me;
    },
  };
}

/** Fits that take their time, as many as there are slots. */
function runnerOf(slots: number, random: Dice): TaskRunner {
  const timers = new Map<ReturnType<typeof setTimeout>, () => void>();
  const queue: (() => void)[] = [];
  let isClosed = false;
  let busy = 0;
  const next = (): void => {
    while (busy < slots && queue.length > 0) {
      busy++;
      queue.shift()!();
    }
  };
  return {
    slots,
    start: async () => undefined,
    run: (task) =>
      new Promise((resolve, reject) => {
        const closed = (): void => reject(new RunnerClosed('closed'));
        if (isClosed) return closed();
        queue.push(() => {
          if (isClosed) return closed();
          const timer = setTimeout(() => {
            timers.delete(timer);
            busy--;
            next();
            const outcome = answerOf(LANDSCAPE, task);
            if (outcome.status === 'done') resolve({ results: outcome.results, runtimeS: 0.01 });
          }, random() * FIT_MS);
          timers.set(timer, closed);
        });
        next();
      }),
    async close() {
      isClosed = true;
      for (const [timer, closed] of timers) {
        clearTimeout(timer);
        closed();
      }
      timers.clear();
      busy = Number.NEGATIVE_INFINITY;
      next();
    },
  };
}

let undisturbed: Promise<{ readonly npz: Uint8Array; readonly recos: number }> | null = null;

/** The end of every case: the same bytes, nothing lost, nothing counted twice. */
export async function expectUndisturbed(scan: ChaosScan): Promise<void> {
  undisturbed ??= scanLandscape({ ...WHAT, workers: { count: 1 } }).then(({ outcome }) => figuresOf(outcome));
  const [expected, found] = [await undisturbed, figuresOf(await scan.outcome)];
  expect(found.recos).toBe(expected.recos);
  expect(Buffer.from(found.npz).equals(Buffer.from(expected.npz)), 'the same bytes').toBe(true);
}

function figuresOf({ state, result, statistics }: ScanOutcome): { npz: Uint8Array; recos: number } {
  expect(state).toBe('done');
  return { npz: writeNpz(result), recos: statistics.recos };
}
