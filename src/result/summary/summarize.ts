/**
 * The answer of a scan in one small object: where, how sure, how much energy (specs/reco-splinempe.md 14.2).
 *
 * Everything in it is a function of the result, but for what the caller hands in (`recoAlgo`, `nRecos`, `wallS`).
 * Angles are rounded to 10^-6 degrees and areas to six digits: below what a scan can know, above what a last bit of a
 * sine could change.
 */
import {
  credibleRegion,
  DEFAULT_FLOOR_DEG,
  finestCells,
  type ProbabilityMap,
  pixelPhi,
  pixelTheta,
  probabilityMap,
  type Region,
  type SkyCells,
  WILKS_50,
  WILKS_90,
  wilksRegion,
} from '../../sky/index.js';
import { bestFit, countPixels, type ScannedPixel } from '../lookup.js';
import type { ScanResult } from '../types.js';
import type { BestFitSummary, PeakSummary, RegionBox, ScanSummary } from './types.js';

/** Sigma of the blur of alert products, degrees an axis: with it splinempe's regions are those of IceCube's catalogue. */
export const DEFAULT_ANGULAR_ERROR_FLOOR_DEG: number = DEFAULT_FLOOR_DEG;

/** Probabilities of the regions, and the 2 delta llh of the same coverage by Wilks with two degrees of freedom. */
const LEVELS: readonly { readonly level: number; readonly delta2Llh: number }[] = [
  { level: 0.5, delta2Llh: WILKS_50 },
  { level: 0.9, delta2Llh: WILKS_90 },
];

/** A result seen as maps of the sky. */
export interface SkyMaps {
  /** The finest known pixel everywhere. */
  readonly cells: SkyCells;
  /** exp(-delta llh), blurred. */
  readonly probability: ProbabilityMap;
}

/**
 * The maps behind a summary and a multi-order file; made once and handed to both they cost once. null where no pixel
 * has an llh. Throws a ConfigError for a floor that is not a number of degrees in [0, 20].
 */
export function skyMaps(
  result: ScanResult,
  angularErrorFloorDeg: number = DEFAULT_ANGULAR_ERROR_FLOOR_DEG,
): SkyMaps | null {
  if (bestFit(result) === null) return null;
  const cells = finestCells(result.maps);
  return { cells, probability: probabilityMap(cells, { floorDeg: angularErrorFloorDeg }) };
}

/** The text of a `.summary.json`. */
export function summaryJson(summary: ScanSummary): string {
  return `${JSON.stringify(summary, null, 4)}\n`;
}

/** What a result does not say about its scan. */
export interface SummaryOptions {
  readonly recoAlgo: string | null;
  /** Why that one, where the choice was left to the scanner. Default null. */
  readonly recoChoice?: string | null;
  /** Fits that were made: pixels times variations. */
  readonly nRecos: number | null;
  /** Duration of the scan in seconds; the only number here that differs from run to run. */
  readonly wallS: number | null;
  /** Predictive scanning threshold. Default null: not known. Below 1 the map may depend on the order in which fits finished. */
  readonly threshold?: number | null;
  /** Default 0.2. Change it when the errors of your reconstruction are others than splinempe's; 0 is no blur. */
  readonly angularErrorFloorDeg?: number;
  /** `skyMaps` of the result, if it is there already. */
  readonly sky?: SkyMaps | null;
}

/** Summarises a whole or partial scan. */
export function summarize(result: ScanResult, options: SummaryOptions): ScanSummary {
  const { metadata } = result;
  const sky = options.sky === undefined ? skyMaps(result, options.angularErrorFloorDeg) : options.sky;
  const best = bestFit(result);
  const pixels = countPixels(result);
  return {
    run_id: metadata?.runId ?? null,
    event_id: metadata?.eventId ?? null,
    event_type: metadata?.eventType ?? null,
    mjd: known(metadata?.mjd),
    is_real_event: metadata?.isRealEvent ?? null,
    reco_algo: options.recoAlgo,
    ...(options.recoChoice == null ? {} : { reco_choice: options.recoChoice }),
    nsides: result.maps.map((map) => map.nside).sort((a, b) => a - b),
    n_pixels: pixels.all,
    n_failed_pixels: pixels.failed,
    n_recos: options.nRecos,
    predictive_scanning_threshold: options.threshold ?? null,
    wall_s: options.wallS,
    best_fit: best && bestFitSummary(best),
    peak: sky && peakSummary(sky.probability),
    regions:
      sky === null ? [] : LEVELS.map(({ level }) => ({ level, ...regionBox(credibleRegion(sky.probability, level)) })),
    wilks_regions:
      sky === null
        ? []
        : LEVELS.map(({ level, delta2Llh }) => ({
            level,
            delta_2llh: delta2Llh,
            ...regionBox(wilksRegion(sky.cells, delta2Llh)),
          })),
  };
}

function bestFitSummary(best: ScannedPixel): BestFitSummary {
  const { nside, pixel, llh, x, y, z } = best;
  return {
    ra_deg: degrees(pixelPhi(nside, pixel)),
    dec_deg: degrees(Math.PI / 2 - pixelTheta(nside, pixel)),
    nside,
    pixel,
    llh,
    position_m: [x, y, z].every(Number.isFinite) ? [x, y, z] : null,
    time_ns: known(best.timeNs),
    e_in_gev: known(best.eInGev),
    e_tot_gev: known(best.eTotGev),
  };
}

function peakSummary({ peak, floorDeg }: ProbabilityMap): PeakSummary {
  return { ra_deg: degrees(peak.raRad), dec_deg: degrees(peak.decRad), angular_error_floor_deg: floorDeg };
}

/** A region as files tell it, rounded. */
export function regionBox(region: Region): RegionBox {
  return {
    area_deg2: Number(region.areaDeg2.toPrecision(6)),
    ra_minus_deg: rounded(region.raMinusDeg),
    ra_plus_deg: rounded(region.raPlusDeg),
    dec_minus_deg: rounded(region.decMinusDeg),
    dec_plus_deg: rounded(region.decPlusDeg),
  };
}

function degrees(radians: number): number {
  return rounded((radians * 180) / Math.PI);
}

/** Six decimals; never -0, which JSON cannot hold. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}

function known(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
