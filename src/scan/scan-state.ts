/**
 * The scan as a state machine: it says which tasks to send, takes results in any order, and knows when it is finished.
 * No input or output, no clock (specs/sky-and-scan.md sections 4 and 5).
 *
 * Results *arrive* in any order and are kept at once (best of a pixel's variations, progress, partial maps). They
 * *enter* the algorithm (finished pixels, minimum, thresholds, seeds of finer pixels) in the order in which their tasks
 * were chosen, however early they arrive; below threshold 1, where the order matters anyway, as they arrive. A round is
 * thereby a function of what entered before it, and the map is the same with any number of workers (4.2).
 *
 * When nothing is outstanding and no pixel is chosen, stuck pixels are fitted once more (restarts.ts); what that changes
 * has its effect when all of it is back, and may open another round.
 */
import type { TaskOutcome } from '../broker/index.js';
import type { RecoResult, RecoTask } from '../reco/index.js';
import { type ChosenPixels, choosePixels, type PointedDisc, type SkyPixel } from './choose-pixels.js';
import type { ScanListener } from './events.js';
import { FinishedSky } from './finished-sky.js';
import { FAILED_FIT, type FitFigures, PixelTable } from './pixel-table.js';
import { openSteps, type Progression } from './progression.js';
import { mostRestarts, type RestartRules, Restarts } from './restarts.js';
import { type NeighboursFit, restartOf, type SeedSource, taskOf } from './seeds.js';
import { shuffle } from './shuffle.js';
import { ThresholdWatch } from './thresholds.js';

/** What the state machine is made from. */
export interface StateSetup {
  readonly seedSource: SeedSource;
  readonly taskUnit: 'variation' | 'pixel';
  readonly progression: Progression;
  readonly threshold: number;
  /** Null: no restarts. */
  readonly restarts: RestartRules | null;
  readonly pointed: PointedDisc | null;
  /** Seeds (run, event) of the order of a round, null for ascending. */
  readonly shuffleSeeds: readonly [number, number] | null;
}

/** Counts by nside, indexed as the progression. */
export interface LevelCounts {
  /** Pixels chosen. */
  readonly chosen: Int32Array;
  /** Results and whole pixels that have arrived. */
  readonly arrivedRecos: Int32Array;
  readonly arrivedPixels: Int32Array;
}

/** Tasks for the broker. */
export interface TaskBatch {
  readonly tasks: readonly RecoTask[];
  /** Results that the tasks will bring. */
  readonly recos: number;
  /** Records up to this one have been given out. */
  readonly endRecord: number;
}

/** What became of an outcome. */
export interface Arrival {
  /** Results that were new. */
  readonly accepted: number;
  /** Pixel record and index of its nside, -1 for a stranger. */
  readonly record: number;
  readonly level: number;
  /** Of a pixel that was whole already: a fit made once more. */
  readonly isRestart: boolean;
}

export class ScanState {
  readonly table: PixelTable;
  readonly finished: FinishedSky;
  readonly counts: LevelCounts;
  /** Results that were there already, and ones that nobody asked for. */
  duplicates = 0;
  strangers = 0;
  /** Fits that were given up. */
  failures = 0;

  private readonly setup: StateSetup;
  private readonly listen: ScanListener | null;
  private readonly nsides: readonly number[];
  private readonly levelOf: ReadonlyMap<number, number>;
  private readonly allVariations: readonly number[];
  private readonly thresholds: ThresholdWatch;
  private readonly entersInOrder: boolean;
  /** Results asked for, by nside. */
  private readonly sentRecos: Int32Array;
  private rounds = 0;
  /** Index of the nside that met a threshold last, -1 before. */
  private reached = -1;
  private enteredRecos = 0;
  private nextToEnter = 0;
  private nextToSend = 0;
  private readonly restarts: Restarts;
  private nextRestart = 0;
  private isOver = false;

