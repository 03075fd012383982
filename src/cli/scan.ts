/** `scan`: the whole sky scan of one event on this machine. */
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { Command, Option } from 'commander';
import type { ClientEvents, RecoTask, ScanEvents } from '../index.js';
import type { RecoChoice } from '../node/index.js';
import { namedValue, numberBetween, shellText, wholeNumber } from './arguments.js';

interface ScanArguments {
  readonly eventFile: string;
  readonly recoAlgo?: string;
  readonly recoModule?: string;
  readonly recoCommand?: string;
  readonly recoOption?: Readonly<Record<string, string>>;
  readonly nsides: readonly string[];
  readonly outputDir: string;
  readonly cacheDir?: string;
  readonly gcdDir?: string;
  readonly predictiveScanningThreshold: number;
  readonly realEvent?: true;
  readonly simulatedEvent?: true;
  readonly workers: number;
  readonly taskTimeout?: number;
  readonly angularErrorFloor: number;
  readonly iceModel: string;
  readonly fresh?: true;
  readonly retryFailed?: true;
  readonly quiet?: true;
  readonly debug?: true;
  readonly json?: true;
  readonly pictures: boolean;
}

const DEFAULT_NSIDES = ['8:0', '64:12', '512:24'];

const EXAMPLES = `
Examples:
  skymap-scanner scan --event-file alert.json --reco-algo pandel_mpe
  skymap-scanner scan --event-file alert.pkl --reco-algo pandel_mpe --output-dir results --workers 8
  skymap-scanner scan --event-file alert.i3.zst --reco-algo dummy --nsides 1:0 2:12 --json
  skymap-scanner scan --event-file event.json --reco-module my-reco.mjs --reco-option sigma_ns=20
  skymap-scanner scan --event-file event.json --reco-command 'python3 my_reco.py'

A scan goes through HEALPix resolutions. --nsides 8:0 64:12 512:24 fits all 768 pixels of nside 8 (7 degrees wide), then
at nside 64 (0.9 degrees) the children of about 12 pixels around the best one, then at nside 512 (0.1 degrees) those of
about 24 around the best one of all.

Stopped by Ctrl-C or killed, the same command goes on where it was: finished fits are kept in --cache-dir. Other
settings start a scan of their own.

Environment (defaults): SKYSCAN_PROGRESS_INTERVAL_SEC (60) and SKYSCAN_RESULT_INTERVAL_SEC (120), seconds between two
writes of scan-manifest.json and of partial maps; EWMS_PILOT_TASK_TIMEOUT (1800); SKYSCAN_LOG (INFO), DEBUG is --debug,
WARNING is --quiet; SKYSCAN_CRASH_DUMMY_PROBABILITY (0.5).

Files in --output-dir: the map as TYPE_8_64_512.npz and .json, TYPE.summary.json, TYPE.multiorder.fits, pictures, and
scan-manifest.json with the progress (TYPE is like run00136662.evt000035405932.neutrino).

"skymap-scanner recos" lists the reconstructions.`;

