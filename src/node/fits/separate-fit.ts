/**
 * The body of a process that fits suspicious tasks (separate-fitter.ts): reads the start-up file as a client does, then
 * answers tasks until its client ends it or is gone.
 */
import { writeFileSync } from 'node:fs';
import type { Fitter } from '../../client/index.js';
import type { RecoTask } from '../../reco/index.js';
import type { SplineDirectory } from '../files/photon-tables.js';
import { readStartupFile } from '../files/startup-file.js';
import { clientFit } from './client-fit.js';
import type { FitThreadMessage } from './fit-thread.js';

/** What the process is told first; every further message is a task. */
export interface SeparateFitData {
  readonly startupFile: string;
  readonly recoName: string | null;
  readonly photonTables: SplineDirectory | undefined;
}

if (process.send !== undefined) {
  // Where memory runs out, this process is to go, and not the client.
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Only Linux knows that.
  }
  process.on('disconnect', () => process.exit());
  let fitter: Promise<Fitter> | null = null;
  process.on('message', async (message: SeparateFitData | RecoTask) => {
    const tell = (answer: FitThreadMessage): void => void process.send!(answer);
    const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
    if ('startupFile' in message) {
      fitter = start(message);
      await fitter.then(
        () => tell({ kind: 'ready' }),
        (error: unknown) => tell({ kind: 'broken', reason: reasonOf(error) }),
      );
      return;
    }
    try {
      tell({ kind: 'fitted', answer: await (await fitter!).fit(message) });
    } catch (error) {
      tell({ kind: 'threw', reason: reasonOf(error) });
    }
  });
}

/** In a thread, so that this one hears when the client is gone. */
async function start({ startupFile, recoName, photonTables }: SeparateFitData): Promise<Fitter> {
  const { source, prepared } = await clientFit(await readStartupFile(startupFile), recoName, photonTables);
  const fitter = source.fitters(prepared)();
  await fitter.ready;
  return fitter;
}
