/** A result for pages: a valley around a pixel, at two nsides. */
import type { ScanMetadata, ScanResult } from '../../src/result/index.js';
import { children, pixelCount, pixelVector } from '../../src/sky/index.js';

const META: ScanMetadata = {
  runId: 136662,
  eventId: 35405932,
  eventType: 'BRONZE',
  mjd: 59723.3205,
  isRealEvent: true,
  complete: true,
};

/** llh = 1000 + 300 (1 - cos(distance from the centre of `centre` of nside 64)). */
export function valley(centre = 20_000, metadata: Partial<ScanMetadata> = {}): ScanResult {
  const to = pixelVector(64, centre, new Float64Array(3));
  const llhOf = (nside: number, pixel: number): number => {
    const v = pixelVector(nside, pixel, new Float64Array(3));
    return 1000 + 300_000 * (1 - (v[0]! * to[0]! + v[1]! * to[1]! + v[2]! * to[2]!));
  };
  const map = (nside: number, pixels: number[]) => {
    const n = pixels.length;
    const llh = Float64Array.from(pixels, (pixel) => llhOf(nside, pixel));
    const fill = (value: number): Float64Array => new Float64Array(n).fill(value);
    return {
      nside,
      pixel: Int32Array.from(pixels),
      llh,
      eIn: fill(Number.NaN),
      eTot: fill(Number.NaN),
      x: fill(10),
      y: fill(-20),
      z: fill(30),
      t: fill(12_000),
    };
  };
  const coarse = Array.from({ length: pixelCount(8) }, (_, i) => i);
  const best = coarse.reduce((a, b) => (llhOf(8, b) < llhOf(8, a) ? b : a));
  const fine = children(8, best, 64);
  return { metadata: { ...META, ...metadata }, maps: [map(8, coarse), map(64, fine)] };
}
