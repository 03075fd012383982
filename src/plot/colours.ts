/**
 * The colour scale of the maps: lightness changes evenly from end to end (in OKLab, B. Ottosson 2020) while the hue goes
 * from indigo over blue and green to pale yellow. Even lightness is what makes steps of equal size look equal, survives
 * a black-and-white printer and can be read with any colour vision; the hue runs along the blue-yellow axis, which
 * red-green blindness leaves intact.
 *
 * The best values stand out from the page: darkest on the light theme, brightest on the dark one.
 */
import type { ThemeName } from './theme.js';

/** How values are spread over the colours. `sqrt` spreads 2 delta llh like standard deviations. */
export type Stretch = 'linear' | 'sqrt';

/** Steps of the scale; neighbouring ones cannot be told apart. */
export const LEVELS = 96;

/** Lightness, chroma and hue (degrees) of OKLab at even steps of lightness. */
const ANCHORS: readonly (readonly [number, number, number])[] = [
  [0.2, 0.09, 284],
  [0.33, 0.13, 274],
  [0.46, 0.13, 256],
  [0.59, 0.11, 230],
  [0.72, 0.1, 190],
  [0.84, 0.11, 146],
  [0.97, 0.06, 106],
];

/** Values to colours. */
export interface ColourScale {
  /** The value drawn as the best colour, and the one from which on everything has the last colour. */
  readonly best: number;
  readonly worst: number;
  /** Position of a value on the scale, 0 (best) to 1; NaN stays NaN. */
  position(value: number): number;
  /** Step of the scale a value falls into, 0 (best) to LEVELS - 1. */
  level(value: number): number;
  /** Colour of a step, `#rrggbb`. */
  colour(level: number): string;
}

/** A scale from `best` to `worst` (either may be the larger). */
export function colourScale(best: number, worst: number, stretch: Stretch, theme: ThemeName): ColourScale {
  const position = (value: number): number => {
    const t = Math.min(1, Math.max(0, (value - best) / (worst - best)));
    return stretch === 'sqrt' ? Math.sqrt(t) : t;
  };
  return {
    best,
    worst,
    position,
    level: (value) => Math.min(LEVELS - 1, Math.floor(position(value) * LEVELS)),
    colour: (level) => {
      const t = level / (LEVELS - 1);
      return rampColour(theme === 'light' ? t : 1 - t);
    },
  };
}

/** Colour at a position of the ramp, 0 (dark) to 1 (pale). */
export function rampColour(t: number): string {
  const at = t * (ANCHORS.length - 1);
  const k = Math.min(ANCHORS.length - 2, Math.floor(at));
  const mix = (i: 0 | 1 | 2): number => ANCHORS[k]![i] + (at - k) * (ANCHORS[k + 1]![i] - ANCHORS[k]![i]);
  const hue = (mix(2) * Math.PI) / 180;
  return oklabToHex(mix(0), mix(1) * Math.cos(hue), mix(1) * Math.sin(hue));
}

function oklabToHex(lightness: number, a: number, b: number): string {
  const cube = (x: number): number => x * x * x;
  const l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const s = cube(lightness - 0.0894841775 * a - 1.291485548 * b);
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${linear.map((c) => toByte(c).toString(16).padStart(2, '0')).join('')}`;
}

/** sRGB transfer function; exp and log because `**` rounds differently between engines. */
function toByte(linear: number): number {
  const c = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * Math.exp(Math.log(c) / 2.4) - 0.055));
}

/** Smallest "round" number that is not below a positive value: one of some digits times a power of ten. */
export function roundUp(value: number, digits: readonly number[] = [1, 2, 5]): number {
  let power = 1;
  while (power * 10 <= value) power *= 10;
  while (power > value) power /= 10;
  return [...digits, 10].map((digit) => digit * power).find((round) => round >= value * (1 - 1e-12))!;
}
