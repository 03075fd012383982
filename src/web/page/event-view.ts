/**
 * The event in its detector, to be turned: strings, hit modules coloured by time (dark is early) and sized by charge, and
 * the best-fit track. A slider lets the light grow in time.
 *
 *     const view = createEventView(host, picture, 'light');
 *     view.setTrack({ zenith, azimuth, x, y, z, timeNs });
 */
import { rampColour, type ThemeName, themeOf } from '../../plot/index.js';
import type { EventPicture } from '../event-picture.js';
import { make, setText } from './elements.js';

/** A straight track: where from (radians), a point on it (m) and when it is there (ns). */
export interface TrackLine {
  readonly zenith: number;
  readonly azimuth: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timeNs: number;
}

export interface EventView {
  readonly element: HTMLElement;
  setTrack(track: TrackLine | null): void;
  setTheme(theme: ThemeName): void;
}

const DEGREE = Math.PI / 180;
/** Metres a nanosecond. */
const LIGHT = 0.299792458;
const CAMERA = 3.2;

export function createEventView(host: HTMLElement, picture: EventPicture, look: ThemeName): EventView {
  const { hits, strings } = picture;
  const times = timeRange(hits);
  const totalPe = hits.reduce((sum, { chargePe }) => sum + chargePe, 0);
  const largest = hits.reduce((most, { chargePe }) => Math.max(most, chargePe), 1);
  const bounds = boundsOf(picture);
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
  const element = make(
    'div',
    { class: 'event-view' },
    canvas,
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
      `${summary} Colours: time of the first pulse, from dark (early) to pale (late). Areas grow with the charge. Line: best fit${picture.truth === null ? '' : '; broad and dashed: truth'}.`,
    ),
  );
  host.append(element);
  new ResizeObserver(changed).observe(canvas);
  listen();
  showTime();

  return {
    element,
    setTrack(given) {
      track = given;
      changed();
    },
    setTheme(given) {
      theme = given;
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
    context.setTransform(density, 0, 0, density, 0, 0);
    const colours = themeOf(theme);
    const scale = (zoom * Math.min(width, height)) / (1.7 * bounds.radius);
    const [sinY, cosY, sinP, cosP] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)];
    /** Screen position, and how much larger than in the middle things look. */
    const place = (x: number, y: number, z: number): [x: number, y: number, nearness: number] => {
      const [dx, dy, dz] = [x - bounds.x, y - bounds.y, z - bounds.z];
      const right = cosY * dx + sinY * dy;
      const away = -sinY * dx + cosY * dy;
      const depth = cosP * away - sinP * dz;
      const up = sinP * away + cosP * dz;
      const nearness = CAMERA / Math.max(0.3, CAMERA + depth / bounds.radius);
      return [width / 2 + scale * nearness * right, height / 2 - scale * nearness * up, nearness];
    };
    context.clearRect(0, 0, width, height);
    context.strokeStyle = colours.graticule;
    context.globalAlpha = 0.35;
    context.lineWidth = 0.8;
    context.beginPath();
    for (const [x, y, bottom, top] of strings) {
      const [a, b] = [place(x, y, bottom), place(x, y, top)];
      context.moveTo(a[0], a[1]);
      context.lineTo(b[0], b[1]);
    }
    context.stroke();
    context.globalAlpha = 1;
    const spots = hits
      .filter(({ timeNs }) => timeNs <= untilNs)
      .map(({ at, chargePe, timeNs }) => {
        const [x, y, nearness] = place(at[0], at[1], at[2]);
        const part = Math.max(0, Math.min(1, (timeNs - times.first) / (times.last - times.first || 1)));
        // Areas as the square root of charge: one photo-electron and ten thousand are both to be seen.
        const size = Math.max(1.8, 0.05 * bounds.radius * scale * Math.sqrt(Math.sqrt(chargePe / largest)) * nearness);
        return { x, y, nearness, size, colour: rampColour(theme === 'light' ? 0.06 + 0.82 * part : 0.3 + 0.7 * part) };
      })
      .sort((a, b) => a.nearness - b.nearness);
    for (const { x, y, size, colour } of spots) {
      context.beginPath();
      context.arc(x, y, size, 0, 2 * Math.PI);
      context.fillStyle = colour;
      context.fill();
      context.lineWidth = 0.7;
      context.strokeStyle = colours.background;
      context.stroke();
    }
    if (track === null) return;
    // The true track is broader, so that both are seen where they are the same.
    if (picture.truth !== null) {
      drawTrack(context, place, { ...track, ...picture.truth }, colours.truth, colours.casing, 6.5, [8, 11]);
    }
    drawTrack(context, place, track, colours.peak, colours.casing, 2.4, []);
  }

  function drawTrack(
    context: CanvasRenderingContext2D,
    place: (x: number, y: number, z: number) => [number, number, number],
    line: TrackLine,
    colour: string,
    casing: string,
    lineWidth: number,
    dash: number[],
  ): void {
    const sine = Math.sin(line.zenith);
    // Directions say where the particle comes from: it flies the other way.
    const [dx, dy, dz] = [-sine * Math.cos(line.azimuth), -sine * Math.sin(line.azimuth), -Math.cos(line.zenith)];
    const middle = (bounds.x - line.x) * dx + (bounds.y - line.y) * dy + (bounds.z - line.z) * dz;
    const reach = 0.92 * bounds.radius;
    const now = Number.isFinite(untilNs) ? (untilNs - line.timeNs) * LIGHT : Number.POSITIVE_INFINITY;
    const [from, to] = [middle - reach, Math.min(middle + reach, Math.max(middle - reach, now))];
    const point = (along: number): [number, number, number] =>
      place(line.x + along * dx, line.y + along * dy, line.z + along * dz);
    const [a, b] = [point(from), point(to)];
    const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
    const head = Math.hypot(b[0] - a[0], b[1] - a[1]) > 12 ? 10 : 0;
    for (const [stroke, width] of [
      [casing, lineWidth + 2.6],
      [colour, lineWidth],
    ] as const) {
      context.setLineDash(stroke === casing ? [] : dash);
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.lineCap = 'round';
      context.beginPath();
      context.moveTo(a[0], a[1]);
      context.lineTo(b[0], b[1]);
      for (const side of [-0.45, 0.45]) {
        context.moveTo(b[0], b[1]);
        context.lineTo(b[0] - head * Math.cos(angle + side), b[1] - head * Math.sin(angle + side));
      }
      context.stroke();
    }
    context.setLineDash([]);
  }
}

