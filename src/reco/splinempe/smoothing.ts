/** The smoothing of a hit's likelihood over its jitter (specs/reco-splinempe.md 5.6). */

/** Residuals later than this are not smoothed, ns. */
export const LAST_SMOOTHED_NS = 40;
/** Samples reach this many widths to either side, and as much earlier than the start of the light (+ 5 ns) they begin. */
export const SMOOTHED_WIDTHS = 3;
export const EARLY_NS = 5;
export const SAMPLES = 21;
/** The middle of four passes of a recursive Gaussian filter over 21 samples. */
export const WEIGHTS: Float64Array = Float64Array.of(
  0.0045367714280884165,
  0.00417951387001795,
  0.007165880659180775,
  0.012230739358409844,
  0.02039748155105407,
  0.032898159742287984,
  0.050820955178923946,
  0.07428706995623552,
  0.1010286144992922,
  0.1247757934088119,
  0.13536208306024608,
  0.12477782701511694,
  0.10103364991426075,
  0.07429746986237243,
  0.05084149529650235,
  0.03293802287230787,
  0.020473937278617422,
  0.012375724850543095,
  0.007437448277507619,
  0.004681124558477269,
  0.0034602373617457073,
);

/** Whether a hit this late (ns after direct light) is smoothed. */
export function isSmoothed(residualNs: number, jitterNs: number): boolean {
  return jitterNs > 0 && residualNs <= LAST_SMOOTHED_NS && residualNs >= -SMOOTHED_WIDTHS * jitterNs - EARLY_NS;
}
