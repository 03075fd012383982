/**
 * Events out of .i3 files as alerts carry them (specs/event-formats.md 1.1, 3.5): five frames G C D Q P with what a scan
 * needs, the detector as it was or as differences against a baseline, and nothing of the megabytes beside.
 */
import { EventFormatError } from '../config/index.js';
import type { DecodedEvent, FullGcd } from './decoded-event.js';
import { EVENT_TYPE_KEYS, eventOfPacket, hasPulses, pulsesNameOf, SIMULATION_KEYS } from './event-of-packet.js';
import { DIFFERENCE_KEYS, fullGcdOf } from './gcd-of-packet.js';
import { decompress, i3Frames, looksLikeI3, PacketBuilder } from './i3-file.js';
import { isDecodable, PULSE_MASK } from './icetray/classes.js';
import { writeDifferences } from './icetray/difference-writer.js';
import type { Frame, FrameObject } from './icetray/frame.js';
import { classNameOf, readObject } from './icetray/object-class.js';
import { Packet } from './icetray/packet.js';
import { type SimulationTruth, simulationTruth } from './simulation-truth.js';

/** A whole detector description that alerts may refer to. */
export interface AlertBaseline {
  /** Name of its file. */
  readonly name: string;
  readonly gcd: FullGcd;
}

/** An event of a stream. */
export interface AlertEvent {
  /** As the scanner reads it from the alert. */
  readonly event: DecodedEvent;
  /** In the order G C D Q P. */
  readonly frames: readonly Frame[];
  /** Real-time format version, which tells the names of pulses and fits. */
  readonly formatVersion: string;
  readonly simulation: SimulationTruth | null;
}

/** An event that cannot be an alert, and why. */
export interface BadEvent {
  readonly error: EventFormatError;
}

/** How much of the files went into events. */
export interface StreamCounts {
  frames: number;
  /** P frames; those without pulses of an event are of other splits. */
  physicsFrames: number;
  events: number;
}

export interface AlertStreamOptions {
  /** What the detector is told as a difference to; null: as the files tell it. */
  readonly baseline: AlertBaseline | null;
  /** No more frames are read. Default: all. */
  readonly maxFrames?: number;
}

/** Reads .i3 files one after the other: what G, C and D frames of one say holds in the next. */
export interface AlertStream {
  /**
   * The events of a file, plain or compressed.
   *
   * @throws EventFormatError for a file that is no stream of frames, or damaged
   */
  read(bytes: Uint8Array, name: string): Generator<AlertEvent | BadEvent>;
  readonly counts: Readonly<StreamCounts>;
  /** Whether `maxFrames` were read. */
  readonly isDone: boolean;
}

const VERSION_BEFORE_2023 = '2021a';
const VERSION_SINCE_2023 = '2024a';
const PULSES_SINCE_2023 = 'SplitInIcePulses';

/** Whole descriptions, differences, and lists of modules to leave out. */
const DETECTOR_KEYS: ReadonlySet<string> = new Set([
  ...['I3Geometry', 'I3Calibration', 'I3DetectorStatus', ...DIFFERENCE_KEYS],
  ...['BadDomsList', 'BadDomsListSLC'],
]);
const READOUT_KEYS: ReadonlySet<string> = new Set(['I3EventHeader', 'CalibrationErrata', 'SaturationWindows']);
/** Classes of P frames that come only as pulses of the event. */
const PULSE_CLASSES: ReadonlySet<string> = new Set([
  ...['I3SuperDST', 'I3SuperDSTTriggerSeries', 'I3RecoPulseSeriesMap', 'I3RecoPulseSeriesMapMask'],
]);
/** A tree of simulated particles is kept up to here; of a larger one the mark that the event is simulated. */
const MAX_TREE_BYTES = 1024 * 1024;

/** Opens a stream of .i3 files. */
export function alertStream({ baseline, maxFrames = Number.POSITIVE_INFINITY }: AlertStreamOptions): AlertStream {
  const builder = new PacketBuilder();
  const counts: StreamCounts = { frames: 0, physicsFrames: 0, events: 0 };
  // The detector changes less often than the event.
  let detector: { readonly sources: readonly Frame[]; readonly frames: readonly Frame[] } | null = null;
  const detectorFrames = (packet: Packet): readonly Frame[] => {
    const sources = packet.frames.filter(({ stop }) => 'GCD'.includes(stop));
    const isSame = detector?.sources.length === sources.length && sources.every((f, i) => f === detector!.sources[i]);
    if (!isSame) detector = { sources, frames: framesOfDetector(packet, baseline) };
    return detector!.frames;
  };
  return {
    counts,
    get isDone() {
      return counts.frames >= maxFrames;
    },
    *read(bytes, name) {
      const content = decompress(bytes, name);
      if (!looksLikeI3(content)) {
        throw new EventFormatError('event/not-readable', `${name} is no .i3 file.`, 'Alerts need no conversion.');
      }
      if (counts.frames >= maxFrames) return;
      for (const { frame } of i3Frames(content, name)) {
        counts.frames++;
        const packet = builder.add(frame, name);
        if (packet !== null) {
          counts.physicsFrames++;
          if (hasPulses(packet)) {
            counts.events++;
            yield orBad(() => alertEvent(packet, detectorFrames(packet)));
          }
        }
        if (counts.frames >= maxFrames) return;
      }
    },
  };
}

