import { describe, expect, it } from 'vitest';
import { embeddedBroker, type TaskOutcome } from '../../src/broker/index.js';
import {
  CLIENT_STATES,
  type ClientListener,
  type ClientOptions,
  type ClientState,
  fitterPool,
  RunnerBroken,
  startClient,
} from '../../src/client/index.js';
import { type Behaviour, result, task, workshop } from './tasks.js';

/** A client whose fitters behave as told, the broker it works for, and what it told. */
function clientThat(behave: Behaviour, options: Partial<ClientOptions> & { slots?: number } = {}) {
  const broker = embeddedBroker();
  const shop = workshop(behave);
  const states: ClientState[] = ['starting'];
  const told: string[] = [];
  const listen: ClientListener = (name, event) => {
    told.push(name);
    if ('state' in event) states.push(event.state);
  };
  const runner = fitterPool({ slots: options.slots ?? 2, startFitter: shop.startFitter });
  const client = startClient({ end: broker.client(), runner, listen, ...options });
  return { broker, shop, states, told, client };
}

async function collect(server: ReturnType<typeof embeddedBroker>['server'], count: number): Promise<TaskOutcome[]> {
  const outcomes: TaskOutcome[] = [];
  for await (const outcome of server.outcomes()) {
    outcomes.push(outcome);
    if (outcomes.length === count) break;
  }
  return outcomes.sort((a, b) => a.pixel - b.pixel);
}

const pixels = (count: number) => Array.from({ length: count }, (_, pixel) => task(pixel));

