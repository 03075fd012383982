/**
 * The progress report: what `scan-manifest.json` holds and what SkyDriver is told (specs/sky-and-scan.md 6.3, upstream's
 * keys). A function of counts, statistics and the time; texts for people are our own.
 */
import type { ScanMetadata } from '../result/index.js';
import { estimatedRecos, type PredictionWindow, predictedTotal, timeLeft, USUAL_WINDOW } from './estimates.js';
import { dateText, durationText, floatText, twoDecimals } from './python-text.js';
import type { Spread } from './spread.js';
import type { ScanStatistics, Timing } from './statistics.js';

/** What a report is made from. Arrays are indexed as the progression. */
export interface ManifestInput {
  readonly nowMs: number;
  readonly statistics: ScanStatistics;
  readonly metadata: Omit<ScanMetadata, 'complete'>;
  readonly scanId: string | null;
  readonly progression: readonly { readonly nside: number; readonly extension: number }[];
  readonly variations: number;
  readonly threshold: number;
  readonly pointedRadiusRad: number | null;
  readonly counts: {
    /** Pixels chosen (and sent, or queued to be sent). */
    readonly chosen: ArrayLike<number>;
    readonly arrivedRecos: ArrayLike<number>;
    readonly arrivedPixels: ArrayLike<number>;
  };
  readonly isDone: boolean;
  /** Least seconds between two reports, null if none will follow by themselves. */
  readonly progressIntervalS: number | null;
  readonly predictionWindow?: PredictionWindow;
}

/** Done and asked for, with a percentage for people. */
export interface Tally {
  readonly done: number;
  readonly 'done est. percent': string;
  readonly generated: number;
  readonly 'initial approximation total': number;
}

type Texts = Record<string, string>;

/** Body of `scan-manifest.json` and of SkyDriver's PATCH. */
export interface Manifest {
  readonly progress: {
    readonly summary: string;
    readonly epilogue: string;
    readonly tallies: {
      readonly nsides: Record<string, { readonly recos: Tally; readonly pixels: Tally }>;
      readonly overall: { readonly recos: Tally; readonly pixels: Tally };
      readonly 'est. scan timeline': Texts;
    };
    readonly processing_stats: {
      readonly start: Texts;
      readonly runtime: Texts;
      readonly rate?: Record<string, Record<'worker time' | 'round-trip time' | 'wall time', Texts>>;
      readonly predictions?: Record<string, string | number>;
      readonly end?: string;
      readonly finished?: true;
    };
    readonly predictive_scanning_threshold: number;
    readonly last_updated: string;
    readonly start: number;
    readonly end: number | null;
  };
  readonly event_metadata: {
    readonly run_id: number;
    readonly event_id: number;
    readonly event_type: string | null;
    readonly mjd: number;
    readonly is_real_event: boolean;
    readonly version: 1;
  };
  readonly scan_metadata: {
    readonly scan_id: string | null;
    readonly nside_progression: Record<string, number>;
    readonly position_variations: number;
  };
}

/** Sums that several parts of a report need. */
interface Totals {
  readonly estimates: readonly number[];
  readonly sentRecos: readonly number[];
  readonly sent: number;
  readonly received: number;
  readonly predicted: number;
}

/** The report at this moment. */
export function manifest(input: ManifestInput): Manifest {
  const { metadata, statistics, nowMs, isDone } = input;
  const totals = sums(input);
  return {
    progress: {
      summary: summary(input, totals),
      epilogue: epilogue(input, totals),
      tallies: tallies(input, totals),
      processing_stats: processingStats(input, totals),
      predictive_scanning_threshold: input.threshold,
      last_updated: dateText(nowMs),
      start: Math.trunc(statistics.startMs / 1000),
      end: isDone ? Math.trunc(nowMs / 1000) : null,
    },
    event_metadata: {
      run_id: metadata.runId,
      event_id: metadata.eventId,
      event_type: metadata.eventType,
      mjd: metadata.mjd,
      is_real_event: metadata.isRealEvent,
      version: 1,
    },
    scan_metadata: {
      scan_id: input.scanId,
      nside_progression: Object.fromEntries(input.progression.map(({ nside, extension }) => [nside, extension])),
      position_variations: input.variations,
    },
  };
}

