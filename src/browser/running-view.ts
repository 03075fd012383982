/** What is shown of a running scan: a bar per nside, figures, messages. */
import type { LevelFigures, LiveFigures } from '../scan/index.js';
import type { ScannedWith } from '../session/index.js';
import { pixelPhi, pixelTheta } from '../sky/index.js';
import { byId, make, setText } from '../web/page/elements.js';
import { showFacts } from './facts.js';

const DEG = 180 / Math.PI;

export interface RunningView {
  clear(): void;
  /** What the scan is made with, and why where nobody asked for it. */
  reco(scannedWith: ScannedWith): void;
  show(figures: LiveFigures, isDone: boolean): void;
  note(text: string): void;
}

export function runningView(): RunningView {
  const levels = byId('levels');
  const log = byId('log');
  const bars = new Map<number, { readonly bar: HTMLProgressElement; readonly count: HTMLElement }>();

  return {
    clear() {
      levels.replaceChildren();
      bars.clear();
      log.replaceChildren();
      setText(byId('log-count'), '0');
      setText(byId('scanned-with'), '');
      byId('figures').replaceChildren();
    },
    reco: ({ recoAlgo, recoChoice }) => setText(byId('scanned-with'), `Reconstruction: ${recoChoice ?? recoAlgo}`),
    show(figures, isDone) {
      for (const level of figures.levels) showLevel(level);
      showFacts(byId('figures'), figureTexts(figures, isDone));
    },
    note(text) {
      log.append(make('li', {}, text));
      setText(byId('log-count'), String(log.children.length));
    },
  };

  function showLevel({ nside, sent, done }: LevelFigures): void {
    let row = bars.get(nside);
    if (row === undefined) {
      const bar = make('progress', { 'aria-label': `pixels of nside ${nside}` });
      const count = make('span');
      levels.append(make('div', { class: 'level' }, make('span', {}, `nside ${nside}`), bar, count));
      row = { bar, count };
      bars.set(nside, row);
    }
    row.bar.max = sent;
    row.bar.value = done;
    setText(row.count, `${done}/${sent}`);
  }
}

function figureTexts(figures: LiveFigures, isDone: boolean): [string, string][] {
  const { fitsDone, fitsExpected, fitsPerSecond, timeLeft, best, failed } = figures;
  const share = fitsExpected > 0 ? ` (${Math.floor((100 * fitsDone) / fitsExpected)} %)` : '';
  return [
    [
      'Fits',
      fitsExpected > 0 ? `${fitsDone} of about ${fitsExpected}${share}` : fitsDone > 0 ? String(fitsDone) : 'starting',
    ],
    ['Fits a second', fitsPerSecond.toFixed(fitsPerSecond >= 10 ? 0 : 1)],
    ...(isDone || (fitsExpected > 0 && fitsDone >= fitsExpected)
      ? []
      : [['Time left', timeLeft === null ? 'not known yet' : `about ${timeLeft}`] as [string, string]]),
    [
      'Best pixel',
      best === null ? 'none yet' : `RA ${ra(best)}\u00b0, dec ${dec(best)}\u00b0 (llh ${best.llh.toFixed(2)})`,
    ],
    ...(failed > 0 ? [['Given up', `${failed} tasks`] as [string, string]] : []),
  ];
}

function ra({ nside, pixel }: { nside: number; pixel: number }): string {
  return (pixelPhi(nside, pixel) * DEG).toFixed(2);
}

function dec({ nside, pixel }: { nside: number; pixel: number }): string {
  return (90 - pixelTheta(nside, pixel) * DEG).toFixed(2);
}
