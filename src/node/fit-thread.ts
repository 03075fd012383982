/** The body of a worker thread: builds the fit of one prepared event, then answers tasks until it is ended. */
import { parentPort, workerData } from 'node:worker_threads';
import { findReco, type PreparedEvent, type RecoTask } from '../reco/index.js';
import { importReco } from './import-reco.js';

/** Which reco a thread builds its fit with. */
export type ThreadReco =
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'module'; readonly path: string };

/** What a thread is given at its start. */
export interface FitThreadData {
  readonly reco: ThreadReco;
  readonly prepared: PreparedEvent;
}

/** What a thread answers: first `ready` or `broken`, then one answer a task. */
export type FitThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'fitted'; readonly answer: unknown }
  | { readonly kind: 'threw'; readonly reason: string };

if (parentPort !== null) {
  const port = parentPort;
  const { reco, prepared } = workerData as FitThreadData;
  const tell = (message: FitThreadMessage): void => port.postMessage(message);
  try {
    const source = reco.kind === 'builtin' ? findReco(reco.name) : await importReco(reco.path);
    const fitTask = await source.createFit(prepared);
    port.on('message', async (task: RecoTask) => {
      try {
        tell({ kind: 'fitted', answer: await fitTask(task) });
      } catch (error) {
        tell({ kind: 'threw', reason: reasonOf(error) });
      }
    });
    tell({ kind: 'ready' });
  } catch (error) {
    tell({ kind: 'broken', reason: reasonOf(error) });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' || error.name.endsWith('RecoError') ? error.message : `${error.name}: ${error.message}`;
}
