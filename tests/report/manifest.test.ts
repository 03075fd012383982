/** The progress report: upstream's keys and figures (specs/sky-and-scan.md 6), our own words. */
import { describe, expect, it } from 'vitest';
import {
  estimatedRecos,
  type ManifestInput,
  manifest,
  predictedTotal,
  progressLine,
  ScanStatistics,
  timeLeft,
} from '../../src/report/index.js';

const progression = [
  { nside: 8, extension: 0 },
  { nside: 64, extension: 12 },
  { nside: 512, extension: 24 },
];
const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** 7 variations, everything sent in batches of 10 pixels a second, each result back 100 s after its batch. */
function running(pixels: number, options: Partial<ManifestInput> = {}): ManifestInput {
  const statistics = new ScanStatistics(START, 3);
  for (let batch = 0; batch < 77; batch++) statistics.sent(START + 5_000 + batch * 1000, (batch + 1) * 10, [0]);
  for (let record = 0; record < pixels; record++) {
    const nowMs = START + 5_000 + Math.floor(record / 10) * 1000 + 100_000;
    for (let v = 0; v < 7; v++) statistics.received(nowMs, 0, record, 1, 40 + (v % 7));
  }
  return {
    nowMs: START + 200_000,
    statistics,
    metadata: { runId: 136662, eventId: 35405932, eventType: 'neutrino', mjd: 59723.3, isRealEvent: true },
    scanId: null,
    progression,
    variations: 7,
    threshold: 1,
    pointedRadiusRad: null,
    counts: { chosen: [768, 0, 0], arrivedRecos: [pixels * 7, 0, 0], arrivedPixels: [pixels, 0, 0] },
    isDone: false,
    progressIntervalS: 60,
    ...options,
  };
}

describe('the estimated number of fits', () => {
  it('is that of the specification for the default progression and 7 variations', () => {
    expect(estimatedRecos(progression, 7, null)).toEqual([5376, 5376, 10752]);
  });

  it('of a pointed first nside is the area of its disc', () => {
    const radius = (3.5 * Math.PI) / 180;
    expect(estimatedRecos([{ nside: 64, extension: 0 }], 7, radius)).toEqual([
      Math.ceil(6 * 64 * 64 * (1 - Math.cos(radius))) * 7,
    ]);
    expect(estimatedRecos([{ nside: 8, extension: 0 }], 1, radius)).toEqual([1]);
  });

  it('grows with what was sent, never below the first estimate, and is exact at the end', () => {
    const estimates = [5376, 5376, 10752];
    expect(predictedTotal([5376, 0, 0], estimates, false)).toBe(21504);
    expect(predictedTotal([5376, 8000, 0], estimates, false)).toBe(24128);
    expect(predictedTotal([5376, 4032, 0], estimates, false)).toBe(21504);
    expect(predictedTotal([5376, 0, 0], estimates, true)).toBe(5376);
  });
});

