/**
 * When the light of a cascade arrives: shares of it before a time, with gradients, at the place that an amplitude look-up
 * found last (specs/photon-tables.md 6.4). Only those time nodes are interpolated that are asked for.
 */
import { type CascadeTable, CDF_VALUES, Heights, SPEED_OF_LIGHT } from '../../light/index.js';
import {
  type AmplitudeLookup,
  BY_GAMMA,
  BY_PSI,
  BY_R,
  BY_THETA,
  BY_Z,
  COS_GAMMA,
  cellsByDegree,
  isOn,
  LN_R,
  R,
  THETA,
  Z,
} from './amplitude-lookup.js';
import { fastExp } from './fast-math.js';
import { CDF_UNIT, type SmearedNodes } from './smeared-nodes.js';

/** Time nodes count from r times this, ns/m, and are in units of 8 ns + 1.6 ns/m r. */
const NS_PER_METRE = 1.33 / SPEED_OF_LIGHT;
const SCALE_NS = 8;
const SCALE_NS_PER_M = 1.6;
/** Length of the tail behind the last node, in units of its time. */
const TAIL = 0.35;
/** After this many of its lengths a tail is over. */
const TAIL_LENGTHS = 12;

/** Arrival times at the last place of an amplitude look-up. */
export class TimeLookup {
  /** Shares of the light before the edges that were asked for last, from the first of them on. */
  readonly share: Float64Array;
  /** Derivatives of the share at an edge with respect to the source's x, y, z and time. */
  readonly slope: Float64Array = new Float64Array(4);
  /** Start of the distribution at the place, ns after the source's time, and one over its scale (1/ns). */
  startNs = 0;
  inverseScale = 1;
  private readonly table: CascadeTable;
  private readonly smeared: SmearedNodes;
  private readonly amplitude: AmplitudeLookup;
  private readonly heights: Heights;
  private readonly thetaCell: Uint8Array;
  /** Time nodes and their square roots, with a 0 in front. */
  private readonly nodes: Float64Array;
  private readonly roots: Float64Array;
  private readonly cornerWeight = new Float64Array(16);
  /** How far apart in the table the corners are, and where the first of them is. */
  private readonly stepZ: number;
  private readonly stepR: number;
  private readonly stepGamma: number;
  private base = 0;
  private readonly fraction = new Float64Array(4);
  /** Shares at time nodes, and the number of the place that each was found for; places are counted. */
  private readonly nodeShare: Float64Array;
  private readonly knownAt: Int32Array;
  private placed = 0;
  private perHeight = 1;
  private thetaWidth = 1;
  private isPlaced = false;

  /** @param mostEdges that are asked for at once */
  constructor(table: CascadeTable, smeared: SmearedNodes, amplitude: AmplitudeLookup, mostEdges: number) {
    this.table = table;
    this.smeared = smeared;
    this.amplitude = amplitude;
    this.heights = new Heights(table.timeZ);
    this.thetaCell = cellsByDegree(table.timeThetaDeg);
    this.nodes = Float64Array.from([0, ...table.timeNodes]);
    this.roots = this.nodes.map(Math.sqrt);
    this.share = new Float64Array(mostEdges);
    this.nodeShare = new Float64Array(this.nodes.length);
    this.knownAt = new Int32Array(this.nodes.length);
    this.stepGamma = table.timeThetaDeg.length * CDF_VALUES;
    this.stepR = table.cosGamma.size * this.stepGamma;
    this.stepZ = table.timeLnR.size * this.stepR;
  }

  /** Forgets all places; to be called before there have been billions of them. */
  restart(): void {
    this.placed = 0;
    this.knownAt.fill(0);
  }

  /** To be called after every amplitude whose times matter. */
  begin(): void {
    const r = this.amplitude.place[R]!;
    this.isPlaced = false;
    this.inverseScale = 1 / (SCALE_NS + SCALE_NS_PER_M * r);
    this.startNs = r * NS_PER_METRE - this.smeared.leadNs;
  }

