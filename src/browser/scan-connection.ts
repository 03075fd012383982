/** The page's end of the worker that runs a scan. */
import type { FromScan, ToScan } from './messages.js';

export interface ScanConnection {
  send(message: ToScan): void;
  /** Ends the worker and all that it started, at once. */
  end(): void;
}

/** Starts the worker. What it says goes to `hear`; one that dies says so as a refusal. */
export function connectScan(hear: (message: FromScan) => void): ScanConnection {
  const worker = new Worker(new URL('./scan-worker.js', import.meta.url), { type: 'module', name: 'scan' });
  let last: ToScan['kind'] = 'open';
  const lost = (what: string): void =>
    hear({
      kind: 'refused',
      during: last,
      refusal: { code: null, sentence: `The scan has ended: ${what}`, hint: 'Reload the page and try again.' },
    });
  worker.onmessage = ({ data }: MessageEvent<FromScan>) => hear(data);
  worker.onmessageerror = () => lost('its answer could not be read.');
  worker.onerror = (event) => {
    event.preventDefault();
    lost(event.message || 'its script could not be loaded.');
  };
  return {
    send(message) {
      last = message.kind;
      worker.postMessage(message);
    },
    end() {
      worker.onmessage = null;
      worker.onerror = null;
      worker.terminate();
    },
  };
}
