/** The search of a whole region on a grid. */
import { expect, it } from 'vitest';
import { gridMinima } from '../../../src/reco/millipede/wide-search.js';

const GRID = { spacing: [10, 20], before: [3, 2], after: [3, 1] };
/** Two valleys, at (20, -40) and at (-20, 20); the second is deeper. */
const valleys = (x: Float64Array): number =>
  Math.min(Math.abs(x[0]! - 20) + Math.abs(x[1]! + 40) - 1, Math.abs(x[0]! + 20) + Math.abs(x[1]! - 20) - 2);

it('finds every valley of a grid, the lowest first, at its edges too', () => {
  expect(gridMinima(valleys, GRID, 9).map((x) => [...x])).toEqual([
    [-20, 20],
    [20, -40],
  ]);
});

it('returns no more places than wanted', () => {
  expect(gridMinima(valleys, GRID, 1).map((x) => [...x])).toEqual([[-20, 20]]);
});

it('visits every node once', () => {
  const seen = new Set<string>();
  gridMinima((x) => seen.add(x.join()).size, GRID, 1);
  expect(seen.size).toBe(7 * 4);
});
