/**
 * Fits of one pixel. All starts are descended with coarse segments; those that run into a minimum known already, or settle
 * far above the lowest, end there. The lowest few minima are then descended with fine segments.
 */
import { nelderMead, stepSimplex } from '../fit/nelder-mead.js';
import { scoring } from '../fit/scoring.js';
import { type Fitted, isUsable, resultOf } from '../results.js';
import type { RecoResult, RecoTask, Seed, Vertex } from '../types.js';
import type { Chain } from './chain.js';
import { CompatibleLine, fitWilks } from './compatible-fit.js';
import { Line, vertexOf } from './line.js';
import { LOOKS, type Look, lookAsTheReference, lookOf } from './looks.js';
import { type Polishing, polish, polishingOf, polishToTheEnd } from './polish.js';
import type { Sources } from './segment-columns.js';
import type { MillipedeSettings } from './settings.js';
import { energiesOf, type InstrumentedVolume } from './volume.js';
import { gridMinima, type WideGrid } from './wide-search.js';

/** How far a fit may step: two offsets across the line (m), time (ns), phase (m). */
const COARSE_SCALES = [15, 15, 40, 4];
const FINE_SCALES = [5, 5, 12, 2];
/** Ends a descent: gains below this, in log L. */
const COARSE_TOLERANCE = 0.15;
const FINE_TOLERANCE = 0.03;
/** Candidates are chosen anew after a line has moved this far, m. */
const SURVEY_EVERY_M = 20;
const MOST_SURVEYS = 6;
/** A fit this close to a known minimum, in every parameter and in value, is in it; less close where pixels are many. */
const SAME = { many: [3, 3, 8, Number.POSITIVE_INFINITY], few: [1, 1, 3, Number.POSITIVE_INFINITY] };
const SAME_LLH = 3;
/** A fit is given up that is this much above the lowest, and whose next step promises less than a share of that. */
const HOPELESS_LLH = 15;
const HOPELESS_SHARE = 0.15;
/**
 * Coarse minima this close to the lowest are descended with fine segments, but not more than so many; where `wilks` starts from
 * many neighbours' fits, half of them.
 */
const FINALIST_LLH = 6;
const MOST_FINALISTS = { original: 2, wilks: 1, wilksShare: 0.5 } as const;
/** Segments are this far apart while a start looks around, and while it does so as the reference does, m. */
const GLANCE_SPACING_M = 40;
const REFERENCE_SPACING_M = 20;
/** A start is given up that after its look is this much above the lowest minimum, seen with as few segments. */
const WORTHLESS_LLH: Readonly<Record<MillipedeSettings['kind'], number>> = { original: 60, wilks: 30 };
/** What a look leaves out, and when it ends: log L, m or ns, evaluations (of a further start: fewer). */
const LOOK_TOLERANCE = { unfolding: 1e-2, llh: 5, place: 20, calls: 80, furtherCalls: { original: 40, wilks: 20 } };

/**
 * Pixels of skies coarser than this are few, and most are far from the truth, where there are many valleys: they can
 * afford to look at all of the detector, across the line (m, m) and in time (ns), then more closely around the lowest
 * minimum. The first variation starts from the lowest places of both as well.
 */
const WIDE_BELOW_NSIDE = 4;
const WIDE_GRID: WideGrid = { spacing: [60, 60, 150], before: [6, 6, 6], after: [6, 6, 3] };
const MOST_WIDE_STARTS = 12;
const CLOSE_GRID: WideGrid = { spacing: [15, 15, 40], before: [3, 3, 3], after: [3, 3, 3] };
const MOST_CLOSE_STARTS = 8;
const WIDE_FINALIST_LLH = 20;
const MOST_WIDE_FINALISTS: Readonly<Record<MillipedeSettings['kind'], number>> = { original: 6, wilks: 10 };
/** Polished minima this close to the lowest are searched around to the end, at most so many. */
const LAST_LLH = 1;
const MOST_LAST = 2;

/** A minimum: place, value and energies. */
interface Minimum extends Fitted {
  sources: Sources | null;
  /** -log L with as few segments as a look has. */
  glance: number;
}

