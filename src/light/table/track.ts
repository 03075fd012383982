/**
 * {@link TrackLight} from our muon tables (specs/photon-tables.md section 10). The zenith of a fit is fixed, so that
 * dimension is interpolated once per direction; what is left is three-dimensional.
 */
import type { TrackLight } from '../track-light.js';
import { cellOf, inside } from './cascade.js';
import { NodeDistribution } from './cdf-nodes.js';
import { CDF_VALUES, LOG_FLOOR, LOG_STEP, type MuonTable, RANGE_M } from './photon-table.js';

const NS_PER_METRE = 1 / 0.299792458;
const TAN_CHERENKOV = Math.sqrt(1.3195 * 1.3195 - 1);
const SIN_CHERENKOV = TAN_CHERENKOV / 1.3195;
/** Direct light after the muon passes the closest approach, ns per metre of perpendicular distance. */
const DIRECT_NS_PER_METRE = (1.35634 / SIN_CHERENKOV - 1 / TAN_CHERENKOV) * NS_PER_METRE;
/** From the start of the table's time nodes to direct light, likewise. */
const DIRECT_AFTER_START = DIRECT_NS_PER_METRE - Math.sqrt(1.33 * 1.33 - 1) * NS_PER_METRE;
/** splinempe scales both tables with the light of a muon of 0.01 GeV: 1.172 + 0.0324 ln 0.01. */
const LIGHT_FACTOR = 1.172 + 0.0324 * Math.log(0.01);
/** PE per fluence (1/m) of light emitted evenly along the track: 2450.08 photons per metre on a module of 0.1651 m. */
const PE_PER_FLUENCE = 2450.08 * LIGHT_FACTOR * Math.PI * 0.1651 * 0.1651;
/** Losses of a muon per metre and GeV, and metres of track per GeV of cascade (photon-tables.md section 10). */
const LOSSES_PER_GEV = 3.4e-4 * 5.21;
/** Half widths of the smearing triangles, ns: twice splinempe's sigma. */
const SMEARING_NS = 4;
const LATE_SMEARING_NS = 2000;
const NEAREST_M = 1;

export class TableTrackLight implements TrackLight {
  bareYield = 0;
  stochasticYield = 0;
  directNs = 0;
  private readonly muon: MuonTable;
  private readonly stochastic: MuonTable;
  private readonly distribution: NodeDistribution;
  private readonly farthest: number;
  /** Tables at the zenith of the track: logarithms and time nodes, [z][rho][phi]. */
  private readonly bareLog: Float32Array;
  private readonly stochasticLog: Float32Array;
  private readonly nodes: Float32Array;
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
    this.stochastic = stochastic;
    this.distribution = new NodeDistribution(muon.timeNodes);
    this.farthest = Math.exp(muon.lnRho.first + (muon.lnRho.size - 1) * muon.lnRho.step);
    const places = muon.z.size * muon.lnRho.size * muon.phiDeg.size;
    this.bareLog = new Float32Array(places);
    this.stochasticLog = new Float32Array(places);
    this.nodes = new Float32Array(places * CDF_VALUES);
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
    this.contract((zenith * 180) / Math.PI);
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
    this.bareYield = PE_PER_FLUENCE * Math.exp(outside + this.trilinear(this.bareLog, at, sZ, fZ, fRho, fPhi));
    this.stochasticYield =
      PE_PER_FLUENCE * LOSSES_PER_GEV * Math.exp(outside + this.trilinear(this.stochasticLog, at, sZ, fZ, fRho, fPhi));

    // Beyond the last rho the last distribution holds.
    if (fRho > 1) fRho = 1;
    const { nodes, out } = this;
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
    this.offsetNs = distance * DIRECT_NS_PER_METRE - rho * (DIRECT_NS_PER_METRE - DIRECT_AFTER_START);
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

  /** Interpolates the tables in zenith. */
  private contract(zenithDeg: number): void {
    const { muon, stochastic, bareLog, stochasticLog, nodes } = this;
    const u = inside(muon.zenithDeg, zenithDeg);
    const i = cellOf(u, muon.zenithDeg.size);
    const f = u - i;
    const block = muon.lnRho.size * muon.phiDeg.size;
    for (let iZ = 0; iZ < muon.z.size; iZ++) {
      const low = (iZ * muon.zenithDeg.size + i) * block;
      const high = low + block;
      const to = iZ * block;
      for (let k = 0; k < block; k++) {
        bareLog[to + k] = LOG_STEP * (muon.amplitude[low + k]! * (1 - f) + muon.amplitude[high + k]! * f);
        stochasticLog[to + k] =
          LOG_STEP * (stochastic.amplitude[low + k]! * (1 - f) + stochastic.amplitude[high + k]! * f);
      }
      const fraction = f / 255;
      const rest = (1 - f) / 255;
      for (let k = 0; k < block * CDF_VALUES; k++) {
        nodes[to * CDF_VALUES + k] =
          muon.cdf[low * CDF_VALUES + k]! * rest + muon.cdf[high * CDF_VALUES + k]! * fraction;
      }
    }
  }
}
