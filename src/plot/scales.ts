/** Which values the colours cover, and what the colour bar says about it. */
import { type ColourScale, colourScale, roundUp } from './colours.js';
import type { MapFigures } from './figures.js';
import type { CompleteOptions } from './options.js';

/** A colour scale with the ticks and title of its bar. */
export interface LabelledScale {
  readonly scale: ColourScale;
  readonly ticks: readonly number[];
  readonly title: string;
}

/** Upstream's range of zoomed pictures (specs/sky-and-scan.md 8.3). */
const ZOOM_RANGE = 40;
/** The colours of the all-sky picture cover this part of the known sky: a few hopeless fits must not flatten the rest. */
const COVERED = 0.95;

/** The neighbourhood of the best fit. */
export function zoomScale(figures: MapFigures, options: CompleteOptions): LabelledScale {
  return options.quantity === 'probability'
    ? probabilityScale(figures, options)
    : llhScale(options.range ?? ZOOM_RANGE, options);
}

/** The whole sky. */
export function allSkyScale(figures: MapFigures, options: CompleteOptions): LabelledScale {
  if (options.quantity === 'probability') return probabilityScale(figures, options);
  const range = options.range ?? roundUp(Math.max(ZOOM_RANGE, coveringValue(figures)), [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8]);
  return llhScale(range, options);
}

/** The square root of 2 delta llh grows like standard deviations: the best region and far pixels both show structure. */
function llhScale(range: number, options: CompleteOptions): LabelledScale {
  return {
    scale: colourScale(0, range, 'sqrt', options.theme),
    ticks: [0, 0.025, 0.1, 0.25, 0.5, 1].map((part) => Number((part * range).toPrecision(6))),
    title: '2 \u0394LLH (LLH = \u2212ln L), square-root scale',
  };
}

function probabilityScale(figures: MapFigures, options: CompleteOptions): LabelledScale {
  const { value } = figures.values;
  let most = 0;
  for (let i = 0; i < value.length; i++) most = Math.max(most, value[i]!);
  const top = most > 0 ? most : 1;
  const step = roundUp(top / 5);
  return {
    scale: colourScale(top, 0, 'linear', options.theme),
    ticks: ticksUpTo(top, step).filter((tick) => tick <= top),
    title: 'Probability density (deg\u207b\u00b2)',
  };
}

function ticksUpTo(range: number, step: number): number[] {
  const ticks: number[] = [];
  for (let k = 0; k * step < range * (1 + 1e-9); k++) ticks.push(Number((k * step).toPrecision(6)));
  return ticks;
}

/** The value below which {@link COVERED} of the known sky lies. */
function coveringValue({ values: { nside, value } }: MapFigures): number {
  const order = Array.from(value, (_, i) => i)
    .filter((i) => Number.isFinite(value[i]))
    .sort((a, b) => value[a]! - value[b]!);
  const area = (i: number): number => 1 / (nside[i]! * nside[i]!);
  let left = COVERED * order.reduce((sum, i) => sum + area(i), 0);
  for (const i of order) {
    left -= area(i);
    if (left <= 0) return value[i]!;
  }
  return 0;
}
