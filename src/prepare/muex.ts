/**
 * MuEx: the energy of a muon from the charges along its track (specs/reco-splinempe.md section 3). One number, good to
 * about a factor of two: it steers how sharp the arrival times are that splinempe expects.
 *
 * For every module near the track: the charge that a unit of light yield along the track would give it in the mean,
 * from a closed form of light diffusing through layered ice. The light yield is fitted to the charges with a likelihood
 * that allows, by a skewed term, for the light to fluctuate and for the closed form to be wrong.
 */
import { type Detector, domIndex, domIndices } from '../detector/index.js';
import type { Particle, PulseMap } from '../event/index.js';
import { absorptionCoefficient, type IceModel } from '../light/index.js';
import { directionOfTravel, type Vector } from './direction.js';
import { enclosingBall } from './enclosing-ball.js';

/** Phase refractive index at 400 nm, and sine and tangent of its Cherenkov angle. */
const INDEX = 1.319427984;
const SIN_CHERENKOV = 0.65236587578;
const TAN_CHERENKOV = SIN_CHERENKOV * INDEX;
const SPEED_OF_LIGHT = 0.299792458;
const DOM_RADIUS = 0.1651;
/** Expected charge of a module in the dark: 0.5 kHz over 2000 ns. */
const NOISE_PE = 0.001;
/** Smallest expected charge per unit of light that counts in the first guess. */
const SMALLEST_EXPECTATION = 1e-9;
const CHARGE_EFFICIENCY = 0.675;
/** Energy loss b of dE/dx = a + b E in ice, 1/m. */
const LOSS_PER_METRE = 3.31776e-4;
/** Photo-electrons per metre of bare track in front of a module, and track length per GeV of cascade. */
const LIGHT_PER_METRE = 209.80908240543633;
const METRES_PER_GEV = 5.223567708333333;
const SATURATED_PE = 7500;
/** From this many modules with company on, lone ones are left out. */
const ENOUGH_WITH_COMPANY = 50;
/** Angular acceptance of a module with hole ice: polynomial in the cosine, and its mean over the sphere. */
const ACCEPTANCE = [0.32813, 0.63899, 0.20049, -1.225, -0.1447, 4.1695, 0.76898, -5.869, -2.0939, 2.3834, 1.0435];
const MEAN_ACCEPTANCE = 0.3380823665223665;
/** Skewed term of the likelihood: its width w, exp(W(50) / w) with Lambert's W, and the term's value at its minimum. */
const SKEW = 10;
const SKEW_W0 = 1.3312109514459438;
const SKEW_LOWEST = 0.13906472966439506;

/** What MuEx finds. */
export interface MuexEnergy {
  readonly energyGev: number;
  /** Point of the track closest to the charge's centre, metres, and when the muon is there. */
  readonly position: Vector;
  readonly timeNs: number;
  /** Modules with charge that were used, and all modules of the likelihood, the dark ones too. */
  readonly nHit: number;
  readonly nSample: number;
  /** -log L at the minimum. */
  readonly llh: number;
}

/** The track that the energy is for: where from, and a point on it. */
export type MuexTrack = Pick<Particle, 'x' | 'y' | 'z' | 'timeNs' | 'zenith' | 'azimuth'>;

/** Modules of the likelihood; arrays of equal length. */
interface Sample {
  readonly dom: number[];
  /** PE; 0 for dark ones. */
  readonly charge: number[];
}

/**
 * Energy of a muon on a track.
 * @param pulses cleaned pulses, with DeepCore (`CleanedMuonPulses`)
 * @param ice tilt is not used
 * @returns null where no module of the detector has charge
 */
