/**
 * The event in its detector, to be turned: strings, hit modules coloured by time (dark is early) and sized by charge, and
 * the best-fit track. A slider lets the light grow in time.
 *
 *     const view = createEventView(host, picture, 'light');
 *     view.setTrack({ zenith, azimuth, x, y, z, timeNs });
 */
import type { ThemeName } from '../../plot/index.js';
import type { EventPicture } from '../event-picture.js';
import { colourBar, timeTicks } from './colour-bar.js';
import { eventDrawer, type TrackLine, timeColour, timeRange } from './draw-event.js';
import { make, setText } from './elements.js';

export type { TrackLine } from './draw-event.js';

export interface EventView {
  readonly element: HTMLElement;
  setTrack(track: TrackLine | null): void;
  setTheme(theme: ThemeName): void;
}

const DEGREE = Math.PI / 180;
/** Steps of the colour bar. */
const SHADES = 64;

export function createEventView(host: HTMLElement, picture: EventPicture, look: ThemeName): EventView {
  const { hits } = picture;
  const times = timeRange(hits);
  const drawEvent = eventDrawer(picture, times);
  const totalPe = hits.reduce((sum, { chargePe }) => sum + chargePe, 0);
  const summary = `${hits.length} modules of ${picture.detector} saw ${Number(totalPe.toPrecision(3))} photo-electrons within ${Math.round(times.last - times.first)} ns.`;
  let theme = look;
  let track: TrackLine | null = null;
  let [yaw, pitch, zoom] = [35 * DEGREE, 14 * DEGREE, 1];
  let untilNs = Number.POSITIVE_INFINITY;
  let request = 0;
  let playing = 0;

  const canvas = make('canvas', {
    tabindex: 0,
    role: 'img',
    class: 'event-canvas',
    'aria-label': `Event display. ${summary} Arrow keys turn it, + and \u2212 zoom.`,
  });
  const slider = make('input', {
    type: 'range',
    min: 0,
    max: 1000,
    value: 1000,
    'aria-label': 'Show light up to this time',
  });
  const clock = make('output', { class: 'event-clock' });
  const play = make('button', { type: 'button', 'aria-label': 'Play the light in time' }, 'Play');
  const bar = colourBar();
  const element = make(
    'div',
    { class: 'event-view' },
    canvas,
    bar.element,
    make(
      'div',
      { class: 'event-tools' },
      play,
      slider,
      clock,
      viewButton('Side', 35, 14),
      viewButton('Top', 0, 90),
      trackButton(),
    ),
    make(
      'p',
      { class: 'note' },
      `${summary} Areas grow with the square root of the charge. Line: best fit${picture.truth === null ? '' : '; broad and dashed: truth'}.`,
    ),
  );
  host.append(element);
  new ResizeObserver(changed).observe(canvas);
  listen();
  showTime();
  showColours();

  return {
    element,
    setTrack(given) {
      track = given;
      changed();
    },
    setTheme(given) {
      theme = given;
      showColours();
      changed();
    },
  };

  function viewButton(text: string, yawDeg: number, pitchDeg: number): HTMLElement {
    const button = make('button', { type: 'button', 'aria-label': `Look from the ${text.toLowerCase()}` }, text);
    button.addEventListener('click', () => {
      [yaw, pitch, zoom] = [yawDeg * DEGREE, pitchDeg * DEGREE, 1];
      changed();
    });
    return button;
  }

  function trackButton(): HTMLElement {
    const button = make('button', { type: 'button', 'aria-label': 'Look along the track' }, 'Along track');
    button.addEventListener('click', () => {
      if (track === null) return;
      [yaw, pitch] = [track.azimuth + Math.PI / 2, Math.PI / 2 - track.zenith];
      changed();
    });
    return button;
  }

  function listen(): void {
    let last: readonly [number, number] | null = null;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      last = [event.clientX, event.clientY];
    });
    canvas.addEventListener('pointermove', (event) => {
      if (last === null) return;
      turn((event.clientX - last[0]) * 0.008, (event.clientY - last[1]) * 0.008);
      last = [event.clientX, event.clientY];
    });
    for (const name of ['pointerup', 'pointercancel'] as const) {
      canvas.addEventListener(name, () => {
        last = null;
      });
    }
    canvas.addEventListener(
      'wheel',
      (event) => {
        if (document.activeElement !== canvas) return;
        event.preventDefault();
        setZoom(zoom * Math.exp(-Math.max(-240, Math.min(240, event.deltaY)) * 0.002));
      },
      { passive: false },
    );
    canvas.addEventListener('keydown', (event) => {
      const actions: Readonly<Record<string, () => void>> = {
        ArrowLeft: () => turn(-0.1, 0),
        ArrowRight: () => turn(0.1, 0),
        ArrowUp: () => turn(0, -0.1),
        ArrowDown: () => turn(0, 0.1),
        '+': () => setZoom(zoom * 1.25),
        '-': () => setZoom(zoom / 1.25),
      };
      const action = actions[event.key];
      if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      action();
    });
    slider.addEventListener('input', () => {
      stop();
      const part = Number(slider.value) / 1000;
      untilNs = part >= 1 ? Number.POSITIVE_INFINITY : times.first + part * (times.last - times.first);
      showTime();
      changed();
    });
    play.addEventListener('click', () => {
      if (playing !== 0) return stop();
      play.textContent = 'Stop';
      const startMs = performance.now();
      const from = Number(slider.value) >= 1000 ? 0 : Number(slider.value);
      const next = (): void => {
        const at = from + ((performance.now() - startMs) / 4000) * 1000;
        slider.value = String(Math.min(1000, at));
        untilNs = at >= 1000 ? Number.POSITIVE_INFINITY : times.first + (at / 1000) * (times.last - times.first);
        showTime();
        changed();
        if (at >= 1000) stop();
        else playing = requestAnimationFrame(next);
      };
      playing = requestAnimationFrame(next);
    });
  }

  function stop(): void {
    cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = 'Play';
  }

  function showTime(): void {
    setText(clock, Number.isFinite(untilNs) ? `${Math.round(untilNs - times.first)} ns` : 'all light');
  }

  function showColours(): void {
    const ramp = Array.from({ length: SHADES }, (_, i) => timeColour(theme, i / (SHADES - 1)));
    bar.show(ramp, 'First pulse of a module, ns after the first light', timeTicks(times.last - times.first));
  }

  function turn(right: number, down: number): void {
    yaw -= right;
    pitch = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, pitch + down));
    changed();
  }

  function setZoom(value: number): void {
    zoom = Math.max(0.5, Math.min(12, value));
    changed();
  }

  function changed(): void {
    if (request === 0) request = requestAnimationFrame(draw);
  }

  function draw(): void {
    request = 0;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (width === 0 || height === 0) return;
    const density = Math.min(2, devicePixelRatio);
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    const context = canvas.getContext('2d')!;
    // Spots and lines grow with the text of the page.
    const unit = Number.parseFloat(getComputedStyle(canvas).fontSize) / 16;
    context.setTransform(density * unit, 0, 0, density * unit, 0, 0);
    drawEvent(context, width / unit, height / unit, { yaw, pitch, zoom, untilNs, theme, track });
  }
}
