/** Known objects by their distance from the position of a map. */
import { angularDistance, credibleLevelAt, densityAt } from '../../sky/index.js';
import type { SkyMaps } from '../summary/summarize.js';
import { delta2LlhAt } from './regions.js';

/** An object of a catalogue; degrees, ICRS. */
export interface CatalogSource {
  readonly name: string;
  readonly raDeg: number;
  readonly decDeg: number;
}

/** An object as a map sees it. */
export interface NearSource {
  readonly name: string;
  readonly ra_deg: number;
  readonly dec_deg: number;
  /** From the position to publish. */
  readonly separation_deg: number;
  /** Smallest level whose region holds it. */
  readonly credible_level: number;
  readonly probability_per_deg2: number;
  /** null where nothing is known. */
  readonly delta_2llh: number | null;
}

const DEGREE = Math.PI / 180;

/** The `count` objects nearest to the peak of the blurred map, nearest first. */
export function nearestSources(sky: SkyMaps, sources: readonly CatalogSource[], count: number): NearSource[] {
  const { peak } = sky.probability;
  return sources
    .map((source) => ({
      source,
      separation: angularDistance(peak.raRad, peak.decRad, source.raDeg * DEGREE, source.decDeg * DEGREE),
    }))
    .sort((a, b) => a.separation - b.separation)
    .slice(0, count)
    .map(({ source: { name, raDeg, decDeg }, separation }) => {
      const [ra, dec] = [raDeg * DEGREE, decDeg * DEGREE];
      const delta = delta2LlhAt(sky, ra, dec);
      return {
        name,
        ra_deg: raDeg,
        dec_deg: decDeg,
        separation_deg: Math.round((separation / DEGREE) * 1e6) / 1e6,
        credible_level: credibleLevelAt(sky.probability, ra, dec),
        probability_per_deg2: densityAt(sky.probability, ra, dec) * DEGREE * DEGREE,
        delta_2llh: Number.isNaN(delta) ? null : delta,
      };
    });
}
