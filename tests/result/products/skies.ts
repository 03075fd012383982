/** Maps whose regions are of every awkward shape: at RA 0 and 180, on the poles, islands, with a hole, nearly all the sky. */
import type { NsideMap, ScanResult, SkyMaps } from '../../../src/result/index.js';
import { skyMaps } from '../../../src/result/index.js';
import { bowl, type Landscape, scanOf, together, vectorOf } from '../../sky/maps.js';
import { mapOf, metadata } from '../support.js';

/** A ring of likelihood around a position. */
function ringAround(raDeg: number, decDeg: number, radiusDeg: number, sigmaDeg: number): Landscape {
  const distance = bowl(raDeg, decDeg, Math.SQRT1_2);
  return (x, y, z) => (Math.sqrt(distance(x, y, z)) - radiusDeg) ** 2 / (2 * sigmaDeg ** 2);
}

/** All the sky but the surroundings of a position. */
function allBut(raDeg: number, decDeg: number, radiusDeg: number): Landscape {
  const [cx, cy, cz] = vectorOf(raDeg, decDeg);
  return (x, y, z) => {
    const cosine = x * cx + y * cy + z * cz;
    return 12 / (1 + Math.exp((Math.acos(Math.min(1, cosine)) * 57.3 - radiusDeg) / 3)) + 0.01 * cosine;
  };
}

const FINE: readonly [number, number][] = [
  [8, 0],
  [64, 12],
  [512, 24],
];
const COARSE: readonly [number, number][] = [[16, 0]];

/** Landscapes by what is special about them. */
export const SKIES: Readonly<Record<string, readonly [Landscape, readonly [number, number][]]>> = {
  anywhere: [bowl(57.3, 17.2, 0.3), FINE],
  'at RA 0': [bowl(0, 0.01, 0.4), FINE],
  'at RA 180': [bowl(180, -20, 0.4), FINE],
  'beside the north pole': [bowl(10, 89.7, 0.5), FINE],
  'on the south pole': [bowl(123, -90, 0.5), FINE],
  'wide, over the north pole': [bowl(40, 70, 20), COARSE],
  'two islands': [together(bowl(100, 10, 6), bowl(182, -30, 6)), COARSE],
  'with a hole at RA 180': [ringAround(178, 5, 30, 5), COARSE],
  'around a pole with a hole on it': [ringAround(0, -90, 40, 6), COARSE],
  'more than a hemisphere': [bowl(200, 30, 60), COARSE],
  'all but a disc': [allBut(60, -10, 35), COARSE],
  'all but a disc at RA 180': [allBut(180, 20, 35), COARSE],
};

/** The result of a scan of a landscape. */
export function resultOf([landscape, nsides]: readonly [Landscape, readonly [number, number][]]): ScanResult {
  const maps = scanOf(landscape, nsides).map(
    ({ nside, pixel, llh }): NsideMap =>
      mapOf(
        nside,
        Array.from(pixel, (p, i) => [p, 1000 + llh[i]!] as const),
      ),
  );
  return { metadata, maps };
}

/** Its maps. */
export function skyOf(name: string, floorDeg = 0.2): SkyMaps {
  return skyMaps(resultOf(SKIES[name]!), floorDeg)!;
}
