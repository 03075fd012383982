/**
 * What a reconstruction ("reco") is to the scanner: a way to prepare an event once, a rule for the start vertices of a
 * pixel, and a fit of one task (one pixel, direction fixed, some start vertices). Everything is plain data, so that a
 * prepared event and its tasks travel to threads, other machines and browsers unchanged.
 *
 * Units: metre, nanosecond, GeV, radian. Directions (zenith, azimuth) say where the particle comes from.
 */
import type { Detector } from '../detector/index.js';
import type { DecodedEvent } from '../event/index.js';
import type { IceModel, LightSplines, MuonSplines, PhotonTables } from '../light/index.js';
import type { HlcTimes } from '../prepare/index.js';

/** A point in space and time: metres in the detector frame, ns since the start of the readout. */
export interface Vertex {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timeNs: number;
}

/** Start of one fit. */
export interface Seed extends Vertex {
  /** GeV, NaN where unknown. */
  readonly energyGev: number;
}

/** One vertex variation of a pixel, with its first start and, where the reco asks for it, a fallback. */
export interface VariationSeeds {
  readonly variation: number;
  /** One or two starts; the better fit counts. */
  readonly seeds: readonly Seed[];
}

/** One unit of work: one pixel at a fixed direction, one or several of its vertex variations. */
export interface RecoTask {
  readonly nside: number;
  /** RING number. */
  readonly pixel: number;
  readonly zenith: number;
  readonly azimuth: number;
  readonly variations: readonly VariationSeeds[];
}

/** The fit of one variation. `llh` is -log L at the minimum (smaller is better), NaN where the fit failed. */
export interface RecoResult extends Vertex {
  readonly nside: number;
  readonly pixel: number;
  readonly variation: number;
  readonly llh: number;
  /** Energy lost inside the detector and in total, GeV; NaN where the reco gives none. */
  readonly eInGev: number;
  readonly eTotGev: number;
  /** Energy that seeds finer pixels, GeV; NaN where there is none. */
  readonly energyGev: number;
}

/** What a reco is given to prepare an event. */
export interface RecoInput {
  readonly event: DecodedEvent;
  readonly detector: Detector;
  readonly ice: IceModel;
  readonly settings: RecoSettings;
  /** Loads the photon tables of `ice`; absent where whoever runs the reco has none. */
  readonly tables?: () => Promise<PhotonTables>;
  /** Loads IceCube's spline tables of muons, which count more; null or absent where there are none. */
  readonly muonSplines?: () => Promise<{ readonly splines: MuonSplines; readonly directory: string } | null>;
  /** The same of point-like cascades. */
  readonly cascadeSplines?: () => Promise<{ readonly splines: LightSplines; readonly directory: string } | null>;
}

/** Settings of a reco from the command line: `--reco-option name=value`. */
export type RecoSettings = Readonly<Record<string, string>>;

/** An event prepared for one reco. `data` is what the fit needs: plain, structured-cloneable. */
export interface PreparedEvent<D = unknown> {
  /** Where fits of the coarsest pixels start. */
  readonly seedVertex: Vertex;
  /** First HLC pulse per module, to refine the time of a seed; null where the reco does not refine times. */
  readonly hlcTimes: HlcTimes | null;
  readonly data: D;
  /** What was done, one sentence each, for people. */
  readonly notes: readonly string[];
}

/** A direction that a pointed reco restricts its first nside to. */
export interface Pointing {
  readonly zenith: number;
  readonly azimuth: number;
  readonly radiusRad: number;
}

/** Fits one task. The result is a function of the prepared event and the task alone, never of earlier tasks. */
export type Fit = (task: RecoTask) => RecoResult[] | Promise<RecoResult[]>;

/**
 * Pixels that are fitted once more: those of this nside or a coarser one, no further above the minimum than so much log L; from
 * the lowest so many of their neighbours.
 */
export interface RestartAll {
  readonly nside: number;
  readonly withinLlh: number;
  readonly neighbours: number;
}

/** A reconstruction. */
export interface Reco<D = unknown> {
  /** Name on the command line, lower case with underscores. */
  readonly name: string;
  /** One sentence for `--help`. */
  readonly about: string;
  /** What a user may change with `--reco-option name=value`: a sentence for every name. */
  readonly options?: Readonly<Record<string, string>>;
  /** Vertex variations in metres, in the frame whose z axis runs along the track where `rotatesVertex`. */
  readonly variations: readonly (readonly [number, number, number])[];
  readonly rotatesVertex: boolean;
  /** Whether a seed's time is set from the closest HLC module (specs/reco-splinempe.md 4.3). */
  readonly refinesTime: boolean;
  /** Whether seeds from coarser pixels are accompanied by one at the event's seed vertex (4.4). */
  readonly addsFallbackSeed: boolean;
  /** 'pixel': all variations of a pixel travel as one task because they share work. */
  readonly taskUnit: 'variation' | 'pixel';
  /**
   * At the end of a scan a pixel that stands out above its neighbours is fitted once more from where the fit of the best
   * neighbour ended, where regions reach then from the next one's, until that changes nothing: by a little where that neighbour
   * is less than this above the minimum of the map, elsewhere by a share of how far it lies above that. Absent: no.
   */
  readonly restartWithinLlh?: number;
  /**
   * Where that is not enough, because holes lie side by side: pixels that are fitted once more whether they stand out or not,
   * from where the fits of several neighbours ended, lower or not. The first entry that fits a pixel counts; all do where
   * there is `restartWithinLlh`, too. Absent: none.
   */
  readonly restartAll?: readonly RestartAll[];
  prepare(input: RecoInput): PreparedEvent<D> | Promise<PreparedEvent<D>>;
  pointing?(input: RecoInput): Pointing;
  /** Builds the fit of an event inside a worker: tables are contracted and scratch memory allocated here, once. */
  createFit(prepared: PreparedEvent<D>): Fit | Promise<Fit>;
}
