/** `scan`: the whole sky scan of one event on this machine. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { numberBetween, wholeNumber } from './arguments.js';
import { LOG_EXPLAINED } from './log-options.js';
import {
  addRecoOptions,
  addResultOptions,
  addSkyOptions,
  EVENT_FILE,
  FILES_EXPLAINED,
  NSIDES_EXPLAINED,
  type ScanArguments,
  scanSession,
} from './scan-session.js';

interface Arguments extends ScanArguments {
  readonly eventFile: string;
  readonly outputDir: string;
  readonly cacheDir?: string;
  readonly workers: number;
  readonly taskTimeout?: number;
}

const EXAMPLES = `
Examples:
  skymap-scanner scan --event-file alert.json --reco-algo auto
  skymap-scanner scan --event-file alert.pkl --reco-algo pandel_mpe --output-dir results --workers 8
  skymap-scanner scan --event-file alert.json --reco-algo pandel_mpe --web      # watch it at http://127.0.0.1:8420/
  skymap-scanner scan --event-file alert.i3.zst --reco-algo dummy --nsides 1:0 2:12 --json
  skymap-scanner scan --event-file event.json --reco-module my-reco.mjs --reco-option sigma_ns=20
  skymap-scanner scan --event-file event.json --reco-command 'python3 my_reco.py'

${NSIDES_EXPLAINED}

Stopped by Ctrl-C or killed, the same command goes on where it was: finished fits are kept in --cache-dir. Other
settings start a scan of their own.

Environment (defaults): SKYSCAN_PROGRESS_INTERVAL_SEC (60) and SKYSCAN_RESULT_INTERVAL_SEC (120), seconds between two
writes of scan-manifest.json and of partial maps; EWMS_PILOT_TASK_TIMEOUT (1800); SKYSCAN_MINI_TEST (false), two vertex
variations instead of seven with millipede_original; SKYSCAN_CRASH_DUMMY_PROBABILITY (0.5), share of the tasks of crash_dummy
that fail; SKYSCAN_WEB_TOKEN, secret of the readers of --web, which other machines need.
${LOG_EXPLAINED}

${FILES_EXPLAINED}

"skymap-scanner recos" lists the reconstructions.`;

export function scanCommand(): Command {
  const command = new Command('scan')
    .summary('scan the sky for the direction of one event')
    .description('Scans the sky for the direction of one event on this machine and prints position and regions.');
  addRecoOptions(command.requiredOption('-e, --event-file <file>', EVENT_FILE))
    .option('-o, --output-dir <dir>', 'where results go', '.')
    .option('-c, --cache-dir <dir>', 'where finished fits are kept (default: <output-dir>/cache)');
  addSkyOptions(command, ' (default: as its file says)')
    .option('--workers <number>', 'fits at the same time', wholeNumber(1, 4096), availableParallelism())
    .option(
      '--task-timeout <seconds>',
      'end a fit that takes longer, and try it again (default: EWMS_PILOT_TASK_TIMEOUT or 1800)',
      numberBetween(0.001, 1e9),
    );
  return addResultOptions(command).addHelpText('after', EXAMPLES).action(scan);
}

async function scan(args: Arguments): Promise<void> {
  const session = await scanSession(args, 'scan');
  const { scanOnThisMachine } = await import('../node/index.js');
  await session.run(args.outputDir, () =>
    scanOnThisMachine({
      ...session.options,
      eventFile: args.eventFile,
      outputDir: args.outputDir,
      cacheDir: args.cacheDir ?? join(args.outputDir, 'cache'),
      workers: args.workers,
      taskTimeoutS: args.taskTimeout ?? session.environment.taskTimeoutS,
      listenToWorkers: session.hear.client,
    }),
  );
}
