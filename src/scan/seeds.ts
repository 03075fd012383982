/**
 * Where the fits of a pixel start: the event's seed vertex or the fit of a coarser pixel, moved by the reco's vertex
 * variations, with the time that the closest hit module asks for (specs/reco-splinempe.md section 4).
 */
import { type HlcTimes, refineSeedTime, rotateIntoTrack } from '../prepare/index.js';
import type { Reco, RecoTask, Seed, VariationSeeds, Vertex } from '../reco/index.js';
import { directionOf, pixelPhi, pixelTheta, type SkyFrame } from '../sky/index.js';

/** How a reco wants its seeds. */
export type SeedRules = Pick<Reco, 'variations' | 'rotatesVertex' | 'refinesTime' | 'addsFallbackSeed'>;

/** The fit of another pixel, as far as seeds need it. */
export interface CoarserFit extends Vertex {
  readonly energyGev: number;
}

/** Everything of an event that all pixels share. */
export interface SeedSource {
  readonly rules: SeedRules;
  readonly frame: SkyFrame;
  readonly seedVertex: Vertex;
  readonly hlcTimes: HlcTimes | null;
}

/** The task that fits the given variations of one pixel. `coarser` null: start from the event's seed vertex. */
export function taskOf(
  source: SeedSource,
  nside: number,
  pixel: number,
  variations: readonly number[],
  coarser: CoarserFit | null,
): RecoTask {
  const { zenith, azimuth } = directionOf(source.frame, pixelPhi(nside, pixel), Math.PI / 2 - pixelTheta(nside, pixel));
  return {
    nside,
    pixel,
    zenith,
    azimuth,
    variations: variations.map((variation) => variationSeeds(source, zenith, azimuth, variation, coarser)),
  };
}

/** The fit of a neighbour, and the number of the variation that starts there. */
export interface NeighboursFit {
  readonly variation: number;
  readonly fit: CoarserFit;
}

/** The task that fits a pixel once more, as further variations, from where fits of neighbours ended. */
export function restartOf(source: SeedSource, nside: number, pixel: number, fits: readonly NeighboursFit[]): RecoTask {
  const variations = fits.map(({ variation, fit: { x, y, z, timeNs, energyGev } }) => ({
    variation,
    seeds: [{ x, y, z, timeNs, energyGev }],
  }));
  return { ...taskOf(source, nside, pixel, [], null), variations };
}

function variationSeeds(
  source: SeedSource,
  zenith: number,
  azimuth: number,
  variation: number,
  coarser: CoarserFit | null,
): VariationSeeds {
  const { rules, hlcTimes, seedVertex } = source;
  const vector = rules.variations[variation]!;
  const offset = rules.rotatesVertex ? rotateIntoTrack(vector, zenith, azimuth) : vector;
  const seedAt = (base: Vertex, energyGev: number): Seed => {
    const x = base.x + offset[0];
    const y = base.y + offset[1];
    const z = base.z + offset[2];
    const refines = rules.refinesTime && hlcTimes !== null;
    const timeNs = refines ? refineSeedTime(hlcTimes, x, y, z, zenith, azimuth, base.timeNs) : base.timeNs;
    return { x, y, z, timeNs, energyGev };
  };
  if (coarser === null) return { variation, seeds: [seedAt(seedVertex, NaN)] };
  const seeds = [seedAt(coarser, coarser.energyGev)];
  const isElsewhere = coarser.x !== seedVertex.x || coarser.y !== seedVertex.y || coarser.z !== seedVertex.z;
  if (rules.addsFallbackSeed && isElsewhere) seeds.push(seedAt(seedVertex, NaN));
  return { variation, seeds };
}
