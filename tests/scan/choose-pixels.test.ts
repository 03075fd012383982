/** The choice of pixels against a second, slow implementation of its rules. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FinishedSky } from '../../src/scan/finished-sky.js';
import { choosePixels, type PointedDisc, type Progression, parseProgression } from '../../src/scan/index.js';
import { PixelTable } from '../../src/scan/pixel-table.js';
import { neighbours, nestToRing, pixelArea, pixelCount, pixelVector, ringToNest } from '../../src/sky/index.js';

type Finished = Map<string, { nside: number; pixel: number; llh: number }>;
const key = (nside: number, pixel: number): string => `${nside} ${pixel}`;
const vector = (nside: number, pixel: number): Float64Array => pixelVector(nside, pixel, new Float64Array(3));
const angle = (a: Float64Array, b: Float64Array): number =>
  Math.acos(Math.min(1, Math.max(-1, a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!)));
const allPixels = (nside: number): number[] => Array.from({ length: pixelCount(nside) }, (_, i) => i);
const figures = (llh: number) => ({ llh, x: 0, y: 0, z: 0, timeNs: 0, eInGev: 0, eTotGev: 0, energyGev: 0 });

/** Section 3 of the specification, word by word, over all pixels. */
function slowChoice(open: Progression, finished: Finished): { nside: number; pixels: number[] }[] {
  const first = open[0]!.nside;
  if (finished.size === 0) return [{ nside: first, pixels: allPixels(first) }];
  const numbers = [...finished.values()].filter(({ llh }) => !Number.isNaN(llh));
  numbers.sort((a, b) => a.llh - b.llh || a.nside - b.nside || a.pixel - b.pixel);
  const minimum = numbers[0];
  const chosen: { nside: number; pixels: number[] }[] = [];
  for (const [i, { nside }] of open.slice(0, -1).entries()) {
    const finer = open[i + 1]!;
    const here = [...finished.values()].filter((p) => p.nside === nside);
    if (here.length === 0) continue;
    const refine = new Set<number>();
    for (const p of here) {
      if (Number.isNaN(p.llh)) continue;
      for (const q of neighbours(nside, p.pixel)) {
        const other = finished.get(key(nside, q));
        if (other && 2 * Math.abs(p.llh - other.llh) > 200000) refine.add(p.pixel).add(q);
      }
    }
    if (minimum) {
      const radius = Math.sqrt((finer.extension * pixelArea(nside)) / Math.PI);
      const centre = vector(minimum.nside, minimum.pixel);
      for (const pixel of allPixels(nside)) if (angle(vector(nside, pixel), centre) < radius) refine.add(pixel);
    }
    const pixels: number[] = [];
    for (const pixel of refine) {
      let nested = [ringToNest(nside, pixel)];
      for (let n = nside; n < finer.nside; n *= 2)
        nested = nested.flatMap((k) => [4 * k, 4 * k + 1, 4 * k + 2, 4 * k + 3]);
      pixels.push(...nested.map((k) => nestToRing(finer.nside, k)));
    }
    if (pixels.length > 0) chosen.push({ nside: finer.nside, pixels: pixels.sort((a, b) => a - b) });
  }
  return chosen;
}

function skyOf(
  nsides: readonly number[],
  pixels: readonly { nside: number; pixel: number; llh: number }[],
): FinishedSky {
  const table = new PixelTable(1);
  const sky = new FinishedSky(table, nsides, (record) => table.missing(record) === 0);
  for (const { nside, pixel, llh } of pixels) {
    const record = table.add(nsides.indexOf(nside), pixel, -1);
    table.receive(record, 0, figures(llh));
    sky.add(record);
  }
  return sky;
}

/** Finished pixels with equal, steeply different and failed fits, in random order. */
const finishedPixels = (nsides: readonly number[]) =>
  fc
    .uniqueArray(
      fc.record({
        nside: fc.constantFrom(...nsides),
        pixel: fc.integer({ min: 0, max: 12 * nsides[0]! ** 2 * 3 }),
        llh: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom(Number.NaN, 100000, 100003, 200004, 300000)),
      }),
      { maxLength: 60, selector: ({ nside, pixel }) => key(nside, pixel) },
    )
    .map((pixels) => pixels.filter(({ nside, pixel }) => pixel < pixelCount(nside)));

