/**
 * From light of an isotropic point to light of a shower or a piece of track: since the photons' first directions were
 * uniform, any angular emission profile is a weighting of the beta cells (specs/photon-tables.md 7.1). The dependence on
 * psi, the azimuth of the shower about the line of sight, is kept to first harmonic: A0 (1 + a1 cos psi).
 */
import type { EmissionProfile } from '../ice.js';
import { BETA_EDGES_DEG, CELL_SIZE, N_BETA, N_GAMMA, N_R, N_TIME } from './grid.js';
import type { DepthLight } from './photons.js';

/** Light per solid angle by cosine of the angle to the axis, mean 1 over the sphere. */
export type Emission = (cosAlpha: number) => number;

/** Weights of the beta cells for each theta: harmonics 0 and 1, [theta][beta]. */
export interface FoldKernel {
  readonly nTheta: number;
  readonly zeroth: Float64Array;
  readonly first: Float64Array;
}

/** The same in all directions. */
export const isotropicEmission: Emission = () => 1;

/** An electromagnetic cascade, by the bins of its profile. */
export function cascadeEmission(profile: EmissionProfile): Emission {
  const { density } = profile;
  const last = density.length - 1;
  return (cosAlpha) => density[Math.min(last, Math.max(0, Math.floor(((cosAlpha + 1) / 2) * density.length)))]!;
}

/** A bare muon: a top-hat of one degree on both sides of the Cherenkov angle. */
export function coneEmission(): Emission {
  const angle = Math.acos(1 / 1.3195);
  const width = Math.PI / 180;
  const low = Math.cos(angle + width);
  const high = Math.cos(angle - width);
  const value = 2 / (high - low);
  return (cosAlpha) => (cosAlpha >= low && cosAlpha < high ? value : 0);
}

/** Sub-divisions of a beta cell and of half a turn in the averages below. */
const BETA_POINTS = 12;
const TURN_POINTS = 360;

/** Integrates an emission profile over the cells, for each angle theta (degrees) of the axis against the line of sight. */
export function foldKernel(emission: Emission, thetaDeg: readonly number[]): FoldKernel {
  const zeroth = new Float64Array(thetaDeg.length * N_BETA);
  const first = new Float64Array(thetaDeg.length * N_BETA);
  for (let iTheta = 0; iTheta < thetaDeg.length; iTheta++) {
    const theta = (thetaDeg[iTheta]! * Math.PI) / 180;
    const cosTheta = Math.cos(theta);
    const sinTheta = Math.sin(theta);
    for (let iBeta = 0; iBeta < N_BETA; iBeta++) {
      const from = Math.cos((BETA_EDGES_DEG[iBeta]! * Math.PI) / 180);
      const to = Math.cos((BETA_EDGES_DEG[iBeta + 1]! * Math.PI) / 180);
      let k0 = 0;
      let k1 = 0;
      for (let i = 0; i < BETA_POINTS; i++) {
        const cosBeta = from + ((to - from) * (i + 0.5)) / BETA_POINTS;
        const sinBeta = Math.sqrt(1 - cosBeta * cosBeta);
        for (let j = 0; j < TURN_POINTS; j++) {
          const cosTurn = TURN_COSINES[j]!;
          const light = emission(cosBeta * cosTheta + sinBeta * sinTheta * cosTurn);
          k0 += light;
          k1 += light * cosTurn;
        }
      }
      zeroth[iTheta * N_BETA + iBeta] = k0 / (BETA_POINTS * TURN_POINTS);
      first[iTheta * N_BETA + iBeta] = k1 / (BETA_POINTS * TURN_POINTS);
    }
  }
  return { nTheta: thetaDeg.length, zeroth, first };
}

const TURN_COSINES = Float64Array.from({ length: TURN_POINTS }, (_, j) =>
  Math.cos(((j + 0.5) * Math.PI) / TURN_POINTS),
);

/** Light of a shower around one depth; arrays [r][gamma][theta], the CDF with N_TIME - 1 values behind each. */
export interface FoldedDepth {
  /** A0 r^2 exp(r / 35 m); 0 where no photon came. */
  readonly light: Float64Array;
  /** First harmonic, A1 / A0. */
  readonly a1: Float64Array;
  /** Share of the light before each of TIME_EDGES. */
  readonly cdf: Float32Array;
}

/** Folds one depth with a kernel. */
export function foldDepth(depth: DepthLight, kernel: FoldKernel): FoldedDepth {
  const n = N_R * N_GAMMA * kernel.nTheta;
  const light = new Float64Array(n);
  const a1 = new Float64Array(n);
  const cdf = new Float32Array(n * (N_TIME - 1));
  const byTime = new Float64Array(N_TIME);
  for (let place = 0; place < N_R * N_GAMMA; place++) {
    const cell = place * N_BETA * CELL_SIZE;
    for (let iTheta = 0; iTheta < kernel.nTheta; iTheta++) {
      byTime.fill(0);
      let harmonic = 0;
      for (let iBeta = 0; iBeta < N_BETA; iBeta++) {
        const at = cell + iBeta * CELL_SIZE;
        const k0 = kernel.zeroth[iTheta * N_BETA + iBeta]!;
        for (let k = 0; k < N_TIME; k++) byTime[k] = byTime[k]! + k0 * depth.cells[at + k]!;
        harmonic += 2 * kernel.first[iTheta * N_BETA + iBeta]! * depth.cells[at + N_TIME]!;
      }
      let total = 0;
      for (let k = 0; k < N_TIME; k++) total += byTime[k]!;
      const out = place * kernel.nTheta + iTheta;
      light[out] = total;
      if (!(total > 0)) continue;
      a1[out] = harmonic / total;
      let before = 0;
      for (let k = 0; k < N_TIME - 1; k++) {
        before += byTime[k]!;
        cdf[out * (N_TIME - 1) + k] = before / total;
      }
    }
  }
  return { light, a1, cdf };
}
