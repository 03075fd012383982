/** Scans from start to end: endings of every kind, events, reports. */
import { describe, expect, it } from 'vitest';
import { embeddedBroker, type ServerEnd, type TaskOutcome } from '../../src/broker/index.js';
import { ConfigError, RecoError, ScanError } from '../../src/config/index.js';
import type { RecoTask } from '../../src/reco/index.js';
import {
  type Journal,
  listenTo,
  parseProgression,
  runScan,
  type ScanEvents,
  type ScanListener,
  type ScanView,
} from '../../src/scan/index.js';
import { directionOf, skyFrame } from '../../src/sky/index.js';
import { needsShared, sharedJson } from '../support/shared.js';
import type { LandscapeRecipe } from './landscape.js';
import { answerOf, type LandscapeScan, landscapeSetup, scanLandscape } from './scan-landscape.js';

const landscape: LandscapeRecipe = { base: 5000, bowls: [{ ra: 100, dec: 30, depth: 800, k: 30 }] };
const scan: LandscapeScan = { landscape, progression: parseProgression(['2:0', '8:4', '16:6']), variations: 2 };

/** Everything that is told, by name. */
function recorder(): { names: (keyof ScanEvents)[]; listen: ScanListener } {
  const names: (keyof ScanEvents)[] = [];
  return { names, listen: (name) => names.push(name) };
}

/** A broker whose server end does what the test says. */
const brokenServer = (parts: Partial<ServerEnd>): ServerEnd => ({ ...embeddedBroker().server, ...parts });

