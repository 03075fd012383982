/**
 * From an event to the text of an open event: one line per module, members in a fixed order, numbers as the shortest
 * decimals that read back as the same number. The same event always gives the same bytes.
 */
import { EventFormatError } from '../../config/index.js';
import type { Site } from '../../sky/index.js';
import type { DecodedEvent, OpenDetector } from '../decoded-event.js';
import type { DomWindows, OMKey, Particle, PulseMap, TimeWindow } from '../types.js';
import {
  type ModuleName,
  OPEN_EVENT_FORMAT,
  OPEN_EVENT_VERSION,
  type OpenModule,
  type OpenModuleFigures,
  type OpenModulePulses,
  type OpenParticle,
  type OpenWindow,
} from './document.js';
import { openSite } from './site.js';

/**
 * A detector as it was during the event, as arrays over its modules (`Detector` of the detector layer is one): what an
 * alert's differences against a baseline come to.
 */
export interface DetectorFigures {
  readonly name: string;
  readonly string: ArrayLike<number>;
  readonly om: ArrayLike<number>;
  readonly pmt: ArrayLike<number>;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly z: ArrayLike<number>;
  readonly efficiency: ArrayLike<number>;
  readonly meanChargePe: ArrayLike<number>;
  readonly noiseRateHz: ArrayLike<number>;
  readonly isOn: ArrayLike<number>;
  readonly isSlcOnly: ArrayLike<number>;
  readonly provenance: readonly string[];
}

/**
 * The text of an open event file.
 *
 * @param detector the event's detector; needed for events of an alert or .i3 file, whose detector data refer to a
 *   baseline, and written with all its modules. Without it the event must bring its own (`openDetector`). Where the
 *   telescope stands is in the event (`openDetector.site`) with both.
 * @throws EventFormatError where there is no detector, or a pulse without a finite time and charge
 */
export function writeOpenEvent(
  event: DecodedEvent,
  detector?: DetectorFigures,
  options: { readonly comment?: string } = {},
): string {
  const { header } = event;
  const members: (string | null)[] = [
    member('format', OPEN_EVENT_FORMAT),
    member('version', OPEN_EVENT_VERSION),
    options.comment === undefined ? null : member('comment', options.comment),
    member('header', {
      run_id: header.runId,
      event_id: header.eventId,
      ...(header.subEventId === 0 ? {} : { sub_event_id: header.subEventId }),
      event_type: header.eventType,
      start_time_utc: header.startTimeUtc,
      mjd: header.mjd,
      real: header.isReal,
      ...(header.formatVersion === '' ? {} : { format_version: header.formatVersion }),
    }),
    event.truth === null ? null : member('truth', openParticle(event.truth)),
    event.readoutWindow === null ? null : member('readout_window_ns', openWindow(event.readoutWindow)),
    dictionary('particles', event.particles),
    event.vetoVertex === null
      ? null
      : member('veto_vertex', {
          position_m: [event.vetoVertex.x, event.vetoVertex.y, event.vetoVertex.z],
          t_ns: event.vetoVertex.timeNs,
        }),
    event.alert === null
      ? null
      : member('alert', {
          nch: event.alert.nch,
          npulses: event.alert.npulses,
          qtot_pe: event.alert.qtotPe,
          event_time_utc: event.alert.eventTimeUtc,
          message: event.alert.message,
        }),
    event.warnings.length === 0 ? null : member('warnings', event.warnings),
    windows('calibration_errata', event.calibrationErrata),
    windows('saturation_windows', event.saturationWindows),
    member('pulses_name', event.pulsesName),
    list('pulses', openPulses(event.pulses)),
    detectorMember(event, detector),
  ];
  return `{\n${members.filter((text) => text !== null).join(',\n')}\n}\n`;
}

function member(name: string, value: unknown): string {
  return `"${name}": ${JSON.stringify(value)}`;
}

/** A list with one entry a line. */
function list(name: string, entries: readonly unknown[]): string {
  return `"${name}": [${entries.map((entry) => `\n${JSON.stringify(entry)}`).join(',')}\n]`;
}

function dictionary(name: string, particles: DecodedEvent['particles']): string | null {
  const entries = Object.entries(particles);
  if (entries.length === 0) return null;
  const lines = entries.map(([key, particle]) => `\n${JSON.stringify(key)}: ${JSON.stringify(openParticle(particle))}`);
  return `"${name}": {${lines.join(',')}\n}`;
}

function windows(name: string, doms: readonly DomWindows[]): string | null {
  if (doms.length === 0) return null;
  return list(
    name,
    doms.map((dom) => ({ module: moduleName(dom), windows_ns: dom.windows.map(openWindow) })),
  );
}

function moduleName({ string, om, pmt }: OMKey): ModuleName {
  return pmt === 0 ? [string, om] : [string, om, pmt];
}

function openWindow({ startNs, stopNs }: TimeWindow): OpenWindow {
  return [startNs, Number.isFinite(stopNs) ? stopNs : null];
}

