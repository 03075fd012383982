/**
 * The light of a muon that flies through, from photon tables of infinite tracks (specs/photon-tables.md section 10): its own
 * Cherenkov cone, and the small losses all along it, which emit like cascades. Its large losses are cascades at their
 * places (`LineLight`).
 */
import {
  DOM_RADIUS,
  MuonLight,
  PHOTONS_PER_METRE,
  type PhotonTables,
  SPEED_OF_LIGHT,
  TAN_CHERENKOV,
  TableCascadeLight,
} from '../light/index.js';
import { type MuonEmission, muonLightPerMetre } from './emission.js';
import { type Line, LineLight, type SeenLight } from './light.js';
import type { Random } from './random.js';

export class MuonInTables implements SeenLight {
  total = 0;
  private readonly line: Line;
  private readonly emission: MuonEmission;
  private readonly perFluence: number;
  private readonly cone: MuonLight;
  private readonly small: MuonLight;
  private readonly large: LineLight;
  private coneTotal = 0;
  private smallTotal = 0;
  /** Where the muon passes the module closest, metres along the line. */
  private along = 0;

  constructor({ cascade, muon, stochastic }: PhotonTables, line: Line, emission: MuonEmission) {
    this.line = line;
    this.emission = emission;
    this.perFluence = PHOTONS_PER_METRE * Math.PI * DOM_RADIUS * DOM_RADIUS * muon.domEfficiency;
    this.cone = new MuonLight(muon);
    this.small = new MuonLight(stochastic);
    this.large = new LineLight(new TableCascadeLight(cascade), line, emission.losses);
    this.cone.setDirection(line.zenith, line.azimuth);
    this.small.setDirection(line.zenith, line.azimuth);
  }

  lookFrom(x: number, y: number, z: number, shiftM = 0): void {
    const { line, cone, small, large } = this;
    const vx = x - line.x;
    const vy = y - line.y;
    const vz = z - line.z;
    this.along = vx * line.directionX + vy * line.directionY + vz * line.directionZ;
    this.coneTotal = this.perFluence * cone.look(line.z - shiftM, vx, vy, vz);
    this.smallTotal = 0;
    if (this.coneTotal > 0) {
      const emittedAt = this.along - cone.rho / TAN_CHERENKOV;
      const more = muonLightPerMetre(this.emission.energyAt(emittedAt)) - 1;
      this.smallTotal = this.perFluence * more * small.look(line.z - shiftM, vx, vy, vz);
    }
    large.lookFrom(x, y, z, shiftM);
    this.total = this.coneTotal + this.smallTotal + large.total;
  }

  drawTime(random: Random): number {
    const which = random.uniform() * this.total - this.coneTotal;
    if (which >= this.smallTotal) return this.large.drawTime(random);
    const passes = this.line.timeNs + this.along / SPEED_OF_LIGHT;
    return passes + (which < 0 ? this.cone : this.small).draw(random);
  }
}
