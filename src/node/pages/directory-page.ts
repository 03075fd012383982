/**
 * What `serve` shows of a directory: the scans whose results lie there or in directories right below it. Finished ones,
 * and running ones whose partial maps and manifest are read again as they change.
 *
 * Nothing of an address becomes part of a path: a scan is looked up by its name in the list that was made from the disk,
 * and so are its files. Links are not followed.
 */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fixed, signed } from '../../plot/index.js';
import type { ScanResult } from '../../result/index.js';
import { MANIFEST_NAME } from '../../session/index.js';
import {
  CellStore,
  type EventPicture,
  eventPicture,
  type ListedScan,
  type LiveAbout,
  type LiveFeed,
  type LiveProgress,
  listPage,
  liveFeed,
} from '../../web/index.js';
import { listDirectory, readWholeFile } from '../files/files.js';
import { loadEvent } from '../files/load-event.js';
import {
  eventOf,
  type FoundScan,
  findScans,
  MAX_RESULT_BYTES,
  manifestOfScan,
  resultOf,
  summaryOf,
} from './found-scans.js';
import { reportOfResult } from './html-report.js';
import type { PagePlace } from './page-place.js';
import { type PageAnswer, type PageRequest, servePages } from './page-server.js';
import { answerLive } from './scan-page.js';
import { isComplete, standing, standingText, vertexOf } from './scan-standing.js';

/** How often the files of a scan that somebody looks at are looked at. */
const LOOK_EVERY_MS = 1000;

/** The scans of a directory, for {@link servePages}. */
interface DirectoryPages {
  answer(request: PageRequest): Promise<PageAnswer | null>;
  close(): void;
}

/** A scan that somebody looks at. */
interface OpenedScan {
  readonly feed: LiveFeed;
  /** What was read last: path, size, time. */
  seen: string;
  manifestSeen: string;
  about: LiveAbout;
  /** What the map that was read says: whether it is the whole, and where its best fit is in the detector. */
  isComplete: boolean;
  vertex: LiveProgress['vertex'];
  /** Pixels that the feed has. */
  known: CellStore;
  reading: Promise<void> | null;
  timer: ReturnType<typeof setInterval>;
}

function directoryPages(directory: string): DirectoryPages {
  const opened = new Map<string, OpenedScan>();
  /** Of maps without a summary: whether they say that they are whole, by path and time. */
  const whole = new Map<string, boolean>();

  return {
    async answer(request) {
      const { method, path, isDirectory } = request;
      if (method === 'POST') return null;
      if (path.length === 0)
        return { kind: 'html', text: listPage(basename(directory), await listed(await findScans(directory), isWhole)) };
      if (path[0] !== 'scan' || path[1] === undefined) return null;
      const scan = (await findScans(directory)).find(({ id }) => id === path[1]);
      if (scan === undefined) return null;
      if (path.length === 2 && !isDirectory) return { kind: 'moved', to: `/scan/${encodeURIComponent(scan.id)}/` };
      if (path.length === 3 && path[2] === 'report.html') return report(scan);
      if (path.length === 4 && path[2] === 'file') return fileOf(scan, path[3]!);
      const { feed } = await open(scan);
      const event = (): Promise<EventPicture | null> => pictureOf(scan);
      return answerLive({ ...request, path: path.slice(2) }, { feed, base: '../../', event, stop: null });
    },
    close() {
      for (const { timer, feed } of opened.values()) {
        clearInterval(timer);
        feed.close();
      }
    },
  };

  async function isWhole(scan: FoundScan): Promise<boolean> {
    const mark = await markOf(join(scan.directory, scan.result)).catch(() => '');
    const known = whole.get(mark);
    if (known !== undefined) return known;
    const found = await resultOf(scan).then(isComplete, () => false);
    whole.set(mark, found);
    return found;
  }

  async function open(scan: FoundScan): Promise<OpenedScan> {
    let found = opened.get(scan.id);
    if (found === undefined) {
      const about = await aboutOf(scan);
      const feed = liveFeed({ name: randomBytes(6).toString('hex'), about });
      found = {
        feed,
        about,
        seen: '',
        manifestSeen: '',
        isComplete: false,
        vertex: null,
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
    const isNew = mark !== opened.seen;
    if (isNew) {
      const result = await resultOf(scan);
      opened.isComplete = isComplete(result);
      opened.vertex = vertexOf(result);
      bringPixels(opened, result);
      opened.seen = mark;
    }
    const about = await aboutOf(scan);
    if (JSON.stringify(about) !== JSON.stringify(opened.about)) opened.feed.setAbout(about);
    opened.about = about;
    const manifestMark = await markOf(join(scan.directory, MANIFEST_NAME)).catch(() => 'none');
    if (manifestMark !== opened.manifestSeen || isNew) {
      const { isComplete: isWhole, vertex } = opened;
      opened.feed.setProgress({ ...(await standing(scan, isWhole)), vertex });
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

async function listed(
  scans: readonly FoundScan[],
  isWhole: (scan: FoundScan) => Promise<boolean>,
): Promise<ListedScan[]> {
  return Promise.all(
    scans.map(async (scan) => {
      const summary = await summaryOf(scan);
      const peak = summary?.peak ?? null;
      const area = summary?.regions.find(({ level }) => level === 0.9)?.area_deg2;
      return {
        href: `scan/${encodeURIComponent(scan.id)}/`,
        title: scan.id,
        state: await standingText(scan, summary, isWhole),
        position: peak === null ? '' : `RA ${fixed(peak.ra_deg, 3)}\u00b0, dec ${signed(peak.dec_deg, 3)}\u00b0`,
        area90: area === undefined ? '' : `${Number(area.toPrecision(3))} deg\u00b2`,
        when: new Date(scan.changedMs).toISOString().slice(0, 19).replace('T', ' '),
      };
    }),
  );
}

/** The event as it is drawn; null where it cannot be read. */
async function pictureOf(scan: FoundScan): Promise<EventPicture | null> {
  const path = eventOf(scan);
  if (path === null) return null;
  const loaded = await loadEvent(path, { gcdDir: null }).catch(() => null);
  return loaded && eventPicture(loaded.event, loaded.detector);
}

/** `Run 136662, event 35405932, BRONZE`, or the name of the files. */
function titleOf(stem: string): string {
  const [, run, event, type] = /^run(\d+)\.evt(\d+)\.(.+)$/.exec(stem) ?? [];
  if (run === undefined) return stem;
  return `Run ${Number(run)}, event ${Number(event)}${type === 'None' ? '' : `, ${type}`}`;
}

async function aboutOf(scan: FoundScan): Promise<LiveAbout> {
  const [summary, manifest] = await Promise.all([summaryOf(scan), manifestOfScan(scan)]);
  return {
    title: titleOf(scan.stem),
    detail: [summary?.reco_algo ?? manifest?.recoAlgo, scan.result].filter((text) => text != null).join(' \u00b7 '),
    nsides: summary?.nsides ?? [],
    angularErrorFloorDeg: summary?.peak?.angular_error_floor_deg ?? 0.2,
    hasEvent: eventOf(scan) !== null,
    stop: 'no',
    proof: '',
    files: [
      { name: 'Report (HTML, one file)', href: 'report.html' },
      ...scan.files.map((name) => ({ name, href: `file/${encodeURIComponent(name)}` })),
    ],
  };
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

async function markOf(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  return `${path} ${size} ${mtimeMs} ${ino}`;
}
