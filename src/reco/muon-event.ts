/**
 * What the first-photon recos of muons start from: the seed vertex and the cleaned pulses (specs/reco-splinempe.md
 * section 2), and of every hit module its place, first pulse and charge (5.3).
 */
import { RecoError } from '../config/index.js';
import { type Detector, domIndices } from '../detector/index.js';
import type { DecodedEvent, PulseMap } from '../event/index.js';
import {
  cleanMuonPulses,
  findVertex,
  type HlcTimes,
  hlcTimes,
  type MuonPulses,
  splitByLocalCoincidence,
} from '../prepare/index.js';
import type { Vertex } from './types.js';

/** An event as a muon. */
export interface MuonEvent {
  readonly seedVertex: Vertex;
  readonly hlcTimes: HlcTimes;
  readonly pulses: MuonPulses;
}

/** First pulses of the hit modules; arrays of equal length. */
export interface FirstPulses {
  /** Module centres, m. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** ns since the start of the readout. */
  readonly timeNs: Float64Array;
  /** Charge of the module (PE) to a power: how many photons the first pulse is the first of. */
  readonly photons: Float64Array;
}

/** Free parameters of a muon's fit at a fixed direction; an event with no more hit modules cannot be fitted. */
export const MUON_PARAMETERS = 3;
/**
 * Stuck pixels are fitted once more next to those within this of the minimum: enough for any region, since even a blurred
 * 90 % region ends below it. In the scan of run 136662 that lowered 23 pixels of splinempe and 18 of pandel_mpe by more
 * than 1.
 */
export const RESTART_WITHIN_LLH = 20;
/** Thresholds of the seed vertex, PE (2.5). */
const VERTEX_THRESHOLDS_PE = [250, 5];

/** Cleans and seeds an event. Throws {@link RecoError} `reco/bad-event` where it has too little light for a vertex. */
export function prepareMuon(event: DecodedEvent, detector: Detector): MuonEvent {
  const { hlc } = splitByLocalCoincidence(event.pulses);
  const vertex = findVertex(hlc, detector, VERTEX_THRESHOLDS_PE);
  if (vertex === null) {
    throw new RecoError(
      'reco/bad-event',
      'The event has no more than 5 photo-electrons of coincident pulses within 3 microseconds: no start vertex.',
      'Such an event cannot be scanned with this reconstruction.',
    );
  }
  return {
    seedVertex: { x: vertex.x, y: vertex.y, z: vertex.z, timeNs: vertex.timeNs },
    hlcTimes: hlcTimes(hlc, detector),
    pulses: cleanMuonPulses(event.pulses, detector),
  };
}

/** First pulses of the modules of a pulse map that the detector has; charges to the power of `exponent`. */
export function firstPulses(pulses: PulseMap, detector: Detector, exponent: number): FirstPulses {
  const indices = domIndices(detector, pulses);
  const kept = [...indices.keys()].filter((d) => indices[d]! >= 0 && pulses.first[d]! < pulses.first[d + 1]!);
  const place = (axis: Float64Array): Float64Array => Float64Array.from(kept, (d) => axis[indices[d]!]!);
  return {
    x: place(detector.x),
    y: place(detector.y),
    z: place(detector.z),
    timeNs: Float64Array.from(kept, (d) => pulses.timeNs[pulses.first[d]!]!),
    photons: Float64Array.from(kept, (d) => {
      const charge = moduleCharge(pulses, d);
      return charge > 0 ? Math.exp(exponent * Math.log(charge)) : 0;
    }),
  };
}

/** Note for people where there are too few hit modules to fit. */
export function notesOnHits(nModules: number): string[] {
  if (nModules > MUON_PARAMETERS) return [];
  return [`Insufficient hits: a fit needs more than ${MUON_PARAMETERS} modules; the llh of every pixel is NaN.`];
}

function moduleCharge(pulses: PulseMap, d: number): number {
  let sum = 0;
  for (let p = pulses.first[d]!; p < pulses.first[d + 1]!; p++) {
    if (!Number.isNaN(pulses.chargePe[p]!)) sum += pulses.chargePe[p]!;
  }
  return sum;
}
