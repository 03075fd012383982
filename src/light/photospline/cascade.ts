/**
 * {@link CascadeLight} from IceCube's spline tables of point-like cascades. Photons of the tables are those of the
 * Cherenkov spectrum between 300 and 600 nm; a GeV counts as 5.21 m of track (specs/photospline.md 4.3).
 */
import type { CascadeLight, RandomSource } from '../cascade-light.js';
import type { LightSplines } from './light-splines.js';
import { SplineLight } from './spline-light.js';

const PHOTONS_PER_GEV = 32582 * 5.21;
/** Steps of the search for a drawn time: to 2^-40 of what the time table covers. */
const BISECTIONS = 40;

export class PhotosplineCascadeLight implements CascadeLight {
  private readonly light: SplineLight;
  private readonly slopes: Float64Array = new Float64Array(6);

  /**
   * @param splines of points, not of muons
   * @param halfWidthNs of the triangle that times are smeared by; 0 for none
   */
  constructor(splines: LightSplines, halfWidthNs = 0) {
    if (splines.source !== 'point') throw new Error('the splines are of muons');
    this.light = new SplineLight(splines, halfWidthNs / 2);
  }

  setDirection(zenith: number, azimuth: number): void {
    this.light.setDirection(zenith, azimuth);
  }

  look(z: number, vx: number, vy: number, vz: number): number {
    return this.light.look(z, vx, vy, vz) ? PHOTONS_PER_GEV * this.light.yield : 0;
  }

  get directNs(): number {
    return this.light.directNs;
  }

  cdf(tNs: number): number {
    return this.light.cdf(tNs - this.light.directNs);
  }

  density(tNs: number): number {
    return this.light.density(tNs - this.light.directNs);
  }

  logSlopes(out: Float64Array): void {
    this.light.logYieldSlopes(this.slopes);
    for (let i = 0; i < 3; i++) out[i] = this.slopes[i]!;
  }

  cdfSlopes(tNs: number, out: Float64Array): void {
    this.light.cdfSlopes(tNs - this.light.directNs, this.slopes);
    for (let i = 0; i < 4; i++) out[i] = this.slopes[i]!;
  }

  draw(random: RandomSource): number {
    const { light } = this;
    const wanted = random.uniform();
    let low = light.delayLow;
    let high = light.delayHigh;
    for (let i = 0; i < BISECTIONS; i++) {
      const middle = 0.5 * (low + high);
      if (light.cdf(middle) < wanted) low = middle;
      else high = middle;
    }
    return light.directNs + 0.5 * (low + high);
  }
}
