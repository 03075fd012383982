/**
 * When the next round may start: as soon as the finished fraction of an nside climbs to a new step of its series
 * ("predictive scanning", specs/sky-and-scan.md 5.3). The comparisons are those of the specification, double divisions
 * against decimal literals, so that sequences of rounds are reproduced.
 */
import { ConfigError } from '../config/index.js';

/** Steps of one nside: the threshold, then every tenth above it; the last nside must be complete. */
export function thresholdSeries(threshold: number, isLast: boolean): readonly number[] {
  if (isLast) return [1];
  const series = [threshold];
  for (let tenth = 1; tenth <= 10; tenth++) {
    if (tenth / 10 > threshold) series.push(tenth / 10);
  }
  return series;
}

/** Throws {@link ConfigError} unless the threshold lies in [0.1, 1]. */
export function checkThreshold(threshold: number): number {
  if (!(threshold >= 0.1 && threshold <= 1)) {
    throw new ConfigError(
      'config/bad-value',
      `The predictive scanning threshold must lie in [0.1, 1], not ${threshold}`,
      'Leave it at 1 for maps that do not depend on the order in which results arrive.',
    );
  }
  return threshold;
}

/** Remembers the fractions of the previous check, per nside. */
export class ThresholdWatch {
  private readonly series: readonly (readonly number[])[];
  private readonly remembered: Float64Array;

  constructor(levels: number, threshold: number) {
    this.series = Array.from({ length: levels }, (_, level) => thresholdSeries(threshold, level === levels - 1));
    this.remembered = new Float64Array(levels);
  }

  /**
   * The finest nside (as index) that reached a new step since the previous check, -1 if none did. A fraction that fell
   * because more was sent may reach the same step again. All arrays are indexed by nside.
   */
  check(finishedPixels: ArrayLike<number>, sentRecos: ArrayLike<number>, variations: number): number {
    let reached = -1;
    for (let level = 0; level < this.series.length; level++) {
      if (sentRecos[level] === 0) continue;
      const fraction = (finishedPixels[level]! * variations) / sentRecos[level]!;
      if (fraction === this.remembered[level]) continue;
      if (this.step(level, fraction) > this.step(level, this.remembered[level]!)) reached = level;
      this.remembered[level] = fraction;
    }
    return reached;
  }

  /** Largest member of the series that the fraction reaches, 0 if none. */
  private step(level: number, fraction: number): number {
    let step = 0;
    for (const member of this.series[level]!) {
      if (member <= fraction) step = member;
    }
    return step;
  }
}
