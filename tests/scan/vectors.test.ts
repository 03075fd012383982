/** The recorded rounds of upstream's scan loop (`../shared/data/scan-vectors`), through brokers, workers and all. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseProgression } from '../../src/scan/index.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedJson } from '../support/shared.js';
import { landscapeLlh } from './landscape.js';
import { scanLandscape, type Workers } from './scan-landscape.js';

const FILES = [
  'bowl-north-pole',
  'bowl-ra-wrap',
  'nan-holes-1',
  'rugged-1',
  'step-1',
  'two-minima-wide-wins',
  'variations-1',
].map((name) => `data/scan-vectors/${name}.json`);

interface RecordedRound {
  readonly collected_before: number;
  readonly open_nsides: number[];
  readonly chosen: Record<string, [number, number][]>;
  readonly sent: Record<string, [number, number][]>;
}

/** Ascending inclusive runs -> pixels. */
const unfold = (runs: [number, number][]): number[] =>
  runs.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
const unfoldAll = (byNside: Record<string, [number, number][]>) =>
  Object.entries(byNside)
    .map(([nside, runs]) => ({ nside: Number(nside), pixels: unfold(runs) }))
    .filter(({ pixels }) => pixels.length > 0);

needsShared('the scan vectors', FILES, () => {
  for (const file of FILES) {
    const vector = sharedJson(file);

    it(`${vector.name}: the landscape is the one described`, () => {
      for (const [nside, pixel, variation, llh] of vector.llh_samples) {
        expectClose(landscapeLlh(vector.landscape, nside, pixel, variation), llh ?? Number.NaN, { relative: 1e-12 });
      }
    });

    for (const c of vector.cases) {
      const workers: [string, Workers][] =
        c.threshold === 1
          ? [
              ['1 worker', { count: 1 }],
              ['8 workers in random order', { count: 8, seed: 7 }],
            ]
          : [['1 worker', { count: 1 }]];
      for (const [who, crew] of workers) {
        for (const taskUnit of ['variation', 'pixel'] as const) {
          const steps = c.progression.map((step: number[]) => step.join(':'));
          it(`${vector.name} ${steps.join(' ')} at ${c.threshold}, ${who}, a task a ${taskUnit}: all rounds`, async () => {
            const seen = await scanLandscape({
              landscape: vector.landscape,
              progression: parseProgression(steps),
              threshold: c.threshold,
              variations: c.n_posvar,
              taskUnit,
              workers: crew,
            });
            expect(
              seen.rounds.map(({ collected, openNsides, chosen, sent }) => ({ collected, openNsides, chosen, sent })),
            ).toEqual(
              c.rounds.map((round: RecordedRound) => ({
                collected: round.collected_before,
                openNsides: round.open_nsides,
                chosen: unfoldAll(round.chosen),
                sent: unfoldAll(round.sent),
              })),
            );
            expect(seen.thresholds).toEqual(c.threshold_events);
            expect(seen.outcome.statistics.recos).toBe(c.messages);
            const { maps } = seen.outcome.result;
            expect(Object.fromEntries(maps.map(({ nside, pixel }) => [nside, pixel.length]))).toEqual(
              c.finished_pixels,
            );
            const text = maps.map(({ nside, pixel }) => [...pixel].map((p) => `${nside} ${p}\n`).join('')).join('');
            expect(createHash('sha256').update(text).digest('hex')).toBe(c.finished_sha256);
            expect(seen.minimum).toMatchObject({ nside: c.minimum.nside, pixel: c.minimum.pixel });
            expectClose(seen.minimum!.llh, c.minimum.llh, { relative: 1e-12 });
          });
        }
      }
    }
  }
});
