/**
 * What every broker adapter must do: run `brokerConformance` on it. A broker that passes can stand between the scan
 * engine and its clients.
 */
import { describe, expect, it } from 'vitest';
import type { ClientEnd, ServerEnd, TaskOutcome } from '../../src/broker/index.js';
import type { RecoTask } from '../../src/reco/index.js';

/** A fresh, empty broker. */
export interface BrokerUnderTest {
  readonly server: ServerEnd;
  client(): ClientEnd | Promise<ClientEnd>;
  /** Takes away what was set up for the test (queues, connections). */
  dispose?(): Promise<void>;
}

export interface ConformanceOptions {
  /** How long to wait before believing that nothing comes, ms. Default 30; more for brokers across a network. */
  readonly quietMs?: number;
}

/** Registers the suite. `open` is called once per test. */
export function brokerConformance(
  name: string,
  open: () => BrokerUnderTest | Promise<BrokerUnderTest>,
  { quietMs = 30 }: ConformanceOptions = {},
): void {
  const withBroker = (body: (broker: BrokerUnderTest) => Promise<void>) => async (): Promise<void> => {
    const broker = await open();
    try {
      await body(broker);
    } finally {
      await broker.server.close();
      await broker.dispose?.();
    }
  };
  /** Whether a promise stays unsettled for a while. */
  const isQuiet = (promise: Promise<unknown>): Promise<boolean> =>
    Promise.race([promise.then(() => false), new Promise<boolean>((resolve) => setTimeout(resolve, quietMs, true))]);

  describe(`the ${name} broker`, () => {
    it(
      'brings every task to a client and every outcome back, unchanged',
      withBroker(async ({ server, client }) => {
        await server.send(tasks(20));
        const end = await client();
        const seen = await take(end.deliveries(5), 20, (delivery) => delivery.finish(outcomeOf(delivery.task)));
        expect(byPixel(seen.map(({ task }) => task))).toEqual(tasks(20));
        expect(seen.map(({ redelivered }) => redelivered)).toEqual(Array(20).fill(false));
        expect(byPixel(await take(server.outcomes(), 20))).toEqual(tasks(20).map(outcomeOf));
        await end.close();
      }),
    );

    it(
      'keeps tasks until there is a client, and serves clients that were there first',
      withBroker(async ({ server, client }) => {
        const early = await client();
        const waiting = take(early.deliveries(1), 3, (delivery) => delivery.finish(outcomeOf(delivery.task)));
        await server.send(tasks(3));
        await waiting;
        await early.close();
        await server.send(tasks(5, 3));
        const late = await client();
        await take(late.deliveries(1), 2, (delivery) => delivery.finish(outcomeOf(delivery.task)));
        expect(byPixel(await take(server.outcomes(), 5)).map(({ pixel }) => pixel)).toEqual([0, 1, 2, 3, 4]);
        await late.close();
      }),
    );

    it(
      'tells that a task was given up, and why',
      withBroker(async ({ server, client }) => {
        await server.send(tasks(1));
        const end = await client();
        const failed: TaskOutcome = {
          nside: 8,
          pixel: 0,
          runtimeS: 12.5,
          status: 'failed',
          variations: [0, 3],
          reasons: ['too slow', 'exit code 139: \u201csegmentation fault\u201d'],
        };
        await take(end.deliveries(1), 1, (delivery) => delivery.finish(failed));
        expect(await take(server.outcomes(), 1)).toEqual([failed]);
        await end.close();
      }),
    );

    it(
      'lets a client hold as many unfinished tasks as it asked for, and no more',
      withBroker(async ({ server, client }) => {
        await server.send(tasks(6));
        const end = await client();
        const deliveries = end.deliveries(3)[Symbol.asyncIterator]();
        const held = [await deliveries.next(), await deliveries.next(), await deliveries.next()];
        const fourth = deliveries.next();
        expect(await isQuiet(fourth)).toBe(true);
        await held[1]!.value.finish(outcomeOf(held[1]!.value.task));
        expect((await fourth).done).toBe(false);
        const fifth = deliveries.next();
        expect(await isQuiet(fifth)).toBe(true);
        await held[0]!.value.giveBack();
        expect((await fifth).done).toBe(false);
        await end.close();
      }),
    );

    it(
      'takes outcomes in whatever order tasks are finished',
      withBroker(async ({ server, client }) => {
        await server.send(tasks(10));
        const end = await client();
        const held = await take(end.deliveries(10), 10);
        for (const delivery of held.toReversed()) await delivery.finish(outcomeOf(delivery.task));
        const order = held.toReversed().map(({ task }) => task.pixel);
        expect((await take(server.outcomes(), 10)).map(({ pixel }) => pixel)).toEqual(order);
        await end.close();
      }),
    );

    it(
      'delivers a task again that was given back, and says so',
      withBroker(async ({ server, client }) => {
        await server.send(tasks(1));
        const [first, second] = [await client(), await client()];
        const [given] = await take(first.deliveries(1), 1, (delivery) => delivery.giveBack());
        expect(given!.redelivered).toBe(false);
        await first.close();
        const [again] = await take(second.deliveries(1), 1, (delivery) => delivery.finish(outcomeOf(delivery.task)));
        expect(again).toMatchObject({ task: tasks(1)[0], redelivered: true });
        expect(await take(server.outcomes(), 1)).toEqual([outcomeOf(tasks(1)[0]!)]);
        await second.close();
      }),
    );

    it(
      'tells what became of a task before: that it was handed out, and apart from that, that it could not be fitted',
      withBroker(async ({ server, client }) => {
        await server.send(tasks(1));
        const end = await client();
        const deliveries = end.deliveries(1)[Symbol.asyncIterator]();
        const histories = [];
        for (const hasFailed of [false, true, false]) {
          const { value } = await deliveries.next();
          histories.push(value.history);
          await value.giveBack(hasFailed);
        }
        const { value: last } = await deliveries.next();
        histories.push(last.history);
        expect(histories.map(({ handedOut }) => handedOut)).toEqual([0, 1, 2, 3]);
        expect(histories.map(({ failedAt }) => failedAt)).toEqual([0, 0, 1, 1]);
        await last.finish(outcomeOf(last.task));
        expect(await take(server.outcomes(), 1)).toEqual([outcomeOf(tasks(1)[0]!)]);
        await end.close();
      }),
    );

    it(
      'delivers the unfinished tasks of a client that leaves to others: a task is never lost',
      withBroker(async ({ server, client }) => {
        await server.send(tasks(8));
        const leaving = await client();
        const held = await take(leaving.deliveries(4), 4);
        await held[0]!.finish(outcomeOf(held[0]!.task));
        await leaving.close();
        const staying = await client();
        const rest = await take(staying.deliveries(2), 7, (delivery) => delivery.finish(outcomeOf(delivery.task)));
        const lost = new Set(held.slice(1).map(({ task }) => task.pixel));
        for (const { task, redelivered } of rest) {
          // A broker may flag tasks that it had handed over although no one had looked at them, never the other way.
          if (lost.has(task.pixel)) expect(redelivered).toBe(true);
        }
        expect(byPixel(await take(server.outcomes(), 8))).toEqual(tasks(8).map(outcomeOf));
        await staying.close();
      }),
    );

    it(
      'shares the work among many clients, each task for one of them',
      withBroker(async ({ server, client }) => {
        const clients = await Promise.all(Array.from({ length: 7 }, () => client()));
        const working = clients.map(async (end) => {
          for await (const delivery of end.deliveries(2)) await delivery.finish(outcomeOf(delivery.task));
        });
        for (let from = 0; from < 300; from += 100) await server.send(tasks(from + 100, from));
        const outcomes = await take(server.outcomes(), 300);
        expect(byPixel(outcomes)).toEqual(tasks(300).map(outcomeOf));
        await Promise.all(clients.map((end) => end.close()));
        await Promise.all(working);
      }),
    );

    it(
      'counts a task once, whatever its client does with it afterwards',
      withBroker(async ({ server, client }) => {
        await server.send(tasks(2));
        const end = await client();
        const [first, second] = await take(end.deliveries(2), 2);
        await first!.finish(outcomeOf(first!.task));
        await first!.finish(outcomeOf(first!.task));
        await first!.giveBack();
        await second!.giveBack();
        await second!.finish(outcomeOf(second!.task));
        const [again] = await take(end.deliveries(1), 1, (delivery) => delivery.finish(outcomeOf(delivery.task)));
        expect(again!.task).toEqual(second!.task);
        const outcomes = server.outcomes()[Symbol.asyncIterator]();
        const seen = [await outcomes.next(), await outcomes.next()];
        expect(byPixel(seen.map(({ value }) => value))).toEqual(tasks(2).map(outcomeOf));
        expect(await isQuiet(outcomes.next())).toBe(true);
        await end.close();
      }),
    );

    it(
      'ends the iterables of an end that is closed, and closing twice is harmless',
      withBroker(async ({ server, client }) => {
        const end = await client();
        const delivery = end.deliveries(1)[Symbol.asyncIterator]().next();
        await end.close();
        await end.close();
        expect((await delivery).done).toBe(true);
        expect((await end.deliveries(1)[Symbol.asyncIterator]().next()).done).toBe(true);
        const outcome = server.outcomes()[Symbol.asyncIterator]().next();
        expect(await isQuiet(outcome)).toBe(true);
        await server.close();
        await server.close();
        expect((await outcome).done).toBe(true);
      }),
    );
  });
}

