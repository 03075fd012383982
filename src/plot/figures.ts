/**
 * What the pictures say in numbers and lines: best fit, position to publish, regions and their outlines, values to
 * colour by. From the same functions that the summary and the map files use, so that pictures and files agree.
 */
import { bestFit, type ScanResult, type SkyMaps, skyMaps } from '../result/index.js';
import {
  ancestor,
  contourLines,
  credibleRegion,
  pixelPhi,
  pixelTheta,
  type Region,
  type Ring,
  WILKS_50,
  WILKS_90,
  wilksRegion,
} from '../sky/index.js';
import type { ValueCells } from './cells.js';
import type { LonLat } from './frame.js';
import type { CompleteOptions, ContourKind } from './options.js';

/** A position on the sky, degrees (ICRS). */
export interface Position {
  readonly raDeg: number;
  readonly decDeg: number;
}

/** A 50 % or 90 % region and its outline. */
export interface RegionFigure {
  readonly kind: ContourKind;
  readonly level: number;
  readonly region: Region;
  /** Closed rings of right ascension and declination, degrees. */
  readonly rings: readonly (readonly LonLat[])[];
}

/** Everything a picture shows of a result. */
export interface MapFigures {
  readonly bestFit: (Position & { readonly nside: number }) | null;
  readonly peak: Position | null;
  /** Always with those of the probability: the window of the zoom depends on them. */
  readonly regions: readonly RegionFigure[];
  /** Cells and what colours them: 2 delta llh, or probability per square degree. */
  readonly values: ValueCells;
  /** Pixels (RING) whose fit failed and that no coarser fit stands in for. */
  readonly failed: { readonly nside: number[]; readonly pixel: number[] };
}

const DEGREE = Math.PI / 180;

/** The figures of a result. */
export function mapFigures(result: ScanResult, options: CompleteOptions): MapFigures {
  const failed = failedPixels(result);
  const best = bestFit(result);
  const sky = options.sky ?? skyMaps(result, options.angularErrorFloorDeg);
  if (best === null || sky === null) {
    return { bestFit: null, peak: null, regions: [], values: { nside: [], pixel: [], value: [] }, failed };
  }
  const { nside, pixel, llh } = best;
  return {
    bestFit: { raDeg: pixelPhi(nside, pixel) / DEGREE, decDeg: 90 - pixelTheta(nside, pixel) / DEGREE, nside },
    peak: { raDeg: sky.probability.peak.raRad / DEGREE, decDeg: sky.probability.peak.decRad / DEGREE },
    regions: regionsOf(sky, options),
    values: valuesOf(sky, llh, options),
    failed,
  };
}

function regionsOf({ cells, probability }: SkyMaps, { contours }: CompleteOptions): RegionFigure[] {
  const regions: RegionFigure[] = [0.5, 0.9].map((level) => ({
    kind: 'probability',
    level,
    region: credibleRegion(probability, level),
    rings: contourLines(probability, level).map(inDegrees),
  }));
  if (!contours.includes('wilks')) return regions;
  for (const [level, delta2Llh] of [
    [0.5, WILKS_50],
    [0.9, WILKS_90],
  ] as const) {
    const rings = contourLines(cells, delta2Llh).map(inDegrees);
    regions.push({ kind: 'wilks', level, region: wilksRegion(cells, delta2Llh), rings });
  }
  return regions;
}

function inDegrees(ring: Ring): LonLat[] {
  return ring.map(({ raRad, decRad }) => [raRad / DEGREE, decRad / DEGREE]);
}

function valuesOf({ cells, probability }: SkyMaps, llh: number, { quantity }: CompleteOptions): ValueCells {
  if (quantity === 'probability') {
    return { ...probability, value: probability.density.map((perSteradian) => perSteradian * DEGREE * DEGREE) };
  }
  return { ...cells, value: cells.llh.map((value) => 2 * (value - llh)) };
}

function failedPixels({ maps }: ScanResult): MapFigures['failed'] {
  const failed: MapFigures['failed'] = { nside: [], pixel: [] };
  if (maps.every((map) => map.llh.every(Number.isFinite))) return failed;
  const fitted: { readonly nside: number; readonly pixels: Set<number> }[] = [];
  for (const map of maps.toSorted((a, b) => a.nside - b.nside)) {
    const pixels = new Set<number>();
    for (let i = 0; i < map.pixel.length; i++) {
      const pixel = map.pixel[i]!;
      if (Number.isFinite(map.llh[i])) pixels.add(pixel);
      else if (!fitted.some((coarser) => coarser.pixels.has(ancestor(map.nside, pixel, coarser.nside)))) {
        failed.nside.push(map.nside);
        failed.pixel.push(pixel);
      }
    }
    fitted.push({ nside: map.nside, pixels });
  }
  return failed;
}
