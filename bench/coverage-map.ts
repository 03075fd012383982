/**
 * The likelihood's map around the truth of a simulated event, as fine as its 90 % region needs: pixels are fitted outwards
 * from the truth, always on from the best one, each from its best neighbour's vertex.
 */
import type { DecodedEvent } from '../src/event/index.js';
import type { Fit, RecoResult, Seed } from '../src/reco/index.js';
import { directionOf, neighbours, pixelAt, pixelPhi, pixelTheta, raDecOf, skyFrame } from '../src/sky/index.js';

/**
 * Neighbours of pixels within this of the minimum are fitted, and belong to the map: 2 delta llh of 5, 92 % by Wilks.
 */
export const GROWTH_LLH = 2.5;
/** A map is fine enough with so many pixels up to this above the minimum: about 14 in the 90 % region. */
const CORE_LLH = 1;
const ENOUGH_PIXELS = 6;
/** With so many or fewer of them the next map is four times finer, else twice. */
const FEW_PIXELS = 1;
/** A pixel that is so much above a neighbour is fitted once more from there. */
const RESTART_LLH = 3;
/** The number of such a fit is above all variations: it starts where it is told, without looking around. */
const RESTART = 200;

/** The finest map, -log L above its minimum. */
export interface AroundTruth {
  readonly nside: number;
  readonly pixel: readonly number[];
  readonly llh: readonly number[];
  /** At the very direction of the truth. */
  readonly truthLlh: number;
  readonly fits: number;
  readonly best: RecoResult;
}

/** Fits around the truth, first with pixels of `firstNside`, then with finer ones up to `lastNside`. */
export async function mapAroundTruth(
  event: DecodedEvent,
  fitTask: Fit,
  firstNside: number,
  lastNside: number,
): Promise<AroundTruth> {
  const truth = event.truth!;
  const frame = skyFrame(event.header.mjd);
  const { raRad, decRad } = raDecOf(frame, truth.zenith, truth.azimuth);
  const start: Seed = { x: truth.x, y: truth.y, z: truth.z, timeNs: truth.timeNs, energyGev: Number.NaN };
  let fits = 0;
  const fitAt = async (
    nside: number,
    pixel: number,
    seeds: Seed[],
    variation: number,
    zenith: number,
    azimuth: number,
  ): Promise<RecoResult> => {
    fits++;
    return (await fitTask({ nside, pixel, zenith, azimuth, variations: [{ variation, seeds }] }))[0]!;
  };
  const fitPixel = (nside: number, pixel: number, seeds: Seed[], variation: number): Promise<RecoResult> => {
    const { zenith, azimuth } = directionOf(frame, pixelPhi(nside, pixel), Math.PI / 2 - pixelTheta(nside, pixel));
    return fitAt(nside, pixel, seeds, variation, zenith, azimuth);
  };
  const atPixel = (nside: number): number => pixelAt(nside, Math.PI / 2 - decRad, raRad);

  let nside = firstNside;
  let map = mapOf([await fitPixel(nside, atPixel(nside), [start], 0)]);
  const fitFrom = (pixel: number, from: RecoResult): Promise<RecoResult> => fitPixel(nside, pixel, [from], RESTART);
  for (;;) {
    await grow(map, CORE_LLH, fitFrom);
    const best = lowest(map);
    const core = [...map.values()].filter(({ llh }) => llh < best.llh + CORE_LLH).length;
    if (core >= ENOUGH_PIXELS || nside >= lastNside) break;
    const atTruth = map.get(atPixel(nside))!;
    const [theta, phi] = [pixelTheta(nside, best.pixel), pixelPhi(nside, best.pixel)];
    nside = Math.min(lastNside, nside * (core <= FEW_PIXELS ? 4 : 2));
    const starts = [await fitPixel(nside, atPixel(nside), [atTruth, start], 0)];
    const atBest = pixelAt(nside, theta, phi);
    if (atBest !== starts[0]!.pixel) starts.push(await fitPixel(nside, atBest, [best], 0));
    map = mapOf(starts);
  }
  await grow(map, GROWTH_LLH, fitFrom);
  const own = map.get(atPixel(nside))!;
  const truthFit = await fitAt(nside, own.pixel, [own, start], 0, truth.zenith, truth.azimuth);
  const best = lowest(map);
  const pixel = [...map.keys()].sort((a, b) => a - b);
  const above = (llh: number): number => Number((llh - best.llh).toFixed(4));
  return {
    nside,
    pixel,
    llh: pixel.map((p) => above(map.get(p)!.llh)),
    truthLlh: above(truthFit.llh),
    fits,
    best,
  };
}

function lowest(map: ReadonlyMap<number, RecoResult>): RecoResult {
  let best: RecoResult | null = null;
  for (const result of map.values()) if (best === null || result.llh < best.llh) best = result;
  return best!;
}

function mapOf(results: readonly RecoResult[]): Map<number, RecoResult> {
  return new Map(results.map((result) => [result.pixel, result]));
}

/** Fits neighbours, on from the best pixel whose neighbours are not all fitted, until those left are too far up. */
async function grow(
  fitted: Map<number, RecoResult>,
  growthLlh: number,
  fitFrom: (pixel: number, from: RecoResult) => Promise<RecoResult>,
): Promise<void> {
  const done = new Set<number>();
  const again = new Set<number>();
  let minimum = lowest(fitted).llh;
  for (;;) {
    let best: RecoResult | null = null;
    for (const result of fitted.values()) {
      if (!done.has(result.pixel) && result.llh <= (best?.llh ?? minimum + growthLlh)) best = result;
    }
    if (best === null) return;
    done.add(best.pixel);
    for (const next of neighbours(best.nside, best.pixel)) {
      if (next < 0) continue;
      const before = fitted.get(next);
      // Once more, as a scan restarts a pixel: from a neighbour that is much better.
      if (before !== undefined && (again.has(next) || before.llh < best.llh + RESTART_LLH)) continue;
      if (before !== undefined) again.add(next);
      const result = await fitFrom(next, best);
      if (before !== undefined && !(result.llh < before.llh)) continue;
      fitted.set(next, result);
      done.delete(next);
      minimum = Math.min(minimum, result.llh);
    }
  }
}
