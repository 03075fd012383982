import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromJson, type ScanResult, toJson } from '../../src/result/index.js';
import { pythonFloat } from '../../src/result/json.js';
import { needsShared, sharedPath, sharedText } from '../support/shared.js';
import { anyResult, mapOf, metadata, needsPython, python } from './support.js';

/** Parsed JSON, to be bent at will. */
type Loose = ReturnType<typeof JSON.parse>;

const small: ScanResult = { metadata, maps: [mapOf(8, [[0, Number.NaN]])] };

describe('a result written as JSON', () => {
  test('reads back as it was, whatever its numbers', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        expect(fromJson(toJson(result))).toEqual(result);
      }),
      { numRuns: 300 },
    );
  });

  test('is legal JSON for any reader, with NaN as text', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        JSON.parse(toJson(result));
      }),
    );
    expect(JSON.parse(toJson(small))['nside-8'].data[0][1]).toBe('<skyreader.nan>');
  });

  test('without finished pixels is an empty object', () => {
    expect(toJson({ metadata, maps: [] })).toBe('{}');
  });
});

describe('JSON results of others', () => {
  const text = toJson(small);

  test('may hold bare NaN and Infinity, and texts that look like them', () => {
    const changed = text
      .replace('"<skyreader.nan>"', 'NaN')
      .replace('1000.0', '-Infinity')
      .replace('"neutrino"', '"a \\"NaN, Infinity\\" b"');
    const result = fromJson(changed);
    expect(result.maps[0]!.llh[0]).toBeNaN();
    expect(result.maps[0]!.eIn[0]).toBe(Number.NEGATIVE_INFINITY);
    expect(result.metadata!.eventType).toBe('a "NaN, Infinity" b');
  });

  test('have their rows in any order', () => {
    const result = {
      metadata,
      maps: [
        mapOf(8, [
          [1, 10],
          [5, 20],
        ]),
      ],
    };
    const value = JSON.parse(toJson(result));
    value['nside-8'].data.reverse();
    expect(fromJson(JSON.stringify(value))).toEqual(result);
  });

  test.each<[string, (value: Loose) => unknown, RegExp]>([
    ['an array', () => [], /not an object/],
    ['another key', (v) => ({ nside8: v['nside-8'] }), /has an entry "nside8"/],
    ['a member too many', (v) => ({ 'nside-8': { ...v['nside-8'], more: 1 } }), /just the members/],
    ['another nside inside', (v) => ({ 'nside-16': v['nside-8'] }), /nside-16 has nside 8|nside 8 in its metadata/],
    ['other columns', (v) => edit(v, (e) => e.columns.pop()), /instead of those of version 1/],
    ['a row too short', (v) => edit(v, (e) => e.data[0].pop()), /instead of 8 numbers/],
    ['a row with text', (v) => edit(v, (e) => (e.data[0][1] = 'x')), /instead of 8 numbers/],
    ['a pixel that is a fraction', (v) => edit(v, (e) => (e.data[0][0] = 0.5)), /has a pixel 0.5/],
    ['a version of the future', (v) => edit(v, (e) => (e.metadata.version = 2)), /version 2/],
    ['a run that is text', (v) => edit(v, (e) => (e.metadata.run_id = 'x')), /run_id "x"/],
  ])('are refused with %s', (_, change, message) => {
    const changed = JSON.stringify(change(JSON.parse(text)));
    expect(() => fromJson(changed, 'x.json')).toThrow(
      expect.objectContaining({ code: 'result/bad-file', message: expect.stringMatching(message) }),
    );
  });

  test('are refused when cut short', () => {
    for (const end of [0, 1, 50, text.length - 1]) {
      expect(() => fromJson(text.slice(0, end))).toThrow(expect.objectContaining({ code: 'result/bad-file' }));
    }
  });
});

function edit(value: Loose, change: (entry: Loose) => unknown): unknown {
  change(value['nside-8']);
  return value;
}

needsPython('Python', ['json'], () => {
  test('spells doubles as we do', () => {
    const numbers = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { seed: 1, numRuns: 2000 });
    numbers.push(0, -0, 1, -1.5, 1e15, 1e16, 123456789012345680, 1e17, 1e-4, 1e-5, 5e-324, 1e22, 59723.32051140454);
    const spelled = python<string[]>(
      'import sys, json\nprint(json.dumps([repr(float(v)) for v in json.load(open(sys.argv[1]))]))',
      {
        'numbers.json': `[${numbers.map(pythonFloat).join()}]`,
      },
    );
    expect(numbers.map(pythonFloat)).toEqual(spelled);
  });
});

needsShared("upstream's reference results", ['data/reference-results'], () => {
  const root = 'data/reference-results';
  const files = readdirSync(sharedPath(root)).flatMap((reco) =>
    readdirSync(sharedPath(`${root}/${reco}`)).map((name) => `${root}/${reco}/${name}`),
  );

  test.each(files)('%s reads, and reads again after we have written it', (file) => {
    const result = fromJson(sharedText(file), file);
    expect(result.metadata!.isRealEvent).toBe(true);
    expect(result.maps[0]!.nside).toBe(1);
    expect(result.maps[0]!.pixel.length).toBeGreaterThan(0);
    expect(fromJson(toJson(result))).toEqual(result);
  });

  test('of the current version are rewritten to the byte, but for the spelling of NaN', () => {
    const current = files.filter((file) => /"version": 1\s/.test(sharedText(file)));
    expect(current.length).toBeGreaterThan(1);
    for (const file of current) {
      const original = sharedText(file).replace(/\bNaN\b/g, '"<skyreader.nan>"');
      expect(toJson(fromJson(original)), file).toBe(original.trimEnd());
    }
  });
});
