/** The body of a table maker's thread: follows the photons of a depth, or sums tracks at a height, one job at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Emitters, type MuonColumn, makeDepth, muonColumn, type Optics, type TablePlan } from '../light/index.js';

/** What a thread is given at its start. */
export interface TableThreadData {
  readonly optics: Optics;
  readonly plan: TablePlan;
}

export type TableJob =
  | { readonly kind: 'depth'; readonly z: number }
  | { readonly kind: 'track'; readonly z: number; readonly emitters: Emitters };

export type TableAnswer =
  | { readonly kind: 'depth'; readonly cells: Float32Array; readonly pieces: number }
  | { readonly kind: 'track'; readonly column: MuonColumn };

if (parentPort !== null) {
  const port = parentPort;
  const { optics, plan } = workerData as TableThreadData;
  port.on('message', (job: TableJob) => {
    if (job.kind === 'depth') {
      const { cells, pieces } = makeDepth(optics, plan, job.z);
      port.postMessage({ kind: 'depth', cells, pieces } satisfies TableAnswer, [cells.buffer as ArrayBuffer]);
    } else {
      port.postMessage({ kind: 'track', column: muonColumn(job.emitters, job.z) } satisfies TableAnswer);
    }
  });
}
