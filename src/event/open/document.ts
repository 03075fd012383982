/**
 * An open event as it stands in its file, member by member (docs/event-format.md). Lists of one module after another,
 * so that a file reads, writes and compares line by line.
 */

/** What the member `format` of every open event says. */
export const OPEN_EVENT_FORMAT = 'skymap-scanner-event';
export const OPEN_EVENT_VERSION = 1;

/** [string, om], or [string, om, tube]. */
export type ModuleName = readonly number[];
export type Position = readonly [number, number, number];
/** [start, stop) in ns since the start of the readout; stop null: open end. */
export type OpenWindow = readonly [number, number | null];

export interface OpenHeader {
  readonly run_id: number;
  readonly event_id: number;
  readonly sub_event_id?: number | undefined;
  readonly event_type?: string | null | undefined;
  readonly start_time_utc: string;
  readonly mjd?: number | undefined;
  readonly real: boolean;
  readonly format_version?: string | undefined;
}

/** Figures of a module that a detector may also give once for all. */
export interface OpenModuleFigures {
  readonly efficiency?: number | undefined;
  readonly noise_hz?: number | undefined;
  readonly mean_charge_pe?: number | undefined;
}

export interface OpenModule extends OpenModuleFigures {
  readonly module: ModuleName;
  readonly position_m: Position;
  readonly on?: boolean | undefined;
  readonly slc_only?: boolean | undefined;
}

/** Degrees. */
export interface OpenSite {
  readonly latitude_deg: number;
  readonly longitude_deg: number;
  readonly x_axis_azimuth_deg: number;
}

export interface OpenDetectorDocument {
  readonly name: string;
  readonly site?: OpenSite | undefined;
  readonly provenance?: readonly string[] | undefined;
  readonly defaults?: OpenModuleFigures | undefined;
  readonly modules: readonly OpenModule[];
}

/** Pulses of one module; single values count for all of them. Exactly one of `flags` and `hlc` is there. */
export interface OpenModulePulses {
  readonly module: ModuleName;
  readonly t_ns: readonly number[];
  readonly q_pe: readonly number[];
  readonly width_ns?: number | readonly number[] | undefined;
  readonly flags?: number | readonly number[] | undefined;
  readonly hlc?: boolean | readonly boolean[] | undefined;
}

/** null: not known. */
export interface OpenParticle {
  readonly shape: string;
  readonly position_m: readonly [number | null, number | null, number | null];
  readonly t_ns: number | null;
  readonly zenith_rad: number | null;
  readonly azimuth_rad: number | null;
  readonly energy_gev?: number | null | undefined;
  readonly length_m?: number | null | undefined;
  readonly pdg?: number | undefined;
  readonly status?: string | undefined;
}

export interface OpenModuleWindows {
  readonly module: ModuleName;
  readonly windows_ns: readonly OpenWindow[];
}

export interface OpenAlert {
  readonly nch: number | null;
  readonly npulses: number | null;
  readonly qtot_pe: number | null;
  readonly event_time_utc: string | null;
  readonly message: Readonly<Record<string, unknown>>;
}

/** The whole file. */
export interface OpenEventDocument {
  readonly $schema?: string | undefined;
  readonly format: typeof OPEN_EVENT_FORMAT;
  readonly version: typeof OPEN_EVENT_VERSION;
  readonly comment?: string | undefined;
  readonly header: OpenHeader;
  readonly truth?: OpenParticle | null | undefined;
  readonly readout_window_ns?: OpenWindow | undefined;
  readonly particles?: Readonly<Record<string, OpenParticle>> | undefined;
  readonly veto_vertex?: { readonly position_m: Position; readonly t_ns: number } | undefined;
  readonly alert?: OpenAlert | undefined;
  readonly warnings?: readonly string[] | undefined;
  readonly calibration_errata?: readonly OpenModuleWindows[] | undefined;
  readonly saturation_windows?: readonly OpenModuleWindows[] | undefined;
  readonly pulses_name?: string | undefined;
  readonly pulses: readonly OpenModulePulses[];
  readonly detector: 'IC86' | OpenDetectorDocument;
}
