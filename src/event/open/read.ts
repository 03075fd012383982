/**
 * From an open event's document to an event. The schema says what members there are and of what kind; here follows what
 * it cannot say: lists of equal length, modules named once, times that agree. Modules and pulses are put in order.
 */
import type { DecodedEvent, OpenDetector } from '../decoded-event.js';
import { buildPulseMap, compareKeys, type DomPulses } from '../pulse-map.js';
import type { DomWindows, EventHeader, OMKey, Particle, TimeWindow } from '../types.js';
import { PULSE_FLAG } from '../types.js';
import type {
  ModuleName,
  OpenDetectorDocument,
  OpenEventDocument,
  OpenHeader,
  OpenModulePulses,
  OpenModuleWindows,
  OpenParticle,
  OpenWindow,
} from './document.js';
import { badOpenEvent, errorOf } from './problem.js';
import { openEventSchema } from './schema.js';
import { siteIn } from './site.js';
import { parseUtc } from './utc.js';

/** Width of pulses that come without one; shorter where the next pulse follows sooner. */
const DEFAULT_WIDTH_NS = 1;
const DEFAULT_EFFICIENCY = 1;
/** `mjd` and `start_time_utc` may differ by this much, in days: 1 ms. */
const MJD_TOLERANCE = 1e-3 / 86_400;
const INT32_MAX = 2_147_483_647;

/**
 * The event in an open event document.
 *
 * @param document the parsed JSON
 * @param name begins the sentence of an error, usually the file's name
 * @throws EventFormatError 'event/bad-open-event'; the sentence names the member and what is expected there
 */
export function readOpenEvent(document: unknown, name: string): DecodedEvent {
  const parsed = openEventSchema.safeParse(document, { reportInput: true });
  if (!parsed.success) throw errorOf(name, parsed.error.issues);
  const open = parsed.data;
  const at = (...path: PropertyKey[]): Place => ({ name, path });
  return {
    header: headerOf(open.header, at('header')),
    pulses: buildPulseMap(
      inOrder(
        open.pulses.map((entry, i) => pulsesOf(entry, at('pulses', i))),
        (dom) => dom.key,
        at('pulses'),
      ),
    ),
    pulsesName: open.pulses_name ?? 'pulses',
    readoutWindow:
      open.readout_window_ns === undefined ? null : windowOf(open.readout_window_ns, at('readout_window_ns')),
    calibrationErrata: windowsOf(open.calibration_errata, at('calibration_errata')),
    saturationWindows: windowsOf(open.saturation_windows, at('saturation_windows')),
    particles: Object.fromEntries(
      Object.entries(open.particles ?? {}).map(([key, particle]) => [key, particleOf(particle)]),
    ),
    vetoVertex:
      open.veto_vertex === undefined
        ? null
        : { ...positionOf(open.veto_vertex.position_m), timeNs: open.veto_vertex.t_ns },
    alert:
      open.alert === undefined
        ? null
        : {
            nch: open.alert.nch,
            npulses: open.alert.npulses,
            qtotPe: open.alert.qtot_pe,
            eventTimeUtc: open.alert.event_time_utc,
            message: open.alert.message,
          },
    gcdDifferences: null,
    fullGcd: null,
    openDetector: open.detector === 'IC86' ? 'IC86' : detectorOf(open.detector, at('detector')),
    truth: open.truth == null ? null : particleOf(open.truth),
    warnings: warningsOf(open),
  };
}

/**
 * The file's own warnings, and one about the sky where the telescope is not IceCube and does not say where it stands:
 * said once, however often the event is read and written, and no longer when somebody adds the site.
 */
function warningsOf({ warnings = [], detector }: OpenEventDocument): readonly string[] {
  if (detector === 'IC86' || detector.name === 'IC86') return warnings;
  const warning = `Directions in ${detector.name} become RA and dec as if it stood at the South Pole with IceCube's axes: the event gives no detector.site.`;
  const others = warnings.filter((text) => text !== warning);
  return detector.site === undefined ? [...others, warning] : others;
}

/** A member of the document, for errors. */
interface Place {
  readonly name: string;
  readonly path: readonly PropertyKey[];
}

function bad(place: Place, what: string, ...steps: PropertyKey[]): Error {
  return badOpenEvent(place.name, [...place.path, ...steps], what);
}

function headerOf(header: OpenHeader, place: Place): EventHeader {
  const utc = parseUtc(header.start_time_utc);
  if (utc === null) throw bad(place, 'is no date and time of the calendar', 'start_time_utc');
  if (header.mjd !== undefined && Math.abs(header.mjd - utc.mjd) > MJD_TOLERANCE) {
    throw bad(place, `is ${header.mjd}, but start_time_utc is MJD ${utc.mjd}`, 'mjd');
  }
  return {
    runId: header.run_id,
    eventId: header.event_id,
    subEventId: header.sub_event_id ?? 0,
    eventType: header.event_type ?? null,
    startTimeUtc: utc.text,
    mjd: header.mjd ?? utc.mjd,
    formatVersion: header.format_version ?? '',
    isReal: header.real,
  };
}

function keyOf(module: ModuleName, place: Place): OMKey {
  const [string, om, pmt = 0] = module as [number, number, number?];
  if (Math.abs(string) > INT32_MAX || Math.abs(om) > INT32_MAX)
    throw bad(place, 'has numbers that are too large', 'module');
  if (pmt < 0 || pmt > 255) throw bad(place, `should name a tube from 0 to 255, not ${pmt}`, 'module');
  return { string, om, pmt };
}

