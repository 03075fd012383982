/** The script of the live page: a sky that fills, figures, regions, and the button that stops the scan. */
import { fixed, signed } from '../../plot/index.js';
import { formatAngleDms, formatDuration, formatRaHms } from '../../result/index.js';
import { directionOf, pixelPhi, pixelTheta, raDecOf, skyFrame } from '../../sky/index.js';
import type { EventPicture } from '../event-picture.js';
import type { LiveAbout, LiveFailure, LiveProgress, LiveState } from '../live-messages.js';
import { byId, make, setText } from './elements.js';
import { createEventView, type EventView } from './event-view.js';
import { unpackText } from './map-data.js';
import { bodyRow, headRow, regionRows } from './region-table.js';
import { createSkyView, type SkyMark, type SkyView } from './sky-view.js';
import { stopButton } from './stop-button.js';
import { themeSwitch } from './theme-switch.js';
import type { RegionsAnswer, RegionsRequest } from './worker-regions.js';

const DEGREE = Math.PI / 180;
/** Regions are made anew at most this often, and not more than a third of the time. */
const REGIONS_EVERY_MS = 1500;
const MOST_FAILURES = 100;

const STATES: Readonly<Record<LiveState, string>> = {
  starting: 'Waiting for the scan',
  running: 'Scanning',
  done: 'Finished',
  stopped: 'Stopped',
  failed: 'Failed',
  unfinished: 'Not finished',
};

let event: EventView | null = null;
let picture: EventPicture | null = null;
const theme = themeSwitch(byId('theme-place'), (chosen) => {
  sky.setTheme(chosen);
  event?.setTheme(chosen);
});
const sky: SkyView = createSkyView(byId('sky'), { theme });
const worker = new Worker((document.currentScript as HTMLScriptElement).dataset.regions!);
const stop = stopButton(byId('stop-place'));

let about: LiveAbout | null = null;
let progress: LiveProgress | null = null;
let runs: RegionsRequest['runs'][number][] = [];
let isNewMap = true;
let isAsked = false;
let lastAskedMs = -1e9;
let lastTookMs = 0;
let failures = 0;
let best: RegionsAnswer['best'][number] | null = null;
let firstPixelMs: number | null = null;
let peak: SkyMark | null = null;
/** Where a simulated event really comes from. */
let truth: SkyMark | null = null;

const stream = new EventSource('events');
const hear = (name: string, act: (data: string) => void): void =>
  stream.addEventListener(name, (message) => act((message as MessageEvent<string>).data));
stream.addEventListener('open', () => setText(byId('connection'), ''));
stream.addEventListener('error', () => {
  if (progress?.state === 'running' || progress === null) {
    setText(byId('connection'), 'The connection to the scan is gone; trying again. The map stays as it was.');
  }
});
hear('about', (data) => showAbout(JSON.parse(data) as LiveAbout));
hear('reset', () => {
  sky.setMaps([]);
  runs = [];
  isNewMap = true;
});
hear('pixels', (data) => {
  for (const { nside, pixel, value } of unpackText(data)) {
    sky.addPixels(nside, pixel, value);
    runs.push({ nside, pixel, llh: value });
  }
  firstPixelMs ??= performance.now();
  askForRegions();
});
hear('progress', (data) => showProgress(JSON.parse(data) as LiveProgress));
hear('failure', (data) => showFailure(JSON.parse(data) as LiveFailure));

worker.onmessage = ({ data }: MessageEvent<RegionsAnswer>) => {
  isAsked = false;
  lastTookMs = data.tookMs;
  showRegions(data);
  if (runs.length > 0) askForRegions();
};

/** Asks for regions of what is known, if it is time. */
function askForRegions(): void {
  if (isAsked || about === null || runs.length === 0) return;
  const waitMs = lastAskedMs + Math.max(REGIONS_EVERY_MS, 3 * lastTookMs) - performance.now();
  if (waitMs > 0 && progress?.state === 'running') {
    isAsked = true;
    setTimeout(() => {
      isAsked = false;
      lastAskedMs = -1e9;
      askForRegions();
    }, waitMs);
    return;
  }
  isAsked = true;
  lastAskedMs = performance.now();
  const request: RegionsRequest = { isNew: isNewMap, floorDeg: about.angularErrorFloorDeg, runs };
  isNewMap = false;
  runs = [];
  worker.postMessage(request);
}

function showAbout(given: LiveAbout): void {
  about = given;
  document.title = given.title;
  setText(byId('title'), given.title);
  setText(byId('detail'), given.detail);
  stop.offer(given);
  byId('files-panel').hidden = given.files.length === 0;
  byId('files').replaceChildren(...given.files.map(({ name, href }) => make('li', {}, make('a', { href }, name))));
  if (given.hasEvent && picture === null) void loadEvent();
  askForRegions();
}

