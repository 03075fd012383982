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
import { fixed, roundUp, signed, type ThemeName, themeOf } from '../../plot/index.js';
import { type LlhMap, pixelArea, pixelPhi, pixelTheta, type SkyCells } from '../../sky/index.js';
import { CellStore } from './cell-store.js';
import { type ColourBar, colourBar, colourRamp, densityTicks, llhTicks } from './colour-bar.js';
import { type CellPainter, type Paint, plainPainter, webGlPainter } from './draw-cells.js';
import { type ContourRings, drawLines, GALACTIC_AXES, type SkyMark } from './draw-lines.js';
import { make, setText } from './elements.js';
import { KEYS, listenForGestures } from './gestures.js';
import { type ProbabilityCells, ProbabilityLayer } from './probability-layer.js';
import { lonLatOf, type View, ViewProjection, vectorOf, wholeSkyScale } from './view-projection.js';

export type { ContourRings, SkyMark } from './draw-lines.js';
export type { ProbabilityCells } from './probability-layer.js';

/** How the view begins. */
export interface SkyViewOptions {
  /** Default light. */
  readonly theme?: ThemeName;
  /** Celestial frame. Default equatorial. */
  readonly frame?: 'equatorial' | 'galactic';
  /** Is told which pixel is under the cursor, null where there is none. */
  readonly onPixel?: (reading: PixelReading | null) => void;
  /** Draw without graphics card. Default: only where there is no WebGL 2. */
  readonly withoutWebGl?: boolean;
}

