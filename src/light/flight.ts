/** Where a module lies seen from a source that flies in some direction (specs/photospline.md 4.1). */

export class Flight {
  /** Unit vector of the flight. */
  readonly d: Float64Array = new Float64Array(3);
  /** Unit vector across it, in its vertical plane, upwards. */
  readonly p: Float64Array = new Float64Array(3);
  /** sin and cos of the polar angle and of the azimuth of d. */
  sinPolar = 0;
  cosPolar = 1;
  sinAzimuth = 0;
  cosAzimuth = 1;
  /** Of the last module: metres along the flight and across it, and the cosine of the angle to p around it. */
  along = 0;
  across = 0;
  cosPhi = 0;

  /** Takes the direction that the source's particle comes from, radians. */
  set(zenith: number, azimuth: number): void {
    const { d, p } = this;
    // As the reference rounds it, which decides where p points for vertical flights: along the azimuth for those from
    // straight above, along x for those from straight below.
    const polar = ((180 - (zenith * 180) / Math.PI) * Math.PI) / 180;
    this.sinPolar = Math.sin(polar);
    this.cosPolar = Math.cos(polar);
    this.sinAzimuth = Math.sin(azimuth - Math.PI);
    this.cosAzimuth = Math.cos(azimuth - Math.PI);
    d[0] = this.sinPolar * this.cosAzimuth;
    d[1] = this.sinPolar * this.sinAzimuth;
    d[2] = this.cosPolar;
    const h = Math.sqrt(d[0] * d[0] + d[1] * d[1]);
    p[0] = h > 0 ? (-d[0] * d[2]) / h : 1;
    p[1] = h > 0 ? (-d[1] * d[2]) / h : 0;
    p[2] = h;
  }

  /** Looks at a module at (vx, vy, vz) metres from the source. */
  see(vx: number, vy: number, vz: number): void {
    const { d, p } = this;
    const along = vx * d[0]! + vy * d[1]! + vz * d[2]!;
    const rx = vx - along * d[0]!;
    const ry = vy - along * d[1]!;
    const rz = vz - along * d[2]!;
    const across = Math.sqrt(rx * rx + ry * ry + rz * rz);
    const cosPhi = across > 0 ? (rx * p[0]! + ry * p[1]! + rz * p[2]!) / across : 0;
    this.along = along;
    this.across = across;
    this.cosPhi = cosPhi > 1 ? 1 : cosPhi < -1 ? -1 : cosPhi;
  }
}
