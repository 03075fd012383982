/** Square root of a sum of squares, scaled by the largest and summed with compensation. */
export function hypot(...values: number[]): number {
  let largest = 0;
  let isNan = false;
  for (const value of values) {
    const size = Math.abs(value);
    if (size === Number.POSITIVE_INFINITY) return size;
    if (Number.isNaN(size)) isNan = true;
    else if (size > largest) largest = size;
  }
  if (isNan) return Number.NaN;
  if (largest === 0) return 0;
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const n = Math.abs(value) / largest;
    const summand = n * n - lost;
    const next = sum + summand;
    lost = next - sum - summand;
    sum = next;
  }
  return Math.sqrt(sum) * largest;
}
