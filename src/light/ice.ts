/**
 * The ice: horizontal layers of equal thickness with their scattering and absorption, averages of both along a straight
 * line, and the tilt of the layers. Formulas: specs/photon-tables.md sections 1 and 8; models: NIM A 711 (2013) 73.
 *
 * Metres, 1/metre, nanometres (wavelength); z is the detector's vertical coordinate, up.
 */

/** Constants of an ice model, from the `# param` lines of its table. */
export interface IceParameters {
  /** Exponents of the wavelength dependence of scattering and of absorption by dust. */
  readonly alpha: number;
  readonly kappa: number;
  /** Absorption of pure ice: A exp(-B/w), 1/m and nm. */
  readonly A: number;
  readonly B: number;
  /** Turn the dust column into absorption: (D a_dust + E) w^-kappa. */
  readonly D: number;
  readonly E: number;
  /** Mean cosine of the scattering angle. */
  readonly g: number;
  /** Share of the simplified-Liu form in the scattering function; the rest is Henyey-Greenstein. */
  readonly liuFraction: number;
  /** Global efficiency of the modules that belongs to the model. */
  readonly domEfficiency: number;
}

/** How much higher the layers lie at a place than at the reference string; bilinear in z and along the gradient. */
export interface IceTilt {
  /** Layer heights, ascending, length nZ. */
  readonly zM: Float64Array;
  /** Distances along the direction of the gradient, ascending, length nR. */
  readonly distanceM: Float64Array;
  /** Shift at (z, distance), row-major [nZ][nR]. */
  readonly shiftM: Float64Array;
  /** Unit vector of the gradient in the horizontal plane, and where along it distances count from. */
  readonly directionX: number;
  readonly directionY: number;
  readonly originM: number;
}

/** Angular profile of an electromagnetic cascade's light in bins of equal width of the cosine from -1 to 1. */
export interface EmissionProfile {
  /** Mean of each bin, mean 1 over the sphere. */
  readonly density: Float64Array;
  /** Running mean of `density`, what the closed form was fitted with. */
  readonly smooth: Float64Array;
}

/**
 * One ice model. Plain data. Layers ascend in z, all `stepM` thick; the edge layers continue for ever. Sums are
 * integrals from the lowest edge to each edge, length nLayer + 1.
 */
export interface IceModel {
  readonly name: string;
  readonly parameters: IceParameters;
  /** Lower edge of the lowest layer and thickness of a layer. */
  readonly bottomM: number;
  readonly stepM: number;
  readonly centreM: Float64Array;
  /** Effective scattering coefficient at 400 nm, 1/m. */
  readonly be400: Float64Array;
  /** Absorption coefficient at 400 nm, 1/m, as in the table: rock has values far above 1. */
  readonly a400: Float64Array;
  /** Dust column and temperature difference (K), for other wavelengths. */
  readonly dust: Float64Array;
  readonly deltaT: Float64Array;
  /** Integral of be400 over z up to each edge, and of min(a400, 1/m). */
  readonly scatterSum: Float64Array;
  readonly absorbSum: Float64Array;
  /** Tilt of the layers; null: none. Whether a light model uses it is the model's business. */
  readonly tilt: IceTilt | null;
  /** Emission profile of cascades; null where only the layers were read. */
  readonly emission: EmissionProfile | null;
}

/** Absorption counts at most this much in path averages (specs/photon-tables.md section 8), 1/m. */
export const ABSORPTION_CAP: number = 1;

/** Index of the layer that holds height z, the edge layers extended. */
export function layerAt(ice: IceModel, z: number): number {
  const i = Math.floor((z - ice.bottomM) / ice.stepM);
  return i < 0 ? 0 : i >= ice.be400.length ? ice.be400.length - 1 : i;
}

/** Effective scattering coefficient at 400 nm at height z, 1/m. */
export function scatteringAt(ice: IceModel, z: number): number {
  return ice.be400[layerAt(ice, z)]!;
}

/**
 * Mean effective scattering coefficient at 400 nm (1/m) along a straight line between two heights. Lines that rise or
 * fall by less than a metre are averaged over one metre of height about their middle, so that the mean is continuous.
 */
export function meanScattering(ice: IceModel, z0: number, z1: number): number {
  return meanOf(ice, ice.scatterSum, z0, z1);
}

