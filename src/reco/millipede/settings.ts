/**
 * The numbers by which `millipede_original` and `millipede_wilks` differ (specs/reco-millipede.md section 13), and the
 * options that a user may change.
 */
import { numberSetting, refuseUnknownSettings, wordSetting, yesOrNoSetting } from '../settings.js';
import type { RecoSettings } from '../types.js';

/** Everything a fit needs to know besides the event. Plain data. */
export interface MillipedeSettings {
  readonly kind: 'original' | 'wilks';
  /** Follows the reference's minimisers and solver step by step instead of finding the minimum faster. */
  readonly isCompatible: boolean;
  /** Bayesian blocks: prior in standard deviations, least width of a bin in ns. */
  readonly binSigma: number;
  readonly minBinWidthNs: number;
  /** Modules with more than this many times the mean charge are left out. */
  readonly brightFactor: number;
  /** Segments lie inside the cube |x|, |y|, |z| <= this, m. */
  readonly halfSizeM: number;
  /** Spacing of the segments in the first and in the later passes, m. */
  readonly coarseSpacingM: number;
  readonly fineSpacingM: number;
  /** Penalty on the square of a segment's energy (but the last one's), 1/GeV^2. */
  readonly regularization: number;
  /** Shape of the softened likelihood; null: Poisson. */
  readonly alpha: number | null;
  /** Standard deviation by which arrival times are smeared, ns. */
  readonly jitterNs: number;
  /** Whether the tilt of the ice's layers is used. */
  readonly usesTilt: boolean;
  /** Which modules that saw nothing take part. */
  readonly unhit: UnhitModules;
}

/**
 * Unhit modules of a fit: all, a thin grid of witnesses of the dark, or the grid and what is near hit modules. Detectors
 * that have no such grid keep all.
 */
export type UnhitModules = 'all' | 'witnesses' | 'near';

const ORIGINAL: MillipedeSettings = {
  kind: 'original',
  isCompatible: false,
  binSigma: 3,
  minBinWidthNs: 8,
  brightFactor: 10,
  halfSizeM: 600,
  coarseSpacingM: 5,
  fineSpacingM: 2.5,
  regularization: 0,
  alpha: null,
  jitterNs: 2,
  usesTilt: false,
  unhit: 'all',
};

const WILKS: MillipedeSettings = {
  ...ORIGINAL,
  kind: 'wilks',
  binSigma: 2,
  minBinWidthNs: 25,
  brightFactor: 2,
  halfSizeM: 650,
  regularization: 1e-14,
  alpha: 2,
  usesTilt: true,
  unhit: 'witnesses',
};

/**
 * Settings of `millipede_original` or `millipede_wilks` with the user's options: `compatible` (yes or no), `jitter_ns`,
 * `tilt` (yes or no) and, for wilks, `alpha` and `unhit`. Throws a ConfigError for anything else.
 */
export function millipedeSettings(kind: 'original' | 'wilks', given: RecoSettings): MillipedeSettings {
  const base = kind === 'original' ? ORIGINAL : WILKS;
  const options = ['compatible', 'jitter_ns', 'tilt', ...(kind === 'wilks' ? ['alpha', 'unhit'] : [])];
  refuseUnknownSettings(`millipede_${kind}`, given, options);
  return {
    ...base,
    isCompatible: yesOrNoSetting(given, 'compatible', base.isCompatible),
    jitterNs: numberSetting(given, 'jitter_ns', base.jitterNs, { min: 0, max: 50 }),
    usesTilt: yesOrNoSetting(given, 'tilt', base.usesTilt),
    alpha: base.alpha === null ? null : numberSetting(given, 'alpha', base.alpha, { min: 1, max: 2 }),
    unhit: wordSetting(given, 'unhit', base.unhit, ['witnesses', 'near', 'all']),
  };
}
