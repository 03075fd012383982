/**
 * Fits of one pixel. All starts are descended with coarse segments; those that run into a minimum known already, or settle
 * far above the lowest, end there. The lowest few minima are then descended with fine segments.
 */
import { nelderMead, stepSimplex } from '../fit/nelder-mead.js';
import { scoring } from '../fit/scoring.js';
import type { RecoResult, RecoTask, Vertex } from '../types.js';
import type { Chain } from './chain.js';
import { Line } from './line.js';
import type { MillipedeSettings } from './settings.js';
import { type InstrumentedVolume, passage } from './volume.js';

/** How far a fit may step: two offsets across the line (m), time (ns), phase (m). */
const COARSE_SCALES = [15, 15, 40, 4];
const FINE_SCALES = [5, 5, 12, 2];
/** Ends a descent: gains below this, in log L. */
const COARSE_TOLERANCE = 0.15;
const FINE_TOLERANCE = 0.03;
/** Candidates are chosen anew after a line has moved this far, m. */
const SURVEY_EVERY_M = 20;
const MOST_SURVEYS = 6;
/** A fit this close to a known minimum, in every parameter and in value, is in it. */
const SAME = [3, 3, 8, Number.POSITIVE_INFINITY];
const SAME_LLH = 3;
/** A fit that promises no more than this is given up if it is so much above the lowest. */
const HOPELESS_PROMISE = 2;
const HOPELESS_LLH = 15;
/** Coarse minima this close to the lowest are descended with fine segments, but not more than so many. */
const FINALIST_LLH = 6;
const MOST_FINALISTS = 2;
/** wilks looks around first, with few segments (m) and long steps: two offsets across the line (m), time (ns). */
const EXPLORE_SPACING_M = 20;
const FAR_STEPS = [150, 150, 250];
const NEAR_STEPS = [60, 60, 100];

/** Evaluations since the program started, for benchmarks. */
export const counts = { evaluations: 0, surveys: 0, explorations: 0, derivatives: 0 };

/** A minimum: place, value and energies. */
interface Minimum extends Vertex {
  llh: number;
  eInGev: number;
  eTotGev: number;
}

/** Fits all variations of a task. `isFittable`: whether there are enough rows for a fit. */
export function fitVariations(
  chain: Chain,
  volume: InstrumentedVolume,
  settings: MillipedeSettings,
  task: RecoTask,
  isFittable: boolean,
): RecoResult[] {
  const fit = new PixelFit(chain, volume, settings, task);
  const coarse = task.variations.map(({ seeds }) => {
    let best: Minimum | null = null;
    for (const [k, seed] of (isFittable ? seeds : []).entries()) {
      if (![seed.x, seed.y, seed.z, seed.timeNs].every(Number.isFinite)) continue;
      // Of two seeds the first comes from a coarser pixel.
      const minimum = fit.descendCoarsely(seed, k < seeds.length - 1 ? NEAR_STEPS : FAR_STEPS);
      if (best === null || minimum.llh < best.llh) best = minimum;
    }
    return best;
  });
  fit.refine();
  return task.variations.map(({ variation, seeds }, i) => {
    const { x, y, z, timeNs } = coarse[i] ?? seeds[0]!;
    return {
      nside: task.nside,
      pixel: task.pixel,
      variation,
      llh: coarse[i]?.llh ?? Number.NaN,
      x,
      y,
      z,
      timeNs,
      eInGev: coarse[i]?.eInGev ?? Number.NaN,
      eTotGev: coarse[i]?.eTotGev ?? Number.NaN,
      energyGev: Number.NaN,
    };
  });
}

class PixelFit {
  private readonly chain: Chain;
  private readonly volume: InstrumentedVolume;
  private readonly settings: MillipedeSettings;
  private readonly line: Line;
  private readonly minima: Minimum[] = [];
  private readonly gradient = new Float64Array(4);
  private readonly curvature = new Float64Array(16);

  constructor(chain: Chain, volume: InstrumentedVolume, settings: MillipedeSettings, task: RecoTask) {
    chain.setDirection(task.zenith, task.azimuth);
    this.chain = chain;
    this.volume = volume;
    this.settings = settings;
    this.line = new Line(task.zenith, task.azimuth);
  }

