/**
 * The cells in which the photon generator counts light around a source, specs/photon-tables.md 6.2 and 7.1: distance r,
 * cosine of the polar angle of the line of sight, angle beta between the line of sight and the photon's first direction,
 * and arrival time in units of T(r) = 8 ns + 1.6 ns/m r after r 1.33/c.
 */

/** Number of distance cells; cell i reaches from 1.2^i to 1.2^(i+1) m. */
export const N_R = 35;
export const N_GAMMA = 20;
export const LN_R_STEP: number = Math.log(1.2);
/** Lower edges of the cells and the last upper edge, metres. */
export const R_EDGES: Float64Array = Float64Array.from({ length: N_R + 1 }, (_, i) => Math.exp(i * LN_R_STEP));
/** Geometric centres, metres. */
export const R_NODES: Float64Array = Float64Array.from({ length: N_R }, (_, i) => Math.exp((i + 0.5) * LN_R_STEP));

/** Edges of the beta cells, degrees. */
export const BETA_EDGES_DEG: readonly number[] = [
  0, 4, 8, 12, 16, 20, 25, 30, 35, 40, 45, 50, 56, 62, 70, 78, 86, 95, 105, 115, 125, 137, 150, 164, 180,
];
export const N_BETA: number = BETA_EDGES_DEG.length - 1;

/** Nodes of the stored time distributions in units of T(r). */
export const TIME_NODES: readonly number[] = [
  0.01, 0.03, 0.07, 0.13, 0.22, 0.35, 0.52, 0.76, 1.1, 1.55, 2.2, 3.2, 4.8, 7.5, 12,
];
/** The nodes with their middles (in the square root) between: edges of the time cells; the last cell has no upper edge. */
export const TIME_EDGES: Float64Array = Float64Array.from(
  [0, ...TIME_NODES].flatMap((node, i, all) => {
    const next = all[i + 1];
    if (next === undefined) return [node];
    const middle = (Math.sqrt(node) + Math.sqrt(next)) / 2;
    return [node, middle * middle];
  }),
).subarray(1);
export const N_TIME: number = TIME_EDGES.length + 1;

/** Speed of light, m/ns, and the smallest refractive index that light is taken to travel with. */
export const LIGHT_SPEED = 0.299792458;
export const FASTEST_INDEX = 1.33;

/** Unit of time at distance r (m), ns. */
export function timeScale(r: number): number {
  return 8 + 1.6 * r;
}

/** What each (r, gamma, beta) cell holds: the light by time cell, then the light weighted with the cosine of psi. */
export const CELL_SIZE: number = N_TIME + 1;
export const N_CELLS: number = N_R * N_GAMMA * N_BETA;
