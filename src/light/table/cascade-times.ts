/**
 * When the light of a cascade comes, by the time nodes of a table (specs/photon-tables.md 6.4): nodes are interpolated
 * from the 16 corners around a place when first asked for, the CDF is linear in the square root of the time between nodes,
 * and falls off exponentially behind the last. Times s are in units of the scale of the place.
 *
 * Smearing by the time resolution is done once per table (`smearTimes`): a look-up costs nothing more, and its derivatives
 * are as simple.
 */
import type { RandomSource } from '../cascade-light.js';
import { cellBelow, cellOf, cellsByDegree, Heights, inside, isWithin } from './axes.js';
import { NodeDistribution } from './cdf-nodes.js';
import { type CascadeTable, CDF_VALUES } from './photon-table.js';

/** Length of the tail, in units of the last node's time. */
const TAIL = 0.35;

/** The distributions of a table: its own, or smeared ones. */
export interface TimePart {
  /** CDF at the nodes of every place, [z][r][gamma][theta][16], in steps of 1 / unit. */
  readonly cdf: Uint8Array | Uint16Array;
  readonly unit: number;
  /** They start this long before the earliest light, ns. */
  readonly leadNs: number;
}

/** Smeared distributions, in steps of 1 / 65535. */
export interface SmearedTimePart extends TimePart {
  readonly cdf: Uint16Array;
}

/**
 * The distributions of a table smeared by a triangle of the given half width in ns (its standard deviation is 0.408 of it).
 */
export function smearTimes(table: CascadeTable, halfWidthNs: number): SmearedTimePart {
  const { cdf, timeNodes, timeLnR, timeZ, cosGamma, timeThetaDeg } = table;
  const unit = 65_535;
  const out = new Uint16Array(cdf.length);
  const distribution = new NodeDistribution(timeNodes);
  const values = new Float64Array(timeNodes.length);
  const perR = cosGamma.size * timeThetaDeg.length;
  const places = timeZ.length * timeLnR.size * perR;
  for (let place = 0; place < places; place++) {
    const iR = Math.floor(place / perR) % timeLnR.size;
    const scaleNs = 8 + 1.6 * Math.exp(timeLnR.first + iR * timeLnR.step);
    const at = place * CDF_VALUES;
    // Where the smearing is narrower than the first step of the nodes it makes no difference.
    const isSharp = halfWidthNs < 0.5 * timeNodes[0]! * scaleNs;
    for (let k = 0; k < values.length; k++) values[k] = cdf[at + k]! / 255;
    if (!isSharp) distribution.fill(values, scaleNs);
    for (let k = 0; k < values.length; k++) {
      const c = isSharp ? values[k]! : distribution.smearedCdf(timeNodes[k]! * scaleNs - halfWidthNs, halfWidthNs);
      out[at + k] = Math.round(c * unit);
    }
  }
  return { cdf: out, unit, leadNs: halfWidthNs };
}

export class CascadeTimes {
  readonly leadNs: number;
  /** Derivatives of the CDF after `slopes`: by height, ln r, cos gamma, theta in degrees, and s. */
  byZ = 0;
  byLnR = 0;
  byGamma = 0;
  byThetaDeg = 0;
  byTime = 0;
  private readonly table: CascadeTable;
  private readonly stored: Uint8Array | Uint16Array;
  private readonly perUnit: number;
  /** Nodes with a 0 in front, and their square roots. */
  private readonly nodes: Float64Array;
  private readonly roots: Float64Array;
  private readonly heights: Heights;
  private readonly thetaCell: Uint8Array;
  private readonly step: Int32Array;
  /** Corners of the place, their weights, and shares of the upper ones by axis. */
  private readonly cornerAt: Int32Array = new Int32Array(16);
  private readonly weight: Float64Array = new Float64Array(16);
  private readonly share: Float64Array = new Float64Array(4);
  /** CDF at the nodes, as far as they were asked for. */
  private readonly value: Float64Array;
  private readonly madeFor: Int32Array;
  private number = 0;
  /** Whether the CDF changes with each coordinate, and the widths of the cells of height (one over it) and theta. */
  private isWithinZ = false;
  private isWithinR = false;
  private isWithinG = false;
  private perZ = 1;
  private thetaStep = 1;

