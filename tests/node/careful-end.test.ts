import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Delivery, embeddedBroker, type TaskOutcome } from '../../src/broker/index.js';
import { type CarefulOptions, carefulEnd } from '../../src/node/careful-end.js';
import type { RecoTask } from '../../src/reco/index.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const task = (pixel: number): RecoTask => ({
  nside: 1,
  pixel,
  zenith: 1,
  azimuth: 1,
  variations: [{ variation: 0, seeds: [{ x: 0, y: 0, z: 0, timeNs: 0, energyGev: Number.NaN }] }],
});
const done = ({ nside, pixel }: RecoTask): TaskOutcome => ({ status: 'done', nside, pixel, results: [], runtimeS: 0 });
const failed = ({ nside, pixel }: RecoTask): TaskOutcome => {
  return { status: 'failed', nside, pixel, variations: [0], reasons: ['no light'], runtimeS: 0 };
};

/** A broker with tasks 0 to 5, a careful end, and the outcomes that have arrived. */
async function setUp(options: Partial<CarefulOptions> = {}) {
  const broker = embeddedBroker();
  await broker.server.send([0, 1, 2, 3, 4, 5].map(task));
  const end = carefulEnd(broker.client(), { quarantineS: 0, hopelessAfter: 2, workers: 4, ...options });
  const arrived: TaskOutcome[] = [];
  void (async () => {
    for await (const outcome of broker.server.outcomes()) arrived.push(outcome);
  })();
  const deliveries = end.deliveries(4)[Symbol.asyncIterator]();
  const next = async (): Promise<Delivery> => (await deliveries.next()).value;
  const pixels = async () => {
    await vi.advanceTimersByTimeAsync(0);
    return arrived.map(({ pixel, status }) => `${pixel} ${status}`);
  };
  return { broker, end, next, pixels, arrived, deliveries };
}

describe('a client that has not fitted anything', () => {
  it('holds back what it had to give up until its first success', async () => {
    const { next, pixels, arrived } = await setUp();
    const [bad, good] = [await next(), await next()];
    const answering = bad.finish(failed(bad.task));
    expect(await pixels()).toEqual([]);
    await good.finish(done(good.task));
    await answering;
    expect((await pixels()).sort()).toEqual(['0 failed', '1 done']);
    expect(arrived.find(({ status }) => status === 'failed')).toMatchObject({
      reasons: [expect.stringMatching(/^on \S+: no light$/)],
    });
    const worse = await next();
    await worse.finish(failed(worse.task));
    expect(await pixels()).toContain('2 failed');
  });

  it('gives it to others when it fails', async () => {
    const { broker, next, pixels, end } = await setUp();
    const bad = await next();
    const answering = bad.finish(failed(bad.task));
    end.abandon();
    await answering;
    expect(await pixels()).toEqual([]);
    const other = await broker.client().deliveries(1)[Symbol.asyncIterator]().next();
    expect(other.value).toMatchObject({ task: { pixel: 0 }, redelivered: true });
  });

  it('gives it to others as well when it comes after the end', async () => {
    const { broker, next, pixels, end } = await setUp();
    const bad = await next();
    end.abandon();
    await bad.finish(failed(bad.task));
    expect(await pixels()).toEqual([]);
    const other = await broker.client().deliveries(1)[Symbol.asyncIterator]().next();
    expect(other.value).toMatchObject({ task: { pixel: 0 }, history: { failedAt: 1 } });
  });

  it('lets others try it when no other task comes for a moment, and answers it when it comes back', async () => {
    const { broker, next, pixels } = await setUp({ askOthersAfterS: 5, patienceS: 60 });
    const others = broker.client().deliveries(5)[Symbol.asyncIterator]();
    const bad = await next();
    for (let i = 0; i < 5; i++) await others.next();
    void bad.finish(failed(bad.task));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await pixels()).toEqual([]);
    const again = next();
    await vi.advanceTimersByTimeAsync(2_000);
    await vi.advanceTimersByTimeAsync(2_000);
    const { task: same, history, finish } = await again;
    expect(same.pixel).toBe(0);
    expect(history).toMatchObject({ failedAt: 1 });
    void finish(failed(same));
    await vi.advanceTimersByTimeAsync(59_000);
    expect(await pixels()).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await pixels()).toEqual(['0 failed']);
  });

  it('answers it when no other task comes for a moment and others could not fit it either', async () => {
    const { broker, next, pixels } = await setUp({ askOthersAfterS: 5 });
    const theirs = broker.client().deliveries(1)[Symbol.asyncIterator]();
    const first: Delivery = (await theirs.next()).value;
    await theirs.return?.();
    await first.giveBack(true);
    const bad = await next();
    expect(bad.task.pixel).toBe(0);
    void bad.finish(failed(bad.task));
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await pixels()).toEqual(['0 failed']);
  });
});

