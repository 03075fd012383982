/**
 * The time of a seed: when a muon on a given line must have passed the seed vertex so that its Cherenkov front reaches
 * the closest module with a hard local coincidence at that module's first such pulse.
 * Formulas: specs/reco-splinempe.md 4.3, specs/reco-millipede.md 2.4.
 */
import { type Detector, domIndices } from '../detector/index.js';
import { PULSE_FLAG, type PulseMap } from '../event/index.js';

/** First HLC pulse of every module that has one, with the module's position; in key order, arrays of equal length. */
export interface HlcTimes {
  /** Module centres in metres, detector frame. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** Time of the module's first HLC pulse, ns since the start of the readout. */
  readonly firstTimeNs: Float64Array;
}

/** m/ns. */
const SPEED_OF_LIGHT = 0.299792458;
/** Phase index of the ice that sets the Cherenkov angle. */
const PHASE_INDEX = 1.3195;
const TAN_CHERENKOV = Math.sqrt(PHASE_INDEX * PHASE_INDEX - 1);

/** The first HLC pulses of an event; `pulses` may hold other pulses too. */
export function hlcTimes(pulses: PulseMap, detector: Detector): HlcTimes {
  const indices = domIndices(detector, pulses);
  const dom: number[] = [];
  const time: number[] = [];
  for (let d = 0; d < indices.length; d++) {
    if (indices[d]! < 0) continue;
    for (let p = pulses.first[d]!; p < pulses.first[d + 1]!; p++) {
      if ((pulses.flags[p]! & PULSE_FLAG.LC) === 0) continue;
      dom.push(indices[d]!);
      time.push(pulses.timeNs[p]!);
      break;
    }
  }
  return {
    x: Float64Array.from(dom, (i) => detector.x[i]!),
    y: Float64Array.from(dom, (i) => detector.y[i]!),
    z: Float64Array.from(dom, (i) => detector.z[i]!),
    firstTimeNs: Float64Array.from(time),
  };
}

/**
 * Time of a seed at (x, y, z) whose track comes from (zenith, azimuth): set by the module closest to the track, the
 * first one on ties. Without any module the given time stays.
 */
export function refineSeedTime(
  hlc: HlcTimes,
  x: number,
  y: number,
  z: number,
  zenith: number,
  azimuth: number,
  givenTimeNs: number,
): number {
  const sinZenith = Math.sin(zenith);
  const nx = -sinZenith * Math.cos(azimuth);
  const ny = -sinZenith * Math.sin(azimuth);
  const nz = -Math.cos(zenith);
  let closest = Infinity;
  let time = givenTimeNs;
  for (let i = 0; i < hlc.firstTimeNs.length; i++) {
    const rx = hlc.x[i]! - x;
    const ry = hlc.y[i]! - y;
    const rz = hlc.z[i]! - z;
    const along = rx * nx + ry * ny + rz * nz;
    // Rounding can make this negative where the module lies on the line.
    const distance = Math.sqrt(Math.max(0, rx * rx + ry * ry + rz * rz - along * along));
    if (!(distance < closest)) continue;
    closest = distance;
    time = hlc.firstTimeNs[i]! - (along + distance * TAN_CHERENKOV) / SPEED_OF_LIGHT;
  }
  return time;
}