/** What is known at a position. */
export interface PixelReading {
  /** The position asked for. */
  readonly raDeg: number;
  readonly decDeg: number;
  /** The finest known pixel there, and its centre; null where nothing was scanned. */
  readonly pixel: {
    readonly nside: number;
    readonly pixel: number;
    readonly raDeg: number;
    readonly decDeg: number;
    /** NaN where the fit failed. */
    readonly llh: number;
    readonly delta2Llh: number;
    /** In this pixel, of the probability map; null without one. */
    readonly probability: number | null;
  } | null;
  /** Smallest credible level whose region contains the position; null without a probability map. */
  readonly credibleLevel: number | null;
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
/** Colours end at this 2 delta llh around the best fit (specs/sky-and-scan.md 8.3), and at what covers most of the sky. */
const ZOOM_RANGE = 40;
const COVERED = 0.95;
/** Fields of view, degrees, between which the range of colours changes from one to the other. */
const ZOOMED_FIELD = 12;
const WIDE_FIELD = 100;
const SMALLEST_FIELD = 0.02;
/** While the sky moves, frames that take longer make the picture coarser. */
const SLOW_FRAME_MS = 40;
/** A still picture gets smooth edges where one without takes less than this. */
const SMOOTH_MS = 60;

export function createSkyView(host: HTMLElement, options: SkyViewOptions = {}): SkyView {
  const painter: CellPainter = (options.withoutWebGl ? null : webGlPainter()) ?? plainPainter();
  const isPlain = painter.canvas.getContext('2d') !== null;
  const over = make('canvas', { 'aria-hidden': 'true' });
  painter.canvas.setAttribute('aria-hidden', 'true');
  const readout = make('div', { class: 'sky-readout' });
  const live = make('p', { class: 'visually-hidden', 'aria-live': 'polite' });
  const stage = make('div', {
    class: 'sky-stage',
    tabindex: 0,
    role: 'application',
    'aria-roledescription': 'sky map',
    'aria-label': `Sky map, right ascension increases to the left. ${KEYS.map(([key, what]) => `${key}: ${what}`).join('. ')}.`,
  });
  stage.append(painter.canvas, over);
  const bar: ColourBar = colourBar();
  const element = make('div', { class: 'sky-view' });
  host.append(element);

  let theme: ThemeName = options.theme ?? 'light';
  let frame = options.frame ?? 'equatorial';
  let quantity: 'llh' | 'probability' = 'llh';
  let store = new CellStore();
  let densities: CellStore | null = null;
  let probability: ProbabilityLayer | null = null;
  let contours: readonly ContourRings[] = [];
  let marks: readonly SkyMark[] = [];
  let ramp = colourRamp(theme);
  let wholeRange: number | null = null;
  let [width, height] = [1, 1];
  let view: View = { lonDeg: 180, latDeg: 0, scale: 0 };
  let isHome = true;
  let hovered: readonly [number, number] | null = null;
  let frameRequest = 0;
  let quality = 1;
  let lastMoveMs = -1e9;
  let lastFrameMs = 0;
  let settleTimer = 0;
  let animation = 0;
  let isSettled = false;
  const waiting: (() => void)[] = [];
  let speakTimer = 0;

  element.append(toolbar(), make('div', { class: 'sky-frame' }, stage, readout), bar.element, live);

  const resizing = new ResizeObserver(() => {
    const box = stage.getBoundingClientRect();
    const [w, h] = [Math.max(1, box.width), Math.max(1, box.height)];
    if (w === width && h === height) return;
    const factor = view.scale > 0 ? Math.min(w, h) / Math.min(width, height) : 1;
    [width, height] = [w, h];
    view = { ...view, scale: isHome || view.scale === 0 ? wholeSkyScale(w, h) : view.scale * factor };
    changed();
  });
  resizing.observe(stage);

  const frameAxes = () => (frame === 'galactic' ? GALACTIC_AXES : null);
  const projection = (): ViewProjection => new ViewProjection(view, width, height, frameAxes());

  const stopListening = listenForGestures(stage, {
    drag: (from, to) =>
      moved(() => keepUnder(projection().vector(from[0], from[1]), to, [to[0] - from[0], to[1] - from[1]])),
    zoom: (factor, at) => moved(() => zoomAt(factor, at)),
    pan: (right, up) => moved(() => panBy(right, up), true),
    step: (factor) => moved(() => zoomAt(factor, [width / 2, height / 2]), true),
    home: () => wholeSky(),
    best: () => goToBest(),
    hover: (at) => {
      hovered = at;
      tell();
    },
    pick: (at) => {
      hovered = at;
      tell();
      speak();
    },
    read: () => speak(),
  });
  stage.addEventListener('focus', changed);
  stage.addEventListener('blur', changed);

  const api: SkyView = {
    element,
    get pixels() {
      return store.size;
    },
    setMaps(maps) {
      store = new CellStore();
      for (const map of maps) store.add(map.nside, map.pixel, map.llh);
      wholeRange = null;
      changed();
    },
    setCells(cells) {
      store = new CellStore();
      addCells(store, cells, cells.llh);
      wholeRange = null;
      changed();
    },
    addPixels(nside, pixels, llh) {
      store.add(nside, pixels, llh);
      wholeRange = null;
      changed();
    },
    setProbability(cells) {
      probability = cells === null ? null : new ProbabilityLayer(cells);
      densities = null;
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
    goTo,
    wholeSky,
    readAt,
    placeOf(raDeg, decDeg) {
      const v = vectorOf(raDeg, decDeg);
      const p = projection();
      const at = p.point(...v);
      if (at[0] < 0 || at[1] < 0 || at[0] > width || at[1] > height) return null;
      return [at[0], at[1]];
    },
    measureFrames,
    settled: () => (isSettled ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    dispose() {
      stopListening();
      resizing.disconnect();
      cancelAnimationFrame(frameRequest);
      cancelAnimationFrame(animation);
      clearTimeout(settleTimer);
      clearTimeout(speakTimer);
      painter.dispose();
      element.remove();
    },
  };
  return api;

  // ------------------------------------------------------------------------------------------------------- moving

  function moved(move: () => void, byKey = false): void {
    cancelAnimationFrame(animation);
    move();
    isHome = false;
    if (byKey) {
      hovered = null;
      speakSoon();
    }
    lastMoveMs = performance.now();
    changed();
  }

  function changed(): void {
    isSettled = false;
    if (frameRequest === 0) frameRequest = requestAnimationFrame(drawFrame);
  }

  /** Turns the sky so that a direction comes to a point of the screen; without one by a distance. */
  function keepUnder(
    target: readonly number[] | null,
    to: readonly [number, number],
    by: readonly [number, number],
  ): void {
    if (target === null) {
      panBy(-by[0] / width, by[1] / height);
      return;
    }
    for (let turn = 0; turn < 3; turn++) {
      const there = projection().vector(to[0], to[1]);
      if (there === null) return;
      const [wanted, got] = [lonLatOf(target, frameAxes()), lonLatOf(there, frameAxes())];
      let dLon = wanted[0] - got[0];
      dLon -= 360 * Math.round(dLon / 360);
      setCentre(view.lonDeg + dLon, view.latDeg + wanted[1] - got[1]);
    }
  }

  function setCentre(lonDeg: number, latDeg: number, scale: number = view.scale): void {
    const largest = Math.max(width, height) / (SMALLEST_FIELD * DEGREE);
    view = {
      lonDeg: lonDeg - 360 * Math.floor(lonDeg / 360),
      latDeg: Math.max(-90, Math.min(90, latDeg)),
      scale: Math.max(0.7 * wholeSkyScale(width, height), Math.min(largest, scale)),
    };
  }

  function zoomAt(factor: number, at: readonly [number, number]): void {
    const target = projection().vector(at[0], at[1]);
    setCentre(view.lonDeg, view.latDeg, view.scale * factor);
    if (target !== null) keepUnder(target, at, [0, 0]);
  }

  /** By parts of the screen. */
  function panBy(right: number, up: number): void {
    const perScreen = Math.min(width, height) / view.scale / DEGREE;
    const narrow = Math.max(0.15, Math.cos(view.latDeg * DEGREE));
    setCentre(view.lonDeg - (right * perScreen) / narrow, view.latDeg + up * perScreen);
  }

  function fieldDeg(): number {
    return Math.min(360, width / view.scale / DEGREE);
  }

  function wholeSky(): void {
    flyTo({ lonDeg: frame === 'galactic' ? 0 : 180, latDeg: 0, scale: wholeSkyScale(width, height) }, true);
  }

  function goToBest(): void {
    const peak = marks.find((mark) => mark.kind === 'peak');
    const best = peak ?? bestMark();
    if (best === null) return;
    const nside = store.best?.nside ?? 64;
    const around = contours.filter(({ kind, level }) => kind === 'probability' && level > 0.7);
    let reach = 0;
    const centre = vectorOf(best.raDeg, best.decDeg);
    for (const { rings } of around) {
      for (const [ra, dec] of rings[0] ?? [])
        reach = Math.max(reach, Math.acos(Math.min(1, dot(centre, vectorOf(ra, dec)))));
    }
    const field = reach > 0 ? (reach / DEGREE) * 5 : (58.6 / nside) * 24;
    goTo({ raDeg: best.raDeg, decDeg: best.decDeg, fieldDeg: Math.min(120, Math.max(0.6, field)) });
  }

  function goTo(target: SkyTarget): void {
    const [lonDeg, latDeg] = lonLatOf(vectorOf(target.raDeg, target.decDeg), frameAxes());
    const scale = target.fieldDeg === undefined ? view.scale : Math.min(width, height) / (target.fieldDeg * DEGREE);
    flyTo({ lonDeg, latDeg, scale }, false);
  }

  /** A smooth way to another view, at once for those who do not want motion. */
  function flyTo(target: View, home: boolean): void {
    cancelAnimationFrame(animation);
    const from = view;
    let dLon = target.lonDeg - from.lonDeg;
    dLon -= 360 * Math.round(dLon / 360);
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const duration = isCalm || from.scale === 0 ? 0 : 500;
    const startMs = performance.now();
    const next = (): void => {
      const t = duration === 0 ? 1 : Math.min(1, (performance.now() - startMs) / duration);
      const eased = t * t * (3 - 2 * t);
      setCentre(
        from.lonDeg + eased * dLon,
        from.latDeg + eased * (target.latDeg - from.latDeg),
        duration === 0 ? target.scale : from.scale * Math.exp(eased * Math.log(target.scale / from.scale)),
      );
      lastMoveMs = performance.now();
      changed();
      if (t < 1) animation = requestAnimationFrame(next);
      else {
        isHome = home;
        animation = 0;
        speakSoon();
      }
    };
    next();
  }

  // ------------------------------------------------------------------------------------------------------ drawing

  function drawFrame(nowMs: number): void {
    frameRequest = 0;
    const isMoving = performance.now() - lastMoveMs < 180;
    if (isMoving) {
      const tookMs = nowMs - lastFrameMs;
      if (tookMs < 400 && tookMs > SLOW_FRAME_MS) quality = Math.max(0.2, quality * 0.85);
      else if (tookMs < SLOW_FRAME_MS / 2) quality = Math.min(1, quality * 1.06);
    }
    lastFrameMs = nowMs;
    draw(isMoving ? quality : 1, 1);
    clearTimeout(settleTimer);
    settleTimer = setTimeout(() => void settle(), isMoving ? 200 : 60) as unknown as number;
  }

  /** When nothing moves any more: in full resolution, and with smooth edges where the machine is quick. */
  async function settle(): Promise<void> {
    if (frameRequest !== 0 || animation !== 0) return;
    const startMs = performance.now();
    draw(1, 1);
    await painter.finish();
    if (frameRequest !== 0 || animation !== 0) return;
    if (performance.now() - startMs < SMOOTH_MS) draw(1, 2);
    tell();
    isSettled = true;
    for (const resolve of waiting.splice(0)) resolve();
  }

  function draw(part: number, samples: number): void {
    if (width <= 1) return;
    const p = projection();
    const look = themeOf(theme);
    const density = Math.min(2, devicePixelRatio);
    const shown = quantity === 'probability' && probability !== null ? densityStore(probability) : store;
    painter.paint(shown, p, paintOf(shown), density * part, samples);
    const [w, h] = [Math.round(width * density), Math.round(height * density)];
    if (over.width !== w || over.height !== h) {
      over.width = w;
      over.height = h;
    }
    const context = over.getContext('2d')!;
    // Lines and labels grow with the text of the page: on a wall of screens too they can be read.
    const unit = textUnit();
    context.setTransform((w / width) * unit, 0, 0, (h / height) * unit, 0, 0);
    const best = bestMark();
    drawLines(
      context,
      new ViewProjection({ ...view, scale: view.scale / unit }, width / unit, height / unit, frameAxes()),
      {
        contours,
        marks: best === null || marks.some(({ kind }) => kind === 'bestFit') ? marks : [best, ...marks],
        pixel: focusPixel(),
        graticule: true,
        galacticPlane: true,
        crosshair: hovered === null && document.activeElement === stage && stage.matches(':focus-visible'),
      },
      look,
    );
  }

  function textUnit(): number {
    return Number.parseFloat(getComputedStyle(stage).fontSize) / 16;
  }

  function paintOf(shown: CellStore): Paint {
    const look = themeOf(theme);
    const best = shown.best?.value ?? 0;
    const common = {
      ramp,
      best,
      unscanned: look.unscanned,
      failed: look.failed,
      background: look.background,
      edge: theme === 'light' ? '#ffffff' : '#000000',
    };
    if (quantity === 'probability' && probability !== null) {
      const top = probability.highest * DEGREE * DEGREE;
      bar.show(ramp, 'Probability density (deg\u207b\u00b2), blurred', densityTicks(top));
      return { ...common, worst: 0, isSquareRoot: false };
    }
    const range = rangeNow();
    bar.show(ramp, '2 \u0394LLH (LLH = \u2212ln L), square-root scale', llhTicks(range));
    return { ...common, worst: best + range / 2, isSquareRoot: true };
  }

  function rangeNow(): number {
    wholeRange ??= coveringRange(store);
    const t = (Math.log(fieldDeg()) - Math.log(ZOOMED_FIELD)) / (Math.log(WIDE_FIELD) - Math.log(ZOOMED_FIELD));
    const mix = Math.max(0, Math.min(1, t));
    return Math.exp(Math.log(ZOOM_RANGE) + mix * (Math.log(wholeRange) - Math.log(ZOOM_RANGE)));
  }

  function densityStore({ cells }: ProbabilityLayer): CellStore {
    if (densities === null) {
      densities = new CellStore();
      addCells(
        densities,
        cells,
        cells.density.map((density) => -density),
      );
    }
    return densities;
  }

  function bestMark(): SkyMark | null {
    if (store.best === null) return null;
    const { nside, pixel } = store.best;
    return { kind: 'bestFit', ...centreOf(nside, pixel) };
  }

  // ------------------------------------------------------------------------------------------------------ reading

  function readAt(x: number, y: number): PixelReading | null {
    const v = projection().vector(x, y);
    return v === null ? null : readVector(v);
  }

  function readVector(v: readonly [number, number, number]): PixelReading {
    const [raDeg, decDeg] = lonLatOf(v);
    const found = store.find(...v);
    const best = store.best?.value ?? Number.NaN;
    return {
      raDeg,
      decDeg,
      pixel: found && {
        nside: found.nside,
        pixel: found.pixel,
        ...centreOf(found.nside, found.pixel),
        llh: found.value,
        delta2Llh: 2 * (found.value - best),
        probability: probability?.probabilityIn(found.nside, found.pixel) ?? null,
      },
      credibleLevel: probability?.credibleLevel(...v) ?? null,
    };
  }

  function focusPixel(): { nside: number; pixel: number } | null {
    const at =
      hovered ?? (document.activeElement === stage && stage.matches(':focus-visible') ? [width / 2, height / 2] : null);
    return at === null ? null : (readAt(at[0]!, at[1]!)?.pixel ?? null);
  }

  function tell(): void {
    const reading = hovered === null ? null : readAt(hovered[0], hovered[1]);
    options.onPixel?.(reading);
    const lines = readingLines(reading ?? readAt(width / 2, height / 2));
    setText(readout, `${reading === null ? 'Middle of the view\n' : ''}${lines.join('\n')}`);
    changedLines();
  }

  /** The outline of the pixel under the cursor needs no new cells. */
  function changedLines(): void {
    if (hovered !== null && frameRequest === 0 && isSettled) frameRequest = requestAnimationFrame(drawFrame);
  }

  function speakSoon(): void {
    clearTimeout(speakTimer);
    speakTimer = setTimeout(speak, 350) as unknown as number;
  }

  function speak(): void {
    const at = hovered ?? [width / 2, height / 2];
    setText(live, `${readingLines(readAt(at[0], at[1])).join(', ')}. Field of view ${short(fieldDeg())} degrees.`);
  }

  // ------------------------------------------------------------------------------------------------------ controls

  function toolbar(): HTMLElement {
    const button = (
      text: string,
      label: string,
      act: (button: HTMLButtonElement) => void,
      className = '',
    ): HTMLElement => {
      const made = make('button', { type: 'button', title: label, 'aria-label': label, class: className }, text);
      made.addEventListener('click', () => act(made));
      return made;
    };
    const middle = (): [number, number] => [width / 2, height / 2];
    const quantities = make('select', { 'aria-label': 'Colours show', class: 'sky-quantity' });
    quantities.append(
      make('option', { value: 'llh' }, '2 \u0394LLH'),
      make('option', { value: 'probability' }, 'Probability'),
    );
    quantities.addEventListener('change', () => {
      quantity = quantities.value as typeof quantity;
      changed();
    });
    const frames = make('select', { 'aria-label': 'Coordinates' });
    frames.append(
      make('option', { value: 'equatorial' }, 'RA, dec'),
      make('option', { value: 'galactic' }, 'Galactic'),
    );
    frames.value = frame;
    frames.addEventListener('change', () => {
      const middleOfSky = projection().vector(width / 2, height / 2)!;
      frame = frames.value as typeof frame;
      const [lon, lat] = isHome ? [frame === 'galactic' ? 0 : 180, 0] : lonLatOf(middleOfSky, frameAxes());
      setCentre(lon, lat);
      changed();
    });
    return make(
      'div',
      { class: 'sky-tools', role: 'toolbar', 'aria-label': 'Sky view' },
      button('\u2212', 'Zoom out', () => moved(() => zoomAt(1 / 1.8, middle()))),
      button('+', 'Zoom in', () => moved(() => zoomAt(1.8, middle()))),
      button('Whole sky', 'Show the whole sky', wholeSky),
      button('Best position', 'Show the best position', goToBest),
      quantities,
      frames,
    );
  }

  async function measureFrames(frames: number): Promise<FrameFigures> {
    const times: number[] = [];
    const centre = view.lonDeg;
    let last = performance.now();
    for (let i = 0; i < frames; i++) {
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      if (i > 0) times.push(now - last);
      last = now;
      lastMoveMs = now;
      if (times.length > 0) {
        const tookMs = times.at(-1)!;
        if (tookMs > SLOW_FRAME_MS) quality = Math.max(0.2, quality * 0.85);
        else if (tookMs < SLOW_FRAME_MS / 2) quality = Math.min(1, quality * 1.06);
      }
      setCentre(centre + 20 * Math.sin((2 * Math.PI * i) / frames) * Math.min(1, fieldDeg() / 90), view.latDeg);
      draw(quality, 1);
      await painter.finish();
    }
    setCentre(centre, view.latDeg);
    changed();
    const total = times.reduce((sum, ms) => sum + ms, 0);
    return {
      frames: times.length,
      framesPerS: (1000 * times.length) / total,
      slowestMs: Math.max(...times),
      resolution: Math.min(2, devicePixelRatio) * quality,
      painter: isPlain ? 'plain' : 'webgl',
    };
  }
}

/** What is known at a position, in lines for people. */
export function readingLines(reading: PixelReading | null): string[] {
  if (reading === null) return ['Outside the sky'];
  const { raDeg, decDeg, pixel, credibleLevel } = reading;
  const place = `RA ${fixed(raDeg, 3)}\u00b0, dec ${signed(decDeg, 3)}\u00b0`;
  if (pixel === null) return [place, 'not scanned'];
  const lines = [place, `nside ${pixel.nside}, pixel ${pixel.pixel}`];
  if (Number.isNaN(pixel.llh)) return [...lines, 'the fit failed'];
  lines.push(`2 \u0394LLH ${fixed(pixel.delta2Llh, 2)}  (LLH ${fixed(pixel.llh, 3)})`);
  if (pixel.probability !== null) {
    const level = credibleLevel === null ? '' : `, ${levelText(credibleLevel)}`;
    lines.push(`Probability ${percent(pixel.probability)}${level}`);
  }
  return lines;
}

function levelText(level: number): string {
  return level > 0.9995 ? 'outside the 99.9 % region' : `credible level ${percent(level)}`;
}

function percent(share: number): string {
  const value = 100 * share;
  if (value < 0.001) return '< 0.001 %';
  return `${value >= 99.95 && value < 100 ? value.toFixed(2) : Number(value.toPrecision(3))} %`;
}

function addCells(
  store: CellStore,
  cells: { nside: ArrayLike<number>; pixel: ArrayLike<number> },
  values: ArrayLike<number>,
): void {
  const byNside = new Map<number, { pixel: number[]; value: number[] }>();
  for (let i = 0; i < cells.nside.length; i++) {
    const nside = cells.nside[i]!;
    let list = byNside.get(nside);
    if (list === undefined) {
      list = { pixel: [], value: [] };
      byNside.set(nside, list);
    }
    list.pixel.push(cells.pixel[i]!);
    list.value.push(values[i]!);
  }
  for (const [nside, { pixel, value }] of byNside) store.add(nside, pixel, value);
}

/** 2 delta llh below which most of the sky lies, rounded up. */
function coveringRange(store: CellStore): number {
  const best = store.best?.value ?? 0;
  const values = store.coarsestValues(4000).sort((a, b) => a - b);
  const covering = values.length === 0 ? 0 : 2 * (values[Math.floor(COVERED * (values.length - 1))]! - best);
  return roundUp(Math.max(ZOOM_RANGE, covering), [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8]);
}

function centreOf(nside: number, pixel: number): { raDeg: number; decDeg: number } {
  return { raDeg: pixelPhi(nside, pixel) / DEGREE, decDeg: 90 - pixelTheta(nside, pixel) / DEGREE };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Side of a square of a pixel's area, degrees: for texts about resolution. */
export function pixelSideDeg(nside: number): number {
  return Math.sqrt(pixelArea(nside)) / DEGREE;
}
