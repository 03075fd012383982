export { AUTO_RECO, type RecoOfEvent, recoFor } from './auto.js';
export { checkReco } from './check.js';
export { findReco, listRecos } from './registry.js';
export type {
  Fit,
  Pointing,
  PreparedEvent,
  Reco,
  RecoInput,
  RecoResult,
  RecoSettings,
  RecoTask,
  RestartAll,
  Seed,
  VariationSeeds,
  Vertex,
} from './types.js';
