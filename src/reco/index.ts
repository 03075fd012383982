export type {
  Fit,
  Pointing,
  PreparedEvent,
  Reco,
  RecoInput,
  RecoResult,
  RecoSettings,
  RecoTask,
  Seed,
  VariationSeeds,
  Vertex,
} from './types.js';
