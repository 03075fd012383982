/**
 * From photo-electrons to pulses, as IceCube's modules and pulse extraction make them, kept simple: charge and time
 * spread of a tube, dark noise, the discriminator, readouts with and without local coincidence (HLC, SLC), dead time,
 * merging of pulses, and the coding of times, charges and widths. Figures: specs/photon-tables.md section 12; readout
 * lengths: JINST 12 P03012. Left out: saturation, after-pulses, pre- and late pulses.
 */
import type { Detector } from '../detector/index.js';
import { buildPulseMap, type DomPulses, PULSE_FLAG, type PulseMap, type TimeWindow } from '../event/index.js';
import type { PhotoElectrons } from './light.js';
import type { Random } from './random.js';

/** What a module does to light. Change it to study how a reconstruction depends on it. */
export interface ElectronicsOptions {
  /** Spread of a photo-electron's time against its photon, ns. Default 2.5. */
  readonly jitterNs?: number;
  /** Spread of an isolated pulse's time on top of that: its waveform is coarse. Default 8. */
  readonly slcJitterNs?: number;
  /** Factor on every module's dark noise; 0 for none. Default 1. */
  readonly noiseScale?: number;
  /** Charge of one photo-electron that starts a readout, PE. Default 0.25: 15 % of them do not. */
  readonly discriminatorPe?: number;
}

/** Two modules launched within this time are in coincidence, ns, if at most so many modules apart on their string. */
const COINCIDENCE_NS = 1000;
const COINCIDENCE_SPAN = 2;
/** Readout with coincidence: fine samples first, coarse ones to the end; then the module is dead for a moment. */
const FINE_NS = 422;
const READOUT_NS = 6400;
const READOUT_DEAD_NS = 50;
/** Readout without coincidence: three coarse samples; the module is dead until the readout is given up. */
const SLC_READOUT_NS = 75;
const SLC_DEAD_NS = 2400;
/**
 * Pulses closer than this cannot be told apart in fine and coarse samples. Bright modules of real alerts have pulses 5 to
 * 11 ns apart, dim ones hardly any closer than 7 ns.
 */
const FINE_MERGE_NS = 7;
const COARSE_MERGE_NS = 20;
const FINE_WIDTH_NS = 1;
const COARSE_WIDTH_NS = 8;
/** Smaller pulses drown in the waveform, PE. */
const SMALLEST_PULSE_PE = 0.15;
/** Steps of times and charges in compressed events. */
const TIME_STEP_NS = 1;
const CHARGE_STEP_PE = 0.05;

/** Single photo-electron charge: a exp(-q/w) + exp(-(q - mu)^2 / (2 sigma^2)), medians of the in-ice DOMs. */
const SPE = { amplitude: 0.84, width: 0.31, mean: 1.04, sigma: 0.28 } as const;
const SPE_PEAK_AREA = SPE.sigma * Math.sqrt(2 * Math.PI);
const SPE_TAIL_SHARE = (SPE.amplitude * SPE.width) / (SPE.amplitude * SPE.width + SPE_PEAK_AREA);
/** Mean of that distribution. The peak's part below 0, 1e-4 of it, is drawn again and does not move the mean. */
const SPE_MEAN = SPE_TAIL_SHARE * SPE.width + (1 - SPE_TAIL_SHARE) * SPE.mean;

/** Charge of one photo-electron in units of its mean. */
export function drawCharge(random: Random): number {
  if (random.uniform() < SPE_TAIL_SHARE) return (SPE.width * random.exponential()) / SPE_MEAN;
  for (;;) {
    const q = SPE.mean + SPE.sigma * random.normal();
    if (q > 0) return q / SPE_MEAN;
  }
}

/** Photo-electrons of one module with their charges, ascending in time; charges in units of their mean. */
interface Hits {
  readonly timeNs: Float64Array;
  readonly charge: Float64Array;
}

/**
 * Reads out every module during `window` (ns).
 *
 * @param light photo-electrons of light, times in the same frame as the window
 */
