/** What is shown of a running scan: a bar per nside, figures, messages. */
import type { LevelFigures, LiveFigures } from '../scan/index.js';
import { pixelPhi, pixelTheta } from '../sky/index.js';
import { define, made, part, setText } from './dom.js';

const DEG = 180 / Math.PI;

export interface RunningView {
  clear(): void;
  show(figures: LiveFigures): void;
  note(text: string): void;
}

export function runningView(): RunningView {
  const levels = part('levels');
  const log = part('log');
  const bars = new Map<number, { readonly bar: HTMLProgressElement; readonly count: HTMLElement }>();

  return {
    clear() {
      levels.replaceChildren();
      bars.clear();
      log.replaceChildren();
      setText(part('log-count'), '0');
      part('figures').replaceChildren();
    },
    show(figures) {
      for (const level of figures.levels) showLevel(level);
      define(part('figures'), figureTexts(figures));
    },
    note(text) {
      log.append(made('li', text));
      setText(part('log-count'), String(log.children.length));
    },
  };

  function showLevel({ nside, sent, done }: LevelFigures): void {
    let row = bars.get(nside);
    if (row === undefined) {
      const bar = made('progress', '', { 'aria-label': `pixels of nside ${nside}` });
      const count = made('span');
      const line = made('div', '', { class: 'level' });
      line.append(made('span', `nside ${nside}`), bar, count);
      levels.append(line);
      row = { bar, count };
      bars.set(nside, row);
    }
    row.bar.max = sent;
    row.bar.value = done;
    setText(row.count, `${done}/${sent}`);
  }
}

function figureTexts({
  fitsDone,
  fitsExpected,
  fitsPerSecond,
  timeLeft,
  best,
  failed,
}: LiveFigures): [string, string][] {
  const share = fitsExpected > 0 ? ` (${Math.floor((100 * fitsDone) / fitsExpected)} %)` : '';
  return [
    ['fits', fitsExpected > 0 ? `${fitsDone} of about ${fitsExpected}${share}` : 'starting'],
    ['speed', `${fitsPerSecond.toFixed(fitsPerSecond >= 10 ? 0 : 1)} fits/s`],
    ['time left', timeLeft === null ? 'not known yet' : `about ${timeLeft}`],
    ['best so far', best === null ? 'none yet' : `RA ${ra(best)}°, dec ${dec(best)}° (llh ${best.llh.toFixed(2)})`],
    ...(failed > 0 ? [['failed', `${failed} tasks`] as [string, string]] : []),
  ];
}

function ra({ nside, pixel }: { nside: number; pixel: number }): string {
  return (pixelPhi(nside, pixel) * DEG).toFixed(2);
}

function dec({ nside, pixel }: { nside: number; pixel: number }): string {
  return (90 - pixelTheta(nside, pixel) * DEG).toFixed(2);
}
