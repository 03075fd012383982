import { describe, expect, it } from 'vitest';
import type { TaskOutcome } from '../../src/broker/index.js';
import type { RecoTask, RestartAll } from '../../src/reco/index.js';
import { listenTo, parseProgression, type ScanEvents } from '../../src/scan/index.js';
import { neighbours } from '../../src/sky/index.js';
import { landscapeLlh } from './landscape.js';
import { answerOf, type LandscapeScan, landscapeSetup, type SeenScan, scanLandscape } from './scan-landscape.js';

const LANDSCAPE = { base: 100, bowls: [{ ra: 80, dec: 10, depth: 60, k: 8 }] };
const PROGRESSION = parseProgression(['4:0', '16:12']);
const STUCK = 7;
/** Every fifth pixel gets stuck above the truth, unless it starts where one of its nside that did not has ended. */
const isStuck = (nside: number, pixel: number): boolean => (pixel * 13 + nside) % 5 === 0;
const MARK = 4242;

function stuckAnswer(task: RecoTask, byLlh = 20): TaskOutcome {
  const outcome = answerOf(LANDSCAPE, task) as TaskOutcome & { status: 'done' };
  const results = outcome.results.map((result, i) => {
    const [seed] = task.variations[i]!.seeds;
    const isFree = !isStuck(task.nside, task.pixel) || seed!.z === MARK + task.nside;
    return { ...result, llh: result.llh + (isFree ? 0 : byLlh), z: isFree ? MARK + task.nside : STUCK };
  });
  return { ...outcome, results };
}

interface Restarted extends SeenScan {
  readonly passes: ScanEvents['restarts:chosen'][];
}

/** Where the first fit of a pixel ended. */
function zOf({ outcome }: SeenScan, nside: number, pixel: number): number {
  const map = outcome.result.maps.find((each) => each.nside === nside)!;
  return map.z[map.pixel.indexOf(pixel)]!;
}

async function scan(
  within: number | null,
  more: Partial<LandscapeScan> = {},
  restartAll?: readonly RestartAll[],
): Promise<Restarted> {
  const passes: ScanEvents['restarts:chosen'][] = [];
  const base = landscapeSetup({ progression: PROGRESSION, variations: 2, ...more });
  const reco = {
    ...base.reco,
    ...(within === null ? {} : { restartWithinLlh: within }),
    ...(restartAll === undefined ? {} : { restartAll }),
  };
  const seen = await scanLandscape({
    landscape: LANDSCAPE,
    progression: PROGRESSION,
    whole: { ...base, reco, seedVertex: { x: 0, y: 0, z: 0, timeNs: 0 } },
    answer: (task) => stuckAnswer(task),
    listen: listenTo({ 'restarts:chosen': (pass) => passes.push(pass) }),
    ...more,
  });
  return { ...seen, passes };
}

/** Llh of a map above the truth of the landscape. */
function excess({ outcome }: SeenScan, level: number): Map<number, number> {
  const map = outcome.result.maps[level]!;
  return new Map(
    Array.from(map.pixel, (pixel, i) => [pixel, map.llh[i]! - landscapeLlh(LANDSCAPE, map.nside, pixel, 0)]),
  );
}

