/**
 * A set of photon tables from start to end: which depths, with which random stream each; folding; the sums along tracks.
 * Depths and track columns are independent of each other, so that whoever runs this can share them out to workers: the
 * bytes depend on the plan alone.
 */
import type { IceModel } from '../ice.js';
import { axisNodes, type PhotonTables } from '../table/photon-table.js';
import {
  type AmplitudeColumn,
  amplitudeColumn,
  cascadeTable,
  THETA_DEG,
  TIME_STRIDE,
  TIME_THETA_DEG,
  timeColumn,
} from './assemble.js';
import { cascadeEmission, coneEmission, type FoldedDepth, foldDepth, foldKernel } from './fold.js';
import { type Emitters, joinEmitters, LINE_THETA_DEG, type MuonColumn, muonTable } from './muon-line.js';
import type { Optics } from './optics.js';
import { type DepthLight, followPhotons } from './photons.js';
import type { TablePlan } from './plan.js';

/** Follows the photons of one depth. Every height has its own random stream, whatever the plan around it. */
export function makeDepth(optics: Optics, plan: TablePlan, z: number): DepthLight {
  return followPhotons(optics, z, plan.photonsPerDepth, plan.seed, Math.round((z + 10_000) * 100));
}

/** Depths folded for all tables. */
export interface FoldedDepths {
  readonly amplitudes: readonly AmplitudeColumn[];
  readonly times: readonly Uint8Array[];
  /** Point emitters with the profile of a cascade, and with a muon's Cherenkov cone. */
  readonly cascades: Emitters;
  readonly cones: Emitters;
}

/** Folds the depths of a plan, which come ascending in z. Throws where the ice model lacks an emission profile. */
export function foldDepths(plan: TablePlan, ice: IceModel, depths: Iterable<DepthLight>): FoldedDepths {
  if (ice.emission === null) throw new Error('foldDepths needs an ice model with its emission profile');
  const cascade = cascadeEmission(ice.emission);
  const forAmplitude = foldKernel(cascade, THETA_DEG);
  const forTime = foldKernel(cascade, TIME_THETA_DEG);
  const forLine = foldKernel(cascade, LINE_THETA_DEG);
  const forCone = foldKernel(coneEmission(), LINE_THETA_DEG);
  const amplitudes: AmplitudeColumn[] = [];
  const times: Uint8Array[] = [];
  const cascades: FoldedDepth[] = [];
  const cones: FoldedDepth[] = [];
  const even = new Set(axisNodes(plan.evenZ));
  for (const depth of depths) {
    if (amplitudes.length % TIME_STRIDE === 0) times.push(timeColumn(foldDepth(depth, forTime)));
    amplitudes.push(amplitudeColumn(foldDepth(depth, forAmplitude)));
    if (!even.has(depth.z)) continue;
    cascades.push(foldDepth(depth, forLine));
    cones.push(foldDepth(depth, forCone));
  }
  if (amplitudes.length !== plan.z.length)
    throw new Error(`${amplitudes.length} depths for a plan of ${plan.z.length}`);
  return {
    amplitudes,
    times,
    cascades: joinEmitters(plan.evenZ, cascades),
    cones: joinEmitters(plan.evenZ, cones),
  };
}

/** Puts the tables together. Columns ascend in z. */
export function assembleTables(
  plan: TablePlan,
  ice: IceModel,
  folded: FoldedDepths,
  muon: readonly MuonColumn[],
  stochastic: readonly MuonColumn[],
): PhotonTables {
  const muonZ = axisNodes(plan.muonZ);
  const common = { iceModel: ice.name, domEfficiency: ice.parameters.domEfficiency };
  return {
    cascade: cascadeTable(plan.z, folded.amplitudes, folded.times, common),
    muon: muonTable('muon', muonZ, muon, common),
    stochastic: muonTable('stochastic', muonZ, stochastic, common),
  };
}