/** One line for a terminal: how far the scan is and how long it will take. */
export function progressLine(input: ManifestInput): string {
  const totals = sums(input);
  const left = timeLeft(input.statistics, totals.predicted - totals.received, input.predictionWindow);
  const stages = input.progression
    .map(({ nside }, i) => ({ nside, done: input.counts.arrivedPixels[i]!, of: input.counts.chosen[i]! }))
    .filter(({ of }) => of > 0)
    .map(({ nside, done, of }) => `nside ${nside}: ${done}/${of}`)
    .join(', ');
  if (input.isDone) return `${totals.received} fits done (${stages})`;
  const percent = totals.predicted > 0 ? Math.floor((100 * totals.received) / totals.predicted) : 0;
  const rest = left === null || totals.received >= totals.predicted ? '' : `, about ${durationText(left.seconds)} left`;
  return `${percent} % (${stages})${rest}`;
}

/** Fits of a scan as numbers. */
export interface Forecast {
  readonly done: number;
  /** As far as can be told now; exact once the scan is over. */
  readonly expected: number;
  /** null before the first result of this life of the scan. */
  readonly secondsLeft: number | null;
}

/** How far the scan is, for machines. */
export function forecast(input: ManifestInput): Forecast {
  const { received, predicted } = sums(input);
  const left = input.isDone ? null : timeLeft(input.statistics, predicted - received, input.predictionWindow);
  return { done: received, expected: predicted, secondsLeft: input.isDone ? 0 : (left?.seconds ?? null) };
}

function sums({ progression, variations, pointedRadiusRad, counts, isDone }: ManifestInput): Totals {
  const estimates = estimatedRecos(progression, variations, pointedRadiusRad);
  const sentRecos = progression.map((_, i) => counts.chosen[i]! * variations);
  const received = progression.reduce((sum, _, i) => sum + counts.arrivedRecos[i]!, 0);
  const predicted = predictedTotal(sentRecos, estimates, isDone);
  return { estimates, sentRecos, sent: sentRecos.reduce((a, b) => a + b, 0), received, predicted };
}

function summary({ isDone }: ManifestInput, { sent, received, predicted }: Totals): string {
  if (isDone) return `The scan is finished: ${received} fits.`;
  if (sent === 0) return 'The scan has started.';
  if (received === 0) return `${sent} fits were sent out, none has come back yet.`;
  if (received === sent) return `Waiting for results: all ${sent} fits sent so far have come back.`;
  return `Scanning: ${received} of about ${predicted} fits have come back.`;
}

function epilogue({ isDone, progressIntervalS }: ManifestInput, { sent }: Totals): string {
  if (isDone || sent === 0 || progressIntervalS === null) return '';
  return `The next report comes with the first result after ${durationText(progressIntervalS)}, or when fits are sent.`;
}

function tally(done: number, generated: number, approximation: number, text: (value: number) => string): Tally {
  const percent = generated === 0 ? 'N/A' : `${done}/${text(generated)} (${twoDecimals(done / generated)})`;
  return { done, 'done est. percent': percent, generated, 'initial approximation total': approximation };
}

function tallies(input: ManifestInput, totals: Totals): Manifest['progress']['tallies'] {
  const { progression, variations, counts } = input;
  const pair = (done: number, pixels: number, sent: number, estimate: number): { recos: Tally; pixels: Tally } => ({
    recos: tally(done, sent, estimate, String),
    pixels: tally(pixels, sent / variations, estimate / variations, floatText),
  });
  const nsides = progression.map(({ nside }, i) => [
    nside,
    pair(counts.arrivedRecos[i]!, counts.arrivedPixels[i]!, totals.sentRecos[i]!, totals.estimates[i]!),
  ]);
  const pixels = progression.reduce((sum, _, i) => sum + counts.arrivedPixels[i]!, 0);
  const estimate = totals.estimates.reduce((a, b) => a + b, 0);
  return {
    nsides: Object.fromEntries(nsides),
    overall: pair(totals.received, pixels, totals.sent, estimate),
    'est. scan timeline': timeline(input.statistics, totals.predicted),
  };
}

