/**
 * {@link CascadeLight} from the closed form (specs/photon-tables.md section 8): delays after unscattered light follow a
 * gamma distribution, which smears in closed form.
 */
import type { CascadeLight, RandomSource } from './cascade-light.js';
import { ClosedForm, type FormSlopes, NEAREST_M } from './closed-form.js';
import { gammaP, lnGamma } from './gamma.js';
import type { IceModel } from './ice.js';
import { DOM_RADIUS, GROUP_INDEX, PHOTONS_PER_GEV, SPEED_OF_LIGHT } from './optics.js';
import { Sight } from './sight.js';

const NS_PER_METRE = GROUP_INDEX / SPEED_OF_LIGHT;
/** Step in which the incomplete gamma function is differenced by the logarithm of its shape, which has no closed form. */
const SHAPE_STEP = 1e-4;

export class ClosedFormCascadeLight implements CascadeLight {
  directNs = 0;
  private readonly form: ClosedForm;
  private readonly sight: Sight = new Sight();
  private readonly pePerFluence: number;
  private readonly halfWidthNs: number;
  private moduleZ = 0;
  private isTimed = false;
  private lnShape = 0;
  private lnRate = 0;
  private readonly slopes: FormSlopes = { byLnR: 0, byLnE: 0, byLnA: 0, byGamma: 0, byTheta: 0 };
  private readonly part: Float64Array = new Float64Array(3);

  /**
   * @param ice with its emission profile, as `loadIceModel` gives it
   * @param halfWidthNs of the triangle that times are smeared by; 0 for none
   */
  constructor(ice: IceModel, halfWidthNs = 0) {
    this.form = new ClosedForm(ice);
    this.pePerFluence = PHOTONS_PER_GEV * Math.PI * DOM_RADIUS * DOM_RADIUS * ice.parameters.domEfficiency;
    this.halfWidthNs = halfWidthNs;
  }

  setDirection(zenith: number, azimuth: number): void {
    this.sight.setDirection(zenith, azimuth);
  }

  /** Takes the unit vector of the flight instead. */
  setFlight(dx: number, dy: number, dz: number): void {
    this.sight.setFlight(dx, dy, dz);
  }

  look(z: number, vx: number, vy: number, vz: number): number {
    const { sight, form } = this;
    sight.see(vx, vy, vz);
    this.isTimed = false;
    this.moduleZ = z + vz;
    this.directNs = sight.distance * NS_PER_METRE;
    form.set(z, this.moduleZ, sight.distance, sight.z, sight.cosTheta);
    return this.pePerFluence * form.fluence();
  }

  /** Of the delays after `directNs` at the last look-up: shape, and rate in 1/ns. */
  get shape(): number {
    this.placeTimes();
    return Math.exp(this.lnShape);
  }

  get ratePerNs(): number {
    this.placeTimes();
    return Math.exp(this.lnRate);
  }

  cdf(tNs: number): number {
    this.placeTimes();
    return this.share(tNs - this.directNs, Math.exp(this.lnShape), Math.exp(this.lnRate));
  }

  density(tNs: number): number {
    this.placeTimes();
    const t = tNs - this.directNs;
    const k = Math.exp(this.lnShape);
    const rate = Math.exp(this.lnRate);
    const h = this.halfWidthNs;
    if (h === 0) return t > 0 ? rate * gammaDensity(k, rate * t) : 0;
    const x = rate * t;
    const step = rate * h;
    return (rate * (once(k, x + step) - 2 * once(k, x) + once(k, x - step))) / (step * step);
  }

  logSlopes(out: Float64Array): void {
    this.form.fluenceSlopes(this.slopes);
    this.toPlace(out);
  }