/** Mean absorption coefficient at 400 nm (1/m, capped at 1/m in each layer), as `meanScattering`. */
export function meanAbsorption(ice: IceModel, z0: number, z1: number): number {
  return meanOf(ice, ice.absorbSum, z0, z1);
}

/** Derivative of `meanScattering` by its first height, 1/m^2. */
export function meanScatteringSlope(ice: IceModel, z0: number, z1: number): number {
  return meanSlopeOf(ice, ice.scatterSum, z0, z1);
}

/** Derivative of `meanAbsorption` by its first height, 1/m^2. */
export function meanAbsorptionSlope(ice: IceModel, z0: number, z1: number): number {
  return meanSlopeOf(ice, ice.absorbSum, z0, z1);
}

function meanOf(ice: IceModel, sum: Float64Array, z0: number, z1: number): number {
  let low = z0;
  let high = z1;
  const rise = z1 - z0;
  if (rise < 1 && rise > -1) {
    const middle = 0.5 * (z0 + z1);
    low = middle - 0.5;
    high = middle + 0.5;
  }
  return (integralTo(ice, sum, high) - integralTo(ice, sum, low)) / (high - low);
}

function meanSlopeOf(ice: IceModel, sum: Float64Array, z0: number, z1: number): number {
  const rise = z1 - z0;
  if (rise < 1 && rise > -1) {
    const middle = 0.5 * (z0 + z1);
    return 0.5 * (layerOf(ice, sum, middle + 0.5) - layerOf(ice, sum, middle - 0.5));
  }
  return (meanOf(ice, sum, z0, z1) - layerOf(ice, sum, z0)) / rise;
}

/** What the layer at height z adds to an integral, per metre. */
function layerOf(ice: IceModel, sum: Float64Array, z: number): number {
  const i = layerAt(ice, z);
  return (sum[i + 1]! - sum[i]!) / ice.stepM;
}

/** Integral up to height z, linear inside a layer; the slope of the edge layers goes on outside. */
function integralTo(ice: IceModel, sum: Float64Array, z: number): number {
  const at = (z - ice.bottomM) / ice.stepM;
  const last = sum.length - 2;
  let i = Math.floor(at);
  if (i < 0) i = 0;
  else if (i > last) i = last;
  const below = sum[i]!;
  return below + (sum[i + 1]! - below) * (at - i);
}

/** Effective scattering coefficient (1/m) of layer `i` at a wavelength in nm. */
export function scatteringCoefficient(ice: IceModel, i: number, wavelengthNm: number): number {
  return ice.be400[i]! * Math.exp(-ice.parameters.alpha * Math.log(wavelengthNm / 400));
}

/** Absorption coefficient (1/m) of layer `i` at a wavelength in nm. */
export function absorptionCoefficient(ice: IceModel, i: number, wavelengthNm: number): number {
  const { kappa, A, B, D, E } = ice.parameters;
  const dust = (D * ice.dust[i]! + E) * Math.exp(-kappa * Math.log(wavelengthNm));
  return dust + A * Math.exp(-B / wavelengthNm) * (1 + 0.01 * ice.deltaT[i]!);
}

/**
 * Shift of the layers at a place in metres: ice at height z is that of height z - shift in the model's table. Beyond
 * the outer columns the shift goes on linearly, above and below the table it stays as at the table's end.
 */
export function tiltShift(tilt: IceTilt, x: number, y: number, z: number): number {
  const { zM, distanceM, shiftM } = tilt;
  const nR = distanceM.length;
  const distance = x * tilt.directionX + y * tilt.directionY - tilt.originM;
  let j = 1;
  while (j < nR - 1 && distance >= distanceM[j]!) j++;
  const v = (distance - distanceM[j - 1]!) / (distanceM[j]! - distanceM[j - 1]!);
  const clamped = Math.min(Math.max(z, zM[0]!), zM[zM.length - 1]!);
  let low = 0;
  let high = zM.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (zM[middle]! <= clamped) low = middle;
    else high = middle;
  }
  const u = (clamped - zM[low]!) / (zM[high]! - zM[low]!);
  const at = (row: number): number => shiftM[row * nR + j - 1]! * (1 - v) + shiftM[row * nR + j]! * v;
  return at(low) * (1 - u) + at(high) * u;
}
