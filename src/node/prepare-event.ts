/** An event prepared for a reco on this machine, with the tables that are there. */
import type { PreparedEvent, Reco, RecoInput } from '../reco/index.js';
import { type PrepareOptions as PrepareAnywhere, prepareWith } from '../session/index.js';
import { loadCascadeSplines, loadMuonSplines, loadPhotonTables, type SplineDirectory } from './files/photon-tables.js';
import { readResource } from './files/resources.js';

/** What decides how an event is prepared. */
export interface PrepareOptions extends PrepareAnywhere {
  /** See {@link SplineDirectory}. */
  readonly photonTables?: SplineDirectory;
}

/**
 * Prepares an event. `remark` says where tables were chosen that the reco does not ask for. Throws a `SkymapError` where
 * the reco cannot work on it.
 */
export async function prepareEvent(
  reco: Reco,
  { photonTables, ...options }: PrepareOptions,
): Promise<{ readonly input: RecoInput; readonly prepared: PreparedEvent; readonly remark: string | null }> {
  let isUnused = typeof photonTables === 'string';
  const asked = (): SplineDirectory => {
    isUnused = false;
    return photonTables;
  };
  const light = {
    readResource,
    photonTables: (iceModel: string) => loadPhotonTables(iceModel, asked()),
    muonSplines: (iceModel: string) => loadMuonSplines(asked(), iceModel),
    cascadeSplines: (iceModel: string) => loadCascadeSplines(asked(), iceModel),
  };
  const done = await prepareWith(light, reco, options);
  return { ...done, remark: isUnused ? `${reco.name} uses no photon tables: --photon-tables has no effect.` : null };
}