/**
 * Fits all variations of a task. `isFittable`: whether there are enough rows for a fit; `origin`: the event's seed vertex.
 */
export function fitVariations(
  chain: Chain,
  volume: InstrumentedVolume,
  settings: MillipedeSettings,
  task: RecoTask,
  isFittable: boolean,
  origin: Vertex,
): RecoResult[] {
  const fit = new PixelFit(chain, volume, settings, task, origin);
  const coarse = task.variations.map(({ variation, seeds }) => {
    let best: Minimum | null = null;
    for (const [k, seed] of (isFittable ? seeds : []).entries()) {
      if (!isUsable(seed)) continue;
      const isFromCoarser = k < seeds.length - 1 || !isSeedVertex(task, origin);
      const look = lookOf(settings, task, variation, isFromCoarser, seeds.length === 1);
      const minimum = fit.descendCoarsely(seed, look);
      if (best === null || minimum.llh < best.llh) best = minimum;
    }
    return best;
  });
  if (isFittable && task.nside < WIDE_BELOW_NSIDE && isSeedVertex(task, origin)) {
    fit.searchWidely(origin, task);
    const reference = settings.kind === 'wilks' ? fit.followReference(task.variations[0]!.seeds) : null;
    coarse[0] = lowestOf([fit.refine(WIDE_FINALIST_LLH, MOST_WIDE_FINALISTS[settings.kind]), reference]);
  } else {
    const share = settings.kind === 'wilks' ? MOST_FINALISTS.wilksShare : 0;
    fit.refine(FINALIST_LLH, Math.max(MOST_FINALISTS[settings.kind], Math.floor(share * task.variations.length)));
  }
  return task.variations.map((variation, i) => resultOf(task, variation, coarse[i] ?? null));
}

/** Whether the first variation starts at the event's own vertex: at the coarsest pixels. */
function isSeedVertex({ variations }: RecoTask, { x, y, z }: Vertex): boolean {
  const seed = variations[0]?.seeds.at(-1);
  return seed !== undefined && seed.x === x && seed.y === y && seed.z === z;
}

class PixelFit {
  private readonly chain: Chain;
  private readonly volume: InstrumentedVolume;
  private readonly settings: MillipedeSettings;
  private readonly line: Line;
  /** Whether starts are the event's own vertex and what lies around it, and nothing else. */
  private readonly isCoarsest: boolean;
  private readonly isWide: boolean;
  private readonly polishing: Polishing;
  private readonly minima: Minimum[] = [];
  private readonly gradient = new Float64Array(4);
  private readonly curvature = new Float64Array(16);

  constructor(chain: Chain, volume: InstrumentedVolume, settings: MillipedeSettings, task: RecoTask, origin: Vertex) {
    chain.setDirection(task.zenith, task.azimuth);
    this.chain = chain;
    this.volume = volume;
    this.settings = settings;
    this.line = new Line(task.zenith, task.azimuth);
    this.isCoarsest = isSeedVertex(task, origin) && task.variations[0]?.seeds.length === 1;
    this.isWide = task.nside < WIDE_BELOW_NSIDE;
    this.polishing = polishingOf(settings.kind, task.nside, this.isWide, this.isCoarsest);
  }

  /** The minimum that a start leads to; one known already where it runs into that. */
  descendCoarsely(start: Vertex, look: Look): Minimum {
    const { line, settings, minima, chain } = this;
    line.startAt(start);
    const lowest = lowestOf(this.minima);
    const from =
      look === null
        ? { ...start, glance: this.glance(start) }
        : typeof look === 'string'
          ? this.lookAsTheReference(start, look === 'as the reference to the end')
          : this.lookAround(start, look);
    if (lowest !== null && from.glance > lowest.glance + WORTHLESS_LLH[settings.kind]) {
      return { ...from, llh: from.glance, ...this.energies(from), sources: null };
    }
    const known: { minimum: Minimum | null } = { minimum: null };
    const isEnough = (x: Float64Array, llh: number, promise: number): boolean => {
      known.minimum = minima.find((minimum) => this.isSame(minimum, x, llh)) ?? null;
      if (known.minimum !== null || lowest === null) return known.minimum !== null;
      return llh > lowest.llh + HOPELESS_LLH && promise < HOPELESS_SHARE * (llh - lowest.llh);
    };
    const found = this.descend(from, settings.coarseSpacingM, COARSE_SCALES, COARSE_TOLERANCE, null, isEnough);
    if (known.minimum !== null && known.minimum.llh <= found.llh) return known.minimum;
    const minimum = { ...found, ...this.energies(found), sources: chain.sources(), glance: this.glance(found) };
    minima.push(minimum);
    return minimum;
  }

