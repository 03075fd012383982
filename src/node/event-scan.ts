/**
 * A scan of an event from its file to the result files, whoever fits the tasks: loads and prepares the event, opens the
 * journal, has the scan run by what it is handed, writes the results. `scan` and `server` differ only in that middle.
 */
import { join } from 'node:path';
import type { DecodedEvent } from '../event/index.js';
import { AUTO_RECO, type PreparedEvent, type RecoSettings } from '../reco/index.js';
import { eventStem, type ScanSummary } from '../result/index.js';
import {
  listenTo,
  type Progression,
  type ScanListener,
  type ScanOutcome,
  type ScanSetup,
  type ScanView,
  scanFingerprint,
  tellAll,
} from '../scan/index.js';
import { answerFiles, chooseReco, eventCopy, scanMetadata, scanSetup, truthOf } from '../session/index.js';
import { type DiskJournal, openJournal } from './files/disk-journal.js';
import { ensureDirectory, probeWritable } from './files/files.js';
import { fingerprint } from './files/fingerprint.js';
import { type LoadedEvent, loadEvent } from './files/load-event.js';
import type { SplineDirectory } from './files/photon-tables.js';
import { drawPictures } from './files/pictures.js';
import { packageVersion, readResource } from './files/resources.js';
import { resultFiles } from './files/result-files.js';
import { openReco, type RecoChoice, type RecoSource } from './fits/reco-source.js';
import { prepareEvent } from './prepare-event.js';

/** What a scan of an event is told, wherever its tasks are fitted. */
export interface EventScanOptions {
  readonly eventFile: string;
  /** See `LoadEventOptions.gcdDir`. */
  readonly gcdDir?: string | null;
  readonly reco: RecoChoice;
  /** Options of the reco. Default: none. */
  readonly recoSettings?: RecoSettings;
  /** Name of the ice model. Default 'spice_mie'. Change it to see what the ice is worth. */
  readonly iceModel?: string;
  /** See {@link SplineDirectory}. Default: those that are installed. */
  readonly photonTables?: SplineDirectory;
  readonly progression: Progression;
  /** Predictive scanning threshold in [0.1, 1]. Default 1. Lower it when speed counts more than reproducibility. */
  readonly threshold?: number;
  /** Whether the event is real; default: as its file says. */
  readonly isReal?: boolean;
  /** Where results go. Made if need be; null: nowhere, since whoever listens takes them. */
  readonly outputDir: string | null;
  /** Where the journal is kept, in a directory per event. Made if need be. */
  readonly cacheDir: string;
  /** Forget what an earlier, stopped or finished scan with the same settings has kept. Default false. */
  readonly isFresh?: boolean;
  /** Whether the broker hands out every variation of a pixel for itself. Default false. */
  readonly areVariationsApart?: boolean;
  /** Try again what an earlier scan with the same settings had to give up. Default false. */
  readonly retryFailed?: boolean;
  /** Two vertex variations with millipede_original, as upstream's quick tests. Default false. */
  readonly isMiniTest?: boolean;
  /** Sigma of the blur of the published map, degrees. Default 0.2. */
  readonly angularErrorFloorDeg?: number;
  /** Whether to draw pictures. Default true. Change it where only the numbers are wanted. */
  readonly pictures?: boolean;
  /** Whether the event is kept beside its map, for reports and pages. Default true. Change it where it must not be. */
  readonly keepsEvent?: boolean;
  readonly progressIntervalS?: number;
  readonly resultIntervalS?: number;
  /** Ends the scan; its journal stays. */
  readonly signal?: AbortSignal;
  /** Hears the scan. */
  readonly listen?: ScanListener;
  /** Is shown the event, as soon as it has been read. */
  readonly showEvent?: (event: LoadedEvent) => void;
  /** What a person should know, one sentence at a time. */
  readonly note?: (text: string, level?: 'WARNING') => void;
}

/** How a scan ended. */
export type ScanJobReport =
  | { readonly state: 'done'; readonly summary: ScanSummary; readonly files: readonly string[] }
  /** Ended through the signal. `kept`: fits that the next scan with the same settings finds. */
  | { readonly state: 'interrupted'; readonly kept: number; readonly journal: string };

/** A scan that is ready to run. */
export interface OpenScan {
  readonly setup: ScanSetup;
  /** `run00136662.evt000035405932.neutrino` */
  readonly stem: string;
  readonly event: DecodedEvent;
  /** The reco by name or place; one that was left to the scanner has been chosen. */
  readonly choice: RecoChoice;
  readonly source: RecoSource;
  readonly prepared: PreparedEvent;
  readonly journal: DiskJournal;
  /** To be told everything: writes the running scan's files, and tells whoever listens. */
  readonly listen: ScanListener;
  readonly note: (text: string) => void;
}

/** SKYSCAN_MINI_TEST: the first two variations are enough to see that everything works (reco-millipede.md 2). */
function forTests(source: RecoSource, isMini: boolean): RecoSource {
  const { reco } = source;
  if (!isMini || reco.name !== 'millipede_original') return source;
  return { ...source, reco: { ...reco, variations: reco.variations.slice(0, 2) } };
}

/**
 * Scans an event. Throws a `SkymapError` for everything that is wrong with files, settings or the reco, and whatever
 * `run` throws.
 *
 * @param run runs the scan; `listen` and `journal` are to be handed to `runScan`
 * @param load how the event is read. Default: `loadEvent`
 */
