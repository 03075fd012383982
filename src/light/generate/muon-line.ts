/**
 * Infinite tracks as lines of point emitters (specs/photon-tables.md section 10): at every place around a track the light
 * of emitters along it is summed, each at the time at which the muon passes it.
 */
import type { Axis, MuonTable } from '../table/photon-table.js';
import { CDF_VALUES, packLog } from '../table/photon-table.js';
import { GAMMA_AXIS, LN_R_AXIS, logLight } from './assemble.js';
import type { FoldedDepth } from './fold.js';
import { FASTEST_INDEX, LIGHT_SPEED, N_GAMMA, N_R, N_TIME, R_EDGES, TIME_EDGES, TIME_NODES } from './grid.js';

/** Theta nodes of the emitters, degrees: fine around the Cherenkov angle. */
export const LINE_THETA_DEG: readonly number[] = [
  0, 6, 12, 18, 24, 29, 33, 36, 38.5, 41, 43.5, 46, 49, 53, 58, 64, 70, 78, 86, 95, 105, 115, 125, 137, 150, 164, 180,
];

export const ZENITH_AXIS: Axis = { first: 0, step: 10, size: 19 };
export const LN_RHO_AXIS: Axis = { first: 0, step: Math.log(1.25), size: 28 };
export const PHI_AXIS: Axis = { first: 0, step: 30, size: 7 };

const N_THETA = LINE_THETA_DEG.length;
const N_EDGES = N_TIME - 1;
const TAN_CHERENKOV = Math.sqrt(1.3195 * 1.3195 - 1);
const TAIL = 0.35;
const LAST_EDGE = TIME_EDGES[N_EDGES - 1]!;
const EDGE_ROOTS = TIME_EDGES.map(Math.sqrt);
/** Theta node below each degree. */
const THETA_CELL = Uint8Array.from({ length: 182 }, (_, degree) => {
  let cell = 0;
  while (cell < N_THETA - 2 && degree >= LINE_THETA_DEG[cell + 1]!) cell++;
  return cell;
});

/** Emitters of all depths, folded with LINE_THETA_DEG: [z][r][gamma][theta]. */
export interface Emitters {
  readonly z: Axis;
  /** ln(A0 r^2) + r / 35 m. */
  readonly log: Float32Array;
  readonly a1: Float32Array;
  /** CDF at TIME_EDGES behind each. */
  readonly cdf: Float32Array;
}

/** Joins folded depths, ascending in z. */
export function joinEmitters(z: Axis, depths: Iterable<FoldedDepth>): Emitters {
  const perDepth = N_R * N_GAMMA * N_THETA;
  const log = new Float32Array(z.size * perDepth);
  const a1 = new Float32Array(z.size * perDepth);
  const cdf = new Float32Array(z.size * perDepth * N_EDGES);
  let i = 0;
  for (const depth of depths) {
    log.set(logLight(depth, N_THETA), i * perDepth);
    a1.set(depth.a1, i * perDepth);
    cdf.set(depth.cdf, i * perDepth * N_EDGES);
    i++;
  }
  return { z, log, a1, cdf };
}

/** The part of a muon table that belongs to one height of the closest approach: [zenith][rho][phi]. */
export interface MuonColumn {
  readonly amplitude: Uint16Array;
  readonly cdf: Uint8Array;
}

