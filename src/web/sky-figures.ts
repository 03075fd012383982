/** What a page says about a map: position, regions with their outlines, probability. The same numbers as all products. */
import { type RegionKind, regionRings, type SkyMaps, type SkyRegion, skyRegion } from '../result/index.js';
import type { ProbabilityMap } from '../sky/index.js';

const DEGREE = Math.PI / 180;
const LEVELS = [0.5, 0.9] as const;
const KINDS: readonly RegionKind[] = ['probability', 'wilks'];

/** A region with its outline: closed rings of right ascension and declination, degrees. */
export interface RegionFigures extends SkyRegion {
  readonly rings: readonly (readonly (readonly [raDeg: number, decDeg: number])[])[];
}

/** Figures of a map. Plain data: it travels between threads. */
export interface SkyFigures {
  /** Maximum of the blurred probability: the position to publish. */
  readonly peak: { readonly raDeg: number; readonly decDeg: number; readonly floorDeg: number };
  /** Probability 50 % and 90 %, then Wilks 50 % and 90 %. */
  readonly regions: readonly RegionFigures[];
  readonly probability: Pick<ProbabilityMap, 'nside' | 'pixel' | 'density'>;
}

/** The figures of a map. */
export function skyFigures(sky: SkyMaps): SkyFigures {
  const { nside, pixel, density, peak, floorDeg } = sky.probability;
  return {
    peak: { raDeg: peak.raRad / DEGREE, decDeg: peak.decRad / DEGREE, floorDeg },
    regions: KINDS.flatMap((kind) =>
      LEVELS.map((level) => {
        const region = skyRegion(sky, kind, level);
        const rings = regionRings(sky, region).map((ring) =>
          ring.map(({ raRad, decRad }) => [rounded(raRad / DEGREE), rounded(decRad / DEGREE)] as const),
        );
        return { ...region, rings };
      }),
    ),
    probability: { nside, pixel, density },
  };
}

/** Distance of a region's edge as tables have it, degrees. */
export function edgeText(deg: number): string {
  return deg.toFixed(deg < 100 ? 3 : 1);
}

function rounded(deg: number): number {
  return Math.round(deg * 1e5) / 1e5;
}