/** Sorted by module; no module twice. */
function inOrder<T>(entries: readonly T[], key: (entry: T) => OMKey, place: Place): T[] {
  const order = [...entries.keys()].sort((i, j) => compareKeys(key(entries[i]!), key(entries[j]!)) || i - j);
  for (let k = 1; k < order.length; k++) {
    const before = order[k - 1]!;
    const i = order[k]!;
    if (compareKeys(key(entries[before]!), key(entries[i]!)) !== 0) continue;
    throw bad(place, `names the same module as entry ${before}`, i, 'module');
  }
  return order.map((i) => entries[i]!);
}

function pulsesOf(entry: OpenModulePulses, place: Place): DomPulses {
  const n = entry.t_ns.length;
  const each = <T>(member: string, value: T | readonly T[]): readonly T[] => {
    if (!Array.isArray(value)) return new Array<T>(n).fill(value as T);
    if (value.length !== n) throw bad(place, `has ${value.length} entries, but t_ns has ${n}`, member);
    return value;
  };
  const chargePe = each('q_pe', entry.q_pe);
  const flags = flagsOf(entry, place, each);
  const order = [...entry.t_ns.keys()].sort((i, j) => entry.t_ns[i]! - entry.t_ns[j]! || i - j);
  const timeNs = order.map((i) => entry.t_ns[i]!);
  const given = entry.width_ns === undefined ? null : each('width_ns', entry.width_ns);
  const widthNs = order.map((i, k) =>
    given === null ? Math.min(DEFAULT_WIDTH_NS, (timeNs[k + 1] ?? Number.POSITIVE_INFINITY) - timeNs[k]!) : given[i]!,
  );
  return {
    key: keyOf(entry.module, place),
    timeNs,
    chargePe: order.map((i) => Math.fround(chargePe[i]!)),
    widthNs: widthNs.map(Math.fround),
    flags: order.map((i) => flags[i]!),
  };
}

function flagsOf(
  entry: OpenModulePulses,
  place: Place,
  each: <T>(member: string, value: T | readonly T[]) => readonly T[],
): readonly number[] {
  if (entry.flags !== undefined && entry.hlc !== undefined)
    throw bad(place, 'has both flags and hlc: give one of them');
  if (entry.flags !== undefined) return each('flags', entry.flags);
  if (entry.hlc === undefined) throw bad(place, 'lacks the member hlc (or flags)');
  return each<boolean>('hlc', entry.hlc).map((isHlc) => (isHlc ? PULSE_FLAG.LC : 0));
}

function detectorOf(detector: OpenDetectorDocument, place: Place): OpenDetector {
  const defaults = detector.defaults ?? {};
  const modules = detector.modules.map((module, i) => {
    const noiseRateHz = module.noise_hz ?? defaults.noise_hz;
    const here: Place = { name: place.name, path: [...place.path, 'modules', i] };
    if (noiseRateHz === undefined) throw bad(here, 'has no noise_hz, and detector.defaults has none either');
    const meanChargePe = module.mean_charge_pe ?? defaults.mean_charge_pe;
    return {
      ...keyOf(module.module, here),
      ...positionOf(module.position_m),
      efficiency: module.efficiency ?? defaults.efficiency ?? DEFAULT_EFFICIENCY,
      noiseRateHz,
      isOn: module.on ?? true,
      ...(meanChargePe === undefined ? {} : { meanChargePe }),
      ...(module.slc_only === undefined ? {} : { isSlcOnly: module.slc_only }),
    };
  });
  const modulesPlace: Place = { name: place.name, path: [...place.path, 'modules'] };
  const { site } = detector;
  return {
    name: detector.name,
    ...(site === undefined ? {} : { site: siteIn(site) }),
    ...(detector.provenance === undefined ? {} : { provenance: detector.provenance }),
    modules: inOrder(modules, (module) => module, modulesPlace),
  };
}

function positionOf(position: readonly [number, number, number]): { x: number; y: number; z: number } {
  return { x: position[0], y: position[1], z: position[2] };
}

function particleOf(particle: OpenParticle): Particle {
  const [x, y, z] = particle.position_m;
  return {
    x: x ?? Number.NaN,
    y: y ?? Number.NaN,
    z: z ?? Number.NaN,
    timeNs: particle.t_ns ?? Number.NaN,
    zenith: particle.zenith_rad ?? Number.NaN,
    azimuth: particle.azimuth_rad ?? Number.NaN,
    energyGev: particle.energy_gev ?? null,
    lengthM: particle.length_m ?? null,
    shape: particle.shape,
    status: particle.status ?? 'OK',
    pdg: particle.pdg ?? 0,
  };
}

function windowOf(window: OpenWindow, place: Place): TimeWindow {
  const [startNs, stop] = window;
  const stopNs = stop ?? Number.POSITIVE_INFINITY;
  if (stopNs < startNs) throw bad(place, `ends at ${stopNs}, before it starts at ${startNs}`);
  return { startNs, stopNs };
}

function windowsOf(entries: readonly OpenModuleWindows[] | undefined, place: Place): DomWindows[] {
  const windows = (entries ?? []).map((entry, i) => {
    const here: Place = { name: place.name, path: [...place.path, i] };
    return {
      ...keyOf(entry.module, here),
      windows: entry.windows_ns.map((window, k) =>
        windowOf(window, { name: place.name, path: [...here.path, 'windows_ns', k] }),
      ),
    };
  });
  return inOrder(windows, (entry) => entry, place);
}
