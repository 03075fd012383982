/**
 * The scanner as a page: choose an event, choose a scan, watch the sky fill, take the files along. This thread only
 * shows; scan-worker.ts does the work. What may be done at a moment is in one place: `PageState` and `enter`.
 */
import { SkymapError } from '../config/index.js';
import type { NamedFile } from '../session/index.js';
import { byId, setText } from '../web/page/elements.js';
import type { EventView } from '../web/page/event-view.js';
import { themeSwitch } from '../web/page/theme-switch.js';
import { choicesForm, fillSelect } from './choices-form.js';
import { downloads } from './downloads.js';
import { showEvent } from './event-view.js';
import type { FromScan, OpenedEvent, Refusal } from './messages.js';
import { runningView } from './running-view.js';
import { connectScan, type ScanConnection } from './scan-connection.js';
import { skyPart } from './sky-part.js';
import { svgToPng } from './svg-to-png.js';

/** Where the page is. Without event, reading one, with one; then the life of its scan. */
type PageState = 'empty' | 'opening' | 'ready' | 'running' | 'pausing' | 'paused' | 'done';

const PNG_WIDTH = 1600;
const EXAMPLE = { url: new URL('./resources/demo/track.json', import.meta.url), name: 'track.json' };

const theme = themeSwitch(byId('theme-place'), (chosen) => {
  sky.view.setTheme(chosen);
  display?.setTheme(chosen);
});
const sky = skyPart(theme);
const form = choicesForm();
const running = runningView();
const files = downloads(byId('files'));
let display: EventView | null = null;
let opened: OpenedEvent | null = null;
let state: PageState = 'empty';
let scan: ScanConnection | null = null;
let event: { readonly name: string; readonly bytes: Uint8Array } | null = null;
let stem = 'scan';
let pictureUrls: string[] = [];

enter('empty');
wire();

// -------------------------------------------------------------------------------------------------------------- states

function enter(next: PageState): void {
  state = next;
  document.body.dataset.state = next;
  const isBusy = next === 'running' || next === 'pausing' || next === 'paused';
  form.enable(next === 'ready' || next === 'done');
  byId<HTMLInputElement>('file').disabled = isBusy;
  byId<HTMLButtonElement>('example').disabled = isBusy;
  byId('running-part').hidden = !isBusy && next !== 'done';
  byId('files-part').hidden = next !== 'done';
  byId('running-buttons').hidden = next === 'done';
  const pause = byId<HTMLButtonElement>('pause');
  pause.disabled = next === 'pausing' || next === 'done';
  setText(pause, next === 'paused' ? 'Go on' : 'Pause');
  byId<HTMLButtonElement>('stop').disabled = !isBusy;
  const titles = { running: 'Running', pausing: 'Pausing', paused: 'Paused', done: 'Finished' };
  if (next in titles) setText(byId('running-state'), titles[next as keyof typeof titles]);
}

function hear(message: FromScan): void {
  if (message.kind === 'opened') {
    opened = message.event;
    display = showEvent(opened);
    enter('ready');
    announce(`Event ${message.event.about.event_id} was read.`);
  } else if (message.kind === 'note') running.note(message.text);
  else if (message.kind === 'chosen') {
    running.reco(message);
    if (message.recoChoice != null) announce(`Chosen: ${message.recoChoice}`);
  } else if (message.kind === 'started') stem = message.stem;
  else if (message.kind === 'pixels') sky.add(message.batches);
  else if (message.kind === 'figures') running.show(message.figures, message.isDone);
  else if (message.kind === 'paused') {
    enter('paused');
    announce(`Paused. ${message.kept} results are kept.`);
  } else if (message.kind === 'done') void finish(message);
  else if (message.kind === 'exported') {
    files.add(message.files);
    waitForFiles(false);
  } else if (message.kind === 'refused') {
    refuse(message.refusal);
    if (message.during === 'open') enter('empty');
    else if (message.during === 'export') waitForFiles(false);
    else enter('ready');
  }
}

async function finish(done: Extract<FromScan, { kind: 'done' }>): Promise<void> {
  const { summary, text, figures, track } = done;
  files.clear();
  files.add(done.files);
  setText(byId('summary-text'), text);
  fillSelect(byId<HTMLSelectElement>('flat-nside'), summary.nsides.map(String), String(Math.max(...summary.nsides)));
  sky.finish(figures);
  display?.setTrack(track);
  enter('done');
  byId('position-part').focus({ preventScroll: true });
  announce('The scan is finished.');
  await showPictures(done.files);
}