  constructor(table: CascadeTable, time?: TimePart) {
    const { cdf, unit, leadNs } = time ?? { cdf: table.cdf, unit: 255, leadNs: 0 };
    this.leadNs = leadNs;
    this.table = table;
    this.stored = cdf;
    this.perUnit = 1 / unit;
    this.nodes = Float64Array.from([0, ...table.timeNodes]);
    this.roots = this.nodes.map(Math.sqrt);
    this.value = new Float64Array(this.nodes.length);
    this.madeFor = new Int32Array(this.nodes.length);
    this.heights = new Heights(table.timeZ);
    this.thetaCell = cellsByDegree(table.timeThetaDeg);
    const gamma = table.timeThetaDeg.length * CDF_VALUES;
    const r = table.cosGamma.size * gamma;
    this.step = Int32Array.of(table.timeLnR.size * r, r, gamma, CDF_VALUES);
  }

  /** Goes to a place. */
  place(z: number, lnR: number, cosGamma: number, thetaDeg: number): void {
    const { timeLnR, cosGamma: axisG, timeThetaDeg: thetas } = this.table;
    const { heights, step, share, weight, cornerAt } = this;
    this.number = (this.number + 1) | 0;
    const height = heights.inside(z);
    const uR = inside(timeLnR, lnR);
    const uG = inside(axisG, cosGamma);
    const iZ = heights.cellOf(height);
    const iR = cellOf(uR, timeLnR.size);
    const iG = cellOf(uG, axisG.size);
    const iT = cellBelow(thetas, this.thetaCell, thetaDeg);
    this.thetaStep = thetas[iT + 1]! - thetas[iT]!;
    const fZ = heights.shareIn(iZ, height);
    const fR = uR - iR;
    const fG = uG - iG;
    const fT = (thetaDeg - thetas[iT]!) / this.thetaStep;
    share[0] = fZ;
    share[1] = fR;
    share[2] = fG;
    share[3] = fT;
    this.isWithinZ = heights.isWithin(z);
    this.perZ = heights.perStep[iZ]!;
    this.isWithinR = isWithin(timeLnR, lnR);
    this.isWithinG = isWithin(axisG, cosGamma);
    const base = iZ * step[0]! + iR * step[1]! + iG * step[2]! + iT * step[3]!;
    for (let c = 0; c < 16; c++) {
      cornerAt[c] =
        base + (c & 1) * step[0]! + ((c >> 1) & 1) * step[1]! + ((c >> 2) & 1) * step[2]! + (c >> 3) * step[3]!;
      weight[c] =
        (c & 1 ? fZ : 1 - fZ) * (c & 2 ? fR : 1 - fR) * (c & 4 ? fG : 1 - fG) * (c & 8 ? fT : 1 - fT) * this.perUnit;
    }
  }

  /** Share of the light before s. */
  cdf(s: number): number {
    if (!(s > 0)) return 0;
    const { nodes, roots } = this;
    const last = nodes.length - 1;
    if (s >= nodes[last]!) return 1 - (1 - this.node(last)) * Math.exp((1 - s / nodes[last]!) / TAIL);
    const k = this.nodeAbove(s);
    const low = this.node(k - 1);
    return low + ((Math.sqrt(s) - roots[k - 1]!) / (roots[k]! - roots[k - 1]!)) * (this.node(k) - low);
  }

  /** Its derivative. */
  density(s: number): number {
    if (!(s > 0)) return 0;
    const { nodes, roots } = this;
    const last = nodes.length - 1;
    if (s >= nodes[last]!) {
      return ((1 - this.node(last)) * Math.exp((1 - s / nodes[last]!) / TAIL)) / (TAIL * nodes[last]!);
    }
    const k = this.nodeAbove(s);
    return (this.node(k) - this.node(k - 1)) / ((roots[k]! - roots[k - 1]!) * 2 * Math.sqrt(s));
  }