  /** Shares of the light of a source (x, y, z, time) before the edges `from` to `end` - 1, into `share`. */
  lookAtEdges(source: Float64Array, edgeNs: Float64Array, from: number, end: number): void {
    const { nodes, roots, share, nodeShare } = this;
    const start = source[3]! + this.startNs;
    const last = nodes.length - 1;
    // Edges ascend.
    let k = 1;
    for (let e = from; e < end; e++) {
      const s = (edgeNs[e]! - start) * this.inverseScale;
      if (!(s > 0)) {
        share[e - from] = 0;
        continue;
      }
      if (s >= nodes[last]!) {
        const over = (s - nodes[last]!) / (TAIL * nodes[last]!);
        this.findNode(last);
        share[e - from] = over > TAIL_LENGTHS ? 1 : 1 - (1 - nodeShare[last]!) * fastExp(-over);
        continue;
      }
      while (s >= nodes[k]!) k++;
      const f = (Math.sqrt(s) - roots[k - 1]!) / (roots[k]! - roots[k - 1]!);
      this.findNode(k);
      if (k > 1) this.findNode(k - 1);
      const low = nodeShare[k - 1]!;
      share[e - from] = low + f * (nodeShare[k]! - low);
    }
  }

  /** The share before one edge, into the first of `share`, with its derivatives in `slope`; false before there is light. */
  differentiate(source: Float64Array, edgeNs: Float64Array, e: number): boolean {
    const { nodes, roots, slope, share, nodeShare } = this;
    const s = (edgeNs[e]! - source[3]! - this.startNs) * this.inverseScale;
    if (!(s > 0)) return false;
    const last = nodes.length - 1;
    let constant = 0;
    let low = 0;
    let high = 0;
    let k = 1;
    let bySource = 0;
    if (s >= nodes[last]!) {
      const tail = TAIL * nodes[last]!;
      const over = (s - nodes[last]!) / tail;
      if (over > TAIL_LENGTHS) {
        slope.fill(0);
        share[0] = 1;
        return true;
      }
      k = last;
      high = Math.exp(-over);
      constant = 1 - high;
      this.findNode(last);
      bySource = ((1 - nodeShare[last]!) * high) / tail;
    } else {
      while (s >= nodes[k]!) k++;
      const root = Math.sqrt(s);
      const span = roots[k]! - roots[k - 1]!;
      high = (root - roots[k - 1]!) / span;
      low = 1 - high;
      this.findNode(k);
      if (k > 1) this.findNode(k - 1);
      bySource = (nodeShare[k]! - nodeShare[k - 1]!) / (2 * root * span);
    }
    const { table, base, stepZ, stepR, stepGamma, fraction, inverseScale } = this;
    const { place, isNearest, by } = this.amplitude;
    const { cdf } = this.smeared;
    const { timeLnR, cosGamma: axisG } = table;
    const fZ = fraction[0]!;
    const fR = fraction[1]!;
    const fG = fraction[2]!;
    const fT = fraction[3]!;
    const lowWeight = (k > 1 ? low : 0) / CDF_UNIT;
    const highWeight = high / CDF_UNIT;
    let sum = 0;
    let byZ = 0;
    let byR = 0;
    let byG = 0;
    let byT = 0;
    for (let c = 0; c < 16; c++) {
      const at =
        base + (c & 1) * stepZ + ((c >> 1) & 1) * stepR + ((c >> 2) & 1) * stepGamma + (c >> 3) * CDF_VALUES + k - 1;
      const value = highWeight * cdf[at]! + (lowWeight > 0 ? lowWeight * cdf[at - 1]! : 0);
      const wZ = c & 1 ? fZ : 1 - fZ;
      const wR = c & 2 ? fR : 1 - fR;
      const wG = c & 4 ? fG : 1 - fG;
      const wT = c & 8 ? fT : 1 - fT;
      sum += value * wZ * wR * wG * wT;
      byZ += (c & 1 ? value : -value) * wR * wG * wT;
      byR += (c & 2 ? value : -value) * wZ * wG * wT;
      byG += (c & 4 ? value : -value) * wZ * wR * wT;
      byT += (c & 8 ? value : -value) * wZ * wR * wG;
    }
    const r = place[R]!;
    const delay = -(NS_PER_METRE * bySource + SCALE_NS_PER_M * s * bySource) * inverseScale;
    by[BY_Z] = byZ * this.perHeight;
    by[BY_R] = isNearest ? 0 : (isOn(place[LN_R]!, timeLnR) ? byR / (timeLnR.step * r) : 0) + delay;
    by[BY_GAMMA] = isOn(place[COS_GAMMA]!, axisG) ? byG / axisG.step : 0;
    by[BY_THETA] = byT / this.thetaWidth;
    by[BY_PSI] = 0;
    this.amplitude.project(slope);
    slope[3] = -bySource * inverseScale;
    share[0] = sum + constant;
    return true;
  }