/** Times between which nine tenths of the charge came: single late or noise pulses do not take all the colours. */
function timeRange(hits: EventPicture['hits']): { first: number; last: number } {
  const total = hits.reduce((sum, { chargePe }) => sum + chargePe, 0);
  let [first, last, sum] = [hits[0]?.timeNs ?? 0, hits.at(-1)?.timeNs ?? 1, 0];
  let hasBegun = false;
  for (const { timeNs, chargePe } of hits) {
    sum += chargePe;
    if (!hasBegun && sum >= 0.02 * total) {
      first = timeNs;
      hasBegun = true;
    }
    if (sum <= 0.97 * total) last = timeNs;
  }
  return last > first ? { first, last } : { first, last: first + 1 };
}

function boundsOf({ strings, hits }: EventPicture): { x: number; y: number; z: number; radius: number } {
  const points: (readonly [number, number, number])[] = strings.flatMap(([x, y, bottom, top]) => [
    [x, y, bottom] as const,
    [x, y, top] as const,
  ]);
  for (const { at } of hits) points.push(at);
  const middle = [0, 1, 2].map((c) => {
    const values = points.map((point) => point[c]!);
    return (Math.min(...values) + Math.max(...values)) / 2;
  }) as [number, number, number];
  const radius = Math.max(10, ...points.map((p) => Math.hypot(p[0] - middle[0], p[1] - middle[1], p[2] - middle[2])));
  return { x: middle[0], y: middle[1], z: middle[2], radius };
}
