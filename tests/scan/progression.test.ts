/** Rules of nside progressions and of predictive thresholds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/index.js';
import { checkThreshold, formatProgression, parseProgression, thresholdSeries } from '../../src/scan/index.js';
import { openSteps } from '../../src/scan/progression.js';
import { ThresholdWatch } from '../../src/scan/thresholds.js';

const refusal = (texts: string[]): ConfigError => {
  try {
    parseProgression(texts);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error(`${texts.join(' ')} was not refused with a ConfigError`);
};

describe('a progression', () => {
  it('is read from its text form and written back', () => {
    const steps = parseProgression(['8:0', '64:12', '512:24']);
    expect(steps).toEqual([
      { nside: 8, extension: 0 },
      { nside: 64, extension: 12 },
      { nside: 512, extension: 24 },
    ]);
    expect(formatProgression(steps)).toEqual(['8:0', '64:12', '512:24']);
    expect(parseProgression(['1:0'])).toEqual([{ nside: 1, extension: 0 }]);
  });

  it.each([
    [[], /empty/],
    [['8'], /"8" is not a pair/],
    [['8:0:1'], /not a pair/],
    [['8:x'], /not a pair/],
    [['8.5:0'], /not a pair/],
    [['8:0', '8:12'], /nside 8 is there twice/],
    [['8:0', '64:12', '32:12'], /32 follows 64/],
    [['8:1'], /first extension must be 0, not 1/],
    [['8:0', '64:0'], /positive whole number, not 0/],
    [['8:0', '64:-3'], /positive whole number, not -3/],
    [['6:0'], /nside 6 is not a positive power of two/],
    [['0:0'], /nside 0 is not a positive power of two/],
    [['-8:0'], /nside -8 is not a positive power of two/],
    [['8:0', '16384:12'], /larger than 8192/],
  ])('%j is refused: %s', (texts, sentence) => {
    const error = refusal(texts);
    expect(error.code).toBe('scan/bad-progression');
    expect(error.message).toMatch(sentence);
    expect(error.hint).not.toBe('');
  });

  it('opens up to the step after the one that met a threshold', () => {
    const steps = parseProgression(['8:0', '64:12', '512:24']);
    expect([-1, 0, 1, 2].map((reached) => openSteps(steps, reached).length)).toEqual([1, 2, 3, 3]);
  });
});

describe('predictive thresholds', () => {
  it('are the argument and every tenth above it, compared as decimal literals', () => {
    expect(thresholdSeries(0.66, false)).toEqual([0.66, 0.7, 0.8, 0.9, 1.0]);
    expect(thresholdSeries(0.1, false)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]);
    expect(thresholdSeries(1, false)).toEqual([1]);
    expect(thresholdSeries(0.3, true)).toEqual([1]);
  });

  it('may be anything from 0.1 to 1', () => {
    expect([0.1, 0.5, 1].map(checkThreshold)).toEqual([0.1, 0.5, 1]);
    for (const bad of [0, 0.0999, 1.0001, -1, Number.NaN]) expect(() => checkThreshold(bad)).toThrow(ConfigError);
  });

  it('are met once on the way up and again after the fraction fell', () => {
    const watch = new ThresholdWatch(2, 0.5);
    expect(watch.check([4, 0], [10, 0], 1)).toBe(-1);
    expect(watch.check([5, 0], [10, 0], 1)).toBe(0);
    expect(watch.check([5, 0], [10, 0], 1)).toBe(-1);
    expect(watch.check([10, 0], [10, 4], 1)).toBe(0);
    expect(watch.check([10, 3], [12, 4], 1)).toBe(-1);
    expect(watch.check([12, 4], [12, 4], 1)).toBe(1);
  });

  it('count variations: a fraction is finished pixels times variations over results sent', () => {
    const watch = new ThresholdWatch(2, 0.5);
    expect(watch.check([1, 0], [21, 0], 7)).toBe(-1);
    expect(watch.check([2, 0], [21, 0], 7)).toBe(0);
  });

  it('every step is met exactly when its fraction is reached', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.constantFrom(0.1, 0.25, 0.3, 0.7, 1), (pixels, threshold) => {
        const watch = new ThresholdWatch(2, threshold);
        const met: number[] = [];
        for (let done = 1; done <= pixels; done++) if (watch.check([done, 0], [pixels, 0], 1) === 0) met.push(done);
        const expected = new Set(
          thresholdSeries(threshold, false).map((step) =>
            Array.from({ length: pixels }, (_, i) => i + 1).find((done) => done / pixels >= step),
          ),
        );
        expect(met).toEqual([...expected]);
      }),
    );
  });
});
