/**
 * How long workers have nothing to do, at the boundaries of rounds above all: a real RabbitMQ, the server's engine, and
 * clients as `client` makes them (one worker each), whose fits only wait. Fits last between half and three halves of
 * their mean, one in twenty three times as long, by a hash of the pixel: every run has the same ones.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/rounds.js [--clients 16] [--fit 0.6] [--thresholds 1,0.5] [--nsides '8:0 32:12 128:24']
 *
 * Idle is what is left of all workers' time between the first task and the last result when their fits are taken away.
 */
import { parseArgs } from 'node:util';
import { openClientEnd, openServerEnd } from '../src/broker/remote.js';
import { queuesOf } from '../src/broker/remote-types.js';
import { type Fitter, fitterPool, startClient } from '../src/client/index.js';
import { carefulEnd } from '../src/node/careful-end.js';
import type { RecoResult, RecoTask } from '../src/reco/index.js';
import { listenTo, parseProgression, runScan } from '../src/scan/index.js';
import { startRabbitmq } from '../tests/support/rabbitmq.js';

interface Round {
  readonly threshold: number;
  readonly clients: number;
  readonly fitS: number;
  readonly nsides: readonly string[];
  readonly address: string;
}

/** Uniform in [0, 1), the same for a pixel each time. */
function chance({ nside, pixel }: RecoTask): number {
  let h = Math.imul(nside, 73_856_093) ^ Math.imul(pixel, 19_349_663);
  h = Math.imul(h ^ (h >>> 15), 2_246_822_519);
  h = Math.imul(h ^ (h >>> 13), 3_266_489_917);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

function fitSeconds(task: RecoTask, meanS: number): number {
  const u = chance(task);
  return meanS * (u < 0.05 ? 3 : 0.5 + u);
}

/** Two minima, so that the best pixel moves between rounds. */
function fitOf({ nside, pixel, zenith, azimuth, variations }: RecoTask): RecoResult[] {
  const bowl = (z: number, a: number): number =>
    1 - (Math.cos(zenith) * Math.cos(z) + Math.sin(zenith) * Math.sin(z) * Math.cos(azimuth - a));
  const llh = Math.min(900 * bowl(1.1, 2.2), 800 * bowl(1.16, 2.3) + 0.4);
  const rest = { eInGev: Number.NaN, eTotGev: Number.NaN, energyGev: Number.NaN };
  return variations.map(({ variation, seeds: [seed] }) => {
    const { x, y, z, timeNs } = seed!;
    return { nside, pixel, variation, llh, x, y, z, timeNs, ...rest };
  });
}

async function measure({ threshold, clients, fitS, nsides, address }: Round): Promise<void> {
  const scanId = `rounds-${process.pid}-${threshold}`;
  const busy = { s: 0, firstMs: Number.POSITIVE_INFINITY, lastMs: 0 };
  const waiting = (): Fitter => ({
    ready: Promise.resolve(),
    fit: async (task) => {
      const seconds = fitSeconds(task, fitS);
      busy.firstMs = Math.min(busy.firstMs, performance.now());
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      busy.s += seconds;
      busy.lastMs = performance.now();
      return fitOf(task);
    },
    kill: async () => undefined,
  });
  const server = await openServerEnd('rabbitmq', {
    ...queuesOf(scanId, address),
    context: { scanId, recoAlgo: 'bench', formatVersion: '' },
  });
  const crew = await Promise.all(
    Array.from({ length: clients }, async () => {
      const remote = await openClientEnd('rabbitmq', queuesOf(scanId, address));
      const end = carefulEnd(remote, { quarantineS: 0, hopelessAfter: 4, workers: 1 });
      return startClient({
        end,
        runner: fitterPool({ slots: 1, startFitter: waiting }),
        prefetch: 4,
        hopelessAfter: Number.POSITIVE_INFINITY,
      });
    }),
  );
  let rounds = 0;
  const { statistics } = await runScan(
    {
      metadata: { runId: 1, eventId: 1, eventType: null, mjd: 59000, isRealEvent: false },
      reco: {
        name: 'bench',
        variations: [[0, 0, 0]],
        rotatesVertex: false,
        refinesTime: false,
        addsFallbackSeed: false,
        taskUnit: 'pixel',
      },
      pointing: null,
      seedVertex: { x: 0, y: 0, z: 0, timeNs: 10_000 },
      hlcTimes: null,
      progression: parseProgression(nsides),
      threshold,
    },
    {
      server,
      journal: null,
      listen: listenTo({
        'round:chosen': ({ sent }) => {
          if (sent.length > 0) rounds++;
        },
      }),
    },
  );
  await Promise.all(crew.map((client) => client.stop()));
  const wallS = (busy.lastMs - busy.firstMs) / 1000;
  const idleS = wallS - busy.s / clients;
  console.log(
    [
      String(threshold).padStart(9),
      String(clients).padStart(8),
      fitS.toFixed(2).padStart(8),
      String(statistics.recos).padStart(7),
      String(rounds).padStart(7),
      wallS.toFixed(1).padStart(8),
      `${((100 * idleS) / wallS).toFixed(1)} %`.padStart(8),
      (idleS / fitS).toFixed(1).padStart(12),
    ].join(' '),
  );
}

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '16' },
    fit: { type: 'string', default: '0.6' },
    thresholds: { type: 'string', default: '1,0.5' },
    nsides: { type: 'string', default: '8:0 32:12 128:24' },
  },
});
const broker = await startRabbitmq();
try {
  console.log('threshold  clients  fit s  pixels  rounds   wall s     idle  idle in fits');
  for (const threshold of values.thresholds.split(',').map(Number)) {
    const nsides = values.nsides.split(' ');
    const { address } = broker;
    await measure({ threshold, clients: Number(values.clients), fitS: Number(values.fit), nsides, address });
  }
} finally {
  await broker.dispose();
}
