/** A client's end that hands out only tasks of one scan: whatever else has come onto its queue is sent back as such. */
import type { Delivery } from '../broker/index.js';
import type { RemoteClientEnd, RemoteDelivery } from '../broker/remote-types.js';
import { RecoError } from '../config/index.js';

export interface OwnTasksOptions {
  readonly scanId: string;
  readonly recoName: string;
  readonly warn: (text: string) => void;
}

/**
 * `deliveries` throws a RecoError where the tasks of this scan ask for another reconstruction (upstream's messages name
 * theirs, its start-up file does not).
 */
export function onlyOwnTasks(end: RemoteClientEnd, { scanId, recoName, warn }: OwnTasksOptions): RemoteClientEnd {
  return {
    async *deliveries(prefetch): AsyncGenerator<RemoteDelivery> {
      for await (const delivery of end.deliveries(prefetch)) {
        const { scanId: otherScan, recoAlgo } = delivery.message;
        if (otherScan !== '' && otherScan !== scanId) {
          warn(`A task of another scan (${otherScan.slice(0, 100)}) was on the queue of this one; it was not fitted.`);
          await refuse(delivery);
        } else if (recoAlgo !== recoName) {
          await delivery.giveBack();
          throw new RecoError(
            'reco/unknown',
            `The tasks ask for ${recoAlgo.slice(0, 100)}, but this client was started for ${recoName}.`,
            'Say --reco-algo with the name that the server uses.',
          );
        } else yield delivery;
      }
    },
    close: () => end.close(),
  };
}

/** Its outcome bears the name of its own scan: the server here takes it off the queue and counts it. */
async function refuse({ task, finish }: Pick<Delivery, 'task' | 'finish'>): Promise<void> {
  const { nside, pixel } = task;
  const variations = task.variations.map(({ variation }) => variation);
  const reasons = ['the task came onto the queue of another scan'];
  await finish({ status: 'failed', nside, pixel, variations, reasons, runtimeS: 0 });
}
