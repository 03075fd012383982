/** Clients that come and go, by the hundred. */
import { expect, it } from 'vitest';
import {
  type ChaosBroker,
  type ChaosClient,
  dice,
  expectUndisturbed,
  IS_LONG,
  pause,
  SEEDS,
  startScan,
} from './scans.js';

const CLIENTS = IS_LONG ? 300 : 100;

export function crowd(broker: () => ChaosBroker): void {
  it.each(SEEDS)(
    'come and go by the hundred, with and without a word (seed %i)',
    async (seed) => {
      const random = dice(seed);
      const scan = await startScan(broker(), random);
      const here = new Set<ChaosClient>();
      let came = 0;
      while (came < CLIENTS) {
        came++;
        const client = await scan.client({ slots: 1 + random.below(3) });
        here.add(client);
        if (here.size > 8) {
          const leaving = random.pick([...here]);
          here.delete(leaving);
          if (random() < 0.5) await leaving.stop();
          else leaving.vanish();
        }
        await pause(random.below(20));
      }
      expect(came).toBe(CLIENTS);
      await expectUndisturbed(scan);
    },
    90_000,
  );
}
