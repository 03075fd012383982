/**
 * From an event's frames to the one value that the scanner works with: which keys hold what is told by the real-time
 * format version (specs/event-formats.md sections 8 to 12). What a scan cannot do without is an error, the rest a
 * warning.
 */
import { EventFormatError } from '../config/index.js';
import type { DecodedEvent } from './decoded-event.js';
import { fullGcdOf, gcdDifferencesOf } from './gcd-of-packet.js';
import type { I3EventHeader } from './icetray/basic-objects.js';
import { DOUBLE, EVENT_HEADER, PARTICLE, POSITION, STRING, TIME_WINDOW, TIME_WINDOW_MAP } from './icetray/classes.js';
import { badObject, classNameOf, readObject } from './icetray/object-class.js';
import type { Packet } from './icetray/packet.js';
import { pulseDefect } from './icetray/pulse-objects.js';
import { parseJsonText } from './json.js';
import { isObject } from './message.js';
import { particleOf } from './particle.js';
import { printable } from './printable.js';
import { simulationTruth } from './simulation-truth.js';
import { utcTime } from './time.js';
import type { AlertSummary, DomWindows, EventHeader, Particle, PulseMap, TimeWindow, VetoVertex } from './types.js';

/** What a message says beside its frames. */
export interface MessageContext {
  /** Real-time format version, '' where an alert has none; null where the file is no alert and cannot have one. */
  readonly formatVersion: string | null;
  /** `value.data` without the frames, null where there is none. */
  readonly summary: Readonly<Record<string, unknown>> | null;
}

/** Name of the input pulses, before and since 2023. */
const PULSES = 'SplitUncleanedInIcePulses';
const PULSES_SINCE_2023 = 'SplitInIcePulses';
const VERSIONS_SINCE_2023: ReadonlySet<string> = new Set(['2023a', '2024a']);
const KNOWN_VERSIONS: ReadonlySet<string> = new Set(['', '2018a', '2021a', ...VERSIONS_SINCE_2023]);

/** Data has run numbers in this range, simulation others. */
const FIRST_REAL_RUN = 100_000;
const END_OF_REAL_RUNS = 1_000_000;
/** What only simulated events carry. */
export const SIMULATION_KEYS = ['I3MCTree', 'I3MCWeightDict', 'I3MCPESeriesMap'] as const;

/**
 * The event in a packet.
 *
 * @throws EventFormatError 'event/missing-object', 'event/bad-object'.
 */
export function eventOfPacket(packet: Packet, { formatVersion, summary }: MessageContext): DecodedEvent {
  const warnings: string[] = [];
  if (formatVersion !== null && !KNOWN_VERSIONS.has(formatVersion)) {
    warnings.push(
      `The real-time format version "${printable(formatVersion, 20)}" is unknown; read as one of before 2023.`,
    );
  }
  const i3Header = readHeader(packet);
  const alert = alertSummary(packet, summary, warnings);
  const pulsesName = choosePulses(packet, formatVersion, warnings);
  const pulses = readPulses(packet, pulsesName);
  const fullGcd = fullGcdOf(packet, warnings);
  return {
    header: eventHeader(packet, i3Header, eventType(packet, alert), formatVersion ?? ''),
    pulses,
    pulsesName,
    readoutWindow: readoutWindow(packet, pulsesName),
    calibrationErrata: windowsOf(packet, 'CalibrationErrata'),
    saturationWindows: windowsOf(packet, 'SaturationWindows'),
    particles: particlesOf(packet, warnings),
    vetoVertex: vetoVertexOf(packet, warnings),
    alert: alert.summary,
    gcdDifferences: fullGcd === null ? gcdDifferencesOf(packet, warnings) : null,
    fullGcd,
    openDetector: null,
    truth: optional(warnings, () => simulationTruth(packet)?.primary ?? null),
    warnings,
  };
}

/** The header in the last frame; Q frames of .i3 files have one of the same name. */
function readHeader(packet: Packet): I3EventHeader {
  const header = packet.read('I3EventHeader', EVENT_HEADER);
  if (header === null) {
    throw new EventFormatError(
      'event/missing-object',
      `${packet.name} has no "I3EventHeader": run, event and time are unknown.`,
      'The scanner needs an event as alerts carry it.',
    );
  }
  return header;
}

function eventHeader(packet: Packet, header: I3EventHeader, type: string | null, formatVersion: string): EventHeader {
  const start = utcTime(header.start);
  if (start === null) {
    throw badObject(
      `${packet.name}: object "I3EventHeader"`,
      `has a start time that cannot be (year ${header.start.year}, ${header.start.tenthNs} tenths of a nanosecond)`,
    );
  }
  const { runId, eventId, subEventId } = header;
  const isSimulated = SIMULATION_KEYS.some((key) => packet.find(key) !== undefined);
  return {
    runId,
    eventId,
    subEventId,
    eventType: type,
    startTimeUtc: start.iso,
    mjd: start.mjd,
    formatVersion,
    isReal: runId >= FIRST_REAL_RUN && runId < END_OF_REAL_RUNS && !isSimulated,
  };
}

/** Whether a packet has pulses that a scan can start from. */
export function hasPulses(packet: Packet): boolean {
  return packet.find(PULSES) !== undefined || packet.find(PULSES_SINCE_2023) !== undefined;
}

/** Name of the pulses of an event from anywhere. Throws as `eventOfPacket` does. */
export function pulsesNameOf(packet: Packet): string {
  return choosePulses(packet, null, []);
}

