/** The body of a worker thread: builds the fit of one prepared event, then answers tasks until it is ended. */
import { parentPort, workerData } from 'node:worker_threads';
import { findReco, type PreparedEvent, type RecoTask } from '../../reco/index.js';
// Not the whole session: every thread would load what only its parent needs.
import { answerTasks, type FitterMessage } from '../../session/fitter-messages.js';
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

/** What a thread answers. */
export type FitThreadMessage = FitterMessage;

if (parentPort !== null) {
  const port = parentPort;
  const { reco, prepared } = workerData as FitThreadData;
  const tell = (message: FitterMessage): void => {
    const behind = [process.stdout, process.stderr].filter(({ writableLength }) => writableLength > 0);
    if (behind.length === 0) port.postMessage(message);
    else void Promise.all(behind.map(printed)).then(() => port.postMessage(message));
  };
  const answer = await answerTasks(async () => {
    const source = reco.kind === 'builtin' ? findReco(reco.name) : await importReco(reco.path);
    return source.createFit(prepared);
  }, tell);
  if (answer !== null) {
    port.on('message', (task: RecoTask) => void answer(task));
    tell({ kind: 'ready' });
  }
}

/** Resolves when the parent has what was printed: a thread may be ended right after its last answer, and that would be lost. */
function printed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
