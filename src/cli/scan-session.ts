/** What `scan` and `server` have in common: arguments about the event and its map, the display, how a scan ends. */
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import type { Environment } from '../index.js';
import type { EventScanOptions, Observer, RecoChoice, ScanJobReport } from '../node/index.js';
import { GCD_DIR, namedValue, numberBetween } from './arguments.js';
import { errorData, ToldError } from './errors.js';
import { addLightOptions, type LightArguments, splineDirectory } from './light-options.js';
import { addLogOptions, type LogArguments, logChoice } from './log-options.js';
import { printable } from './printable.js';
import { addWebOptions, type WebArguments, webPlace } from './web-options.js';

/** Values of the options that the three functions below add. */
export interface ScanArguments extends LightArguments, LogArguments, WebArguments {
  readonly eventFile?: string;
  readonly workers?: number;
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
  readonly watch?: boolean;
  readonly json?: true;
  readonly pictures: boolean;
  readonly eventCopy: boolean;
}

const DEFAULT_NSIDES = ['8:0', '64:12', '512:24'];

/** What nsides mean, for a help text. */
export const NSIDES_EXPLAINED = `\
A scan goes through HEALPix resolutions. --nsides 8:0 64:12 512:24 fits all 768 pixels of nside 8 (7 degrees wide), then
at nside 64 (0.9 degrees) the children of about 12 pixels around the best one, then at nside 512 (0.1 degrees) those of
about 24 around the best one of all.`;

/** Which files a scan leaves, for a help text. */
export const FILES_EXPLAINED = `\
Files in --output-dir: the map as TYPE_8_64_512.npz and .json, TYPE.summary.json, TYPE.multiorder.fits, pictures, the
event as TYPE.event.json.gz (open event, 0.1 MB; --no-event-copy leaves it out), and scan-manifest.json with the progress
(TYPE is like run00136662.evt000035405932.neutrino).`;

/** What event files there are, for a help text. */
export const EVENT_FILE = 'alert message (.json, .pkl), .i3 file (also .gz, .bz2, .zst) or open event';

/** Which reconstruction, which pixels. */
export function addRecoOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--reco-algo <name>',
        'built-in reconstruction; "auto": splinempe, or millipede_wilks above 40 TeV of muon energy, as IceCube chooses',
      ).conflicts(['recoModule', 'recoCommand']),
    )
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
    .option('-g, --gcd-dir <dir>', GCD_DIR)
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
  const result = addLightOptions(light)
    .option('--fresh', 'start over: forget the fits of an earlier scan with the same settings')
    .option('--retry-failed', 'try pixels again that an earlier scan with the same settings gave up')
    .option('--no-pictures', 'draw no pictures')
    .option('--no-event-copy', 'do not keep the event beside its map (reports and "serve" then show none)')
    .option('--json', 'print the summary as JSON instead of text')
    .option('--watch', 'show the progress as a block that is redrawn (default on a terminal)')
    .option('--no-watch', 'show the progress as a line now and then');
  return addLogOptions(addWebOptions(result));
}

/** A scan that was asked for on the command line. */
export interface ScanSession {
  readonly environment: Environment;
  /** For a scan job, but for the event and the directories. */
  readonly options: Omit<EventScanOptions, 'eventFile' | 'outputDir' | 'cacheDir'>;
  /** To be handed what happens at the broker, and to workers of this process. */
  readonly hear: Pick<Observer, 'broker' | 'client' | 'hide'>;
  /** Runs the job, prints the answer or how to go on, sets the exit code. */
  run(outputDir: string | null, job: () => Promise<ScanJobReport>): Promise<void>;
}