  /** Share at time node k >= 1 of the place, into `nodeShare`. */
  private findNode(k: number): void {
    if (!this.isPlaced) this.findCorners();
    if (this.knownAt[k] === this.placed) return;
    const { cornerWeight: w, stepZ, stepR, stepGamma } = this;
    const { cdf } = this.smeared;
    // Written out, as it is done for every bin: corners in the order of `cornerWeight`.
    const a = this.base + k - 1;
    const b = a + stepR;
    const c = a + stepGamma;
    const d = b + stepGamma;
    this.nodeShare[k] =
      w[0]! * cdf[a]! +
      w[1]! * cdf[a + stepZ]! +
      (w[2]! * cdf[b]! + w[3]! * cdf[b + stepZ]!) +
      (w[4]! * cdf[c]! + w[5]! * cdf[c + stepZ]! + (w[6]! * cdf[d]! + w[7]! * cdf[d + stepZ]!)) +
      (w[8]! * cdf[a + CDF_VALUES]! +
        w[9]! * cdf[a + stepZ + CDF_VALUES]! +
        (w[10]! * cdf[b + CDF_VALUES]! + w[11]! * cdf[b + stepZ + CDF_VALUES]!) +
        (w[12]! * cdf[c + CDF_VALUES]! +
          w[13]! * cdf[c + stepZ + CDF_VALUES]! +
          (w[14]! * cdf[d + CDF_VALUES]! + w[15]! * cdf[d + stepZ + CDF_VALUES]!)));
    this.knownAt[k] = this.placed;
  }

  /** Corners of the time part around the place of the last amplitude. */
  private findCorners(): void {
    const { table, heights, cornerWeight, fraction } = this;
    const { place } = this.amplitude;
    const { timeLnR, cosGamma: axisG, timeThetaDeg: thetas } = table;
    const height = heights.inside(place[Z]!);
    const iZ = heights.cellOf(height);
    const uR = onAxis(place[LN_R]!, timeLnR.first, timeLnR.step, timeLnR.size);
    const uG = onAxis(place[COS_GAMMA]!, axisG.first, axisG.step, axisG.size);
    const theta = place[THETA]!;
    const iR = uR < timeLnR.size - 2 ? uR | 0 : timeLnR.size - 2;
    const iG = uG < axisG.size - 2 ? uG | 0 : axisG.size - 2;
    let iT = this.thetaCell[theta | 0]!;
    if (theta >= thetas[iT + 1]! && iT < thetas.length - 2) iT++;
    const width = thetas[iT + 1]! - thetas[iT]!;
    const fZ = heights.shareIn(iZ, height);
    const fR = uR - iR;
    const fG = uG - iG;
    const fT = (theta - thetas[iT]!) / width;
    this.base = iZ * this.stepZ + iR * this.stepR + iG * this.stepGamma + iT * CDF_VALUES;
    weighCorners(fZ, fR, fG, fT, cornerWeight);
    fraction[0] = fZ;
    fraction[1] = fR;
    fraction[2] = fG;
    fraction[3] = fT;
    this.perHeight = heights.isWithin(place[Z]!) ? heights.perStep[iZ]! : 0;
    this.thetaWidth = width;
    this.placed++;
    this.isPlaced = true;
  }
}

/** Weights of the 16 corners: above in height for odd ones, then in distance, gamma and theta. */
function weighCorners(fZ: number, fR: number, fG: number, fT: number, out: Float64Array): void {
  const eZ = 1 - fZ;
  const low = (1 - fR) / CDF_UNIT;
  const high = fR / CDF_UNIT;
  for (let c = 0; c < 4; c++) {
    const w = (c & 1 ? fG : 1 - fG) * (c & 2 ? fT : 1 - fT);
    out[4 * c] = w * low * eZ;
    out[4 * c + 1] = w * low * fZ;
    out[4 * c + 2] = w * high * eZ;
    out[4 * c + 3] = w * high * fZ;
  }
}

function onAxis(value: number, first: number, step: number, size: number): number {
  const u = (value - first) / step;
  return u > 0 ? (u < size - 1 ? u : size - 1) : 0;
}
