/** When a running scan reports, and what (specs/sky-and-scan.md 6.2). The clock is handed in. */
import {
  type Forecast,
  forecast,
  type Manifest,
  type ManifestInput,
  manifest,
  type PredictionWindow,
  progressLine,
  ScanStatistics,
} from '../report/index.js';
import type { ScanResult } from '../result/index.js';
import type { ScanListener, ScanView } from './events.js';
import type { ScanFigures } from './outcome.js';
import { resultOf } from './partial-result.js';
import type { Arrival, ScanState, TaskBatch } from './scan-state.js';
import type { ScanSetup } from './setup.js';

/** How often to report. */
export interface ReportingOptions {
  /** Least seconds between two progress reports while results come in. Default 60. */
  readonly progressIntervalS?: number;
  /** Least seconds between two partial maps. Default 120. Raise it where writing or sending them is slow. */
  readonly resultIntervalS?: number;
  /** Name of the scan where it is run for SkyDriver. Default null. */
  readonly scanId?: string | null;
  /** What predictions take the rate from. Default: the latest quarter of the results, at least 400. */
  readonly predictionWindow?: PredictionWindow;
}

export class Reporting implements ScanView {
  private readonly setup: ScanSetup;
  private readonly state: ScanState;
  private readonly clock: () => number;
  private readonly listen: ScanListener | null;
  private readonly options: Required<Omit<ReportingOptions, 'predictionWindow'>> & ReportingOptions;
  private readonly statistics: ScanStatistics;
  private readonly levelOf: ReadonlyMap<number, number>;
  private readonly hasHeardOf: boolean[];
  private lastHeardMs: number;
  private lastProgressMs: number;
  private lastResultMs: number;
  private chosenAtReport = 0;
  private isDone = false;

  constructor(
    setup: ScanSetup,
    state: ScanState,
    clock: () => number,
    listen: ScanListener | null,
    options: ReportingOptions,
  ) {
    this.setup = setup;
    this.state = state;
    this.clock = clock;
    this.listen = listen;
    this.options = { progressIntervalS: 60, resultIntervalS: 120, scanId: null, ...options };
    const now = clock();
    this.statistics = new ScanStatistics(now, setup.progression.length);
    this.levelOf = new Map(setup.progression.map(({ nside }, level) => [nside, level]));
    this.hasHeardOf = setup.progression.map(() => false);
    this.lastHeardMs = now;
    this.lastProgressMs = now;
    this.lastResultMs = now;
  }

  /** Before anything is sent. */
  started(replayed: number): void {
    this.listen?.('scan:started', {
      nsides: this.setup.progression.map(({ nside }) => nside),
      variations: this.setup.reco.variations.length,
      replayed,
      view: this,
    });
    this.progress(this.clock());
  }

  replayed(recos: number): void {
    if (recos > 0) this.statistics.replay(recos);
    this.reportRound(this.clock());
  }

  /** What was waited for before sending is there: silence counts from now on. */
  begins(): void {
    this.lastHeardMs = this.clock();
  }

  /** A batch goes to the broker. */
  sent(batch: TaskBatch): void {
    const levels = new Set(batch.tasks.map(({ nside }) => this.levelOf.get(nside)!));
    this.statistics.sent(this.clock(), batch.endRecord, levels);
    this.listen?.('task:sent', { tasks: batch.tasks });
  }

  /** An outcome has arrived and has had its consequences. */
  received({ accepted, level, record, isRestart }: Arrival, runtimeS: number): void {
    const now = this.clock();
    this.lastHeardMs = now;
    if (accepted === 0) return;
    if (isRestart) this.statistics.restarted(now, level, accepted, runtimeS);
    else this.statistics.received(now, level, record, accepted, runtimeS);
    if (this.listen === null || this.state.isFinished) return;
    if (this.state.table.size > this.chosenAtReport) this.reportRound(now);
    const isFirst = !this.hasHeardOf[level];
    this.hasHeardOf[level] = true;
    if (isFirst || now - this.lastProgressMs > this.options.progressIntervalS * 1000) this.progress(now);
    if (isFirst || now - this.lastResultMs > this.options.resultIntervalS * 1000) this.partial(now);
  }

  /** The scan is over: the final map, then the final report. */
  done(result: ScanResult): void {
    this.isDone = true;
    this.listen?.('report:result', { result, isFinal: true });
    this.progress(this.clock());
  }

  /** Seconds since the last outcome. */
  quietS(): number {
    return (this.clock() - this.lastHeardMs) / 1000;
  }

  figures(): ScanFigures {
    const { all, startMs, replayed } = this.statistics;
    return {
      recos: all.received + replayed,
      failed: this.state.failures,
      replayed,
      duplicates: this.state.duplicates,
      strangers: this.state.strangers,
      wallS: (this.clock() - startMs) / 1000,
      workerS: all.worker.sum,
    };
  }

  partialResult(): ScanResult {
    return resultOf(this.state.table, this.setup.progression, this.setup.metadata, this.isDone);
  }

  manifest(): Manifest {
    return manifest(this.input(this.clock()));
  }

  forecast(): Forecast {
    return forecast(this.input(this.clock()));
  }

  progressLine(): string {
    return progressLine(this.input(this.clock()));
  }

  /** A round was formed: report whatever the intervals say. */
  private reportRound(now: number): void {
    this.chosenAtReport = this.state.table.size;
    this.progress(now);
    this.partial(now);
  }

  private progress(now: number): void {
    this.lastProgressMs = now;
    this.listen?.('report:progress', { manifest: manifest(this.input(now)) });
  }

  private partial(now: number): void {
    this.lastResultMs = now;
    if (this.listen === null || !this.state.counts.arrivedPixels.some((count) => count > 0)) return;
    const view = this;
    this.listen('report:result', {
      isFinal: false,
      // Gathered only if somebody wants it: its cost grows with the map.
      get result() {
        return view.partialResult();
      },
    });
  }

  private input(nowMs: number): ManifestInput {
    const { setup, state } = this;
    return {
      nowMs,
      statistics: this.statistics,
      metadata: setup.metadata,
      scanId: this.options.scanId,
      progression: setup.progression,
      variations: setup.reco.variations.length,
      threshold: setup.threshold,
      pointedRadiusRad: setup.pointing?.radiusRad ?? null,
      counts: state.counts,
      isDone: this.isDone,
      progressIntervalS: this.options.progressIntervalS,
      ...(this.options.predictionWindow === undefined ? {} : { predictionWindow: this.options.predictionWindow }),
    };
  }
}