/** Reads arguments and environment. Throws a ConfigError for what cannot be used. */
export async function scanSession(args: ScanArguments, role: 'scan' | 'server'): Promise<ScanSession> {
  const { ConfigError, listenTo, parseProgression, readEnvironment, SkymapError, summaryText, tellAll } = await import(
    '../index.js'
  );
  const { INTERRUPTED, interruptible, observe, openScanPage, progressDisplay, progressStyle, shellText, timeStamp } =
    await import('../node/index.js');

  const { environment, warnings } = readEnvironment(process.env);
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

  const choice = logChoice(args);
  const isJson = (choice.format ?? environment.logFormat) === 'json';
  const isLoud = choice.isDebug || (!choice.isQuiet && ['DEBUG', 'INFO'].includes(environment.log));
  const style = progressStyle(process.stderr, isJson || !isLoud, args.watch);
  // What a server says is read days later: there lines have a time.
  const isStamped = role === 'server' && style !== 'live';
  const display = progressDisplay({
    terminal: process.stderr,
    style,
    showsClients: role === 'server',
    ...(isStamped ? { stamp: () => `${timeStamp()} INFO    ` } : {}),
  });
  const observer = await observe({
    role,
    environment,
    ...choice,
    print: (line) => display.note(printable(line)),
    isStamped,
    labels: { reco: reco.kind === 'module' ? basename(reco.path) : reco.name },
  });
  const { note } = observer;
  const interrupt = interruptible(() => note('Stopping.', 'DEBUG'));
  for (const text of warnings) note(text, 'WARNING');
  const place = await webPlace(args, environment);
  if (place !== null) observer.hide([place.token]);
  const page =
    place === null
      ? null
      : await openScanPage({
          place,
          recoAlgo: reco.kind === 'module' ? basename(reco.path) : reco.name,
          angularErrorFloorDeg: args.angularErrorFloor,
          title: args.eventFile === undefined ? 'Sky scan' : basename(args.eventFile),
          ...(args.workers === undefined ? {} : { workers: args.workers }),
        });
  if (page !== null) note(`The scan is shown at ${page.url}${place!.token === '' ? '' : ' (asks for the token)'}`);

  return {
    environment,
    hear: {
      client: (name, event) => {
        page?.listenToClient(name, event);
        observer.client(name, event);
      },
      hide: observer.hide,
      broker: (name, event) => {
        display.listenToBroker(name, event);
        page?.listenToBroker(name, event);
        observer.broker(name, event);
      },
    },
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
      isMiniTest: environment.isMiniTest,
      angularErrorFloorDeg: args.angularErrorFloor,
      pictures: args.pictures,
      keepsEvent: args.eventCopy,
      ...(page === null ? {} : { showEvent: page.showEvent }),
      progressIntervalS: environment.progressIntervalS,
      resultIntervalS: environment.resultIntervalS,
      signal: page === null ? interrupt.signal : AbortSignal.any([interrupt.signal, page.signal]),
      note,
      listen: tellAll(
        display.listen,
        observer.scan,
        page?.listen ?? (() => undefined),
        listenTo({ 'scan:started': () => interrupt.arm() }),
      ),
    },
    async run(outputDir, job) {
      let failure: string | null = null;
      try {
        const report = await job();
        display.stop();
        if (report.state === 'interrupted') {
          const command = shellText(process.argv.slice(1).filter((word) => word !== '--fresh'));
          const { kept, journal } = report;
          observer.tell('scan:stopped', { kept, journal, command });
          if (!isJson) {
            const text = `Stopped. ${kept} results are kept in ${journal}. To go on:\n  ${command}\n`;
            process.stderr.write(text);
          }
          process.exitCode = INTERRUPTED;
          return;
        }
        if (report.files.length > 0) {
          note(`Written to ${outputDir}: ${report.files.map((path) => basename(path)).join(', ')}`);
        }
        process.stdout.write(args.json ? `${JSON.stringify(report.summary, null, 2)}\n` : summaryText(report.summary));
        // There is a map, but whoever waits for a position must not take it for one.
        if (report.summary.best_fit === null) process.exitCode = 1;
      } catch (error) {
        failure = error instanceof SkymapError ? error.message : 'The scan failed.';
        observer.tell('scan:failed', errorData(error, choice.isDebug), 'CRITICAL');
        throw isJson ? new ToldError('told', { cause: error }) : error;
      } finally {
        display.stop();
        interrupt.release();
        await page?.close(failure);
        await observer.close();
      }
    },
  };
}

function recoChoice({ recoAlgo, recoModule, recoCommand }: ScanArguments): RecoChoice | null {
  if (recoModule !== undefined) return { kind: 'module', path: recoModule };
  if (recoCommand !== undefined) return { kind: 'command', command: recoCommand, name: 'command' };
  return recoAlgo === undefined ? null : { kind: 'builtin', name: recoAlgo };
}
