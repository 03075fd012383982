/** A fitter that is a worker thread: survives errors of a fit, and can be ended in the middle of an endless loop. */
import { Worker } from 'node:worker_threads';
import { type Fitter, FitterLost } from '../client/index.js';
import type { FitThreadData, FitThreadMessage } from './fit-thread.js';

/** Starts a thread with the fit of one prepared event. */
export function threadFitter(data: FitThreadData): Fitter {
  // What a reco prints must not mix with the command's answers: it goes to standard error.
  const worker = new Worker(new URL('./fit-thread.js', import.meta.url), { workerData: data, stdout: true });
  worker.stdout.on('data', (text: Buffer) => process.stderr.write(text));
  let waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void } | null = null;
  let loss: FitterLost | null = null;
  let isReady = false;
  let settleReady: { resolve: () => void; reject: (error: Error) => void };
  const ready = new Promise<void>((resolve, reject) => {
    settleReady = { resolve, reject };
  });
  ready.catch(() => undefined);

  worker.on('message', (message: FitThreadMessage) => {
    if (message.kind === 'ready') {
      isReady = true;
      settleReady.resolve();
    } else if (message.kind === 'broken') settleReady.reject(new Error(message.reason));
    else if (message.kind === 'fitted') take()?.resolve(message.answer);
    else take()?.reject(new Error(message.reason));
  });
  worker.on('messageerror', (error) => take()?.reject(error));
  worker.on('error', (error) => lose(`its thread died: ${error instanceof Error ? error.message : String(error)}`));
  worker.on('exit', (code) => lose(`its thread ended by itself with code ${code}`));

  return {
    ready,
    fit(task) {
      return new Promise((resolve, reject) => {
        if (loss !== null) return reject(loss);
        waiting = { resolve, reject };
        worker.postMessage(task);
      });
    },
    async kill() {
      lose('its thread was ended');
      await worker.terminate();
    },
  };

  function take(): typeof waiting {
    const taken = waiting;
    waiting = null;
    return taken;
  }

  function lose(why: string): void {
    loss ??= new FitterLost(why);
    if (!isReady) settleReady.reject(loss);
    take()?.reject(loss);
  }
}
