import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cellsInRegion,
  type Moc,
  mocAreaDeg2,
  mocCells,
  mocFits,
  mocJson,
  mocOfCells,
  mocText,
  probabilityInMoc,
  readMoc,
  skyRegion,
} from '../../../src/result/index.js';
import { children, nestToRing, pixelArea, pixelCount, uniqToRing } from '../../../src/sky/index.js';
import { expectClose } from '../../support/close.js';
import { needsPython, python } from '../support.js';
import { skyOf } from './skies.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const WHOLE = readMoc(bytesOf('0/0-11'));

/** Any cells of orders 0 to 5, overlapping ones too. */
const anyCells: fc.Arbitrary<{ nside: Int32Array; pixel: Float64Array }> = fc
  .array(
    fc.nat({ max: 5 }).chain((order) => fc.tuple(fc.constant(2 ** order), fc.nat({ max: 12 * 4 ** order - 1 }))),
    { minLength: 1, maxLength: 60 },
  )
  .map((cells) => ({
    nside: Int32Array.from(cells, ([nside]) => nside),
    pixel: Float64Array.from(cells, ([, pixel]) => pixel),
  }));

/** The pixels of nside 32 (RING) that a MOC of coarser cells covers. */
function pixelsOf(moc: Moc): Set<number> {
  const pixels = new Set<number>();
  for (const [order, nests] of mocCells(moc)) {
    for (const nest of nests)
      for (const pixel of children(2 ** order, nestToRing(2 ** order, nest), 32)) pixels.add(pixel);
  }
  return pixels;
}

