/**
 * Makes photon tables with threads. Finished depths are kept in a folder beside the output, so that an ended run goes on
 * where it stopped; the bytes of the tables depend on the plan alone, not on the number of threads or on interruptions.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ScanError } from '../config/index.js';
import {
  assembleTables,
  axisNodes,
  CELL_SIZE,
  type DepthLight,
  type Emitters,
  encodeTables,
  foldDepths,
  loadIceModel,
  type MuonColumn,
  makeOptics,
  N_CELLS,
  type Optics,
  parseAcceptance,
  parseSpectrum,
  type TablePlan,
} from '../light/index.js';
import { shareLargeArrays } from '../session/index.js';
import { ensureDirectory, listDirectory, readWholeFile, writeFiles } from './files/files.js';
import { readResource } from './files/resources.js';
import type { TableAnswer, TableJob, TableThreadData } from './table-thread.js';

export interface MakeTablesOptions {
  readonly plan: TablePlan;
  readonly iceModel: string;
  readonly acceptance: string;
  readonly workers: number;
  /** The file to write. */
  readonly output: string;
  /** How to make the file, and the product's version: they go into its header. */
  readonly command: string;
  readonly generator: string;
  readonly signal: AbortSignal;
  /** Called after every finished piece of work. */
  progress(done: TableProgress): void;
}

export interface TableProgress {
  readonly stage: 'photons' | 'tracks';
  readonly done: number;
  readonly of: number;
  /** How many of `done` an earlier run left. */
  readonly found: number;
}

/** Optics of an ice model, from the product's own files. */
export async function loadOptics(iceModel: string, acceptance: string): Promise<Optics> {
  const text = async (name: string): Promise<string> => new TextDecoder().decode(await readResource(`ice/${name}.csv`));
  return makeOptics(
    await loadIceModel(readResource, iceModel),
    parseSpectrum(await text('cherenkov_detected_spectrum')),
    parseAcceptance(await text('dom_angular_acceptance'), acceptance),
  );
}

/**
 * Makes the tables and writes them. Rejects with the signal's reason when it is aborted; what is finished stays.
 *
 * @returns bytes written
 */
export async function makeTables(options: MakeTablesOptions): Promise<number> {
  const { plan, iceModel, acceptance, output, signal } = options;
  const ice = await loadIceModel(readResource, iceModel);
  const optics = await loadOptics(iceModel, acceptance);
  const sha256 = createHash('sha256')
    .update(await readResource(`ice/${iceModel}.csv`))
    .digest('hex');
  const folder = `${output}.parts`;
  await ensureDirectory(folder);
  const mark = createHash('sha256')
    .update(JSON.stringify([options.generator, plan.photonsPerDepth, plan.seed, acceptance, sha256]))
    .digest('hex')
    .slice(0, 12);
  const partName = (z: number): string => `depth${z >= 0 ? '+' : ''}${z}-${mark}.f32`;
  const present = new Set(await listDirectory(folder, 'folder of finished depths'));
  const depths = plan.z;
  const missing = depths.filter((z) => !present.has(partName(z)));

  let done = depths.length - missing.length;
  const found = done;
  options.progress({ stage: 'photons', done, of: depths.length, found });
  await withThreads({ optics, plan }, options.workers, signal, async (work) => {
    await Promise.all(
      [...missing].map(async (z) => {
        const answer = await work({ kind: 'depth', z });
        if (answer.kind !== 'depth') throw new Error('a thread answered another question');
        const bytes = new Uint8Array(answer.cells.buffer, answer.cells.byteOffset, answer.cells.byteLength);
        await writeFiles([{ path: join(folder, partName(z)), bytes }]);
        options.progress({ stage: 'photons', done: ++done, of: depths.length, found });
      }),
    );
  });

  const lights: DepthLight[] = [];
  for (const z of depths) {
    const path = join(folder, partName(z));
    const bytes = await readWholeFile(path, 'finished depth');
    if (bytes.length !== 4 * N_CELLS * CELL_SIZE) {
      throw new ScanError('light/bad-table', `The finished depth ${path} is damaged.`, 'Remove it and start again.');
    }
    lights.push({ z, photons: plan.photonsPerDepth, pieces: 0, cells: new Float32Array(bytes.slice().buffer) });
    signal.throwIfAborted();
  }
  const folded = foldDepths(plan, ice, lights);
  lights.length = 0;
  const heights = [...axisNodes(plan.muonZ)];
  let tracks = 0;
  const of = 2 * heights.length;
  const columnsOf = async (work: (job: TableJob) => Promise<TableAnswer>, emitters: Emitters): Promise<MuonColumn[]> =>
    Promise.all(
      heights.map(async (z) => {
        const answer = await work({ kind: 'track', z, emitters });
        if (answer.kind !== 'track') throw new Error('a thread answered another question');
        options.progress({ stage: 'tracks', done: ++tracks, of, found: 0 });
        return answer.column;
      }),
    );
  const { cones, cascades } = shareLargeArrays({ cones: folded.cones, cascades: folded.cascades });
  const [muon, stochastic] = await withThreads({ optics, plan }, options.workers, signal, (work) =>
    Promise.all([columnsOf(work, cones), columnsOf(work, cascades)]),
  );
  const bytes = encodeTables(assembleTables(plan, ice, folded, muon, stochastic), {
    iceModel,
    iceModelSha256: sha256,
    domEfficiency: ice.parameters.domEfficiency,
    angularAcceptance: acceptance,
    photonsPerDepth: plan.photonsPerDepth,
    seed: plan.seed,
    command: options.command,
    generator: options.generator,
  });
  await writeFiles([{ path: output, bytes }]);
  await rm(folder, { recursive: true, force: true });
  return bytes.length;
}

/** Runs `body` with threads that take jobs in the order asked; ends them whatever happens. */
async function withThreads<T>(
  data: TableThreadData,
  workers: number,
  signal: AbortSignal,
  body: (work: (job: TableJob) => Promise<TableAnswer>) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const threads = Array.from(
    { length: workers },
    () => new Worker(new URL('./table-thread.js', import.meta.url), { workerData: data }),
  );
  const idle = [...threads];
  const queue: ((thread: Worker) => void)[] = [];
  const lost = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    for (const thread of threads) thread.once('error', reject);
  });
  lost.catch(() => undefined);
  const work = async (job: TableJob): Promise<TableAnswer> => {
    const thread = idle.shift() ?? (await new Promise<Worker>((resolve) => queue.push(resolve)));
    const answer = await new Promise<TableAnswer>((resolve) => {
      thread.once('message', resolve);
      thread.postMessage(job);
    });
    const next = queue.shift();
    if (next === undefined) idle.push(thread);
    else next(thread);
    return answer;
  };
  try {
    return await Promise.race([body(work), lost]);
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