describe('a client', () => {
  it('fits every task once and stops when the queue is over', async () => {
    const { broker, shop, states, client } = clientThat(({ pixel }) => [result(pixel)]);
    await broker.server.send(pixels(30));
    const outcomes = await collect(broker.server, 30);
    expect(outcomes.map(({ pixel, status }) => [pixel, status])).toEqual(
      pixels(30).map(({ pixel }) => [pixel, 'done']),
    );
    expect([...shop.tried].sort((a, b) => a - b)).toEqual(pixels(30).map(({ pixel }) => pixel));
    await broker.server.close();
    await client.done;
    expect(client.state).toBe('stopped');
    expect(states.slice(0, 3)).toEqual(['starting', 'waiting', 'running']);
    expect(states.at(-1)).toBe('stopped');
  });

  it('walks only along the arrows of its states', async () => {
    const { broker, states, client } = clientThat(({ pixel }) => (pixel % 2 ? 'die' : [result(pixel)]), {
      maxTries: 1,
    });
    await broker.server.send(pixels(6));
    await collect(broker.server, 6);
    await client.drain();
    for (const [i, state] of states.slice(1).entries()) expect(CLIENT_STATES[states[i]!].next).toContain(state);
    expect(states.slice(-2)).toEqual(['draining', 'stopped']);
  });

  it('tries a task that failed again, and reports one that succeeds in the end as done', async () => {
    let tries = 0;
    const behave: Behaviour = ({ pixel }) => (pixel === 3 && ++tries < 3 ? new Error('bad luck') : [result(pixel)]);
    const { broker, told, client } = clientThat(behave);
    await broker.server.send(pixels(5));
    const outcomes = await collect(broker.server, 5);
    expect(outcomes.every(({ status }) => status === 'done')).toBe(true);
    expect(told.filter((name) => name === 'task:retry')).toHaveLength(2);
    await client.stop();
  });

  it('gives a task up after a bounded number of tries, with every reason', async () => {
    const { broker, shop, client } = clientThat(({ pixel }) => (pixel === 3 ? 'hang' : [result(pixel)]), {
      maxTries: 2,
      taskTimeoutS: 0.05,
    });
    await broker.server.send([task(1), task(3, [0, 4])]);
    const outcomes = await collect(broker.server, 2).catch(() => []);
    expect(outcomes[1]).toMatchObject({
      status: 'failed',
      pixel: 3,
      variations: [0, 4],
      reasons: ['no answer within 0.05 s', 'no answer within 0.05 s'],
    });
    expect(shop.tried.filter((pixel) => pixel === 3)).toHaveLength(2);
    await client.stop();
  });

  it('fails, and gives its tasks back, when the first tasks all fail: it is not the task then', async () => {
    const { broker, client } = clientThat(() => new Error('no such table'), {
      maxTries: 2,
      hopelessAfter: 4,
      slots: 1,
    });
    await broker.server.send(pixels(100));
    await expect(client.done).rejects.toThrow(/first 4 tasks.*no such table/);
    expect(client.state).toBe('failed');
    const other = startClient({
      end: broker.client(),
      runner: fitterPool({ slots: 2, startFitter: workshop(({ pixel }) => [result(pixel)]).startFitter }),
    });
    const outcomes = await collect(broker.server, 100);
    expect(outcomes.filter(({ status }) => status === 'failed')).toHaveLength(3);
    await other.stop();
  });

  it('does not fail because failures are quicker than the first success', async () => {
    const slow = (pixel: number) => new Promise((resolve) => setTimeout(() => resolve([result(pixel)]), 200));
    const { broker, client } = clientThat(({ pixel }) => (pixel === 0 ? slow(0) : new Error('quick')), {
      maxTries: 1,
      hopelessAfter: 3,
    });
    await broker.server.send(pixels(20));
    const outcomes = await collect(broker.server, 20);
    expect(outcomes.filter(({ status }) => status === 'failed')).toHaveLength(19);
    await client.stop();
  });

  it('does not fail for as many failures once a task has succeeded', async () => {
    const { broker, client } = clientThat(({ pixel }) => (pixel === 0 ? [result(0)] : 'die'), {
      maxTries: 1,
      hopelessAfter: 3,
      slots: 1,
    });
    await broker.server.send(pixels(20));
    const outcomes = await collect(broker.server, 20);
    expect(outcomes.filter(({ status }) => status === 'failed')).toHaveLength(19);
    await client.stop();
  });

  it('fails when its runner cannot start', async () => {
    const broker = embeddedBroker();
    const shop = workshop(
      () => 'hang',
      () => Promise.reject(new Error('broken module')),
    );
    const client = startClient({
      end: broker.client(),
      runner: fitterPool({ slots: 2, startFitter: shop.startFitter }),
    });
    await expect(client.done).rejects.toBeInstanceOf(RunnerBroken);
    await expect(client.done).rejects.toThrow('broken module');
    expect(client.state).toBe('failed');
  });

  it('stops at once and gives back what it had in hand', async () => {
    const { broker, client, shop } = clientThat(() => 'hang');
    await broker.server.send(pixels(10));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await client.stop();
    expect(client.state).toBe('stopped');
    expect(shop.killed.size).toBe(2);
    const other = startClient({
      end: broker.client(),
      runner: fitterPool({ slots: 2, startFitter: workshop(({ pixel }) => [result(pixel)]).startFitter }),
    });
    const outcomes = await collect(broker.server, 10);
    expect(outcomes.map(({ pixel }) => pixel)).toEqual(pixels(10).map(({ pixel }) => pixel));
    await other.stop();
  });

  it('stops although a broker that is away does not take what it has to say', async () => {
    const broker = embeddedBroker();
    let isAway = false;
    const never = new Promise<void>(() => undefined);
    const end = broker.client();
    const client = startClient({
      end: {
        async *deliveries(prefetch) {
          for await (const delivery of end.deliveries(prefetch)) {
            isAway = true;
            yield { ...delivery, finish: () => never, giveBack: () => never };
          }
        },
        close: () => end.close(),
      },
      runner: fitterPool({ slots: 1, startFitter: workshop(({ pixel }) => [result(pixel)]).startFitter }),
    });
    await broker.server.send(pixels(2));
    while (!isAway) await new Promise((resolve) => setTimeout(resolve, 5));
    await client.stop();
    expect(client.state).toBe('stopped');
    const again = await broker.client().deliveries(1)[Symbol.asyncIterator]().next();
    expect(again.value).toMatchObject({ redelivered: true });
  });

  it('fits a task apart that was handed out three times in vain, and gives it up after a hundred', async () => {
    const broker = embeddedBroker();
    await broker.server.send(pixels(1));
    const handOut = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) {
        const unlucky = broker.client();
        await unlucky.deliveries(1)[Symbol.asyncIterator]().next();
        await unlucky.close();
      }
    };
    const apart = workshop(({ pixel }) => [result(pixel, 0, 77)]);
    const ordinary = workshop(({ pixel }) => [result(pixel)]);
    const begin = () =>
      startClient({
        end: broker.client(),
        runner: fitterPool({ slots: 1, startFitter: ordinary.startFitter }),
        suspects: fitterPool({ slots: 1, startFitter: apart.startFitter }),
      });
    await handOut(3);
    const first = begin();
    expect(await collect(broker.server, 1)).toMatchObject([{ status: 'done', results: [{ llh: 77 }] }]);
    await first.stop();
    expect(ordinary.tried).toEqual([]);

    await broker.server.send([task(1)]);
    await handOut(100);
    const second = begin();
    expect(await collect(broker.server, 1)).toMatchObject([
      { status: 'failed', pixel: 1, reasons: [expect.stringMatching(/^handed out 100 times/)] },
    ]);
    await second.stop();
    expect(apart.tried).toEqual([0]);
  });

  it('finishes what it has in hand when it drains, and takes no more', async () => {
    const { broker, client } = clientThat(({ pixel }) => [result(pixel)], { prefetch: 2, slots: 1 });
    await broker.server.send(pixels(50));
    const outcomes: TaskOutcome[] = [];
    for await (const outcome of broker.server.outcomes()) {
      outcomes.push(outcome);
      if (outcomes.length === 5) break;
    }
    await client.drain();
    expect(client.state).toBe('stopped');
    const other = startClient({
      end: broker.client(),
      runner: fitterPool({ slots: 2, startFitter: workshop(({ pixel }) => [result(pixel)]).startFitter }),
    });
    const rest = await collect(broker.server, 45);
    expect(new Set([...outcomes, ...rest].map(({ pixel }) => pixel)).size).toBe(50);
    await other.stop();
  });
});
