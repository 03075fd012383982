/** A fitter that is a web worker: survives errors of a fit, and can be ended in the middle of an endless loop. */
import type { Fitter } from '../client/index.js';
import { type FitterMessage, portFitter } from '../session/index.js';
import type { FitWorkerStart } from './fit-worker.js';

/** Starts a worker with the fit of one prepared event. */
export function workerFitter(start: FitWorkerStart): Fitter {
  const worker = new Worker(new URL('./fit-worker.js', import.meta.url), { type: 'module', name: 'fit' });
  const fitter = portFitter({ post: (task) => worker.postMessage(task), end: () => worker.terminate() });
  worker.onmessage = ({ data }: MessageEvent<FitterMessage>) => fitter.hear(data);
  worker.onmessageerror = () => fitter.garbled(new Error('its answer could not be read'));
  worker.onerror = (event) => {
    event.preventDefault();
    fitter.lose(`its worker died: ${event.message || 'its script could not be loaded'}`);
  };
  worker.postMessage(start);
  return fitter;
}