export async function scanEvent(
  options: EventScanOptions,
  run: (scan: OpenScan) => Promise<ScanOutcome>,
  load: typeof loadEvent = loadEvent,
): Promise<ScanJobReport> {
  const { outputDir, cacheDir, progression, threshold = 1 } = options;
  const note = options.note ?? (() => undefined);
  const isAuto = options.reco.kind === 'builtin' && options.reco.name === AUTO_RECO;
  // A name that nobody has is told before the event is read.
  const named = isAuto ? null : await openReco(options.reco);
  const gcdOption = options.gcdDir === undefined ? {} : { gcdDir: options.gcdDir };
  const loaded = await load(options.eventFile, gcdOption);
  const { event, detector, notes } = loaded;
  options.showEvent?.(loaded);
  const metadata = scanMetadata(event, options.isReal);
  const stem = eventStem(metadata);
  const journalDir = join(cacheDir, stem);
  for (const directory of outputDir === null ? [journalDir] : [outputDir, journalDir]) {
    await ensureDirectory(directory);
    await probeWritable(directory);
  }
  for (const text of notes) note(text);

  const scannedWith =
    named === null
      ? await chooseReco(AUTO_RECO, { event, detector, readResource, iceModel: options.iceModel }, note)
      : { recoAlgo: named.reco.name, recoChoice: null };
  const choice: RecoChoice = named === null ? { kind: 'builtin', name: scannedWith.recoAlgo } : options.reco;
  const source = forTests(named ?? (await openReco(choice)), options.isMiniTest === true);
  const settings = options.recoSettings ?? {};
  const { input, prepared, remark } = await prepareEvent(source.reco, {
    event,
    detector,
    settings,
    iceModel: options.iceModel,
    photonTables: options.photonTables,
  });
  for (const text of prepared.notes) note(text);
  if (remark !== null) note(remark, 'WARNING');
  const areVariationsApart = options.areVariationsApart === true && source.reco.taskUnit === 'pixel';
  // An outcome of a pixel is taken for the whole of it; of parts each must be a task.
  const reco = areVariationsApart ? { ...source.reco, taskUnit: 'variation' as const } : source.reco;
  const setup = scanSetup({ metadata, event, reco, input, prepared, progression, threshold });

  const nsides = progression.map(({ nside }) => nside);
  const journal = openJournal({
    directory: journalDir,
    name: [source.reco.name, ...nsides].join('_'),
    fingerprint: scanFingerprint(setup, {
      eventDigest: fingerprint({ source: source.identity, prepared }),
      settings,
      areVariationsApart,
      productVersion: await packageVersion(),
    }),
    isFresh: options.isFresh === true,
    retryFailed: options.retryFailed === true,
  });
  if (journal.droppedBytes > 0) {
    const { path, droppedBytes } = journal;
    note(
      `The last ${droppedBytes} bytes of ${path} are cut short or damaged and are dropped; their fits are made again.`,
      'WARNING',
    );
  }
  const copy = outputDir === null || options.keepsEvent === false ? null : eventCopy(stem, loaded, note);
  const files = outputDir === null ? null : resultFiles(outputDir, metadata, scannedWith, copy, note);
  let view: ScanView | null = null;
  /** A manifest is what people look at later: it must not look like that of a scan that goes on. */
  const endManifest = async (state: 'stopped' | 'failed', summary: string): Promise<void> => {
    if (view !== null) {
      const { progress, ...rest } = view.manifest();
      files?.manifest({ ...rest, progress: { ...progress, summary, epilogue: '' } }, state);
    }
    const partials = (await files?.settle()) ?? [];
    if (partials.length > 0) note(`The map so far stays: ${partials.join(', ')}. It is not finished.`);
  };
  try {
    const listen = tellAll(
      options.listen ?? (() => undefined),
      listenTo({
        'scan:started': (started) => {
          view = started.view;
          if (journal.results > 0)
            note(`Going on with ${journal.results} results of an earlier scan in ${journal.path}.`);
        },
        'report:progress': ({ manifest }) => files?.manifest(manifest, 'running'),
        'report:result': (report) => {
          if (files !== null && !report.isFinal) files.partial(report.result);
        },
        'scan:warning': ({ text }) => note(text, 'WARNING'),
      }),
    );
    const outcome = await run({ setup, stem, event, choice, source, prepared, journal, listen, note });
    if (outcome.state === 'interrupted') {
      await endManifest(
        'stopped',
        `The scan was stopped; ${journal.results} results are kept, the same command goes on with them.`,
      );
      return { state: 'interrupted', kept: journal.results, journal: journal.path };
    }
    const { result, statistics } = outcome;
    const {
      summary,
      sky,
      files: answers,
    } = answerFiles(result, {
      ...scannedWith,
      statistics,
      threshold,
      angularErrorFloorDeg: options.angularErrorFloorDeg ?? 0.2,
      version: await packageVersion(),
    });
    const pictures =
      sky === null || outputDir === null || options.pictures === false
        ? []
        : await drawPictures(result, outputDir, { sky, recoAlgo: source.reco.name, truth: truthOf(event) }, note);
    const written = await files?.finish(result, [
      ...answers.map(({ name, bytes }) => ({ path: join(outputDir ?? '', name), bytes })),
      ...pictures,
    ]);
    return { state: 'done', summary, files: written ?? [] };
  } catch (error) {
    // A reco that cannot work at all leaves nothing that is worth going on with.
    if (journal.fittedTasks === 0) journal.discard();
    await endManifest(
      'failed',
      `The scan ended with an error: ${error instanceof Error ? error.message : String(error)}`,
    );
    throw error;
  } finally {
    journal.close();
  }
}
