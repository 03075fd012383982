/**
 * The server of a scan across machines, from the event file to the result files: what the `server` command does, as a
 * function. It is a scan as any other (event-scan.ts); its tasks go to a broker, and clients find what they need to fit
 * them in the start-up file.
 *
 * A server that was stopped or killed goes on from its journal under the name that it had: clients that still run do not
 * notice, and outcomes that wait at the broker are used.
 */
import { randomBytes } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { openServerEnd } from '../broker/remote.js';
import type { BrokerListener } from '../broker/remote-types.js';
import type { TaskContext, WireForm } from '../broker/wire/index.js';
import { ConfigError, ScanError } from '../config/index.js';
import { packetOfFile } from '../event/index.js';
import type { PredictionWindow } from '../report/index.js';
import { formatProgression, listenTo, runScan, type ScanOutcome, tellAll } from '../scan/index.js';
import { type EventScanOptions, type OpenScan, type ScanJobReport, scanEvent } from './event-scan.js';
import { ensureDirectory, readWholeFile, removeFile, writeFiles } from './files/files.js';
import { type LoadEventOptions, type LoadedEvent, loadEvent } from './files/load-event.js';
import { preparationOf, scanOfStartupFile, travelling, writeStartupFile } from './files/startup-file.js';
import type { RecoChoice } from './fits/reco-source.js';
import { type BrokerPlace, heartbeatFor } from './remote-broker.js';
import { eventOfSkydriver, type SkydriverOptions, scanForSkydriver } from './skydriver/skydriver.js';

/** What a server is told. */
export interface ServerJobOptions extends Omit<EventScanOptions, 'eventFile'> {
  /** null: SkyDriver has it. */
  readonly eventFile: string | null;
  /** SkyDriver, where it has asked for the scan: the event comes from there. Default: nobody has. */
  readonly skydriver?: SkydriverOptions | null;
  /** Where the start-up file is written. */
  readonly startupFile: string;
  readonly broker: BrokerPlace;
  /** Name of the scan; '' for one of the event, the nsides and the time. */
  readonly scanId: string;
  /** Seconds without a result after which the server gives up. */
  readonly timeoutFromClientsS: number;
  /** Seconds that a client may spend on one try of a task. */
  readonly taskTimeoutS: number;
  /** Results that the broker hands over in advance. */
  readonly prefetch: number;
  /** Form of the tasks. Default 'json'. Change it where upstream's clients take part. */
  readonly form?: WireForm;
  /** See `ReportingOptions.predictionWindow`. */
  readonly predictionWindow?: PredictionWindow;
  /** Hears the broker. */
  readonly listenToBroker?: BrokerListener;
}

/**
 * Serves the scan of an event until all is collected. Throws a `SkymapError` for everything that is wrong with files,
 * settings, the reco or the broker.
 */
export async function serveScan(options: ServerJobOptions): Promise<ScanJobReport> {
  const { skydriver = null, signal, note = () => undefined, listen = () => undefined } = options;
  if (skydriver === null) {
    if (options.outputDir === null) throw notSaid('where results go', '--output-dir DIR');
    return serveEvent({ ...options, eventFile: options.eventFile ?? whereIsEvent() });
  }
  if (options.eventFile !== null) note('SkyDriver has the event of this scan; --event-file is not read.');
  const eventFile = await eventOfSkydriver(skydriver, options.cacheDir, note);
  const unwanted = new AbortController();
  const ending = signal === undefined ? unwanted.signal : AbortSignal.any([signal, unwanted.signal]);
  const there = scanForSkydriver(skydriver, note, () => unwanted.abort());
  try {
    const report = await serveEvent({
      ...options,
      eventFile,
      listen: tellAll(listen, there.listen),
      signal: ending,
      ...(skydriver.waitsForWorkers ? { ready: () => there.waitForWorkers(ending) } : {}),
    });
    if (report.state === 'done') await there.finish(signal);
    else if (there.unwanted !== null) throw isUnwanted(skydriver, there.unwanted, report.journal);
    return report;
  } finally {
    there.close();
  }
}

/** A server that knows its event. */
interface EventOptions extends ServerJobOptions {
  readonly eventFile: string;
  readonly ready?: () => Promise<void>;
}

async function serveEvent(options: EventOptions): Promise<ScanJobReport> {
  let eventText = '';
  const load = async (path: string, loading?: LoadEventOptions): Promise<LoadedEvent> => {
    const loaded = await travelling(await loadEvent(path, loading));
    eventText = loaded.openText;
    return loaded;
  };
  const forms = { areVariationsApart: options.form === 'mqclient' };
  return scanEvent({ ...options, ...forms }, (scan) => serve(scan, eventText, options), load);
}

