/**
 * Multi-order coverage maps: parts of the sky as HEALPix cells of many sizes (IVOA MOC 2.0; specs/alert-products.md
 * section 3). Written as FITS, JSON and text, always in the canonical form: four complete siblings are their parent.
 *
 *     JSON   {"7":[52193,52195],"8":[208784]}
 *     text   7/52193 52195 8/208784
 *     FITS   one column UNIQ = 4 * 4^order + NESTED pixel, ascending
 *
 * Inside the program a MOC is what the standard calls ranges: it makes unions, areas and look-ups one pass.
 */
import { type Cells, type ProbabilityMap, pixelArea, ringToNest } from '../../sky/index.js';
import type { Card } from '../fits/cards.js';
import { writeFitsTable } from '../fits/table.js';

/** Order of the pixels that ranges count: pixels of 0.012 arc seconds, whose numbers are exact doubles. */
export const MOC_RANGE_ORDER = 24;

/** Ranges of NESTED pixels of order 24, first and behind the last one: ascending, apart from each other. */
export interface Moc {
  readonly start: Float64Array;
  readonly end: Float64Array;
}

const DEG2_PER_SR = (180 / Math.PI) ** 2;

/** The part of the sky that cells cover, in any order. */
export function mocOfCells({ nside, pixel }: Cells): Moc {
  const start = new Float64Array(nside.length);
  const end = new Float64Array(nside.length);
  for (let i = 0; i < nside.length; i++) {
    const size = pixelsPerCell(Math.log2(nside[i]!));
    start[i] = ringToNest(nside[i]!, pixel[i]!) * size;
    end[i] = start[i]! + size;
  }
  return mocOfRanges(start, end);
}

/** Ranges in any order, overlapping or not. */
export function mocOfRanges(start: Float64Array, end: Float64Array): Moc {
  const order = Int32Array.from(start, (_, i) => i);
  if (start.some((value, i) => i > 0 && value < start[i - 1]!)) order.sort((a, b) => start[a]! - start[b]!);
  const starts = new Float64Array(start.length);
  const ends = new Float64Array(start.length);
  let n = 0;
  for (const i of order) {
    if (n > 0 && start[i]! <= ends[n - 1]!) ends[n - 1] = Math.max(ends[n - 1]!, end[i]!);
    else {
      starts[n] = start[i]!;
      ends[n++] = end[i]!;
    }
  }
  return { start: starts.slice(0, n), end: ends.slice(0, n) };
}

/** Pixels of order 24 in a cell. */
export function pixelsPerCell(order: number): number {
  return 4 ** (MOC_RANGE_ORDER - order);
}

/** The fewest cells that make up a MOC: NESTED pixels by order, both ascending. */
export function mocCells({ start, end }: Moc): Map<number, number[]> {
  const cells = new Map<number, number[]>();
  for (let i = 0; i < start.length; i++) {
    for (let at = start[i]!; at < end[i]!; ) {
      let order = MOC_RANGE_ORDER;
      let size = 1;
      while (order > 0 && at % (4 * size) === 0 && at + 4 * size <= end[i]!) {
        size *= 4;
        order--;
      }
      const pixels = cells.get(order);
      if (pixels === undefined) cells.set(order, [at / size]);
      else pixels.push(at / size);
      at += size;
    }
  }
  return new Map([...cells].sort(([a], [b]) => a - b));
}

/** Area in square degrees. */
export function mocAreaDeg2({ start, end }: Moc): number {
  let pixels = 0;
  for (let i = 0; i < start.length; i++) pixels += end[i]! - start[i]!;
  return pixels * pixelArea(2 ** MOC_RANGE_ORDER) * DEG2_PER_SR;
}

/** Probability of a map inside a MOC. */
export function probabilityInMoc({ nside, pixel, density }: ProbabilityMap, moc: Moc): number {
  // Both are in NESTED order: one pass over either.
  let total = 0;
  for (let i = 0, range = 0; i < density.length && range < moc.start.length; i++) {
    const size = pixelsPerCell(Math.log2(nside[i]!));
    const start = ringToNest(nside[i]!, pixel[i]!) * size;
    let inside = 0;
    for (; range < moc.start.length; range++) {
      inside += Math.max(0, Math.min(start + size, moc.end[range]!) - Math.max(start, moc.start[range]!));
      if (moc.end[range]! > start + size) break;
    }
    total += density[i]! * pixelArea(nside[i]!) * (inside / size);
  }
  return Math.min(1, total);
}

/** A MOC as JSON, on one line. */
export function mocJson(moc: Moc): string {
  return `{${[...mocCells(moc)].map(([order, pixels]) => `"${order}":[${pixels.join(',')}]`).join(',')}}\n`;
}

/** A MOC as text: runs of pixels as `first-last`. */
export function mocText(moc: Moc): string {
  const orders = [...mocCells(moc)].map(([order, pixels]) => {
    const runs: string[] = [];
    for (let i = 0; i < pixels.length; ) {
      let last = i;
      while (pixels[last + 1] === pixels[last]! + 1) last++;
      runs.push(last === i ? String(pixels[i]) : `${pixels[i]}-${pixels[last]}`);
      i = last + 1;
    }
    return `${order}/${runs.join(' ')}`;
  });
  return `${orders.join(' ')}\n`;
}

/** A MOC as FITS; `cards` say what it is the coverage of. */
export function mocFits(moc: Moc, cards: readonly Card[] = []): Uint8Array {
  const cells = mocCells(moc);
  const uniq = [...cells].flatMap(([order, pixels]) => pixels.map((pixel) => 4 * 4 ** order + pixel));
  const largest = Math.max(0, ...cells.keys());
  return writeFitsTable(
    [{ name: 'UNIQ', form: '1K', values: uniq }],
    [
      { key: 'MOCVERS', value: '2.0', comment: 'version of the MOC standard' },
      { key: 'MOCDIM', value: 'SPACE', comment: 'coverage of the sky' },
      { key: 'ORDERING', value: 'NUNIQ', comment: 'UNIQ = 4 * 4^order + NESTED pixel' },
      { key: 'COORDSYS', value: 'C', comment: 'equatorial, ICRS' },
      { key: 'MOCORD_S', value: largest, comment: 'largest order' },
      { key: 'MOCORDER', value: largest, comment: 'the same, for MOC 1 readers' },
      { key: 'PIXTYPE', value: 'HEALPIX', comment: 'HEALPIX pixelisation' },
      ...cards,
    ],
  );
}
