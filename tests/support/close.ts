/** The one comparison of floating-point numbers in the tests: |a - b| <= absolute + relative * |b|; NaN equals NaN. */
export function isClose(
  a: number,
  b: number,
  { absolute = 0, relative = 0 }: { absolute?: number; relative?: number },
): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  return a === b || Math.abs(a - b) <= absolute + relative * Math.abs(b);
}

/** Throws with both numbers in the message unless they are close. */
export function expectClose(
  actual: number,
  expected: number,
  tolerance: { absolute?: number; relative?: number },
  what = 'value',
): void {
  if (!isClose(actual, expected, tolerance)) {
    throw new Error(
      `${what}: ${actual} is not within ${JSON.stringify(tolerance)} of ${expected} (difference ${actual - expected})`,
    );
  }
}
