/**
 * From folded depths to the arrays of a stored table (specs/photon-tables.md 6.2): logarithms in 16 bits, harmonics and
 * time nodes in 8. Cells that no photon reached continue the fall of the two cells before them in distance.
 */
import type { Axis, CascadeTable } from '../table/photon-table.js';
import { CDF_VALUES, packLog } from '../table/photon-table.js';
import type { FoldedDepth } from './fold.js';
import { LN_R_STEP, N_GAMMA, N_R, N_TIME, R_NODES, TIME_EDGES, TIME_NODES } from './grid.js';

/** Theta nodes of the cascade table, degrees; the time part has fewer. */
export const THETA_DEG: readonly number[] = [0, 10, 20, 30, 36, 41.4, 47, 55, 65, 80, 100, 120, 150, 180];
export const TIME_THETA_DEG: readonly number[] = [0, 20, 41.4, 55, 80, 110, 145, 180];
/** Where the stored nodes are among the edges of the time cells. */
export const NODE_INDEX: readonly number[] = TIME_NODES.map((node) => TIME_EDGES.indexOf(node));
/** Every second depth and distance has a time distribution. */
export const TIME_STRIDE = 2;
export const GAMMA_AXIS: Axis = { first: -1 + 1 / N_GAMMA, step: 2 / N_GAMMA, size: N_GAMMA };
export const LN_R_AXIS: Axis = { first: 0.5 * LN_R_STEP, step: LN_R_STEP, size: N_R };
const EMPTY = -60;
/** Cells whose mean slope an empty cell continues. */
const SLOPE_CELLS = 3;

/**
 * ln(A0 r^2) + r / 35 m of a folded depth, [r][gamma][theta]: what the table stores; empty cells filled.
 */
export function logLight(depth: FoldedDepth, nTheta: number): Float64Array {
  const out = new Float64Array(depth.light.length);
  const perR = N_GAMMA * nTheta;
  for (let i = 0; i < out.length; i++) {
    const light = depth.light[i]!;
    if (light > 0) out[i] = Math.log(light);
    else {
      // The mean slope of the cells before, which may not rise: light falls behind an opaque layer, it does not come back.
      const one = i >= perR ? out[i - perR]! : EMPTY;
      const far = i >= SLOPE_CELLS * perR + perR ? out[i - perR - SLOPE_CELLS * perR]! : one;
      out[i] = Math.max(EMPTY, one + Math.min(0, one - far) / SLOPE_CELLS);
    }
  }
  return out;
}

/** One depth of the cascade table's amplitude part. */
export interface AmplitudeColumn {
  readonly amplitude: Uint16Array;
  readonly harmonic: Int8Array;
}

export function amplitudeColumn(depth: FoldedDepth): AmplitudeColumn {
  return {
    amplitude: Uint16Array.from(logLight(depth, THETA_DEG.length), packLog),
    harmonic: Int8Array.from(depth.a1, (a1) => Math.max(-127, Math.min(127, Math.round(a1 * 127)))),
  };
}

/** One depth of the cascade table's time part, [r][gamma][theta][CDF_VALUES]; `depth` folded with TIME_THETA_DEG. */
export function timeColumn(depth: FoldedDepth): Uint8Array {
  const nTheta = TIME_THETA_DEG.length;
  const nR = Math.ceil(N_R / TIME_STRIDE);
  const out = new Uint8Array(nR * N_GAMMA * nTheta * CDF_VALUES);
  for (let r = 0; r < nR; r++) {
    for (let i = 0; i < N_GAMMA * nTheta; i++) {
      // An empty cell takes the distribution of the nearest one towards the source.
      let iR = r * TIME_STRIDE;
      while (iR > 0 && !(depth.light[iR * N_GAMMA * nTheta + i]! > 0)) iR--;
      const from = (iR * N_GAMMA * nTheta + i) * (N_TIME - 1);
      const to = (r * N_GAMMA * nTheta + i) * CDF_VALUES;
      for (let k = 0; k < CDF_VALUES; k++) {
        out[to + k] = k < NODE_INDEX.length ? Math.round(255 * depth.cdf[from + NODE_INDEX[k]!]!) : 255;
      }
    }
  }
  return out;
}

/** The cascade table out of its columns, ascending in z; every second depth has a time column. */
export function cascadeTable(
  z: Float64Array,
  amplitudes: readonly AmplitudeColumn[],
  times: readonly Uint8Array[],
  common: { readonly iceModel: string; readonly domEfficiency: number },
): CascadeTable {
  return {
    ...common,
    kind: 'cascade',
    timeNodes: Float64Array.from(TIME_NODES),
    z,
    lnR: LN_R_AXIS,
    cosGamma: GAMMA_AXIS,
    thetaDeg: Float64Array.from(THETA_DEG),
    amplitude: joinColumns(
      amplitudes.map((column) => column.amplitude),
      (n) => new Uint16Array(n),
    ),
    harmonic: joinColumns(
      amplitudes.map((column) => column.harmonic),
      (n) => new Int8Array(n),
    ),
    timeZ: z.filter((_, i) => i % TIME_STRIDE === 0),
    timeLnR: { first: Math.log(R_NODES[0]!), step: LN_R_STEP * TIME_STRIDE, size: Math.ceil(N_R / TIME_STRIDE) },
    timeThetaDeg: Float64Array.from(TIME_THETA_DEG),
    cdf: joinColumns(times, (n) => new Uint8Array(n)),
  };
}

export function joinColumns<T extends Uint8Array | Int8Array | Uint16Array>(
  columns: readonly T[],
  create: (n: number) => T,
): T {
  const out = create(columns.reduce((n, column) => n + column.length, 0));
  let at = 0;
  for (const column of columns) {
    out.set(column, at);
    at += column.length;
  }
  return out;
}
