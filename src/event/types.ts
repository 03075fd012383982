/**
 * What a neutrino-telescope event is to the scanner, whatever file it came from: a header, the pulses of the event,
 * what earlier fits and the alert message said, and (in alerts) the differences of the detector against its baseline.
 *
 * Units: ns since the start of the readout for pulse times, photo-electrons (PE) for charges, radians, metres, GeV.
 */

/** Name of a module: string, optical module on it, tube inside it. Ordered by (string, om, pmt). */
export interface OMKey {
  readonly string: number;
  readonly om: number;
  readonly pmt: number;
}

/** Bits of a pulse's flags. `LC` marks a hard local coincidence (HLC). */
export const PULSE_FLAG = { LC: 1, ATWD: 2, FADC: 4 } as const;

/**
 * Pulses by module as a structure of arrays. Modules ascend by (string, om, pmt); the pulses of module `i` are the
 * indices `first[i]` (inclusive) to `first[i + 1]` (exclusive), in the order of the file (ascending time).
 */
export interface PulseMap {
  /** Per module, length nDom. */
  readonly string: Int32Array;
  readonly om: Int32Array;
  readonly pmt: Uint8Array;
  /** Index of each module's first pulse, length nDom + 1. */
  readonly first: Int32Array;
  /** Per pulse, length nPulse: ns since the start of the readout. */
  readonly timeNs: Float64Array;
  /** Per pulse: PE, values rounded to 32-bit floats as in the files. */
  readonly chargePe: Float64Array;
  readonly widthNs: Float64Array;
  readonly flags: Uint8Array;
}

/** A half-open interval [start, stop) in ns since the start of the readout; stop may be Infinity. */
export interface TimeWindow {
  readonly startNs: number;
  readonly stopNs: number;
}

/** Time windows of one module, for instance where its tube was saturated. */
export interface DomWindows extends OMKey {
  readonly windows: readonly TimeWindow[];
}

/** An earlier fit, or the truth of a simulated event. Directions say where the particle comes from. */
export interface Particle {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timeNs: number;
  /** Radians in [0, pi]. */
  readonly zenith: number;
  /** Radians in [0, 2 pi). */
  readonly azimuth: number;
  /** GeV; null where the fit gives none. */
  readonly energyGev: number | null;
  readonly lengthM: number | null;
  /** I3Particle shape as text: 'infinite track', 'cascade', ... */
  readonly shape: string;
  /** I3Particle fit status as text: 'OK', 'failed', ... */
  readonly status: string;
  /** PDG code, 0 where unknown. */
  readonly pdg: number;
}

/** Who and when. */
export interface EventHeader {
  readonly runId: number;
  readonly eventId: number;
  readonly subEventId: number;
  /** 'HESE', 'EHE', 'neutrino', 'ESTRES', or null where the event has no type. */
  readonly eventType: string | null;
  /** Start of the event in UTC, ISO 8601 with 10 digits after the second: '2022-05-24T07:41:32.1853524946Z'. */
  readonly startTimeUtc: string;
  /** The same as modified Julian day (UTC), `specs/event-formats.md` section 8. */
  readonly mjd: number;
  /** Real-time format version of the alert message ('2021a'), '' where absent. */
  readonly formatVersion: string;
  /** True for data, false for simulation. */
  readonly isReal: boolean;
}

/** Figures that the alert message quotes; each null where it does not. */
export interface AlertSummary {
  readonly nch: number | null;
  readonly npulses: number | null;
  readonly qtotPe: number | null;
  readonly eventTimeUtc: string | null;
  /** The rest of `value.data` but the frames, as it came. */
  readonly message: Readonly<Record<string, unknown>>;
}

/** The vertex that the alert system found (VHESelfVeto), where the event carries it. */
export interface VetoVertex {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timeNs: number;
}
