/**
 * A module as a cascade sees it: distance r, cos gamma of the line of sight to straight up, cos theta to the flight of the
 * cascade, and cos psi, the azimuth of the flight about the line of sight (specs/photon-tables.md 6.1). Turns derivatives
 * by these into derivatives by the place of the cascade.
 */
export class Sight {
  /** Distance (m), and the unit vector from the cascade to the module; zeros at no distance. */
  distance = 0;
  x = 0;
  y = 0;
  /** cos gamma. */
  z = 0;
  cosTheta = 0;
  cosPsi = 0;
  /** Unit vector of the flight. */
  private dx = 0;
  private dy = 0;
  private dz = -1;

  /** Takes the direction that the cascade comes from, radians. */
  setDirection(zenith: number, azimuth: number): void {
    const sin = Math.sin(zenith);
    this.setFlight(-sin * Math.cos(azimuth), -sin * Math.sin(azimuth), -Math.cos(zenith));
  }

  /** Takes the unit vector of the flight. */
  setFlight(dx: number, dy: number, dz: number): void {
    this.dx = dx;
    this.dy = dy;
    this.dz = dz;
  }

  /** Looks at a module at (vx, vy, vz) metres from the cascade. */
  see(vx: number, vy: number, vz: number): void {
    const distance = Math.sqrt(vx * vx + vy * vy + vz * vz);
    const inverse = distance > 0 ? 1 / distance : 0;
    this.distance = distance;
    this.x = vx * inverse;
    this.y = vy * inverse;
    const cosGamma = vz * inverse;
    this.z = cosGamma;
    const dot = (vx * this.dx + vy * this.dy + vz * this.dz) * inverse;
    const cosTheta = dot > 1 ? 1 : dot < -1 ? -1 : dot;
    this.cosTheta = cosTheta;
    const flat = (1 - cosGamma * cosGamma) * (1 - cosTheta * cosTheta);
    const cosPsi = flat > 1e-24 ? (this.dz - cosGamma * cosTheta) / Math.sqrt(flat) : 0;
    this.cosPsi = cosPsi > 1 ? 1 : cosPsi < -1 ? -1 : cosPsi;
  }

  /**
   * Derivatives by the cascade's x, y, z into out[0] to out[2], from those by r (1/m), cos gamma, cos theta and cos psi at
   * the module looked at. The ice's dependence on the height of the cascade is not in them.
   */
  toPlace(byR: number, byGamma: number, byTheta: number, byPsi: number, out: Float64Array): void {
    const { z: cosGamma, cosTheta, cosPsi, distance } = this;
    const sin2Gamma = 1 - cosGamma * cosGamma;
    const sin2Theta = 1 - cosTheta * cosTheta;
    const flat = sin2Gamma * sin2Theta;
    let perGamma = byGamma;
    let perTheta = byTheta;
    // At its ends the cosine of psi was cut, or does not change to first order.
    if (flat > 1e-12 && cosPsi < 1 && cosPsi > -1) {
      const root = 1 / Math.sqrt(flat);
      perGamma += byPsi * (-cosTheta * root + (cosPsi * cosGamma) / sin2Gamma);
      perTheta += byPsi * (-cosGamma * root + (cosPsi * cosTheta) / sin2Theta);
    }
    // The cascade moves against the line of sight.
    const inverse = distance > 0 ? 1 / distance : 0;
    const along = byR - (perGamma * cosGamma + perTheta * cosTheta) * inverse;
    out[0] = -(along * this.x + perTheta * inverse * this.dx);
    out[1] = -(along * this.y + perTheta * inverse * this.dy);
    out[2] = -(along * cosGamma + (perTheta * this.dz + perGamma) * inverse);
  }
}

/** Arc cosine in degrees, to 2e-8 rad (M. Abramowitz and I. Stegun 1964, 4.4.46): a third of the cost of `Math.acos`. */
export function acosDegrees(x: number): number {
  const a = x < 0 ? -x : x;
  let p = -0.0012624911 * a + 0.0066700901;
  p = p * a - 0.0170881256;
  p = p * a + 0.030891881;
  p = p * a - 0.0501743046;
  p = p * a + 0.0889789874;
  p = p * a - 0.2145988016;
  p = p * a + 1.570796305;
  const degrees = (180 / Math.PI) * p * Math.sqrt(1 - a);
  return x < 0 ? 180 - degrees : degrees;
}
