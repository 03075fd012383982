import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareResults, type ScanResult } from '../../src/result/index.js';
import { anyResult, mapOf, metadata } from './support.js';

const base = mapOf(8, [
  [0, 1000],
  [5, Number.NaN],
  [7, 2000],
]);
const result: ScanResult = { metadata, maps: [base] };

/** The result with one number changed. */
function changed(column: 'llh' | 'eIn' | 'x' | 't', row: number, value: number): ScanResult {
  const values = base[column].slice();
  values[row] = value;
  return { metadata, maps: [{ ...base, [column]: values }] };
}

describe('two results', () => {
  test('are close to themselves, NaN and infinities included', () => {
    fc.assert(
      fc.property(anyResult, (any) => {
        expect(compareResults(any, any).isClose).toBe(true);
      }),
    );
  });

  test('are close within skyreader’s tolerances and not beyond', () => {
    expect(compareResults(changed('llh', 0, 1000.09), result).isClose).toBe(true);
    expect(compareResults(changed('llh', 0, 1000.11), result).isClose).toBe(false);
    expect(compareResults(changed('t', 2, 10007 * 1.0009), result).isClose).toBe(true);
    expect(compareResults(changed('t', 2, 10007 * 1.0011), result).isClose).toBe(false);
  });

  test('are close where an energy is 0, and not where one is NaN', () => {
    expect(compareResults(changed('eIn', 0, 0), result).isClose).toBe(true);
    expect(compareResults(changed('eIn', 0, Number.NaN), result).isClose).toBe(false);
    expect(compareResults(changed('x', 0, 0), result).isClose).toBe(false);
  });

  test('differ where their pixels differ, and the difference is told by column', () => {
    const fewer = {
      metadata,
      maps: [
        mapOf(8, [
          [0, 1000.5],
          [6, 1],
        ]),
        mapOf(64, [[0, 1]]),
      ],
    };
    const comparison = compareResults(result, fewer);
    expect(comparison).toMatchObject({ isClose: false, nsidesOnlyInA: [], nsidesOnlyInB: [64] });
    expect(comparison.nsides[0]).toMatchObject({ nside: 8, common: 1, onlyInA: 2, onlyInB: 1, isClose: false });
    expect(comparison.nsides[0]!.columns.llh).toEqual({ isClose: false, largest: 0.5, largestAt: 0, notClose: 1 });
    expect(comparison.nsides[0]!.columns.x.isClose).toBe(true);
  });

  test('of different events are told apart, those of files without a header are not', () => {
    const other = { ...result, metadata: { ...metadata, eventId: 7, mjd: 59724, complete: false } };
    expect(compareResults(result, other).metadata).toEqual([
      { name: 'eventId', a: 35405932, b: 7 },
      { name: 'mjd', a: metadata.mjd, b: 59724 },
    ]);
    expect(compareResults(result, other).isClose).toBe(true);
    expect(compareResults(result, { ...result, metadata: null }).metadata).toEqual([]);
  });

  test('can be held to other tolerances', () => {
    const wide = { llh: 0.1, eIn: 0.1, eTot: 0.1, x: 0.1, y: 0.1, z: 0.1, t: 0.01 };
    expect(compareResults(changed('llh', 0, 1090), result, wide).isClose).toBe(true);
  });
});
