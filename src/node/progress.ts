/**
 * What a person sees of a running scan on standard error: on a terminal a block that is redrawn, elsewhere a line every
 * few seconds, nothing when it is to be quiet. Listens to the scan's events; notes go through it so that they do not
 * tear the block.
 */
import {
  type BestSoFar,
  figuresTaker,
  type LevelFigures,
  type LiveFigures,
  listenTo,
  type ScanListener,
  tellAll,
} from '../scan/index.js';
import { pixelPhi, pixelTheta } from '../sky/index.js';

/** Where the display writes: `process.stderr` is one. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export type ProgressStyle = 'live' | 'lines' | 'quiet';

export interface ProgressOptions {
  readonly terminal: Terminal;
  readonly style: ProgressStyle;
  /** Seconds between two drawings. Default 0.2 on a terminal, 5 elsewhere. */
  readonly intervalS?: number;
}

export interface ProgressDisplay {
  /** Hears the scan. */
  readonly listen: ScanListener;
  /** Prints a line above the display. */
  note(text: string): void;
  /** Takes the display away. */
  stop(): void;
}

const DEG = 180 / Math.PI;
const BAR_WIDTH = 24;

/** A display that hears a scan. Its timer does not keep the process alive. */
export function progressDisplay({ terminal, style, intervalS }: ProgressOptions): ProgressDisplay {
  const isLive = style === 'live';
  const taker = figuresTaker();
  let drawnLines = 0;
  let timer: ReturnType<typeof setInterval> | null = null;

  const drawing = listenTo({
    'scan:started': () => {
      if (style === 'quiet') return;
      timer = setInterval(draw, (intervalS ?? (isLive ? 0.2 : 5)) * 1000);
      timer.unref();
    },
    'scan:done': stop,
    'scan:interrupted': stop,
  });
  return { listen: tellAll(taker.listen, drawing), note, stop };

  function note(text: string): void {
    erase();
    terminal.write(`${text}\n`);
    if (timer !== null && isLive) draw();
  }

  function stop(): void {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    erase();
  }

  function erase(): void {
    if (drawnLines > 0) terminal.write(eraser());
    drawnLines = 0;
  }

  /** Cursor up to the first drawn line, clear from there. */
  function eraser(): string {
    return drawnLines > 0 ? `\x1b[${drawnLines}A\x1b[J` : '';
  }

  function draw(): void {
    const { view } = taker;
    if (view === null) return;
    const figures = taker.figures();
    const best = figures.best === null ? null : bestText(figures.best);
    if (!isLive) {
      terminal.write(`${view.progressLine()}${best === null ? '' : `; ${best}`}\n`);
      return;
    }
    const lines = [...figures.levels.map(levelLine), speedLine(figures), ...(best === null ? [] : [best])];
    const width = (terminal.columns ?? 80) - 1;
    // In one go, so that nothing flickers.
    terminal.write(`${eraser()}${lines.map((line) => `${line.slice(0, width)}\n`).join('')}`);
    drawnLines = lines.length;
  }
}

function speedLine({ fitsDone, fitsExpected, fitsPerSecond, timeLeft }: LiveFigures): string {
  const parts = [
    fitsExpected > 0 ? `${Math.floor((100 * fitsDone) / fitsExpected)} %` : 'starting',
    `${rateText(fitsPerSecond)} fits/s`,
    timeLeft === null ? '' : `about ${timeLeft} left`,
  ];
  return parts.filter((part) => part !== '').join('   ');
}

/** Style of the display for a terminal. */
export function progressStyle(terminal: Terminal, isQuiet: boolean): ProgressStyle {
  if (isQuiet) return 'quiet';
  return terminal.isTTY === true ? 'live' : 'lines';
}

function levelLine({ nside, sent, done }: LevelFigures): string {
  const filled = Math.floor((BAR_WIDTH * done) / sent);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  return `nside ${String(nside).padStart(4)}  ${bar}  ${done}/${sent} pixels`;
}

function bestText({ nside, pixel, llh }: BestSoFar): string {
  const raDeg = pixelPhi(nside, pixel) * DEG;
  const decDeg = 90 - pixelTheta(nside, pixel) * DEG;
  return `best so far RA ${raDeg.toFixed(2)} dec ${decDeg.toFixed(2)} deg (nside ${nside}, llh ${llh.toFixed(2)})`;
}

function rateText(rate: number): string {
  return rate >= 10 || rate === 0 ? rate.toFixed(0) : rate.toFixed(1);
}
