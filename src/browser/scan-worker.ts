/**
 * The worker that runs a scan: reads and prepares the event, runs the engine with fit workers of its own, makes the
 * files. The page only draws. To end everything the page ends this worker, and its workers end with it.
 */
import type { TaskOutcome } from '../broker/index.js';
import { sha256, sha256Hex } from '../bytes/index.js';
import { SkymapError } from '../config/index.js';
import { type Detector, detectorForEvent, loadIc86 } from '../detector/index.js';
import { type DecodedEvent, decodeEvent, describeEvent, encodeBase64, siteOf } from '../event/index.js';
import { findReco, type PreparedEvent } from '../reco/index.js';
import type { Manifest } from '../report/index.js';
import {
  eventStem,
  type ScanResult,
  type ScanSummary,
  type SkyMaps,
  skyProducts,
  summaryText,
} from '../result/index.js';
import {
  figuresTaker,
  type Journal,
  listenTo,
  parseProgression,
  type ScanOutcome,
  type ScanSetup,
  tellAll,
} from '../scan/index.js';
import {
  answerFiles,
  chooseReco,
  eventCopy,
  manifestFile,
  mapFiles,
  mapStem,
  pictureFiles,
  prepareWith,
  runHere,
  type ScannedWith,
  scanMetadata,
  scanSetup,
  shareLargeArrays,
  truthOf,
} from '../session/index.js';
import { directionOf, skyFrame } from '../sky/index.js';
import { eventPicture, htmlReport, skyFigures } from '../web/index.js';
import type { TrackLine } from '../web/page/event-view.js';
import type { FromScan, PixelBatch, Refusal, ScanChoices, ToScan } from './messages.js';
import { PixelBatches } from './pixel-batches.js';
import { fetchResource, fetchTables, fetchText } from './resources.js';
import { VERSION } from './version.js';
import { workerFitter } from './worker-fitter.js';
import { workerScope } from './worker-scope.js';

/** Between two messages about a running scan. */
const TELL_EVERY_MS = 100;

const scope = workerScope<ToScan, FromScan>();
const tell = scope.postMessage;
const note = (text: string): void => tell({ kind: 'note', text });

/** What has been read, prepared and finished so far. */
let opened: OpenedFile | null = null;
let prepared: OpenScan | null = null;
let finished: { readonly result: ScanResult; readonly scan: OpenScan } | null = null;
let pause: AbortController | null = null;

interface OpenedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly event: DecodedEvent;
  readonly detector: Detector;
  readonly notes: readonly string[];
}

interface OpenScan {
  readonly choices: ScanChoices;
  /** The reconstruction that the choices came to. */
  readonly scannedWith: ScannedWith;
  readonly setup: ScanSetup;
  readonly event: DecodedEvent;
  readonly prepared: PreparedEvent;
  readonly journal: Journal & { readonly fittedTasks: number };
}

scope.onmessage = async ({ data: message }) => {
  try {
    if (message.kind === 'open') await open(message.name, message.bytes);
    else if (message.kind === 'scan') await run(await prepare(message.choices));
    else if (message.kind === 'go-on') await run(prepared!);
    else if (message.kind === 'pause') pause?.abort();
    else exportAll(message.flatNside);
  } catch (error) {
    tell({ kind: 'refused', during: message.kind, refusal: refusalOf(error) });
  }
};

async function open(name: string, bytes: Uint8Array): Promise<void> {
  const event = decodeEvent(bytes, name);
  const detector = detectorForEvent(event, await loadIc86(fetchResource), null);
  const notes = [...event.warnings, ...detector.provenance];
  opened = { name, bytes, event, detector, notes };
  const picture = eventPicture(event, detector);
  tell({ kind: 'opened', event: { name, about: describeEvent(event), notes, picture, truth: truthOf(event) } });
}

async function prepare(choices: ScanChoices): Promise<OpenScan> {
  const { event, detector } = opened!;
  const progression = parseProgression(choices.nsides);
  const { iceModel } = choices;
  const metadata = scanMetadata(event);
  const scannedWith = await chooseReco(
    choices.recoAlgo,
    { event, detector, readResource: fetchResource, iceModel },
    note,
  );
  tell({ kind: 'chosen', ...scannedWith });
  const reco = findReco(scannedWith.recoAlgo);
  const { input, prepared: ready } = await prepareWith(
    { readResource: fetchResource, photonTables: fetchTables },
    reco,
    { event, detector, settings: choices.recoSettings, iceModel },
  );
  for (const text of ready.notes) note(text);
  const setup = scanSetup({
    metadata,
    event,
    reco,
    input,
    prepared: ready,
    progression,
    threshold: choices.threshold,
  });
  // Pages may share memory only where their host says so in its headers; elsewhere every worker gets a copy.
  const shared = globalThis.crossOriginIsolated === true ? shareLargeArrays(ready) : ready;
  prepared = { choices, scannedWith, setup, event, prepared: shared, journal: memoryJournal() };
  return prepared;
}