/** Sums the emitters of tracks whose closest approach is at height `z`. */
export function muonColumn(emitters: Emitters, z: number): MuonColumn {
  const size = ZENITH_AXIS.size * LN_RHO_AXIS.size * PHI_AXIS.size;
  const amplitude = new Uint16Array(size);
  const cdf = new Uint8Array(size * CDF_VALUES).fill(255);
  const line = new LineSum(emitters);
  let place = 0;
  for (let iZenith = 0; iZenith < ZENITH_AXIS.size; iZenith++) {
    const zenith = ((ZENITH_AXIS.first + iZenith * ZENITH_AXIS.step) * Math.PI) / 180;
    for (let iRho = 0; iRho < LN_RHO_AXIS.size; iRho++) {
      const rho = Math.exp(LN_RHO_AXIS.first + iRho * LN_RHO_AXIS.step);
      for (let iPhi = 0; iPhi < PHI_AXIS.size; iPhi++) {
        const phi = ((PHI_AXIS.first + iPhi * PHI_AXIS.step) * Math.PI) / 180;
        const total = line.sum(z, zenith, rho, phi);
        amplitude[place] = packLog(Math.log(Math.max(total, 1e-300) * rho) + rho / 35);
        for (let k = 0; k < TIME_NODES.length; k++) {
          const share = total > 0 ? line.byTime[k]! / total : 1;
          cdf[place * CDF_VALUES + k] = Math.round(255 * Math.min(1, share));
        }
        place++;
      }
    }
  }
  return { amplitude, cdf };
}

/** The whole table out of its columns, ascending in z. */
export function muonTable(
  kind: MuonTable['kind'],
  z: Float64Array,
  columns: readonly MuonColumn[],
  common: { readonly iceModel: string; readonly domEfficiency: number },
): MuonTable {
  const perColumn = columns[0]!.amplitude.length;
  const amplitude = new Uint16Array(z.length * perColumn);
  const cdf = new Uint8Array(z.length * perColumn * CDF_VALUES);
  columns.forEach((column, i) => {
    amplitude.set(column.amplitude, i * perColumn);
    cdf.set(column.cdf, i * perColumn * CDF_VALUES);
  });
  return {
    ...common,
    kind,
    timeNodes: Float64Array.from(TIME_NODES),
    z,
    zenithDeg: ZENITH_AXIS,
    lnRho: LN_RHO_AXIS,
    phiDeg: PHI_AXIS,
    amplitude,
    cdf,
  };
}

/** One sum along a track; holds scratch memory. */
class LineSum {
  /** Light before each time node (fluence per photon emitted per metre). */
  readonly byTime: Float64Array = new Float64Array(TIME_NODES.length);
  private readonly emitters: Emitters;
  private readonly edges: Float64Array = new Float64Array(N_EDGES);
  private amplitude = 0;

  constructor(emitters: Emitters) {
    this.emitters = emitters;
  }

  /** Fluence at (rho, phi) about a track of this zenith; `byTime` is filled. */
  sum(z: number, zenith: number, rho: number, phi: number): number {
    const dz = -Math.cos(zenith);
    const height = rho * Math.cos(phi) * Math.sin(zenith);
    const emission = -rho / TAN_CHERENKOV;
    const fine = Math.min(2, Math.max(0.1, 0.05 * rho));
    const end = Math.max(emission + 260, 330);
    const scale = 8 + 2 * rho;
    const earliest = (rho * Math.sqrt(FASTEST_INDEX * FASTEST_INDEX - 1)) / LIGHT_SPEED;
    this.byTime.fill(0);
    let total = 0;
    let from = emission - 320;
    while (from < end) {
      // fine steps near the emission point, coarse ones elsewhere; the steps never straddle the border
      const near = from >= emission - 40 * fine - 1e-9 && from < emission + 40 * fine - 1e-9;
      const border = near ? emission + 40 * fine : from < emission ? emission - 40 * fine : end;
      const step = Math.min(near ? fine : 3, Math.max(border - from, 1e-6));
      const s = from + 0.5 * step;
      from += step;
      const r = Math.sqrt(rho * rho + s * s);
      if (r >= R_EDGES[N_R]!) continue;
      const cosTheta = -s / r;
      const cosGamma = (height - s * dz) / r;
      this.look(z + s * dz, r, cosGamma, cosTheta, dz);
      const light = this.amplitude * step;
      total += light;
      const before = (s + FASTEST_INDEX * r) / LIGHT_SPEED;
      const ownScale = 8 + 1.6 * r;
      for (let k = 0; k < TIME_NODES.length; k++) {
        const late = (TIME_NODES[k]! * scale + earliest - before) / ownScale;
        if (late > 0) this.byTime[k] = this.byTime[k]! + light * this.cdfAt(late);
      }
    }
    return total;
  }

