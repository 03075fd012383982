/** The body of a web worker that fits: builds the fit of one prepared event, then answers tasks until it is ended. */
import { findReco, type PreparedEvent, type RecoTask } from '../reco/index.js';
import { answerTasks, type FitterMessage } from '../session/fitter-messages.js';
import { workerScope } from './worker-scope.js';

/** What a fit worker is told first; every further message is a task. */
export interface FitWorkerStart {
  readonly reco: string;
  readonly prepared: PreparedEvent;
}

const scope = workerScope<FitWorkerStart | RecoTask, FitterMessage>();
let answer: ((task: RecoTask) => Promise<void>) | null = null;

scope.onmessage = async ({ data }) => {
  if (!('reco' in data)) {
    void answer?.(data);
    return;
  }
  answer = await answerTasks(async () => findReco(data.reco).createFit(data.prepared), scope.postMessage);
  if (answer !== null) scope.postMessage({ kind: 'ready' });
};
