/**
 * What `serve` shows of a directory: the scans whose results lie there or in directories right below it. Finished ones,
 * and running ones whose partial maps and manifest are read again as they change.
 *
 * Nothing of an address becomes part of a path: a scan is looked up by its name in the list that was made from the disk,
 * and so are its files. Links are not followed.
 */
import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fixed, signed } from '../../plot/index.js';
import { readResult, readSummary, type ScanResult, type ScanSummary } from '../../result/index.js';
import type { LiveFigures } from '../../scan/index.js';
import {
  CellStore,
  type ListedScan,
  type LiveAbout,
  type LiveFeed,
  type LiveState,
  listPage,
  liveFeed,
} from '../../web/index.js';
import { listDirectory, readWholeFile } from '../files/files.js';
import { MANIFEST_NAME } from '../files/result-files.js';
import { reportOfResult } from './html-report.js';
import { type PageAnswer, type PagePlace, type PageRequest, servePages } from './page-server.js';
import { answerLive } from './scan-page.js';

/** `run00136662.evt000035405932.BRONZE_8_64_512.npz`: the event, and the nsides. */
const RESULT_NAME = /^(.+?)((?:_\d+)+)\.(npz|json)$/;
/** Files of a scan that may be had, by what comes after the name of the event. */
const OFFERED =
  /^(_[\d_]+)?(\.(allsky|zoom)(\.dark)?)?\.(npz|json|svg|png|html|csv|geojson|txt|summary\.json|multiorder\.fits|fits|fits\.gz)$/;
/** Larger results are not shown: they would not fit a browser. */
const MAX_RESULT_BYTES = 1024 * 1024 * 1024;
const MOST_SCANS = 500;
/** How often the files of a scan that somebody looks at are looked at. */
const LOOK_EVERY_MS = 1000;

/** The scans of a directory, for {@link servePages}. */
interface DirectoryPages {
  answer(request: PageRequest): Promise<PageAnswer | null>;
  close(): void;
}

interface FoundScan {
  /** Name in addresses: directory and event. */
  readonly id: string;
  readonly directory: string;
  readonly stem: string;
  /** The result with the most nsides; of equal ones npz. */
  readonly result: string;
  /** All its files that may be had. */
  readonly files: readonly string[];
  readonly changedMs: number;
}

/** A scan that somebody looks at. */
interface OpenedScan {
  readonly feed: LiveFeed;
  /** What was read last: path, size, time. */
  seen: string;
  manifestSeen: string;
  /** Pixels that the feed has. */
  known: CellStore;
  reading: Promise<void> | null;
  timer: ReturnType<typeof setInterval>;
}

