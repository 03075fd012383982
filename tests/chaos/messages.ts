/** What happens to messages: they come twice, in another order, cut off, garbled, from elsewhere, or not at all. */
import type { AsyncMessage, Connection } from 'rabbitmq-client';
import { expect, it } from 'vitest';
import { stranger } from '../broker/rabbitmq/scans.js';
import {
  type ChaosBroker,
  type ChaosScan,
  type Dice,
  dice,
  expectUndisturbed,
  IS_LONG,
  pause,
  SEEDS,
  startScan,
} from './scans.js';

/** How often each was done. */
type Deeds = Record<'twice' | 'late' | 'truncated' | 'garbled' | 'astray' | 'lost' | 'strange', number>;

export function messages(broker: () => ChaosBroker): void {
  upstreamForm(broker);
  it.each(SEEDS)(
    'are doubled, late, cut off, garbled, astray and lost (seed %i)',
    async (seed) => {
      const random = dice(seed);
      const [scan, neighbour] = [
        await startScan(broker(), random, { lostAfterS: 3 }),
        await startScan(broker(), random, { lostAfterS: 3, form: 'json' }),
      ];
      await Promise.all([scan.client(), scan.client(), neighbour.client(), neighbour.client()]);
      const operator = await stranger(broker().address(broker().port));
      const deeds = await Promise.all([
        meddle(operator, random, scan, neighbour, 'toClients'),
        meddle(operator, random, scan, neighbour, 'fromClients'),
        meddle(operator, random, neighbour, scan, 'fromClients'),
      ]);
      await expectUndisturbed(scan);
      await expectUndisturbed(neighbour);
      // The case is none if nothing was done.
      for (const name of ['twice', 'late', 'truncated', 'garbled', 'astray', 'lost', 'strange'] as const) {
        expect(
          deeds.reduce((sum, deed) => sum + deed[name], 0),
          name,
        ).toBeGreaterThan(0);
      }
    },
    90_000,
  );
}

/** Messages of upstream's form do not say whose they are: one astray would be taken for the other scan's. */
function upstreamForm(broker: () => ChaosBroker): void {
  it.runIf(IS_LONG)(
    "are so in upstream's form",
    async () => {
      const random = dice(1);
      const scan = await startScan(broker(), random, { lostAfterS: 3, form: 'mqclient' });
      await Promise.all([scan.client(), scan.client()]);
      const operator = await stranger(broker().address(broker().port));
      const directions = ['toClients', 'fromClients'] as const;
      await Promise.all(directions.map((direction) => meddle(operator, random, scan, null, direction)));
      await expectUndisturbed(scan);
    },
    90_000,
  );
}

const STRANGE: readonly string[] = [
  'junk',
  '{"headers":{},"data":{}}',
  '{"headers":{},"data":{"skymap_scanner_task":{"version":99}}}',
  '{"headers":{},"data":{"skymap_scanner_outcome":{"version":99}}}',
];

/** Takes messages of a queue, does something to each, and puts it back, until the scan is over. */
async function meddle(
  operator: Connection,
  random: Dice,
  scan: ChaosScan,
  other: ChaosScan | null,
  direction: 'toClients' | 'fromClients',
): Promise<Deeds> {
  const deeds: Deeds = { twice: 0, late: 0, truncated: 0, garbled: 0, astray: 0, lost: 0, strange: 0 };
  const { queue } = scan.queues[direction];
  const publisher = operator.createPublisher({ confirm: true });
  const put = (body: Uint8Array, where = queue): Promise<void> =>
    publisher.send({ routingKey: where, durable: true }, Buffer.from(body)).catch(() => undefined);
  const held: Buffer[] = [];
  while (!scan.isOver()) {
    const message = await taken(operator, queue);
    const body = message?.body as Buffer | undefined;
    if (body !== undefined && body.length > 0) {
      const deed = random.pick(Object.keys(deeds) as (keyof Deeds)[]);
      deeds[deed]++;
      if (deed === 'late') held.push(body);
      else if (deed !== 'lost' || deeds.lost > 5) await put(body);
      if (deed === 'twice') await put(body);
      else if (deed === 'truncated') await put(body.subarray(0, random.below(body.length)));
      else if (deed === 'garbled') await put(garbled(body, random));
      else if (deed === 'astray' && other !== null) await put(body, other.queues[direction].queue);
      else if (deed === 'strange' && direction === 'fromClients') await put(Buffer.from(random.pick(STRANGE)));
    }
    while (held.length > 0 && (message === null || random() < 0.2))
      await put(held.splice(random.below(held.length), 1)[0]!);
    await pause(random.below(30));
  }
  return deeds;
}

async function taken(operator: Connection, queue: string): Promise<AsyncMessage | null> {
  const found = await operator.basicGet({ queue, noAck: true }).catch(() => undefined);
  return found === undefined ? null : (found as unknown as AsyncMessage);
}

function garbled(body: Buffer, random: Dice): Buffer {
  const copy = Buffer.from(body);
  for (let i = 0; i < 3; i++) copy[random.below(copy.length)]! ^= 1 << random.below(8);
  return copy;
}
