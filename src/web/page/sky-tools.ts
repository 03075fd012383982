/** The buttons of a sky view. */
import { make } from './elements.js';
import type { SkyFrameName } from './sky-camera.js';

export type SkyQuantity = 'llh' | 'probability';

/** What the buttons do. */
export interface SkyActions {
  zoom(factor: number): void;
  wholeSky(): void;
  best(): void;
  quantity(name: SkyQuantity): void;
  frame(name: SkyFrameName): void;
}

export function skyTools(actions: SkyActions, frame: SkyFrameName): HTMLElement {
  const button = (text: string, label: string, act: () => void): HTMLElement => {
    const made = make('button', { type: 'button', title: label, 'aria-label': label }, text);
    made.addEventListener('click', act);
    return made;
  };
  const choice = <T extends string>(label: string, names: Readonly<Record<T, string>>, act: (name: T) => void) => {
    const options = Object.entries<string>(names).map(([value, text]) => make('option', { value }, text));
    const made = make('select', { 'aria-label': label }, ...options);
    made.addEventListener('change', () => act(made.value as T));
    return made;
  };
  const quantities = choice('Colours show', { llh: '2 \u0394LLH', probability: 'Probability' }, actions.quantity);
  quantities.className = 'sky-quantity';
  const frames = choice('Coordinates', { equatorial: 'RA, dec', galactic: 'Galactic' }, actions.frame);
  frames.value = frame;
  return make(
    'div',
    { class: 'sky-tools', role: 'toolbar', 'aria-label': 'Sky view' },
    button('\u2212', 'Zoom out', () => actions.zoom(1 / 1.8)),
    button('+', 'Zoom in', () => actions.zoom(1.8)),
    button('Whole sky', 'Show the whole sky', actions.wholeSky),
    button('Best position', 'Show the best position', actions.best),
    quantities,
    frames,
  );
}
