/** What `scan` and `server` have in common: arguments about the event and its map, the display, how a scan ends. */
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import type { Environment, ScanEvents } from '../index.js';
import type { EventScanOptions, RecoChoice, ScanJobReport } from '../node/index.js';
import { namedValue, numberBetween, shellText } from './arguments.js';
import { addLightOptions, type LightArguments, splineDirectory } from './light-options.js';
import type { Tell } from './tell.js';

/** Values of the options that the three functions below add. */
export interface ScanArguments extends LightArguments {
  readonly recoAlgo?: string;
  readonly recoModule?: string;
  readonly recoCommand?: string;
  readonly recoOption?: Readonly<Record<string, string>>;
  readonly nsides: readonly string[];
  readonly gcdDir?: string;
  readonly predictiveScanningThreshold: number;
  readonly realEvent?: true;
  readonly simulatedEvent?: true;
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

/** What nsides mean, for a help text. */
export const NSIDES_EXPLAINED = `\
A scan goes through HEALPix resolutions. --nsides 8:0 64:12 512:24 fits all 768 pixels of nside 8 (7 degrees wide), then
at nside 64 (0.9 degrees) the children of about 12 pixels around the best one, then at nside 512 (0.1 degrees) those of
about 24 around the best one of all.`;

/** Which files a scan leaves, for a help text. */
export const FILES_EXPLAINED = `\
Files in --output-dir: the map as TYPE_8_64_512.npz and .json, TYPE.summary.json, TYPE.multiorder.fits, pictures, and
scan-manifest.json with the progress (TYPE is like run00136662.evt000035405932.neutrino).`;

/** What event files there are, for a help text. */
export const EVENT_FILE = 'alert message (.json, .pkl), .i3 file (also .gz, .bz2, .zst) or open event';

/** Which reconstruction, which pixels. */
export function addRecoOptions(command: Command): Command {
  return command
    .addOption(new Option('--reco-algo <name>', 'built-in reconstruction').conflicts(['recoModule', 'recoCommand']))
    .addOption(new Option('--reco-module <file>', 'reconstruction from an ES module').conflicts('recoCommand'))
    .option('--reco-command <command>', 'reconstruction by any program (resources/examples)')
    .option('--reco-option <name=value>', 'option of the reconstruction; may be repeated', namedValue)
    .addOption(
      new Option('--nsides <n:e...>', 'HEALPix nsides, each with its extension in pixels of the one before').default(
        DEFAULT_NSIDES,
        DEFAULT_NSIDES.join(' '),
      ),
    );
}

/** How the event is read and the sky gone through. */
export function addSkyOptions(command: Command, isRealDefault: string): Command {
  return command
    .option('-g, --gcd-dir <dir>', 'baseline GCD files that alerts refer to; without them the built-in IC86 is used')
    .option(
      '--predictive-scanning-threshold <share>',
      'finished share of an nside at which the next one may start, 0.1 to 1; below 1 maps may differ between scans',
      numberBetween(0.1, 1),
      1,
    )
    .addOption(new Option('--real-event', `the event is real${isRealDefault}`).conflicts('simulatedEvent'))
    .option('--simulated-event', 'the event is simulated');
}

/** What becomes of the results, and what is printed. */
export function addResultOptions(command: Command): Command {
  const light = command
    .option(
      '--angular-error-floor <degrees>',
      'sigma of the Gaussian that the published map is blurred with',
      numberBetween(0, 20),
      0.2,
    )
    .option('--ice-model <name>', 'ice of the light model', 'spice_mie');
  return addLightOptions(light)
    .option('--fresh', 'start over: forget the fits of an earlier scan with the same settings')
    .option('--retry-failed', 'try pixels again that an earlier scan with the same settings gave up')
    .option('--no-pictures', 'draw no pictures')
    .option('--json', 'print the summary as JSON instead of text')
    .option('--quiet', 'no progress, only errors')
    .option('--debug', 'tell everything, show stack traces');
}

/** A scan that was asked for on the command line. */
export interface ScanSession extends Tell {
  readonly environment: Environment;
  /** For a scan job, but for the event and the directories. */
  readonly options: Omit<EventScanOptions, 'eventFile' | 'outputDir' | 'cacheDir'>;
  /** Runs the job, prints the answer or how to go on, sets the exit code. */
  run(outputDir: string | null, job: () => Promise<ScanJobReport>): Promise<void>;
}

/** Reads arguments and environment. Throws a ConfigError for what cannot be used. */
export async function scanSession(args: ScanArguments): Promise<ScanSession> {
  const { ConfigError, listenTo, parseProgression, readEnvironment, summaryText, tellAll } = await import(
    '../index.js'
  );
  const { INTERRUPTED, interruptible, progressDisplay, progressStyle } = await import('../node/index.js');

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

  return {
    environment,
    note,
    detail,
    options: {
      ...(args.gcdDir === undefined ? {} : { gcdDir: args.gcdDir }),
      reco,
      recoSettings,
      iceModel: args.iceModel,
      photonTables: splineDirectory(args),
      progression,
      threshold: args.predictiveScanningThreshold,
      ...(args.realEvent || args.simulatedEvent ? { isReal: args.realEvent === true } : {}),
      isFresh: args.fresh === true,
      retryFailed: args.retryFailed === true,
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
    },
    async run(outputDir, job) {
      try {
        const report = await job();
        display.stop();
        if (report.state === 'interrupted') {
          const command = shellText(process.argv.slice(1).filter((word) => word !== '--fresh'));
          const kept = `${report.kept} results are kept in ${report.journal}`;
          process.stderr.write(`Stopped. ${kept}. To go on:\n  ${command}\n`);
          process.exitCode = INTERRUPTED;
          return;
        }
        if (report.files.length > 0) {
          note(`Written to ${outputDir}: ${report.files.map((path) => basename(path)).join(', ')}`);
        }
        process.stdout.write(args.json ? `${JSON.stringify(report.summary, null, 2)}\n` : summaryText(report.summary));
      } finally {
        display.stop();
        interrupt.release();
      }
    },
  };
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