describe('choosePixels', () => {
  const progression = parseProgression(['2:0', '4:3', '16:5']);
  const nsides = progression.map(({ nside }) => nside);

  it('chooses what the rules say, whatever the landscape and the order in which pixels finished', () => {
    fc.assert(
      fc.property(finishedPixels(nsides), fc.integer({ min: 1, max: 3 }), (pixels, steps) => {
        const open = progression.slice(0, steps);
        const finished: Finished = new Map(pixels.map((p) => [key(p.nside, p.pixel), p]));
        if (pixels.some(({ nside }) => !open.some((step) => step.nside === nside))) return;
        expect(choosePixels(open, skyOf(nsides, pixels), null)).toEqual(slowChoice(open, finished));
      }),
      { numRuns: 300 },
    );
  });

  it('takes all pixels of the first nside at the start', () => {
    expect(choosePixels(progression.slice(0, 1), skyOf(nsides, []), null)).toEqual([
      { nside: 2, pixels: allPixels(2) },
    ]);
  });

  it('refuses a round of more pixels than a scan can hold, and says what to change', () => {
    const fine = parseProgression(['4096:0']);
    expect(() => choosePixels(fine, skyOf([4096], []), null)).toThrow(/201326592 pixels of nside 4096 are more/);
    const pixels = allPixels(2).map((pixel) => ({ nside: 2, pixel, llh: pixel }));
    const wide = parseProgression(['2:0', '8192:48']);
    expect(() => choosePixels(wide, skyOf([2, 8192], pixels), null)).toThrow(/pixels of nside 8192 are more/);
  });

  it('refines nothing where every fit failed', () => {
    const pixels = allPixels(2).map((pixel) => ({ nside: 2, pixel, llh: Number.NaN }));
    expect(choosePixels(progression, skyOf(nsides, pixels), null)).toEqual([]);
  });

  it('is not held up by a first pixel that failed', () => {
    const pixels = allPixels(2).map((pixel) => ({ nside: 2, pixel, llh: pixel === 0 ? Number.NaN : 1000 - pixel }));
    expect(skyOf(nsides, pixels).minimum).toEqual({ nside: 2, pixel: 47, llh: 953 });
  });

  it('prefers the lower (nside, pixel) among equal minima, not the earlier one', () => {
    const pixels = [
      { nside: 4, pixel: 3, llh: 7 },
      { nside: 2, pixel: 40, llh: 7 },
      { nside: 2, pixel: 9, llh: 7 },
      { nside: 2, pixel: 11, llh: 7 },
    ];
    for (const order of [pixels, pixels.toReversed()]) {
      expect(skyOf(nsides, order).minimum).toEqual({ nside: 2, pixel: 9, llh: 7 });
    }
  });

  it('restricts a pointed scan to the disc around the centre of the pixel that was pointed at', () => {
    const pointed: PointedDisc = { raRad: 0.85, decRad: -0.06, radiusRad: (3.5 * Math.PI) / 180 };
    for (const nside of [1, 8, 32, 64]) {
      const open = [{ nside, extension: 0 }];
      const { pixels } = choosePixels(open, skyOf([nside], []), pointed)[0]!;
      const target = [Math.cos(-0.06) * Math.cos(0.85), Math.cos(-0.06) * Math.sin(0.85), Math.sin(-0.06)];
      const nearest = allPixels(nside).reduce((best, pixel) =>
        angle(vector(nside, pixel), Float64Array.from(target)) < angle(vector(nside, best), Float64Array.from(target))
          ? pixel
          : best,
      );
      expect(pixels).toContain(nearest);
      const centre = vector(nside, nearest);
      expect(pixels).toEqual(allPixels(nside).filter((p) => angle(vector(nside, p), centre) < pointed.radiusRad));
    }
  });

  it('a pointed scan with nside 1 looks at the one pixel of the reference', () => {
    // run00136662's online fit lies in pixel 8 (reco-splinempe.md, splinempe_pointed).
    const pointed: PointedDisc = { raRad: 0.8526, decRad: -0.0614, radiusRad: (3.5 * Math.PI) / 180 };
    expect(choosePixels([{ nside: 1, extension: 0 }], skyOf([1], []), pointed)).toEqual([{ nside: 1, pixels: [8] }]);
  });

  it('a pointed scan refines around the minimum as soon as a second nside is open', () => {
    const pointed: PointedDisc = { raRad: 0, decRad: 0, radiusRad: 0.1 };
    const pixels = [{ nside: 2, pixel: 20, llh: 3 }];
    expect(choosePixels(progression, skyOf(nsides, pixels), pointed)).toEqual(
      choosePixels(progression, skyOf(nsides, pixels), null),
    );
  });
});
