/**
 * What a person sees of a running scan on standard error: on a terminal a block that is redrawn, elsewhere a line every
 * few seconds, nothing when it is to be quiet. Listens to the scan's events; notes go through it so that they do not
 * tear the block.
 */
import { listenTo, type ScanListener, type ScanView } from '../scan/index.js';
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

interface Level {
  readonly nside: number;
  sent: number;
  done: number;
}

type BestFit = { readonly nside: number; readonly pixel: number; readonly llh: number };

const DEG = 180 / Math.PI;
const BAR_WIDTH = 24;
/** The rate is that of the last seconds: a scan has slow and fast stretches. */
const RATE_WINDOW_MS = 10_000;

/** A display that hears a scan. Its timer does not keep the process alive. */
export function progressDisplay({ terminal, style, intervalS }: ProgressOptions): ProgressDisplay {
  const isLive = style === 'live';
  const levels: Level[] = [];
  /** Fits that had come at each drawing of the last seconds. */
  const history: { readonly atMs: number; readonly fits: number }[] = [];
  let fits = 0;
  let best: BestFit | null = null;
  let view: ScanView | null = null;
  let drawnLines = 0;
  let timer: ReturnType<typeof setInterval> | null = null;

  const listen = listenTo({
    'scan:started': (event) => {
      view = event.view;
      for (const nside of event.nsides) levels.push({ nside, sent: 0, done: 0 });
      history.push({ atMs: performance.now(), fits: 0 });
      if (style === 'quiet') return;
      timer = setInterval(draw, (intervalS ?? (isLive ? 0.2 : 5)) * 1000);
      timer.unref();
    },
    'round:chosen': ({ sent }) => {
      for (const { nside, pixels } of sent) levelOf(nside).sent += pixels.length;
    },
    'pixel:done': ({ nside, pixel, fit }) => {
      levelOf(nside).done++;
      if (isBetter({ nside, pixel, llh: fit.llh }, best)) best = { nside, pixel, llh: fit.llh };
    },
    'task:done': ({ outcome, isReplay }) => {
      if (!isReplay) fits += outcome.results.length;
    },
    'task:failed': ({ outcome, isReplay }) => {
      if (!isReplay) fits += outcome.variations.length;
    },
    'scan:done': stop,
    'scan:interrupted': stop,
  });
  return { listen, note, stop };

  function levelOf(nside: number): Level {
    return levels.find((level) => level.nside === nside)!;
  }

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
    if (view === null) return;
    if (!isLive) {
      terminal.write(`${view.progressLine()}${best === null ? '' : `; ${bestText(best)}`}\n`);
      return;
    }
    const lines = levels.filter(({ sent }) => sent > 0).map(levelLine);
    lines.push(speedLine(view));
    if (best !== null) lines.push(bestText(best));
    const width = (terminal.columns ?? 80) - 1;
    // In one go, so that nothing flickers.
    terminal.write(`${eraser()}${lines.map((line) => `${line.slice(0, width)}\n`).join('')}`);
    drawnLines = lines.length;
  }

  function speedLine(scan: ScanView): string {
    const { tallies, processing_stats } = scan.manifest().progress;
    const { done } = tallies.overall.recos;
    const total = Number(processing_stats.predictions?.['total # of reconstructions'] ?? 0);
    const left = processing_stats.predictions?.['time left'];
    const parts = [
      total > 0 ? `${Math.floor((100 * done) / Math.max(done, total))} %` : 'starting',
      `${rateText(fitsPerSecond())} fits/s`,
      left === undefined ? '' : `about ${left} left`,
    ];
    return parts.filter((part) => part !== '').join('   ');
  }

  function fitsPerSecond(): number {
    const atMs = performance.now();
    while (history.length > 1 && history[0]!.atMs < atMs - RATE_WINDOW_MS) history.shift();
    history.push({ atMs, fits });
    const first = history[0]!;
    return atMs > first.atMs ? ((fits - first.fits) * 1000) / (atMs - first.atMs) : 0;
  }
}

/** Style of the display for a terminal. */
export function progressStyle(terminal: Terminal, isQuiet: boolean): ProgressStyle {
  if (isQuiet) return 'quiet';
  return terminal.isTTY === true ? 'live' : 'lines';
}

function isBetter(fit: BestFit, best: BestFit | null): boolean {
  if (Number.isNaN(fit.llh)) return false;
  if (best === null || fit.llh < best.llh) return true;
  return fit.llh === best.llh && (fit.nside < best.nside || (fit.nside === best.nside && fit.pixel < best.pixel));
}

function levelLine({ nside, sent, done }: Level): string {
  const filled = Math.floor((BAR_WIDTH * done) / sent);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  return `nside ${String(nside).padStart(4)}  ${bar}  ${done}/${sent} pixels`;
}

function bestText({ nside, pixel, llh }: BestFit): string {
  const raDeg = pixelPhi(nside, pixel) * DEG;
  const decDeg = 90 - pixelTheta(nside, pixel) * DEG;
  return `best so far RA ${raDeg.toFixed(2)} dec ${decDeg.toFixed(2)} deg (nside ${nside}, llh ${llh.toFixed(2)})`;
}

function rateText(rate: number): string {
  return rate >= 10 || rate === 0 ? rate.toFixed(0) : rate.toFixed(1);
}