describe('a scan', () => {
  it('tells what happens from start to end', async () => {
    const { names, listen } = recorder();
    const { outcome } = await scanLandscape({ ...scan, listen });
    const pixels = outcome.result.maps.reduce((sum, { pixel }) => sum + pixel.length, 0);
    const count = (name: keyof ScanEvents): number => names.filter((seen) => seen === name).length;
    expect(names[0]).toBe('scan:started');
    expect(names.at(-1)).toBe('scan:done');
    expect(count('pixel:done')).toBe(pixels);
    expect(count('task:done')).toBe(2 * pixels);
    expect(outcome).toMatchObject({ state: 'done', warnings: [], result: { metadata: { complete: true } } });
    expect(outcome.statistics).toMatchObject({
      recos: 2 * pixels,
      failed: 0,
      replayed: 0,
      duplicates: 0,
      strangers: 0,
    });
    expect(outcome.statistics.workerS).toBe(2 * pixels);
  });

  it('does the same when nobody listens', async () => {
    const broker = embeddedBroker();
    const working = (async () => {
      for await (const delivery of broker.client().deliveries(1)) {
        await delivery.finish(answerOf(landscape, delivery.task));
      }
    })();
    const outcome = await runScan(landscapeSetup(scan), { server: broker.server, journal: null });
    await working;
    expect(outcome.result).toEqual((await scanLandscape(scan)).outcome.result);
  });

  it('keeps the best variation of each pixel, with its own vertex and energies', async () => {
    const spread = { ...landscape, posvar_spread: { amp: 50, seed: 1 }, nan: { mod: 3, seed: 8 } };
    const { outcome } = await scanLandscape({ ...scan, landscape: spread, variations: 4 });
    const [map] = outcome.result.maps;
    for (const [i, pixel] of map!.pixel.entries()) {
      const task: RecoTask = {
        nside: 2,
        pixel,
        zenith: 0,
        azimuth: 0,
        variations: [0, 1, 2, 3].map((variation) => ({
          variation,
          seeds: [{ x: variation, y: 0, z: 0, timeNs: 0, energyGev: Number.NaN }],
        })),
      };
      const answer = answerOf(spread, task) as TaskOutcome & { status: 'done' };
      const best = answer.results
        .filter(({ llh }) => !Number.isNaN(llh))
        .reduce((a, b) => (b.llh < a.llh ? b : a), { ...answer.results[0]!, llh: Infinity });
      if (best.llh === Infinity) expect(map!.llh[i]).toBeNaN();
      else expect([map!.llh[i], map!.x[i], map!.y[i], map!.t[i]]).toEqual([best.llh, best.x, best.y, best.timeNs]);
    }
  });

  it('in which every fit fails ends with a warning, without a best fit', async () => {
    const { outcome, rounds } = await scanLandscape({ ...scan, landscape: { ...landscape, nan: { mod: 1, seed: 0 } } });
    expect(outcome.state).toBe('done');
    expect(outcome.warnings.join()).toMatch(/every fit failed/);
    expect(outcome.result.maps.map(({ nside }) => nside)).toEqual([2]);
    expect(outcome.result.maps[0]!.llh.every(Number.isNaN)).toBe(true);
    expect(rounds.at(-1)!.minimum).toBeNull();
  });

  it('says how many fits were given up', async () => {
    const { outcome } = await scanLandscape({
      ...scan,
      answer: (task) =>
        task.nside === 2 && task.pixel < 3
          ? {
              nside: 2,
              pixel: task.pixel,
              runtimeS: 9,
              status: 'failed',
              variations: task.variations.map((v) => v.variation),
              reasons: ['exit code 1'],
            }
          : answerOf(landscape, task),
    });
    expect(outcome.statistics.failed).toBe(6);
    expect(outcome.warnings.join()).toMatch(/6 of \d+ fits were given up/);
    expect([...outcome.result.maps[0]!.llh.slice(0, 4)].map(Number.isNaN)).toEqual([true, true, true, false]);
  });

  it('never asks for more at once than it is told to, whatever the size of a round', async () => {
    let most = 0;
    let open = 0;
    const { outcome } = await scanLandscape({
      ...scan,
      progression: parseProgression(['16:0']),
      variations: 1,
      listen: listenTo({
        'task:sent': ({ tasks }) => {
          open += tasks.length;
          most = Math.max(most, open);
        },
        'task:done': () => open--,
      }),
      deps: { maxInFlight: 1000 },
    });
    expect(outcome.statistics.recos).toBe(3072);
    expect(most).toBe(1000);
  });

  it('reports at the start, at every round, with the first of each nside, and when an interval has passed', async () => {
    let nowMs = 1_700_000_000_000;
    const reports: string[] = [];
    let view: ScanView | null = null;
    await scanLandscape({
      ...scan,
      variations: 1,
      deps: { clock: () => nowMs, reporting: { progressIntervalS: 5, resultIntervalS: 20, scanId: 'abc' } },
      listen: listenTo({
        'scan:started': (started) => {
          view = started.view;
        },
        'task:done': () => {
          nowMs += 1000;
        },
        'round:chosen': ({ round }) => reports.push(`round ${round}`),
        'report:progress': ({ manifest }) => reports.push(manifest.progress.summary),
        'report:result': ({ result, isFinal }) =>
          reports.push(`${isFinal ? 'final' : 'partial'} ${result.maps.map(({ pixel }) => pixel.length).join('+')}`),
      }),
    });
    expect(reports.slice(0, 7)).toEqual([
      'The scan has started.',
      'round 1',
      '48 fits were sent out, none has come back yet.',
      'Scanning: 1 of about 136 fits have come back.',
      'partial 1',
      'Scanning: 7 of about 136 fits have come back.',
      'Scanning: 13 of about 136 fits have come back.',
    ]);
    const second = reports.indexOf('round 2');
    expect(reports.slice(second, second + 5)).toEqual([
      'round 2',
      expect.stringMatching(/^Scanning: 48 of/),
      'partial 48',
      expect.stringMatching(/^Scanning: 49 of/),
      'partial 48+1',
    ]);
    expect(reports.at(-2)).toMatch(/^final 48\+/);
    expect(reports.at(-1)).toMatch(/^The scan is finished/);
    expect(view!.manifest().progress.end).toBe(Math.trunc(nowMs / 1000));
    expect(view!.manifest().scan_metadata.scan_id).toBe('abc');
    expect(view!.partialResult().metadata!.complete).toBe(true);
    expect(view!.progressLine()).toMatch(/fits done/);
  });
});

