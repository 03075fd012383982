import { describe, expect, it, vi } from 'vitest';
import type { BrokerListener } from '../../../src/broker/remote-types.js';
import { barSigns, type ProgressOptions, progressDisplay, progressStyle } from '../../../src/node/observe/progress.js';
import type { ScanListener, ScanView } from '../../../src/scan/index.js';

// The bars are those of a terminal that knows UTF-8, wherever the tests run.
vi.stubEnv('LC_ALL', 'C.UTF-8');

const view = {
  progressLine: () => '25 % (nside 1: 3/12)',
  manifest: () => ({
    progress: {
      tallies: { overall: { recos: { done: 3 } } },
      processing_stats: { predictions: { 'time left': '0:00:09', 'total # of reconstructions': 12 } },
    },
  }),
} as unknown as ScanView;

const ESC = String.fromCharCode(27);

/** What a terminal of that width shows after the text: only cursor-up and clear-below are understood. */
function screen(text: string): string[] {
  const lines: string[] = [];
  for (const part of text.split(new RegExp(`(${ESC}\\[\\d+A${ESC}\\[J)`))) {
    const up = new RegExp(`${ESC}\\[(\\d+)A`).exec(part);
    if (up !== null) lines.splice(lines.length - Number(up[1]));
    else lines.push(...part.split('\n').slice(0, -1));
  }
  return lines;
}

function show(
  style: 'live' | 'lines' | 'quiet',
  happens: (listen: ScanListener, note: (text: string) => void, broker: BrokerListener) => void,
  options: Partial<ProgressOptions> = {},
) {
  vi.useFakeTimers();
  let text = '';
  const terminal = { write: (more: string) => (text += more), columns: 100 };
  const display = progressDisplay({ terminal, style, ...options });
  display.listen('scan:started', { nsides: [1, 2], variations: 1, replayed: 0, view });
  display.listen('round:chosen', {
    round: 1,
    collected: 0,
    openNsides: [1],
    minimum: null,
    chosen: [],
    sent: [{ nside: 1, pixels: Array.from({ length: 12 }, (_, pixel) => pixel) }],
  });
  for (const [pixel, llh] of [Number.NaN, 5, 4].entries()) {
    const fit = { llh, x: 0, y: 0, z: 0, timeNs: 0, eInGev: 0, eTotGev: 0, energyGev: 0 };
    display.listen('task:done', {
      outcome: { nside: 1, pixel, runtimeS: 1, status: 'done', results: [{ ...fit, nside: 1, pixel, variation: 0 }] },
      isReplay: false,
    });
    display.listen('pixel:done', { nside: 1, pixel, variation: 0, fit });
  }
  happens(display.listen, display.note, display.listenToBroker);
  vi.advanceTimersByTime(6000);
  const during = text;
  display.stop();
  vi.useRealTimers();
  return { during: screen(during), after: screen(text) };
}

