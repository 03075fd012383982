import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/node/files/fingerprint.js';
import { shareLargeArrays } from '../../src/session/index.js';

describe('the fingerprint of plain data', () => {
  it('does not depend on the order of members', () => {
    expect(fingerprint({ a: 1, b: { c: [1, 2], d: null } })).toBe(fingerprint({ b: { d: null, c: [1, 2] }, a: 1 }));
  });

  it('differs for values that differ', () => {
    const values = [
      undefined,
      null,
      0,
      -0,
      1,
      '1',
      '',
      [],
      [[]],
      {},
      { a: undefined, b: 1 },
      { a: null, b: 1 },
      ['ab', 'c'],
      ['a', 'bc'],
      new Float64Array([1]),
      new Float32Array([1]),
      new Uint8Array([1]),
      [1],
      new Map([[1, 2]]),
      Number.NaN,
      true,
      'true',
      Number.POSITIVE_INFINITY,
    ];
    expect(new Set(values.map(fingerprint)).size).toBe(values.length);
  });

  it('is the same for a clone', () => {
    fc.assert(
      fc.property(fc.object({ withTypedArray: true, withMap: true }), (value) => {
        expect(fingerprint(structuredClone(value))).toBe(fingerprint(value));
      }),
    );
  });
});

describe('sharing large arrays', () => {
  const large = Float64Array.from({ length: 20_000 }, (_, i) => i / 3);
  const value = {
    small: Int32Array.of(1, 2),
    deep: [{ large, again: large }],
    map: new Map([['k', large]]),
    text: 'x',
  };

  it('keeps every value and moves large arrays into shared memory, each once', () => {
    const shared = shareLargeArrays(value);
    expect(shared).toEqual(value);
    expect(shared.deep[0]!.large.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(shared.deep[0]!.again).toBe(shared.deep[0]!.large);
    expect(shared.map.get('k')).toBe(shared.deep[0]!.large);
    expect(shared.small.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('copies only the part of a buffer that an array sees', () => {
    const part = large.subarray(5, 15_000);
    expect(shareLargeArrays({ part }).part.byteLength).toBe(part.byteLength);
    expect(shareLargeArrays({ part }).part).toEqual(part);
  });
});
