/** What can be chosen about a picture. */
import { DEFAULT_ANGULAR_ERROR_FLOOR_DEG, type SkyMaps } from '../result/index.js';
import type { FrameName } from './frame.js';
import type { RaUnit } from './labels.js';
import type { AllSkyProjection } from './projection.js';
import type { ThemeName } from './theme.js';

/** What the colours show: 2 delta llh of the fits, or the blurred probability that regions are cut from. */
export const QUANTITIES = ['llh', 'probability'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** Kinds of 50 % and 90 % contours. */
export const CONTOURS = ['probability', 'wilks'] as const;
export type ContourKind = (typeof CONTOURS)[number];

/** A known object to mark. */
export interface SkySource {
  readonly name: string;
  readonly raDeg: number;
  readonly decDeg: number;
}

/** Choices for {@link allSkySvg} and {@link zoomSvg}; everything has a default. */
export interface PlotOptions {
  /** Light for paper (default), dark for slides. */
  readonly theme?: ThemeName;
  /** Default equatorial (ICRS). */
  readonly frame?: FrameName;
  /** Projection of the all-sky picture, default Mollweide. */
  readonly projection?: AllSkyProjection;
  /** Longitude in the middle of the all-sky picture, degrees. Default 180 in equatorial, 0 in galactic coordinates. */
  readonly centreDeg?: number;
  /** Default llh. */
  readonly quantity?: Quantity;
  /**
   * 2 delta llh at which the colours end. Default: 40 in the zoom (specs/sky-and-scan.md 8.3), in the all-sky picture
   * what covers nearly all pixels.
   */
  readonly range?: number;
  /** How right ascension is written on axes, default degrees. */
  readonly raUnit?: RaUnit;
  /** Which 50 % and 90 % contours are drawn. Default: probability. */
  readonly contours?: readonly ContourKind[];
  /** Width of the Gaussian that the probability is blurred with, degrees. Default 0.2 (specs/reco-splinempe.md 14.2). */
  readonly angularErrorFloorDeg?: number;
  /** Where the neutrino really came from, for simulated events. */
  readonly truth?: { readonly raDeg: number; readonly decDeg: number } | null;
  /** Objects to mark and name. */
  readonly sources?: readonly SkySource[];
  /** Name of the reconstruction, for the title: result files do not carry it. */
  readonly recoAlgo?: string;
  /** First line instead of run, event and type. */
  readonly title?: string;
  /** Side of the zoom window, degrees. Default: what the 90 % region asks for. */
  readonly windowDeg?: number;
  /** Draw the box that holds the 90 % region, in the zoom (default true). */
  readonly errorBox?: boolean;
  /** `skyMaps` of the result if it is there already: it costs most of a picture. Its floor counts. */
  readonly sky?: SkyMaps | null;
}

/** {@link PlotOptions} with every default filled in. */
export interface CompleteOptions {
  readonly theme: ThemeName;
  readonly frame: FrameName;
  readonly projection: AllSkyProjection;
  readonly centreDeg: number;
  readonly quantity: Quantity;
  readonly range: number | null;
  readonly raUnit: RaUnit;
  readonly contours: readonly ContourKind[];
  readonly angularErrorFloorDeg: number;
  readonly truth: { readonly raDeg: number; readonly decDeg: number } | null;
  readonly sources: readonly SkySource[];
  readonly recoAlgo: string | null;
  readonly title: string | null;
  readonly windowDeg: number | null;
  readonly errorBox: boolean;
  readonly sky: SkyMaps | null;
}

/** Fills in the defaults. */
export function completeOptions(options: PlotOptions): CompleteOptions {
  const frame = options.frame ?? 'equatorial';
  return {
    theme: options.theme ?? 'light',
    frame,
    projection: options.projection ?? 'mollweide',
    centreDeg: options.centreDeg ?? (frame === 'galactic' ? 0 : 180),
    quantity: options.quantity ?? 'llh',
    range: options.range ?? null,
    raUnit: options.raUnit ?? 'degrees',
    contours: options.contours ?? ['probability'],
    angularErrorFloorDeg:
      options.sky?.probability.floorDeg ?? options.angularErrorFloorDeg ?? DEFAULT_ANGULAR_ERROR_FLOOR_DEG,
    truth: options.truth ?? null,
    sources: options.sources ?? [],
    recoAlgo: options.recoAlgo ?? null,
    title: options.title ?? null,
    windowDeg: options.windowDeg ?? null,
    errorBox: options.errorBox ?? true,
    sky: options.sky ?? null,
  };
}
