/** Questions about the pixels of a result: the best one, the one at a position, all of them as one full-sky array. */
import { ConfigError } from '../config/index.js';
import { children, pixelAt, pixelCount } from '../sky/index.js';
import type { NsideMap, ScanResult } from './types.js';

/** One pixel of a result. Numbers that do not exist are NaN. */
export interface ScannedPixel {
  readonly nside: number;
  /** RING number. */
  readonly pixel: number;
  /** -log L, NaN where every fit failed. */
  readonly llh: number;
  readonly eInGev: number;
  readonly eTotGev: number;
  /** Fitted vertex: metres, ns since the start of the readout. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timeNs: number;
}

/**
 * The pixel of the smallest llh over all nsides; failed pixels are ignored, equal ones go to the lower (nside, pixel).
 * null where no pixel has an llh.
 */
export function bestFit(result: ScanResult): ScannedPixel | null {
  let best: { map: NsideMap; row: number } | null = null;
  for (const map of result.maps.toSorted((a, b) => a.nside - b.nside)) {
    for (let row = 0; row < map.llh.length; row++) {
      const llh = map.llh[row]!;
      if (Number.isFinite(llh) && (best === null || llh < best.map.llh[best.row]!)) best = { map, row };
    }
  }
  return best && scannedPixel(best.map, best.row);
}

/**
 * Whether a result has the form of older scanners: no header, energies but no vertices. Of such maps some are mirrored:
 * their pixel at colatitude t is meant to be at dec = t - 90 deg (specs/sky-and-scan.md section 1).
 */
export function isOfOldScanner({ metadata, maps }: ScanResult): boolean {
  return (
    metadata === null &&
    maps.every(({ x }) => x.every(Number.isNaN)) &&
    maps.some(({ eTot }) => !eTot.every(Number.isNaN))
  );
}

/**
 * The finest scanned pixel that contains a position (radians) and has an llh; the finest scanned at all where none has
 * one; null where the position was not scanned.
 */
export function scannedPixelAt(result: ScanResult, raRad: number, decRad: number): ScannedPixel | null {
  let failed: ScannedPixel | null = null;
  for (const map of result.maps.toSorted((a, b) => b.nside - a.nside)) {
    const row = rowOf(map.pixel, pixelAt(map.nside, Math.PI / 2 - decRad, raRad));
    if (row < 0) continue;
    if (Number.isFinite(map.llh[row])) return scannedPixel(map, row);
    failed ??= scannedPixel(map, row);
  }
  return failed;
}

/** -log L at a position (radians): that of `scannedPixelAt`, NaN where nothing is known. */
export function llhAt(result: ScanResult, raRad: number, decRad: number): number {
  return scannedPixelAt(result, raRad, decRad)?.llh ?? Number.NaN;
}

/** Numbers of pixels in a result, all and those without an llh. */
export function countPixels(result: ScanResult): { readonly all: number; readonly failed: number } {
  let all = 0;
  let failed = 0;
  for (const { llh } of result.maps) {
    all += llh.length;
    for (const value of llh) if (!Number.isFinite(value)) failed++;
  }
  return { all, failed };
}

/** 4 x 10^8 bytes; finer maps are better read cell by cell. */
const MAX_FLAT_NSIDE = 2048;

/**
 * llh of every pixel of the whole sky at one nside, RING order (specs/sky-and-scan.md 8.1): coarser pixels hand theirs
 * to all inside them, finer ones overwrite where they have one, nsides finer than asked for give way. NaN: not known.
 * Throws a ConfigError above nside 2048.
 */
export function flattenLlh(result: ScanResult, nside: number): Float64Array {
  checkFlatNside(nside);
  const flat = new Float64Array(pixelCount(nside)).fill(Number.NaN);
  const maps = result.maps.filter((map) => map.nside <= nside).sort((a, b) => a.nside - b.nside);
  for (const map of maps) {
    for (let row = 0; row < map.pixel.length; row++) {
      const llh = map.llh[row]!;
      if (!Number.isFinite(llh)) continue;
      if (map.nside === nside) flat[map.pixel[row]!] = llh;
      else for (const child of children(map.nside, map.pixel[row]!, nside)) flat[child] = llh;
    }
  }
  return flat;
}

/** Throws a ConfigError for an nside whose flat map would be too large. */
export function checkFlatNside(nside: number): void {
  if (nside > MAX_FLAT_NSIDE) {
    throw new ConfigError(
      'config/bad-value',
      `A flat map at nside ${nside} would have ${pixelCount(nside)} pixels; the limit is nside ${MAX_FLAT_NSIDE}.`,
      'Use the multi-order map, which has no such limit.',
    );
  }
}

function scannedPixel(map: NsideMap, row: number): ScannedPixel {
  return {
    nside: map.nside,
    pixel: map.pixel[row]!,
    llh: map.llh[row]!,
    eInGev: map.eIn[row]!,
    eTotGev: map.eTot[row]!,
    x: map.x[row]!,
    y: map.y[row]!,
    z: map.z[row]!,
    timeNs: map.t[row]!,
  };
}

/** Row of a pixel by bisection, -1 where it is not there. */
export function rowOf(pixels: Int32Array, pixel: number): number {
  let low = 0;
  let high = pixels.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (pixels[middle] === pixel) return middle;
    if (pixels[middle]! < pixel) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