  constructor(setup: StateSetup, listen: ScanListener | null) {
    this.setup = setup;
    this.listen = listen;
    this.nsides = setup.progression.map(({ nside }) => nside);
    this.levelOf = new Map(this.nsides.map((nside, level) => [nside, level]));
    const levels = this.nsides.length;
    this.allVariations = setup.seedSource.rules.variations.map((_, variation) => variation);
    this.table = new PixelTable(this.allVariations.length, mostRestarts(setup.restarts));
    this.restarts = new Restarts(this.table, this.nsides, setup.restarts);
    this.finished = new FinishedSky(this.table, this.nsides, (record) =>
      this.entersInOrder ? record < this.nextToEnter : this.table.missing(record) === 0,
    );
    this.thresholds = new ThresholdWatch(levels, setup.threshold);
    this.entersInOrder = setup.threshold === 1;
    this.sentRecos = new Int32Array(levels);
    this.counts = {
      chosen: new Int32Array(levels),
      arrivedRecos: new Int32Array(levels),
      arrivedPixels: new Int32Array(levels),
    };
  }

  /** Chooses the first round. Once, before anything else. */
  begin(): void {
    this.nextRound(false);
  }

  get isFinished(): boolean {
    return this.isOver;
  }

  /** Results asked for so far, but for restarts. */
  get chosenRecos(): number {
    return this.table.size * this.table.variations;
  }

  /** Fits made once more so far, from a neighbour's. */
  get restartedRecos(): number {
    return this.restarts.total;
  }

  /** Whether there is something to send that `nextTasks` has not come to. */
  get hasTasks(): boolean {
    return this.nextToSend < this.table.size || this.nextRestart < this.restarts.pass.length;
  }

  /** Whether `nextTasks` has come to that pixel. */
  wasGivenOut(record: number): boolean {
    return record >= 0 && record < this.nextToSend;
  }

  /** Tasks for what has not been given out and has not arrived: whole pixels, until they will bring `atLeast` results. */
  nextTasks(atLeast: number): TaskBatch {
    const { seedSource, taskUnit } = this.setup;
    const { table } = this;
    const tasks: RecoTask[] = [];
    let recos = 0;
    while (this.nextToSend < table.size && recos < atLeast) {
      const record = this.nextToSend++;
      const missing = table.missing(record);
      if (missing === 0) continue;
      recos += missing;
      const nside = this.nsides[table.level(record)]!;
      const pixel = table.pixel(record);
      const seedRecord = table.seedRecord(record);
      const coarser = seedRecord < 0 ? null : table.fit(seedRecord);
      if (taskUnit === 'pixel') {
        tasks.push(taskOf(seedSource, nside, pixel, this.allVariations, coarser));
        continue;
      }
      for (const variation of this.allVariations) {
        if (!table.hasArrived(record, variation)) tasks.push(taskOf(seedSource, nside, pixel, [variation], coarser));
      }
    }
    const { pass } = this.restarts;
    while (this.nextRestart < pass.length && recos < atLeast) {
      const { record } = pass[this.nextRestart]!;
      const again: NeighboursFit[] = [];
      // Those of a pixel lie behind one another, and travel as its variations do.
      while (pass[this.nextRestart]?.record === record && (again.length === 0 || taskUnit === 'pixel')) {
        const { variation, from } = pass[this.nextRestart++]!;
        if (!table.hasArrived(record, variation)) again.push({ variation, fit: table.fit(from) });
      }
      if (again.length === 0) continue;
      tasks.push(restartOf(seedSource, this.nsides[table.level(record)]!, table.pixel(record), again));
      recos += again.length;
    }
    return { tasks, recos, endRecord: this.nextToSend };
  }

  /** Record of the pixel that an outcome belongs to, -1 for a stranger. */
  recordOf(outcome: SkyPixel): number {
    const level = this.levelOf.get(outcome.nside);
    return level === undefined ? -1 : this.table.find(level, outcome.pixel);
  }

