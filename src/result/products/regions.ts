/**
 * Regions as products and answers know them: the smallest that hold a probability of the blurred map, or those below a
 * level of 2 delta llh (Wilks). What belongs to a choice (cells, outline, area, words) comes from here, so that
 * contours, MOCs and answers agree with each other and with the summary.
 */
import {
  type Cells,
  cellAt,
  contourLines,
  credibleRegion,
  type Ring,
  regionCells,
  WILKS_50,
  WILKS_90,
  wilksRegion,
} from '../../sky/index.js';
import { percent } from '../fits/map-cards.js';
import { regionBox, type SkyMaps } from '../summary/summarize.js';
import type { RegionBox } from '../summary/types.js';

/** How a region is chosen. */
export const REGION_KINDS = ['probability', 'wilks'] as const;
export type RegionKind = (typeof REGION_KINDS)[number];

/** Levels of alerts. */
export const DEFAULT_LEVELS: readonly number[] = [0.5, 0.9];

/** A region of a map, with the box that the summary would give it. */
export interface SkyRegion extends RegionBox {
  readonly kind: RegionKind;
  /** Probability inside; of Wilks regions the coverage that Wilks' theorem promises. Between 0 and 1. */
  readonly level: number;
  /** Of Wilks regions, null for others. */
  readonly delta_2llh: number | null;
  /** Sigma of the blur of the map the region is cut from, degrees; null for Wilks regions, which know no blur. */
  readonly angular_error_floor_deg: number | null;
}

/** A region of a map. `level` lies between 0 and 1. */
export function skyRegion(sky: SkyMaps, kind: RegionKind, level: number): SkyRegion {
  if (kind === 'probability') {
    const box = regionBox(credibleRegion(sky.probability, level));
    return { kind, level, delta_2llh: null, angular_error_floor_deg: sky.probability.floorDeg, ...box };
  }
  const delta = wilksDelta(level);
  return { kind, level, delta_2llh: delta, angular_error_floor_deg: null, ...regionBox(wilksRegion(sky.cells, delta)) };
}

/** The region of the pixels with 2 delta llh below a threshold, for example one that a collaboration has published. */
export function regionBelow(sky: SkyMaps, delta2Llh: number): Omit<SkyRegion, 'level'> {
  const box = regionBox(wilksRegion(sky.cells, delta2Llh));
  return { kind: 'wilks', delta_2llh: delta2Llh, angular_error_floor_deg: null, ...box };
}

/** 2 delta llh that covers `level` by Wilks' theorem with two degrees of freedom: 1.39 for 50 %, 4.61 for 90 %. */
export function wilksDelta(level: number): number {
  if (level === 0.5) return WILKS_50;
  if (level === 0.9) return WILKS_90;
  return -2 * Math.log1p(-level);
}

/** The cells that make up a region. */
export function cellsInRegion(sky: SkyMaps, region: Pick<SkyRegion, 'kind' | 'level'>): Cells {
  const { probability, cells } = sky;
  if (region.kind === 'probability') return pick(probability, regionCells(probability, region.level));
  const bound = wilksDelta(region.level);
  const lowest = lowestLlh(cells.llh);
  const inside: number[] = [];
  for (let i = 0; i < cells.llh.length; i++) if (2 * (cells.llh[i]! - lowest) < bound) inside.push(i);
  return pick(cells, inside);
}

/** Whether a position (radians) lies in a region. */
export function isInRegion(
  sky: SkyMaps,
  region: Pick<SkyRegion, 'kind' | 'level'>,
  raRad: number,
  decRad: number,
): boolean {
  if (region.kind === 'probability') {
    return regionCells(sky.probability, region.level).includes(cellAt(sky.probability, raRad, decRad));
  }
  return delta2LlhAt(sky, raRad, decRad) < wilksDelta(region.level);
}

/** 2 (llh - smallest llh) at a position (radians); NaN where nothing is known. */
export function delta2LlhAt({ cells }: SkyMaps, raRad: number, decRad: number): number {
  const cell = cellAt(cells, raRad, decRad);
  return cell < 0 ? Number.NaN : 2 * (cells.llh[cell]! - lowestLlh(cells.llh));
}

/** Outlines of a region: see `contourLines`. */
export function regionRings(sky: SkyMaps, region: Pick<SkyRegion, 'kind' | 'level'>): Ring[] {
  return region.kind === 'probability'
    ? contourLines(sky.probability, region.level)
    : contourLines(sky.cells, wilksDelta(region.level));
}

/** How a region was made, in words: `blurred by 0.2 deg`, `Wilks, 2 delta llh < 4.61`. */
export function regionMethod(region: Pick<SkyRegion, 'kind' | 'level' | 'angular_error_floor_deg'>): string {
  if (region.kind === 'wilks') return `Wilks, 2 delta llh < ${Number(wilksDelta(region.level).toFixed(4))}`;
  return blurText(region.angular_error_floor_deg ?? 0);
}

/** `blurred by 0.2 deg`, or `not blurred`. */
export function blurText(floorDeg: number): string {
  return floorDeg > 0 ? `blurred by ${floorDeg} deg` : 'not blurred';
}

/** A region's part of a file name: `90`, `90_wilks`. */
export function regionName({ kind, level }: Pick<SkyRegion, 'kind' | 'level'>): string {
  return kind === 'wilks' ? `${percent(level)}_wilks` : String(percent(level));
}

function lowestLlh(llh: Float64Array): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const value of llh) if (value < lowest) lowest = value;
  return lowest;
}

function pick({ nside, pixel }: Cells, which: readonly number[]): Cells {
  return { nside: Int32Array.from(which, (i) => nside[i]!), pixel: Float64Array.from(which, (i) => pixel[i]!) };
}
