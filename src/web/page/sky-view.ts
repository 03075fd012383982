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
import type { ThemeName } from '../../plot/index.js';
import type { LlhMap, SkyCells } from '../../sky/index.js';
import type { ContourRings, SkyMark } from './draw-lines.js';
import { make } from './elements.js';
import { type FrameFigures, FramePacer } from './frame-pacer.js';
import { KEYS, listenForGestures } from './gestures.js';
import type { ProbabilityCells } from './probability-layer.js';
import { SkyCamera, type SkyFrameName } from './sky-camera.js';
import { SkyData } from './sky-data.js';
import { fullDensity, skyPicture } from './sky-picture.js';
import type { PixelReading } from './sky-reading.js';
import { skyReadout } from './sky-readout.js';
import { skyTools } from './sky-tools.js';
import { vectorOf } from './view-projection.js';

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
export interface SkyFrameFigures extends Omit<FrameFigures, 'quality'> {
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
  measureFrames(frames: number): Promise<SkyFrameFigures>;
  /** Resolves when everything is drawn in full quality. */
  settled(): Promise<void>;
  dispose(): void;
}

const DEGREE = Math.PI / 180;

export function createSkyView(host: HTMLElement, options: SkyViewOptions = {}): SkyView {
  const keys = KEYS.map(([key, what]) => `${key}: ${what}`).join('. ');
  const stage = make('div', {
    class: 'sky-stage',
    tabindex: 0,
    role: 'application',
    'aria-roledescription': 'sky map',
    'aria-label': `Sky map, right ascension increases to the left. ${keys}.`,
  });
  /** Where the cursor is. */
  let hovered: readonly [number, number] | null = null;
  const data = new SkyData();
  const camera = new SkyCamera(
    options.frame ?? 'equatorial',
    () => pacer.moved(),
    () => readout.speakSoon(),
  );
  const looks = { theme: options.theme ?? 'light', withoutWebGl: options.withoutWebGl === true };
  const picture = skyPicture(camera, data, looks, stage, () => ({
    pixel: pixelInFocus(),
    crosshair: hovered === null && isUsedByKeys(),
  }));
  const pacer = new FramePacer({
    draw: picture.draw,
    finish: picture.finish,
    isFlying: () => camera.isFlying,
    whenStill: tell,
  });
  const readout = skyReadout(() => ({
    hovered: hovered === null ? undefined : readAt(...hovered),
    middle: readAt(...camera.middle),
    fieldDeg: camera.fieldDeg,
  }));
  const changed = (): void => pacer.changed();

  const tools = skyTools(
    {
      zoom: (factor) => moved(() => camera.zoom(factor, camera.middle)),
      wholeSky: () => camera.wholeSky(),
      best: goToBest,
      quantity(name) {
        picture.quantity = name;
        changed();
      },
      frame(name) {
        camera.setFrame(name);
        changed();
      },
    },
    camera.frame,
  );
  stage.append(...picture.canvases);
  const element = make('div', { class: 'sky-view' }, tools, stage, readout.element, picture.bar, readout.live);
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
      readout.speak();
    },
    read: () => readout.speak(),
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
      // A map that fills may not come to rest for long.
      if (camera.width > 1) readout.show();
    },
    setProbability(cells) {
      data.setProbability(cells);
      if (cells === null) picture.quantity = 'llh';
      element.classList.toggle('has-probability', cells !== null);
      changed();
    },
    setContours(given) {
      picture.contours = given;
      changed();
    },
    setMarks(given) {
      picture.marks = given;
      changed();
    },
    setTheme(given) {
      picture.setTheme(given);
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
    settled: () => pacer.settled(),
    dispose() {
      stopListening();
      resizing.disconnect();
      camera.stop();
      pacer.stop();
      readout.stop();
      picture.dispose();
      element.remove();
    },
  };

  function moved(move: () => void): void {
    move();
    pacer.moved();
  }

  function movedByKey(move: () => void): void {
    hovered = null;
    moved(move);
    readout.speakSoon();
  }

  /** The best position so large that its 90 % region fills a part of the view. */
  function goToBest(): void {
    const best = data.best();
    const place = picture.marks.find(({ kind }) => kind === 'peak') ?? best;
    if (place === null || place === undefined) return;
    const centre = vectorOf(place.raDeg, place.decDeg);
    let least = 1;
    for (const { kind, level, rings } of picture.contours) {
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
    options.onPixel?.(hovered === null ? null : readAt(...hovered));
    readout.show();
    // The outline of the pixel under the cursor.
    if (hovered !== null) pacer.retouch();
  }

  async function measureFrames(frames: number): Promise<SkyFrameFigures> {
    const { lonDeg, latDeg } = camera.view;
    const { quality, ...figures } = await pacer.measure(frames, (part) =>
      camera.look(lonDeg + 20 * Math.sin(2 * Math.PI * part) * Math.min(1, camera.fieldDeg / 90), latDeg),
    );
    camera.look(lonDeg, latDeg);
    changed();
    return { ...figures, resolution: fullDensity() * quality, painter: picture.painter };
  }
}
