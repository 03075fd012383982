/** From the end of a fit to what a scan is told of it. */
import type { RecoResult, RecoTask, VariationSeeds, Vertex } from '../types.js';
import type { Chain } from './chain.js';
import { type InstrumentedVolume, passage } from './volume.js';

/** Where a fit ended: -log L and the energies lost inside the detector and in total, GeV. */
export interface Fitted extends Vertex {
  readonly llh: number;
  readonly eInGev: number;
  readonly eTotGev: number;
}

/** The result of one variation; without a fit it failed, and its start is all there is to tell. */
export function resultOf(task: RecoTask, { variation, seeds }: VariationSeeds, fitted: Fitted | null): RecoResult {
  const { x, y, z, timeNs } = fitted ?? seeds[0]!;
  return {
    nside: task.nside,
    pixel: task.pixel,
    variation,
    llh: fitted?.llh ?? Number.NaN,
    x,
    y,
    z,
    timeNs,
    eInGev: fitted?.eInGev ?? Number.NaN,
    eTotGev: fitted?.eTotGev ?? Number.NaN,
    energyGev: Number.NaN,
  };
}

/** Energies of the chain's last line, through a vertex along the unit vector n. */
export function energiesOf(
  chain: Chain,
  volume: InstrumentedVolume,
  { x, y, z }: Vertex,
  n: ArrayLike<number>,
): Pick<Fitted, 'eInGev' | 'eTotGev'> {
  const inside = passage(volume, x, y, z, n);
  if (inside === null) return { eInGev: 0, eTotGev: 0 };
  return {
    eInGev: chain.energyBetween(inside.enterM, inside.leaveM),
    eTotGev: chain.energyBetween(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  };
}