  /** Interpolates one emitter: its fluence into `amplitude`, its CDF into `edges`. */
  private look(z: number, r: number, cosGamma: number, cosTheta: number, dz: number): void {
    const { emitters, edges } = this;
    const uZ = bound((z - emitters.z.first) / emitters.z.step, emitters.z.size - 1);
    const uR = bound((Math.log(r) - LN_R_AXIS.first) / LN_R_AXIS.step, N_R - 1);
    const uG = bound((cosGamma - GAMMA_AXIS.first) / GAMMA_AXIS.step, N_GAMMA - 1);
    const theta = (Math.acos(cosTheta > 1 ? 1 : cosTheta < -1 ? -1 : cosTheta) * 180) / Math.PI;
    const iZ = Math.min(Math.floor(uZ), emitters.z.size - 2);
    const iR = Math.min(Math.floor(uR), N_R - 2);
    const iG = Math.min(Math.floor(uG), N_GAMMA - 2);
    let iT = THETA_CELL[Math.floor(theta)]!;
    while (iT < N_THETA - 2 && theta >= LINE_THETA_DEG[iT + 1]!) iT++;
    const fT = (theta - LINE_THETA_DEG[iT]!) / (LINE_THETA_DEG[iT + 1]! - LINE_THETA_DEG[iT]!);
    let log = 0;
    let a1 = 0;
    edges.fill(0);
    for (let corner = 0; corner < 16; corner++) {
      const cz = corner & 1;
      const cr = (corner >> 1) & 1;
      const cg = (corner >> 2) & 1;
      const ct = corner >> 3;
      const weight =
        (cz ? uZ - iZ : 1 - uZ + iZ) * (cr ? uR - iR : 1 - uR + iR) * (cg ? uG - iG : 1 - uG + iG) * (ct ? fT : 1 - fT);
      if (weight === 0) continue;
      const at = (((iZ + cz) * N_R + iR + cr) * N_GAMMA + iG + cg) * N_THETA + iT + ct;
      log += weight * emitters.log[at]!;
      a1 += weight * emitters.a1[at]!;
      const from = at * N_EDGES;
      for (let k = 0; k < N_EDGES; k++) edges[k] = edges[k]! + weight * emitters.cdf[from + k]!;
    }
    const flat = (1 - cosGamma * cosGamma) * (1 - cosTheta * cosTheta);
    const cosPsi = flat > 1e-24 ? (dz - cosGamma * cosTheta) / Math.sqrt(flat) : 0;
    const harmonic = Math.max(0.05, 1 + a1 * Math.max(-1, Math.min(1, cosPsi)));
    this.amplitude = (Math.exp(log - r / 35) / (r * r)) * harmonic;
  }

  /** CDF of the emitter of the last `look`, in units of its own time scale. */
  private cdfAt(late: number): number {
    const { edges } = this;
    if (late >= LAST_EDGE) {
      const last = edges[N_EDGES - 1]!;
      return 1 - (1 - last) * Math.exp((LAST_EDGE - late) / (TAIL * LAST_EDGE));
    }
    let low = -1;
    let high = N_EDGES - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (TIME_EDGES[middle]! <= late) low = middle;
      else high = middle;
    }
    const root = low < 0 ? 0 : EDGE_ROOTS[low]!;
    const value = low < 0 ? 0 : edges[low]!;
    return value + ((edges[high]! - value) * (Math.sqrt(late) - root)) / (EDGE_ROOTS[high]! - root);
  }
}

function bound(u: number, last: number): number {
  return u > 0 ? (u < last ? u : last) : 0;
}
