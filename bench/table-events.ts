/**
 * Simulated tracks whose light comes from the Monte Carlo photon tables instead of the closed form, with tilted layers:
 * a truth that the closed-form likelihood was not made of, to calibrate it with. Everything but the light is the
 * product's `simulate`.
 */
import type { Detector } from '../src/detector/index.js';
import type { DecodedEvent } from '../src/event/index.js';
import { CascadeLight, type CascadeTable, type IceModel, SPEED_OF_LIGHT, tiltShift } from '../src/light/index.js';
import { directionOfTravel } from '../src/prepare/index.js';
import { readOut } from '../src/simulate/electronics.js';
import { muonEmission } from '../src/simulate/emission.js';
import { type SimulationOptions, simulateEvent } from '../src/simulate/index.js';
import type { PhotoElectrons } from '../src/simulate/light.js';
import { Random } from '../src/simulate/random.js';

const WINDOW = { startNs: 6000, stopNs: 26_000 };
/** Track length before and behind the given point, and how far its light is followed, m. */
const HALF_TRACK_M = 900;
const REACH_M = 450;

/** A track as `simulateEvent` makes it, but for the light. */
export function tableEvent(
  detector: Detector,
  ice: IceModel,
  table: CascadeTable,
  track: SimulationOptions,
): DecodedEvent {
  const random = new Random(track.seed, (track.stream ?? 0) + 500_000_000);
  const light = draw(detector, ice, table, track, random);
  let first = Number.POSITIVE_INFINITY;
  for (const t of light.timeNs) first = Math.min(first, t);
  const shift = WINDOW.startNs + 4000 - first;
  const moved = { first: light.first, timeNs: light.timeNs.map((t) => t + shift) };
  const pulses = readOut(detector, moved, WINDOW, track.electronics ?? {}, random);
  // The closed form's event of the same track lends everything else.
  const { event } = simulateEvent({ detector, isBuiltin: true, ice }, track);
  return { ...event, pulses, truth: { ...event.truth!, timeNs: shift } };
}

function draw(
  detector: Detector,
  ice: IceModel,
  table: CascadeTable,
  track: SimulationOptions,
  random: Random,
): PhotoElectrons {
  const [nx, ny, nz] = directionOfTravel(track.zenith, track.azimuth);
  const { alongM, lightGev } = muonEmission(track.energyGev, -HALF_TRACK_M, HALF_TRACK_M, random);
  const light = new CascadeLight(table);
  const upTo = new Float64Array(alongM.length);
  const nodes = new Float64Array(table.timeNodes.length);
  const first = new Int32Array(detector.string.length + 1);
  const times: number[] = [];
  for (let i = 0; i < detector.string.length; i++) {
    first[i + 1] = times.length;
    if (detector.isOn[i] !== 1) continue;
    const [dx, dy, dz] = [detector.x[i]! - track.x, detector.y[i]! - track.y, detector.z[i]! - track.z];
    const along = dx * nx + dy * ny + dz * nz;
    const across2 = dx * dx + dy * dy + dz * dz - along * along;
    if (across2 > REACH_M * REACH_M) continue;
    const tilt = ice.tilt === null ? 0 : tiltShift(ice.tilt, detector.x[i]!, detector.y[i]!, detector.z[i]!);
    const look = (j: number): number => {
      const s = alongM[j]!;
      return light.amplitude(track.z + s * nz - tilt, nx, ny, nz, dx - s * nx, dy - s * ny, dz - s * nz);
    };
    const reach = Math.sqrt(REACH_M * REACH_M - across2);
    let total = 0;
    for (let j = 0; j < alongM.length; j++) {
      if (Math.abs(alongM[j]! - along) < reach) total += lightGev[j]! * look(j);
      upTo[j] = total;
    }
    const count = random.poisson(total * detector.efficiency[i]!);
    for (let n = 0; n < count; n++) {
      const wanted = random.uniform() * total;
      const j = upTo.findIndex((sum) => sum > wanted);
      look(j);
      light.cdfNodes(nodes);
      const delay = drawDelay(table, nodes, random) * light.scaleNs;
      times.push(alongM[j]! / SPEED_OF_LIGHT + light.earliestNs + delay);
    }
    first[i + 1] = times.length;
  }
  return { first, timeNs: Float64Array.from(times) };
}

/** A time in units of the scale: the CDF goes with the square root of the time between nodes, then falls off. */
function drawDelay({ timeNodes }: CascadeTable, cdf: Float64Array, random: Random): number {
  const wanted = random.uniform();
  const last = timeNodes.length - 1;
  const k = cdf.findIndex((value) => value > wanted);
  if (k < 0) {
    const rest = (1 - wanted) / Math.max(1 - cdf[last]!, 1e-9);
    return timeNodes[last]! * (1 - 0.35 * Math.log(Math.min(1, Math.max(rest, 1e-9))));
  }
  const [low, from] = k === 0 ? [0, 0] : [cdf[k - 1]!, Math.sqrt(timeNodes[k - 1]!)];
  const root = from + ((wanted - low) / (cdf[k]! - low)) * (Math.sqrt(timeNodes[k]!) - from);
  return root * root;
}
