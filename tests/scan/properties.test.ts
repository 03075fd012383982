/** What must not change the final map: workers, order, duplicates, strangers, batches, deaths. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskOutcome } from '../../src/broker/index.js';
import { type ScanResult, writeNpz } from '../../src/result/index.js';
import {
  decodeJournal,
  encodeJournalEntry,
  encodeJournalHeader,
  type Journal,
  parseProgression,
} from '../../src/scan/index.js';
import { hash, type LandscapeRecipe } from './landscape.js';
import { answerOf, type LandscapeScan, randomFrom, scanLandscape } from './scan-landscape.js';

const bytesOf = (result: ScanResult): string => Buffer.from(writeNpz(result)).toString('base64');

const landscapes: fc.Arbitrary<LandscapeRecipe> = fc.record({
  base: fc.constant(3000),
  bowls: fc.array(
    fc.record({
      ra: fc.integer({ min: 0, max: 359 }),
      dec: fc.integer({ min: -89, max: 89 }),
      depth: fc.integer({ min: 1, max: 900 }),
      k: fc.constantFrom(2, 30, 400),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  rugged: fc.record({ amp: fc.constantFrom(0, 5, 200, 250_000), seed: fc.nat(1000) }),
  posvar_spread: fc.record({ amp: fc.constantFrom(0, 5), seed: fc.nat(1000) }),
  nan: fc.record({ mod: fc.constantFrom(2, 3, 10, 1_000_000), seed: fc.nat(1000) }),
});

const scans = fc.record({
  landscape: landscapes,
  progression: fc
    .constantFrom(['1:0', '2:4', '4:6'], ['2:0', '8:4', '16:9'], ['1:0', '4:3', '16:2', '32:5'], ['4:0'])
    .map(parseProgression),
  variations: fc.constantFrom(1, 1, 2, 9),
});

/** How much of a journal was written when the process died. */
const cuts = fc.integer({ min: 0, max: 1000 }).map((permille) => permille / 1000);

const outcomes = async (scan: LandscapeScan): Promise<string> => bytesOf((await scanLandscape(scan)).outcome.result);