function openParticle(particle: Particle): OpenParticle {
  const known = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);
  return {
    shape: particle.shape,
    ...(particle.pdg === 0 ? {} : { pdg: particle.pdg }),
    status: particle.status,
    position_m: [known(particle.x), known(particle.y), known(particle.z)],
    t_ns: known(particle.timeNs),
    zenith_rad: known(particle.zenith),
    azimuth_rad: known(particle.azimuth),
    energy_gev: known(particle.energyGev),
    length_m: known(particle.lengthM),
  };
}

function openPulses(map: PulseMap): OpenModulePulses[] {
  return Array.from(map.string, (string, d): OpenModulePulses => {
    const key = { string, om: map.om[d]!, pmt: map.pmt[d]! };
    const from = map.first[d]!;
    const to = map.first[d + 1]!;
    const times = [...map.timeNs.subarray(from, to)];
    const charges = [...map.chargePe.subarray(from, to)];
    const widths = [...map.widthNs.subarray(from, to)];
    if (![...times, ...charges, ...widths].every(Number.isFinite)) {
      throw new EventFormatError(
        'event/bad-open-event',
        `Module ${moduleName(key)} has a pulse whose time, charge or width is no number, which an open event cannot hold.`,
      );
    }
    return {
      module: moduleName(key),
      t_ns: times,
      q_pe: charges.map(shortest),
      width_ns: oneOrMany(widths.map(shortest)),
      flags: oneOrMany([...map.flags.subarray(from, to)]),
    };
  });
}

function oneOrMany(values: readonly number[]): number | readonly number[] {
  const first = values[0];
  return first !== undefined && values.every((value) => value === first) ? first : values;
}

/** The shortest decimal that becomes the same 32-bit float: 1.225 for 1.225000023841858. */
function shortest(value: number): number {
  if (Math.fround(value) !== value) return value;
  for (let digits = 6; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

function detectorMember(event: DecodedEvent, detector: DetectorFigures | undefined): string {
  const site = event.openDetector === null || event.openDetector === 'IC86' ? undefined : event.openDetector.site;
  if (detector !== undefined) return detectorText(detector.name, site, openModules(detector), detector.provenance);
  if (event.openDetector === 'IC86') return member('detector', 'IC86');
  if (event.openDetector === null) {
    throw new EventFormatError(
      'event/missing-object',
      'The event does not bring its detector along: an open event of it can only be written together with the detector.',
    );
  }
  const { name, modules, provenance = [] } = event.openDetector;
  return detectorText(name, site, modules, provenance);
}

type Module = OpenDetector['modules'][number];

/** The modules one by one, as open events list them. */
export function openModules(detector: DetectorFigures): Module[] {
  return Array.from(detector.string, (string, i) => ({
    string,
    om: detector.om[i]!,
    pmt: detector.pmt[i]!,
    x: detector.x[i]!,
    y: detector.y[i]!,
    z: detector.z[i]!,
    efficiency: detector.efficiency[i]!,
    noiseRateHz: detector.noiseRateHz[i]!,
    isOn: detector.isOn[i] === 1,
    meanChargePe: detector.meanChargePe[i]!,
    isSlcOnly: detector.isSlcOnly[i] === 1,
  }));
}

/** Figures that most modules share become defaults; a module says where it differs. */
function detectorText(
  name: string,
  site: Site | undefined,
  modules: readonly Module[],
  provenance: readonly string[],
): string {
  const noise = mostFrequent(modules.map((module) => module.noiseRateHz));
  const charge = modules.every((module) => module.meanChargePe !== undefined)
    ? mostFrequent(modules.map((module) => module.meanChargePe!))
    : undefined;
  const defaults: OpenModuleFigures = {
    ...(noise === undefined ? {} : { noise_hz: noise }),
    ...(charge === undefined ? {} : { mean_charge_pe: charge }),
  };
  const entries = modules.map(
    (module): OpenModule => ({
      module: moduleName(module),
      position_m: [module.x, module.y, module.z],
      ...(module.efficiency === 1 ? {} : { efficiency: module.efficiency }),
      ...(module.noiseRateHz === noise ? {} : { noise_hz: module.noiseRateHz }),
      ...(module.meanChargePe === undefined || module.meanChargePe === charge
        ? {}
        : { mean_charge_pe: module.meanChargePe }),
      ...(module.isOn ? {} : { on: false }),
      ...(module.isSlcOnly === true ? { slc_only: true } : {}),
    }),
  );
  const head = [
    member('name', name),
    ...(site === undefined ? [] : [member('site', openSite(site))]),
    ...(provenance.length === 0 ? [] : [member('provenance', provenance)]),
    member('defaults', defaults),
    list('modules', entries),
  ];
  return `"detector": {\n${head.join(',\n')}\n}`;
}

/** The value that occurs most often, of equally frequent ones the first. */
function mostFrequent(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: number | undefined;
  for (const [value, count] of counts) if (best === undefined || count > counts.get(best)!) best = value;
  return best;
}
