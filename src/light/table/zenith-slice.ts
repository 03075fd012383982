/** Our muon tables at one zenith angle, and the constants that make photo-electrons and times of them. */
import { cellOf, Heights, inside } from './axes.js';
import { CDF_VALUES, LOG_STEP, type MuonTable } from './photon-table.js';

/** Light in vacuum. */
export const NS_PER_METRE: number = 1 / 0.299792458;
const TAN_CHERENKOV = Math.sqrt(1.3195 * 1.3195 - 1);
const SIN_CHERENKOV = TAN_CHERENKOV / 1.3195;
/** Direct light after the muon passes the closest approach, ns per metre of perpendicular distance. */
export const DIRECT_NS_PER_METRE: number = (1.35634 / SIN_CHERENKOV - 1 / TAN_CHERENKOV) * NS_PER_METRE;
/** The start of the table's time nodes, likewise. */
export const START_NS_PER_METRE: number = Math.sqrt(1.33 * 1.33 - 1) * NS_PER_METRE;
/** splinempe scales both tables with the light of a muon of 0.01 GeV: 1.172 + 0.0324 ln 0.01. */
const LIGHT_FACTOR = 1.172 + 0.0324 * Math.log(0.01);
/** PE per fluence (1/m) of light emitted evenly along the track: 2450.08 photons per metre on a module of 0.1651 m. */
export const PE_PER_FLUENCE: number = 2450.08 * LIGHT_FACTOR * Math.PI * 0.1651 * 0.1651;
/** Losses of a muon per metre and GeV, and metres of track per GeV of cascade (photon-tables.md section 10). */
export const LOSSES_PER_GEV: number = 3.4e-4 * 5.21;
/** Half width of the triangle that smears the light, ns: twice splinempe's sigma of 2 ns. */
export const SMEARING_NS = 4;
/** Nearer than this, m, the tables do not tell. */
export const NEAREST_M = 1;

export class ZenithSlice {
  readonly muon: MuonTable;
  readonly heights: Heights;
  /** Logarithms (`amplitude` times LOG_STEP) and CDF values at the nodes, [z][rho][phi]. */
  readonly bareLog: Float32Array;
  readonly stochasticLog: Float32Array;
  readonly nodes: Float32Array;
  private readonly stochastic: MuonTable;

  constructor(muon: MuonTable, stochastic: MuonTable) {
    this.muon = muon;
    this.heights = new Heights(muon.z);
    this.stochastic = stochastic;
    const places = muon.z.length * muon.lnRho.size * muon.phiDeg.size;
    this.bareLog = new Float32Array(places);
    this.stochasticLog = new Float32Array(places);
    this.nodes = new Float32Array(places * CDF_VALUES);
  }

  /** Interpolates the tables at a zenith angle, radians. */
  cut(zenith: number): void {
    const { muon, stochastic, bareLog, stochasticLog, nodes } = this;
    const u = inside(muon.zenithDeg, (zenith * 180) / Math.PI);
    const i = cellOf(u, muon.zenithDeg.size);
    const f = u - i;
    const block = muon.lnRho.size * muon.phiDeg.size;
    for (let iZ = 0; iZ < muon.z.length; iZ++) {
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
