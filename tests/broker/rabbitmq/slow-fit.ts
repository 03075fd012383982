/**
 * A fit that takes longer than the broker lets a consumer hold a message (30 minutes by default, a few seconds here): the
 * broker closes the channel and hands the task out again. It begins before the other tests and ends beside them.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRabbitClient, openRabbitServer } from '../../../src/broker/rabbitmq/index.js';
import {
  queuesOf,
  type RemoteClientEnd,
  type RemoteDelivery,
  type RemoteServerEnd,
} from '../../../src/broker/remote-types.js';
import type { Rabbitmq } from '../../support/rabbitmq.js';
import { answer, collect, tasks } from './scans.js';

/** Line of rabbitmq.conf. The broker looks every two seconds. */
export const CONSUMER_TIMEOUT = 'consumer_timeout = 5000';
const FIT_MS = 9000;

export function slowFit(broker: () => Rabbitmq): { readonly ends: () => void } {
  let server: RemoteServerEnd;
  let client: RemoteClientEnd;
  let begun: RemoteDelivery[];
  let startedMs: number;
  beforeAll(async () => {
    const queues = queuesOf('slow', broker().address);
    server = await openRabbitServer({ ...queues, context: { scanId: 'slow', recoAlgo: 'dummy', formatVersion: '' } });
    client = await openRabbitClient(queues);
    await server.send(tasks(1));
    begun = [];
    startedMs = performance.now();
    void (async () => {
      for await (const delivery of client.deliveries(1)) begun.push(delivery);
    })();
  });
  afterAll(async () => {
    await client?.close();
    await server?.close();
  });
  return {
    ends: () =>
      it('waits for a fit that is slower than the broker\u2019s patience, and begins it once', async () => {
        const leftMs = FIT_MS - (performance.now() - startedMs);
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, leftMs)));
        expect(broker().log()).toMatch(/timed out.*acknowledge?ment/i);
        expect(begun).toHaveLength(1);
        const [delivery] = begun;
        await delivery!.finish(answer(delivery!.task));
        expect((await collect(server, 1)).size).toBe(1);
        // Acknowledged as well: nobody gets it again.
        await client.close();
        const later = await openRabbitClient(queuesOf('slow', broker().address));
        const again = later.deliveries(1)[Symbol.asyncIterator]().next();
        const quiet = new Promise((resolve) => setTimeout(resolve, 500, 'quiet'));
        expect(await Promise.race([again, quiet])).toBe('quiet');
        await later.close();
      }),
  };
}
