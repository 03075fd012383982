/**
 * The photon Monte Carlo: isotropic light from one point, followed scatter by scatter through horizontal layers and
 * counted in cells around the source (specs/photon-tables.md 7.1). Each straight piece between two scatters counts one
 * random point of it with the weight length x angular acceptance: an unbiased estimate of the fluence.
 *
 * What is counted is the *reduced* light, fluence x r^2 exp(r / 35 m), so that a cell's mean is its value at the node;
 * photons that come far are split in two on their way, for statistics at large distances.
 */
import {
  BETA_EDGES_DEG,
  CELL_SIZE,
  FASTEST_INDEX,
  LIGHT_SPEED,
  LN_R_STEP,
  N_BETA,
  N_CELLS,
  N_GAMMA,
  N_R,
  N_TIME,
  R_EDGES,
  TIME_EDGES,
} from './grid.js';
import { angularAcceptance, N_SLICES, type Optics } from './optics.js';
import { RandomStream } from './random.js';

/** Light around one source depth: [r][gamma][beta][CELL_SIZE], reduced fluence per emitted photon, 1/m^2 x m^2. */
export interface DepthLight {
  readonly z: number;
  readonly photons: number;
  /** Straight pieces that were counted, split copies included: what the cost goes with. */
  readonly pieces: number;
  readonly cells: Float32Array;
}

const MAX_R = R_EDGES[N_R]!;
const STOP_R = 1.15 * MAX_R;
const STOP_LATE_NS = 6000;
const MIN_SPLIT_WEIGHT = 0.03;
const FIELDS = 10;
const MAX_COPIES = 4096;

/** Follows `photons` photons from (0, 0, z). The same (seed, stream) gives the same bits. */
export function followPhotons(optics: Optics, z: number, photons: number, seed: number, stream: number): DepthLight {
  const random = new RandomStream(seed, stream);
  const sum = new Float64Array(N_CELLS * CELL_SIZE);
  const splitStep = splitDistance(optics, z);
  const stack = new Float64Array(FIELDS * MAX_COPIES);
  const first = new Float64Array(3);
  const { stepM, nLayers, scatter, absorb, acceptance } = optics;
  const bottom = optics.bottomM - z;
  let pieces = 0;
  for (let photon = 0; photon < photons; photon++) {
    const ez = 2 * random.uniform() - 1;
    const phi = 2 * Math.PI * random.uniform();
    const side = Math.sqrt(1 - ez * ez);
    first[0] = side * Math.cos(phi);
    first[1] = side * Math.sin(phi);
    first[2] = ez;
    const slice = Math.min(N_SLICES - 1, Math.floor(random.uniform() * N_SLICES));
    const nsPerMetre = optics.nsPerMetre[slice]!;
    const row = slice * nLayers;
    let waiting = 0;
    push(stack, waiting++, 0, 0, 0, first[0]!, first[1]!, ez, 0, 1, -Math.log(random.uniform()), 0);
    while (waiting > 0) {
      const at = --waiting * FIELDS;
      let x = stack[at]!;
      let y = stack[at + 1]!;
      let zz = stack[at + 2]!;
      let nx = stack[at + 3]!;
      let ny = stack[at + 4]!;
      let nz = stack[at + 5]!;
      let time = stack[at + 6]!;
      let weight = stack[at + 7]!;
      let toAbsorption = stack[at + 8]!;
      let splits = stack[at + 9]!;
      let layer = Math.min(nLayers - 1, Math.max(0, Math.floor((zz - bottom) / stepM)));
      for (;;) {
        // the straight piece to the next scatter or to absorption, through the layers it crosses
        let toScatter = -Math.log(random.uniform());
        let length = 0;
        let height = zz;
        let absorbed = false;
        for (;;) {
          const b = scatter[row + layer]!;
          const a = absorb[row + layer]!;
          let step = toScatter / b;
          let crossing = 0;
          if (nz > 0) {
            if (layer < nLayers - 1) {
              const boundary = (bottom + (layer + 1) * stepM - height) / nz;
              if (boundary < step) {
                step = boundary > 0 ? boundary : 0;
                crossing = 1;
              }
            }
          } else if (nz < 0 && layer > 0) {
            const boundary = (bottom + layer * stepM - height) / nz;
            if (boundary < step) {
              step = boundary > 0 ? boundary : 0;
              crossing = -1;
            }
          }
          if (a * step >= toAbsorption) {
            length += toAbsorption / a;
            absorbed = true;
            break;
          }
          toAbsorption -= a * step;
          length += step;
          if (crossing === 0) break;
          toScatter -= b * step;
          height += nz * step;
          layer += crossing;
        }
        pieces++;
        const share = random.uniform() * length;
        const seen = weight * length * angularAcceptance(acceptance, nz);
        count(sum, first, x + share * nx, y + share * ny, zz + share * nz, time + share * nsPerMetre, seen);
        if (absorbed) break;
        x += length * nx;
        y += length * ny;
        zz += length * nz;
        time += length * nsPerMetre;
        const r = Math.sqrt(x * x + y * y + zz * zz);
        if (r > STOP_R || time - (FASTEST_INDEX / LIGHT_SPEED) * r > STOP_LATE_NS) break;

        // split on first passing each shell; a copy scatters and is absorbed on its own
        let copies = 1;
        while (r > splitRadius(splits, splitStep)) {
          splits++;
          if (weight * 0.5 >= MIN_SPLIT_WEIGHT && waiting + 2 * copies < MAX_COPIES) {
            weight *= 0.5;
            copies *= 2;
          }
        }
        for (let copy = 1; copy < copies; copy++) {
          scatterDirection(random, optics, nx, ny, nz);
          const depth = -Math.log(random.uniform());
          push(stack, waiting++, x, y, zz, direction[0]!, direction[1]!, direction[2]!, time, weight, depth, splits);
        }
        scatterDirection(random, optics, nx, ny, nz);
        nx = direction[0]!;
        ny = direction[1]!;
        nz = direction[2]!;
      }
    }
  }
  return { z, photons, pieces, cells: perPhotonAndVolume(sum, photons) };
}