describe('the manifest', () => {
  it('has exactly the keys of upstream while a scan is running', () => {
    const body = manifest(running(96));
    expect(Object.keys(body)).toEqual(['progress', 'event_metadata', 'scan_metadata']);
    expect(Object.keys(body.progress)).toEqual([
      'summary',
      'epilogue',
      'tallies',
      'processing_stats',
      'predictive_scanning_threshold',
      'last_updated',
      'start',
      'end',
    ]);
    expect(Object.keys(body.progress.tallies)).toEqual(['nsides', 'overall', 'est. scan timeline']);
    expect(body.event_metadata).toEqual({
      run_id: 136662,
      event_id: 35405932,
      event_type: 'neutrino',
      mjd: 59723.3,
      is_real_event: true,
      version: 1,
    });
    expect(body.scan_metadata).toEqual({
      scan_id: null,
      nside_progression: { 8: 0, 64: 12, 512: 24 },
      position_variations: 7,
    });
    const stats = body.progress.processing_stats;
    expect(Object.keys(stats)).toEqual(['start', 'runtime', 'rate', 'predictions']);
    expect(Object.keys(stats.start)).toEqual([
      'scanner start',
      'reco start (on server)',
      'reco start (on first worker)',
    ]);
    expect(Object.keys(stats.runtime)).toEqual([
      'elapsed',
      'startup runtime',
      'reco runtime (on server)',
      'reco start delay (on first worker)',
    ]);
    expect(Object.keys(stats.rate!)).toEqual(['all recos', 'nside-8']);
    expect(Object.keys(stats.predictions!)).toEqual([
      'time left',
      'total runtime at finish',
      'total # of reconstructions',
      'end',
      'technique',
    ]);
    expect(body.progress.start).toBe(Math.trunc(START / 1000));
    expect(body.progress.end).toBeNull();
    expect(body.progress.last_updated).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it('counts fits and pixels, as Python would print them', () => {
    const { tallies } = manifest(running(96)).progress;
    expect(Object.keys(tallies.nsides)).toEqual(['8', '64', '512']);
    expect(tallies.nsides['8']).toEqual({
      recos: {
        done: 672,
        'done est. percent': '672/5376 (0.12)',
        generated: 5376,
        'initial approximation total': 5376,
      },
      pixels: { done: 96, 'done est. percent': '96/768.0 (0.12)', generated: 768, 'initial approximation total': 768 },
    });
    expect(tallies.nsides['64']!.pixels).toEqual({
      done: 0,
      'done est. percent': 'N/A',
      generated: 0,
      'initial approximation total': 768,
    });
    expect(tallies.overall.recos).toMatchObject({ done: 672, generated: 5376, 'initial approximation total': 21504 });
  });

  it('says when the scan had got how far', () => {
    // 0.1 of 21504 fits are the 2151st, of the 308th pixel, in the 31st batch.
    expect(manifest(running(700)).progress.tallies['est. scan timeline']).toEqual({
      '0.00005': '0:01:45',
      '0.1': '0:02:15',
      '0.2': '0:02:46',
    });
  });

  it('gives the times of fits', () => {
    const { rate, runtime } = manifest(running(96)).progress.processing_stats;
    expect(rate!['all recos']).toMatchObject({
      'worker time': { mean: '0:00:43', median: '0:00:43', slowest: '0:00:46', fastest: '0:00:40' },
      'round-trip time': { mean: '0:01:40', median: '0:01:40', slowest: '0:01:40', fastest: '0:01:40' },
      'wall time': { runtime: '0:01:49', 'mean reco': '0:00:00' },
    });
    expect(runtime).toEqual({
      elapsed: '0:03:20',
      'startup runtime': '0:00:05',
      'reco runtime (on server)': '0:03:15',
      'reco start delay (on first worker)': '0:01:00',
    });
  });

  it('without any result yet has no rate and no predictions', () => {
    const stats = manifest(running(0)).progress.processing_stats;
    expect(stats).toEqual({ start: expect.anything(), runtime: { elapsed: '0:03:20' } });
    expect(
      manifest(running(0, { counts: { chosen: [0, 0, 0], arrivedRecos: [0, 0, 0], arrivedPixels: [0, 0, 0] } }))
        .progress,
    ).toMatchObject({
      summary: 'The scan has started.',
      epilogue: '',
    });
  });

  it('of a finished scan has an end and no predictions', () => {
    const counts = { chosen: [96, 0, 0], arrivedRecos: [672, 0, 0], arrivedPixels: [96, 0, 0] };
    const { progress } = manifest(running(96, { isDone: true, counts }));
    expect(Object.keys(progress.processing_stats)).toEqual(['start', 'runtime', 'rate', 'end', 'finished']);
    expect(progress.end).toBe(Math.trunc((START + 200_000) / 1000));
    expect(progress.epilogue).toBe('');
    // The total is what was sent, and an nside that sent nothing is no error.
    expect(progress.tallies['est. scan timeline']['1.0']).toBe('0:01:54');
    expect(progress.tallies.nsides['512']!.recos['done est. percent']).toBe('N/A');
  });

  it('is JSON through and through', () => {
    for (const input of [running(0), running(96), running(96, { isDone: true })]) {
      const body = manifest(input);
      expect(JSON.parse(JSON.stringify(body))).toEqual(body);
      expect(JSON.stringify(body)).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('of a scan resumed from a journal alone is complete, too', () => {
    const statistics = new ScanStatistics(START, 3);
    statistics.replay(672);
    for (const isDone of [false, true]) {
      const body = JSON.stringify(manifest(running(96, { statistics, isDone })));
      expect(body).not.toMatch(/NaN|Infinity/);
      expect(body).toContain('"0.00');
    }
  });
});

describe('the time left', () => {
  it('follows the mean of the whole scan at first', () => {
    // 57 pixels = 399 fits until 5 + 5 + 100 s: 105 s since the first was sent.
    const left = timeLeft(running(57).statistics, 1000)!;
    expect(left).toMatchObject({ isWholeScan: true, window: 399 });
    expect(left.seconds).toBeCloseTo((105 / 399) * 1000, 9);
  });

  it('follows a window of the latest fits later: the rate since the n-th latest was sent', () => {
    // 700 pixels = 4900 fits: the window is 1225 fits = 175 pixels, back to the batch of pixel 525.
    const left = timeLeft(running(700).statistics, 1000)!;
    expect(left).toMatchObject({ isWholeScan: false, window: 1225 });
    expect(left.seconds).toBeCloseTo(((69 + 100 - 52) / 1225) * 1000, 9);
  });

  it('is unknown before the first result and does not count what a journal brought', () => {
    const statistics = new ScanStatistics(START, 1);
    statistics.replay(500);
    expect(timeLeft(statistics, 100)).toBeNull();
    statistics.sent(START + 1000, 10, [0]);
    statistics.received(START + 3000, 0, 0, 1, 1);
    expect(timeLeft(statistics, 100)).toEqual({ seconds: 200, window: 1, isWholeScan: true });
  });
});

it('a line for people says how far a scan is and how long it will take', () => {
  expect(progressLine(running(57))).toBe('1 % (nside 8: 57/768), about 1:32:33 left');
  expect(progressLine(running(0))).toBe('0 % (nside 8: 0/768)');
  const counts = { chosen: [96, 8, 0], arrivedRecos: [672, 56, 0], arrivedPixels: [96, 8, 0] };
  expect(progressLine(running(96, { isDone: true, counts }))).toBe('728 fits done (nside 8: 96/96, nside 64: 8/8)');
});