describe('the progress display', () => {
  it.each(['live', 'lines'] as const)('says how much was fitted once more (%s)', (style) => {
    const { during } = show(style, (listen) => {
      listen('restarts:chosen', { minimum: { nside: 1, pixel: 2, llh: 4 }, pixels: 2, fits: 6 });
      vi.advanceTimersByTime(1000);
      const ended = { x: 0, y: 0, z: 0, timeNs: 0, eInGev: 1, eTotGev: 1, energyGev: 1 };
      const result = { nside: 1, pixel: 1, variation: 1, llh: 5, ...ended };
      const outcome = { nside: 1, pixel: 1, runtimeS: 1, status: 'done', results: [result, result] } as const;
      listen('task:done', { outcome, isReplay: false });
    });
    expect(during.join('\n')).toMatch(/fitted once more from neighbours: 2 of 6 fits, about 0:00:\d\d left/);
  });

  it('redraws a block on a terminal and takes it away at the end; notes stay above it', () => {
    const { during, after } = show('live', (_, note) => {
      vi.advanceTimersByTime(1000);
      note('A remark.');
    });
    expect(during).toEqual([
      'A remark.',
      'nside    1  ██████░░░░░░░░░░░░░░░░░░  3/12 pixels',
      expect.stringMatching(/^25 % {3}[\d.]+ fits\/s {3}0:00:07 gone {3}about 0:00:09 left$/),
      'best so far RA 225.00 dec 41.81 deg (nside 1, llh 4.00)',
    ]);
    expect(after).toEqual(['A remark.']);
  });

  it('prints a line every few seconds where there is no terminal, without control characters', () => {
    const { after } = show('lines', () => undefined);
    expect(after).toEqual(['25 % (nside 1: 3/12); best so far RA 225.00 dec 41.81 deg (nside 1, llh 4.00)']);
  });

  it('says nothing when it is to be quiet', () => {
    expect(show('quiet', () => undefined).after).toEqual([]);
  });

  it('of a server shows how many clients there are, and were, and since when nothing has come', () => {
    const { during } = show(
      'live',
      (_, __, broker) => {
        broker('broker:queues', { tasks: 9, clients: 3, outcomes: 0 });
        broker('broker:queues', { tasks: 1200, clients: 2, outcomes: 0 });
        vi.advanceTimersByTime(10_000);
      },
      { showsClients: true },
    );
    expect(during).toContain('2 clients (there were 3)   1200 tasks wait for them   last result 0:00:16 ago');
  });

  it('says since when nothing has come, with a terminal and without: a prediction may be of an hour ago', () => {
    const wait = (): void => void vi.advanceTimersByTime(60_000);
    expect(show('live', wait).during[1]).toMatch(/ {3}last result 0:01:06 ago$/);
    expect(show('lines', wait).after.at(-1)).toMatch(/^25 % .*; last result 0:01:05 ago; best so far/);
  });

  it('of a server says that its broker is away, until it is back', () => {
    const lines = (ends: boolean): string[] =>
      show(
        'lines',
        (_, __, broker) => {
          broker('broker:queues', { tasks: 0, clients: 1, outcomes: 0 });
          broker('broker:lost', { where: 'there', reason: 'cut' });
          if (ends) broker('broker:connected', { where: 'there', isAgain: true });
        },
        { showsClients: true, stamp: () => 'NOON ' },
      ).after;
    const [start, end] = ['NOON 25 % (nside 1: 3/12); ', '; best so far RA 225.00 dec 41.81 deg (nside 1, llh 4.00)'];
    expect(lines(false)).toEqual([`${start}the broker is away, 1 client${end}`]);
    expect(lines(true)).toEqual([`${start}1 client${end}`]);
  });

  it('counts what was given up', () => {
    const { during } = show('live', (listen) => {
      const outcome = { nside: 1, pixel: 3, runtimeS: 1, status: 'failed' as const, variations: [0], reasons: ['no'] };
      listen('task:failed', { outcome, isReplay: false });
    });
    expect(during[1]).toMatch(/ {3}1 given up$/);
  });

  it('draws with letters where the locale has no blocks', () => {
    expect(barSigns({})).toEqual(['█', '░']);
    expect(barSigns({ LANG: 'C', LC_ALL: 'de_DE.utf8' })).toEqual(['█', '░']);
    expect(barSigns({ LANG: 'C.UTF-8', LC_CTYPE: 'POSIX' })).toEqual(['#', '.']);
  });

  it('knows a terminal, and what a person wants instead', () => {
    const terminal = { write: () => undefined };
    expect(progressStyle({ ...terminal, isTTY: true }, false, undefined, { TERM: 'xterm' })).toBe('live');
    expect(progressStyle({ ...terminal, isTTY: true }, false, undefined, { TERM: 'dumb' })).toBe('lines');
    expect(progressStyle(terminal, false)).toBe('lines');
    expect(progressStyle({ ...terminal, isTTY: true }, true)).toBe('quiet');
    expect(progressStyle({ ...terminal, isTTY: true }, false, false)).toBe('lines');
    expect(progressStyle(terminal, false, true)).toBe('live');
  });
});
