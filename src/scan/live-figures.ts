/**
 * Where a running scan stands, for whoever shows it (a terminal, a page): pixels per nside, fits per second, time left,
 * the best fit so far. Hears the scan's events; asked as often as something is drawn.
 */
import { listenTo, type ScanListener, type ScanView } from './events.js';

/** Pixels of one nside. */
export interface LevelFigures {
  readonly nside: number;
  /** Chosen so far. */
  readonly sent: number;
  readonly done: number;
}

/** The pixel of the smallest llh so far; of equal ones the lower (nside, pixel). */
export interface BestSoFar {
  readonly nside: number;
  /** RING number. */
  readonly pixel: number;
  readonly llh: number;
}

/** A scan at one moment. */
export interface LiveFigures {
  readonly levels: readonly LevelFigures[];
  /** Fits that have come, and how many there will be about. 0 until something was sent. */
  readonly fitsDone: number;
  readonly fitsExpected: number;
  /** Of the last seconds: a scan has slow and fast stretches. */
  readonly fitsPerSecond: number;
  /** `0:01:30`, null where nothing can be said yet. */
  readonly timeLeft: string | null;
  readonly best: BestSoFar | null;
  /** Tasks that were given up. */
  readonly failed: number;
}

/** Hears a scan and answers where it stands. */
export interface FiguresTaker {
  readonly listen: ScanListener;
  /** The scan that is heard, null before it has started. */
  readonly view: ScanView | null;
  /** Asked repeatedly: the rate is that between the questions of the last seconds. */
  figures(): LiveFigures;
}

const RATE_WINDOW_MS = 10_000;

/** Takes the figures of one scan. */
export function figuresTaker(): FiguresTaker {
  let levels: { readonly nside: number; sent: number; done: number }[] = [];
  /** Fits that had come at each question of the last seconds. */
  const history: { readonly atMs: number; readonly fits: number }[] = [];
  let fits = 0;
  let failed = 0;
  let best: BestSoFar | null = null;
  let view: ScanView | null = null;

  const listen = listenTo({
    'scan:started': (event) => {
      view = event.view;
      levels = event.nsides.map((nside) => ({ nside, sent: 0, done: 0 }));
      history.push({ atMs: performance.now(), fits: 0 });
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
      failed++;
      if (!isReplay) fits += outcome.variations.length;
    },
  });
  return {
    listen,
    get view() {
      return view;
    },
    figures() {
      const progress = view?.manifest().progress;
      const predictions = progress?.processing_stats.predictions;
      const fitsDone = progress?.tallies.overall.recos.done ?? 0;
      const expected = Number(predictions?.['total # of reconstructions'] ?? 0);
      const left = predictions?.['time left'];
      return {
        levels: levels.filter(({ sent }) => sent > 0).map((level) => ({ ...level })),
        fitsDone,
        fitsExpected: expected > 0 ? Math.max(fitsDone, expected) : 0,
        fitsPerSecond: fitsPerSecond(),
        timeLeft: left === undefined ? null : String(left),
        best,
        failed,
      };
    },
  };

  function levelOf(nside: number): { sent: number; done: number } {
    return levels.find((level) => level.nside === nside)!;
  }

  function fitsPerSecond(): number {
    const atMs = performance.now();
    while (history.length > 1 && history[0]!.atMs < atMs - RATE_WINDOW_MS) history.shift();
    history.push({ atMs, fits });
    const first = history[0]!;
    return atMs > first.atMs ? ((fits - first.fits) * 1000) / (atMs - first.atMs) : 0;
  }
}

function isBetter(fit: BestSoFar, best: BestSoFar | null): boolean {
  if (Number.isNaN(fit.llh)) return false;
  if (best === null || fit.llh < best.llh) return true;
  return fit.llh === best.llh && (fit.nside < best.nside || (fit.nside === best.nside && fit.pixel < best.pixel));
}
