/** Scans of artificial landscapes through the embedded broker, with crews of workers of any number and temper. */
import { type Delivery, embeddedBroker, type ServerEnd, type TaskOutcome } from '../../src/broker/index.js';
import type { RecoResult, RecoTask } from '../../src/reco/index.js';
import {
  type Journal,
  listenTo,
  type Progression,
  runScan,
  type ScanDeps,
  type ScanEvents,
  type ScanListener,
  type ScanOutcome,
  type ScanSetup,
  tellAll,
} from '../../src/scan/index.js';
import { type LandscapeRecipe, landscapeLlh } from './landscape.js';

/** Who answers: `count` workers at once; with a seed in a random order that the seed decides. */
export interface Workers {
  readonly count: number;
  readonly seed?: number;
}

export interface LandscapeScan {
  readonly landscape: LandscapeRecipe;
  readonly progression: Progression;
  readonly threshold?: number;
  readonly variations?: number;
  readonly taskUnit?: 'variation' | 'pixel';
  readonly workers?: Workers;
  readonly journal?: Journal | null;
  readonly setup?: Partial<ScanSetup>;
  /** The setup, if not made from the rest. */
  readonly whole?: ScanSetup;
  readonly signal?: AbortSignal;
  readonly listen?: ScanListener;
  readonly deps?: Partial<ScanDeps>;
  /** What a worker makes of a task, if not the landscape's answer. */
  readonly answer?: (task: RecoTask) => TaskOutcome;
  /** What the broker makes of an outcome on its way: duplicates, strangers and the like. */
  readonly disturb?: (outcome: TaskOutcome) => readonly TaskOutcome[];
}

export interface SeenScan {
  readonly outcome: ScanOutcome;
  readonly rounds: readonly ScanEvents['round:chosen'][];
  readonly thresholds: readonly [number, number, boolean][];
  readonly minimum: ScanEvents['round:chosen']['minimum'];
}

/** A random number generator good enough to shuffle with. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

export function landscapeSetup(scan: Omit<LandscapeScan, 'landscape'>): ScanSetup {
  const variations = Array.from({ length: scan.variations ?? 1 }, (_, i) => [i, 0, 0] as const);
  return {
    metadata: { runId: 123, eventId: 456, eventType: 'test', mjd: 59000, isRealEvent: false },
    reco: {
      name: 'landscape',
      variations,
      rotatesVertex: false,
      refinesTime: false,
      addsFallbackSeed: false,
      taskUnit: scan.taskUnit ?? 'variation',
    },
    pointing: null,
    seedVertex: { x: 0, y: 0, z: 0, timeNs: 0 },
    hlcTimes: null,
    progression: scan.progression,
    threshold: scan.threshold ?? 1,
    order: 'ascending',
    ...scan.setup,
  };
}

/** The landscape's answer to a task. The fitted vertex shows where the fit was started from. */
export function answerOf(landscape: LandscapeRecipe, task: RecoTask): TaskOutcome {
  const results = task.variations.map(({ variation, seeds }): RecoResult => {
    const [seed] = seeds;
    return {
      nside: task.nside,
      pixel: task.pixel,
      variation,
      llh: landscapeLlh(landscape, task.nside, task.pixel, variation),
      x: seed!.x + 1,
      y: seed!.y / 2 + task.nside,
      z: seed!.z + task.pixel / 8,
      timeNs: seed!.timeNs + variation,
      eInGev: seeds.length,
      eTotGev: Number.NaN,
      energyGev: 1000 + variation,
    };
  });
  return { nside: task.nside, pixel: task.pixel, runtimeS: 1, status: 'done', results };
}

export async function scanLandscape(scan: LandscapeScan): Promise<SeenScan> {
  const broker = embeddedBroker();
  const rounds: ScanEvents['round:chosen'][] = [];
  const thresholds: [number, number, boolean][] = [];
  const watch = listenTo({
    'round:chosen': (round) => rounds.push(round),
    'threshold:reached': ({ collected, nside, allCollected }) => thresholds.push([collected, nside, allCollected]),
  });
  const crew = work(broker, scan);
  const outcome = await runScan(scan.whole ?? landscapeSetup(scan), {
    server: scan.disturb === undefined ? broker.server : disturbed(broker.server, scan.disturb),
    journal: scan.journal ?? null,
    listen: scan.listen === undefined ? watch : tellAll(watch, scan.listen),
    ...(scan.signal === undefined ? {} : { signal: scan.signal }),
    ...scan.deps,
  });
  await crew;
  return { outcome, rounds, thresholds, minimum: rounds.at(-1)?.minimum ?? null };
}

function disturbed(server: ServerEnd, disturb: (outcome: TaskOutcome) => readonly TaskOutcome[]): ServerEnd {
  return {
    ...server,
    async *outcomes() {
      for await (const outcome of server.outcomes()) yield* disturb(outcome);
    },
  };
}

/** All workers as one client that holds as many tasks as there are workers and finishes a random one of them. */
async function work(broker: ReturnType<typeof embeddedBroker>, scan: LandscapeScan): Promise<void> {
  const { count, seed } = scan.workers ?? { count: 1 };
  const random = seed === undefined ? () => 0 : randomFrom(seed);
  const answer = scan.answer ?? ((task: RecoTask) => answerOf(scan.landscape, task));
  const client = broker.client();
  const held: Delivery[] = [];
  async function finishOne(): Promise<void> {
    const [delivery] = held.splice(Math.floor(random() * held.length), 1);
    await delivery!.finish(answer(delivery!.task));
  }
  const deliveries = client.deliveries(count)[Symbol.asyncIterator]();
  let next = deliveries.next();
  for (;;) {
    // Take what there is, up to the crew's size; then one of them finishes.
    const idle = new Promise<'idle'>((resolve) => setImmediate(resolve, 'idle'));
    const got = held.length < count ? await (held.length === 0 ? next : Promise.race([next, idle])) : 'idle';
    if (got === 'idle') await finishOne();
    else if (got.done) break;
    else {
      held.push(got.value);
      next = deliveries.next();
    }
  }
  await client.close();
}