async function loadEvent(): Promise<void> {
  const answer = await fetch('event.json');
  if (!answer.ok || picture !== null) return;
  picture = (await answer.json()) as EventPicture;
  byId('event-panel').hidden = false;
  truth = truthOf(picture);
  byId('truth-key').hidden = truth === null;
  showMarks();
  event = createEventView(byId('event'), picture, document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light');
  showTrack();
}

function showProgress(given: LiveProgress): void {
  progress = given;
  const { state, figures, elapsedS, workers, note } = given;
  const part = figures === null || figures.fitsExpected === 0 ? 0 : figures.fitsDone / figures.fitsExpected;
  const percent = state === 'running' && part > 0 ? ` ${Math.floor(100 * part)} %` : '';
  setText(byId('state'), `${STATES[state]}${percent}`);
  byId<HTMLProgressElement>('bar').value = state === 'done' ? 1 : part;
  const lines: [string, string][] = [];
  if (elapsedS !== null)
    lines.push([
      state === 'done' ? 'Took' : 'Since the start',
      elapsedS < 60 ? `${elapsedS} s` : formatDuration(elapsedS),
    ]);
  if (figures !== null) {
    if (state === 'running')
      lines.push(['Time left', figures.timeLeft === null ? 'not known yet' : `about ${figures.timeLeft}`]);
    const isOpen = state !== 'done' && figures.fitsExpected > 0;
    lines.push(['Fits', `${figures.fitsDone}${isOpen ? ` of about ${figures.fitsExpected}` : ''}`]);
    if (state === 'running') lines.push(['Fits a second', String(figures.fitsPerSecond)]);
    if (figures.failed > 0) lines.push(['Given up', `${figures.failed} tasks`]);
  }
  byId('figures').replaceChildren(
    make('table', { class: 'facts' }, make('tbody', {}, ...lines.map(([name, value]) => factRow(name, value)))),
  );
  byId('levels').replaceChildren(
    ...(figures?.levels ?? []).map(({ nside, done, sent }) =>
      make(
        'tr',
        {},
        make('th', { scope: 'row' }, String(nside)),
        make('td', {}, String(done)),
        make('td', {}, String(sent)),
        make('td', {}, make('progress', { max: Math.max(1, sent), value: done, 'aria-label': `nside ${nside}` })),
      ),
    ),
  );
  const retries =
    workers === null || workers.retries === 0 ? '' : `; ${workers.retries} tries failed and were made again`;
  setText(byId('workers'), workers === null ? '' : `${workers.text}${retries}`);
  const trouble = workers?.trouble ?? '';
  setText(byId('note'), [trouble, note].filter((text) => text !== '').join(' '));
  const isBroken = state === 'failed' || state === 'stopped' || state === 'unfinished';
  for (const id of ['state', 'note']) byId(id).classList.toggle('bad', isBroken || (id === 'note' && trouble !== ''));
  stop.setRunning(state === 'running' || state === 'starting');
  if (state === 'done' || state === 'stopped' || state === 'failed') {
    stream.close();
    setText(byId('connection'), '');
  }
  setText(byId('position-title'), state === 'done' ? 'Position' : 'Position so far');
  showTrack();
}

function factRow(name: string, value: string): HTMLElement {
  return make('tr', {}, make('th', { scope: 'row' }, name), make('td', {}, value));
}

function showFailure({ nside, pixel, reason }: LiveFailure): void {
  failures++;
  byId('failures-panel').hidden = false;
  setText(
    byId('failure-count'),
    `${failures} ${failures === 1 ? 'task was' : 'tasks were'} given up; the latest first.`,
  );
  const rows = byId('failures');
  rows.prepend(
    make('tr', {}, make('th', { scope: 'row' }, `nside ${nside}, ${pixel}`), make('td', { class: 'wide' }, reason)),
  );
  while (rows.childElementCount > MOST_FAILURES) rows.lastElementChild!.remove();
}

function showRegions({ figures, best: pixels }: RegionsAnswer): void {
  best = pixels[0] ?? null;
  if (figures !== null) {
    const { raDeg, decDeg, floorDeg } = figures.peak;
    setText(byId('position'), `RA ${fixed(raDeg, 3)}\u00b0, dec ${signed(decDeg, 3)}\u00b0`);
    const blur = floorDeg > 0 ? `blurred by ${floorDeg}\u00b0` : 'not blurred';
    setText(
      byId('position-note'),
      `${formatRaHms(raDeg)}, ${formatAngleDms(decDeg)} (ICRS). Maximum of the probability, ${blur}.`,
    );
    sky.setProbability(figures.probability);
    sky.setContours(figures.regions.filter(({ kind }) => kind === 'probability'));
    peak = { kind: 'peak', raDeg, decDeg };
    showMarks();
    byId('regions').replaceChildren(...regionRows(figures.regions));
  }
  byId('best').replaceChildren(
    make('caption', {}, 'Finest known pixels, RING numbers'),
    headRow(['nside', 'pixel', 'RA (\u00b0)', 'Dec (\u00b0)', 'LLH', '2 \u0394LLH']),
    make(
      'tbody',
      {},
      ...pixels.map(({ nside, pixel, llh }) =>
        bodyRow([
          String(nside),
          String(pixel),
          fixed(pixelPhi(nside, pixel) / DEGREE, 3),
          signed(90 - pixelTheta(nside, pixel) / DEGREE, 3),
          llh.toFixed(3),
          (2 * (llh - pixels[0]!.llh)).toFixed(2),
        ]),
      ),
    ),
  );
  showTrack();
}

function truthOf({ truth: known, mjd, site }: EventPicture): SkyMark | null {
  if (known === null) return null;
  const { raRad, decRad } = raDecOf(skyFrame(mjd, site), known.zenith, known.azimuth);
  return { kind: 'truth', raDeg: raRad / DEGREE, decDeg: decRad / DEGREE };
}

function showMarks(): void {
  sky.setMarks([truth, peak].filter((mark) => mark !== null));
}

/** The best fit so far in the detector. */
function showTrack(): void {
  const place = progress?.vertex ?? null;
  const pixel = progress?.figures?.best ?? best;
  if (event === null || picture === null || place === null || pixel === null) return;
  const { nside, pixel: number } = pixel;
  const frame = skyFrame(picture.mjd, picture.site);
  const { zenith, azimuth } = directionOf(frame, pixelPhi(nside, number), Math.PI / 2 - pixelTheta(nside, number));
  event.setTrack({ ...place, zenith, azimuth });
}

// For tests and for the curious.
(globalThis as { skymapLive?: object }).skymapLive = {
  sky,
  get firstPixelMs() {
    return firstPixelMs;
  },
};
