/** Sky maps for the tests: scans of a known likelihood, and a real scan from its file. */
import { unzipSync } from 'fflate';
import type { LlhMap } from '../../src/sky/index.js';
import { children, pixelAt, pixelCount, pixelPhi, pixelTheta, pixelVector } from '../../src/sky/index.js';
import { sharedBytes } from '../support/shared.js';

export const DEGREE: number = Math.PI / 180;
export const OLD_SCAN: string = 'data/events/run00136662-evt000035405932-BRONZE-8_64_512.npz';

/** Unit vector of a position in degrees. */
export function vectorOf(raDeg: number, decDeg: number): [number, number, number] {
  const [ra, dec] = [raDeg * DEGREE, decDeg * DEGREE];
  return [Math.cos(dec) * Math.cos(ra), Math.cos(dec) * Math.sin(ra), Math.sin(dec)];
}

/** -log L as a function of a direction. */
export type Landscape = (x: number, y: number, z: number) => number;

/** The likelihood of a Gaussian of `sigmaDeg` an axis. */
export function bowl(raDeg: number, decDeg: number, sigmaDeg: number, depth = 0): Landscape {
  const [cx, cy, cz] = vectorOf(raDeg, decDeg);
  return (x, y, z) => {
    const angle = (2 * Math.asin(Math.min(1, Math.hypot(x - cx, y - cy, z - cz) / 2))) / DEGREE;
    return angle ** 2 / (2 * sigmaDeg ** 2) - depth;
  };
}

/** Several at once: the sum of their likelihoods. */
export function together(...parts: Landscape[]): Landscape {
  return (x, y, z) => {
    const values = parts.map((part) => part(x, y, z));
    const lowest = Math.min(...values);
    return lowest - Math.log(values.reduce((sum, value) => sum + Math.exp(lowest - value), 0));
  };
}

/** Maps as a scan makes them: all of the first nside, then the children of the best pixels. */
export function scanOf(
  landscape: Landscape,
  nsides: readonly [nside: number, pixels: number][] = [
    [8, 0],
    [64, 12],
    [512, 24],
  ],
): LlhMap[] {
  const maps: LlhMap[] = [];
  const vector = new Float64Array(3);
  let best: number[] = [];
  let coarser = 0;
  for (const [k, [nside]] of nsides.entries()) {
    const pixel = best.flatMap((p) => children(coarser, p, nside));
    if (k === 0) for (let p = 0; p < pixelCount(nside); p++) pixel.push(p);
    pixel.sort((a, b) => a - b);
    const llh = pixel.map((p) => {
      const [x, y, z] = pixelVector(nside, p, vector);
      return landscape(x!, y!, z!);
    });
    maps.push({ nside, pixel, llh });
    const order = pixel.map((_, i) => i).sort((a, b) => llh[a]! - llh[b]! || a - b);
    best = order.slice(0, nsides[k + 1]?.[1] ?? 0).map((i) => pixel[i]!);
    coarser = nside;
  }
  return maps;
}

/** The old full scan of run 136662, its mirrored declination put right (specs/sky-and-scan.md section 1). */
export function oldScan(): LlhMap[] {
  return Object.entries(unzipSync(sharedBytes(OLD_SCAN)))
    .map(([name, bytes]) => {
      const nside = Number(/nside-(\d+)/.exec(name)![1]);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const pixel: number[] = [];
      const llh: number[] = [];
      for (let at = 10 + view.getUint16(8, true); at < bytes.length; at += 32) {
        const mirrored = Number(view.getBigInt64(at, true));
        pixel.push(pixelAt(nside, Math.PI - pixelTheta(nside, mirrored), pixelPhi(nside, mirrored)));
        llh.push(view.getFloat64(at + 8, true));
      }
      return { nside, pixel, llh };
    })
    .sort((a, b) => a.nside - b.nside);
}

/** A repeatable random number in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
