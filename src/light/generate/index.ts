/** The maker of photon tables: photons, folding, tracks, and how good the result is. */
export { assembleTables, type FoldedDepths, foldDepths, makeDepth } from './build.js';
export { type BandErrors, checkDepth, halfWay } from './check.js';
export { CELL_SIZE, N_CELLS } from './grid.js';
export { type Emitters, type MuonColumn, muonColumn } from './muon-line.js';
export { makeOptics, type Optics, parseAcceptance, parseSpectrum } from './optics.js';
export { type DepthLight, followPhotons } from './photons.js';
export { defaultPlan, evenPlan, type TablePlan } from './plan.js';