describe('a pointed scan', () => {
  const frame = skyFrame(59000);
  const at = (raDeg: number, decDeg: number) => ({
    ...directionOf(frame, (raDeg * Math.PI) / 180, (decDeg * Math.PI) / 180),
    radiusRad: (3.5 * Math.PI) / 180,
  });
  const progression = parseProgression(['32:0', '128:6']);

  it('looks at the disc alone and refines the minimum', async () => {
    const { outcome, rounds } = await scanLandscape({
      landscape,
      progression,
      setup: { pointing: at(100.5, 29.5) },
    });
    expect(rounds[0]!.sent[0]!.pixels.length).toBeGreaterThan(5);
    expect(rounds[0]!.sent[0]!.pixels.length).toBeLessThan(20);
    expect(outcome.warnings).toEqual([]);
    expect(outcome.result.maps.map(({ nside }) => nside)).toEqual([32, 128]);
  });

  it('warns when the best pixel lies at the edge of the disc', async () => {
    const { outcome } = await scanLandscape({ landscape, progression, setup: { pointing: at(106, 30) } });
    expect(outcome.warnings.join()).toMatch(/edge of the disc/);
  });
});

describe('a scan that is ended', () => {
  it('by its signal says so, keeps what it has and goes on from the journal', async () => {
    const kept: TaskOutcome[] = [];
    const journal = (): Journal => ({
      replay: async () => kept.slice(),
      append: async (outcome) => {
        await Promise.resolve();
        kept.push(outcome);
      },
    });
    const ending = new AbortController();
    const { names, listen } = recorder();
    let done = 0;
    const { outcome } = await scanLandscape({
      ...scan,
      journal: journal(),
      signal: ending.signal,
      listen: (name, payload) => {
        listen(name, payload);
        if (name === 'task:done' && ++done === 60) ending.abort();
      },
    });
    expect(outcome.state).toBe('interrupted');
    expect(outcome.result.metadata!.complete).toBe(false);
    expect(names.at(-1)).toBe('scan:interrupted');
    expect(names).not.toContain('scan:done');
    const before = kept.length;
    expect(before).toBeGreaterThanOrEqual(60);
    expect(before).toBeLessThan(64);
    const second = await scanLandscape({ ...scan, journal: journal() });
    expect(second.outcome.statistics.replayed).toBe(before);
    expect(second.outcome.result).toEqual((await scanLandscape(scan)).outcome.result);
  });

  it('before it begins sends nothing', async () => {
    const { names, listen } = recorder();
    const { outcome } = await scanLandscape({ ...scan, signal: AbortSignal.abort(), listen });
    expect(outcome).toMatchObject({ state: 'interrupted', warnings: [] });
    expect(names).not.toContain('task:sent');
  });

  it('although its broker does not answer any more', async () => {
    const ending = new AbortController();
    const never = new Promise<never>(() => {});
    const server = brokenServer({ send: () => never });
    const running = runScan(landscapeSetup(scan), { server, journal: null, signal: ending.signal });
    setTimeout(() => ending.abort(), 5);
    expect((await running).state).toBe('interrupted');
  });
});

describe('a scan that goes on from a journal', () => {
  it('that holds the whole scan sends nothing and ends with the same map', async () => {
    const kept: TaskOutcome[] = [];
    const journal: Journal = { replay: async () => kept.slice(), append: (outcome) => void kept.push(outcome) };
    const first = await scanLandscape({ ...scan, journal });
    const { names, listen } = recorder();
    const again = await scanLandscape({ ...scan, journal, listen });
    expect(names).not.toContain('task:sent');
    expect(again.outcome.result).toEqual(first.outcome.result);
    expect(again.outcome.statistics).toMatchObject({ replayed: kept.length, recos: kept.length });
  });

  it('ignores and counts what belongs to no task of it', async () => {
    const stranger = answerOf(landscape, { nside: 64, pixel: 5, zenith: 0, azimuth: 0, variations: [] });
    const kept = [stranger, { ...stranger, nside: 2, pixel: 500 }];
    const { outcome } = await scanLandscape({ ...scan, journal: { replay: async () => kept, append: () => {} } });
    expect(outcome.statistics).toMatchObject({ strangers: 2, replayed: 0 });
    expect(outcome.result).toEqual((await scanLandscape(scan)).outcome.result);
  });

  it('keeps only what is new and its own', async () => {
    const kept: TaskOutcome[] = [];
    const seen = await scanLandscape({
      ...scan,
      journal: { replay: async () => [], append: (outcome) => void kept.push(outcome) },
      disturb: (own) => {
        if (own.status !== 'done') return [own];
        const foreign = { ...own.results[0]!, pixel: own.pixel + 1, llh: -1 };
        const unknown = { ...own.results[0]!, variation: 65_536, llh: -1 };
        return [own, own, { ...own, results: [foreign, unknown] }];
      },
    });
    expect(kept.flatMap((outcome) => (outcome.status === 'done' ? outcome.results : []))).toHaveLength(
      seen.outcome.statistics.recos,
    );
  });
});

