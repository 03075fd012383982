import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fifo } from '../../src/broker/fifo.js';
import { embeddedBroker } from '../../src/broker/index.js';
import { brokerConformance } from './conformance.js';

brokerConformance('embedded', embeddedBroker);

describe('the embedded broker', () => {
  const task = { nside: 1, pixel: 0, zenith: 0, azimuth: 0, variations: [] };

  it('ends its clients when the server is closed', async () => {
    const { server, client } = embeddedBroker();
    const end = client();
    const next = end.deliveries(1)[Symbol.asyncIterator]().next();
    await server.close();
    expect((await next).done).toBe(true);
    expect((await client().deliveries(1)[Symbol.asyncIterator]().next()).done).toBe(true);
  });

  it('hands out tasks in the order sent, those given back first', async () => {
    const { server, client } = embeddedBroker();
    await server.send([0, 1, 2, 3].map((pixel) => ({ ...task, pixel })));
    const deliveries = client().deliveries(2)[Symbol.asyncIterator]();
    const first = await deliveries.next();
    const second = await deliveries.next();
    await first.value.giveBack();
    const order = [second, await deliveries.next()];
    await order[0]!.value.giveBack();
    order.push(await deliveries.next());
    expect(order.map(({ value }) => value.task.pixel)).toEqual([1, 0, 1]);
  });
});

describe('Fifo', () => {
  it('is a queue with a privileged front, whatever the order of use', () => {
    const step = fc.oneof(
      { arbitrary: fc.constant('push' as const), weight: 3 },
      { arbitrary: fc.constant('shift' as const), weight: 3 },
      { arbitrary: fc.constant('unshift' as const), weight: 1 },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5000, size: 'max' }), (steps) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        for (const [i, what] of steps.entries()) {
          if (what === 'push') {
            fifo.push(i);
            model.push(i);
          } else if (what === 'unshift') {
            fifo.unshift(i);
            model.unshift(i);
          } else expect(fifo.shift()).toBe(model.shift());
          expect(fifo.size).toBe(model.length);
        }
      }),
      { numRuns: 20 },
    );
  });
});