  /** Derivatives of the CDF at s, into the fields. */
  slopes(s: number): void {
    this.byZ = 0;
    this.byLnR = 0;
    this.byGamma = 0;
    this.byThetaDeg = 0;
    this.byTime = 0;
    if (!(s > 0)) return;
    const { nodes, roots, stored, cornerAt, share, perUnit } = this;
    const last = nodes.length - 1;
    // The CDF is `below` times node k - 1 and `above` times node k, and what does not depend on the place.
    let k = last;
    let below = 0;
    let above = 0;
    if (s >= nodes[last]!) above = Math.exp((1 - s / nodes[last]!) / TAIL);
    else {
      k = this.nodeAbove(s);
      above = (Math.sqrt(s) - roots[k - 1]!) / (roots[k]! - roots[k - 1]!);
      below = k > 1 ? 1 - above : 0;
    }
    this.byTime = this.density(s);
    const fZ = share[0]!;
    const fR = share[1]!;
    const fG = share[2]!;
    const fT = share[3]!;
    let byZ = 0;
    let byR = 0;
    let byG = 0;
    let byT = 0;
    for (let c = 0; c < 16; c++) {
      const at = cornerAt[c]! + k - 1;
      const value = perUnit * (above * stored[at]! + (below > 0 ? below * stored[at - 1]! : 0));
      const wZ = c & 1 ? fZ : 1 - fZ;
      const wR = c & 2 ? fR : 1 - fR;
      const wG = c & 4 ? fG : 1 - fG;
      const wT = c & 8 ? fT : 1 - fT;
      byZ += (c & 1 ? value : -value) * wR * wG * wT;
      byR += (c & 2 ? value : -value) * wZ * wG * wT;
      byG += (c & 4 ? value : -value) * wZ * wR * wT;
      byT += (c & 8 ? value : -value) * wZ * wR * wG;
    }
    const { timeLnR, cosGamma } = this.table;
    if (this.isWithinZ) this.byZ = byZ * this.perZ;
    if (this.isWithinR) this.byLnR = byR / timeLnR.step;
    if (this.isWithinG) this.byGamma = byG / cosGamma.step;
    this.byThetaDeg = byT / this.thetaStep;
  }

  /** Draws s: from a corner with the probability of its weight, which mixes the corners as the interpolation does. */
  draw(random: RandomSource): number {
    const { step, share } = this;
    let at = this.cornerAt[0]!;
    for (let axis = 0; axis < 4; axis++) if (random.uniform() < share[axis]!) at += step[axis]!;
    return drawAtNodes(this.stored, at, this.perUnit, this.table.timeNodes, random);
  }

  /** Index of the first node above s > 0, which is below the last. */
  private nodeAbove(s: number): number {
    let k = 1;
    while (s >= this.nodes[k]!) k++;
    return k;
  }

  /** CDF at node k of the place. */
  private node(k: number): number {
    if (k === 0) return 0;
    if (this.madeFor[k] !== this.number) {
      const { stored, cornerAt, weight } = this;
      let sum = 0;
      for (let c = 0; c < 16; c++) sum += weight[c]! * stored[cornerAt[c]! + k - 1]!;
      this.value[k] = sum;
      this.madeFor[k] = this.number;
    }
    return this.value[k]!;
  }
}

/** Draws a time from the CDF stored at cdf[at] and up, at time nodes; in their units. */
export function drawAtNodes(
  cdf: Uint8Array | Uint16Array,
  at: number,
  perUnit: number,
  timeNodes: Float64Array,
  random: RandomSource,
): number {
  const wanted = random.uniform();
  const n = timeNodes.length;
  let k = 0;
  while (k < n && cdf[at + k]! * perUnit <= wanted) k++;
  if (k === n) {
    const rest = (1 - wanted) / (1 - cdf[at + n - 1]! * perUnit);
    return timeNodes[n - 1]! * (1 - TAIL * Math.log(rest));
  }
  const low = k > 0 ? cdf[at + k - 1]! * perUnit : 0;
  const from = k > 0 ? Math.sqrt(timeNodes[k - 1]!) : 0;
  const root = from + ((wanted - low) / (cdf[at + k]! * perUnit - low)) * (Math.sqrt(timeNodes[k]!) - from);
  return root * root;
}
