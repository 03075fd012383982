/**
 * The numbers by which `millipede_original`, `millipede_wilks` (specs/reco-millipede.md section 13) and `monopod` differ, and
 * the options that a user may change.
 */
import { numberSetting, refuseUnknownSettings, yesOrNoSetting } from '../settings.js';
import type { RecoSettings } from '../types.js';
import type { BinRules } from './rows.js';

/** Everything a fit needs to know besides the event. Plain data. */
export interface MillipedeSettings {
  readonly kind: 'original' | 'wilks';
  /** Follows the reference's minimisers and solver step by step instead of finding the minimum faster. */
  readonly isCompatible: boolean;
  /** Charge that makes a seed vertex, PE, tried in order (2.2). */
  readonly vertexThresholdsPe: readonly number[];
  /** How time is binned. */
  readonly bins: BinRules;
  /** Modules with more than this many times the mean charge are left out. */
  readonly brightFactor: number;
  /** One cascade, at the vertex, instead of a chain along the line. */
  readonly isPoint: boolean;
  /** Segments lie inside the cube |x|, |y|, |z| <= this, m. */
  readonly halfSizeM: number;
  /** Spacing of the segments in the first and in the later passes, m. */
  readonly coarseSpacingM: number;
  readonly fineSpacingM: number;
  /** Penalty on the square of a segment's energy (but the last one's), 1/GeV^2. */
  readonly regularization: number;
  /** Variance of a charge over its mean, PE: log L is divided by it. */
  readonly chargeVariance: number;
  /** Shape of the softened likelihood; null: Poisson. */
  readonly alpha: number | null;
  /** Standard deviation by which arrival times are smeared, ns. */
  readonly jitterNs: number;
  /** Whether the tilt of the ice's layers is used. */
  readonly usesTilt: boolean;
}

const ORIGINAL: MillipedeSettings = {
  kind: 'original',
  isCompatible: false,
  vertexThresholdsPe: [2],
  bins: { sigma: 3, minWidthNs: 8 },
  brightFactor: 10,
  isPoint: false,
  halfSizeM: 600,
  coarseSpacingM: 5,
  fineSpacingM: 2.5,
  regularization: 0,
  chargeVariance: 1,
  alpha: null,
  jitterNs: 2,
  usesTilt: false,
};

const WILKS: MillipedeSettings = {
  ...ORIGINAL,
  kind: 'wilks',
  vertexThresholdsPe: [250, 5],
  bins: { sigma: 2, minWidthNs: 25 },
  brightFactor: 2,
  halfSizeM: 650,
  regularization: 1e-14,
  alpha: 2,
  usesTilt: true,
};

/** Width of the time bins of a single cascade, ns. */
const GRID_NS = 25;
/**
 * A single cascade. Its light is seen from outside the detector, too. It has to explain the very first photons of the modules
 * close by: times are smeared by more than their resolution, without which valleys are a few ns apart. The charge of n
 * photo-electrons varies by 1.27 n, as the distribution of the charge of a single one says (specs/photon-tables.md
 * section 12).
 */
const MONOPOD: MillipedeSettings = {
  ...ORIGINAL,
  vertexThresholdsPe: [250, 5],
  bins: { gridNs: GRID_NS },
  isPoint: true,
  usesTilt: true,
  halfSizeM: 700,
  jitterNs: 5,
  chargeVariance: 1.27,
};

/** Settings of `monopod` with the user's options. Throws a ConfigError for anything else. */
export function monopodSettings(given: RecoSettings): MillipedeSettings {
  refuseUnknownSettings('monopod', given, ['bin_ns', 'jitter_ns', 'tilt']);
  return {
    ...MONOPOD,
    bins: binsSetting(given, GRID_NS, ORIGINAL.bins),
    jitterNs: jitterSetting(given, MONOPOD),
    usesTilt: yesOrNoSetting(given, 'tilt', MONOPOD.usesTilt),
  };
}

/** A grid of `bin_ns`, or blocks where that is 0. */
function binsSetting(given: RecoSettings, byDefault: number, blocks: BinRules): BinRules {
  const gridNs = numberSetting(given, 'bin_ns', byDefault, { min: 0, max: 1000 });
  return gridNs > 0 ? { gridNs } : blocks;
}

function jitterSetting(given: RecoSettings, { jitterNs }: MillipedeSettings): number {
  return numberSetting(given, 'jitter_ns', jitterNs, { min: 0, max: 50 });
}

/**
 * Settings of `millipede_original` or `millipede_wilks` with the user's options: `bin_ns`, `compatible` (yes or no),
 * `jitter_ns`, `tilt` (yes or no) and, for wilks, `alpha`. Throws a ConfigError for anything else.
 */
export function millipedeSettings(kind: 'original' | 'wilks', given: RecoSettings): MillipedeSettings {
  const base = kind === 'original' ? ORIGINAL : WILKS;
  const options = ['bin_ns', 'compatible', 'jitter_ns', 'tilt', ...(kind === 'wilks' ? ['alpha'] : [])];
  refuseUnknownSettings(`millipede_${kind}`, given, options);
  return {
    ...base,
    bins: binsSetting(given, 0, base.bins),
    isCompatible: yesOrNoSetting(given, 'compatible', base.isCompatible),
    jitterNs: jitterSetting(given, base),
    usesTilt: yesOrNoSetting(given, 'tilt', base.usesTilt),
    alpha: base.alpha === null ? null : numberSetting(given, 'alpha', base.alpha, { min: 1, max: 2 }),
  };
}