export function muexEnergy(pulses: PulseMap, detector: Detector, track: MuexTrack, ice: IceModel): MuexEnergy | null {
  const hits = usedHits(pulses, detector);
  const total = hits.charge.reduce((sum, q) => sum + q, 0);
  if (!(total > 0)) return null;
  const mean = (values: Float64Array): number =>
    hits.dom.reduce((sum, dom, i) => sum + values[dom]! * hits.charge[i]!, 0) / total;
  const centre: Vector = [mean(detector.x), mean(detector.y), mean(detector.z)];
  const direction = directionOfTravel(track.zenith, track.azimuth);
  const along = (p: Vector): number =>
    direction[0] * (p[0] - track.x) + direction[1] * (p[1] - track.y) + direction[2] * (p[2] - track.z);
  const toCentre = along(centre);
  const sample = withDarkModules(hits, detector);
  const expected = expectedCharges(sample, detector, track, direction, toCentre, ice);
  const { light, llh } = fitLight(sample.charge, expected);
  return {
    energyGev: light / (LIGHT_PER_METRE * METRES_PER_GEV * LOSS_PER_METRE),
    position: [track.x + toCentre * direction[0], track.y + toCentre * direction[1], track.z + toCentre * direction[2]],
    timeNs: track.timeNs + toCentre / SPEED_OF_LIGHT,
    nHit: hits.dom.length,
    nSample: sample.dom.length,
    llh,
  };
}

// ------------------------------------------------------------------------------------------------------------- modules

/** Hit modules with their charge in key order; only those with company on their string where there are enough. */
function usedHits(pulses: PulseMap, detector: Detector): Sample {
  const doms = domIndices(detector, pulses);
  const all: Sample = { dom: [], charge: [] };
  for (let i = 0; i < doms.length; i++) {
    if (doms[i]! < 0) continue;
    let charge = 0;
    for (let p = pulses.first[i]!; p < pulses.first[i + 1]!; p++) charge += pulses.chargePe[p]!;
    all.dom.push(doms[i]!);
    all.charge.push(charge);
  }
  const isNear = (a: number | undefined, b: number): boolean =>
    a !== undefined && detector.string[a] === detector.string[b] && Math.abs(detector.om[a]! - detector.om[b]!) <= 2;
  const hasCompany = all.dom.map((dom, i) => isNear(all.dom[i - 1], dom) || isNear(all.dom[i + 1], dom));
  if (hasCompany.filter(Boolean).length < ENOUGH_WITH_COMPANY) return all;
  return {
    dom: all.dom.filter((_, i) => hasCompany[i]),
    charge: all.charge.filter((_, i) => hasCompany[i]),
  };
}

/**
 * The hit modules and, dark, those that are on inside the smallest ball around them; then, walking in key order, those
 * between two of the sample on one string, and some at the change from one string to the next: below the last of the
 * string that ends, and above the first of the one that begins. Upstream counts the latter from the module number of
 * the *ending* string, evidently by mistake; kept, because IceCube's energies come out with it (0.001 % instead of
 * 0.2 % on run 136662, 0.8 % instead of 6 % on run 136055).
 */
function withDarkModules(hits: Sample, detector: Detector): Sample {
  const { string, om, isOn } = detector;
  const isUsed = new Uint8Array(string.length);
  for (const dom of hits.dom) isUsed[dom] = 1;
  const add = (dom: number): void => {
    if (dom >= 0 && isOn[dom]) isUsed[dom] = 1;
  };
  const place = (dom: number): Vector => [detector.x[dom]!, detector.y[dom]!, detector.z[dom]!];
  const { centre, radius } = enclosingBall(hits.dom.map(place));
  for (let dom = 0; dom < string.length; dom++) {
    const [x, y, z] = place(dom);
    if (Math.hypot(x - centre[0], y - centre[1], z - centre[2]) < radius) add(dom);
  }
  let previous = isUsed.lastIndexOf(1);
  for (let dom = 0; dom < string.length; dom++) {
    if (!isUsed[dom]) continue;
    if (string[previous] === string[dom]) {
      for (let between = previous + 1; between < dom; between++) add(between);
    } else {
      add(domIndex(detector, string[previous]!, om[previous]! + 1, 0));
      add(domIndex(detector, string[dom]!, om[previous]! - 1, 0));
    }
    previous = dom;
  }
  const dom = [...isUsed.keys()].filter((i) => isUsed[i]);
  const charge = new Map(hits.dom.map((hit, i) => [hit, hits.charge[i]!]));
  return { dom, charge: dom.map((i) => charge.get(i) ?? 0) };
}

// --------------------------------------------------------------------------------------------------------------- light

