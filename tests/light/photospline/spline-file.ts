/** Writes spline tables, for tests: small FITS files with any keys, types and flaws. */

export interface SplineFileAxis {
  readonly order: number;
  readonly knots: readonly number[];
}

export interface SplineFileOptions {
  readonly keys?: Readonly<Record<string, string | number>>;
  readonly extents?: readonly number[] | null;
  /** FITS types of coefficients and knots. */
  readonly bits?: number;
  readonly knotBits?: number;
  /** Values are stored as (value - zero) / scale. */
  readonly scale?: number;
  readonly zero?: number;
  /** One key for the orders of all axes. */
  readonly singleOrder?: boolean;
}

/** The bytes of a table; coefficients in C order. */
export function splineFile(
  axes: readonly SplineFileAxis[],
  coefficients: ArrayLike<number>,
  options: SplineFileOptions = {},
): Uint8Array {
  const { bits = -32, knotBits = -64, scale, zero, extents = null, keys = {} } = options;
  const sizes = axes.map(({ order, knots }) => knots.length - order - 1);
  const orders = options.singleOrder
    ? { ORDER: axes[0]!.order }
    : Object.fromEntries(axes.map(({ order }, k) => [`ORDER${k}`, order]));
  const scaling = { ...(scale === undefined ? {} : { BSCALE: scale }), ...(zero === undefined ? {} : { BZERO: zero }) };
  const stored = Array.from(coefficients, (c) => (c - (zero ?? 0)) / (scale ?? 1));
  return joined([
    unit(
      {
        SIMPLE: true,
        ...image(bits, sizes),
        EXTEND: true,
        TYPE: 'Spline Coefficient Table',
        ...orders,
        ...scaling,
        ...keys,
      },
      numbers(stored, bits),
    ),
    ...axes.map(({ knots }, k) =>
      unit({ XTENSION: 'IMAGE', ...image(knotBits, [knots.length]), EXTNAME: `KNOTS${k}` }, numbers(knots, knotBits)),
    ),
    ...(extents === null
      ? []
      : [unit({ XTENSION: 'IMAGE', ...image(-64, [extents.length]), EXTNAME: 'EXTENTS' }, numbers(extents, -64))]),
  ]);
}

type Cards = Readonly<Record<string, string | number | boolean>>;

function image(bits: number, shape: readonly number[]): Cards {
  const axes = shape.toReversed().map((size, k): [string, number] => [`NAXIS${k + 1}`, size]);
  return { BITPIX: bits, NAXIS: shape.length, ...Object.fromEntries(axes) };
}

function unit(cards: Cards, data: Uint8Array): Uint8Array {
  const spelled = (value: string | number | boolean): string =>
    typeof value === 'string'
      ? `'${value.padEnd(8)}'`
      : typeof value === 'boolean'
        ? value
          ? 'T'
          : 'F'
        : String(value);
  const lines = Object.entries(cards).map(([key, value]) => `${key.padEnd(8)}= ${spelled(value).padStart(20)}`);
  const header = [...lines, 'END'].map((line) => line.padEnd(80)).join('');
  return joined([padded(new TextEncoder().encode(header), 0x20), padded(data, 0)]);
}

function padded(bytes: Uint8Array, filler: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / 2880) * 2880).fill(filler);
  out.set(bytes);
  return out;
}

function numbers(values: readonly number[], bits: number): Uint8Array {
  const size = Math.abs(bits) / 8;
  const out = new Uint8Array(values.length * size);
  const view = new DataView(out.buffer);
  for (const [i, value] of values.entries()) {
    const at = i * size;
    if (bits === -32) view.setFloat32(at, value);
    else if (bits === -64) view.setFloat64(at, value);
    else if (bits === 8) view.setUint8(at, value);
    else if (bits === 16) view.setInt16(at, value);
    else if (bits === 32) view.setInt32(at, value);
    else view.setBigInt64(at, BigInt(value));
  }
  return out;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** `count` equal steps from `low` to `high`, with `order` more knots on both sides. */
export function evenKnots(low: number, high: number, count: number, order: number): number[] {
  return Array.from({ length: count + 1 + 2 * order }, (_, i) => low + ((i - order) * (high - low)) / count);
}
