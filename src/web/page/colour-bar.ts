/** The colour scale of the sky view, and the bar that explains it. */
import { rampColour, roundUp, type ThemeName, tickText } from '../../plot/index.js';
import { make, setText } from './elements.js';

/** Steps of the sky's colours. */
const STEPS = 256;

/** Colours from best to last, the best ones standing out from the page as in the pictures of plot/. */
export function colourRamp(theme: ThemeName): readonly string[] {
  return Array.from({ length: STEPS }, (_, i) => rampColour(theme === 'light' ? i / (STEPS - 1) : 1 - i / (STEPS - 1)));
}

/** The bar: a gradient with ticks. */
export interface ColourBar {
  readonly element: HTMLElement;
  /** @param ticks values and their places from 0 (best) to 1 */
  show(ramp: readonly string[], title: string, ticks: readonly { readonly at: number; readonly text: string }[]): void;
}

export function colourBar(): ColourBar {
  const strip = make('canvas', { width: STEPS, height: 1, class: 'sky-bar-strip', 'aria-hidden': 'true' });
  const marks = make('div', { class: 'sky-bar-ticks' });
  const caption = make('div', { class: 'sky-bar-title' });
  const element = make('div', { class: 'sky-bar', role: 'group', 'aria-label': 'Colour scale' }, caption, strip, marks);
  let shown: readonly string[] = [];
  let ticksShown = '';
  return {
    element,
    show(ramp, title, ticks) {
      setText(caption, title);
      if (ramp !== shown) {
        shown = ramp;
        strip.width = ramp.length;
        const context = strip.getContext('2d')!;
        ramp.forEach((colour, i) => {
          context.fillStyle = colour;
          context.fillRect(i, 0, 1, 1);
        });
      }
      const key = JSON.stringify(ticks);
      if (key === ticksShown) return;
      ticksShown = key;
      marks.replaceChildren(
        ...ticks.map(({ at, text }) => {
          const tick = make('span', {}, text);
          tick.style.left = `${100 * at}%`;
          return tick;
        }),
      );
    },
  };
}

/** Ticks of a square-root scale up to a range of 2 delta llh. */
export function llhTicks(range: number): { at: number; text: string }[] {
  const values = [0];
  for (let power = 1; power <= range; power *= 10) for (const digit of [1, 2, 5]) values.push(digit * power);
  const ticks: { at: number; text: string }[] = [];
  const wanted = values.filter((candidate) => candidate > 0 && candidate <= range * 1.0001);
  for (const value of [0, ...wanted.reverse()]) {
    const at = Math.sqrt(value / range);
    if (ticks.every((tick) => Math.abs(tick.at - at) > 0.12)) ticks.push({ at, text: tickText(value) });
  }
  return ticks.sort((a, b) => a.at - b.at);
}

/** Ticks from the highest density down to none. */
export function densityTicks(top: number): { at: number; text: string }[] {
  const step = roundUp(top / 4);
  const ticks: { at: number; text: string }[] = [];
  for (let k = 0; k * step <= top * 1.0001; k++) {
    ticks.push({ at: 1 - (k * step) / top, text: tickText(Number((k * step).toPrecision(6))) });
  }
  return ticks;
}

/** Ticks of a time range, ns. */
export function timeTicks(range: number): { at: number; text: string }[] {
  const step = roundUp(range / 5);
  const ticks: { at: number; text: string }[] = [];
  for (let value = 0; value <= range * 1.0001; value += step) {
    ticks.push({ at: value / range, text: tickText(Number(value.toPrecision(6))) });
  }
  return ticks;
}
