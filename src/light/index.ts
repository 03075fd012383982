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
