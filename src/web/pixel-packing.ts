/**
 * Pixels with a value as few bytes, for reports and live pages: per run of one nside the pixel numbers as differences
 * (variable length, the sign in the lowest bit) and the values as 32-bit floats above the smallest of the run, which is
 * exact where it matters. A default scan takes six bytes a pixel.
 *
 *     run: varint nside, varint count, float64 smallest value, count x varint difference, count x float32
 */

/** Pixels (RING) of one nside; NaN: no value. */
export interface PixelRun {
  readonly nside: number;
  readonly pixel: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

/** Packs runs one after the other. */
export function packPixels(runs: readonly PixelRun[]): Uint8Array {
  const most = runs.reduce((sum, { pixel }) => sum + 24 + 12 * pixel.length, 0);
  const bytes = new Uint8Array(most);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const varint = (value: number): void => {
    let rest = value;
    while (rest >= 128) {
      bytes[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    bytes[at++] = rest;
  };
  for (const { nside, pixel, value } of runs) {
    varint(nside);
    varint(pixel.length);
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < value.length; i++) if (value[i]! < least) least = value[i]!;
    if (!Number.isFinite(least)) least = 0;
    view.setFloat64(at, least, true);
    at += 8;
    let last = 0;
    for (let i = 0; i < pixel.length; i++) {
      const step = pixel[i]! - last;
      varint(step < 0 ? -2 * step - 1 : 2 * step);
      last = pixel[i]!;
    }
    for (let i = 0; i < pixel.length; i++) {
      view.setFloat32(at, value[i]! - least, true);
      at += 4;
    }
  }
  return bytes.slice(0, at);
}

/** Unpacks what {@link packPixels} made. Throws a RangeError where bytes are missing. */
export function unpackPixels(bytes: Uint8Array): { nside: number; pixel: Float64Array; value: Float64Array }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const runs: { nside: number; pixel: Float64Array; value: Float64Array }[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let place = 1; ; place *= 128) {
      const byte = view.getUint8(at++);
      value += (byte & 127) * place;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const nside = varint();
    const count = varint();
    const least = view.getFloat64(at, true);
    at += 8;
    if (count > bytes.length) throw new RangeError('pixels are cut short');
    const pixel = new Float64Array(count);
    const value = new Float64Array(count);
    let last = 0;
    for (let i = 0; i < count; i++) {
      const step = varint();
      last += step % 2 === 1 ? -(step + 1) / 2 : step / 2;
      pixel[i] = last;
    }
    for (let i = 0; i < count; i++) {
      value[i] = least + view.getFloat32(at, true);
      at += 4;
    }
    runs.push({ nside, pixel, value });
  }
  return runs;
}
