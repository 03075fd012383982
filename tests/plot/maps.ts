/** Results to draw: Gaussian bowls anywhere on the sky, with and without failed pixels. */
import type { NsideMap, ScanMetadata, ScanResult } from '../../src/result/index.js';
import { disc, pixelCount, pixelVector } from '../../src/sky/index.js';

const DEGREE = Math.PI / 180;

export const METADATA: ScanMetadata = {
  runId: 136662,
  eventId: 35405932,
  eventType: 'BRONZE',
  mjd: 59723.32051140454,
  isRealEvent: true,
  complete: true,
};

export interface BowlOptions {
  readonly nsides?: readonly number[];
  /** Radius that is scanned at each nside, degrees; 180: all of it. */
  readonly radiiDeg?: readonly number[];
  /** Whether the fit of a pixel failed. */
  readonly fails?: (nside: number, pixel: number) => boolean;
  readonly metadata?: ScanMetadata | null;
}

/** llh = 1000 + (distance / sigma)^2 / 2, levelling off at 1300. */
export function bowl(raDeg: number, decDeg: number, sigmaDeg: number, options: BowlOptions = {}): ScanResult {
  const { nsides = [8, 64, 512], radiiDeg = [180, 12, 1.6], fails = () => false, metadata = METADATA } = options;
  const cosine = Math.cos(decDeg * DEGREE);
  const centre = [cosine * Math.cos(raDeg * DEGREE), cosine * Math.sin(raDeg * DEGREE), Math.sin(decDeg * DEGREE)];
  const at = new Float64Array(3);
  const maps = nsides.map((nside, k) => {
    const radius = radiiDeg[k]!;
    const pixels =
      radius >= 180 ? Array.from({ length: pixelCount(nside) }, (_, i) => i) : disc(nside, centre, radius * DEGREE);
    const llh = pixels.map((pixel) => {
      if (fails(nside, pixel)) return Number.NaN;
      pixelVector(nside, pixel, at);
      const chord = Math.hypot(at[0]! - centre[0]!, at[1]! - centre[1]!, at[2]! - centre[2]!);
      const distance = (2 * Math.asin(chord / 2)) / DEGREE / sigmaDeg;
      return 1000 + 300 * (1 - Math.exp((-0.5 * distance * distance) / 300));
    });
    return nsideMap(nside, pixels, llh);
  });
  return { metadata, maps };
}

export function nsideMap(nside: number, pixels: readonly number[], llh: readonly number[]): NsideMap {
  const zeros = (): Float64Array => new Float64Array(pixels.length);
  return {
    nside,
    pixel: Int32Array.from(pixels),
    llh: Float64Array.from(llh),
    eIn: zeros(),
    eTot: zeros(),
    x: zeros(),
    y: zeros(),
    z: zeros(),
    t: zeros(),
  };
}