/** Where `scatterDirection` leaves its answer. */
const direction = new Float64Array(3);

/** The direction after a scatter. */
function scatterDirection(random: RandomStream, optics: Optics, dx: number, dy: number, dz: number): void {
  const g = optics.meanCosine;
  let cos: number;
  if (random.uniform() < optics.liuFraction) {
    cos = 2 * Math.exp(((1 - g) / (1 + g)) * Math.log(random.uniform())) - 1;
  } else {
    const q = (1 - g * g) / (1 + g * (2 * random.uniform() - 1));
    cos = (1 + g * g - q * q) / (2 * g);
  }
  const sin = Math.sqrt(Math.max(0, 1 - cos * cos));
  // a uniform azimuth without trigonometry
  let u: number;
  let v: number;
  let square: number;
  do {
    u = 2 * random.uniform() - 1;
    v = 2 * random.uniform() - 1;
    square = u * u + v * v;
  } while (square > 1 || square < 1e-12);
  const scale = sin / Math.sqrt(square);
  u *= scale;
  v *= scale;
  const flat = dx * dx + dy * dy;
  let x = u;
  let y = v;
  let z = dz > 0 ? cos : -cos;
  if (flat > 1e-12) {
    const h = 1 / Math.sqrt(flat);
    x = cos * dx + h * (u * dx * dz - v * dy);
    y = cos * dy + h * (u * dy * dz + v * dx);
    z = cos * dz - u * flat * h;
  }
  const norm = 1 / Math.sqrt(x * x + y * y + z * z);
  direction[0] = x * norm;
  direction[1] = y * norm;
  direction[2] = z * norm;
}