/** Mean charge of every module per unit of light yield, NaN for saturated ones, which do not count. */
function expectedCharges(
  sample: Sample,
  detector: Detector,
  track: MuexTrack,
  direction: Vector,
  toCentre: number,
  ice: IceModel,
): Float64Array {
  const averages = layerAverages(ice);
  const out = new Float64Array(sample.dom.length);
  sample.dom.forEach((dom, i) => {
    if (sample.charge[i]! > SATURATED_PE) {
      out[i] = Number.NaN;
      return;
    }
    const dx = detector.x[dom]! - track.x;
    const dy = detector.y[dom]! - track.y;
    const dz = detector.z[dom]! - track.z;
    const along = dx * direction[0] + dy * direction[1] + dz * direction[2];
    const across: Vector = [dx - along * direction[0], dy - along * direction[1], dz - along * direction[2]];
    const distance = Math.max(DOM_RADIUS, Math.hypot(...across));
    // Direct light comes from behind by the distance over tan(theta): its slope where it meets the module.
    const back = distance / TAN_CHERENKOV;
    const [lx, ly, lz] = across.map((a, c) => a + back * direction[c]!) as [number, number, number];
    const cosine = lz / Math.hypot(lx, ly, lz);
    const { scattering, absorption } = averages(detector.z[dom]!, detector.z[dom]! - across[2]);
    const efficiency = Number.isFinite(detector.efficiency[dom]!) ? detector.efficiency[dom]! : 1;
    const fading = Math.exp(-LOSS_PER_METRE * (along - toCentre));
    out[i] = flux(distance, cosine, 1 / scattering, 1 / absorption) * efficiency * CHARGE_EFFICIENCY * fading;
  });
  return out;
}

/** Light at a distance from a track: near it a Cherenkov cone, far from it diffusion. Lengths in metres. */
function flux(distance: number, cosine: number, scatteringLength: number, absorptionLength: number): number {
  const propagation = Math.sqrt((scatteringLength * absorptionLength) / 3) / 1.07;
  const cone = (Math.exp(scatteringLength / absorptionLength) * scatteringLength) / 3;
  const range = ((cone / SIN_CHERENKOV) ** 2 * 2) / (Math.PI * propagation);
  const blurred = Math.sinh(distance / scatteringLength);
  const value =
    (1.26 * acceptance(cosine, blurred) * Math.exp(-distance / propagation)) /
    (2 * Math.PI * SIN_CHERENKOV * Math.sqrt(range * distance) * Math.tanh(Math.sqrt(distance / range)));
  return value > 0 && Number.isFinite(value) ? value : 0;
}

/** Angular acceptance for light that has kept a part 1 / (1 + blurred) of its direction. */
function acceptance(cosine: number, blurred: number): number {
  if (!Number.isFinite(blurred)) return MEAN_ACCEPTANCE;
  let direct = 0;
  for (let k = ACCEPTANCE.length - 1; k >= 0; k--) direct = direct * cosine + ACCEPTANCE[k]!;
  return (direct + MEAN_ACCEPTANCE * blurred) / (1 + blurred);
}

/** Mean scattering and absorption (1/m at 400 nm) between two heights, the outermost layers extended for ever. */
function layerAverages(ice: IceModel): (z0: number, z1: number) => { scattering: number; absorption: number } {
  const n = ice.be400.length;
  const scatter = new Float64Array(n + 1);
  const absorb = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    scatter[i + 1] = scatter[i]! + ice.be400[i]!;
    absorb[i + 1] = absorb[i]! + absorptionCoefficient(ice, i, 400);
  }
  const integral = (sum: Float64Array, at: number): number => {
    const i = Math.min(n - 1, Math.max(0, Math.floor(at)));
    return sum[i]! + (sum[i + 1]! - sum[i]!) * (at - i);
  };
  return (z0, z1) => {
    const from = (z0 - ice.bottomM) / ice.stepM;
    // At one height the mean is the layer's value: that of a very thin slice.
    const to = Math.abs(z1 - z0) < 1e-6 ? from + 1e-6 : (z1 - ice.bottomM) / ice.stepM;
    return {
      scattering: (integral(scatter, to) - integral(scatter, from)) / (to - from),
      absorption: (integral(absorb, to) - integral(absorb, from)) / (to - from),
    };
  };
}

// ----------------------------------------------------------------------------------------------------------------- fit

