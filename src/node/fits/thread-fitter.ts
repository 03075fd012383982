/** A fitter that is a worker thread: survives errors of a fit, and can be ended in the middle of an endless loop. */
import { Worker } from 'node:worker_threads';
import type { Fitter } from '../../client/index.js';
import { type FitterMessage, portFitter } from '../../session/index.js';
import type { FitThreadData } from './fit-thread.js';

/** Starts a thread with the fit of one prepared event. */
export function threadFitter(data: FitThreadData): Fitter {
  // What a reco prints must not mix with the command's answers: it goes to standard error.
  const worker = new Worker(new URL('./fit-thread.js', import.meta.url), { workerData: data, stdout: true });
  worker.stdout.on('data', (text: Buffer) => process.stderr.write(text));
  const fitter = portFitter({ post: (task) => worker.postMessage(task), end: () => worker.terminate() });
  worker.on('message', (message: FitterMessage) => fitter.hear(message));
  worker.on('messageerror', (error) => fitter.garbled(error));
  worker.on('error', (error) =>
    fitter.lose(`its thread died: ${error instanceof Error ? error.message : String(error)}`),
  );
  worker.on('exit', (code) => fitter.lose(`its thread ended by itself with code ${code}`));
  return fitter;
}
