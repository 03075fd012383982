/**
 * Fits of one pixel by a single cascade. The coarsest pixels start at the event's own vertex, which may lie tens of metres
 * and hundreds of nanoseconds from the cascade, with valleys between: light around one string tells little of the side. So
 * they search from several places around it; finer pixels descend from where the coarser one's fit ended.
 */
import { directionOfTravel } from '../../prepare/index.js';
import { nelderMead, stepSimplex } from '../fit/nelder-mead.js';
import { scoring } from '../fit/scoring.js';
import { isUsable, resultOf } from '../results.js';
import type { RecoResult, RecoTask, Vertex } from '../types.js';
import type { Chain } from './chain.js';
import type { MillipedeSettings } from './settings.js';
import { energiesOf, type InstrumentedVolume } from './volume.js';

/** Places of the search around the event's vertex, m: itself and a level ring. */
const RING_M = 45;
const PLACES = [
  [0, 0],
  ...[0, 1, 2, 3, 4, 5].map((k) => [RING_M * Math.cos((k * Math.PI) / 3), RING_M * Math.sin((k * Math.PI) / 3)]),
] as const;
/** The event's vertex has the time when much light had come: that much earlier is tried, ns. */
const EARLIER_NS = [0, 150, 300, 450, 600];
/** Simplex of the search: first steps in x, y, z (m) and time (ns), and when it ends. */
const SEARCH_STEPS = [25, 25, 25, -60];
const SEARCH = { xTolerance: 8, fTolerance: 1, maxCalls: 100 };
/** Ends of searches this close together, m, are one; those so far above the lowest, in log L, are given up. */
const SAME_M = 10;
const WORTHLESS_LLH = 30;
/** Steps of descents, m and ns, and of the simplexes that look whether they are over. */
const DESCENT = { scales: [15, 15, 15, 40], tolerance: 0.01, maxCalls: 60 };
const POLISH_STEPS = [
  [6, 6, 6, -15],
  [-3, -3, -3, 8],
];
const POLISH = { xTolerance: 0.2, fTolerance: 0.01, maxCalls: 80 };
const POLISHED_LLH = 0.03;
const MOST_ROUNDS = 6;
/** There is one place for light, so any spacing will do. */
const SPACING_M = 1;
const TOLERANCE = 1e-4;

/** A place (x, y, z, m; time, ns) and its -log L. */
interface Place {
  readonly x: Float64Array;
  readonly f: number;
}

/**
 * Fits all variations of a task, each for itself. `isFittable`: whether there are enough rows for a fit; `origin`: the
 * event's seed vertex. The llh is that of a quasi-likelihood: -log L over the variance of a charge (P. McCullagh and
 * J. Nelder, "Generalized Linear Models", chapter 9).
 */
export function fitPoint(
  chain: Chain,
  volume: InstrumentedVolume,
  { chargeVariance }: MillipedeSettings,
  task: RecoTask,
  isFittable: boolean,
  origin: Vertex,
): RecoResult[] {
  chain.setDirection(task.zenith, task.azimuth);
  const n = directionOfTravel(task.zenith, task.azimuth);
  const value = (at: Float64Array): number => chain.full(at[0]!, at[1]!, at[2]!, at[3]!, SPACING_M, true, TOLERANCE);
  return task.variations.map((variation) => {
    const seeds = variation.seeds.filter(isUsable);
    if (!isFittable || seeds.length === 0) return resultOf(task, variation, null);
    const starts = seeds.flatMap((seed) =>
      isSame(seed, origin) ? search(value, seed) : [placeOf(value, [seed.x, seed.y, seed.z, seed.timeNs])],
    );
    const { x: at } = starts.map((start) => descend(chain, value, start)).reduce((a, b) => (b.f < a.f ? b : a));
    const [x, y, z, timeNs] = at as unknown as [number, number, number, number];
    const llh = chain.judge(x, y, z, timeNs, SPACING_M, 1e-6) / chargeVariance;
    const vertex = { x, y, z, timeNs };
    return resultOf(task, variation, { ...vertex, llh, ...energiesOf(chain, volume, vertex, n) });
  });
}

function isSame(a: Vertex, b: Vertex): boolean {
  return a.x === b.x && a.y === b.y && a.z === b.z && a.timeNs === b.timeNs;
}

/** Where searches around a vertex end: the lowest, and others that may lie above lower minima. */
function search(value: (at: Float64Array) => number, { x, y, z, timeNs }: Vertex): Place[] {
  const ends = PLACES.map(([dx, dy]) => {
    const starts = EARLIER_NS.map((ns) => placeOf(value, [x + dx!, y + dy!, z, timeNs - ns]));
    const start = starts.reduce((a, b) => (b.f < a.f ? b : a));
    return nelderMead(value, stepSimplex(start.x, SEARCH_STEPS), SEARCH);
  }).sort((a, b) => a.f - b.f);
  const kept: Place[] = [];
  for (const end of ends) {
    if (end.f > ends[0]!.f + WORTHLESS_LLH) break;
    if (kept.every((other) => distance(other.x, end.x) > SAME_M)) kept.push(end);
  }
  return kept;
}

function placeOf(value: (at: Float64Array) => number, at: readonly number[]): Place {
  const x = Float64Array.from(at);
  return { x, f: value(x) };
}

function distance(a: Float64Array, b: Float64Array): number {
  return Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!);
}

/** The minimum below a place: gradients and simplexes in turn, until neither finds more. */
function descend(chain: Chain, value: (at: Float64Array) => number, start: Place): Place {
  const slopes = { value, derive: (g: Float64Array, c: Float64Array) => chain.derive(g, c) };
  let best = start;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = best.f;
    const descended = scoring(slopes, best.x, DESCENT);
    if (descended.f < best.f) best = descended;
    const polished = nelderMead(value, stepSimplex(best.x, POLISH_STEPS[round % 2]!), POLISH);
    const gain = best.f - polished.f;
    if (gain > 0) best = polished;
    if (!(gain > POLISHED_LLH) || !(best.f < before - POLISHED_LLH)) break;
  }
  return best;
}
