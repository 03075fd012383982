/** Quantiles as the cleaning steps define them (specs/reco-millipede.md 3.3). */

/**
 * Weighted quantile of values in ascending order: the first whose cumulated weight over the total reaches `fraction`.
 * NaN for an empty list; where all weights are zero every value weighs the same.
 */
export function weightedQuantile(sorted: ArrayLike<number>, weights: ArrayLike<number>, fraction: number): number {
  const n = sorted.length;
  if (n === 0) return Number.NaN;
  let total = 0;
  for (let i = 0; i < n; i++) total += weights[i]!;
  const isWeightless = !(total > 0);
  if (isWeightless) total = n;
  let cumulated = 0;
  for (let i = 0; i < n; i++) {
    cumulated += isWeightless ? 1 : weights[i]!;
    if (cumulated / total >= fraction) return sorted[i]!;
  }
  return sorted[n - 1]!;
}

/** Median of numbers in any order, the mean of the middle two of an even count; NaN for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
