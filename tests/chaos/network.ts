/** What networks and brokers do to a scan. */
import { expect, it } from 'vitest';
import type { ProxyMode } from '../support/proxy.js';
import { type ChaosBroker, dice, expectUndisturbed, IS_LONG, pause, SEEDS, startScan } from './scans.js';

/** A broker that can be stopped and killed. */
export interface FaultyBroker extends ChaosBroker {
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops it as it is, connections open; `thaw` lets it go on. */
  freeze(): void;
  thaw(): void;
}

export function network(broker: () => FaultyBroker): void {
  it.each(SEEDS)(
    'is cut, slow and silent now and then, for servers and clients alike (seed %i)',
    async (seed) => {
      const random = dice(seed);
      const scan = await startScan(broker(), random);
      const clients = [await scan.client(), await scan.client(), await scan.client()];
      const proxies = [scan.serverProxy, ...clients.map(({ proxy }) => proxy)];
      const modes: readonly ProxyMode[] = ['slow', 'swallow', 'refuse', 'pass'];
      while (!scan.isOver()) {
        const proxy = random.pick(proxies);
        proxy.set(random.pick(modes));
        if (random() < 0.5) proxy.cut();
        await pause(100 + random.below(900));
        // Nobody stays away for good.
        for (const other of proxies) if (random() < 0.5) other.set('pass');
      }
      await expectUndisturbed(scan);
    },
    90_000,
  );

  it('swallows everything without a word, for longer than a heartbeat', async () => {
    const random = dice(1);
    const scan = await startScan(broker(), random);
    const [deaf, other] = [await scan.client(), await scan.client()];
    await reached(scan.collected, 100);
    const before = scan.serverProxy.opened + deaf.proxy.opened;
    scan.serverProxy.set('swallow');
    deaf.proxy.set('swallow');
    await pause(8000);
    scan.serverProxy.set('pass');
    deaf.proxy.set('pass');
    await expectUndisturbed(scan);
    expect(scan.serverProxy.opened + deaf.proxy.opened).toBeGreaterThan(before);
    await other.stop();
  }, 100_000);

  it.runIf(IS_LONG)(
    'comes back after its broker was frozen for longer than a heartbeat',
    async () => {
      const scan = await startScan(broker(), dice(2));
      await Promise.all([scan.client(), scan.client()]);
      await reached(scan.collected, 100);
      broker().freeze();
      await pause(8000);
      broker().thaw();
      await expectUndisturbed(scan);
    },
    60_000,
  );

  it.runIf(IS_LONG)(
    'comes back after its broker was killed, twice in a row',
    async () => {
      const scan = await startScan(broker(), dice(3));
      await Promise.all([scan.client(), scan.client()]);
      // What was declared less than a second before a crash may be forgotten; that is the next case.
      await pause(3000);
      for (let i = 0; i < (IS_LONG ? 4 : 2); i++) {
        await broker().kill();
        await broker().start();
        await pause(300);
      }
      await expectUndisturbed(scan);
    },
    120_000,
  );

  it.runIf(IS_LONG)(
    'comes back after its broker was killed right after the queues were made',
    async () => {
      const scan = await startScan(broker(), dice(4));
      await Promise.all([scan.client(), scan.client()]);
      await pause(200);
      await broker().kill();
      await broker().start();
      await expectUndisturbed(scan);
    },
    150_000,
  );
}

/** Waits until so many results are there. */
export async function reached(collected: () => number, count: number): Promise<void> {
  while (collected() < count) await pause(20);
}
