/**
 * The scan as a state machine: it says which tasks to send, takes results in any order, and knows when it is finished.
 * No input or output, no clock (specs/sky-and-scan.md sections 4 and 5).
 *
 * Results *arrive* in any order and are kept at once (best of a pixel's variations, progress, partial maps). They
 * *enter* the algorithm (finished pixels, minimum, thresholds, seeds of finer pixels) in the order in which their tasks
 * were chosen, however early they arrive; below threshold 1, where the order matters anyway, as they arrive. A round is
 * thereby a function of what entered before it, and the map is the same with any number of workers (4.2).
 *
 * A later kind of round (for instance a second pass over the best pixels) belongs into `nextRound`, which is asked when
 * a threshold is met or nothing is outstanding.
 */
import type { TaskOutcome } from '../broker/index.js';
import type { RecoTask } from '../reco/index.js';
import { ancestor } from '../sky/index.js';
import {
  type ChosenPixels,
  choosePixels,
  type Landscape,
  type PointedDisc,
  type SkyPixel,
  steepNeighbours,
} from './choose-pixels.js';
import type { ScanListener } from './events.js';
import { FAILED_FIT, type FitFigures, PixelTable } from './pixel-table.js';
import { openSteps, type Progression } from './progression.js';
import { type SeedSource, taskOf } from './seeds.js';
import { shuffle } from './shuffle.js';
import { ThresholdWatch } from './thresholds.js';

/** Settings of a scan that the state depends on. */
export interface StateSetup {
  readonly seedSource: SeedSource;
  readonly taskUnit: 'variation' | 'pixel';
  readonly progression: Progression;
  readonly threshold: number;
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

/** Tasks for the broker, and the records after them. */
export interface TaskBatch {
  readonly tasks: readonly RecoTask[];
  /** Results that the tasks will bring. */
  readonly recos: number;
  /** Records [firstRecord, endRecord) are covered. */
  readonly firstRecord: number;
  readonly endRecord: number;
}

/** What became of an arrival. */
export interface Arrival {
  /** Results that were new. */
  readonly accepted: number;
  readonly level: number;
  readonly record: number;
}

const IGNORED: Arrival = { accepted: 0, level: -1, record: -1 };

export class ScanState implements Landscape {
  readonly table: PixelTable;
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
  private readonly thresholds: ThresholdWatch;
  private readonly entersInOrder: boolean;
  /** By nside: pixels whose results have all entered, results sent, pixels at steep steps. */
  private readonly finished: Int32Array;
  private readonly sentRecos: Int32Array;
  private readonly steep: readonly Set<number>[];
  private minimumRecord = -1;
  private rounds = 0;
  /** Index of the nside that met a threshold last, -1 before. */
  private reached = -1;
  private enteredRecos = 0;
  private finishedPixels = 0;
  private nextToEnter = 0;
  private nextToSend = 0;
  private isOver = false;

  constructor(setup: StateSetup, listen: ScanListener | null) {
    this.setup = setup;
    this.listen = listen;
    this.nsides = setup.progression.map(({ nside }) => nside);
    this.levelOf = new Map(this.nsides.map((nside, level) => [nside, level]));
    const levels = this.nsides.length;
    this.table = new PixelTable(setup.seedSource.rules.variations.length);
    this.thresholds = new ThresholdWatch(levels, setup.threshold);
    this.entersInOrder = setup.threshold === 1;
    this.counts = {
      chosen: new Int32Array(levels),
      arrivedRecos: new Int32Array(levels),
      arrivedPixels: new Int32Array(levels),
    };
    this.finished = new Int32Array(levels);
    this.sentRecos = new Int32Array(levels);
    this.steep = this.nsides.map(() => new Set<number>());
  }

  /** Chooses the first round. Once, before anything else. */
  begin(): void {
    this.nextRound(false);
  }

  get isFinished(): boolean {
    return this.isOver;
  }

  /** Results asked for so far. */
  get chosenRecos(): number {
    return this.table.size * this.table.variations;
  }

  /** Whether there are chosen pixels that `nextTasks` has not given out. */
  get hasTasks(): boolean {
    return this.nextToSend < this.table.size;
  }

  /** Whether the tasks of a pixel have been given out. */
  wasGivenOut(record: number): boolean {
    return record >= 0 && record < this.nextToSend;
  }