function orBad(convert: () => AlertEvent): AlertEvent | BadEvent {
  try {
    return convert();
  } catch (error) {
    if (!(error instanceof EventFormatError)) throw error;
    return { error };
  }
}

function alertEvent(packet: Packet, detector: readonly Frame[]): AlertEvent {
  const frames = [...detector, ...eventFrames(packet)];
  const pulsesName = pulsesNameOf(packet);
  const formatVersion = pulsesName === PULSES_SINCE_2023 ? VERSION_SINCE_2023 : VERSION_BEFORE_2023;
  return {
    event: eventOfPacket(new Packet(frames, packet.name), { formatVersion, summary: null }),
    frames,
    formatVersion,
    simulation: simulationTruth(packet),
  };
}

/** The frames G, C and D. */
function framesOfDetector(packet: Packet, baseline: AlertBaseline | null): readonly Frame[] {
  const hasDifferences = DIFFERENCE_KEYS.some((key) => packet.find(key) !== undefined);
  if (baseline !== null && !hasDifferences) {
    return writeDifferences(fullGcdOf(packet, []), baseline.gcd, baseline.name);
  }
  return ['G', 'C', 'D'].map((stop) => reduced(packet, stop, ({ key }) => DETECTOR_KEYS.has(key)));
}

/** The frames Q and P: pulses with all that they are chosen from, times to leave out, fits, what tells the type. */
function eventFrames(packet: Packet): readonly Frame[] {
  const pulsesName = pulsesNameOf(packet);
  const needed = new Set([...sourcesOf(packet, pulsesName), `${pulsesName}TimeRange`, ...simulationMarks(packet)]);
  const last = packet.frames.at(-1)!;
  const where = packet.whereOf(last);
  const isFigure = (object: FrameObject): boolean =>
    isDecodable(object, where) && !PULSE_CLASSES.has(classNameOf(object, where)) && !isTruth(object.key);
  return [
    reduced(packet, 'Q', ({ key }) => needed.has(key) || READOUT_KEYS.has(key)),
    reduced(
      packet,
      last.stop,
      (object) => needed.has(object.key) || EVENT_TYPE_KEYS.has(object.key) || isFigure(object),
    ),
  ];
}

function isTruth(key: string): boolean {
  return key === 'MMCTrackList' || (SIMULATION_KEYS as readonly string[]).includes(key);
}

/** A frame of the packet with some of its objects; an empty one where there is none. */
function reduced(packet: Packet, stop: string, isKept: (object: FrameObject) => boolean): Frame {
  const frame = packet.frames.find((candidate) => candidate.stop === stop);
  return frame === undefined
    ? { stop, version: 6, objects: [] }
    : { stop, version: frame.version, objects: frame.objects.filter(isKept) };
}

/** The key of a pulse map, and those of the maps that it, as a mask, chooses from. */
function sourcesOf(packet: Packet, pulsesName: string): Set<string> {
  const keys = new Set<string>();
  for (let key: string | null = pulsesName; key !== null && !keys.has(key); ) {
    keys.add(key);
    const found = packet.find(key);
    const isMask = found !== undefined && classNameOf(found.object, found.where) === PULSE_MASK.name;
    key = isMask ? readObject(found.object, PULSE_MASK, found.where).source : null;
  }
  return keys;
}

/** The tree of simulated particles, or if that is large the smallest object that only simulated events have. */
function simulationMarks(packet: Packet): readonly string[] {
  const sizeOf = (key: string): number => packet.find(key)!.object.blob.length;
  const marks = SIMULATION_KEYS.filter((key) => packet.find(key) !== undefined).sort((a, b) => sizeOf(a) - sizeOf(b));
  const tree = marks.filter((key) => key === 'I3MCTree' && sizeOf(key) <= MAX_TREE_BYTES);
  return tree.length > 0 ? tree : marks.slice(0, 1);
}
