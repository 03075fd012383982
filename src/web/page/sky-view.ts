/**
 * The interactive sky: a map that is panned, zoomed and asked, for reports, live pages and the scanner in the browser.
 *
 *     import { createSkyView } from './sky-view.js';       // and sky-view.css
 *
 *     const view = createSkyView(document.querySelector('#sky')!, { theme: 'dark' });
 *     view.setMaps(result.maps);                           // or setCells(finestCells(result.maps))
 *     view.addPixels(64, [16201, 16202], [1042.7, 1043.1]); // as results arrive; NaN: the fit failed
 *     view.setProbability(probabilityMap(cells, { floorDeg: 0.2 }));
 *     view.setContours([{ kind: 'probability', level: 0.9, rings }]);
 *     view.setMarks([{ kind: 'peak', raDeg, decDeg }]);
 *     view.goTo({ raDeg, decDeg, fieldDeg: 5 });
 *
 * Directions are ICRS degrees, pixels RING numbers, llh is -ln L (smaller is better). The best pixel is marked by itself
 * unless the marks have a `bestFit`. Everything can be called at any time; drawing happens once a frame.
 *
 * Mouse, touch and keys move it (`KEYS` of gestures.ts); a live region tells screen readers what is under the cross.
 * The host gets the map as a table elsewhere in the page: a canvas alone is no alternative.
 */
import { type ThemeName, themeOf } from '../../plot/index.js';
import type { LlhMap, SkyCells } from '../../sky/index.js';
import type { CellStore } from './cell-store.js';
import { colourBar, colourRamp, densityTicks, llhTicks } from './colour-bar.js';
import { type CellPainter, type Paint, plainPainter, webGlPainter } from './draw-cells.js';
import { type ContourRings, drawLines, type SkyMark } from './draw-lines.js';
import { make, setText } from './elements.js';
import { KEYS, listenForGestures } from './gestures.js';
import type { ProbabilityCells } from './probability-layer.js';
import { SkyCamera, type SkyFrameName } from './sky-camera.js';
import { SkyData } from './sky-data.js';
import { type PixelReading, readingLines } from './sky-reading.js';
import { type SkyQuantity, skyTools } from './sky-tools.js';
import { ViewProjection, vectorOf } from './view-projection.js';

export type { ContourRings, SkyMark } from './draw-lines.js';
export type { ProbabilityCells } from './probability-layer.js';
export type { PixelReading } from './sky-reading.js';

/** How the view begins. */
export interface SkyViewOptions {
  /** Default light. */
  readonly theme?: ThemeName;
  /** Celestial frame. Default equatorial. */
  readonly frame?: SkyFrameName;
  /** Is told which pixel is under the cursor, null where there is none. */
  readonly onPixel?: (reading: PixelReading | null) => void;
  /** Draw without graphics card. Default: only where there is no WebGL 2. */
  readonly withoutWebGl?: boolean;
}

/** Where to look. */
export interface SkyTarget {
  readonly raDeg: number;
  readonly decDeg: number;
  /** Width of what is seen, degrees. Default: as it is. */
  readonly fieldDeg?: number;
}

/** Speed of drawing. */
export interface FrameFigures {
  readonly frames: number;
  readonly framesPerS: number;
  /** The slowest frame. */
  readonly slowestMs: number;
  /** Device pixels per screen unit that were drawn at the end: less than usual while a slow machine moves. */
  readonly resolution: number;
  readonly painter: 'webgl' | 'plain';
}

/** See the head of this file. */
export interface SkyView {
  readonly element: HTMLElement;
  /** Replaces the map by pixels of several nsides. */
  setMaps(maps: readonly LlhMap[]): void;
  /** Replaces the map by disjoint cells. */
  setCells(cells: SkyCells): void;
  /** Adds pixels of one nside to what is there. */
  addPixels(nside: number, pixels: ArrayLike<number>, llh: ArrayLike<number>): void;
  /** The blurred probability: for readings and the other colouring. null: none. */
  setProbability(cells: ProbabilityCells | null): void;
  setContours(contours: readonly ContourRings[]): void;
  setMarks(marks: readonly SkyMark[]): void;
  setTheme(theme: ThemeName): void;
  goTo(target: SkyTarget): void;
  wholeSky(): void;
  /** What is known at a point of the view (units of the page, from its upper left corner); null outside the sky. */
  readAt(x: number, y: number): PixelReading | null;
  /** Where a direction is on the view; null where it is not to be seen. */
  placeOf(raDeg: number, decDeg: number): readonly [number, number] | null;
  /** Number of pixels shown. */
  readonly pixels: number;
  /** Turns the sky for some frames as fast as the machine can, and says how fast that was. */
  measureFrames(frames: number): Promise<FrameFigures>;
  /** Resolves when everything is drawn in full quality. */
  settled(): Promise<void>;
  dispose(): void;
}

