export {
  angularDistance,
  type Direction,
  directionOf,
  type RaDec,
  raDecOf,
  type SkyFrame,
  skyFrame,
} from './astronomy.js';
export {
  type CellIndex,
  type Cells,
  findCell,
  finestCells,
  indexCells,
  type LlhMap,
  orderCells,
  type SkyCells,
} from './cells.js';
export { contourLines, type Ring, ringAreaDeg2 } from './contours.js';
export {
  isNside,
  nestToRing,
  pixelArea,
  pixelAt,
  pixelAtVector,
  pixelCount,
  pixelPhi,
  pixelTheta,
  pixelVector,
  ringToNest,
} from './healpix.js';
export {
  ancestor,
  children,
  corners,
  disc,
  fromUniq,
  neighbours,
  ringToUniq,
  toUniq,
  uniqToRing,
} from './healpix-shapes.js';
export { DEFAULT_FLOOR_DEG, type ProbabilityMap, probabilityMap } from './probability.js';
export {
  cellAt,
  credibleLevelAt,
  credibleRegion,
  densityAt,
  probabilityInCone,
  type Region,
  regionCells,
  WILKS_50,
  WILKS_90,
  wilksRegion,
} from './regions.js';
export { ICECUBE_SITE, type Site } from './site.js';
