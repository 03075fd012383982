/** Events for the tests of reconstructions: a track through IC86 or through a detector of one's own. */
import { type Detector, detectorFromOpen } from '../../src/detector/index.js';
import { buildPulseMap, type DecodedEvent, type DomPulses, type OpenDetector } from '../../src/event/index.js';
import { FRONT_NS_PER_M, SPEED_OF_LIGHT } from '../../src/light/index.js';
import { directionOfTravel } from '../../src/prepare/index.js';
import { randomNumbers } from '../light/random.js';

/** A muon track: where it comes from (radians), a point of it (m) and when it is there (ns). */
export interface Track {
  readonly zenith: number;
  readonly azimuth: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timeNs: number;
}

/** Pulses of a track in a detector: modules within `reachM`, the first late by a random time that grows with distance. */
export function trackEvent(
  detector: Detector,
  track: Track,
  options: { reachM?: number; seed?: number } = {},
): DecodedEvent {
  const { reachM = 70, seed = 1 } = options;
  const random = randomNumbers(seed);
  const [nx, ny, nz] = directionOfTravel(track.zenith, track.azimuth);
  const doms: DomPulses[] = [];
  for (let i = 0; i < detector.string.length; i++) {
    const [dx, dy, dz] = [detector.x[i]! - track.x, detector.y[i]! - track.y, detector.z[i]! - track.z];
    const along = dx * nx + dy * ny + dz * nz;
    const rho = Math.sqrt(Math.max(0, dx * dx + dy * dy + dz * dz - along * along));
    const delay = -Math.log(1 - random()) * (1 + 0.4 * rho);
    if (rho > reachM || detector.om[i]! > 60 || detector.isOn[i] !== 1) continue;
    const first = track.timeNs + along / SPEED_OF_LIGHT + rho * FRONT_NS_PER_M + delay;
    const charge = 1 + Math.round(300 / (rho * rho + 20));
    doms.push({
      key: { string: detector.string[i]!, om: detector.om[i]!, pmt: detector.pmt[i]! },
      timeNs: [first, first + 30 + delay],
      chargePe: [charge, 1],
      widthNs: [1, 1],
      flags: [3, 3],
    });
  }
  return { ...emptyEvent(), pulses: buildPulseMap(doms) };
}

/** An event without pulses. */
export function emptyEvent(): DecodedEvent {
  return {
    header: {
      runId: 7,
      eventId: 11,
      subEventId: 0,
      eventType: null,
      startTimeUtc: '2022-05-24T07:41:32.1853524946Z',
      mjd: 59723.32,
      formatVersion: '',
      isReal: false,
    },
    pulses: buildPulseMap([]),
    pulsesName: 'pulses',
    readoutWindow: null,
    calibrationErrata: [],
    saturationWindows: [],
    particles: {},
    vetoVertex: null,
    alert: null,
    gcdDifferences: null,
    fullGcd: null,
    openDetector: 'IC86',
    truth: null,
    warnings: [],
  };
}

/** A detector that is not IceCube: 16 strings of 18 modules with several tubes each, in the sea of its own frame. */
export function seaDetector(): Detector {
  const modules: OpenDetector['modules'][number][] = [];
  for (let s = 0; s < 16; s++) {
    for (let om = 1; om <= 18; om++) {
      for (let pmt = 0; pmt < 2; pmt++) {
        modules.push({
          string: s + 1,
          om,
          pmt,
          x: 90 * (s % 4) + 1000,
          y: 90 * Math.floor(s / 4) - 2000,
          z: 36 * om + 300 + 0.2 * pmt,
          efficiency: 1,
          noiseRateHz: 1000,
          isOn: true,
        });
      }
    }
  }
  return detectorFromOpen({ name: 'sea', modules });
}
