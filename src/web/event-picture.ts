/** What the event display draws: strings, hit modules with charge and time, and how directions stand in the detector. */
import { type Detector, domIndices } from '../detector/index.js';
import { type DecodedEvent, siteOf } from '../event/index.js';
import type { Site } from '../sky/index.js';

/** An event as it is drawn. Metres, ns since the start of the readout, photo-electrons. Plain data, small as JSON. */
export interface EventPicture {
  readonly detector: string;
  readonly mjd: number;
  readonly site: Site;
  /** Strings: x, y, lowest and highest module. */
  readonly strings: readonly (readonly [x: number, y: number, bottom: number, top: number])[];
  /** Hit modules by the time of their first pulse. */
  readonly hits: readonly {
    readonly string: number;
    readonly om: number;
    readonly at: readonly [x: number, y: number, z: number];
    readonly chargePe: number;
    readonly timeNs: number;
  }[];
  /** True direction of a simulated event, radians. */
  readonly truth: { readonly zenith: number; readonly azimuth: number } | null;
}

/** Draws together what a picture needs. Modules that the detector does not know are left out. */
export function eventPicture(event: DecodedEvent, detector: Detector): EventPicture {
  const strings = new Map<number, [number, number, number, number]>();
  for (let i = 0; i < detector.x.length; i++) {
    const [x, y, z] = [tenth(detector.x[i]!), tenth(detector.y[i]!), tenth(detector.z[i]!)];
    const known = strings.get(detector.string[i]!);
    if (known === undefined) strings.set(detector.string[i]!, [x, y, z, z]);
    else {
      known[2] = Math.min(known[2], z);
      known[3] = Math.max(known[3], z);
    }
  }
  const { pulses, header, truth } = event;
  const places = domIndices(detector, pulses);
  const hits = Array.from(places, (place, i) => {
    let chargePe = 0;
    let timeNs = Number.POSITIVE_INFINITY;
    for (let k = pulses.first[i]!; k < pulses.first[i + 1]!; k++) {
      chargePe += pulses.chargePe[k]!;
      timeNs = Math.min(timeNs, pulses.timeNs[k]!);
    }
    return {
      string: pulses.string[i]!,
      om: pulses.om[i]!,
      at: [tenth(detector.x[place] ?? 0), tenth(detector.y[place] ?? 0), tenth(detector.z[place] ?? 0)] as const,
      chargePe: Number(chargePe.toPrecision(4)),
      timeNs: Math.round(timeNs),
    };
  });
  return {
    detector: detector.name,
    mjd: header.mjd,
    site: siteOf(event),
    strings: [...strings.values()],
    hits: hits.filter((hit, i) => places[i]! >= 0 && hit.chargePe > 0).sort((a, b) => a.timeNs - b.timeNs),
    truth: truth && { zenith: truth.zenith, azimuth: truth.azimuth },
  };
}

function tenth(metres: number): number {
  return Math.round(metres * 10) / 10;
}