  /** Descends from the lowest places of all of the detector, then from those around the lowest minimum. */
  searchWidely(origin: Vertex, { variations }: RecoTask): void {
    const isOriginal = this.settings.kind === 'original';
    const look = isOriginal ? 'as the reference' : LOOKS.wilks;
    for (const seed of isOriginal ? variations.flatMap(({ seeds }) => seeds).filter(isUsable) : []) {
      this.descendCoarsely(seed, 'as the reference to the end');
    }
    for (const start of this.lowestAround(origin, WIDE_GRID, MOST_WIDE_STARTS)) this.descendCoarsely(start, look);
    for (const start of this.lowestAround(lowestOf(this.minima)!, CLOSE_GRID, MOST_CLOSE_STARTS)) {
      this.descendCoarsely(start, null);
    }
  }

  /** The lowest places on a grid around a vertex, as few segments see them. */
  private lowestAround(vertex: Vertex, grid: WideGrid, most: number): Vertex[] {
    const { line } = this;
    const parameters = new Float64Array(4);
    const at = (x: Float64Array): Vertex => {
      parameters.set(x);
      return vertexOf(line.vertexAt(parameters));
    };
    line.startAt(vertex);
    return gridMinima((x) => this.glance(at(x)), grid, most).map(at);
  }

  /** The lowest place that a simplex with long steps finds. */
  private lookAround(start: Vertex, steps: readonly number[]): Vertex & { glance: number } {
    const { line } = this;
    const at = new Float64Array(4);
    const maxCalls = this.minima.length === 0 ? LOOK_TOLERANCE.calls : LOOK_TOLERANCE.furtherCalls[this.settings.kind];
    const minimum = nelderMead(
      (parameters) => {
        at.set(parameters);
        return this.glance(vertexOf(line.vertexAt(at)));
      },
      stepSimplex(line.parametersOf(start).subarray(0, 3), steps),
      { xTolerance: LOOK_TOLERANCE.place, fTolerance: LOOK_TOLERANCE.llh, maxCalls },
    );
    at.set(minimum.x);
    return { ...vertexOf(line.vertexAt(at)), glance: minimum.f };
  }

  /** Where the first pass of the reference's fit leads to. */
  private lookAsTheReference(start: Vertex, isToEnd: boolean): Vertex & { glance: number } {
    const { kind } = this.settings;
    const found = lookAsTheReference(kind, (vertex) => this.glance(vertex), start, this.line.direction, isToEnd);
    return { ...found, glance: this.glance(found) };
  }

  /** Where the whole of the reference's fit leads to, with energies as it has them. Null where it fails. */
  followReference(seeds: readonly Seed[]): Minimum | null {
    const { chain, settings, line, minima } = this;
    chain.isThorough = true;
    const compatible = new CompatibleLine(chain, settings);
    const pass = fitWilks(compatible, seeds.filter(isUsable), line.direction);
    const llh = pass === null ? Number.NaN : compatible.value(pass.at, settings.fineSpacingM);
    chain.isThorough = false;
    if (pass === null) return null;
    const [timeNs, x, y, z] = pass.at;
    const vertex = { x, y, z, timeNs };
    const minimum = { ...vertex, llh, ...this.energies(vertex), sources: chain.sources(), glance: Number.NaN };
    minima.push({ ...minimum });
    return minimum;
  }