const TIMELINE = [
  '0.1',
  '0.2',
  '0.3',
  '0.4',
  '0.5',
  '0.6',
  '0.8',
  '0.9',
  '0.95',
  '0.99',
  '0.999',
  '0.9999',
  '0.99999',
  '1.0',
];

/** When the scan had got how far, as far as it has. */
function timeline({ arrivals }: ScanStatistics, predicted: number): Texts {
  const texts: Texts = {};
  const note = (label: string, index: number): void => {
    const second = arrivals.secondOf(index);
    if (second !== null) texts[label] = durationText(second);
  };
  note((1 / predicted).toFixed(5), 0);
  for (const label of TIMELINE) note(label, Math.ceil(predicted * Number(label)) - 1);
  return texts;
}

function processingStats(input: ManifestInput, totals: Totals): Manifest['progress']['processing_stats'] {
  const { statistics, nowMs, isDone } = input;
  const { startMs, all } = statistics;
  const start: Texts = { 'scanner start': dateText(startMs) };
  const runtime: Texts = { elapsed: durationText((nowMs - startMs) / 1000) };
  const end = isDone ? { end: dateText(nowMs), finished: true as const } : {};
  if (all.received === 0 || all.firstSentMs === Infinity) return { start, runtime, ...end };

  const firstFitMs = statistics.firstFitStartMs ?? nowMs;
  if (statistics.firstReceivedSentMs !== Infinity) {
    start['reco start (on server)'] = dateText(statistics.firstReceivedSentMs);
  }
  start['reco start (on first worker)'] = dateText(firstFitMs);
  runtime['startup runtime'] = durationText((all.firstSentMs - startMs) / 1000);
  runtime['reco runtime (on server)'] = durationText((nowMs - all.firstSentMs) / 1000);
  runtime['reco start delay (on first worker)'] = durationText((firstFitMs - all.firstSentMs) / 1000);

  const rate: NonNullable<Manifest['progress']['processing_stats']['rate']> = { 'all recos': timingTexts(all) };
  for (const [i, { nside }] of input.progression.entries()) {
    if (statistics.levels[i]!.received > 0) rate[`nside-${nside}`] = timingTexts(statistics.levels[i]!);
  }
  if (isDone) return { start, runtime, rate, ...end };
  return { start, runtime, rate, predictions: predictions(input, totals) };
}

function timingTexts(timing: Timing): Record<'worker time' | 'round-trip time' | 'wall time', Texts> {
  const wall: Texts = {};
  if (timing.firstSentMs !== Infinity) {
    const seconds = (timing.lastReceivedMs - timing.firstSentMs) / 1000;
    wall.start = dateText(timing.firstSentMs);
    wall.end = dateText(timing.lastReceivedMs);
    wall.runtime = durationText(seconds);
    wall['mean reco'] = durationText(seconds / timing.received);
  }
  return { 'worker time': spread(timing.worker), 'round-trip time': spread(timing.roundTrip), 'wall time': wall };
}

function spread({ count, mean, median, min, max }: Spread): Texts {
  if (count === 0) return {};
  return {
    mean: durationText(mean),
    median: durationText(median),
    slowest: durationText(max),
    fastest: durationText(min),
  };
}

function predictions(
  { statistics, nowMs, predictionWindow = USUAL_WINDOW }: ManifestInput,
  { predicted, received }: Totals,
): Record<string, string | number> {
  const left = timeLeft(statistics, predicted - received, predictionWindow);
  if (left === null) return {};
  return {
    'time left': durationText(left.seconds),
    'total runtime at finish': durationText((nowMs - statistics.startMs) / 1000 + left.seconds),
    'total # of reconstructions': predicted,
    end: dateText(nowMs + left.seconds * 1000),
    technique: left.isWholeScan
      ? `mean of the whole scan so far (from ${predictionWindow.least} fits on: a moving window)`
      : `moving window of the latest ${left.window} fits`,
  };
}
