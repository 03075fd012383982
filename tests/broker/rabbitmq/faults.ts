/** Whatever breaks between a server and its clients: no outcome is lost, and nothing hangs. */
import { expect, it } from 'vitest';
import { until } from '../../support/command.js';
import type { Rabbitmq } from '../../support/rabbitmq.js';
import { answer, collect, echo, smallScan, stranger, tasks } from './scans.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function faults(broker: () => Rabbitmq): void {
  it('loses nothing when the broker is killed amid publishing, working and answering', async () => {
    const scan = smallScan(broker().address);
    const server = await scan.server({ window: 50 });
    const steady = await scan.client();
    const busy = await scan.client();
    const impatient = smallScan(broker().address);
    const lostServer = collect(await impatient.server({ reconnectForS: 0.5 }), 1).catch((error: unknown) => error);
    const lostClient = echo(await impatient.client({ reconnectForS: 0.5 }), 1).catch((error: unknown) => error);
    // What was declared less than a second before a crash may be forgotten; that is the next test.
    await pause(3000);

    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const fitted: number[] = [];
    await server.send(tasks(3));
    const working = (async () => {
      for await (const delivery of busy.deliveries(3)) {
        fitted.push(delivery.task.pixel);
        void released.then(() => delivery.finish(answer(delivery.task)));
        if (fitted.length === 3) break;
      }
    })();
    await until(() => fitted.length === 3);
    await working;
    const echoing = echo(steady, 20);

    const count = 2000;
    const collecting = collect(server, count);
    const sending = server.send(tasks(count, 3));
    await pause(150);
    await broker().kill();
    await until(() => server.heard['broker:lost'].length > 0);
    // Both ends say so when the broker stays away for longer than they may wait.
    for (const error of [await lostServer, await lostClient]) {
      expect(error).toMatchObject({ name: 'BrokerError', code: 'broker/lost', remedy: 'fatal' });
    }
    await broker().start();
    await sending;
    // `steady` has had the three of `busy` by now, if they came to it; `busy` answers nevertheless.
    release();
    const found = await collecting;
    expect([...found.keys()].sort()).toEqual(
      tasks(count)
        .map(({ pixel }) => `${pixel}:0,1`)
        .sort(),
    );
    for (const [, outcomes] of found) for (const outcome of outcomes) expect(outcome.pixel).toBe(outcomes[0]!.pixel);
    expect(server.heard['broker:connected'].at(-1)).toMatchObject({ isAgain: true });
    await server.close();
    expect(await echoing).toBeGreaterThanOrEqual(count - 3);
  });

  it('goes on with a fit whose connection broke: the task that comes back to the same client is not begun again', async () => {
    const scan = smallScan(broker().address);
    const server = await scan.server();
    const client = await scan.client();
    await server.send(tasks(4));
    const deliveries = client.deliveries(2)[Symbol.asyncIterator]();
    const held = [await deliveries.next(), await deliveries.next()];
    broker().ctl('close_all_connections', 'test');
    await until(() => client.heard['broker:connected'].length === 2 && server.heard['broker:connected'].length === 2);
    // Both come back to this client, fill its prefetch, and are not handed out.
    const third = deliveries.next();
    expect(await Promise.race([third.then(() => 'begun'), pause(1000).then(() => 'quiet')])).toBe('quiet');
    for (const { value } of held) await value.finish(answer(value.task));
    const rest = [await third, await deliveries.next()];
    expect(rest.map(({ value }) => value.task.pixel).sort()).toEqual([2, 3]);
    for (const { value } of rest) await value.finish(answer(value.task));
    const found = await collect(server, 4);
    expect([...found.values()].map((outcomes) => outcomes.length)).toEqual([1, 1, 1, 1]);
  });

  it('makes queues again that the broker has forgotten, and sends again what has no answer', async () => {
    const scan = smallScan(broker().address);
    const server = await scan.server({ lostAfterS: 4 });
    await server.send(tasks(30));
    const client = await scan.client({ queueGoneS: 20 });
    await client.close();
    const operator = await stranger(broker().address);
    await operator.queueDelete(scan.queues.toClients.queue);
    await operator.queueDelete(scan.queues.fromClients.queue);
    const later = await scan.client();
    void echo(later, 5);
    expect((await collect(server, 30)).size).toBe(30);
    expect(server.heard['task:sent-again'][0]).toMatchObject({ tasks: 30, why: 'queue was forgotten' });
    await server.send(tasks(40, 30));
    expect((await collect(server, 10)).size).toBe(10);
  });

  it('sends a task again that is neither queued nor answered', async () => {
    const scan = smallScan(broker().address);
    const server = await scan.server({ lostAfterS: 2 });
    await server.send(tasks(5));
    const operator = await stranger(broker().address);
    await operator.queuePurge(scan.queues.toClients.queue);
    const client = await scan.client();
    void echo(client, 5);
    expect((await collect(server, 5)).size).toBe(5);
    expect(server.heard['task:sent-again'][0]).toMatchObject({ tasks: 5, why: 'nobody has them' });
  });

  it('keeps a task alive that comes back more often than a quorum queue of RabbitMQ 4 allows', async () => {
    const scan = smallScan(broker().address);
    broker().ctl('set_policy', scan.scanId, `${scan.scanId}$`, '{"delivery-limit":20}', '--apply-to', 'queues');
    const server = await scan.server();
    await server.send(tasks(1));
    let returns = 0;
    const client = await scan.client();
    for await (const delivery of client.deliveries(1)) {
      expect(delivery.redelivered).toBe(returns > 0);
      if (returns === 50) {
        await delivery.finish(answer(delivery.task));
        break;
      }
      returns++;
      await delivery.giveBack();
    }
    expect((await collect(server, 1)).size).toBe(1);
    expect(server.heard['task:sent-again']).toEqual([]);
    broker().ctl('clear_policy', scan.scanId);
  });

  it('waits while the broker is short of disk, and goes on afterwards', async () => {
    const scan = smallScan(broker().address);
    const server = await scan.server();
    broker().ctl('eval', 'rabbit_alarm:set_alarm({{resource_limit,disk,node()},[]}).');
    let isSent = false;
    const sending = server.send(tasks(10)).then(() => {
      isSent = true;
    });
    await until(() => server.heard['broker:blocked'].length > 0);
    await pause(300);
    expect(isSent).toBe(false);
    broker().ctl('eval', 'rabbit_alarm:clear_alarm({resource_limit,disk,node()}).');
    await sending;
    expect(server.heard['broker:unblocked']).toHaveLength(1);
  });

  it('drops foreign and hostile messages from either queue, counts them, and goes on', async () => {
    const scan = smallScan(broker().address);
    const elsewhere = smallScan(broker().address);
    const [server, foreign] = [await scan.server(), await elsewhere.server()];
    const client = await scan.client();
    // A task and an outcome of another scan, byte for byte as its server and client sent them.
    await foreign.send(tasks(1));
    const foreignClient = await elsewhere.client();
    const operator = await stranger(broker().address);
    const task = await operator.basicGet({ queue: elsewhere.queues.toClients.queue, noAck: true });
    await foreign.send(tasks(2, 1));
    for await (const delivery of foreignClient.deliveries(1)) {
      await delivery.finish(answer(delivery.task));
      break;
    }
    const junk: (string | object | Buffer)[] = [
      Buffer.alloc(0),
      Buffer.from('junk'),
      Buffer.alloc(3_000_000, 'x'),
      'a text',
      { an: 'object' },
      Buffer.from(task!.body),
    ];
    const publisher = operator.createPublisher({ confirm: true });
    for (const { queue } of [scan.queues.toClients, scan.queues.fromClients]) {
      for (const body of junk) await publisher.send({ routingKey: queue, durable: true }, body);
    }
    await server.send(tasks(3));
    void echo(client, 2);
    expect((await collect(server, 3)).size).toBe(3);
    await until(() => client.heard['message:dropped'].length >= junk.length);
    for (const end of [server, client]) {
      const dropped = end.heard['message:dropped'];
      expect(dropped.map(({ count }) => count)).toEqual(junk.map((_, i) => i + 1));
      for (const { reason } of dropped) expect(reason).toMatch(/^The message .*\.$/s);
    }
    const left = await operator.queueDeclare({ queue: scan.queues.toClients.queue, passive: true });
    expect(left.messageCount).toBe(0);
    expect((await collect(foreign, 1)).size).toBe(1);
  });

  it('ends its clients when the scan is over, and leaves no queues behind', async () => {
    const scan = smallScan(broker().address);
    const server = await scan.server();
    const client = await scan.client();
    const echoing = echo(client, 2);
    await server.send(tasks(3));
    await collect(server, 3);
    await server.close();
    expect(await echoing).toBe(3);
    const names = broker().ctl('list_queues', 'name');
    expect(names).not.toContain(scan.scanId);
  });

  it('continues a scan with the outcomes that came while its server was away', async () => {
    const scan = smallScan(broker().address);
    const first = await scan.server();
    await first.send(tasks(10));
    await first.close({ keepQueues: true });
    const client = await scan.client();
    let answered = 0;
    for await (const delivery of client.deliveries(1)) {
      await delivery.finish(answer(delivery.task));
      if (++answered === 4) break;
    }
    const second = await scan.server({ isResumed: true });
    expect((await collect(second, 4)).size).toBe(4);
    // What was queued is gone: the engine sends what its journal lacks.
    await second.send(tasks(10, 4));
    void echo(client, 3);
    const found = await collect(second, 6);
    expect([...found.values()].every((outcomes) => outcomes.length === 1)).toBe(true);
  });
}