export function readOut(
  detector: Detector,
  light: PhotoElectrons,
  window: TimeWindow,
  options: ElectronicsOptions,
  random: Random,
): PulseMap {
  const { noiseScale = 1, discriminatorPe = 0.25, jitterNs = 2.5 } = options;
  const n = detector.string.length;
  const hits = new Array<Hits | null>(n).fill(null);
  const launches = new Array<Float64Array | null>(n).fill(null);
  for (let i = 0; i < n; i++) {
    if (detector.isOn[i] !== 1) continue;
    const own = hitsOf(light.timeNs.subarray(light.first[i]!, light.first[i + 1]!), {
      window,
      noisePerNs: detector.noiseRateHz[i]! * noiseScale * 1e-9,
      jitterNs,
      random,
    });
    if (own === null) continue;
    hits[i] = own;
    const least = discriminatorPe / detector.meanChargePe[i]!;
    const above = own.timeNs.filter((_, k) => own.charge[k]! >= least);
    if (above.length > 0) launches[i] = above;
  }
  const neighbours = neighboursOnStrings(detector);
  const doms: DomPulses[] = [];
  for (let i = 0; i < n; i++) {
    const own = hits[i];
    const above = launches[i];
    if (own == null || above == null) continue;
    const isCoincident = (timeNs: number): boolean =>
      detector.isSlcOnly[i] !== 1 && neighbours[i]!.some((j) => hasNear(launches[j] ?? null, timeNs));
    const pulses = pulsesOf(own, above, isCoincident, {
      meanChargePe: detector.meanChargePe[i]!,
      window,
      options,
      random,
    });
    if (pulses.timeNs.length === 0) continue;
    doms.push({ key: { string: detector.string[i]!, om: detector.om[i]!, pmt: detector.pmt[i]! }, ...pulses });
  }
  return buildPulseMap(doms);
}

function hitsOf(
  light: Float64Array,
  {
    window,
    noisePerNs,
    jitterNs,
    random,
  }: { window: TimeWindow; noisePerNs: number; jitterNs: number; random: Random },
): Hits | null {
  // Noise before the window counts too: a module may be dead, or its neighbour launched, when the window opens.
  const from = window.startNs - READOUT_NS;
  const noise: number[] = [];
  if (noisePerNs > 0) {
    for (let t = from + random.exponential() / noisePerNs; t < window.stopNs; t += random.exponential() / noisePerNs) {
      noise.push(t);
    }
  }
  const count = light.length + noise.length;
  if (count === 0) return null;
  const timeNs = new Float64Array(count);
  for (let k = 0; k < light.length; k++) timeNs[k] = light[k]! + jitterNs * random.normal();
  timeNs.set(noise, light.length);
  timeNs.sort();
  const charge = new Float64Array(count);
  for (let k = 0; k < count; k++) charge[k] = drawCharge(random);
  return { timeNs, charge };
}

/** Pulses of one module as lists, ascending in time. */
interface Pulses {
  readonly timeNs: number[];
  readonly chargePe: number[];
  readonly widthNs: number[];
  readonly flags: number[];
}

interface PulseSetup {
  readonly meanChargePe: number;
  readonly window: TimeWindow;
  readonly options: ElectronicsOptions;
  readonly random: Random;
}