function directoryPages(directory: string): DirectoryPages {
  const opened = new Map<string, OpenedScan>();

  return {
    async answer(request) {
      const { method, path, isDirectory } = request;
      if (method === 'POST') return null;
      if (path.length === 0)
        return { kind: 'html', text: listPage(basename(directory), await listed(await findScans(directory))) };
      if (path[0] !== 'scan' || path[1] === undefined) return null;
      const scan = (await findScans(directory)).find(({ id }) => id === path[1]);
      if (scan === undefined) return null;
      if (path.length === 2 && !isDirectory) return { kind: 'moved', to: `/scan/${encodeURIComponent(scan.id)}/` };
      if (path.length === 3 && path[2] === 'report.html') return report(scan);
      if (path.length === 4 && path[2] === 'file') return fileOf(scan, path[3]!);
      const { feed } = await open(scan);
      return answerLive({ ...request, path: path.slice(2) }, { feed, base: '../../', event: null, stop: null });
    },
    close() {
      for (const { timer, feed } of opened.values()) {
        clearInterval(timer);
        feed.close();
      }
    },
  };

  async function open(scan: FoundScan): Promise<OpenedScan> {
    let found = opened.get(scan.id);
    if (found === undefined) {
      const feed = liveFeed({ name: randomBytes(6).toString('hex'), about: await aboutOf(scan) });
      found = {
        feed,
        seen: '',
        manifestSeen: '',
        known: new CellStore(),
        reading: null,
        timer: setInterval(() => void (feed.pages > 0 ? refresh(scan.id) : undefined), LOOK_EVERY_MS),
      };
      found.timer.unref();
      opened.set(scan.id, found);
    }
    await refresh(scan.id);
    return found;
  }

  function refresh(id: string): Promise<void> {
    const scan = opened.get(id);
    if (scan === undefined) return Promise.resolve();
    scan.reading ??= read(id, scan)
      .catch(() => undefined)
      .finally(() => {
        scan.reading = null;
      });
    return scan.reading;
  }

  /** Brings what has changed on disk to the feed. A file that is half written is read the next time. */
  async function read(id: string, opened: OpenedScan): Promise<void> {
    const scan = (await findScans(directory)).find((candidate) => candidate.id === id);
    if (scan === undefined) return;
    const mark = await markOf(join(scan.directory, scan.result));
    let isDone: boolean | null = null;
    if (mark !== opened.seen) {
      const result = await resultOf(scan);
      isDone = result.metadata?.complete !== false;
      bringPixels(opened, result);
      opened.seen = mark;
      opened.feed.setAbout(await aboutOf(scan));
    }
    const manifestPath = join(scan.directory, MANIFEST_NAME);
    const manifestMark = await markOf(manifestPath).catch(() => 'none');
    if (manifestMark !== opened.manifestSeen || isDone !== null) {
      const text = await readWholeFile(manifestPath, 'manifest', 4 * 1024 * 1024).catch(() => null);
      const progress = manifestProgress(
        text === null ? null : tried(() => JSON.parse(new TextDecoder().decode(text))),
        scan,
      );
      if (progress !== null) opened.feed.setProgress(progress);
      else if (isDone !== null) opened.feed.setProgress({ state: isDone ? 'done' : 'running' });
      opened.manifestSeen = manifestMark;
    }
    opened.feed.flush();
  }

  function bringPixels(opened: OpenedScan, { maps }: ScanResult): void {
    const isOther = maps.some(({ nside, pixel, llh }) =>
      pixel.some((number, i) => {
        const before = opened.known.valueOf(nside, number);
        return before !== undefined && !Object.is(before, llh[i]);
      }),
    );
    if (isOther) {
      opened.known = new CellStore();
      opened.feed.reset();
    }
    for (const { nside, pixel, llh } of maps) {
      const fresh: number[] = [];
      for (let i = 0; i < pixel.length; i++) if (opened.known.valueOf(nside, pixel[i]!) === undefined) fresh.push(i);
      const pixels = fresh.map((i) => pixel[i]!);
      const values = fresh.map((i) => llh[i]!);
      opened.known.add(nside, pixels, values);
      opened.feed.addPixels(nside, pixels, values);
    }
  }
}

/** Serves the pages of a directory. Throws FileAccessError where there is none, ConfigError where it cannot listen. */
export async function serveDirectory(
  directory: string,
  place: PagePlace,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  await listDirectory(directory, 'directory');
  const pages = directoryPages(resolve(directory));
  const server = await servePages(place, (request) => pages.answer(request));
  return {
    url: server.url,
    async close() {
      pages.close();
      await server.close();
    },
  };
}

/** Finds results in a directory and right below it, newest first. */
async function findScans(directory: string): Promise<FoundScan[]> {
  const scans = await scansIn(directory, '');
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory() && !entry.name.startsWith('.')) {
      scans.push(...(await scansIn(join(directory, entry.name), entry.name).catch(() => [])));
    }
    if (scans.length > MOST_SCANS) break;
  }
  return scans.sort((a, b) => b.changedMs - a.changedMs || (a.id < b.id ? -1 : 1)).slice(0, MOST_SCANS);
}

