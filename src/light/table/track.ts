/**
 * {@link TrackLight} from our muon tables (specs/photon-tables.md section 10). The zenith of a fit is fixed, so that
 * dimension is interpolated once per direction; what is left is three-dimensional.
 */
import type { TrackLight } from '../track-light.js';
import { cellOf, inside } from './cascade.js';
import { NodeDistribution } from './cdf-nodes.js';
import { CDF_VALUES, LOG_FLOOR, type MuonTable, RANGE_M } from './photon-table.js';
import { LATE_SMEARING_NS } from './sampled-times.js';
import {
  DIRECT_NS_PER_METRE,
  LOSSES_PER_GEV,
  NEAREST_M,
  NS_PER_METRE,
  PE_PER_FLUENCE,
  SMEARING_NS,
  START_NS_PER_METRE,
  ZenithSlice,
} from './zenith-slice.js';

export class TableTrackLight implements TrackLight {
  bareYield = 0;
  stochasticYield = 0;
  directNs = 0;
  private readonly muon: MuonTable;
  private readonly slice: ZenithSlice;
  private readonly distribution: NodeDistribution;
  private readonly farthest: number;
  private readonly out: Float64Array;
  private dx = 0;
  private dy = 0;
  private dz = 1;
  /** Unit vector across the track, upwards. */
  private ux = 1;
  private uy = 0;
  private uz = 0;
  private offsetNs = 0;

  constructor(muon: MuonTable, stochastic: MuonTable) {
    this.muon = muon;
    this.slice = new ZenithSlice(muon, stochastic);
    this.distribution = new NodeDistribution(muon.timeNodes);
    this.farthest = Math.exp(muon.lnRho.first + (muon.lnRho.size - 1) * muon.lnRho.step);
    this.out = new Float64Array(muon.timeNodes.length);
    this.setDirection(0, 0);
  }

  setDirection(zenith: number, azimuth: number): void {
    const sin = Math.sin(zenith);
    this.dx = -sin * Math.cos(azimuth);
    this.dy = -sin * Math.sin(azimuth);
    this.dz = -Math.cos(zenith);
    const h = Math.sqrt(this.dx * this.dx + this.dy * this.dy);
    this.ux = h > 0 ? (-this.dx * this.dz) / h : 1;
    this.uy = h > 0 ? (-this.dy * this.dz) / h : 0;
    this.uz = h;
    this.slice.cut(zenith);
  }

  look(z: number, vx: number, vy: number, vz: number): boolean {
    const along = vx * this.dx + vy * this.dy + vz * this.dz;
    const rx = vx - along * this.dx;
    const ry = vy - along * this.dy;
    const rz = vz - along * this.dz;
    const distance = Math.sqrt(rx * rx + ry * ry + rz * rz);
    const cosPhi = distance > 0 ? (rx * this.ux + ry * this.uy + rz * this.uz) / distance : 0;
    const { z: axisZ, lnRho, phiDeg, timeNodes } = this.muon;
    const uPhi = inside(phiDeg, Math.acos(cosPhi > 1 ? 1 : cosPhi < -1 ? -1 : cosPhi) * (180 / Math.PI));
    const rho = distance > NEAREST_M ? distance : NEAREST_M;
    const uRho = (Math.log(rho) - lnRho.first) / lnRho.step;
    const uZ = inside(axisZ, z + along * this.dz);
    const iZ = cellOf(uZ, axisZ.size);
    const iRho = cellOf(uRho, lnRho.size);
    const iPhi = cellOf(uPhi, phiDeg.size);
    const fZ = uZ - iZ;
    let fRho = uRho - iRho;
    const fPhi = uPhi - iPhi;
    const sZ = lnRho.size * phiDeg.size;
    const at = iZ * sZ + iRho * phiDeg.size + iPhi;
    const outside = LOG_FLOOR - rho / RANGE_M - Math.log(rho);
    this.bareYield = PE_PER_FLUENCE * Math.exp(outside + this.trilinear(this.slice.bareLog, at, sZ, fZ, fRho, fPhi));
    this.stochasticYield =
      PE_PER_FLUENCE *
      LOSSES_PER_GEV *
      Math.exp(outside + this.trilinear(this.slice.stochasticLog, at, sZ, fZ, fRho, fPhi));

    // Beyond the last rho the last distribution holds.
    if (fRho > 1) fRho = 1;
    const { out } = this;
    const { nodes } = this.slice;
    const n = timeNodes.length;
    const stepRho = phiDeg.size * CDF_VALUES;
    const stepZ = sZ * CDF_VALUES;
    const a = at * CDF_VALUES;
    const w00 = (1 - fZ) * (1 - fRho);
    const w01 = (1 - fZ) * fRho;
    const w10 = fZ * (1 - fRho);
    const w11 = fZ * fRho;
    const g = 1 - fPhi;
    for (let k = 0; k < n; k++) {
      const i = a + k;
      const b = i + stepRho;
      const c = i + stepZ;
      const d = c + stepRho;
      out[k] =
        w00 * (nodes[i]! * g + nodes[i + CDF_VALUES]! * fPhi) +
        w01 * (nodes[b]! * g + nodes[b + CDF_VALUES]! * fPhi) +
        w10 * (nodes[c]! * g + nodes[c + CDF_VALUES]! * fPhi) +
        w11 * (nodes[d]! * g + nodes[d + CDF_VALUES]! * fPhi);
    }
    this.distribution.fill(out, 8 + 2 * (rho < this.farthest ? rho : this.farthest));
    this.directNs = along * NS_PER_METRE + distance * DIRECT_NS_PER_METRE;
    this.offsetNs = distance * DIRECT_NS_PER_METRE - rho * START_NS_PER_METRE;
    return true;
  }

  density(residualNs: number): number {
    return this.distribution.smearedDensity(residualNs + this.offsetNs, SMEARING_NS);
  }

  cdf(residualNs: number): number {
    return this.distribution.smearedCdf(residualNs + this.offsetNs, SMEARING_NS);
  }

  lateDensity(residualNs: number): number {
    return this.distribution.smearedDensity(residualNs + this.offsetNs, LATE_SMEARING_NS);
  }

  lateCdf(residualNs: number): number {
    return this.distribution.smearedCdf(residualNs + this.offsetNs, LATE_SMEARING_NS);
  }

  private trilinear(log: Float32Array, at: number, sZ: number, fZ: number, fRho: number, fPhi: number): number {
    const sRho = this.muon.phiDeg.size;
    const g = 1 - fPhi;
    const near =
      (log[at]! * g + log[at + 1]! * fPhi) * (1 - fRho) + (log[at + sRho]! * g + log[at + sRho + 1]! * fPhi) * fRho;
    const b = at + sZ;
    const far =
      (log[b]! * g + log[b + 1]! * fPhi) * (1 - fRho) + (log[b + sRho]! * g + log[b + sRho + 1]! * fPhi) * fRho;
    return near * (1 - fZ) + far * fZ;
  }
}
