/** Content of `TYPE.summary.json`, as it stands there (specs: names with units, `null` for what does not exist). */

/** Box around a region: distances in degrees, positive, from the position the region belongs to. */
export interface RegionBox {
  readonly area_deg2: number;
  readonly ra_minus_deg: number;
  readonly ra_plus_deg: number;
  readonly dec_minus_deg: number;
  readonly dec_plus_deg: number;
}

/** Smallest region of the blurred map that holds `level` of the probability; distances from `peak`. */
export interface RegionSummary extends RegionBox {
  readonly level: number;
}

/** Finest known pixels whose 2 (llh - smallest llh) is below `delta_2llh`; distances from `best_fit`. */
export interface WilksRegionSummary extends RegionBox {
  readonly level: number;
  readonly delta_2llh: number;
}

/** The pixel of the smallest llh. */
export interface BestFitSummary {
  readonly ra_deg: number;
  readonly dec_deg: number;
  readonly nside: number;
  readonly pixel: number;
  readonly llh: number;
  readonly position_m: readonly [x: number, y: number, z: number] | null;
  readonly time_ns: number | null;
  readonly e_in_gev: number | null;
  readonly e_tot_gev: number | null;
}

/** Where the blurred map is largest: the position to publish. */
export interface PeakSummary {
  readonly ra_deg: number;
  readonly dec_deg: number;
  readonly angular_error_floor_deg: number;
}

/** The answer of a scan. */
export interface ScanSummary {
  readonly run_id: number | null;
  readonly event_id: number | null;
  readonly event_type: string | null;
  readonly mjd: number | null;
  readonly is_real_event: boolean | null;
  readonly reco_algo: string | null;
  /** Why that one; only where the choice was left to the scanner. */
  readonly reco_choice?: string | undefined;
  readonly nsides: readonly number[];
  readonly n_pixels: number;
  readonly n_failed_pixels: number;
  readonly n_recos: number | null;
  readonly predictive_scanning_threshold: number | null;
  readonly wall_s: number | null;
  readonly best_fit: BestFitSummary | null;
  readonly peak: PeakSummary | null;
  readonly regions: readonly RegionSummary[];
  readonly wilks_regions: readonly WilksRegionSummary[];
}
