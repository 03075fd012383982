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