  /** Tasks that have not been given out and whose results have not arrived, whole pixels, about `atMost`. */
  nextTasks(atMost: number): TaskBatch {
    const { seedSource, taskUnit } = this.setup;
    const tasks: RecoTask[] = [];
    let recos = 0;
    const firstRecord = this.nextToSend;
    while (this.hasTasks && tasks.length < atMost) {
      const record = this.nextToSend++;
      if (this.table.missing(record) === 0) continue;
      const nside = this.nsides[this.table.level(record)]!;
      const pixel = this.table.pixel(record);
      const seedRecord = this.table.seedRecord(record);
      const coarser = seedRecord < 0 ? null : this.table.fit(seedRecord);
      const missing = this.allVariations().filter((variation) => !this.table.hasArrived(record, variation));
      recos += missing.length;
      if (taskUnit === 'pixel') tasks.push(taskOf(seedSource, nside, pixel, this.allVariations(), coarser));
      else for (const variation of missing) tasks.push(taskOf(seedSource, nside, pixel, [variation], coarser));
    }
    return { tasks, recos, firstRecord, endRecord: this.nextToSend };
  }

  /** Record of the pixel an outcome belongs to, -1 for a stranger. */
  recordOf(outcome: TaskOutcome): number {
    const level = this.levelOf.get(outcome.nside);
    return level === undefined ? -1 : this.table.find(level, outcome.pixel);
  }

  /** Whether an outcome would bring anything new. */
  isNews(outcome: TaskOutcome): boolean {
    const record = this.recordOf(outcome);
    return record >= 0 && this.variationsOf(outcome).some((variation) => this.isMissing(record, variation));
  }

  /** Takes what arrived. Duplicates and strangers are counted and ignored. */
  arrive(outcome: TaskOutcome, isReplay = false): Arrival {
    const record = this.recordOf(outcome);
    if (record < 0) {
      this.ignore('stranger', outcome, -1);
      return IGNORED;
    }
    if (this.listen !== null) {
      if (outcome.status === 'done') this.listen('task:done', { outcome, isReplay });
      else this.listen('task:failed', { outcome, isReplay });
    }
    const level = this.table.level(record);
    let accepted = 0;
    if (outcome.status === 'done') {
      for (const result of outcome.results) {
        const isOurs = result.nside === outcome.nside && result.pixel === outcome.pixel;
        if (!isOurs) this.ignore('stranger', result, result.variation);
        else if (this.keep(outcome, record, level, result.variation, result)) accepted++;
      }
    }
    for (const variation of this.failedVariations(outcome)) {
      if (!this.keep(outcome, record, level, variation, FAILED_FIT)) continue;
      accepted++;
      this.failures++;
    }
    if (this.entersInOrder) this.enterInOrder();
    return { accepted, level, record };
  }

  /** What a failed outcome names; of a pixel that travelled as one task, also what a careless client left out. */
  private failedVariations(outcome: TaskOutcome): readonly number[] {
    if (outcome.status === 'failed') return outcome.variations;
    if (this.setup.taskUnit === 'variation') return [];
    const given = new Set(outcome.results.map(({ variation }) => variation));
    return this.allVariations().filter((variation) => !given.has(variation));
  }

  private variationsOf(outcome: TaskOutcome): number[] {
    const done = outcome.status === 'done' ? outcome.results.map(({ variation }) => variation) : [];
    return [...done, ...this.failedVariations(outcome)];
  }

  private allVariations(): number[] {
    return Array.from({ length: this.table.variations }, (_, variation) => variation);
  }

  private isVariation(variation: number): boolean {
    return Number.isInteger(variation) && variation >= 0 && variation < this.table.variations;
  }

  private isMissing(record: number, variation: number): boolean {
    return this.isVariation(variation) && !this.table.hasArrived(record, variation);
  }

  /** Keeps the fit of one variation; false if it is not new. */
  private keep(outcome: TaskOutcome, record: number, level: number, variation: number, figures: FitFigures): boolean {
    if (!this.isVariation(variation)) {
      this.ignore('stranger', outcome, variation);
      return false;
    }
    if (!this.table.receive(record, variation, figures)) {
      this.ignore('duplicate', outcome, variation);
      return false;
    }
    this.counts.arrivedRecos[level]!++;
    const isWhole = this.table.missing(record) === 0;
    if (isWhole) {
      this.counts.arrivedPixels[level]!++;
      this.listen?.('pixel:done', {
        nside: outcome.nside,
        pixel: outcome.pixel,
        variation: this.table.bestVariation(record),
        fit: this.table.fit(record),
      });
    }
    if (!this.entersInOrder) this.enter(record, isWhole);
    return true;
  }

  private ignore(why: 'duplicate' | 'stranger', where: SkyPixel, variation: number): void {
    if (why === 'duplicate') this.duplicates++;
    else this.strangers++;
    this.listen?.('result:ignored', { why, nside: where.nside, pixel: where.pixel, variation });
  }

  /** Lets whole pixels enter whose turn it is. */
  private enterInOrder(): void {
    while (this.nextToEnter < this.table.size && this.table.missing(this.nextToEnter) === 0) {
      const record = this.nextToEnter;
      for (let left = this.table.variations; left > 0; left--) {
        if (left === 1) this.nextToEnter++;
        this.enter(record, left === 1);
      }
    }
  }