  /** The minimum that a start leads to; one known already where it runs into that. */
  descendCoarsely(start: Vertex, steps: readonly number[]): Minimum {
    this.line.startAt(start);
    const from = this.settings.kind === 'wilks' ? this.explore(start, steps) : start;
    const known: { minimum: Minimum | null } = { minimum: null };
    const found = this.descend(
      from,
      this.settings.coarseSpacingM,
      COARSE_SCALES,
      COARSE_TOLERANCE,
      (x, llh, promise) => {
        known.minimum = this.minima.find((minimum) => this.isSame(minimum, x, llh)) ?? null;
        if (known.minimum !== null) return true;
        return promise < HOPELESS_PROMISE && this.minima.some((minimum) => llh > minimum.llh + HOPELESS_LLH);
      },
    );
    if (known.minimum !== null && known.minimum.llh <= found.llh) return known.minimum;
    const { eInGev, eTotGev } = this.energies(found);
    const minimum = { ...found, eInGev, eTotGev };
    this.minima.push(minimum);
    return minimum;
  }

  /** Looks around with long steps and few segments. */
  private explore(start: Vertex, steps: readonly number[]): Vertex {
    const { chain, line } = this;
    const at = new Float64Array(4);
    const value = (parameters: Float64Array): number => {
      counts.explorations++;
      at.set(parameters);
      const [x, y, z, timeNs] = line.vertexAt(at) as unknown as [number, number, number, number];
      return chain.full(x, y, z, timeNs, EXPLORE_SPACING_M, false, 1e-2);
    };
    const minimum = nelderMead(value, stepSimplex(line.parametersOf(start).subarray(0, 3), steps), {
      xTolerance: 20,
      fTolerance: 5,
      maxCalls: 80,
    });
    at.set(minimum.x);
    const [x, y, z, timeNs] = line.vertexAt(at) as unknown as [number, number, number, number];
    return { x, y, z, timeNs };
  }

  /** Descends the lowest minima with fine segments, and judges all that count as the reference does. */
  refine(): void {
    const { minima, chain, settings } = this;
    const lowest = Math.min(...minima.map(({ llh }) => llh));
    const finalists = minima.filter(({ llh }) => llh <= lowest + FINALIST_LLH).sort((a, b) => a.llh - b.llh);
    for (const minimum of finalists.slice(0, MOST_FINALISTS)) {
      this.line.startAt(minimum);
      const fine = this.descend(minimum, settings.fineSpacingM, FINE_SCALES, FINE_TOLERANCE, () => false);
      const { x, y, z, timeNs } = fine;
      chain.full(x, y, z, timeNs, settings.fineSpacingM, true, 1e-5);
      Object.assign(minimum, fine, { llh: chain.published() }, this.energies(fine));
    }
  }

  private descend(
    start: Vertex,
    spacingM: number,
    scales: readonly number[],
    tolerance: number,
    isEnough: (x: Float64Array, llh: number, promise: number) => boolean,
  ): Vertex & { llh: number } {
    const { chain, line, gradient, curvature } = this;
    let at = line.parametersOf(start);
    let llh = Number.POSITIVE_INFINITY;
    let isOver = false;
    for (let round = 0; round < MOST_SURVEYS && !isOver; round++) {
      const from = at.slice();
      const v = line.vertexAt(at);
      counts.surveys++;
      const surveyed = chain.survey(v[0]!, v[1]!, v[2]!, v[3]!, spacingM, round > 0);
      let isStale = false;
      const minimum = scoring(
        {
          value(parameters) {
            counts.evaluations++;
            const w = line.vertexAt(parameters);
            return chain.evaluate(w[0]!, w[1]!, w[2]!, w[3]!);
          },
          derive(outGradient, outCurvature) {
            counts.derivatives++;
            chain.derive(gradient, curvature);
            line.project(gradient, curvature, outGradient, outCurvature);
          },
        },
        at,
        {
          scales,
          tolerance,
          maxCalls: 30,
          isEnough(x, value, promise) {
            isStale = Math.abs(x[0]! - from[0]!) + Math.abs(x[1]! - from[1]!) > SURVEY_EVERY_M;
            isOver = isEnough(x, value, promise);
            return isOver || isStale;
          },
        },
      );
      at = Float64Array.from(minimum.x);
      llh = minimum.f;
      if (!isStale && !(llh < surveyed - 5 * tolerance)) break;
    }
    const [x, y, z, timeNs] = line.vertexAt(at) as unknown as [number, number, number, number];
    return { x, y, z, timeNs, llh };
  }

  private isSame(minimum: Minimum, x: Float64Array, llh: number): boolean {
    if (!(llh < minimum.llh + SAME_LLH)) return false;
    const known = this.line.parametersOf(minimum);
    return SAME.every((least, k) => Math.abs(x[k]! - known[k]!) < least);
  }

  private energies({ x, y, z }: Vertex): { eInGev: number; eTotGev: number } {
    const { chain } = this;
    const inside = passage(this.volume, x, y, z, this.line.direction);
    if (inside === null) return { eInGev: 0, eTotGev: 0 };
    return {
      eInGev: chain.energyBetween(inside.enterM, inside.leaveM),
      eTotGev: chain.energyBetween(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
    };
  }
}
