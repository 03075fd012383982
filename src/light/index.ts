export {
  COS_CHERENKOV,
  closedFormAmplitude,
  closedFormAtCherenkov,
  closedFormTiming,
  DOM_RADIUS,
  GROUP_INDEX,
  holeIceAcceptance,
  type LightTiming,
  PHASE_INDEX,
  PHOTONS_PER_GEV,
  PHOTONS_PER_METRE,
  type PointSource,
  SPEED_OF_LIGHT,
} from './closed-form.js';
export { gammaP, gammaQ, lnGamma, lnGammaP, lnGammaQ, lnNormalCdf } from './gamma.js';
export {
  ABSORPTION_CAP,
  absorptionCoefficient,
  type EmissionProfile,
  type IceModel,
  type IceParameters,
  type IceTilt,
  layerAt,
  meanAbsorption,
  meanScattering,
  scatteringAt,
  scatteringCoefficient,
  tiltShift,
} from './ice.js';
export { ICE_MODELS, loadIceModel, parseEmissionProfile, parseIceModel, parseIceTilt } from './ice-csv.js';
export { prepareSmearedGamma, SMEARED, smearedGamma } from './smeared-gamma.js';
