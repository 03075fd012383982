import { describe, expect, it } from 'vitest';
import { manifestFacts, manifestTimes } from '../../src/web/scan-facts.js';

const MANIFEST = {
  progress: {
    processing_stats: {
      start: { 'scanner start': '2026-01-01 10:00:00' },
      end: '2026-01-01 10:05:00',
      runtime: { elapsed: '0:05:00' },
      rate: {
        'all recos': { 'worker time': { mean: '0:00:02', median: '0:00:01', fastest: '0:00:00', slowest: '0:00:09' } },
        'nside-8': { 'worker time': { mean: '0:00:00', median: '0:00:00', fastest: '0:00:00', slowest: '0:00:00' } },
      },
    },
  },
  scan_metadata: { nside_progression: { 8: 0, 64: 12, 512: 24 }, position_variations: 7 },
};

describe('what a manifest says about a scan', () => {
  it('is told with its names', () => {
    expect(Object.fromEntries(manifestFacts(MANIFEST))).toEqual({
      Progression: '8:0 64:12 512:24',
      'Vertex variations': '7',
      Started: '2026-01-01 10:00:00',
      Ended: '2026-01-01 10:05:00',
      Elapsed: '0:05:00',
    });
    // Times of less than a second are not told: the manifest has whole ones.
    expect(manifestTimes(MANIFEST)).toEqual([['all recos', '0:00:02', '0:00:01', '0:00:00', '0:00:09']]);
  });

  it('is left out where the file is something else', () => {
    for (const odd of [
      null,
      3,
      'text',
      [],
      {},
      { progress: 5 },
      { progress: { processing_stats: { rate: 'x' } } },
      { scan_metadata: { nside_progression: { '<b>': 1, 8: {} } } },
    ]) {
      expect(manifestFacts(odd).every(([, value]) => value === null)).toBe(true);
      expect(manifestTimes(odd)).toEqual([]);
    }
  });
});