describe('at threshold 1 the final map does not depend on', () => {
  it('the number and speed of workers, nor on how variations travel or how many at a time', async () => {
    const workers = fc.record({ count: fc.integer({ min: 2, max: 60 }), seed: fc.nat() });
    await fc.assert(
      fc.asyncProperty(scans, workers, fc.constantFrom(1, 7, 100, 20_000), async (scan, crew, maxInFlight) => {
        const expected = await outcomes(scan);
        for (const taskUnit of ['variation', 'pixel'] as const) {
          expect(await outcomes({ ...scan, taskUnit, workers: crew, deps: { maxInFlight } })).toBe(expected);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('duplicates and strangers', async () => {
    await fc.assert(
      fc.asyncProperty(scans, fc.constantFrom('variation', 'pixel'), fc.nat(), async (scan, taskUnit, seed) => {
        const random = randomFrom(seed);
        const earlier: TaskOutcome[] = [];
        const sent = { strangers: 0, duplicates: 0 };
        const { outcome } = await scanLandscape({
          ...scan,
          taskUnit,
          workers: { count: 5, seed },
          disturb: (own) => {
            const noise: TaskOutcome[] = [];
            if (random() < 0.3) {
              sent.strangers++;
              noise.push(strangersLike(own)[Math.floor(random() * 4)]!);
            }
            const again = earlier[Math.floor(random() * earlier.length)];
            if (random() < 0.3 && again?.status === 'done') {
              sent.duplicates += again.results.length;
              noise.push(again);
            }
            earlier.push(own);
            // Before its own outcome, so that all of it is seen before the scan is over.
            return [...noise, own];
          },
        });
        expect(bytesOf(outcome.result)).toBe(await outcomes({ ...scan, taskUnit }));
        expect(outcome.statistics).toMatchObject(sent);
      }),
      { numRuns: 20 },
    );
  });

  it('when the process died and how often: the journal brings back what had arrived', async () => {
    await fc.assert(
      fc.asyncProperty(
        scans,
        fc.constantFrom('variation', 'pixel'),
        fc.array(cuts, { minLength: 1, maxLength: 3 }),
        fc.nat(),
        async (scan, taskUnit, deaths, seed) => {
          const whole = memoryJournal();
          const expected = await outcomes({ ...scan, taskUnit, workers: { count: 6, seed }, journal: whole });
          let bytes = whole.bytes();
          for (const [i, cut] of deaths.entries()) {
            // Cut anywhere, in the middle of an entry as well.
            const journal = memoryJournal(bytes.subarray(0, Math.floor(cut * bytes.length)));
            const kept = (await journal.replay()).length;
            let fitted = 0;
            const { outcome } = await scanLandscape({
              ...scan,
              taskUnit,
              workers: { count: 4, seed: seed + i },
              journal,
              answer: (task) => {
                fitted += task.variations.length;
                return answerOf(scan.landscape, task);
              },
            });
            expect(bytesOf(outcome.result)).toBe(expected);
            expect(outcome.statistics.recos).toBe(outcome.statistics.replayed + fitted);
            expect(kept === 0 || outcome.statistics.replayed > 0).toBe(true);
            expect(outcome.statistics.strangers).toBe(0);
            bytes = journal.bytes();
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('tasks given up: they count as NaN, whoever gave them up and when', async () => {
    await fc.assert(
      fc.asyncProperty(scans, fc.nat(100), fc.nat(), async (scan, badness, seed) => {
        const isBad = (nside: number, pixel: number, variation: number): boolean =>
          hash(nside, pixel, variation, seed) % 100 < badness / 2;
        const giveUp: LandscapeScan['disturb'] = (own) => {
          if (own.status !== 'done') return [own];
          const bad = own.results.filter((r) => isBad(r.nside, r.pixel, r.variation));
          if (bad.length === 0) return [own];
          const results = own.results.filter((result) => !bad.includes(result));
          const variations = bad.map(({ variation }) => variation);
          const failed = { ...own, status: 'failed' as const, variations, reasons: ['too slow'] };
          return results.length === 0 ? [failed] : [failed, { ...own, results }];
        };
        const expected = await outcomes({ ...scan, disturb: giveUp });
        for (const taskUnit of ['variation', 'pixel'] as const) {
          expect(await outcomes({ ...scan, taskUnit, disturb: giveUp, workers: { count: 7, seed } })).toBe(expected);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('below threshold 1', () => {
  it('a scan that died goes on to the same map as one that is answered in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(scans, cuts, async (scan, cut) => {
        const order = { setup: { order: 'shuffled' as const }, threshold: 0.4 };
        const whole = memoryJournal();
        const expected = await outcomes({ ...scan, ...order, journal: whole });
        const bytes = whole.bytes();
        const journal = memoryJournal(bytes.subarray(0, Math.floor(cut * bytes.length)));
        expect(await outcomes({ ...scan, ...order, journal })).toBe(expected);
      }),
      { numRuns: 12 },
    );
  });
});

/** Outcomes that nobody asked for. */
function strangersLike(outcome: TaskOutcome): TaskOutcome[] {
  const result = { nside: 128, pixel: 3, variation: 0, llh: -1e9, x: 0, y: 0, z: 0, timeNs: 0 };
  const energies = { eInGev: 0, eTotGev: 0, energyGev: 0 };
  const done = (nside: number, pixel: number, variation: number): TaskOutcome => ({
    nside,
    pixel,
    runtimeS: 1,
    status: 'done',
    results: [{ ...result, ...energies, nside: 128, pixel, variation }],
  });
  return [
    done(128, 3, 0),
    done(outcome.nside, 99_999_999, 0),
    {
      ...outcome,
      status: 'done',
      results: [{ ...result, ...energies, nside: outcome.nside, pixel: outcome.pixel, variation: 77 }],
    },
    done(outcome.nside, outcome.pixel, 0),
  ];
}

/** A journal in memory that goes through the bytes of the real one. */
function memoryJournal(old: Uint8Array = new Uint8Array(0)): Journal & { bytes(): Uint8Array } {
  const decoded = decodeJournal(old);
  const parts = decoded === null ? [encodeJournalHeader({ scan: 'test' })] : [old.slice(0, decoded.goodBytes)];
  return {
    replay: async () => decoded?.outcomes ?? [],
    append: (outcome) => {
      parts.push(encodeJournalEntry(outcome));
    },
    bytes: () => new Uint8Array(Buffer.concat(parts)),
  };
}