/** The two pictures, and PNG files of them. */
async function showPictures(made: readonly NamedFile[]): Promise<void> {
  const pictures = byId('pictures');
  clearPictures();
  for (const { name, bytes } of made) {
    if (!name.endsWith('.svg') || typeof bytes !== 'string') continue;
    try {
      const png = await svgToPng(bytes, PNG_WIDTH);
      files.add([{ name: name.replace(/svg$/, 'png'), bytes: png }]);
      const url = URL.createObjectURL(new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' }));
      pictureUrls.push(url);
      const image = new Image();
      image.src = url;
      image.alt = name.includes('.zoom.') ? 'The surroundings of the best fit' : 'The whole sky';
      pictures.append(image);
    } catch (error) {
      running.note(`A picture (${name}) is missing as PNG: ${error instanceof Error ? error.message : error}`);
    }
  }
  byId('pictures-part').hidden = pictures.children.length === 0;
}

function clearPictures(): void {
  for (const url of pictureUrls) URL.revokeObjectURL(url);
  pictureUrls = [];
  byId('pictures').replaceChildren();
  byId('pictures-part').hidden = true;
}

// ------------------------------------------------------------------------------------------------------------- actions

async function open(name: string, read: () => Promise<ArrayBuffer>): Promise<void> {
  closeRefusal();
  enter('opening');
  opened = null;
  display = showEvent(null);
  try {
    event = { name, bytes: new Uint8Array(await read()) };
  } catch (error) {
    const sentence = `${name} could not be read: ${error instanceof Error ? error.message : error}`;
    refuse({ code: 'file/not-readable', sentence, hint: 'Choose it again.' });
    enter('empty');
    return;
  }
  reopen();
}

/** A fresh worker with the event that was read; whatever ran before is over. */
function reopen(): void {
  scan?.end();
  running.clear();
  clearPictures();
  files.clear();
  sky.begin(null, 0.2);
  scan = connectScan(hear);
  scan.send({ kind: 'open', name: event!.name, bytes: event!.bytes });
}

function start(): void {
  if (scan === null) return;
  closeRefusal();
  try {
    const choices = form.read();
    running.clear();
    clearPictures();
    display?.setTrack(null);
    sky.begin(opened?.truth ?? null, choices.angularErrorFloorDeg);
    enter('running');
    scan.send({ kind: 'scan', choices });
    announce('The scan is running.');
  } catch (error) {
    if (!(error instanceof SkymapError)) throw error;
    refuse({ code: error.code, sentence: error.message, hint: error.hint });
  }
}

function pauseOrGoOn(): void {
  if (state === 'paused') {
    enter('running');
    scan?.send({ kind: 'go-on' });
  } else if (state === 'running') {
    enter('pausing');
    scan?.send({ kind: 'pause' });
  }
}

function stop(): void {
  announce('The scan was stopped.');
  enter('opening');
  reopen();
}

function exportMore(flatNside: number | null): void {
  waitForFiles(true);
  scan?.send({ kind: 'export', flatNside });
}

function waitForFiles(isWaiting: boolean): void {
  for (const id of ['more-files', 'flat-file']) byId<HTMLButtonElement>(id).disabled = isWaiting;
}

function refuse({ code, sentence, hint }: Refusal): void {
  setText(byId('refusal-sentence'), sentence);
  setText(byId('refusal-hint'), hint);
  setText(byId('refusal-code'), code === null ? '' : `Code: ${code}`);
  byId('refusal').hidden = false;
  byId('refusal').focus();
}

function closeRefusal(): void {
  byId('refusal').hidden = true;
}

function announce(text: string): void {
  setText(byId('announcement'), text);
}

// -------------------------------------------------------------------------------------------------------------- wiring

function wire(): void {
  const input = byId<HTMLInputElement>('file');
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file !== undefined) void open(file.name, () => file.arrayBuffer());
    // The same file may be chosen again.
    input.value = '';
  });
  byId('example').addEventListener(
    'click',
    () => void open(EXAMPLE.name, async () => (await fetch(EXAMPLE.url)).arrayBuffer()),
  );
  form.onStart(start);
  byId('pause').addEventListener('click', pauseOrGoOn);
  const dialog = byId<HTMLDialogElement>('stop-dialog');
  byId('stop').addEventListener('click', () => {
    dialog.returnValue = 'keep';
    dialog.showModal();
  });
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'stop') stop();
  });
  byId('refusal-close').addEventListener('click', closeRefusal);
  byId('all-files').addEventListener('click', () => files.saveAll(`${stem}.zip`));
  byId('more-files').addEventListener('click', () => exportMore(null));
  byId('flat-file').addEventListener('click', () => exportMore(Number(byId<HTMLSelectElement>('flat-nside').value)));
  wireDrop();
  // Closing the page would end the scan.
  addEventListener('beforeunload', (leaving) => {
    if (state === 'running' || state === 'pausing' || state === 'paused') leaving.preventDefault();
  });
}

/** A file may be dropped anywhere on the page. */
function wireDrop(): void {
  const isFree = (): boolean => state === 'empty' || state === 'ready' || state === 'done';
  addEventListener('dragover', (drag) => {
    drag.preventDefault();
    document.body.classList.toggle('dropping', isFree());
  });
  addEventListener('dragleave', () => document.body.classList.remove('dropping'));
  addEventListener('drop', (drop) => {
    drop.preventDefault();
    document.body.classList.remove('dropping');
    const file = drop.dataTransfer?.files[0];
    if (file !== undefined && isFree()) void open(file.name, () => file.arrayBuffer());
  });
}

// For tests and for the curious.
(globalThis as { skymapApp?: object }).skymapApp = { sky: sky.view };
