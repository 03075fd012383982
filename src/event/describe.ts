/** An event in a few figures, as `event FILE --json` prints them: plain JSON, names with units, null for what is not. */
import type { DecodedEvent } from './decoded-event.js';
import type { OpenSite } from './open/document.js';
import { openSite } from './open/site.js';
import { type PulseSummary, summarizePulses } from './pulse-map.js';
import type { OMKey, Particle } from './types.js';

export interface EventDescription {
  readonly run_id: number;
  readonly event_id: number;
  readonly sub_event_id: number;
  /** 'HESE', 'EHE', 'neutrino', 'ESTRES' or null. */
  readonly event_type: string | null;
  /** Real-time format version, '' where the file has none. */
  readonly format_version: string;
  /** UTC, ISO 8601. */
  readonly start_time: string;
  readonly mjd: number;
  readonly is_real: boolean;
  readonly pulses: { readonly key: string } & PulseSummary;
  readonly readout_window_ns: readonly [number, number | null] | null;
  /** Earlier fits by their key in the file. */
  readonly particles: Readonly<Record<string, ParticleDescription>>;
  readonly veto_vertex: { readonly position_m: Point; readonly time_ns: number } | null;
  /** What the alert message says of its own cleaned pulses. */
  readonly alert: AlertFigures | null;
  /** Modules with times that a fit leaves out. */
  readonly excluded: { readonly calibration_errata: number; readonly saturation_windows: number };
  readonly gcd: GcdDescription;
  readonly truth: ParticleDescription | null;
  readonly warnings: readonly string[];
}

type Point = readonly [x: number, y: number, z: number];

/** Directions say where the particle comes from; radians. */
export interface ParticleDescription {
  readonly zenith: number;
  readonly azimuth: number;
  readonly position_m: Point;
  readonly time_ns: number;
  readonly energy_gev: number | null;
  readonly length_m: number | null;
  readonly shape: string;
  readonly status: string;
  readonly pdg: number;
}

export interface AlertFigures {
  readonly nch: number | null;
  readonly npulses: number | null;
  readonly qtot_pe: number | null;
  readonly event_time: string | null;
}

/** Where the detector of the event is described. */
export type GcdDescription =
  | { readonly kind: 'none' }
  | { readonly kind: 'built-in'; readonly name: string }
  | {
      readonly kind: 'own-modules';
      readonly name: string;
      readonly n_modules: number;
      /** Where the telescope stands; absent where the event does not say. */
      readonly site?: OpenSite;
    }
  | {
      readonly kind: 'full';
      readonly n_modules: number;
      readonly n_calibrated: number | null;
      readonly n_with_status: number | null;
    }
  | {
      readonly kind: 'differences';
      /** Name of the baseline GCD file that the differences refer to. */
      readonly baseline: string;
      readonly geometry: DifferenceDescription;
      readonly calibration: DifferenceDescription;
      readonly status: DifferenceDescription;
    };

/** How many modules were set, and which went ('string,om'). */
export interface DifferenceDescription {
  readonly n_plus: number;
  readonly minus: readonly string[];
}

/** The figures of an event. */
export function describeEvent(event: DecodedEvent): EventDescription {
  const { header, alert, vetoVertex, readoutWindow } = event;
  return {
    run_id: header.runId,
    event_id: header.eventId,
    sub_event_id: header.subEventId,
    event_type: header.eventType,
    format_version: header.formatVersion,
    start_time: header.startTimeUtc,
    mjd: header.mjd,
    is_real: header.isReal,
    pulses: { key: event.pulsesName, ...summarizePulses(event.pulses) },
    readout_window_ns:
      readoutWindow === null
        ? null
        : [readoutWindow.startNs, Number.isFinite(readoutWindow.stopNs) ? readoutWindow.stopNs : null],
    particles: Object.fromEntries(Object.entries(event.particles).map(([key, p]) => [key, describeParticle(p)])),
    veto_vertex:
      vetoVertex === null
        ? null
        : { position_m: [vetoVertex.x, vetoVertex.y, vetoVertex.z], time_ns: vetoVertex.timeNs },
    alert:
      alert === null
        ? null
        : { nch: alert.nch, npulses: alert.npulses, qtot_pe: alert.qtotPe, event_time: alert.eventTimeUtc },
    excluded: {
      calibration_errata: event.calibrationErrata.length,
      saturation_windows: event.saturationWindows.length,
    },
    gcd: describeGcd(event),
    truth: event.truth === null ? null : describeParticle(event.truth),
    warnings: event.warnings,
  };
}

function describeParticle(p: Particle): ParticleDescription {
  return {
    zenith: p.zenith,
    azimuth: p.azimuth,
    position_m: [p.x, p.y, p.z],
    time_ns: p.timeNs,
    energy_gev: p.energyGev,
    length_m: p.lengthM,
    shape: p.shape,
    status: p.status,
    pdg: p.pdg,
  };
}

function describeGcd({ gcdDifferences, fullGcd, openDetector }: DecodedEvent): GcdDescription {
  if (openDetector === 'IC86') return { kind: 'built-in', name: openDetector };
  if (openDetector !== null) {
    const { name, modules, site } = openDetector;
    return {
      kind: 'own-modules',
      name,
      n_modules: modules.length,
      ...(site === undefined ? {} : { site: openSite(site) }),
    };
  }
  if (fullGcd !== null) {
    return {
      kind: 'full',
      n_modules: fullGcd.geometry.length,
      n_calibrated: fullGcd.calibration?.length ?? null,
      n_with_status: fullGcd.status?.length ?? null,
    };
  }
  if (gcdDifferences === null) return { kind: 'none' };
  const describe = ({ plus, minus }: { plus: readonly OMKey[]; minus: readonly OMKey[] }): DifferenceDescription => ({
    n_plus: plus.length,
    minus: minus.map(({ string, om }) => `${string},${om}`),
  });
  return {
    kind: 'differences',
    baseline: gcdDifferences.baselineName,
    geometry: describe(gcdDifferences.geometry),
    calibration: describe(gcdDifferences.calibration),
    status: describe(gcdDifferences.status),
  };
}
