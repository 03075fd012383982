export {
  type AlertBaseline,
  type AlertEvent,
  type AlertStream,
  type AlertStreamOptions,
  alertStream,
  type BadEvent,
  type StreamCounts,
} from './alert-event.js';
export { decodeBase64, encodeBase64 } from './base64.js';
export { concatBytes } from './bytes.js';
export { decodeEvent } from './decode-event.js';
export {
  type CalibrationChange,
  type DecodedEvent,
  type FullGcd,
  type GcdDifferences,
  type OpenDetector,
  type SpeChargeDistribution,
  type StatusChange,
  siteOf,
} from './decoded-event.js';
export {
  type AlertFigures,
  type DifferenceDescription,
  describeEvent,
  type EventDescription,
  type GcdDescription,
  type ParticleDescription,
} from './describe.js';
export { i3Frames, i3Packets } from './i3-file.js';
export { type ArchiveWriter, tracked, writeArchive } from './icetray/archive-writer.js';
export type { I3EventHeader, I3Particle, I3Time } from './icetray/basic-objects.js';
export { crc32cWithoutInversion } from './icetray/checksum.js';
export { type DecodedObject, decodeObject } from './icetray/classes.js';
export { type Frame, type FrameObject, findObject, readFrame, writeFrame } from './icetray/frame.js';
export {
  type Validity,
  writeCalibration,
  writeDetectorStatus,
  writeFullGcd,
  writeGeometry,
} from './icetray/gcd-writer.js';
export { Packet } from './icetray/packet.js';
export { parseJsonBytes } from './json.js';
export { pickledBytes, readPickledFrame } from './message.js';
export * from './open/index.js';
export { type EventPacket, packetOfFile } from './packet-of-file.js';
export { isPickleObject, type PickleValue, readPickle } from './pickle.js';
export {
  buildPulseMap,
  compareKeys,
  countDoms,
  countPulses,
  type DomPulses,
  emptyPulseMap,
  type PulseSummary,
  selectPulses,
  summarizePulses,
} from './pulse-map.js';
export { readFullGcd } from './read-full-gcd.js';
export type { SimulationTruth } from './simulation-truth.js';
export {
  type AlertSummary,
  type DomWindows,
  type EventHeader,
  type OMKey,
  type Particle,
  PULSE_FLAG,
  type PulseMap,
  type TimeWindow,
  type VetoVertex,
} from './types.js';
export { type AlertParts, alertDocument, encodeFrame, type PickleFlavour, pickleFrame } from './write-message.js';
