/** Texts and statistics that reports are made of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrivalTimes } from '../../src/report/arrival-times.js';
import { dateText, durationText, Spread } from '../../src/report/index.js';
import { floatText, twoDecimals } from '../../src/report/python-text.js';
import { expectClose } from '../support/close.js';

describe('texts', () => {
  it.each([
    [0, '0:00:00'],
    [0.99, '0:00:00'],
    [3723.9, '1:02:03'],
    [86399, '23:59:59'],
    [86405, '1 day, 0:00:05'],
    [200000, '2 days, 7:33:20'],
    [-0.5, '0:00:00'],
    [-1, '-1 day, 23:59:59'],
    [-90000, '-2 days, 23:00:00'],
  ])('a duration of %d s is printed as Python does: %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it('dates are local, without a zone', () => {
    expect(dateText(new Date(2026, 0, 2, 3, 4, 5, 678).getTime())).toBe('2026-01-02 03:04:05');
    expect(dateText(new Date(2026, 10, 12, 13, 14, 15).getTime())).toBe('2026-11-12 13:14:15');
  });

  it.each([
    [0.125, '0.12'],
    [0.375, '0.38'],
    [0.625, '0.62'],
    [0.875, '0.88'],
    [1.125, '1.12'],
    [0.126, '0.13'],
    [2 / 3, '0.67'],
    [0, '0.00'],
    [1, '1.00'],
    [0.145, '0.14'],
  ])('%d with two decimals is %s: exact halves to the even digit', (value, text) => {
    expect(twoDecimals(value)).toBe(text);
  });

  it('whole floats keep their point', () => {
    expect([768, 0, 1.5].map(floatText)).toEqual(['768.0', '0.0', '1.5']);
  });
});

describe('Spread', () => {
  it('has the exact mean and extremes and the median to 1 %', () => {
    const times = fc.array(fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(times, (list) => {
        const spread = new Spread();
        for (const [seconds, count] of list) spread.add(seconds, count);
        const all = list.flatMap(([seconds, count]) => Array<number>(count).fill(seconds)).sort((a, b) => a - b);
        const n = all.length;
        expect([spread.count, spread.min, spread.max]).toEqual([n, all[0], all.at(-1)]);
        expectClose(spread.mean, all.reduce((a, b) => a + b, 0) / n, { relative: 1e-9, absolute: 1e-12 });
        const median = (all[Math.floor((n - 1) / 2)]! + all[Math.floor(n / 2)]!) / 2;
        expectClose(spread.median, median, { relative: 0.0101, absolute: 2e-6 });
      }),
    );
  });

  it('of equal values has exactly that median, so that whole seconds are not cut', () => {
    const spread = new Spread();
    for (let i = 0; i < 10; i++) spread.add(2);
    expect(spread.median).toBe(2);
  });
});

describe('ArrivalTimes', () => {
  it('knows the second in which any result arrived', () => {
    const arrivals = fc.array(fc.tuple(fc.double({ min: 0, max: 3, noNaN: true }), fc.integer({ min: 1, max: 9 })), {
      maxLength: 100,
    });
    fc.assert(
      fc.property(arrivals, (steps) => {
        const times = new ArrivalTimes();
        const model: number[] = [];
        let now = 0;
        for (const [pause, count] of steps) {
          now += pause;
          times.add(now, count);
          for (let i = 0; i < count; i++) model.push(Math.floor(now));
        }
        for (const [i, second] of model.entries()) expect(times.secondOf(i)).toBe(second);
        expect(times.secondOf(model.length)).toBeNull();
      }),
    );
  });
});
