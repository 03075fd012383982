/** From starts to fits, and from the end of a fit to what a scan is told of it: the same for all recos. */
import type { RecoResult, RecoTask, VariationSeeds, Vertex } from './types.js';

/** Where a fit ended. `llh`: -log L; energies lost inside the detector and in total, GeV, of recos that give them. */
export interface Fitted extends Vertex {
  readonly llh: number;
  readonly eInGev?: number;
  readonly eTotGev?: number;
}

/** Whether a fit may start there: no number is missing. */
export function isUsable({ x, y, z, timeNs }: Vertex): boolean {
  return Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(z) && Number.isFinite(timeNs);
}

/** The result of one variation; without a fit NaN at its first start, which is all there is to tell. */
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