/** The name that the format version gives; the other one where only that is there. */
function choosePulses(packet: Packet, formatVersion: string | null, warnings: string[]): string {
  const isNew = formatVersion !== null && VERSIONS_SINCE_2023.has(formatVersion);
  const expected = isNew ? PULSES_SINCE_2023 : PULSES;
  const other = isNew ? PULSES : PULSES_SINCE_2023;
  if (packet.find(expected) !== undefined) return expected;
  if (packet.find(other) === undefined) {
    throw new EventFormatError(
      'event/missing-object',
      `${packet.name} has no pulses: neither "${expected}" nor "${other}" is in its frames.`,
      'The scanner needs an event with its pulses, as alerts carry them.',
    );
  }
  if (formatVersion !== null) {
    warnings.push(`The event has no "${expected}", which its format version promises; "${other}" was taken.`);
  }
  return other;
}

function readPulses(packet: Packet, name: string): PulseMap {
  const pulses = packet.pulses(name);
  const defect = pulseDefect(pulses);
  if (defect !== null) {
    const { string, om } = defect.key;
    throw badObject(`${packet.name}: pulses "${name}"`, `have ${defect.what} (string ${string}, om ${om})`);
  }
  return pulses;
}

function readoutWindow(packet: Packet, pulsesName: string): TimeWindow | null {
  const key = `${pulsesName}TimeRange`;
  const window = packet.read(key, TIME_WINDOW);
  if (window !== null) checkWindow(window, packet, key);
  return window;
}

function windowsOf(packet: Packet, key: string): DomWindows[] {
  const doms = packet.read(key, TIME_WINDOW_MAP) ?? [];
  for (const { windows } of doms) for (const window of windows) checkWindow(window, packet, key);
  return doms;
}

/** Ends of windows may be infinite, but are numbers. */
function checkWindow({ startNs, stopNs }: TimeWindow, packet: Packet, key: string): void {
  if (!Number.isNaN(startNs) && !Number.isNaN(stopNs)) return;
  throw badObject(`${packet.name}: object "${key}"`, 'has a time window without a beginning or an end');
}

/** All I3Particles of the last frame that have a position and a direction. */
function particlesOf(packet: Packet, warnings: string[]): Record<string, Particle> {
  const particles: [string, Particle][] = [];
  const last = packet.frames.at(-1)!;
  const where = packet.whereOf(last);
  for (const object of last.objects) {
    const particle = optional(warnings, () => {
      if (classNameOf(object, where) !== PARTICLE.name) return null;
      return particleOf(readObject(object, PARTICLE, where));
    });
    if (particle !== null) particles.push([object.key, particle]);
  }
  particles.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(particles);
}

function vetoVertexOf(packet: Packet, warnings: string[]): VetoVertex | null {
  return optional(warnings, () => {
    const position = packet.read('HESE_VHESelfVetoVertexPos', POSITION);
    const timeNs = packet.read('HESE_VHESelfVetoVertexTime', DOUBLE);
    if (position === null || timeNs === null) return null;
    const { x, y, z } = position;
    return [x, y, z, timeNs].every(Number.isFinite) ? { x, y, z, timeNs } : null;
  });
}

interface Alert {
  readonly summary: AlertSummary | null;
  /** The copy of the summary inside the P frame, which alone tells the event type. */
  readonly inFrame: Readonly<Record<string, unknown>> | null;
}

/** The figures of the message, or of their copy in the P frame. */
function alertSummary(packet: Packet, message: MessageContext['summary'], warnings: string[]): Alert {
  const inFrame = optional(warnings, () => {
    const text = packet.read('AlertShortFollowupMsg', STRING);
    if (text === null) return null;
    const parsed = parseJsonText(text, `${packet.name}: object "AlertShortFollowupMsg"`);
    return isObject(parsed) ? parsed : null;
  });
  const figures = message ?? inFrame;
  if (figures === null) return { summary: null, inFrame };
  const number = (key: string): number | null => {
    const value = figures[key];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const time = figures.eventtime;
  return {
    summary: {
      nch: number('nch'),
      npulses: number('npulses'),
      qtotPe: number('qtot'),
      eventTimeUtc: typeof time === 'string' ? time : null,
      message: figures,
    },
    inFrame,
  };
}

/** Event types by the member of the summary, or the key of the P frame, that tells them; the first counts (10.2). */
const TYPE_OF_MEMBER = [
  ['hese', 'HESE'],
  ['ehe', 'EHE'],
  ['neutrino', 'neutrino'],
  ['estres', 'ESTRES'],
] as const;
const TYPE_OF_KEY = [
  ['HESE_llhratio', 'HESE'],
  ['Estres_p_miss', 'ESTRES'],
  ['PoleEHEOphelia_ImpLF', 'EHE'],
] as const;

/** Keys that alone tell the event type. */
export const EVENT_TYPE_KEYS: ReadonlySet<string> = new Set(TYPE_OF_KEY.map(([key]) => key));

function eventType(packet: Packet, { inFrame }: Alert): string | null {
  const type =
    inFrame === null
      ? TYPE_OF_KEY.find(([key]) => packet.find(key) !== undefined)
      : TYPE_OF_MEMBER.find(([member]) => member in inFrame);
  return type?.[1] ?? null;
}

/** The value, or null and a warning where an object that a scan can do without is damaged. */
function optional<T>(warnings: string[], read: () => T | null): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EventFormatError)) throw error;
    warnings.push(error.message);
    return null;
  }
}