describe('a scan that cannot go on', () => {
  const setup = landscapeSetup(scan);

  it('throws what the broker threw when results stop coming', async () => {
    const lost = new Error('connection lost for good');
    const server = brokenServer({
      // biome-ignore lint/correctness/useYield: it is lost before the first outcome
      async *outcomes() {
        throw lost;
      },
    });
    await expect(runScan(setup, { server, journal: null })).rejects.toBe(lost);
  });

  it('throws what the broker threw when it would not take tasks', async () => {
    const full = new Error('disk full');
    const server = brokenServer({ send: () => Promise.reject(full) });
    await expect(runScan(setup, { server, journal: null })).rejects.toBe(full);
  });

  it('throws what was thrown first, even if the broker cannot be closed either', async () => {
    const lost = new Error('connection lost for good');
    const close = () => Promise.reject(new Error('not connected'));
    const server = brokenServer({ send: () => Promise.reject(lost), close });
    await expect(runScan(setup, { server, journal: null })).rejects.toBe(lost);
  });

  it('throws what the journal threw', async () => {
    const full = new Error('no space left');
    await expect(
      scanLandscape({ ...scan, journal: { replay: async () => [], append: () => Promise.reject(full) } }),
    ).rejects.toBe(full);
  });

  it('fails when the broker ends the results before it is finished', async () => {
    const server = brokenServer({ async *outcomes() {} });
    await expect(runScan(setup, { server, journal: null })).rejects.toMatchObject({ code: 'scan/failed' });
  });

  it('fails when workers stay away for longer than the limit', async () => {
    const running = runScan(setup, { server: embeddedBroker().server, journal: null, silenceLimitS: 0.02 });
    await expect(running).rejects.toThrow(ScanError);
    await expect(running).rejects.toMatchObject({ code: 'scan/timed-out' });
  });

  it('refuses a setup that breaks the rules, and closes the broker all the same', async () => {
    let closed = 0;
    const server = brokenServer({
      close: async () => {
        closed++;
      },
    });
    const run = (wrong: Partial<typeof setup>) => runScan({ ...setup, ...wrong }, { server, journal: null });
    await expect(run({ threshold: 0.05 })).rejects.toThrow(ConfigError);
    await expect(run({ progression: [] })).rejects.toThrow(ConfigError);
    await expect(run({ reco: { ...setup.reco, variations: [] } })).rejects.toThrow(RecoError);
    expect(closed).toBe(3);
  });
});

const QUIRKS = ['quirk-first-pixel-nan', 'quirk-first-variation-nan'].map((name) => `data/scan-vectors/${name}.json`);

needsShared('where upstream stumbles over NaN', QUIRKS, () => {
  const [pixelQuirk, variationQuirk] = QUIRKS.map((file) => sharedJson(file));

  it('a first pixel that failed does not stay the minimum for the whole scan', async () => {
    const { minimum } = await scanLandscape({
      landscape: pixelQuirk.landscape,
      progression: parseProgression(['8:0', '64:12', '512:24']),
    });
    const healthy = sharedJson('data/scan-vectors/bowl-ra-wrap.json').cases.find(
      (c: { progression: number[][]; threshold: number }) => c.progression[2]?.[0] === 512 && c.threshold === 1,
    );
    expect(minimum).toMatchObject({ nside: healthy.minimum.nside, pixel: healthy.minimum.pixel });
  });

  it('a first variation that failed does not hide the others', async () => {
    const { outcome } = await scanLandscape({
      landscape: variationQuirk.landscape,
      progression: parseProgression(['8:0']),
      variations: 7,
    });
    // One variation in four fails, so hardly any pixel loses all seven.
    expect(outcome.result.maps[0]!.llh.filter(Number.isNaN).length).toBeLessThan(5);
  });
});
