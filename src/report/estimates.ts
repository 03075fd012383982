/** How many fits a scan will take and how long (specs/sky-and-scan.md 6.1 and the end of 6.3). */
import type { ScanStatistics } from './statistics.js';

/** Initial estimate of the fits per nside. `pointedRadiusRad`: the first nside is restricted to that disc. */
export function estimatedRecos(
  progression: readonly { readonly nside: number; readonly extension: number }[],
  variations: number,
  pointedRadiusRad: number | null,
): number[] {
  return progression.map(({ nside, extension }, i) => {
    if (i > 0) {
      const ratio = nside / progression[i - 1]!.nside;
      return Math.floor(variations * extension * ratio * ratio);
    }
    if (pointedRadiusRad === null) return 12 * nside * nside * variations;
    return Math.ceil(6 * nside * nside * (1 - Math.cos(pointedRadiusRad))) * variations;
  });
}

/** Fits of the whole scan, as far as can be told now; exact once it is done. */
export function predictedTotal(sent: ArrayLike<number>, estimates: readonly number[], isDone: boolean): number {
  let total = 0;
  let estimated = 0;
  let known = 0;
  for (const [i, estimate] of estimates.entries()) {
    total += sent[i]!;
    estimated += estimate;
    known += sent[i]! > 0 ? sent[i]! : estimate;
  }
  return isDone ? total : Math.max(known, estimated);
}

/** The latest fits, from which the rate is taken: a share of what was received, and at least so many. */
export interface PredictionWindow {
  readonly ratio: number;
  readonly least: number;
}

export const USUAL_WINDOW: PredictionWindow = { ratio: 0.25, least: 400 };

/** How long the rest takes, and how that was found. */
export interface TimeLeft {
  readonly seconds: number;
  /** Fits the rate was taken from. */
  readonly window: number;
  readonly isWholeScan: boolean;
}

/** From the recent rate; null before the first result of this life of the scan. */
export function timeLeft(
  statistics: ScanStatistics,
  remainingRecos: number,
  { ratio, least }: PredictionWindow = USUAL_WINDOW,
): TimeLeft | null {
  const { received, firstSentMs, lastReceivedMs } = statistics.all;
  if (received === 0 || firstSentMs === Infinity) return null;
  const wanted = Math.max(Math.floor(received * ratio), least);
  const isWholeScan = received < wanted;
  const window = isWholeScan ? received : wanted;
  const sinceMs = isWholeScan ? firstSentMs : statistics.nthLatestSentMs(window);
  const seconds = ((lastReceivedMs - sinceMs) / 1000 / window) * Math.max(0, remainingRecos);
  return { seconds, window, isWholeScan };
}