/** Readout after readout of one module. */
function pulsesOf(
  hits: Hits,
  launches: Float64Array,
  isCoincident: (timeNs: number) => boolean,
  { meanChargePe, window, options, random }: PulseSetup,
): Pulses {
  const { slcJitterNs = 8 } = options;
  const out: Pulses = { timeNs: [], chargePe: [], widthNs: [], flags: [] };
  const add = (timeNs: number, charge: number, isHlc: boolean, widthNs: number): void => {
    const late = isHlc ? 0 : slcJitterNs * random.normal();
    const time = Math.round((timeNs + late) / TIME_STEP_NS) * TIME_STEP_NS;
    const chargePe = (Math.floor((charge * meanChargePe) / CHARGE_STEP_PE) + 0.5) * CHARGE_STEP_PE;
    if (chargePe < SMALLEST_PULSE_PE || !(time >= window.startNs) || !(time < window.stopNs)) return;
    out.timeNs.push(time);
    out.chargePe.push(Math.fround(chargePe));
    out.widthNs.push(widthNs);
    out.flags.push(isHlc ? PULSE_FLAG.LC | PULSE_FLAG.ATWD | PULSE_FLAG.FADC : PULSE_FLAG.FADC);
  };
  const { timeNs, charge } = hits;
  let k = 0;
  let ready = Number.NEGATIVE_INFINITY;
  for (const start of launches) {
    if (start < ready) continue;
    const isHlc = isCoincident(start);
    const stop = start + (isHlc ? READOUT_NS : SLC_READOUT_NS);
    while (k < timeNs.length && timeNs[k]! < start) k++;
    while (k < timeNs.length && timeNs[k]! < stop) {
      const isFine = isHlc && timeNs[k]! < start + FINE_NS;
      const last = isHlc ? timeNs[k]! + (isFine ? FINE_MERGE_NS : COARSE_MERGE_NS) : stop;
      let sum = 0;
      let moment = 0;
      const begin = timeNs[k]!;
      for (; k < timeNs.length && timeNs[k]! < last && timeNs[k]! < stop; k++) {
        sum += charge[k]!;
        moment += charge[k]! * (timeNs[k]! - begin);
      }
      // An isolated pulse starts with its first photon, whatever comes later in its samples.
      add(isHlc ? begin + moment / sum : begin, sum, isHlc, isFine ? FINE_WIDTH_NS : COARSE_WIDTH_NS);
    }
    ready = isHlc ? stop + READOUT_DEAD_NS : start + SLC_DEAD_NS;
  }
  return inOrder(out);
}

/** Ascending in time and disjoint: isolated pulses may have swapped, and pulses at one time become one. */
function inOrder(pulses: Pulses): Pulses {
  const order = [...pulses.timeNs.keys()].sort((a, b) => pulses.timeNs[a]! - pulses.timeNs[b]! || a - b);
  const out: Pulses = { timeNs: [], chargePe: [], widthNs: [], flags: [] };
  for (const i of order) {
    const last = out.timeNs.length - 1;
    if (last >= 0 && out.timeNs[last] === pulses.timeNs[i]) {
      out.chargePe[last] = Math.fround(out.chargePe[last]! + pulses.chargePe[i]!);
      out.flags[last] = out.flags[last]! | pulses.flags[i]!;
      continue;
    }
    if (last >= 0) out.widthNs[last] = Math.min(out.widthNs[last]!, pulses.timeNs[i]! - out.timeNs[last]!);
    out.timeNs.push(pulses.timeNs[i]!);
    out.chargePe.push(pulses.chargePe[i]!);
    out.widthNs.push(pulses.widthNs[i]!);
    out.flags.push(pulses.flags[i]!);
  }
  return out;
}

/** Whether one of ascending times lies within the coincidence window about `timeNs`. */
function hasNear(times: Float64Array | null, timeNs: number): boolean {
  if (times === null) return false;
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < timeNs - COINCIDENCE_NS) low = middle + 1;
    else high = middle;
  }
  return low < times.length && times[low]! <= timeNs + COINCIDENCE_NS;
}

/**
 * For every module the indices of those close enough on its string for a coincidence: the two next positions up and
 * down, and other tubes of its own position.
 */
function neighboursOnStrings(detector: Detector): number[][] {
  const n = detector.string.length;
  const rank = new Int32Array(n);
  for (let i = 1; i < n; i++) {
    const isSameString = detector.string[i] === detector.string[i - 1];
    rank[i] = isSameString ? rank[i - 1]! + (detector.om[i] === detector.om[i - 1] ? 0 : 1) : 0;
  }
  return Array.from({ length: n }, (_, i) => {
    const near: number[] = [];
    const look = (step: number): void => {
      for (let j = i + step; j >= 0 && j < n; j += step) {
        if (detector.string[j] !== detector.string[i] || Math.abs(rank[j]! - rank[i]!) > COINCIDENCE_SPAN) return;
        near.push(j);
      }
    };
    look(-1);
    look(1);
    return near;
  });
}
