/**
 * Looking up the light of an infinite track (specs/photon-tables.md section 10): four-fold linear interpolation of the
 * stored logarithm and of the time nodes. No allocation; an instance holds the place of its last look-up.
 */
import type { RandomSource } from '../cascade-light.js';
import { Flight } from '../flight.js';
import { cellOf, Heights, inside } from './axes.js';
import { drawAtNodes } from './cascade-times.js';
import { CDF_VALUES, LOG_FLOOR, LOG_STEP, type MuonTable, RANGE_M } from './photon-table.js';

const NS_PER_METRE = 1 / 0.299792458;
/** Earliest arrival behind a front of light that travels with index 1.33: rho times this, ns. */
const EARLIEST_NS_PER_METRE: number = Math.sqrt(1.33 * 1.33 - 1) * NS_PER_METRE;
const NEAREST_M = 1;

/** Light of tracks from one table. */
export class MuonLight {
  readonly table: MuonTable;
  /** Perpendicular distance of the last look-up, at least a metre. */
  rho = 1;
  private readonly heights: Heights;
  private readonly farthest: number;
  private readonly nodesPerRho: number;
  private readonly flight: Flight = new Flight();
  private zenithDeg = 0;
  private iZ = 0;
  private iZenith = 0;
  private iRho = 0;
  private iPhi = 0;
  private fZ = 0;
  private fZenith = 0;
  private fRho = 0;
  private fPhi = 0;

  constructor(table: MuonTable) {
    this.table = table;
    this.heights = new Heights(table.z);
    this.farthest = Math.exp(table.lnRho.first + (table.lnRho.size - 1) * table.lnRho.step);
    this.nodesPerRho = table.phiDeg.size;
  }

  /** Takes the direction that the muon comes from, radians. */
  setDirection(zenith: number, azimuth: number): void {
    this.flight.set(zenith, azimuth);
    this.zenithDeg = (zenith * 180) / Math.PI;
  }

  /** `amplitude` at a module at (vx, vy, vz) metres from a point of the track at height `z`. */
  look(z: number, vx: number, vy: number, vz: number): number {
    const { flight } = this;
    flight.see(vx, vy, vz);
    const phiDeg = Math.acos(flight.cosPhi) * (180 / Math.PI);
    return this.amplitude(z + flight.along * flight.d[2]!, this.zenithDeg, flight.across, phiDeg);
  }

  /**
   * Fluence A (1/m, per photon emitted per metre) at perpendicular distance `rho` (m) and angle `phiDeg` about a track
   * of the given zenith whose closest approach is at height `z`. Beyond the last rho the last distribution holds, with
   * the fall of the last cell continued.
   */
  amplitude(z: number, zenithDeg: number, rho: number, phiDeg: number): number {
    const { table, heights } = this;
    const bounded = rho > NEAREST_M ? rho : NEAREST_M;
    this.rho = bounded;
    const height = heights.inside(z);
    const uZenith = inside(table.zenithDeg, zenithDeg);
    const uRho = (Math.log(bounded) - table.lnRho.first) / table.lnRho.step;
    const uPhi = inside(table.phiDeg, phiDeg);
    this.iZ = heights.cellOf(height);
    this.iZenith = cellOf(uZenith, table.zenithDeg.size);
    this.iRho = cellOf(uRho, table.lnRho.size);
    this.iPhi = cellOf(uPhi, table.phiDeg.size);
    this.fZ = heights.shareIn(this.iZ, height);
    this.fZenith = uZenith - this.iZenith;
    this.fRho = uRho - this.iRho;
    this.fPhi = uPhi - this.iPhi;
    const sRho = this.nodesPerRho;
    const sZenith = table.lnRho.size * sRho;
    const sZ = table.zenithDeg.size * sZenith;
    const { amplitude } = table;
    let log = 0;
    for (let corner = 0; corner < 8; corner++) {
      const cz = corner & 1;
      const ct = (corner >> 1) & 1;
      const cr = corner >> 2;
      const weight =
        (cz ? this.fZ : 1 - this.fZ) * (ct ? this.fZenith : 1 - this.fZenith) * (cr ? this.fRho : 1 - this.fRho);
      const at = (this.iZ + cz) * sZ + (this.iZenith + ct) * sZenith + (this.iRho + cr) * sRho + this.iPhi;
      log += weight * (amplitude[at]! * (1 - this.fPhi) + amplitude[at + 1]! * this.fPhi);
    }
    // the time part stays at the last node
    if (this.fRho > 1) this.fRho = 1;
    return Math.exp(LOG_FLOOR + LOG_STEP * log - bounded / RANGE_M) / bounded;
  }

  /** Start of the time nodes of the last place: ns after the muon passed the closest approach. */
  get earliestNs(): number {
    return this.rho * EARLIEST_NS_PER_METRE;
  }

  /** Unit of the time nodes of the last place, ns. */
  get scaleNs(): number {
    return 8 + 2 * (this.rho < this.farthest ? this.rho : this.farthest);
  }

  /** CDF at the time nodes of the place of the last `amplitude` call, into `out`. */
  cdfNodes(out: Float64Array): void {
    const { table, iZ, iZenith, iRho, iPhi, fZ, fZenith, fRho, fPhi } = this;
    const { cdf, timeNodes } = table;
    const n = timeNodes.length;
    const sRho = this.nodesPerRho * CDF_VALUES;
    const sZenith = table.lnRho.size * sRho;
    const sZ = table.zenithDeg.size * sZenith;
    for (let k = 0; k < n; k++) out[k] = 0;
    for (let corner = 0; corner < 16; corner++) {
      const cz = corner & 1;
      const ct = (corner >> 1) & 1;
      const cr = (corner >> 2) & 1;
      const cp = corner >> 3;
      const weight =
        (cz ? fZ : 1 - fZ) * (ct ? fZenith : 1 - fZenith) * (cr ? fRho : 1 - fRho) * (cp ? fPhi : 1 - fPhi) * (1 / 255);
      if (weight === 0) continue;
      const at = (iZ + cz) * sZ + (iZenith + ct) * sZenith + (iRho + cr) * sRho + (iPhi + cp) * CDF_VALUES;
      for (let k = 0; k < n; k++) out[k] = out[k]! + weight * cdf[at + k]!;
    }
  }

  /**
   * Draws when a photon reaches the place of the last look-up, ns after the muon passed its closest approach: from a corner
   * of the table with the probability of its weight, which mixes the corners as the interpolation does.
   */
  draw(random: RandomSource): number {
    const { table, fZ, fZenith, fRho, fPhi } = this;
    const { cdf, timeNodes } = table;
    const iZ = this.iZ + (random.uniform() < fZ ? 1 : 0);
    const iZenith = this.iZenith + (random.uniform() < fZenith ? 1 : 0);
    const iRho = this.iRho + (random.uniform() < fRho ? 1 : 0);
    const iPhi = this.iPhi + (random.uniform() < fPhi ? 1 : 0);
    const place = ((iZ * table.zenithDeg.size + iZenith) * table.lnRho.size + iRho) * this.nodesPerRho + iPhi;
    return this.earliestNs + this.scaleNs * drawAtNodes(cdf, place * CDF_VALUES, 1 / 255, timeNodes, random);
  }
}
