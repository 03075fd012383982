/** The script of the list of scans: light or dark, and the list anew from time to time. */
import { byId } from './elements.js';
import { themeSwitch } from './theme-switch.js';

themeSwitch(byId('theme-place'), () => undefined);
const RELOAD_MS = 15_000;
setInterval(() => {
  if (document.visibilityState === 'visible' && document.activeElement === document.body) location.reload();
}, RELOAD_MS);