  /** The part of an outcome that is new and ours: what a journal keeps. null if there is none. */
  newsIn(outcome: TaskOutcome): TaskOutcome | null {
    const record = this.recordOf(outcome);
    if (record < 0) return null;
    if (outcome.status === 'failed') {
      const variations = outcome.variations.filter((variation) => this.isMissing(record, variation));
      return variations.length === 0 ? null : { ...outcome, variations };
    }
    const isNew = (result: RecoResult): boolean => isAbout(result, outcome) && this.isMissing(record, result.variation);
    if (outcome.results.every(isNew)) return outcome.results.length === 0 ? null : outcome;
    const results = outcome.results.filter(isNew);
    return results.length === 0 ? null : { ...outcome, results };
  }

  /** Takes an outcome. What is not new is counted and ignored. */
  arrive(outcome: TaskOutcome, isReplay = false): Arrival {
    const record = this.recordOf(outcome);
    if (record < 0 || (outcome.status === 'done' && outcome.results.length === 0)) {
      this.ignore('stranger', outcome, -1);
      return { accepted: 0, record: -1, level: -1, isRestart: false };
    }
    const isRestart = this.table.missing(record) === 0;
    if (this.listen !== null && this.newsIn(outcome) !== null) {
      if (outcome.status === 'done') this.listen('task:done', { outcome, isReplay });
      else this.listen('task:failed', { outcome, isReplay });
    }
    let accepted = 0;
    if (outcome.status === 'failed') {
      for (const variation of outcome.variations) accepted += this.keep(record, outcome, variation, FAILED_FIT);
    } else {
      for (const result of outcome.results) {
        if (isAbout(result, outcome)) accepted += this.keep(record, outcome, result.variation, result);
        else this.ignore('stranger', result, result.variation);
      }
      if (this.setup.taskUnit === 'pixel' && accepted > 0) accepted += this.fillUp(record, outcome);
    }
    if (isRestart && accepted > 0) {
      this.restarts.missing -= accepted;
      if (this.restarts.missing === 0) this.endPass();
    } else if (this.entersInOrder) this.enterInOrder();
    return { accepted, record, level: this.table.level(record), isRestart };
  }

  /** A pixel that travelled as one task is done with: nobody will send what a careless client left out. */
  private fillUp(record: number, where: SkyPixel): number {
    let accepted = 0;
    for (let variation = 0; variation < this.restarts.endOf(record); variation++) {
      if (this.isMissing(record, variation)) accepted += this.keep(record, where, variation, FAILED_FIT);
    }
    return accepted;
  }

  private isMissing(record: number, variation: number): boolean {
    return this.isAskedFor(record, variation) && !this.table.hasArrived(record, variation);
  }

  private isAskedFor(record: number, variation: number): boolean {
    return variation >= 0 && variation < this.restarts.endOf(record);
  }

  /** Keeps the fit of one variation; 0 if it is not new. */
  private keep(record: number, where: SkyPixel, variation: number, figures: FitFigures): 0 | 1 {
    if (!this.isAskedFor(record, variation)) return this.ignore('stranger', where, variation);
    if (!this.table.receive(record, variation, figures)) return this.ignore('duplicate', where, variation);
    // A restart that failed leaves its pixel as it was.
    if (variation >= this.table.variations) return 1;
    if (figures === FAILED_FIT) this.failures++;
    const level = this.table.level(record);
    this.counts.arrivedRecos[level]!++;
    const isWhole = this.table.missing(record) === 0;
    if (isWhole) {
      this.counts.arrivedPixels[level]!++;
      this.listen?.('pixel:done', {
        nside: where.nside,
        pixel: where.pixel,
        variation: this.table.bestVariation(record),
        fit: this.table.fit(record),
      });
    }
    if (!this.entersInOrder) this.enter(record, isWhole);
    return 1;
  }

  private ignore(why: 'duplicate' | 'stranger', { nside, pixel }: SkyPixel, variation: number): 0 {
    if (why === 'duplicate') this.duplicates++;
    else this.strangers++;
    this.listen?.('result:ignored', { why, nside, pixel, variation });
    return 0;
  }