async function scansIn(directory: string, prefix: string): Promise<FoundScan[]> {
  const names = (await readdir(directory, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  const best = new Map<string, { name: string; rank: number }>();
  for (const name of names) {
    const [, stem, nsides, extension] = RESULT_NAME.exec(name) ?? [];
    if (stem === undefined || name.startsWith('.')) continue;
    const rank = 2 * nsides!.split('_').length + (extension === 'npz' ? 1 : 0);
    if (rank > (best.get(stem)?.rank ?? 0)) best.set(stem, { name, rank });
  }
  const scans: FoundScan[] = [];
  for (const [stem, { name }] of best) {
    const found = await stat(join(directory, name)).catch(() => null);
    if (found === null || found.size > MAX_RESULT_BYTES) continue;
    scans.push({
      id: prefix === '' ? stem : `${prefix}:${stem}`,
      directory,
      stem,
      result: name,
      files: names.filter((file) => file.startsWith(stem) && OFFERED.test(file.slice(stem.length))).sort(),
      changedMs: found.mtimeMs,
    });
  }
  return scans;
}

async function listed(scans: readonly FoundScan[]): Promise<ListedScan[]> {
  return Promise.all(
    scans.map(async (scan) => {
      const summary = await summaryOf(scan);
      const peak = summary?.peak ?? null;
      const area = summary?.regions.find(({ level }) => level === 0.9)?.area_deg2;
      return {
        href: `scan/${encodeURIComponent(scan.id)}/`,
        title: scan.id,
        state: summary === null ? 'running, or stopped' : 'finished',
        position: peak === null ? '' : `RA ${fixed(peak.ra_deg, 3)}\u00b0, dec ${signed(peak.dec_deg, 3)}\u00b0`,
        area90: area === undefined ? '' : `${Number(area.toPrecision(3))} deg\u00b2`,
        when: new Date(scan.changedMs).toISOString().slice(0, 19).replace('T', ' '),
      };
    }),
  );
}

async function aboutOf(scan: FoundScan): Promise<LiveAbout> {
  const summary = await summaryOf(scan);
  return {
    title: scan.stem,
    detail: [summary?.reco_algo, scan.result].filter((text) => text != null).join(' \u00b7 '),
    nsides: summary?.nsides ?? [],
    angularErrorFloorDeg: summary?.peak?.angular_error_floor_deg ?? 0.2,
    hasEvent: false,
    stop: 'no',
    proof: '',
    files: [
      { name: 'Report (HTML, one file)', href: 'report.html' },
      ...scan.files.map((name) => ({ name, href: `file/${encodeURIComponent(name)}` })),
    ],
  };
}

async function summaryOf({ directory, stem }: FoundScan): Promise<ScanSummary | null> {
  const name = `${stem}.summary.json`;
  const bytes = await readWholeFile(join(directory, name), 'summary', 1024 * 1024).catch(() => null);
  return bytes === null ? null : tried(() => readSummary(new TextDecoder().decode(bytes), name));
}

async function resultOf({ directory, result }: FoundScan): Promise<ScanResult> {
  const path = join(directory, result);
  return readResult(await readWholeFile(path, 'result file', MAX_RESULT_BYTES), path);
}

async function report(scan: FoundScan): Promise<PageAnswer> {
  const text = await reportOfResult(join(scan.directory, scan.result));
  // The report states its own policy; this one adds what a meta element cannot.
  return { kind: 'html', text, policy: "frame-ancestors 'none'" };
}

async function fileOf(scan: FoundScan, name: string): Promise<PageAnswer | null> {
  const wanted = scan.files.find((file) => file === name);
  if (wanted === undefined) return null;
  return {
    kind: 'file',
    name: wanted,
    bytes: await readWholeFile(join(scan.directory, wanted), 'file', MAX_RESULT_BYTES),
  };
}

/** What a manifest says about a running or finished scan; null where it is about another one or says nothing. */
function manifestProgress(
  manifest: unknown,
  { stem }: FoundScan,
): { state: LiveState; elapsedS: number | null; figures: LiveFigures; note: string } | null {
  const given = manifest as {
    progress?: {
      tallies?: {
        nsides?: Record<string, { pixels?: { done?: unknown; generated?: unknown } }>;
        overall?: { recos?: { done?: unknown } };
      };
      processing_stats?: { finished?: unknown; predictions?: Record<string, unknown> };
      start?: unknown;
      end?: unknown;
      last_updated?: unknown;
    };
    event_metadata?: { run_id?: unknown; event_id?: unknown };
  } | null;
  const [, run, event] = /^run(\d+)\.evt(\d+)\./.exec(stem) ?? [];
  const about = given?.event_metadata;
  if (given?.progress === undefined || about?.run_id !== Number(run) || about.event_id !== Number(event)) return null;
  const { tallies, processing_stats: stats, start, end, last_updated: updated } = given.progress;
  const isDone = stats?.finished === true;
  const left = stats?.predictions?.['time left'];
  const done = number(tallies?.overall?.recos?.done);
  return {
    state: isDone ? 'done' : 'running',
    // Whether the scan still runs no file can tell; how old its last word is, the reader may judge.
    note: !isDone && typeof updated === 'string' ? `Last report of the scan: ${updated.slice(0, 40)}.` : '',
    elapsedS: isDone && typeof start === 'number' && typeof end === 'number' ? end - start : null,
    figures: {
      levels: Object.entries(tallies?.nsides ?? {})
        .map(([nside, { pixels }]) => ({
          nside: Number(nside),
          sent: number(pixels?.generated),
          done: number(pixels?.done),
        }))
        .filter(({ sent }) => sent > 0),
      fitsDone: done,
      fitsExpected: isDone ? done : number(stats?.predictions?.['total # of reconstructions']),
      fitsPerSecond: 0,
      timeLeft: typeof left === 'string' ? left.slice(0, 40) : null,
      best: null,
      failed: 0,
    },
  };
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

async function markOf(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  return `${path} ${size} ${mtimeMs} ${ino}`;
}

function tried<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