/** Tasks of pixels `from` to `to`, with numbers that a careless text form would spoil. */
function tasks(to: number, from = 0): RecoTask[] {
  return Array.from({ length: to - from }, (_, i) => ({
    nside: 8,
    pixel: from + i,
    zenith: (from + i) / 3,
    azimuth: 0.1 + 0.2,
    variations: [
      { variation: 0, seeds: [{ x: -122.81339799171094, y: 1e-300, z: 0, timeNs: 1 / 3, energyGev: Number.NaN }] },
      { variation: 1, seeds: [{ x: 1, y: 2, z: 3, timeNs: 32662.882902315767, energyGev: 1e5 }] },
    ],
  }));
}

function outcomeOf(task: RecoTask): TaskOutcome {
  const fit = { x: 1 / 7, y: -2, z: 500, timeNs: 9876.54321, eInGev: Number.NaN, eTotGev: 1e-7 };
  return {
    nside: task.nside,
    pixel: task.pixel,
    runtimeS: 0.125,
    status: 'done',
    results: task.variations.map(({ variation }) => ({
      nside: task.nside,
      pixel: task.pixel,
      variation,
      llh: variation === 0 ? 1000 + task.pixel / 3 : Number.NaN,
      ...fit,
      energyGev: 2.5e5,
    })),
  };
}

const byPixel = <T extends { readonly pixel: number }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => a.pixel - b.pixel);

/** The next `count` items, each handled before the next is asked for. */
async function take<T>(
  items: AsyncIterable<T>,
  count: number,
  handle: (item: T) => Promise<void> = async () => {},
): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) {
    taken.push(item);
    await handle(item);
    if (taken.length === count) break;
  }
  return taken;
}