  cdfSlopes(tNs: number, out: Float64Array): void {
    this.placeTimes();
    const { form, slopes, sight } = this;
    const t = tNs - this.directNs;
    const k = Math.exp(this.lnShape);
    const rate = Math.exp(this.lnRate);
    const step = Math.exp(SHAPE_STEP);
    const byShape = (this.share(t, k * step, rate) - this.share(t, k / step, rate)) / (2 * SHAPE_STEP);
    const byRate = (this.share(t, k, rate * step) - this.share(t, k, rate / step)) / (2 * SHAPE_STEP);
    const density = this.density(tNs);
    form.lnShapeSlopes(slopes);
    this.toPlace(out);
    for (let i = 0; i < 3; i++) out[i] = byShape * out[i]!;
    form.lnRateSlopes(slopes);
    this.toPlace(this.part);
    for (let i = 0; i < 3; i++) out[i] = out[i]! + byRate * this.part[i]!;
    // the way of unscattered light changes as well
    out[0] = out[0]! + density * NS_PER_METRE * sight.x;
    out[1] = out[1]! + density * NS_PER_METRE * sight.y;
    out[2] = out[2]! + density * NS_PER_METRE * sight.z;
    out[3] = -density;
  }

  draw(random: RandomSource): number {
    return this.directNs + random.gamma(this.shape) / this.ratePerNs;
  }

  private placeTimes(): void {
    if (this.isTimed) return;
    this.isTimed = true;
    this.lnShape = this.form.lnShape();
    this.lnRate = this.form.lnRate();
  }

  /** Share of the light with a delay below t, smeared. */
  private share(t: number, k: number, rate: number): number {
    const x = rate * t;
    const step = rate * this.halfWidthNs;
    if (step === 0) return x > 0 ? gammaP(k, x) : 0;
    const share = (twice(k, x + step) - 2 * twice(k, x) + twice(k, x - step)) / (step * step);
    return share < 0 ? 0 : share > 1 ? 1 : share;
  }

  /** `slopes` as derivatives by the place of the cascade. */
  private toPlace(out: Float64Array): void {
    const { slopes, sight, form, moduleZ } = this;
    const byR = sight.distance > NEAREST_M ? slopes.byLnR / sight.distance : 0;
    sight.toPlace(byR, slopes.byGamma, slopes.byTheta, 0, out);
    out[2] = out[2]! + slopes.byLnE * form.lnScatteringByZ(moduleZ) + slopes.byLnA * form.lnAbsorptionByZ(moduleZ);
  }
}

/** Density of the gamma distribution with rate 1, x > 0. */
function gammaDensity(k: number, x: number): number {
  return Math.exp((k - 1) * Math.log(x) - x - lnGamma(k));
}

/** First and second integral of its CDF. */
function once(k: number, x: number): number {
  return x > 0 ? x * gammaP(k, x) - k * gammaP(k + 1, x) : 0;
}

function twice(k: number, x: number): number {
  if (!(x > 0)) return 0;
  return 0.5 * (x * x * gammaP(k, x) - k * (2 * x * gammaP(k + 1, x) - (k + 1) * gammaP(k + 2, x)));
}

/** A point in the ice (m) with the direction (unit vector) in which the particle flies. */
export interface PointSource {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly directionX: number;
  readonly directionY: number;
  readonly directionZ: number;
}

/**
 * When the light of a source reaches a module: after `flightNs` plus a delay that follows a gamma distribution,
 * density proportional to t^(shape - 1) exp(-ratePerNs t).
 */
export interface LightTiming {
  /** Time of flight of unscattered light, ns. */
  readonly flightNs: number;
  readonly shape: number;
  readonly ratePerNs: number;
}

/**
 * Mean number of photo-electrons per GeV of an electromagnetic cascade at `source` in a module at (x, y, z) of relative
 * efficiency 1. The efficiency that belongs to the ice model (`domEfficiency`) is in it. For many modules make one
 * {@link ClosedFormCascadeLight}.
 *
 * @throws Error where `ice` was loaded without its emission profile.
 */
export function closedFormAmplitude(ice: IceModel, source: PointSource, x: number, y: number, z: number): number {
  return lookFrom(new ClosedFormCascadeLight(ice), source, x, y, z);
}

/** When the light of a cascade at `source` reaches a module at (x, y, z). */
export function closedFormTiming(ice: IceModel, source: PointSource, x: number, y: number, z: number): LightTiming {
  const light = new ClosedFormCascadeLight(ice);
  lookFrom(light, source, x, y, z);
  return { flightNs: light.directNs, shape: light.shape, ratePerNs: light.ratePerNs };
}

function lookFrom(light: ClosedFormCascadeLight, source: PointSource, x: number, y: number, z: number): number {
  light.setFlight(source.directionX, source.directionY, source.directionZ);
  return light.look(source.z, x - source.x, y - source.y, z - source.z);
}
