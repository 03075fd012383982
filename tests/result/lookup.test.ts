import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bestFit,
  countPixels,
  flattenLlh,
  llhAt,
  readNpz,
  type ScanResult,
  scannedPixelAt,
} from '../../src/result/index.js';
import { ancestor, pixelPhi, pixelTheta } from '../../src/sky/index.js';
import { needsShared, sharedBytes } from '../support/shared.js';
import { anyResult, mapOf, metadata } from './support.js';

const NAN = Number.NaN;

describe('the best fit', () => {
  test('is the smallest llh of all nsides, and failed pixels do not hide it', () => {
    const result = {
      metadata,
      maps: [
        mapOf(64, [
          [3, NAN],
          [5, 12],
          [9, 11.5],
        ]),
        mapOf(8, [
          [0, NAN],
          [1, 12],
        ]),
      ],
    };
    expect(bestFit(result)).toMatchObject({ nside: 64, pixel: 9, llh: 11.5, eInGev: 1009, timeNs: 10009 });
    expect(countPixels(result)).toEqual({ all: 5, failed: 2 });
  });

  test('goes to the lower (nside, pixel) where several are equal, whatever the order of the nsides', () => {
    const fine = mapOf(64, [
      [3, 7],
      [5, 7],
    ]);
    const coarse = mapOf(8, [
      [700, 7],
      [701, 7],
    ]);
    expect(bestFit({ metadata, maps: [fine, coarse] })).toMatchObject({ nside: 8, pixel: 700 });
    expect(bestFit({ metadata, maps: [fine] })).toMatchObject({ nside: 64, pixel: 3 });
  });

  test('does not exist where every pixel failed', () => {
    expect(bestFit({ metadata, maps: [mapOf(8, [[0, NAN]])] })).toBeNull();
    expect(bestFit({ metadata, maps: [] })).toBeNull();
  });

  test('is what a plain minimum finds, for any result', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        const finite = result.maps.flatMap((map) => [...map.llh].filter(Number.isFinite));
        // Math.min tells 0 from -0, the order of numbers does not.
        expect((bestFit(result)?.llh ?? Number.POSITIVE_INFINITY) + 0).toBe(Math.min(...finite) + 0);
      }),
    );
  });
});

describe('the llh at a position', () => {
  const centre = (nside: number, pixel: number): [number, number] => [
    pixelPhi(nside, pixel),
    Math.PI / 2 - pixelTheta(nside, pixel),
  ];
  const fine = 1000;
  const coarse = ancestor(64, fine, 8);
  const result: ScanResult = { metadata, maps: [mapOf(8, [[coarse, 50]]), mapOf(64, [[fine, 40]])] };

  test('is that of the finest pixel there', () => {
    expect(llhAt(result, ...centre(64, fine))).toBe(40);
    expect(scannedPixelAt(result, ...centre(8, coarse))).toMatchObject({ nside: 8, pixel: coarse, llh: 50 });
    expect(llhAt(result, ...centre(8, coarse + 40))).toBeNaN();
    expect(scannedPixelAt(result, ...centre(8, coarse + 40))).toBeNull();
  });

  test('falls back to the coarser pixel where the finer one failed', () => {
    const failed = { metadata, maps: [result.maps[0]!, mapOf(64, [[fine, NAN]])] };
    expect(llhAt(failed, ...centre(64, fine))).toBe(50);
    const alone = { metadata, maps: [failed.maps[1]!] };
    expect(scannedPixelAt(alone, ...centre(64, fine))).toMatchObject({ nside: 64, pixel: fine });
  });

  test('is the value of the flat map', () => {
    const flat = flattenLlh(result, 64);
    expect(flat.length).toBe(12 * 64 * 64);
    expect(flat[fine]).toBe(40);
    expect(flat.filter((llh) => llh === 50).length).toBe(63);
    expect(flat.filter(Number.isNaN).length).toBe(12 * 64 * 64 - 64);
    for (const pixel of [0, fine, 20000]) expect(llhAt(result, ...centre(64, pixel))).toBe(flat[pixel]);
  });

  test('flat maps have a limit, and say so', () => {
    expect(() => flattenLlh(result, 4096)).toThrow(expect.objectContaining({ code: 'config/bad-value' }));
  });
});

const OLD_MAP = 'data/events/run00136662-evt000035405932-BRONZE-8_64_512.npz';
needsShared("IceCube's full-scan map", [OLD_MAP], () => {
  test('has the best fit that its makers found', () => {
    expect(bestFit(readNpz(sharedBytes(OLD_MAP)))).toMatchObject({ nside: 512, pixel: 1481996, x: NAN });
  });
});
