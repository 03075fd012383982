/**
 * Images of FITS files (FITS Standard 4.0, section 7.1): arrays of numbers of any FITS type, big-endian. The axes are
 * listed from the fastest to the slowest; here they are turned round, so that the array is in C order.
 */
import { type CardValue, type FitsUnit, fitsCount } from '../../fits/index.js';

/** An image that is not decoded yet. */
export interface FitsImage {
  readonly cards: ReadonlyMap<string, CardValue>;
  /** Lengths of the axes, slowest first; none: no data. */
  readonly shape: readonly number[];
  /** The values, multiplied and shifted as the header says. */
  values<A extends Float32Array | Float64Array>(Kind: new (length: number) => A): A;
}

const READERS: Readonly<Record<number, (view: DataView, index: number) => number>> = {
  8: (view, i) => view.getUint8(i),
  16: (view, i) => view.getInt16(2 * i),
  32: (view, i) => view.getInt32(4 * i),
  64: (view, i) => Number(view.getBigInt64(8 * i)),
  [-32]: (view, i) => view.getFloat32(4 * i),
  [-64]: (view, i) => view.getFloat64(8 * i),
};

/** The image of a unit, null where it is something else (a table). */
export function fitsImage({ cards, data }: FitsUnit, bad: (why: string) => Error): FitsImage | null {
  if ((cards.get('XTENSION') ?? 'IMAGE') !== 'IMAGE') return null;
  const axes = fitsCount(cards, 'NAXIS', bad);
  const shape = Array.from({ length: axes }, (_, k) => fitsCount(cards, `NAXIS${axes - k}`, bad));
  const bits = Number(cards.get('BITPIX'));
  const read = READERS[bits];
  if (read === undefined) throw bad(`has an image of the unknown type BITPIX ${cards.get('BITPIX')}`);
  const count = axes === 0 ? 0 : shape.reduce((a, b) => a * b, 1);
  if ((count * Math.abs(bits)) / 8 > data.length) throw bad('has an image whose header contradicts itself');
  const scale = Number(cards.get('BSCALE') ?? 1);
  const zero = Number(cards.get('BZERO') ?? 0);
  return {
    cards,
    shape,
    values(Kind) {
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      const out = new Kind(count);
      // The usual types in loops of their own: a table may have a hundred million values.
      if (bits === -32) for (let i = 0; i < count; i++) out[i] = view.getFloat32(4 * i);
      else if (bits === -64) for (let i = 0; i < count; i++) out[i] = view.getFloat64(8 * i);
      else for (let i = 0; i < count; i++) out[i] = read(view, i);
      if (scale !== 1 || zero !== 0) for (let i = 0; i < count; i++) out[i] = zero + scale * out[i]!;
      return out;
    },
  };
}
