/**
 * One task as a process: what the `reco` command does, as a function (the contract of ewms-pilot,
 * specs/sky-and-scan.md section 11). The out-file is there only after success.
 */
import { fitterPool, RunnerBroken, TaskFailed } from '../client/index.js';
import { FileFormatError } from '../config/index.js';
import { recoFailed } from '../session/index.js';
import type { SplineDirectory } from './files/photon-tables.js';
import { readStartupFile } from './files/startup-file.js';
import { readTaskFile, refuseExisting, writeOutcomeFile } from './files/task-files.js';
import { clientFit } from './fits/client-fit.js';

/** What a single task is told. */
export interface OneTaskOptions {
  readonly inFile: string;
  readonly outFile: string;
  readonly startupFile: string;
  /** Spline tables of this machine. Default: those that are installed. */
  readonly photonTables?: SplineDirectory;
  /** Seconds after which the fit is ended. */
  readonly taskTimeoutS: number;
}

/**
 * Fits the task of an in-file and writes the out-file. A first SIGTERM or SIGINT ends the process at once, whatever the
 * fit is doing, and with it every program that it has started.
 */
export async function fitOneTask(options: OneTaskOptions): Promise<void> {
  const { inFile, outFile, startupFile, taskTimeoutS } = options;
  refuseExisting(outFile);
  const message = await readTaskFile(inFile);
  const startup = await readStartupFile(startupFile);
  const { task, scanId, recoAlgo } = message;
  const { source, prepared } = await clientFit(startup, recoAlgo, options.photonTables);
  if (source.reco.name !== recoAlgo || (scanId !== '' && scanId !== startup.scanId)) {
    throw new FileFormatError(
      'scan/bad-task-file',
      `The in-file ${inFile} is a task of ${scanId || 'a scan'} for ${recoAlgo}, the start-up file ${startupFile} belongs to ${startup.scanId || 'a scan'} for ${source.reco.name}.`,
      'Give the start-up file of the server that sent the task.',
    );
  }
  const runner = fitterPool({ slots: 1, startFitter: source.fitters(prepared) });
  const die = (signal: NodeJS.Signals): void => {
    void runner.close();
    process.off('SIGTERM', die).off('SIGINT', die);
    process.kill(process.pid, signal);
  };
  process.on('SIGTERM', die).on('SIGINT', die);
  try {
    await runner.start();
    const { results, runtimeS } = await runner.run(task, taskTimeoutS);
    const { nside, pixel } = task;
    await writeOutcomeFile(outFile, { status: 'done', nside, pixel, results, runtimeS }, message);
  } catch (error) {
    if (error instanceof TaskFailed) {
      throw recoFailed(`The fit of nside ${task.nside} pixel ${task.pixel} failed: ${error.message}`, error.cause);
    }
    if (error instanceof RunnerBroken) throw recoFailed(error.message, error.cause);
    throw error;
  } finally {
    await runner.close();
    process.off('SIGTERM', die).off('SIGINT', die);
  }
}
