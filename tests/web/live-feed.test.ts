import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodeBase64 } from '../../src/event/index.js';
import type { ScanView } from '../../src/scan/index.js';
import { type LiveEvent, type LiveFeed, type LiveProgress, liveFeed, unpackPixels } from '../../src/web/index.js';

const ABOUT = {
  title: 'Run 1',
  detail: '',
  nsides: [8],
  angularErrorFloorDeg: 0.2,
  hasEvent: false,
  stop: 'yes' as const,
  proof: 'p',
  files: [],
};

const fit = { llh: 0, x: 1, y: 2, z: 3, timeNs: 4, eInGev: Number.NaN, eTotGev: Number.NaN, energyGev: Number.NaN };

const VIEW = {
  manifest: () => ({ progress: { tallies: { overall: { recos: { done: 1 } } }, processing_stats: {} } }),
} as unknown as ScanView;

function feedWith(n: number): LiveFeed {
  const feed = liveFeed({ name: 'one', about: ABOUT });
  feed.listen('scan:started', { nsides: [8], variations: 1, replayed: 0, view: VIEW });
  for (let pixel = 0; pixel < n; pixel++)
    feed.listen('pixel:done', { nside: 8, pixel, variation: 0, fit: { ...fit, llh: 100 - pixel } } as never);
  return feed;
}

const pixelsOf = (events: readonly LiveEvent[]): number[] =>
  events
    .filter(({ event }) => event === 'pixels')
    .flatMap(({ data }) => unpackPixels(decodeBase64(data)!).flatMap(({ pixel }) => [...pixel]));

describe('the feed of a live page', () => {
  afterEach(() => vi.useRealTimers());

  it('gives a page that comes late everything, and then only what is new', () => {
    const feed = feedWith(10);
    const heard: LiveEvent[] = [];
    feed.connect(null, (event) => heard.push(event));
    expect(heard[0]!.event).toBe('about');
    expect(pixelsOf(heard)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    heard.length = 0;
    feed.addPixels(8, [77], [5]);
    feed.flush();
    expect(pixelsOf(heard)).toEqual([77]);
    feed.flush();
    expect(pixelsOf(heard)).toEqual([77]);
    feed.close();
  });

  it('gives a page that comes back what it has missed', () => {
    const feed = feedWith(5);
    const first: LiveEvent[] = [];
    const leave = feed.connect(null, (event) => first.push(event));
    leave();
    feed.addPixels(8, [100, 101], [1, 2]);
    const second: LiveEvent[] = [];
    feed.connect(first.findLast(({ id }) => id !== undefined)!.id!, (event) => second.push(event));
    expect(pixelsOf(second)).toEqual([100, 101]);
    expect(second.some(({ event }) => event === 'reset')).toBe(false);
    feed.close();
  });

  it('lets a page start anew where it knew another scan, or an invented one', () => {
    const feed = feedWith(5);
    for (const id of ['two.0:3', 'one.0:99', 'nonsense', '', 'one.0:-1', 'one.0:1.5']) {
      const heard: LiveEvent[] = [];
      feed.connect(id, (event) => heard.push(event));
      expect(heard.some(({ event }) => event === 'reset')).toBe(true);
      expect(pixelsOf(heard)).toHaveLength(5);
    }
    feed.close();
  });

  it('tells of failures with their reasons, and how the scan ended', () => {
    const feed = feedWith(1);
    const heard: LiveEvent[] = [];
    feed.connect(null, (event) => heard.push(event));
    feed.listen('task:failed', {
      isReplay: false,
      outcome: { status: 'failed', nside: 8, pixel: 3, variations: [0], reasons: ['first', 'no minimum'], runtimeS: 1 },
    });
    feed.end('stopped', 'Go on later.');
    expect(heard.filter(({ event }) => event === 'failure').map(({ data }) => JSON.parse(data))).toEqual([
      { nside: 8, pixel: 3, reason: 'no minimum' },
    ]);
    const last = JSON.parse(heard.findLast(({ event }) => event === 'progress')!.data) as LiveProgress;
    expect(last.state).toBe('stopped');
    expect(last.note).toBe('Go on later.');
    expect(last.vertex).toEqual({ x: 1, y: 2, z: 3, timeNs: 4 });
    feed.close();
  });

  it('works only while somebody looks', () => {
    vi.useFakeTimers();
    const feed = feedWith(3);
    expect(vi.getTimerCount()).toBe(0);
    const leave = feed.connect(null, () => undefined);
    const other = feed.connect(null, () => undefined);
    expect(vi.getTimerCount()).toBe(1);
    leave();
    other();
    expect(vi.getTimerCount()).toBe(0);
  });
});
