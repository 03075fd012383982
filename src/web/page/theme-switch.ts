/** Light or dark: as the system says, until somebody chooses. */
import type { ThemeName } from '../../plot/index.js';
import { make } from './elements.js';

/** Sets the theme of the page, puts a button into `place`, and tells whoever draws. */
export function themeSwitch(place: HTMLElement, changed: (theme: ThemeName) => void): ThemeName {
  const system = matchMedia('(prefers-color-scheme: dark)');
  let chosen: ThemeName | null = null;
  const current = (): ThemeName => chosen ?? (system.matches ? 'dark' : 'light');
  const button = make('button', { type: 'button' });
  const show = (): void => {
    const theme = current();
    document.documentElement.dataset.theme = theme;
    button.textContent = theme === 'dark' ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Change to the ${theme === 'dark' ? 'light' : 'dark'} look`);
  };
  button.addEventListener('click', () => {
    chosen = current() === 'dark' ? 'light' : 'dark';
    show();
    changed(chosen);
  });
  system.addEventListener('change', () => {
    show();
    if (chosen === null) changed(current());
  });
  show();
  place.append(button);
  return current();
}