  /** Lets whole pixels enter whose turn it is. */
  private enterInOrder(): void {
    while (this.nextToEnter < this.table.size && this.table.missing(this.nextToEnter) === 0) {
      const record = this.nextToEnter;
      for (let left = this.table.variations; left > 1; left--) this.enter(record, false);
      this.nextToEnter++;
      this.enter(record, true);
    }
  }

  /** One result enters the algorithm; `isLast`: the last one of its pixel. */
  private enter(record: number, isLast: boolean): void {
    this.enteredRecos++;
    if (isLast) this.finished.add(record);
    if (this.finished.total === 0) return;
    // After every result, since the check also remembers fractions that fell.
    const level = this.thresholds.check(this.finished.counts, this.sentRecos, this.table.variations);
    const allCollected = this.enteredRecos === this.chosenRecos;
    if (level >= 0) {
      this.reached = level;
      this.listen?.('threshold:reached', { nside: this.nsides[level]!, collected: this.enteredRecos, allCollected });
    }
    // A fraction may go from 1 to 1 (one pixel more was sent and came back): nothing outstanding starts a round as well.
    if (level >= 0 || allCollected) this.nextRound(allCollected);
  }

  /** Chooses pixels and queues the new ones; the scan is over when there are none and nothing is outstanding. */
  private nextRound(allCollected: boolean): void {
    const open = openSteps(this.setup.progression, this.reached);
    const chosen = choosePixels(open, this.finished, this.setup.pointed);
    const fresh = chosen
      .map(({ nside, pixels }) => ({ nside, pixels: pixels.filter((pixel) => this.recordOf({ nside, pixel }) < 0) }))
      .filter(({ pixels }) => pixels.length > 0);
    this.rounds++;
    this.listen?.('round:chosen', {
      round: this.rounds,
      collected: this.enteredRecos,
      openNsides: open.map(({ nside }) => nside),
      minimum: this.finished.minimum,
      chosen,
      sent: fresh,
    });
    this.queue(fresh);
    if (fresh.length === 0 && allCollected) this.beginPass();
  }

  /** Fits stuck pixels once more; where there are none the scan is over. */
  private beginPass(): void {
    const { minimum } = this.finished;
    if (minimum === null || !this.restarts.begin(minimum.llh)) {
      this.isOver = true;
      return;
    }
    this.nextRestart = 0;
    const { pass } = this.restarts;
    const pixels = new Set(pass.map(({ record }) => record)).size;
    this.listen?.('restarts:chosen', { minimum, pixels, fits: pass.length });
  }

  /** A pass is back: the minimum may have moved, and with it what is to be refined. */
  private endPass(): void {
    for (const { record } of this.restarts.pass) this.finished.improve(record);
    this.nextRound(true);
  }

  /** Queues new pixels, ascending or shuffled across all nsides. */
  private queue(fresh: readonly ChosenPixels[]): void {
    const { shuffleSeeds } = this.setup;
    if (shuffleSeeds === null) {
      for (const { nside, pixels } of fresh) for (const pixel of pixels) this.add(nside, pixel);
      return;
    }
    const order = fresh.flatMap(({ nside, pixels }) => pixels.map((pixel): SkyPixel => ({ nside, pixel })));
    shuffle(order, ...shuffleSeeds, this.rounds);
    for (const { nside, pixel } of order) this.add(nside, pixel);
  }

  private add(nside: number, pixel: number): void {
    const level = this.levelOf.get(nside)!;
    this.table.add(level, pixel, this.finished.seedRecordOf(level, pixel));
    this.counts.chosen[level]!++;
    this.sentRecos[level]! += this.table.variations;
  }
}

function isAbout(result: RecoResult, { nside, pixel }: SkyPixel): boolean {
  return result.nside === nside && result.pixel === pixel;
}
