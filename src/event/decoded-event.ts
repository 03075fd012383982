import { ICECUBE_SITE, type Site } from '../sky/index.js';
import type {
  AlertSummary,
  DomWindows,
  EventHeader,
  OMKey,
  Particle,
  PulseMap,
  TimeWindow,
  VetoVertex,
} from './types.js';

/** Changes of the detector against a baseline, as an alert's G, C and D frames carry them (event-formats.md 11.2). */
export interface GcdDifferences {
  /** Base name of the baseline GCD file that the differences refer to. */
  readonly baselineName: string;
  readonly geometry: {
    readonly plus: readonly (OMKey & { readonly x: number; readonly y: number; readonly z: number })[];
    readonly minus: readonly OMKey[];
  };
  readonly calibration: { readonly plus: readonly CalibrationChange[]; readonly minus: readonly OMKey[] };
  readonly status: { readonly plus: readonly StatusChange[]; readonly minus: readonly OMKey[] };
}

/** The fields of a calibration difference that a scan uses; undefined where the difference leaves them alone. */
export interface CalibrationChange extends OMKey {
  readonly relativeDomEfficiency?: number;
  readonly noiseRateHz?: number;
  readonly meanAtwdCharge?: number;
  readonly meanFadcCharge?: number;
  readonly spe?: SpeChargeDistribution;
}

/** SPE charge distribution, event-formats.md 11.2 and 12.2. Version 1 has one exponential (exp2), version 2 two. */
export interface SpeChargeDistribution {
  readonly version: 1 | 2;
  readonly exp2Amplitude: number;
  readonly exp2Width: number;
  readonly exp1Amplitude: number;
  readonly exp1Width: number;
  readonly gaussAmplitude: number;
  readonly gaussMean: number;
  readonly gaussWidth: number;
  readonly compensation: number;
  readonly slcGaussMean: number;
}

export interface StatusChange extends OMKey {
  /** Volts. */
  readonly pmtVoltageV: number;
  /** 5 = isolated (SLC) hits only. */
  readonly lcMode: number;
}

/** A whole detector description out of full G, C, D objects (a baseline GCD file, or an event that carries them). */
export interface FullGcd {
  readonly geometry: readonly (OMKey & {
    readonly x: number;
    readonly y: number;
    readonly z: number;
    readonly omType: number;
  })[];
  readonly calibration: readonly CalibrationChange[] | null;
  readonly status: readonly StatusChange[] | null;
}

/** The modules that an open event brings along for a detector that is not built in. */
export interface OpenDetector {
  readonly name: string;
  /** Where it stands on Earth; as IceCube where absent. */
  readonly site?: Site;
  /** Where the figures come from, one sentence each; as nothing where absent. */
  readonly provenance?: readonly string[];
  readonly modules: readonly (OMKey & {
    readonly x: number;
    readonly y: number;
    readonly z: number;
    readonly efficiency: number;
    readonly noiseRateHz: number;
    readonly isOn: boolean;
    /** Mean recorded charge per photo-electron; 0.86 where absent. */
    readonly meanChargePe?: number;
    /** Whether the module delivers isolated (SLC) hits only; no where absent. */
    readonly isSlcOnly?: boolean;
  })[];
}

/** Everything the scanner knows of one event, from whatever file. Plain data. */
export interface DecodedEvent {
  readonly header: EventHeader;
  /** In-ice pulses of the event; times in ns since the start of the readout (Q frame), not since `header.mjd`. */
  readonly pulses: PulseMap;
  /** Name of the pulse map in the file, for example 'SplitInIcePulses'. */
  readonly pulsesName: string;
  readonly readoutWindow: TimeWindow | null;
  readonly calibrationErrata: readonly DomWindows[];
  readonly saturationWindows: readonly DomWindows[];
  /** Earlier fits by their key in the file, for example 'OnlineL2_SplineMPE'. */
  readonly particles: Readonly<Record<string, Particle>>;
  readonly vetoVertex: VetoVertex | null;
  readonly alert: AlertSummary | null;
  /** Exactly one of the next three says what the detector was; all null: packet without any detector data. */
  readonly gcdDifferences: GcdDifferences | null;
  readonly fullGcd: FullGcd | null;
  readonly openDetector: OpenDetector | 'IC86' | null;
  /** Truth of a simulated event. */
  readonly truth: Particle | null;
  /** What was odd but not fatal, one sentence each. */
  readonly warnings: readonly string[];
}

/** Where the telescope of an event stands: what its directions need to become RA and dec. */
export function siteOf({ openDetector }: Pick<DecodedEvent, 'openDetector'>): Site {
  return openDetector === null || openDetector === 'IC86' ? ICECUBE_SITE : (openDetector.site ?? ICECUBE_SITE);
}
