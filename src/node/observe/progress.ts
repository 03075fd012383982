/**
 * What a person sees of a running scan on standard error: on a terminal a block that is redrawn, elsewhere a line every
 * few seconds, nothing when it is to be quiet. Listens to the scan's events; notes go through it so that they do not
 * tear the block.
 */
import type { BrokerEvents, BrokerListener } from '../../broker/remote-types.js';
import { durationText } from '../../report/index.js';
import {
  type BestSoFar,
  figuresTaker,
  type LevelFigures,
  type LiveFigures,
  listenTo,
  type ScanListener,
  tellAll,
} from '../../scan/index.js';
import { pixelPhi, pixelTheta } from '../../sky/index.js';

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
  /** Whether workers come through a broker, so that it and they are shown. Default false. */
  readonly showsClients?: boolean;
  /** Put before each line, where lines go to a file. Default: nothing. */
  readonly stamp?: () => string;
}

export interface ProgressDisplay {
  /** Hears the scan. */
  readonly listen: ScanListener;
  /** Hears its broker. */
  readonly listenToBroker: BrokerListener;
  /** Prints a line above the display. */
  note(text: string): void;
  /** Takes the display away. */
  stop(): void;
}

const DEG = 180 / Math.PI;
const BAR_WIDTH = 24;

/** A display that hears a scan. Its timer does not keep the process alive. */
export function progressDisplay(options: ProgressOptions): ProgressDisplay {
  const { terminal, style, intervalS, showsClients = false, stamp = () => '' } = options;
  const isLive = style === 'live';
  const taker = figuresTaker();
  const clients = showsClients ? clientsSeen() : null;
  let startedMs = 0;
  let heardMs: number | null = null;
  /** The pass in which pixels are fitted once more. */
  let again: { readonly fits: number; readonly fromMs: number; done: number } | null = null;
  let drawnLines = 0;
  let timer: ReturnType<typeof setInterval> | null = null;

  const drawing = listenTo({
    'scan:started': () => {
      startedMs = performance.now();
      if (style === 'quiet') return;
      timer = setInterval(draw, (intervalS ?? (isLive ? 0.2 : 5)) * 1000);
      timer.unref();
    },
    'round:chosen': () => {
      again = null;
    },
    'restarts:chosen': ({ fits }) => {
      again = { fits, fromMs: performance.now(), done: 0 };
    },
    'task:done': ({ outcome, isReplay }) => heard(outcome.results.length, isReplay),
    'task:failed': ({ outcome, isReplay }) => heard(outcome.variations.length, isReplay),
    'scan:done': stop,
    'scan:interrupted': stop,
  });
  return {
    listen: tellAll(taker.listen, drawing),
    listenToBroker: (name, event) => clients?.listen(name, event),
    note,
    stop,
  };

  function heard(fits: number, isReplay: boolean): void {
    if (!isReplay) heardMs = performance.now();
    if (again !== null) again.done += fits;
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
    const { view } = taker;
    if (view === null) return;
    const figures = taker.figures();
    const best = figures.best === null ? null : bestText(figures.best);
    const nowMs = performance.now();
    const once = again === null ? null : againText(again.done, again.fits, (nowMs - again.fromMs) / 1000);
    const since = quiet(nowMs - (heardMs ?? startedMs), heardMs === null);
    if (!isLive) {
      const parts = [view.progressLine(), once ?? '', clients?.short() ?? '', since.trim(), best ?? ''];
      terminal.write(`${stamp()}${parts.filter((part) => part !== '').join('; ')}\n`);
      return;
    }
    const speed = speedLine(figures, (nowMs - startedMs) / 1000);
    const lines = [
      ...figures.levels.map(levelLine),
      ...(once === null ? [] : [once]),
      clients === null ? `${speed}${since}` : speed,
      ...(clients === null ? [] : [`${clients.long()}${since}`]),
      ...(best === null ? [] : [best]),
    ];
    const width = (terminal.columns ?? 80) - 1;
    // In one go, so that nothing flickers.
    terminal.write(`${eraser()}${lines.map((line) => `${line.slice(0, width)}\n`).join('')}`);
    drawnLines = lines.length;
  }
}

/** What is known of the clients of a scan: they take tasks from its queue. */
function clientsSeen(): { readonly listen: BrokerListener; short(): string; long(): string } {
  let now: BrokerEvents['broker:queues'] | null = null;
  let most = 0;
  let trouble = '';
  const count = (clients: number): string => (clients === 1 ? '1 client' : `${clients} clients`);
  return {
    listen(name, event) {
      if (name === 'broker:queues') {
        now = event as BrokerEvents['broker:queues'];
        most = Math.max(most, now.clients);
      } else if (name === 'broker:lost' || name === 'broker:waiting') trouble = 'the broker is away';
      else if (name === 'broker:blocked') trouble = 'the broker takes no messages';
      else if (name === 'broker:connected' || name === 'broker:unblocked') trouble = '';
    },
    short: () => [trouble, now === null ? '' : count(now.clients)].filter((text) => text !== '').join(', '),
    long() {
      if (trouble !== '') return trouble;
      if (now === null) return 'looking for clients';
      const were = most > now.clients ? ` (there were ${most})` : '';
      return `${count(now.clients)}${were}   ${now.tasks} tasks wait for them`;
    },
  };
}

/** How far the pass is in which pixels are fitted once more. */
function againText(done: number, fits: number, elapsedS: number): string {
  const leftS = done > 0 && elapsedS >= 1 ? (elapsedS * Math.max(0, fits - done)) / done : 0;
  const left = leftS >= 1 ? `, about ${durationText(leftS)} left` : '';
  return `fitted once more from neighbours: ${done} of ${fits} fits${left}`;
}

/** How long nothing has come, where that is worth saying. */
function quiet(ms: number, isFirst: boolean): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 10) return '';
  return `   ${isFirst ? 'no result for' : 'last result'} ${durationText(seconds)}${isFirst ? '' : ' ago'}`;
}

function speedLine({ fitsDone, fitsExpected, fitsPerSecond, timeLeft, failed }: LiveFigures, elapsedS: number): string {
  const parts = [
    fitsExpected > 0 ? `${Math.floor((100 * fitsDone) / fitsExpected)} %` : 'starting',
    `${rateText(fitsPerSecond)} fits/s`,
    elapsedS < 1 ? '' : `${durationText(elapsedS)} gone`,
    timeLeft === null ? '' : `about ${timeLeft} left`,
    failed === 0 ? '' : `${failed} given up`,
  ];
  return parts.filter((part) => part !== '').join('   ');
}

/**
 * Style of the display for a terminal. `isWatched`: what a person has said, undefined where nothing. A dumb terminal (of
 * an editor) cannot move its cursor.
 */
export function progressStyle(
  terminal: Terminal,
  isQuiet: boolean,
  isWatched?: boolean,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ProgressStyle {
  if (isQuiet) return 'quiet';
  return (isWatched ?? (terminal.isTTY === true && env.TERM !== 'dumb')) ? 'live' : 'lines';
}

/** What a bar is made of: blocks, but where the locale says that its characters are not UTF-8. */
export function barSigns(env: Readonly<Record<string, string | undefined>>): readonly [full: string, empty: string] {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
  return /utf-?8/i.test(locale) ? ['█', '░'] : ['#', '.'];
}

function levelLine({ nside, sent, done }: LevelFigures): string {
  const filled = Math.floor((BAR_WIDTH * done) / sent);
  const [full, empty] = barSigns(process.env);
  const bar = full.repeat(filled) + empty.repeat(BAR_WIDTH - filled);
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
