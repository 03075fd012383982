import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packPixels, unpackPixels } from '../../src/web/index.js';
import { expectClose } from '../support/close.js';

describe('packed pixels', () => {
  it('come out as they went in, values to a float above the smallest', () => {
    const run = fc
      .tuple(
        fc.constantFrom(1, 8, 64, 512, 8192),
        fc.array(fc.tuple(fc.nat(12 * 8192 * 8192), fc.double({ min: 0, max: 1e6 }))),
      )
      .map(([nside, list]) => ({ nside, pixel: list.map(([p]) => p), value: list.map(([, v]) => v) }));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 4 }), (runs) => {
        const unpacked = unpackPixels(packPixels(runs));
        expect(unpacked.map(({ nside, pixel }) => [nside, [...pixel]])).toEqual(
          runs.map(({ nside, pixel }) => [nside, pixel]),
        );
        for (const [k, { value }] of unpacked.entries()) {
          const least = Math.min(...runs[k]!.value);
          for (const [i, v] of value.entries()) {
            expectClose(v - least, runs[k]!.value[i]! - least, { relative: 1e-6, absolute: 1e-9 });
          }
        }
      }),
    );
  });

  it('keep failed fits', () => {
    const [run] = unpackPixels(packPixels([{ nside: 8, pixel: [5, 6, 7], value: [Number.NaN, 12.5, 13] }]));
    expect([...run!.value]).toEqual([Number.NaN, 12.5, 13]);
    const [failed] = unpackPixels(packPixels([{ nside: 8, pixel: [5], value: [Number.NaN] }]));
    expect([...failed!.value]).toEqual([Number.NaN]);
  });

  it('take six bytes a pixel of a scan', () => {
    const pixel = Array.from({ length: 1000 }, (_, i) => 1_000_000 + 3 * i);
    expect(packPixels([{ nside: 512, pixel, value: pixel }]).length).toBeLessThan(5100 + 20);
  });

  it('are refused when cut short', () => {
    const bytes = packPixels([{ nside: 64, pixel: [1, 2, 3], value: [1, 2, 3] }]);
    for (let length = 1; length < bytes.length; length++) {
      expect(() => unpackPixels(bytes.subarray(0, length))).toThrow(RangeError);
    }
  });
});