  /** One result enters the algorithm; `isLast`: the last one of its pixel. */
  private enter(record: number, isLast: boolean): void {
    this.enteredRecos++;
    if (isLast) this.finish(record);
    // Thresholds are checked after every result, as they also remember fractions that fell.
    const level =
      this.finishedPixels > 0 ? this.thresholds.check(this.finished, this.sentRecos, this.table.variations) : -1;
    const allCollected = this.enteredRecos === this.chosenRecos;
    if (level >= 0) {
      this.reached = level;
      this.listen?.('threshold:reached', { nside: this.nsides[level]!, collected: this.enteredRecos, allCollected });
    }
    // A fraction may go from 1 to 1 (one pixel more was sent and came back): nothing outstanding starts a round as well.
    if (level >= 0 || allCollected) this.nextRound(allCollected);
  }

  private finish(record: number): void {
    const level = this.table.level(record);
    const nside = this.nsides[level]!;
    const pixel = this.table.pixel(record);
    const llh = this.table.llh(record);
    this.finished[level]!++;
    this.finishedPixels++;
    if (this.isBelowMinimum(record, llh)) this.minimumRecord = record;
    if (level + 1 === this.nsides.length) return;
    const steep = steepNeighbours(nside, pixel, llh, (neighbour) => {
      const other = this.table.find(level, neighbour);
      return other >= 0 && this.hasEntered(other) ? this.table.llh(other) : undefined;
    });
    if (steep.length === 0) return;
    this.steep[level]!.add(pixel);
    for (const neighbour of steep) this.steep[level]!.add(neighbour);
  }

  private isBelowMinimum(record: number, llh: number): boolean {
    if (Number.isNaN(llh)) return false;
    const best = this.minimumRecord;
    if (best < 0) return true;
    const bestLlh = this.table.llh(best);
    if (llh !== bestLlh) return llh < bestLlh;
    const level = this.table.level(record) - this.table.level(best);
    return level < 0 || (level === 0 && this.table.pixel(record) < this.table.pixel(best));
  }

  /** Whether all results of a pixel have entered. */
  private hasEntered(record: number): boolean {
    return this.entersInOrder ? record < this.nextToEnter : this.table.missing(record) === 0;
  }

  get minimum(): (SkyPixel & { readonly llh: number }) | null {
    const record = this.minimumRecord;
    if (record < 0) return null;
    return {
      nside: this.nsides[this.table.level(record)]!,
      pixel: this.table.pixel(record),
      llh: this.table.llh(record),
    };
  }

  hasFinished(nside: number): boolean {
    return this.finished[this.levelOf.get(nside)!]! > 0;
  }

  steepPixels(nside: number): Iterable<number> {
    return this.steep[this.levelOf.get(nside)!]!;
  }

  /** Chooses pixels and queues the new ones; the scan is over when there are none and nothing is outstanding. */
  private nextRound(allCollected: boolean): void {
    const open = openSteps(this.setup.progression, this.reached);
    const chosen = choosePixels(open, this, this.setup.pointed);
    const fresh: SkyPixel[] = [];
    for (const { nside, pixels } of chosen) {
      const level = this.levelOf.get(nside)!;
      for (const pixel of pixels) if (this.table.find(level, pixel) < 0) fresh.push({ nside, pixel });
    }
    this.rounds++;
    this.listen?.('round:chosen', {
      round: this.rounds,
      collected: this.enteredRecos,
      openNsides: open.map(({ nside }) => nside),
      minimum: this.minimum,
      chosen,
      sent: byNside(fresh),
    });
    const { shuffleSeeds } = this.setup;
    if (shuffleSeeds !== null) shuffle(fresh, ...shuffleSeeds, this.rounds);
    for (const { nside, pixel } of fresh) {
      const level = this.levelOf.get(nside)!;
      this.table.add(level, pixel, this.seedRecordOf(level, pixel));
      this.counts.chosen[level]!++;
      this.sentRecos[level]! += this.table.variations;
    }
    if (fresh.length === 0 && allCollected) this.isOver = true;
  }

  /** The finished pixel whose fit the seeds of a new one start from: the next coarser one around its centre. */
  private seedRecordOf(level: number, pixel: number): number {
    for (let coarser = level - 1; coarser >= 0; coarser--) {
      const around = ancestor(this.nsides[level]!, pixel, this.nsides[coarser]!);
      const record = this.table.find(coarser, around);
      if (record >= 0 && this.hasEntered(record)) return Number.isNaN(this.table.llh(record)) ? -1 : record;
    }
    return -1;
  }
}

function byNside(pixels: readonly SkyPixel[]): ChosenPixels[] {
  const groups = new Map<number, number[]>();
  for (const { nside, pixel } of pixels) {
    const group = groups.get(nside);
    if (group === undefined) groups.set(nside, [pixel]);
    else group.push(pixel);
  }
  return [...groups].map(([nside, group]) => ({ nside, pixels: group }));
}
