/** The artificial likelihood landscapes of `../shared/data/scan-vectors` (its README, "llh(nside, pixel, variation)"). */
import { pixelPhi, pixelTheta } from '../../src/sky/index.js';

export interface LandscapeRecipe {
  readonly base: number;
  readonly bowls: readonly { readonly ra: number; readonly dec: number; readonly depth: number; readonly k: number }[];
  readonly step?: { readonly ra: number; readonly dec: number; readonly d2: number; readonly height: number };
  readonly rugged?: { readonly amp: number; readonly seed: number };
  readonly posvar_spread?: { readonly amp: number; readonly seed: number };
  readonly nan?: { readonly mod: number; readonly seed: number; readonly min_posvar?: number };
  readonly nan_pixels?: readonly (readonly [number, number])[];
}

const unit = (theta: number, phi: number): [number, number, number] => [
  Math.sin(theta) * Math.cos(phi),
  Math.sin(theta) * Math.sin(phi),
  Math.cos(theta),
];
const degrees = (ra: number, dec: number): [number, number, number] =>
  unit(((90 - dec) * Math.PI) / 180, (ra * Math.PI) / 180);
const squared = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + (value - b[i]!) * (value - b[i]!), 0);

/** 32 bits out of four integers. */
export function hash(nside: number, pixel: number, variation: number, seed: number): number {
  let h = Math.imul(nside, 73856093);
  h ^= Math.imul(pixel, 19349663);
  h ^= Math.imul(variation, 83492791);
  h ^= Math.imul(seed, 2654435761);
  h ^= h >>> 16;
  h = Math.imul(h, 2246822507);
  h ^= h >>> 13;
  h = Math.imul(h, 3266489909);
  h ^= h >>> 16;
  return h >>> 0;
}

/** llh of one variation of a pixel, NaN where its fit "fails". */
export function landscapeLlh(recipe: LandscapeRecipe, nside: number, pixel: number, variation: number): number {
  const { nan, step, rugged, posvar_spread: spread } = recipe;
  if (recipe.nan_pixels?.some(([n, p]) => n === nside && p === pixel)) return Number.NaN;
  if (nan && variation >= (nan.min_posvar ?? 0) && hash(nside, pixel, variation, nan.seed) % nan.mod === 0) {
    return Number.NaN;
  }
  const here = unit(pixelTheta(nside, pixel), pixelPhi(nside, pixel));
  const wells = recipe.bowls.map(({ ra, dec, depth, k }) => {
    const w = k * squared(here, degrees(ra, dec));
    return depth * (w / (1 + w)) - depth;
  });
  let llh = recipe.base + Math.min(...wells);
  if (step && squared(here, degrees(step.ra, step.dec)) > step.d2) llh += step.height;
  if (rugged) llh += rugged.amp * (hash(nside, pixel, 0, rugged.seed) / 4294967296);
  if (spread) llh += spread.amp * (hash(nside, pixel, variation, spread.seed) / 4294967296);
  return llh;
}