async function serve(scan: OpenScan, eventText: string, options: EventOptions): Promise<ScanOutcome> {
  const { setup, source, prepared, journal, note } = scan;
  const { startupFile, broker } = options;
  const { scanId, isResumed } = await nameOf(scan, options);
  await ensureDirectory(dirname(startupFile));
  // Whoever waits for the file must not find that of another scan.
  if ((await scanOfStartupFile(startupFile)) !== scanId) await removeFile(startupFile);

  const server = await openServerEnd(broker.client, {
    ...broker.queues(scanId),
    ownsQueues: broker.ownsQueues,
    form: options.form ?? 'json',
    context: await contextOf(scan, scanId, options),
    isResumed,
    prefetch: options.prefetch,
    lostAfterS: 4 * options.taskTimeoutS,
    heartbeatS: heartbeatFor(options.taskTimeoutS),
    ...(options.listenToBroker === undefined ? {} : { listen: options.listenToBroker }),
  });
  let isDone = false;
  const close = (): Promise<void> => server.close({ keepQueues: !isDone });
  try {
    await writeStartupFile(startupFile, {
      scanId,
      eventFile: options.eventFile,
      eventText,
      reco: anywhere(scan.choice),
      settings: options.recoSettings ?? {},
      iceModel: options.iceModel ?? 'spice_mie',
      preparation: preparationOf(source, prepared),
    });
  } catch (error) {
    await close();
    throw error;
  }
  const opening = listenTo({
    'scan:started': () => {
      note(`Serving ${scan.stem} for ${source.reco.name} as ${scanId}; clients start with ${startupFile}.`);
    },
    // Only now nobody needs the queues any more; they are kept for a scan that goes on later.
    'scan:done': () => {
      isDone = true;
    },
  });
  try {
    return await runScan(setup, {
      server: { send: (tasks) => server.send(tasks), outcomes: () => server.outcomes(), close },
      journal,
      listen: tellAll(scan.listen, opening),
      silenceLimitS: options.timeoutFromClientsS,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.ready === undefined ? {} : { ready: options.ready }),
      reporting: {
        progressIntervalS: options.progressIntervalS ?? 60,
        resultIntervalS: options.resultIntervalS ?? 120,
        scanId,
        ...(options.predictionWindow === undefined ? {} : { predictionWindow: options.predictionWindow }),
      },
    });
  } catch (error) {
    throw error instanceof ScanError && error.code === 'scan/timed-out' ? timedOut(options) : error;
  }
}

/** A module is found by clients in any directory. */
function anywhere(reco: RecoChoice): RecoChoice {
  return reco.kind === 'module' ? { ...reco, path: resolve(reco.path) } : reco;
}

/** The name that this scan had before, or a new one. It is kept beside the journal. */
async function nameOf(
  { setup, journal }: OpenScan,
  { scanId, isFresh }: ServerJobOptions,
): Promise<{ readonly scanId: string; readonly isResumed: boolean }> {
  const path = journal.path.replace(/\.journal$/, '.scan-id');
  const kept = isFresh === true ? '' : await readName(path);
  if (kept !== '' && (scanId === '' || scanId === kept)) return { scanId: kept, isResumed: true };
  const nsides = formatProgression(setup.progression).join('-');
  const seconds = Math.floor(Date.now() / 1000);
  const name =
    scanId !== '' ? scanId : `${setup.metadata.eventId}-${nsides}-${seconds}-${randomBytes(3).toString('hex')}`;
  await writeFiles([{ path, bytes: `${name}\n` }]);
  return { scanId: name, isResumed: false };
}

async function readName(path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readWholeFile(path, 'name of the scan')).trim();
  } catch {
    return '';
  }
}

/** What all tasks of the scan have in common. Upstream's form needs names that only events with frames have. */
async function contextOf(
  { source, event, note }: OpenScan,
  scanId: string,
  { form, eventFile }: EventOptions,
): Promise<TaskContext> {
  if (form === 'mqclient' && source.reco.taskUnit === 'pixel') {
    note(
      `In upstream's form every variation of a pixel is fitted for itself: ${source.reco.name}, which fits them together, ` +
        'may find slightly worse minima than otherwise.',
    );
  }
  const context = { scanId, recoAlgo: source.reco.name, formatVersion: event.header.formatVersion };
  if (form !== 'mqclient') return context;
  const packet = packetOfFile(await readWholeFile(eventFile, 'event file'), basename(eventFile));
  if (packet === null) {
    throw new ConfigError(
      'config/bad-value',
      "Messages in upstream's form need an event with IceTray frames, which this event file does not have.",
      'Give an alert message or an .i3 file, or leave out --message-form.',
    );
  }
  return { ...context, event: packet.header };
}

function timedOut({ timeoutFromClientsS }: ServerJobOptions): ScanError {
  return new ScanError(
    'scan/timed-out',
    `No result has come from clients for ${timeoutFromClientsS} s, the limit SKYSCAN_MQ_TIMEOUT_FROM_CLIENTS.`,
    "See whether clients run, what their logs say, and whether they read this scan's start-up file and reach the same broker. The same server command goes on where this one stopped",
  );
}

function notSaid(what: string, option: string): ConfigError {
  return new ConfigError('config/bad-value', `It was not said ${what}.`, `Say ${option}.`);
}

function whereIsEvent(): never {
  throw notSaid('which event to scan', '--event-file FILE');
}

function isUnwanted({ place }: SkydriverOptions, reason: string, journal: string): ScanError {
  return new ScanError(
    'skydriver/unwanted',
    `SkyDriver does not want scan ${place.scanId} any more: ${reason}`,
    `What was fitted is kept in ${journal}`,
  );
}
