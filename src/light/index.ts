export { type CascadeLight, cdfAtEdges, densityAtEdges, type RandomSource } from './cascade-light.js';
export { holeIceAcceptance } from './closed-form.js';
export {
  ClosedFormCascadeLight,
  closedFormAmplitude,
  closedFormTiming,
  type LightTiming,
  type PointSource,
} from './closed-form-light.js';
export { gammaP, gammaQ, lnGamma, lnGammaP, lnGammaQ, lnNormalCdf } from './gamma.js';
export * from './generate/index.js';
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
export {
  type LineOfCascades,
  lineAmplitudes,
  lineInBins,
  type SeeingModules,
  type TimeBins,
  tiltShifts,
} from './line-light.js';
export { DELAY, MuonDelays } from './muon-delays.js';
export {
  COS_CHERENKOV,
  DOM_RADIUS,
  FRONT_NS_PER_M,
  GROUP_INDEX,
  PHASE_INDEX,
  PHOTONS_PER_GEV,
  PHOTONS_PER_METRE,
  SIN_CHERENKOV,
  SPEED_OF_LIGHT,
  TAN_CHERENKOV,
} from './optics.js';
export type { SplineAxis } from './photospline/axis.js';
export { PhotosplineCascadeLight } from './photospline/cascade.js';
export { convolve, convolvedAxis, triangleKnots } from './photospline/convolve.js';
export { SplineEvaluator } from './photospline/evaluate.js';
export {
  decodeLightSplines,
  decodeMuonSplines,
  type LightGeometry,
  type LightSplines,
  type MuonSplines,
  type NamedBytes,
} from './photospline/light-splines.js';
export { SplineLight } from './photospline/spline-light.js';
export { decodeSplineTable, type SplineTable } from './photospline/table.js';
export { PhotosplineTrackLight } from './photospline/track.js';
export { acosDegrees } from './sight.js';
export { prepareSmearedGamma, SMEARED, smearedGamma } from './smeared-gamma.js';
export { Heights } from './table/axes.js';
export { TableCascadeLight } from './table/cascade.js';
export { type SmearedTimePart, smearTimes, type TimePart } from './table/cascade-times.js';
export { NodeDistribution } from './table/cdf-nodes.js';
export {
  decodeTableHeader,
  decodeTables,
  encodeTables,
  type HeightNodes,
  nodesOf,
  type TableHeader,
  type TableOrigin,
} from './table/container.js';
export { MuonLight } from './table/muon.js';
export { MUON, MuonGradient } from './table/muon-gradient.js';
export {
  type Axis,
  axisNodes,
  type CascadeTable,
  CDF_VALUES,
  LOG_FLOOR,
  LOG_STEP,
  type MuonTable,
  type PhotonTables,
  RANGE_M,
} from './table/photon-table.js';
export { LATE, SampledTimes, TIMES } from './table/sampled-times.js';
export { TableTrackLight } from './table/track.js';
export { SMEARING_NS, ZenithSlice } from './table/zenith-slice.js';
export type { TrackLight } from './track-light.js';