describe('a client whose first tasks all fail', () => {
  it('fails, and others get the tasks', async () => {
    const { broker, next, pixels, end } = await setUp();
    const [first, second] = [await next(), await next()];
    void first.finish(failed(first.task));
    await expect(second.finish(failed(second.task))).rejects.toThrow(
      /None of the first 2 tasks could be fitted\. The last reason: on \S+: no light/,
    );
    end.abandon();
    expect(await pixels()).toEqual([]);
    const others = broker.client().deliveries(2)[Symbol.asyncIterator]();
    const got = [(await others.next()).value.task.pixel, (await others.next()).value.task.pixel];
    expect(got.sort()).toEqual([0, 1]);
  });

  it('fails as well where others had them and were lost: that says nothing about the tasks', async () => {
    const { broker, next, pixels } = await setUp();
    const others = broker.client();
    const before = others.deliveries(6)[Symbol.asyncIterator]();
    for (let i = 0; i < 6; i++) await before.next();
    await others.close();
    const [first, second] = [await next(), await next()];
    void first.finish(failed(first.task));
    await expect(second.finish(failed(second.task))).rejects.toThrow(/None of the first 2 tasks/);
    expect(await pixels()).toEqual([]);
  });

  it('answers them where others could not fit them either, so that a scan with nothing else ends', async () => {
    const { broker, end, next, pixels } = await setUp();
    const [one, two] = [await next(), await next()];
    void one.finish(failed(one.task));
    void two.finish(failed(two.task)).catch(() => undefined);
    end.abandon();
    await pixels();
    const deliveries = carefulEnd(broker.client(), { quarantineS: 0, hopelessAfter: 2, workers: 4 }).deliveries(4);
    const more = deliveries[Symbol.asyncIterator]();
    const [first, second] = [(await more.next()).value, (await more.next()).value];
    expect([first, second].map(({ history }) => history)).toEqual(Array(2).fill({ handedOut: 1, failedAt: 1 }));
    await Promise.all([first.finish(failed(first.task)), second.finish(failed(second.task))]);
    expect((await pixels()).sort()).toEqual(['0 failed', '1 failed']);
  });
});

describe('a quarantine', () => {
  it('begins when a task was given up: others get the tasks, what is in hand goes on, then it ends', async () => {
    const told: number[] = [];
    const { broker, next, pixels } = await setUp({ quarantineS: 10, onQuarantine: (seconds) => told.push(seconds) });
    const [good, inHand, bad] = [await next(), await next(), await next()];
    await good.finish(done(good.task));
    await bad.finish(failed(bad.task));
    let isThere = false;
    const coming = next().then((delivery) => {
      isThere = true;
      return delivery;
    });
    await inHand.finish(done(inHand.task));
    expect(told).toEqual([10]);
    expect((await pixels()).sort()).toEqual(['0 done', '1 done', '2 failed']);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(isThere).toBe(false);
    const other = await broker.client().deliveries(1)[Symbol.asyncIterator]().next();
    expect(other.value.task.pixel).toBe(3);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await coming).task.pixel).toBe(4);
  });

  it('is over at once when the client is closed', async () => {
    const { next, end, deliveries } = await setUp({ quarantineS: 10 });
    const [good, bad] = [await next(), await next()];
    await good.finish(done(good.task));
    await bad.finish(failed(bad.task));
    const coming = deliveries.next();
    await vi.advanceTimersByTimeAsync(0);
    await end.close();
    expect((await coming).done).toBe(true);
  });
});

describe('the tasks that a client holds', () => {
  /** Whether another task comes without any being finished. */
  async function hasMore(next: () => Promise<Delivery>): Promise<boolean> {
    let isThere = false;
    void next().then(() => {
      isThere = true;
    });
    await vi.advanceTimersByTimeAsync(1000);
    return isThere;
  }
  const fitOne = async (runtimeS: number, { next }: Awaited<ReturnType<typeof setUp>>): Promise<void> => {
    const delivery = await next();
    await delivery.finish({ ...done(delivery.task), runtimeS });
  };

  it('are no more than it can fit at once, so that others have some, until fits are known to be fast', async () => {
    const seen = await setUp({ workers: 1 });
    await seen.next();
    expect(await hasMore(seen.next)).toBe(false);
  });

  it('stay so where fits are slow', async () => {
    const seen = await setUp({ workers: 1 });
    await fitOne(20, seen);
    await seen.next();
    expect(await hasMore(seen.next)).toBe(false);
  });

  it('are more where fits are fast, so that it never waits for the broker', async () => {
    const seen = await setUp({ workers: 1 });
    await fitOne(0.01, seen);
    await seen.next();
    expect(await hasMore(seen.next)).toBe(true);
    await fitOne(20, seen);
    await seen.next();
    expect(await hasMore(seen.next)).toBe(false);
  });

  it('leave room for further ones while what could not be fitted is held back', async () => {
    const { next, pixels } = await setUp({ workers: 1, hopelessAfter: 3 });
    const [first] = [await next()];
    void first.finish(failed(first.task));
    const second = await next();
    void second.finish(failed(second.task));
    const third = await next();
    await third.finish(done(third.task));
    expect((await pixels()).sort()).toEqual(['0 failed', '1 failed', '2 done']);
  });
});