  /** -log L with few segments. */
  private glance({ x, y, z, timeNs }: Vertex): number {
    // The softened likelihood is not concave: from energies of before it would end in other optima.
    const isWarm = this.settings.alpha === null;
    const spacingM = this.isCoarsest ? REFERENCE_SPACING_M : GLANCE_SPACING_M;
    return this.chain.full(x, y, z, timeNs, spacingM, isWarm, LOOK_TOLERANCE.unfolding);
  }

  /**
   * Descends the lowest minima with fine segments, those within some log L and at most so many, and judges them as the
   * reference does. Returns the lowest of them.
   */
  refine(withinLlh: number, most: number): Minimum | null {
    const { minima, chain, settings } = this;
    const lowest = Math.min(...minima.map(({ llh }) => llh));
    const near = minima.filter(({ llh }) => llh <= lowest + withinLlh).sort((a, b) => a.llh - b.llh);
    const finalists = near.slice(0, most);
    const { fineSpacingM } = settings;
    for (const minimum of finalists) {
      this.line.startAt(minimum);
      const descended = this.descend(minimum, fineSpacingM, FINE_SCALES, FINE_TOLERANCE, minimum.sources, () => false);
      this.settle(minimum, polish(chain, this.line, descended, fineSpacingM, this.polishing));
    }
    if (this.polishing.last.length === 0 || finalists.length === 0) return lowestOf(finalists);
    finalists.sort((a, b) => a.llh - b.llh);
    const lowestLlh = finalists[0]!.llh;
    for (const minimum of finalists.slice(0, MOST_LAST).filter(({ llh }) => llh <= lowestLlh + LAST_LLH)) {
      const before = { ...minimum };
      chain.adopt(minimum.sources!, fineSpacingM);
      this.settle(minimum, polishToTheEnd(chain, this.line, minimum, fineSpacingM, this.polishing));
      if (before.llh < minimum.llh) Object.assign(minimum, before);
    }
    return lowestOf(finalists);
  }

  /** Puts a minimum where a search with fine segments ended, and judges it there. */
  private settle(minimum: Minimum, at: Vertex): void {
    const { chain } = this;
    const { x, y, z, timeNs } = at;
    const llh = chain.judge(x, y, z, timeNs, this.settings.fineSpacingM, 1e-5);
    Object.assign(minimum, { x, y, z, timeNs, llh, sources: chain.sources() }, this.energies(at));
  }

  private descend(
    start: Vertex,
    spacingM: number,
    scales: readonly number[],
    tolerance: number,
    sources: Sources | null,
    isEnough: (x: Float64Array, llh: number, promise: number) => boolean,
  ): Vertex & { llh: number } {
    const { chain, line, gradient, curvature } = this;
    let at = line.parametersOf(start);
    let llh = Number.POSITIVE_INFINITY;
    let isOver = false;
    for (let round = 0; round < MOST_SURVEYS && !isOver; round++) {
      const from = at.slice();
      const v = line.vertexAt(at);
      if (round === 0 && sources !== null) chain.adopt(sources, spacingM);
      const surveyed = chain.survey(v[0]!, v[1]!, v[2]!, v[3]!, spacingM, round > 0 || sources !== null);
      let isStale = false;
      const minimum = scoring(
        {
          value(parameters) {
            const w = line.vertexAt(parameters);
            return chain.evaluate(w[0]!, w[1]!, w[2]!, w[3]!);
          },
          derive(outGradient, outCurvature) {
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
    return { ...vertexOf(line.vertexAt(at)), llh };
  }

  private isSame(minimum: Minimum, x: Float64Array, llh: number): boolean {
    if (!(llh < minimum.llh + SAME_LLH)) return false;
    const known = this.line.parametersOf(minimum);
    return SAME[this.isWide ? 'few' : 'many'].every((least, k) => Math.abs(x[k]! - known[k]!) < least);
  }

  private energies(vertex: Vertex): { eInGev: number; eTotGev: number } {
    return energiesOf(this.chain, this.volume, vertex, this.line.direction);
  }
}

function lowestOf(minima: readonly (Minimum | null)[]): Minimum | null {
  return minima.reduce((a, b) => (a === null || (b !== null && b.llh < a.llh) ? b : a), null);
}
