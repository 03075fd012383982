/**
 * Arrival-time distributions given by their CDF at scaled nodes t_k = T s_k (specs/photon-tables.md 6.4): zero before
 * t = 0, a + b sqrt(t) between nodes, an exponential tail beyond the last. Their first and second integrals are closed,
 * so that smearing by a triangle of half width h is three evaluations (specs/reco-splinempe.md 14.5).
 */

/** Length of the tail, in units of the last node's time. */
export const TAIL = 0.35;

/**
 * Time distributions over one set of nodes. Prepared once per table; `fill` prepares one place, after which the other
 * methods answer for it. No allocation after construction.
 */
export class NodeDistribution {
  private readonly nodes: Float64Array;
  private readonly roots: Float64Array;
  private readonly n: number;
  /** CDF at 0 and the nodes, and its integrals up to them, all in units of the scale T. */
  private readonly value: Float64Array;
  private readonly once: Float64Array;
  private readonly twice: Float64Array;
  private scaleNs = 1;

  /** @param timeNodes s_k, ascending, > 0 */
  constructor(timeNodes: Float64Array) {
    this.n = timeNodes.length + 1;
    this.nodes = Float64Array.from([0, ...timeNodes]);
    this.roots = this.nodes.map(Math.sqrt);
    this.value = new Float64Array(this.n);
    this.once = new Float64Array(this.n);
    this.twice = new Float64Array(this.n);
  }

  /**
   * Takes CDF values at the nodes (any numbers: they are made to rise from 0 to at most 1) and the scale in ns.
   */
  fill(cdf: ArrayLike<number>, scaleNs: number): void {
    const { nodes, roots, value, once, twice, n } = this;
    this.scaleNs = scaleNs;
    let before = 0;
    for (let k = 1; k < n; k++) {
      const c = cdf[k - 1]!;
      before = c > before ? (c < 1 ? c : 1) : before;
      value[k] = before;
      const root = roots[k - 1]!;
      const b = (before - value[k - 1]!) / (roots[k]! - root);
      const a = value[k - 1]! - b * root;
      const from = nodes[k - 1]!;
      const to = nodes[k]!;
      const cubes = to * roots[k]! - from * root;
      const width = to - from;
      once[k] = once[k - 1]! + a * width + (2 / 3) * b * cubes;
      // integral of once: once[k-1] + a (s - from) + (2/3) b (s^1.5 - from^1.5)
      const fifths = to * to * roots[k]! - from * from * root;
      twice[k] =
        twice[k - 1]! +
        (once[k - 1]! - (2 / 3) * b * from * root) * width +
        0.5 * a * width * width +
        (4 / 15) * b * fifths;
    }
  }

  /** Share of the light before time `tNs`. */
  cdf(tNs: number): number {
    const s = tNs / this.scaleNs;
    if (!(s > 0)) return 0;
    const last = this.n - 1;
    if (s >= this.nodes[last]!) {
      const tail = TAIL * this.nodes[last]!;
      return 1 - (1 - this.value[last]!) * Math.exp((this.nodes[last]! - s) / tail);
    }
    const k = this.segment(s);
    const root = this.roots[k]!;
    const b = (this.value[k + 1]! - this.value[k]!) / (this.roots[k + 1]! - root);
    return this.value[k]! + b * (Math.sqrt(s) - root);
  }

  /** Integral of the CDF from the start to `tNs`, in ns. */
  cdfIntegral(tNs: number): number {
    return this.firstIntegral(tNs / this.scaleNs) * this.scaleNs;
  }

  /** The CDF smeared by a triangle of half width `halfWidthNs` (rms 0.408 of it). */
  smearedCdf(tNs: number, halfWidthNs: number): number {
    const h = halfWidthNs / this.scaleNs;
    const s = tNs / this.scaleNs;
    const c = (this.secondIntegral(s + h) - 2 * this.secondIntegral(s) + this.secondIntegral(s - h)) / (h * h);
    return c < 0 ? 0 : c > 1 ? 1 : c;
  }

  /** Its density, 1/ns. */
  smearedDensity(tNs: number, halfWidthNs: number): number {
    const h = halfWidthNs / this.scaleNs;
    const s = tNs / this.scaleNs;
    const p = (this.firstIntegral(s + h) - 2 * this.firstIntegral(s) + this.firstIntegral(s - h)) / (h * h);
    return p < 0 ? 0 : p / this.scaleNs;
  }

  private firstIntegral(s: number): number {
    if (!(s > 0)) return 0;
    const last = this.n - 1;
    if (s >= this.nodes[last]!) {
      const over = s - this.nodes[last]!;
      const tail = TAIL * this.nodes[last]!;
      const rest = 1 - this.value[last]!;
      return this.once[last]! + over - rest * tail * (1 - Math.exp(-over / tail));
    }
    const k = this.segment(s);
    const from = this.nodes[k]!;
    const root = this.roots[k]!;
    const b = (this.value[k + 1]! - this.value[k]!) / (this.roots[k + 1]! - root);
    const a = this.value[k]! - b * root;
    return this.once[k]! + a * (s - from) + (2 / 3) * b * (s * Math.sqrt(s) - from * root);
  }

  private secondIntegral(s: number): number {
    if (!(s > 0)) return 0;
    const last = this.n - 1;
    if (s >= this.nodes[last]!) {
      const over = s - this.nodes[last]!;
      const tail = TAIL * this.nodes[last]!;
      const rest = 1 - this.value[last]!;
      const decay = 1 - Math.exp(-over / tail);
      return this.twice[last]! + this.once[last]! * over + 0.5 * over * over - rest * tail * (over - tail * decay);
    }
    const k = this.segment(s);
    const from = this.nodes[k]!;
    const root = this.roots[k]!;
    const b = (this.value[k + 1]! - this.value[k]!) / (this.roots[k + 1]! - root);
    const a = this.value[k]! - b * root;
    const width = s - from;
    return (
      this.twice[k]! +
      (this.once[k]! - (2 / 3) * b * from * root) * width +
      0.5 * a * width * width +
      (4 / 15) * b * (s * s * Math.sqrt(s) - from * from * root)
    );
  }

  /** Index of the node at or below s; s lies before the last node. */
  private segment(s: number): number {
    let low = 0;
    let high = this.n - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.nodes[middle]! <= s) low = middle;
      else high = middle;
    }
    return low;
  }
}
