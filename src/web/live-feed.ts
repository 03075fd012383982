/**
 * What happens in a scan, for any number of pages that look at it: pixels in the order in which they came, so that a page
 * that comes late or comes back gets what it has not got yet; the latest progress; what failed. Hears the scan's event
 * map (or is handed pixels read from files); knows nothing of connections.
 */
import type { BrokerListener } from '../broker/remote-types.js';
import type { ClientListener } from '../client/index.js';
import { encodeBase64 } from '../event/index.js';
import { figuresTaker, type LiveFigures, listenTo, type ScanListener, tellAll } from '../scan/index.js';
import type { LiveAbout, LiveEvent, LiveFailure, LiveProgress, LiveState, LiveWorkers } from './live-messages.js';
import { packPixels } from './pixel-packing.js';

export interface LiveFeedOptions {
  /** Different for every feed: a page that comes back to another one starts anew. */
  readonly name: string;
  readonly about: LiveAbout;
  /** Fits at the same time, where they are made in this process. Default: not known. */
  readonly workers?: number;
  /** Least milliseconds between two packets of pixels to a page. Default 300. */
  readonly intervalMs?: number;
}

/** A scan as pages see it. */
export interface LiveFeed {
  readonly listen: ScanListener;
  readonly listenToClient: ClientListener;
  readonly listenToBroker: BrokerListener;
  /** Pixels from elsewhere than the event map. */
  addPixels(nside: number, pixels: ArrayLike<number>, llh: ArrayLike<number>): void;
  /** Forgets the map: it has become another one. */
  reset(): void;
  setAbout(about: LiveAbout): void;
  /** A state from elsewhere than the event map. */
  setProgress(progress: Partial<LiveProgress>): void;
  /** How the scan ended, where the event map does not say. */
  end(state: LiveState, note: string): void;
  /** Hands events to a page from now on. `lastId`: of the last pixels that it has. Returns how to end that. */
  connect(lastId: string | null, send: (event: LiveEvent) => void): () => void;
  readonly pages: number;
  /** Tells every page what is new at once. */
  flush(): void;
  close(): void;
}

/** Pixels of one packet, at most. */
const PACKET = 100_000;
const MOST_FAILURES = 100;

interface Page {
  position: number;
  failures: number;
  progress: string;
  readonly send: (event: LiveEvent) => void;
}