const DEGREE = Math.PI / 180;
/** While the sky moves, frames that take longer make the picture coarser. */
const SLOW_FRAME_MS = 40;
const LEAST_QUALITY = 0.2;
/** Nothing has moved for this long: time for a picture in full quality. */
const STILL_MS = 180;
/** A still picture gets smooth edges where one without takes less than this. */
const SMOOTH_MS = 60;

export function createSkyView(host: HTMLElement, options: SkyViewOptions = {}): SkyView {
  const painter: CellPainter = (options.withoutWebGl ? null : webGlPainter()) ?? plainPainter();
  const over = make('canvas', { 'aria-hidden': 'true' });
  painter.canvas.setAttribute('aria-hidden', 'true');
  const readout = make('div', { class: 'sky-readout' });
  const live = make('p', { class: 'visually-hidden', 'aria-live': 'polite' });
  const keys = KEYS.map(([key, what]) => `${key}: ${what}`).join('. ');
  const stage = make(
    'div',
    {
      class: 'sky-stage',
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'sky map',
      'aria-label': `Sky map, right ascension increases to the left. ${keys}.`,
    },
    painter.canvas,
    over,
  );
  const bar = colourBar();
  const camera = new SkyCamera(options.frame ?? 'equatorial', touched, speakSoon);
  const data = new SkyData();

  let theme: ThemeName = options.theme ?? 'light';
  let ramp = colourRamp(theme);
  let quantity: SkyQuantity = 'llh';
  let contours: readonly ContourRings[] = [];
  let marks: readonly SkyMark[] = [];
  let hovered: readonly [number, number] | null = null;
  let frameRequest = 0;
  let quality = 1;
  let lastMoveMs = -1e9;
  let lastFrameMs = 0;
  let settleTimer = 0;
  let speakTimer = 0;
  let isSettled = false;
  const waiting: (() => void)[] = [];

  const tools = skyTools(
    {
      zoom: (factor) => moved(() => camera.zoom(factor, camera.middle)),
      wholeSky: () => camera.wholeSky(),
      best: goToBest,
      quantity(name) {
        quantity = name;
        changed();
      },
      frame(name) {
        camera.setFrame(name);
        changed();
      },
    },
    camera.frame,
  );
  const element = make(
    'div',
    { class: 'sky-view' },
    tools,
    make('div', { class: 'sky-frame' }, stage, readout),
    bar.element,
    live,
  );
  host.append(element);

  const resizing = new ResizeObserver(() => {
    const box = stage.getBoundingClientRect();
    if (camera.resize(Math.max(1, stage.clientWidth || box.width), Math.max(1, stage.clientHeight || box.height)))
      changed();
  });
  resizing.observe(stage);
  const stopListening = listenForGestures(stage, {
    drag: (from, to) => moved(() => camera.drag(from, to)),
    zoom: (factor, at) => moved(() => camera.zoom(factor, at)),
    pan: (right, up) => movedByKey(() => camera.pan(right, up)),
    step: (factor) => movedByKey(() => camera.zoom(factor, camera.middle)),
    home: () => camera.wholeSky(),
    best: goToBest,
    hover(at) {
      hovered = at;
      tell();
    },
    pick(at) {
      hovered = at;
      tell();
      speak();
    },
    read: speak,
  });
  stage.addEventListener('focus', changed);
  stage.addEventListener('blur', changed);

  return {
    element,
    get pixels() {
      return data.store.size;
    },
    setMaps(maps) {
      data.setMaps(maps);
      changed();
    },
    setCells(cells) {
      data.setCells(cells);
      changed();
    },
    addPixels(nside, pixels, llh) {
      data.addPixels(nside, pixels, llh);
      changed();
    },
    setProbability(cells) {
      data.setProbability(cells);
      if (cells === null) quantity = 'llh';
      element.classList.toggle('has-probability', cells !== null);
      changed();
    },
    setContours(given) {
      contours = given;
      changed();
    },
    setMarks(given) {
      marks = given;
      changed();
    },
    setTheme(given) {
      theme = given;
      ramp = colourRamp(theme);
      changed();
    },
    goTo: ({ raDeg, decDeg, fieldDeg }) => camera.goTo(raDeg, decDeg, fieldDeg),
    wholeSky: () => camera.wholeSky(),
    readAt,
    placeOf(raDeg, decDeg) {
      const [x, y] = camera.projection.point(...vectorOf(raDeg, decDeg));
      return x < 0 || y < 0 || x > camera.width || y > camera.height ? null : [x, y];
    },
    measureFrames,
    settled: () => (isSettled ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    dispose() {
      stopListening();
      resizing.disconnect();
      camera.stop();
      cancelAnimationFrame(frameRequest);
      clearTimeout(settleTimer);
      clearTimeout(speakTimer);
      painter.dispose();
      element.remove();
    },
  };

  // ------------------------------------------------------------------------------------------------------- moving

  function changed(): void {
    isSettled = false;
    if (frameRequest === 0) frameRequest = requestAnimationFrame(drawFrame);
  }

  function touched(): void {
    lastMoveMs = performance.now();
    changed();
  }

  function moved(move: () => void): void {
    move();
    touched();
  }

  function movedByKey(move: () => void): void {
    hovered = null;
    moved(move);
    speakSoon();
  }

  /** The best position so large that its 90 % region fills a part of the view. */
  function goToBest(): void {
    const best = data.best();
    const place = marks.find(({ kind }) => kind === 'peak') ?? best;
    if (place === null || place === undefined) return;
    const centre = vectorOf(place.raDeg, place.decDeg);
    let least = 1;
    for (const { kind, level, rings } of contours) {
      if (kind !== 'probability' || level < 0.7) continue;
      for (const [ra, dec] of rings[0] ?? []) {
        const [x, y, z] = vectorOf(ra, dec);
        least = Math.min(least, centre[0] * x + centre[1] * y + centre[2] * z);
      }
    }
    const reachDeg = Math.acos(least) / DEGREE;
    const fieldDeg = reachDeg > 0 ? 5 * reachDeg : 1400 / (best?.nside ?? 64);
    camera.goTo(place.raDeg, place.decDeg, Math.min(120, Math.max(0.6, fieldDeg)));
  }

  // ------------------------------------------------------------------------------------------------------ drawing

  function drawFrame(nowMs: number): void {
    frameRequest = 0;
    const isMoving = performance.now() - lastMoveMs < STILL_MS;
    if (isMoving && nowMs - lastFrameMs < 10 * SLOW_FRAME_MS) adapt(nowMs - lastFrameMs);
    lastFrameMs = nowMs;
    draw(isMoving ? quality : 1, 1);
    clearTimeout(settleTimer);
    settleTimer = setTimeout(() => void settle(), isMoving ? STILL_MS + 20 : 60) as unknown as number;
  }

  function adapt(tookMs: number): void {
    if (tookMs > SLOW_FRAME_MS) quality = Math.max(LEAST_QUALITY, quality * 0.85);
    else if (tookMs < SLOW_FRAME_MS / 2) quality = Math.min(1, quality * 1.06);
  }

  /** When nothing moves any more: in full resolution, and with smooth edges where the machine is quick. */
  async function settle(): Promise<void> {
    if (frameRequest !== 0 || camera.isFlying) return;
    const startMs = performance.now();
    draw(1, 1);
    await painter.finish();
    if (frameRequest !== 0 || camera.isFlying) return;
    if (performance.now() - startMs < SMOOTH_MS) draw(1, 2);
    tell();
    isSettled = true;
    for (const resolve of waiting.splice(0)) resolve();
  }

  function draw(part: number, samples: number): void {
    const { width, height, view, projection } = camera;
    if (width <= 1) return;
    const density = Math.min(2, devicePixelRatio);
    const { store, paint } = shown();
    painter.paint(store, projection, paint, density * part, samples);
    const [w, h] = [Math.round(width * density), Math.round(height * density)];
    if (over.width !== w || over.height !== h) {
      over.width = w;
      over.height = h;
    }
    const context = over.getContext('2d')!;
    // Lines and labels grow with the text of the page: on a wall of screens too they can be read.
    const unit = Number.parseFloat(getComputedStyle(stage).fontSize) / 16;
    context.setTransform((w / width) * unit, 0, 0, (h / height) * unit, 0, 0);
    const best = data.best();
    drawLines(
      context,
      new ViewProjection({ ...view, scale: view.scale / unit }, width / unit, height / unit, camera.axes),
      {
        contours,
        marks:
          best === null || marks.some(({ kind }) => kind === 'bestFit')
            ? marks
            : [{ kind: 'bestFit', ...best }, ...marks],
        pixel: pixelInFocus(),
        graticule: true,
        galacticPlane: true,
        crosshair: hovered === null && isUsedByKeys(),
      },
      themeOf(theme),
    );
  }

  /** The cells and colours of the moment; the colour bar says what they mean. */
  function shown(): { store: CellStore; paint: Paint } {
    const { unscanned, failed, background } = themeOf(theme);
    const common = { ramp, unscanned, failed, background, edge: theme === 'light' ? '#ffffff' : '#000000' };
    const { probability } = data;
    if (quantity === 'probability' && probability !== null) {
      const store = data.densities(probability);
      bar.show(
        ramp,
        'Probability density (deg\u207b\u00b2), blurred',
        densityTicks(probability.highest * DEGREE * DEGREE),
      );
      return { store, paint: { ...common, best: store.best?.value ?? 0, worst: 0, isSquareRoot: false } };
    }
    const range = data.range(camera.fieldDeg);
    const best = data.store.best?.value ?? 0;
    bar.show(ramp, '2 \u0394LLH (LLH = \u2212ln L), square-root scale', llhTicks(range));
    return { store: data.store, paint: { ...common, best, worst: best + range / 2, isSquareRoot: true } };
  }

  // ------------------------------------------------------------------------------------------------------ reading

  function readAt(x: number, y: number): PixelReading | null {
    const v = camera.projection.vector(x, y);
    return v === null ? null : data.read(v);
  }

  function isUsedByKeys(): boolean {
    return document.activeElement === stage && stage.matches(':focus-visible');
  }

  function pixelInFocus(): { readonly nside: number; readonly pixel: number } | null {
    const at = hovered ?? (isUsedByKeys() ? camera.middle : null);
    return at === null ? null : (readAt(...at)?.pixel ?? null);
  }

  function tell(): void {
    const reading = hovered === null ? null : readAt(...hovered);
    options.onPixel?.(reading);
    const lines = readingLines(reading ?? readAt(...camera.middle));
    setText(readout, `${reading === null ? 'Middle of the view\n' : ''}${lines.join('\n')}`);
    // Out of the way of whoever looks at that corner.
    const isInCorner = hovered !== null && hovered[0] < 0.45 * camera.width && hovered[1] < 0.4 * camera.height;
    readout.classList.toggle('is-right', isInCorner);
    // The outline of the pixel under the cursor.
    if (hovered !== null && isSettled && frameRequest === 0) frameRequest = requestAnimationFrame(drawFrame);
  }

  function speakSoon(): void {
    clearTimeout(speakTimer);
    speakTimer = setTimeout(speak, 350) as unknown as number;
  }

  function speak(): void {
    const field = Number(camera.fieldDeg.toPrecision(3));
    setText(live, `${readingLines(readAt(...(hovered ?? camera.middle))).join(', ')}. Field of view ${field} degrees.`);
  }

  async function measureFrames(frames: number): Promise<FrameFigures> {
    const { lonDeg, latDeg } = camera.view;
    const times: number[] = [];
    let lastMs = performance.now();
    for (let i = 0; i <= frames; i++) {
      await new Promise(requestAnimationFrame);
      const nowMs = performance.now();
      if (i > 0) {
        times.push(nowMs - lastMs);
        adapt(nowMs - lastMs);
      }
      lastMs = nowMs;
      lastMoveMs = nowMs;
      camera.look(lonDeg + 20 * Math.sin((2 * Math.PI * i) / frames) * Math.min(1, camera.fieldDeg / 90), latDeg);
      draw(quality, 1);
      await painter.finish();
    }
    camera.look(lonDeg, latDeg);
    changed();
    return {
      frames,
      framesPerS: (1000 * frames) / times.reduce((sum, ms) => sum + ms, 0),
      slowestMs: Math.max(...times),
      resolution: Math.min(2, devicePixelRatio) * quality,
      painter: painter.name,
    };
  }
}