describe('a pixel whose fit got stuck', () => {
  it('is fitted once more from its neighbour, where regions are decided', async () => {
    const [without, restarted] = await Promise.all([scan(null), scan(30)]);
    const holes = [...excess(without, 1)].filter(([, llh]) => llh > 1);
    const left = excess(restarted, 1);
    const map = restarted.outcome.result.maps[1]!;
    const minimum = Math.min(...map.llh);
    const near = holes.filter(([pixel]) => landscapeLlh(LANDSCAPE, 16, pixel, 0) < minimum + 25);
    expect(near.length).toBeGreaterThan(3);
    for (const [pixel] of near) expect(left.get(pixel)).toBeLessThan(1e-9);
    expect(restarted.passes.length).toBeGreaterThanOrEqual(1);
    expect(restarted.outcome.statistics.recos).toBeGreaterThan(without.outcome.statistics.recos);
  });

  it('is fitted once more from the next neighbour, too, where the lowest was no use', async () => {
    const map = (await scan(null, { answer: (task) => answerOf(LANDSCAPE, task) })).outcome.result.maps[1]!;
    const truth = new Map([...map.pixel].map((pixel, i) => [pixel, map.llh[i]!]));
    const order = (pixels: Iterable<number>): number[] =>
      [...pixels].filter((each) => truth.has(each)).sort((a, b) => truth.get(a)! - truth.get(b)! || a - b);
    // The lowest pixel but a few, so that some of its neighbours are lower.
    const stuck = order(truth.keys())[4]!;
    const [lowest, next] = order(neighbours(16, stuck));
    const starts: number[] = [];
    const answer = (task: RecoTask): TaskOutcome => {
      const outcome = answerOf(LANDSCAPE, task) as TaskOutcome & { status: 'done' };
      const results = outcome.results.map((result, i) => {
        if (task.nside !== 16) return result;
        const { variation, seeds } = task.variations[i]!;
        const isStuck = task.pixel === stuck && seeds[0]!.z !== MARK + next!;
        if (task.pixel === stuck && variation >= 2) starts.push(seeds[0]!.z - MARK);
        return { ...result, llh: result.llh + (isStuck ? 5 : 0), z: MARK + task.pixel };
      });
      return { ...outcome, results };
    };
    const restarted = await scan(30, { answer });
    expect(starts).toEqual([lowest, next]);
    expect(excess(restarted, 1).get(stuck)).toBeLessThan(1e-9);
  });

  it('stays where nobody asks for restarts, and fewer are made far from the minimum', async () => {
    expect((await scan(null)).passes).toEqual([]);
    const near = await scan(1);
    const far = await scan(30);
    const restarts = ({ passes }: Restarted): number => passes.reduce((sum, { pixels }) => sum + pixels, 0);
    expect(restarts(near)).toBeLessThan(restarts(far));
  });

  it('is fitted once more far from the minimum where it stands out by a twentieth of its height, and not for less', async () => {
    // Far pixels lie some 55 above the minimum, and so want to stand out by almost 3.
    const heights = { low: 2, high: 5 };
    const restarted = { low: 0, high: 0 };
    for (const name of ['low', 'high'] as const) {
      const answer = (task: RecoTask): TaskOutcome => stuckAnswer(task, heights[name]);
      const [before, after] = await Promise.all([scan(null, { answer }), scan(0, { answer })]);
      const far = [...excess(before, 0)].filter(([pixel, llh]) => llh > 1 && landscapeLlh(LANDSCAPE, 4, pixel, 0) > 95);
      expect(far.length).toBeGreaterThan(10);
      const left = excess(after, 0);
      restarted[name] = far.filter(([pixel]) => left.get(pixel)! < 1e-9).length / far.length;
    }
    expect(restarted).toEqual({ low: 0, high: 1 });
  });

  it('is not waited for where the reco wants all: large pixels everywhere, small ones near the minimum', async () => {
    const within = 10;
    const restartAll = [
      { nside: 64, withinLlh: within, neighbours: 8 },
      { nside: 4, withinLlh: Number.POSITIVE_INFINITY, neighbours: 3 },
    ];
    const tasks: RecoTask[] = [];
    const answer = (task: RecoTask): TaskOutcome => {
      if (task.variations[0]!.variation >= 2) tasks.push(task);
      return answerOf(LANDSCAPE, task);
    };
    const seen = await scan(0, { answer, taskUnit: 'pixel' }, restartAll);
    const minimum = Math.min(...seen.outcome.result.maps.flatMap(({ llh }) => [...llh]));
    for (const { nside, pixel, llh } of seen.outcome.result.maps) {
      const llhOf = new Map([...pixel].map((each, i) => [each, llh[i]!]));
      for (const [each, own] of llhOf) {
        if (nside > 4 && own > minimum + within) continue;
        const around = neighbours(nside, each)
          .filter((other) => llhOf.has(other))
          .sort((a, b) => llhOf.get(a)! - llhOf.get(b)! || a - b);
        const wanted = around.slice(0, own <= minimum + within ? 8 : 3);
        const variations = tasks.find((task) => task.nside === nside && task.pixel === each)?.variations ?? [];
        expect(
          variations.map(({ seeds }) => seeds[0]!.z),
          `nside ${nside}, pixel ${each}`,
        ).toEqual(wanted.map((other) => zOf(seen, nside, other)));
        expect(variations.map(({ variation }) => variation)).toEqual(wanted.map((_, k) => 2 + k));
      }
    }
    expect(tasks.length).toBeGreaterThan(200);
    expect(tasks.length).toBeLessThan(300);
  });

  it.each(['variation', 'pixel'] as const)('gets the same map from any crew, task unit %s', async (taskUnit) => {
    const one = await scan(30, { taskUnit });
    for (const seed of [1, 2, 3]) {
      const many = await scan(30, { taskUnit, workers: { count: 7, seed } });
      expect(many.outcome.result).toEqual(one.outcome.result);
      expect(many.passes).toEqual(one.passes);
    }
  });

  it('goes on from its journal, wherever it was killed, to the same map', async () => {
    const kept: TaskOutcome[] = [];
    const whole = await scan(30, { journal: { replay: async () => [], append: (outcome) => void kept.push(outcome) } });
    for (const share of [0.3, 0.9, 0.97, 1]) {
      const first = kept.slice(0, Math.floor(share * kept.length));
      let added = 0;
      const again = await scan(30, { journal: { replay: async () => first, append: () => void added++ } });
      expect(again.outcome.result).toEqual(whole.outcome.result);
      expect(added).toBe(kept.length - first.length);
      expect(again.outcome.statistics.strangers + again.outcome.statistics.duplicates).toBe(0);
    }
  });

  it('may fail again: the pixel keeps the fit it has', async () => {
    const answer = (task: RecoTask): TaskOutcome =>
      task.variations[0]!.variation < 2
        ? stuckAnswer(task)
        : { ...task, runtimeS: 1, status: 'failed', variations: [task.variations[0]!.variation], reasons: ['no'] };
    const seen = await scan(30, { answer });
    expect(seen.outcome.result).toEqual((await scan(null)).outcome.result);
    expect(seen.outcome.statistics.failed).toBe(0);
    expect(seen.outcome.warnings).toEqual([]);
  });
});