/** The light yield of the smallest -log L: from a first guess a bracket by factors of two, then a golden section. */
function fitLight(charge: readonly number[], expected: Float64Array): { light: number; llh: number } {
  let totalCharge = 0;
  let totalExpected = 0;
  charge.forEach((q, i) => {
    if (Number.isNaN(expected[i]!)) return;
    totalCharge += q;
    totalExpected += Math.max(SMALLEST_EXPECTATION, expected[i]!);
  });
  const at = (logLight: number): number => {
    const light = Math.exp(logLight);
    let sum = 0;
    for (let i = 0; i < expected.length; i++) {
      if (!Number.isNaN(expected[i]!)) sum -= chargeTerm(light * expected[i]! + NOISE_PE, charge[i]!);
    }
    return sum;
  };
  let middle = Math.log(totalCharge / totalExpected);
  let step = Math.LN2;
  let [low, high] = [middle - step, middle + step];
  let [fLow, fMiddle, fHigh] = [at(low), at(middle), at(high)];
  for (let k = 0; k < 60 && (fLow < fMiddle || fHigh < fMiddle); k++) {
    step *= 2;
    if (fLow < fHigh) {
      [high, fHigh, middle, fMiddle] = [middle, fMiddle, low, fLow];
      low -= step;
      fLow = at(low);
    } else {
      [low, fLow, middle, fMiddle] = [middle, fMiddle, high, fHigh];
      high += step;
      fHigh = at(high);
    }
  }
  const golden = (Math.sqrt(5) - 1) / 2;
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [fLeft, fRight] = [at(left), at(right)];
  while (high - low > 1e-4) {
    if (fLeft <= fRight) {
      [high, right, fRight] = [right, left, fLeft];
      left = high - golden * (high - low);
      fLeft = at(left);
    } else {
      [low, left, fLeft] = [left, right, fRight];
      right = low + golden * (high - low);
      fRight = at(right);
    }
  }
  return fLeft <= fRight ? { light: Math.exp(left), llh: fLeft } : { light: Math.exp(right), llh: fRight };
}

/**
 * Log likelihood of a charge where `mu` is expected, against the best possible: Poisson's for a light yield x, times a
 * skewed probability of x when mu was meant, at the best x. Between 0 and -20.
 */
function chargeTerm(mu: number, charge: number): number {
  const q = Math.round(charge);
  const shifted = mu / SKEW_W0;
  const x = bestYield(mu, shifted, q);
  const y = Math.log(x / shifted);
  const z = Math.exp(-SKEW * y);
  let value = (q > 0 ? q * Math.log(x / q) : 0) - (x - q) - Math.log((z + y * y) / SKEW_LOWEST);
  if (!Number.isFinite(value)) value = -1e6 * q;
  const above = value + 10;
  return above < 0 ? above / Math.sqrt(1 + (above / 10) ** 2) - 10 : value;
}

/** The x of `chargeTerm`: where its derivative changes sign, between mu and q. */
function bestYield(mu: number, shifted: number, q: number): number {
  let low = Math.min(mu, q);
  let high = Math.max(mu, q);
  if (q === 0) {
    const part = shifted / SKEW;
    const cubed = part * part * part;
    low = shifted * Math.exp((-shifted * (cubed * cubed * cubed + 1)) / 2);
  }
  const slope = (x: number): number => {
    const y = Math.log(x / shifted);
    const z = Math.exp(-SKEW * y);
    return (x - q) * (y * y + z) + (2 * y - SKEW * z);
  };
  while (high - low > 1) {
    const x = (low + high) / 2;
    if (slope(x) > 0) high = x;
    else low = x;
  }
  let x = (low + high) / 2;
  for (let k = 0; k < 100 && high - low > 1e-5; k++) {
    const y = Math.log(x / shifted);
    const z = Math.exp(-SKEW * y);
    const value = (x - q) * (y * y + z) + (2 * y - SKEW * z);
    if (value > 0) high = x;
    else low = x;
    // Newton in y; where it leaves the bracket, the middle.
    const derivative = x * (y * y + z) + (x - q) * (2 * y - SKEW * z) + 2 + SKEW * SKEW * z;
    let next = shifted * Math.exp(y - value / derivative);
    if (!(next > low && next < high)) next = (low + high) / 2;
    const moved = Math.abs(next - x);
    x = next;
    if (moved < 1e-5) break;
  }
  return x;
}