export function scanCommand(): Command {
  return new Command('scan')
    .summary('scan the sky for the direction of one event')
    .description('Scans the sky for the direction of one event on this machine and prints position and regions.')
    .requiredOption(
      '-e, --event-file <file>',
      'alert message (.json, .pkl), .i3 file (also .gz, .bz2, .zst) or open event',
    )
    .addOption(new Option('--reco-algo <name>', 'built-in reconstruction').conflicts(['recoModule', 'recoCommand']))
    .addOption(new Option('--reco-module <file>', 'reconstruction from an ES module').conflicts('recoCommand'))
    .option('--reco-command <command>', 'reconstruction by any program (resources/examples)')
    .option('--reco-option <name=value>', 'option of the reconstruction; may be repeated', namedValue)
    .addOption(
      new Option('--nsides <n:e...>', 'HEALPix nsides, each with its extension in pixels of the one before').default(
        DEFAULT_NSIDES,
        DEFAULT_NSIDES.join(' '),
      ),
    )
    .option('-o, --output-dir <dir>', 'where results go', '.')
    .option('-c, --cache-dir <dir>', 'where finished fits are kept (default: <output-dir>/cache)')
    .option('-g, --gcd-dir <dir>', 'baseline GCD files that alerts refer to; without them the built-in IC86 is used')
    .option(
      '--predictive-scanning-threshold <share>',
      'finished share of an nside at which the next one may start, 0.1 to 1; below 1 maps may differ between scans',
      numberBetween(0.1, 1),
      1,
    )
    .addOption(new Option('--real-event', 'the event is real (default: as its file says)').conflicts('simulatedEvent'))
    .option('--simulated-event', 'the event is simulated')
    .option('--workers <number>', 'fits at the same time', wholeNumber(1, 4096), availableParallelism())
    .option(
      '--task-timeout <seconds>',
      'end a fit that takes longer, and try it again (default: EWMS_PILOT_TASK_TIMEOUT or 1800)',
      numberBetween(0.001, 1e9),
    )
    .option(
      '--angular-error-floor <degrees>',
      'sigma of the Gaussian that the published map is blurred with',
      numberBetween(0, 20),
      0.2,
    )
    .option('--ice-model <name>', 'ice of the light model', 'spice_mie')
    .option('--fresh', 'start over: forget the fits of an earlier scan with the same settings')
    .option('--retry-failed', 'try pixels again that an earlier scan with the same settings gave up')
    .option('--no-pictures', 'draw no pictures')
    .option('--json', 'print the summary as JSON instead of text')
    .option('--quiet', 'no progress, only errors')
    .option('--debug', 'tell everything, show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(scan);
}

async function scan(args: ScanArguments): Promise<void> {
  const { ConfigError, listenTo, listenToClient, parseProgression, readEnvironment, summaryText, tellAll } =
    await import('../index.js');
  const { INTERRUPTED, interruptible, progressDisplay, progressStyle, scanOnThisMachine } = await import(
    '../node/index.js'
  );

  const { environment, warnings } = readEnvironment(process.env);
  const isDebug = args.debug === true || environment.log === 'DEBUG';
  const isQuiet = !isDebug && (args.quiet === true || !['DEBUG', 'INFO'].includes(environment.log));
  const progression = parseProgression(args.nsides);
  const reco = recoChoice(args);
  if (reco === null) {
    throw new ConfigError(
      'config/bad-value',
      'No reconstruction was chosen.',
      'Say --reco-algo NAME ("skymap-scanner recos" lists them), --reco-module FILE or --reco-command COMMAND.',
    );
  }
  const recoSettings = { ...args.recoOption };
  if (args.recoAlgo === 'crash_dummy') recoSettings.crash_probability ??= String(environment.crashDummyProbability);

  const display = progressDisplay({ terminal: process.stderr, style: progressStyle(process.stderr, isQuiet) });
  const note = (text: string): void => {
    if (!isQuiet) display.note(text);
  };
  const detail = (text: string): void => {
    if (isDebug) display.note(text);
  };
  const interrupt = interruptible(() => detail('Stopping.'));
  for (const text of warnings) note(text);

  try {
    const report = await scanOnThisMachine({
      eventFile: args.eventFile,
      ...(args.gcdDir === undefined ? {} : { gcdDir: args.gcdDir }),
      reco,
      recoSettings,
      iceModel: args.iceModel,
      progression,
      threshold: args.predictiveScanningThreshold,
      ...(args.realEvent || args.simulatedEvent ? { isReal: args.realEvent === true } : {}),
      outputDir: args.outputDir,
      cacheDir: args.cacheDir ?? join(args.outputDir, 'cache'),
      isFresh: args.fresh === true,
      retryFailed: args.retryFailed === true,
      workers: args.workers,
      taskTimeoutS: args.taskTimeout ?? environment.taskTimeoutS,
      angularErrorFloorDeg: args.angularErrorFloor,
      pictures: args.pictures,
      progressIntervalS: environment.progressIntervalS,
      resultIntervalS: environment.resultIntervalS,
      signal: interrupt.signal,
      note,
      listen: tellAll(
        display.listen,
        listenTo({ 'scan:started': () => interrupt.arm(), 'round:chosen': (round) => detail(roundText(round)) }),
      ),
      listenToWorkers: listenToClient(failureHandlers(note, detail)),
    });
    display.stop();
    if (report.state === 'interrupted') {
      const command = shellText(process.argv.slice(1).filter((word) => word !== '--fresh'));
      process.stderr.write(`Stopped. ${report.kept} results are kept in ${report.journal}. To go on:\n  ${command}\n`);
      process.exitCode = INTERRUPTED;
      return;
    }
    note(`Written to ${args.outputDir}: ${report.files.map((path) => basename(path)).join(', ')}`);
    process.stdout.write(args.json ? `${JSON.stringify(report.summary, null, 2)}\n` : summaryText(report.summary));
  } finally {
    display.stop();
    interrupt.release();
  }
}

/** Which pixels a round sends, and around which. */
function roundText({ round, sent, minimum }: ScanEvents['round:chosen']): string {
  const pixels = sent.map(({ nside, pixels }) => `${pixels.length} pixels of nside ${nside}`).join(', ');
  const around = minimum === null ? '' : ` around nside ${minimum.nside} pixel ${minimum.pixel} (llh ${minimum.llh})`;
  return `Round ${round}: ${pixels || 'nothing more to send'}${around}`;
}

function recoChoice({ recoAlgo, recoModule, recoCommand }: ScanArguments): RecoChoice | null {
  if (recoModule !== undefined) return { kind: 'module', path: recoModule };
  if (recoCommand !== undefined) return { kind: 'command', command: recoCommand, name: 'command' };
  return recoAlgo === undefined ? null : { kind: 'builtin', name: recoAlgo };
}

/** So many given-up tasks are told one by one; all of them, and every try, only with --debug. */
const TOLD_FAILURES = 5;

type ClientHandlers = { readonly [K in keyof ClientEvents]?: (event: ClientEvents[K]) => void };

function failureHandlers(note: (text: string) => void, detail: (text: string) => void): ClientHandlers {
  let told = 0;
  const where = ({ nside, pixel }: RecoTask): string => `nside ${nside} pixel ${pixel}`;
  return {
    'client:state': ({ state, from }) => detail(`Workers: ${from} -> ${state}`),
    'task:retry': ({ task, attempt, reason }) => detail(`Try ${attempt} of ${where(task)} failed: ${reason}`),
    'task:given-up': ({ task, reasons }) => {
      const text = `Given up: ${where(task)} after ${reasons.length} tries: ${reasons.at(-1)}`;
      if (++told <= TOLD_FAILURES) note(text);
      else detail(text);
      if (told === TOLD_FAILURES) note('Further pixels that cannot be fitted are only counted (--debug tells all).');
    },
  };
}