describe('a coverage map', () => {
  it('covers what its cells cover', () => {
    fc.assert(
      fc.property(anyCells, (cells) => {
        const expected = new Set<number>();
        cells.nside.forEach((nside, i) => {
          for (const pixel of children(nside, cells.pixel[i]!, 32)) expected.add(pixel);
        });
        const moc = mocOfCells(cells);
        expect(pixelsOf(moc)).toEqual(expected);
        expectClose(
          mocAreaDeg2(moc),
          expected.size * pixelArea(32) * (180 / Math.PI) ** 2,
          { relative: 1e-12 },
          'area',
        );
      }),
      { numRuns: 50 },
    );
  });

  it('is written in the canonical form: no four siblings, none twice', () => {
    fc.assert(
      fc.property(anyCells, (cells) => {
        for (const [order, nests] of mocCells(mocOfCells(cells))) {
          const all = new Set(nests);
          expect(all.size).toBe(nests.length);
          for (const nest of nests) {
            if (order > 0 && nest % 4 === 0) expect([1, 2, 3].every((k) => all.has(nest + k))).toBe(false);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('reads back the same from FITS, JSON and text', () => {
    fc.assert(
      fc.property(anyCells, (cells) => {
        const moc = mocOfCells(cells);
        expect(readMoc(mocFits(moc))).toEqual(moc);
        expect(readMoc(bytesOf(mocJson(moc)))).toEqual(moc);
        expect(readMoc(bytesOf(mocText(moc)))).toEqual(moc);
      }),
      { numRuns: 50 },
    );
  });

  it('has the forms of the standard', () => {
    const moc = readMoc(bytesOf('1/1,3,4 2/4 25 12-14'));
    expect(mocJson(moc)).toBe('{"1":[1,3,4],"2":[25]}\n');
    expect(mocText(moc)).toBe('1/1 3-4 2/25\n');
    expect(mocJson(WHOLE)).toBe('{"0":[0,1,2,3,4,5,6,7,8,9,10,11]}\n');
  });

  it('may have cells down to order 29, with numbers beyond 2^53', () => {
    const last = 12n * 4n ** 29n - 1n;
    for (const order of [25, 29]) {
      const finest = 12n * 4n ** BigInt(order) - 1n;
      const moc = readMoc(bytesOf(`${order}/${finest - 3n}-${finest}`));
      expect(moc.end).toEqual(Float64Array.of(12 * 4 ** 24));
      expect(moc.start[0]).toBe(12 * 4 ** 24 - 1);
    }
    expect(readMoc(bytesOf(`29/0 ${last}`)).start.length).toBe(2);
    expect(readMoc(bytesOf('{"29":[1024]}')).start).toEqual(Float64Array.of(1));
  });

  it.each([
    ['neither', 'is neither FITS nor JSON nor a MOC as text'],
    ['', 'is neither'],
    ['{"8": [1, 2', 'is not JSON'],
    ['{"8": 3}', 'no order'],
    ['{"level": [3]}', 'no order'],
    ['{"3": [1.5]}', 'other than pixel numbers'],
    ['{"3": [768]}', 'a pixel 768 that order 3 does not have'],
    ['30/1', 'order 30; the finest is 29'],
    ['3/5-4', 'does not have'],
  ])('refuses %j', (text, why) => {
    expect(() => readMoc(bytesOf(text), 'x.moc')).toThrow(why);
  });

  it('refuses FITS files that are none', () => {
    const file = mocFits(WHOLE);
    const changed = (from: string, to: string): Uint8Array => {
      const out = file.slice();
      out.set(bytesOf(to), Buffer.from(file).indexOf(from));
      return out;
    };
    expect(() => readMoc(changed("'NUNIQ   '", "'RING    '"))).toThrow('ORDERING RING');
    expect(() => readMoc(changed("'SPACE   '", "'TIME    '"))).toThrow('a MOC of TIME');
    expect(() => readMoc(changed("'C       '", "'G       '"))).toThrow('COORDSYS G');
    expect(() => readMoc(file.subarray(0, 5000))).toThrow('is cut short');
    expect(() => readMoc(changed("'1K      '", "'1D      '"))).toThrow('64-bit integers');
  });

  it('that is damaged is read or refused with a reason, never more', () => {
    const files = [mocFits(WHOLE), bytesOf(mocJson(WHOLE)), bytesOf('1/1,3,4 2/4 25 12-14')];
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true }), fc.nat({ max: 255 })), { minLength: 1 }),
        (file, changes) => {
          const damaged = file.slice();
          for (const [at, byte] of changes) damaged[Math.floor(at * damaged.length)] = byte;
          try {
            const { start, end } = readMoc(damaged, 'x');
            expect(start.every((value, i) => value < end[i]! && end[i]! <= 12 * 4 ** 24)).toBe(true);
          } catch (error) {
            expect(error).toMatchObject({ code: 'result/bad-region', message: expect.stringMatching(/^x /) });
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is read from ranges of order 29 too, the other form of FITS', () => {
    // The column holds 4, 5, ..., 15: pairs of a first pixel and the one behind the last.
    const file = mocFits(WHOLE);
    file.set(bytesOf("'RANGE   '"), Buffer.from(file).indexOf("'NUNIQ   '"));
    expect(readMoc(file)).toEqual({ start: Float64Array.of(0), end: Float64Array.of(1) });
  });
});

describe.each(['at RA 0', 'beside the north pole', 'with a hole at RA 180', 'all but a disc'])(
  'the region %s',
  (name) => {
    const sky = skyOf(name);

    it('as a MOC holds its level and has its area, up to the cell that crosses the level', () => {
      for (const level of [0.5, 0.9]) {
        const region = skyRegion(sky, 'probability', level);
        const cells = cellsInRegion(sky, region);
        const moc = mocOfCells(cells);
        const inside = probabilityInMoc(sky.probability, moc);
        const coarsest = Math.min(...cells.nside);
        expect(inside).toBeGreaterThanOrEqual(level - 1e-9);
        expect(inside).toBeLessThan(level + Math.max(...sky.probability.density) * pixelArea(coarsest));
        const cell = pixelArea(coarsest) * (180 / Math.PI) ** 2;
        expect(mocAreaDeg2(moc) - region.area_deg2).toBeGreaterThan(-1e-4 * region.area_deg2);
        expect(mocAreaDeg2(moc) - region.area_deg2).toBeLessThan(cell + 1e-4 * region.area_deg2);
      }
    });

    it('shares its probability with the rest of the sky', () => {
      const half = readMoc(bytesOf('1/0-7 16-19 2/100-103'));
      const rest = mocOfCells({
        nside: new Int32Array(pixelCount(4)).fill(4),
        pixel: Float64Array.from({ length: pixelCount(4) }, (_, nest) => nestToRing(4, nest)),
      });
      expectClose(probabilityInMoc(sky.probability, rest), 1, { absolute: 1e-9 }, 'whole sky');
      const others = Array.from({ length: pixelCount(4) }, (_, nest) => nest).filter(
        (nest) => !pixelsOf(half).has(children(4, nestToRing(4, nest), 32)[0]!),
      );
      const complement = mocOfCells({
        nside: new Int32Array(others.length).fill(4),
        pixel: Float64Array.from(others, (nest) => nestToRing(4, nest)),
      });
      const sum = probabilityInMoc(sky.probability, half) + probabilityInMoc(sky.probability, complement);
      expectClose(sum, 1, { absolute: 1e-9 }, 'both parts');
    });
  },
);

needsPython('astropy', ['astropy', 'astropy_healpix'], () => {
  it('accepts the FITS file and finds the same cells in it', () => {
    const sky = skyOf('at RA 0');
    const moc = mocOfCells(cellsInRegion(sky, { kind: 'probability', level: 0.9 }));
    const seen = python<{ uniq: number[]; area: number; head: (string | number)[] }>(
      `
import sys, json, warnings, numpy as np
warnings.simplefilter('error')
import astropy_healpix as ah
from astropy.io import fits
from astropy.table import Table
with fits.open(sys.argv[1]) as f:
    f.verify('exception')
    head, rows = f[1].header, f[1].data
    assert len(rows.columns) == 1 and rows['UNIQ'].dtype == '>i8', rows.columns
uniq = np.asarray(Table.read(sys.argv[1], hdu=1)['UNIQ'])
level, ipix = ah.uniq_to_level_ipix(uniq)
print(json.dumps({'uniq': uniq.tolist(), 'area': float((1 / (12 * 4.0**level)).sum()),
    'head': [head[k] for k in ('MOCVERS', 'MOCDIM', 'ORDERING', 'COORDSYS', 'TFORM1')] + [head['MOCORD_S'] - level.max(), head['MOCORDER'] - level.max()]}, default=int))`,
      { 'region.moc.fits': mocFits(moc) },
    );
    expect(seen.head).toEqual(['2.0', 'SPACE', 'NUNIQ', 'C', '1K', 0, 0]);
    expectClose((seen.area * 4 * 180 ** 2) / Math.PI, mocAreaDeg2(moc), { relative: 1e-12 }, 'area');
    const found = mocOfCells({
      nside: Int32Array.from(seen.uniq, (uniq) => uniqToRing(uniq).nside),
      pixel: Float64Array.from(seen.uniq, (uniq) => uniqToRing(uniq).pixel),
    });
    expect(found).toEqual(moc);
  });
});