/** Counts one point of a piece; `first` is the photon's first direction, `seen` length x weight x acceptance. */
function count(
  sum: Float64Array,
  first: Float64Array,
  x: number,
  y: number,
  z: number,
  timeNs: number,
  seen: number,
): void {
  const square = x * x + y * y + z * z;
  if (!(square >= 1 && square < MAX_R * MAX_R) || seen === 0) return;
  const r = Math.sqrt(square);
  const iR = Math.min(N_R - 1, Math.floor(Math.log(r) / LN_R_STEP));
  const cosGamma = z / r;
  const iGamma = Math.min(N_GAMMA - 1, Math.floor((cosGamma + 1) * (N_GAMMA / 2)));
  const cosBeta = (x * first[0]! + y * first[1]! + z * first[2]!) / r;
  let iBeta = BETA_GUESS[Math.min(GUESSES - 1, Math.max(0, Math.floor((1 - cosBeta) * (GUESSES / 2))))]!;
  while (iBeta < N_BETA - 1 && cosBeta < COS_EDGES[iBeta + 1]!) iBeta++;
  const late = (timeNs - (FASTEST_INDEX / LIGHT_SPEED) * r) / (8 + 1.6 * r);
  let low = 0;
  let high = N_TIME - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (late < TIME_EDGES[middle]!) high = middle;
    else low = middle + 1;
  }
  const light = seen * square * growth(r);
  const cell = ((iR * N_GAMMA + iGamma) * N_BETA + iBeta) * CELL_SIZE;
  sum[cell + low] = sum[cell + low]! + light;
  const flat = (1 - cosGamma * cosGamma) * (1 - cosBeta * cosBeta);
  if (flat > 1e-12) {
    const cosPsi = (first[2]! - cosGamma * cosBeta) / Math.sqrt(flat);
    const bounded = cosPsi > 1 ? 1 : cosPsi < -1 ? -1 : cosPsi;
    sum[cell + N_TIME] = sum[cell + N_TIME]! + light * bounded;
  }
}

const COS_EDGES = Float64Array.from(BETA_EDGES_DEG, (deg) => Math.cos((deg * Math.PI) / 180));
const GUESSES = 4096;
/** The first beta cell that a value of 1 - cos beta can lie in. */
const BETA_GUESS = Uint8Array.from({ length: GUESSES }, (_, i) => {
  const cos = 1 - (2 * i) / GUESSES;
  let cell = 0;
  while (cell < N_BETA - 1 && cos < COS_EDGES[cell + 1]!) cell++;
  return cell;
});

const GROWTH_STEP = 0.125;
const GROWTH = Float64Array.from({ length: Math.ceil(MAX_R / GROWTH_STEP) + 2 }, (_, i) =>
  Math.exp((i * GROWTH_STEP) / 35),
);

/** exp(r / 35 m), to 2e-6. */
function growth(r: number): number {
  const at = r / GROWTH_STEP;
  const i = Math.floor(at);
  return GROWTH[i]! + (at - i) * (GROWTH[i + 1]! - GROWTH[i]!);
}

function push(
  stack: Float64Array,
  index: number,
  x: number,
  y: number,
  z: number,
  nx: number,
  ny: number,
  nz: number,
  time: number,
  weight: number,
  toAbsorption: number,
  splits: number,
): void {
  const at = index * FIELDS;
  stack[at] = x;
  stack[at + 1] = y;
  stack[at + 2] = z;
  stack[at + 3] = nx;
  stack[at + 4] = ny;
  stack[at + 5] = nz;
  stack[at + 6] = time;
  stack[at + 7] = weight;
  stack[at + 8] = toAbsorption;
  stack[at + 9] = splits;
}

/** Distance between the shells at which photons are split: a multiple of the diffusive reach around the source. */
function splitDistance(optics: Optics, z: number): number {
  let sum = 0;
  let n = 0;
  for (let dz = -90; dz <= 90; dz += optics.stepM) {
    const layer = Math.floor((z + dz - optics.bottomM) / optics.stepM);
    sum += Math.sqrt(optics.reachSquared[Math.min(optics.nLayers - 1, Math.max(0, layer))]! / 3);
    n++;
  }
  return (1.7 * sum) / n;
}

function splitRadius(splits: number, step: number): number {
  const r = (1.5 + splits) * step;
  return splits === 0 && r < 40 ? 40 : r;
}

/** Sums to means: divided by the photons and by the volume of the (r, gamma) cell. */
function perPhotonAndVolume(sum: Float64Array, photons: number): Float32Array {
  const cells = new Float32Array(sum.length);
  const perR = N_GAMMA * N_BETA * CELL_SIZE;
  for (let iR = 0; iR < N_R; iR++) {
    const inner = R_EDGES[iR]!;
    const outer = R_EDGES[iR + 1]!;
    const volume = (2 * Math.PI * (2 / N_GAMMA) * (outer * outer * outer - inner * inner * inner)) / 3;
    const scale = 1 / (photons * volume);
    for (let i = iR * perR; i < (iR + 1) * perR; i++) cells[i] = sum[i]! * scale;
  }
  return cells;
}