/** Runs a scan to its end or to a pause. */
async function run(scan: OpenScan): Promise<void> {
  const { choices, scannedWith, setup, journal } = scan;
  const taker = figuresTaker();
  const batches = new PixelBatches();
  const flush = (isDone = false): void => {
    if (taker.view !== null) tell({ kind: 'figures', figures: taker.figures(), isDone });
    sendPixels(batches.take());
  };
  const telling = setInterval(() => flush(), TELL_EVERY_MS);
  pause = new AbortController();
  try {
    tell({ kind: 'started', stem: eventStem(setup.metadata), workers: choices.workers });
    const outcome = await runHere(setup, {
      startFitter: () => workerFitter({ reco: scannedWith.recoAlgo, prepared: scan.prepared }),
      workers: choices.workers,
      journal,
      signal: pause.signal,
      listen: tellAll(
        taker.listen,
        listenTo({
          'pixel:done': ({ nside, pixel, fit }) => batches.add(nside, pixel, fit.llh),
          'scan:warning': ({ text }) => note(text),
        }),
      ),
      // Figures and pixels are told as they come; nobody waits for reports.
      reporting: { progressIntervalS: 1e9, resultIntervalS: 1e9 },
    });
    clearInterval(telling);
    flush(outcome.state !== 'interrupted');
    if (outcome.state === 'interrupted') tell({ kind: 'paused', kept: journal.fittedTasks });
    else await finish(scan, outcome, taker.view?.manifest() ?? null);
  } finally {
    clearInterval(telling);
    pause = null;
  }
}

/** The files that a scan on the command line leaves, and a report; PNGs are drawn by the page, which can. */
async function finish(scan: OpenScan, outcome: ScanOutcome, manifest: Manifest | null): Promise<void> {
  const { scannedWith, event } = scan;
  const { result, statistics } = outcome;
  const { threshold, angularErrorFloorDeg } = scan.choices;
  const record = { ...scannedWith, statistics, threshold, angularErrorFloorDeg, version: VERSION };
  const { summary, sky, files } = answerFiles(result, record);
  const pictures =
    sky === null ? [] : pictureFiles(result, { sky, recoAlgo: scannedWith.recoAlgo, truth: truthOf(event) }, note);
  const copy = eventCopy(eventStem(result.metadata!), opened!, note);
  finished = { result, scan };
  tell({
    kind: 'done',
    summary,
    text: summaryText(summary),
    figures: sky === null ? null : skyFigures(sky),
    track: trackOf(event, summary),
    files: [
      ...mapFiles(result),
      ...files,
      ...(copy === null ? [] : [copy]),
      ...(manifest === null ? [] : [manifestFile(manifest, 'finished', scannedWith, copy)]),
      ...pictures,
    ],
  });
  await report(summary, sky, manifest);
}

/** The report comes after everything else, which does not wait for it. */
async function report(summary: ScanSummary, sky: SkyMaps | null, manifest: Manifest | null): Promise<void> {
  const { result, scan } = finished!;
  const { name, bytes, event, detector, notes } = opened!;
  const input = {
    result,
    sky,
    name: mapStem(result),
    summary,
    manifest,
    recoAlgo: scan.scannedWith.recoAlgo,
    event: eventPicture(event, detector),
    notes,
    truth: truthOf(event),
    files: [{ what: 'Event', name, sha256: sha256Hex(bytes) }],
    version: VERSION,
  };
  try {
    const [script, style] = await Promise.all([fetchText('report.js'), fetchText('report.css')]);
    const assets = { script, style, sha256: (text: string) => encodeBase64(sha256(new TextEncoder().encode(text))) };
    tell({ kind: 'exported', files: [{ name: `${mapStem(result)}.report.html`, bytes: htmlReport(input, assets) }] });
  } catch (error) {
    note(`The report is missing: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The best fit in the detector. */
function trackOf(event: DecodedEvent, { best_fit: best, mjd }: ScanSummary): TrackLine | null {
  if (best === null || best.position_m === null || best.time_ns === null || mjd === null) return null;
  const [x, y, z] = best.position_m;
  const frame = skyFrame(mjd, siteOf(event));
  const { zenith, azimuth } = directionOf(frame, (best.ra_deg * Math.PI) / 180, (best.dec_deg * Math.PI) / 180);
  return { zenith, azimuth, x, y, z, timeNs: best.time_ns };
}

/** What `export` writes of the finished scan. */
function exportAll(flatNside: number | null): void {
  const { result, scan } = finished!;
  const { recoAlgo } = scan.scannedWith;
  const { angularErrorFloorDeg } = scan.choices;
  const [npz] = mapFiles(result);
  const source = { file: npz!.name, sha256: sha256Hex(npz!.bytes as Uint8Array) };
  const options = { recoAlgo, angularErrorFloorDeg, creator: `skymap-scanner ${VERSION}`, source };
  const products =
    flatNside === null
      ? skyProducts(result, mapStem(result), options)
      : skyProducts(result, mapStem(result), { ...options, formats: ['flat'], nside: flatNside });
  tell({ kind: 'exported', files: [...products].map(({ name, bytes }) => ({ name, bytes })) });
}

function sendPixels(batches: readonly PixelBatch[]): void {
  if (batches.length > 0) tell({ kind: 'pixels', batches });
}

/** Keeps outcomes while the page lives, so that a paused scan can go on. */
function memoryJournal(): OpenScan['journal'] {
  const kept: TaskOutcome[] = [];
  return {
    get fittedTasks() {
      return kept.filter(({ status }) => status === 'done').length;
    },
    replay: async () => [...kept],
    append: (outcome) => void kept.push(outcome),
  };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof SkymapError) return { code: error.code, sentence: error.message, hint: error.hint };
  const what = error instanceof Error ? error.message : String(error);
  return {
    code: null,
    sentence: `Internal error: ${what}`,
    hint: 'This is a defect of the scanner. Please report it with the event file, if you may share it.',
  };
}
