import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexCells } from '../../src/sky/cells.js';
import {
  ancestor,
  children,
  finestCells,
  type LlhMap,
  orderCells,
  pixelArea,
  pixelCount,
  type SkyCells,
} from '../../src/sky/index.js';
import { expectClose } from '../support/close.js';
import { bowl, scanOf } from './maps.js';

/** Any pixels of any of some nsides, some of them failed. */
const maps = fc.array(
  fc.constantFrom(1, 2, 4, 16).chain((nside) =>
    fc
      .uniqueArray(
        fc.tuple(fc.nat(pixelCount(nside) - 1), fc.option(fc.integer({ min: -5, max: 5 }), { nil: Number.NaN })),
        {
          selector: ([pixel]) => pixel,
          maxLength: 60,
        },
      )
      .map((rows) => ({ nside, pixel: rows.map(([p]) => p), llh: rows.map(([, v]) => v) })),
  ),
  { maxLength: 5 },
);

/** Every pixel of nside 16 with the value of the finest map that knows it. */
function flattened(list: readonly LlhMap[]): number[] {
  const flat = new Array<number>(pixelCount(16)).fill(Number.NaN);
  const from = new Array<number>(flat.length).fill(0);
  for (const { nside, pixel, llh } of list) {
    for (let i = 0; i < pixel.length; i++) {
      if (Number.isNaN(llh[i]!)) continue;
      for (const p of children(nside, pixel[i]!, 16)) {
        if (nside > from[p]! || (nside === from[p] && llh[i]! < flat[p]!)) [flat[p], from[p]] = [llh[i]!, nside];
      }
    }
  }
  return flat;
}

function flattenCells(cells: SkyCells): number[] {
  const flat = new Array<number>(pixelCount(16)).fill(Number.NaN);
  cells.llh.forEach((value, i) => {
    for (const p of children(cells.nside[i]!, cells.pixel[i]!, 16)) flat[p] = value;
  });
  return flat;
}

const area = (cells: { nside: Int32Array }): number => cells.nside.reduce((sum, nside) => sum + pixelArea(nside), 0);

describe('finestCells', () => {
  it('give every place the value of the finest pixel that is known there, without holes or overlaps', () => {
    fc.assert(
      fc.property(maps, (list) => {
        const cells = finestCells(list);
        indexCells(cells);
        const flat = flattened(list);
        expect(flattenCells(cells)).toEqual(flat);
        const known = flat.filter((value) => !Number.isNaN(value)).length;
        expectClose(area(cells), known * pixelArea(16), { absolute: 1e-12 });
        const cover = finestCells(list, { withUnknown: true });
        indexCells(cover);
        expect(flattenCells(cover)).toEqual(flat);
        expectClose(area(cover), 4 * Math.PI, { relative: 1e-12 });
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('split only the coarse pixels that are partly covered', () => {
    const list = scanOf(bowl(30, 20, 1));
    const cells = finestCells(list);
    const parents = new Set(list[1]!.pixel as number[]);
    cells.nside.forEach((nside, i) => {
      if (nside === 512 || nside === 64 || nside === 8) return;
      // What is left of a pixel of the scan: its ancestor among the scanned ones has finer ones inside.
      const inside64 = nside > 64 && parents.has(ancestor(nside, cells.pixel[i]!, 64));
      expect(inside64 || nside < 64).toBe(true);
    });
    expectClose(area(cells), 4 * Math.PI, { relative: 1e-12 });
  });

  it('of a lone pixel are that pixel', () => {
    const cells = finestCells([{ nside: 1024, pixel: [77], llh: [3] }]);
    expect([[...cells.nside], [...cells.pixel], [...cells.llh]]).toEqual([[1024], [77], [3]]);
    expect(finestCells([]).nside.length).toBe(0);
    expect(finestCells([{ nside: 8, pixel: [3], llh: [Number.NaN] }]).nside.length).toBe(0);
  });

  it('reach nside 2^24', () => {
    const pixel = 1234567890123;
    const cells = finestCells([
      { nside: 1, pixel: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], llh: new Array(12).fill(9) },
      { nside: 2 ** 24, pixel: [pixel], llh: [1] },
    ]);
    expect(cells.nside.length).toBe(11 + 3 * 24 + 1);
    expect(cells.pixel[cells.llh.indexOf(1)]).toBe(pixel);
    indexCells(cells);
  });
});

describe('orderCells', () => {
  it('brings shuffled cells back into order', () => {
    const cells = finestCells(scanOf(bowl(30, 20, 1)));
    const shuffled = cells.llh.map((_, i) => (i * 7919) % cells.llh.length);
    const { value, ...ordered } = orderCells(
      {
        nside: cells.nside.map((_, i) => cells.nside[shuffled[i]!]!),
        pixel: cells.pixel.map((_, i) => cells.pixel[shuffled[i]!]!),
      },
      cells.llh.map((_, i) => cells.llh[shuffled[i]!]!),
    );
    expect({ ...ordered, llh: value }).toEqual(cells);
  });

  it('indexCells refuses cells that overlap', () => {
    expect(() => indexCells({ nside: Int32Array.of(1, 2), pixel: Float64Array.of(0, 0) })).toThrow(RangeError);
  });
});