export function liveFeed({ name, about: first, workers: slots, intervalMs = 300 }: LiveFeedOptions): LiveFeed {
  const taker = figuresTaker();
  const pages = new Set<Page>();
  let about = first;
  let generation = 0;
  let nside: number[] = [];
  let pixel: number[] = [];
  let llh: number[] = [];
  let failures: LiveFailure[] = [];
  let failed = 0;
  let state: LiveState = 'starting';
  let note = '';
  let startedMs: number | null = null;
  let endedMs: number | null = null;
  let vertex: LiveProgress['vertex'] = null;
  let bestLlh = Number.POSITIVE_INFINITY;
  let handed: Partial<LiveProgress> = {};
  let workers: LiveWorkers = {
    text: slots === undefined ? '' : `${slots} ${slots === 1 ? 'worker' : 'workers'}`,
    retries: 0,
    trouble: '',
  };
  let timer: ReturnType<typeof setInterval> | null = null;
  let ticks = 0;

  const hearing = listenTo({
    'scan:started': () => {
      startedMs = performance.now();
      state = 'running';
    },
    'pixel:done': (done) => {
      nside.push(done.nside);
      pixel.push(done.pixel);
      llh.push(done.fit.llh);
      if (!(done.fit.llh < bestLlh)) return;
      bestLlh = done.fit.llh;
      const { x, y, z, timeNs } = done.fit;
      vertex = [x, y, z].every(Number.isFinite) ? { x, y, z, timeNs } : null;
    },
    'task:failed': ({ outcome }) =>
      fail({ nside: outcome.nside, pixel: outcome.pixel, reason: lastReason(outcome.reasons) }),
    'scan:done': () => end('done', ''),
    'scan:interrupted': () => end('stopped', 'The same command goes on where the scan stopped.'),
  });

  return {
    listen: tellAll(taker.listen, hearing),
    listenToClient(event, payload) {
      if (event === 'client:state') {
        const now = (payload as { state: string }).state;
        workers = { ...workers, text: `${slots ?? ''} ${slots === 1 ? 'worker' : 'workers'}, ${now}`.trim() };
      } else if (event === 'task:retry') workers = { ...workers, retries: workers.retries + 1 };
    },
    listenToBroker(event, payload) {
      if (event === 'broker:queues') {
        const { clients, tasks } = payload as { clients: number; tasks: number };
        const waiting = tasks === 0 ? '' : `, ${tasks} tasks wait for them`;
        workers = { ...workers, text: `${clients} ${clients === 1 ? 'client' : 'clients'}${waiting}` };
      } else if (event === 'broker:lost' || event === 'broker:waiting')
        workers = { ...workers, trouble: 'The broker is away.' };
      else if (event === 'broker:blocked') workers = { ...workers, trouble: 'The broker takes no messages for now.' };
      else if (event === 'broker:connected' || event === 'broker:unblocked') workers = { ...workers, trouble: '' };
    },
    addPixels(size, pixels, values) {
      for (let i = 0; i < pixels.length; i++) {
        nside.push(size);
        pixel.push(pixels[i]!);
        llh.push(values[i]!);
      }
    },
    reset() {
      generation++;
      [nside, pixel, llh] = [[], [], []];
      for (const page of pages) {
        page.position = 0;
        page.send({ event: 'reset', data: '' });
      }
    },
    setAbout(changed) {
      about = changed;
      for (const page of pages) page.send({ event: 'about', data: JSON.stringify(about) });
    },
    setProgress(progress) {
      handed = { ...handed, ...progress };
    },
    end,
    connect(lastId, send) {
      const page: Page = { position: 0, failures: Math.max(0, failed - failures.length), progress: '', send };
      const [feed, where] = splitId(lastId);
      send({ event: 'about', data: JSON.stringify(about) });
      if (feed === `${name}.${generation}` && where <= nside.length) page.position = where;
      else if (lastId !== null) send({ event: 'reset', data: '' });
      pages.add(page);
      timer ??= startTimer();
      tell(page, progressNow(), packets());
      return () => {
        pages.delete(page);
        if (pages.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },
    get pages() {
      return pages.size;
    },
    flush,
    close() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      pages.clear();
    },
  };

  function fail(failure: LiveFailure): void {
    failed++;
    failures.push(failure);
    if (failures.length > MOST_FAILURES) failures = failures.slice(-MOST_FAILURES);
  }

  function end(how: LiveState, why: string): void {
    state = how;
    note = why;
    endedMs ??= performance.now();
    flush();
  }

  function startTimer(): ReturnType<typeof setInterval> {
    const started = setInterval(() => {
      ticks++;
      // Pixels as they come, figures about once a second.
      const progress = ticks * intervalMs >= 1000 ? progressNow() : null;
      if (progress !== null) ticks = 0;
      const packed = packets();
      for (const page of pages) tell(page, progress, packed);
    }, intervalMs);
    (started as { unref?: () => void }).unref?.();
    return started;
  }

  function flush(): void {
    const progress = progressNow();
    const packed = packets();
    for (const page of pages) tell(page, progress, packed);
  }

  function progressNow(): string {
    const figures: LiveFigures | null = taker.view === null ? null : taker.figures();
    const elapsedS = startedMs === null ? null : Math.round(((endedMs ?? performance.now()) - startedMs) / 1000);
    const progress: LiveProgress = {
      state,
      elapsedS,
      figures: figures && { ...figures, fitsPerSecond: Number(figures.fitsPerSecond.toPrecision(3)) },
      vertex,
      workers: workers.text === '' && workers.trouble === '' ? null : workers,
      note,
      ...handed,
    };
    return JSON.stringify(progress);
  }

  /** Packs what lies behind a position; pages at the same position share it. */
  function packets(): (position: number) => { readonly data: string; readonly next: number } {
    const made = new Map<number, { data: string; next: number }>();
    return (position) => {
      let packet = made.get(position);
      if (packet === undefined) {
        const next = Math.min(nside.length, position + PACKET);
        packet = { data: encodeBase64(packPixels(runs(position, next))), next };
        made.set(position, packet);
      }
      return packet;
    };
  }

  function runs(from: number, to: number): { nside: number; pixel: number[]; value: number[] }[] {
    const bySize = new Map<number, number[]>();
    for (let i = from; i < to; i++) {
      const list = bySize.get(nside[i]!);
      if (list === undefined) bySize.set(nside[i]!, [i]);
      else list.push(i);
    }
    return [...bySize].map(([size, list]) => {
      list.sort((a, b) => pixel[a]! - pixel[b]!);
      return { nside: size, pixel: list.map((i) => pixel[i]!), value: list.map((i) => llh[i]!) };
    });
  }

  function tell(page: Page, progress: string | null, packed: ReturnType<typeof packets>): void {
    while (page.position < nside.length) {
      const { data, next } = packed(page.position);
      page.position = next;
      page.send({ event: 'pixels', id: `${name}.${generation}:${next}`, data });
    }
    const missed = Math.min(failures.length, failed - page.failures);
    for (const failure of failures.slice(failures.length - missed))
      page.send({ event: 'failure', data: JSON.stringify(failure) });
    page.failures = failed;
    if (progress === null || progress === page.progress) return;
    page.progress = progress;
    page.send({ event: 'progress', data: progress });
  }
}

function lastReason(reasons: readonly string[]): string {
  return (reasons.at(-1) ?? 'no reason was given').slice(0, 300);
}

function splitId(id: string | null): [feed: string, position: number] {
  const [feed, position] = (id ?? '').split(':');
  const number = Number(position);
  return Number.isInteger(number) && number >= 0 ? [feed ?? '', number] : ['', 0];
}
