/**
 * Spline tables in the FITS layout of photospline (specs/photospline.md section 1): the coefficients as the primary
 * image, the knots of axis k as image KNOTSk, and the range the table is meant for as image EXTENTS, which may be missing.
 * Such files come from elsewhere, so everything is checked before it is used.
 */
import { FileFormatError } from '../../config/index.js';
import { type CardValue, fitsUnits } from '../../fits/index.js';
import type { SplineAxis } from './axis.js';
import { type FitsImage, fitsImage } from './fits-image.js';

/** A tensor-product B-spline surface. Plain data. */
export interface SplineTable {
  readonly axes: readonly SplineAxis[];
  /** In C order, the last axis fastest. 32 bits as files have them; 64 where a table was computed. */
  readonly coefficients: Float32Array | Float64Array;
  /** Header keys beyond those of the layout: GEOMETRY, GEOTYPE, NGROUP, PARITY and the like. */
  readonly keys: ReadonlyMap<string, CardValue>;
}

/** Tables beyond these are no light tables; the limits keep scratch memory within bounds. */
const MOST_AXES = 9;
const HIGHEST_ORDER = 5;
const MOST_TERMS = 1 << 20;

const OF_LAYOUT = /^(SIMPLE|BITPIX|NAXIS|EXTEND|COMMENT|HISTORY|TYPE$|ORDER|PERIOD|BSCALE|BZERO)/;

/**
 * Reads a table. `name` of the file is for messages.
 *
 * @throws FileFormatError light/bad-table
 */
export function decodeSplineTable(bytes: Uint8Array, name: string): SplineTable {
  const bad = (why: string): FileFormatError => badSpline(name, why);
  const images = new Map<string, FitsImage>();
  let primary: FitsImage | null = null;
  for (const unit of fitsUnits(bytes, bad)) {
    const image = fitsImage(unit, bad);
    if (image === null) continue;
    if (primary === null) primary = image;
    else images.set(String(unit.cards.get('EXTNAME') ?? '').toUpperCase(), image);
  }
  const { cards, shape } = primary!;
  if (shape.length === 0) throw bad('has no coefficients: its primary image is empty');
  if (shape.length > MOST_AXES) throw bad(`has ${shape.length} axes, more than ${MOST_AXES}`);
  const axes = shape.map((size, k) => {
    const order = orderOf(cards, k, bad);
    const image = images.get(`KNOTS${k}`);
    if (image === undefined) throw bad(`is no spline table: it has no image KNOTS${k}`);
    const knots = image.values(Float64Array);
    if (image.shape.length !== 1 || knots.length !== size + order + 1) {
      throw bad(
        `has ${knots.length} knots on axis ${k}, where ${size} coefficients of order ${order} need ${size + order + 1}`,
      );
    }
    if (size < order + 1) throw bad(`has ${size} coefficients on axis ${k}, too few for order ${order}`);
    checkKnots(knots, order, k, bad);
    return { order, knots, size };
  });
  if (axes.reduce((terms, { order }) => terms * (order + 1), 1) > MOST_TERMS) {
    throw bad('has more axes and higher orders than can be evaluated');
  }
  const coefficients = primary!.values(Float32Array);
  for (let i = 0; i < coefficients.length; i++) {
    if (!Number.isFinite(coefficients[i]!)) throw bad(`has a coefficient that is no finite number (number ${i})`);
  }
  const extents = extentsOf(images.get('EXTENTS'), axes, bad);
  return {
    axes: axes.map((axis, k) => ({ ...axis, low: extents[2 * k]!, high: extents[2 * k + 1]! })),
    coefficients,
    keys: new Map([...cards].filter(([key]) => !OF_LAYOUT.test(key))),
  };
}

/** The error of a spline table; `why` goes on after its name. */
function badSpline(name: string, why: string): FileFormatError {
  return new FileFormatError(
    'light/bad-table',
    `The spline table ${name} ${why}.`,
    'Copy the file again, or give one that photospline wrote; --no-photon-tables uses none of them.',
  );
}

/** One ORDER for all axes counts more than those of the axes. */
function orderOf(cards: ReadonlyMap<string, CardValue>, k: number, bad: (why: string) => Error): number {
  const key = cards.has('ORDER') ? 'ORDER' : `ORDER${k}`;
  const order = cards.get(key);
  if (order === undefined) throw bad(`is no spline table: its header has no ${key}`);
  if (!Number.isInteger(order) || (order as number) < 1 || (order as number) > HIGHEST_ORDER) {
    throw bad(`has the order ${order} on axis ${k}; orders from 1 to ${HIGHEST_ORDER} can be used`);
  }
  return order as number;
}

function checkKnots(knots: Float64Array, order: number, k: number, bad: (why: string) => Error): void {
  for (let i = 0; i < knots.length; i++) {
    if (!Number.isFinite(knots[i]!)) throw bad(`has a knot on axis ${k} that is no finite number`);
    if (i > 0 && knots[i]! < knots[i - 1]!) throw bad(`has knots on axis ${k} that do not ascend`);
  }
  if (!(knots[order]! < knots[knots.length - order - 1]!)) throw bad(`has no fully supported range on axis ${k}`);
}

/** Where they are missing or of another shape, the range of full support, as the reference has it. */
function extentsOf(
  image: FitsImage | undefined,
  axes: readonly { order: number; knots: Float64Array; size: number }[],
  bad: (why: string) => Error,
): Float64Array {
  // The reference looks at the fastest axis alone.
  if (image === undefined || image.shape.at(-1) !== 2 * axes.length) {
    return Float64Array.from(axes.flatMap(({ order, knots, size }) => [knots[order]!, knots[size]!]));
  }
  const extents = image.values(Float64Array);
  for (const value of extents) if (Number.isNaN(value)) throw bad('has extents that are no numbers');
  return extents;
}
