/** What a sky view draws: the cells in their colours, what lies over them, and the bar that says what the colours mean. */
import { type ThemeName, themeOf } from '../../plot/index.js';
import type { Paint } from './cell-painter.js';
import type { CellStore } from './cell-store.js';
import { colourBar, colourRamp, densityTicks, llhTicks } from './colour-bar.js';
import { type ContourRings, drawLines, type SkyMark } from './draw-lines.js';
import { make } from './elements.js';
import { plainPainter } from './plain-painter.js';
import type { SkyCamera } from './sky-camera.js';
import type { SkyData } from './sky-data.js';
import type { SkyQuantity } from './sky-tools.js';
import { ViewProjection } from './view-projection.js';
import { webGlPainter } from './webgl-painter.js';

/** What a reader points at. */
export interface SkyFocus {
  /** A pixel (RING) to be outlined. */
  readonly pixel: { readonly nside: number; readonly pixel: number } | null;
  /** Cross in the middle, for whoever moves by keys. */
  readonly crosshair: boolean;
}

/** Picture of a map; its parts are to be put into the page, the two canvases over each other. */
export interface SkyPicture {
  readonly canvases: readonly [cells: HTMLCanvasElement, lines: HTMLCanvasElement];
  readonly bar: HTMLElement;
  readonly painter: 'webgl' | 'plain';
  quantity: SkyQuantity;
  contours: readonly ContourRings[];
  marks: readonly SkyMark[];
  setTheme(theme: ThemeName): void;
  /** See `PacedPicture`. */
  draw(part: number, samples: number): void;
  finish(): Promise<void>;
  dispose(): void;
}

const DEGREE = Math.PI / 180;
/** More device pixels for a unit of the page than these nobody sees. */
const MOST_DENSITY = 2;

/** Device pixels for a unit of the page in full quality. */
export function fullDensity(): number {
  return Math.min(MOST_DENSITY, devicePixelRatio);
}

/**
 * @param stage element that both canvases fill; sizes of lines and labels follow its text
 * @param withoutWebGl draw without graphics card; otherwise only where there is no WebGL 2
 */
export function skyPicture(
  camera: SkyCamera,
  data: SkyData,
  { theme: first, withoutWebGl }: { readonly theme: ThemeName; readonly withoutWebGl: boolean },
  stage: HTMLElement,
  focus: () => SkyFocus,
): SkyPicture {
  const painter = (withoutWebGl ? null : webGlPainter()) ?? plainPainter();
  const over = make('canvas', { 'aria-hidden': 'true' });
  painter.canvas.setAttribute('aria-hidden', 'true');
  const bar = colourBar();
  let theme = first;
  let ramp = colourRamp(theme);

  const picture: SkyPicture = {
    canvases: [painter.canvas, over],
    bar: bar.element,
    painter: painter.name,
    quantity: 'llh',
    contours: [],
    marks: [],
    setTheme(given) {
      theme = given;
      ramp = colourRamp(theme);
    },
    draw(part, samples) {
      const { width, height } = camera;
      if (width <= 1) return;
      const density = fullDensity();
      const { store, paint } = shown();
      painter.paint(store, camera.projection, paint, density * part, samples);
      const [w, h] = [Math.round(width * density), Math.round(height * density)];
      if (over.width !== w || over.height !== h) {
        over.width = w;
        over.height = h;
      }
      drawOver(over.getContext('2d')!, w, h);
    },
    finish: () => painter.finish(),
    dispose: () => painter.dispose(),
  };
  return picture;

  function drawOver(context: CanvasRenderingContext2D, w: number, h: number): void {
    const { width, height, view } = camera;
    // Lines and labels grow with the text of the page: on a wall of screens too they can be read.
    const unit = Number.parseFloat(getComputedStyle(stage).fontSize) / 16;
    context.setTransform((w / width) * unit, 0, 0, (h / height) * unit, 0, 0);
    const { contours, marks } = picture;
    const best = data.best();
    const isMarked = best === null || marks.some(({ kind }) => kind === 'bestFit');
    drawLines(
      context,
      new ViewProjection({ ...view, scale: view.scale / unit }, width / unit, height / unit, camera.axes),
      {
        contours,
        marks: isMarked ? marks : [{ kind: 'bestFit', ...best }, ...marks],
        ...focus(),
        graticule: true,
        galacticPlane: true,
      },
      themeOf(theme),
    );
  }

  /** The cells and colours of the moment; the colour bar says what they mean. */
  function shown(): { store: CellStore; paint: Paint } {
    const { unscanned, failed, background } = themeOf(theme);
    const common = { ramp, unscanned, failed, background, edge: theme === 'light' ? '#ffffff' : '#000000' };
    const { probability } = data;
    if (picture.quantity === 'probability' && probability !== null) {
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
}
