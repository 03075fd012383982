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

/** Prepares an event. Throws a `SkymapError` where the reco cannot work on it. */
export function prepareEvent(
  reco: Reco,
  { photonTables, ...options }: PrepareOptions,
): Promise<{ readonly input: RecoInput; readonly prepared: PreparedEvent }> {
  const light = {
    readResource,
    photonTables: (iceModel: string) => loadPhotonTables(iceModel, photonTables),
    muonSplines: (iceModel: string) => loadMuonSplines(photonTables, iceModel),
    cascadeSplines: (iceModel: string) => loadCascadeSplines(photonTables, iceModel),
  };
  return prepareWith(light, reco, options);
}
