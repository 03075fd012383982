/**
 * Which depths a set of photon tables is made of: even steps, and half of them where the ice changes quickly.
 *
 * Far from its source light falls by the factor exp(-mu) a metre, mu = sqrt(3 a (a + b)) with absorption a and effective
 * scattering b. From one depth to the next mu changes somewhere between: where ln of the light is interpolated over a step
 * h, it is off by |change of mu| h / 4 half-way. That is what `tables check` finds (resources/tables/README.md).
 */
import { type IceModel, meanAbsorption, meanScattering } from '../ice.js';
import { type Axis, axisNodes } from '../table/photon-table.js';

/** What is to be made. */
export interface TablePlan {
  /** Source depths of cascades, as heights in metres (detector z), ascending. */
  readonly z: Float64Array;
  /** The even ones among them: tracks are sums of their light. */
  readonly evenZ: Axis;
  /** Heights of closest approach of the muon tables. */
  readonly muonZ: Axis;
  readonly photonsPerDepth: number;
  readonly seed: number;
}

/** Lowest and highest source, m. */
const LOWEST_M = -700;
const HIGHEST_M = 700;
/** Where ln of the light would be off by more than this half-way between two depths, steps are halved. */
const LARGEST_ERROR = 0.045;

/** Every so many metres a depth, and a track height every two steps. */
export function evenPlan(photonsPerDepth: number, seed: number, stepM: number): TablePlan {
  const size = Math.round((HIGHEST_M - LOWEST_M) / stepM) + 1;
  const evenZ: Axis = { first: LOWEST_M, step: stepM, size };
  const muonZ: Axis = { first: LOWEST_M, step: 2 * stepM, size: Math.floor((size + 1) / 2) };
  return { z: axisNodes(evenZ), evenZ, muonZ, photonsPerDepth, seed };
}

/** The plan of the shipped tables: `evenPlan`, with steps halved, two at a time, where the ice asks for it. */
export function defaultPlan(ice: IceModel, photonsPerDepth: number, seed: number, stepM = 10): TablePlan {
  const even = evenPlan(photonsPerDepth, seed, stepM);
  const nodes = even.z;
  const mu = nodes.map((z) => attenuation(ice, z - stepM / 2, z + stepM / 2));
  const isQuick = (i: number): boolean => (Math.abs(mu[i + 1]! - mu[i]!) * stepM) / 4 > LARGEST_ERROR;
  const z: number[] = [];
  for (const [i, node] of nodes.entries()) {
    z.push(node);
    const pair = i - (i % 2);
    if (pair + 2 < nodes.length && (isQuick(pair) || isQuick(pair + 1))) z.push(node + stepM / 2);
  }
  return { ...even, z: Float64Array.from(z) };
}

/** How quickly light falls with distance in diffusive ice, 1/m. */
function attenuation(ice: IceModel, from: number, to: number): number {
  const absorption = meanAbsorption(ice, from, to);
  return Math.sqrt(3 * absorption * (absorption + meanScattering(ice, from, to)));
}
