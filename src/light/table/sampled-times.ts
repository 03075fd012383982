/**
 * An arrival-time distribution given by its CDF at scaled nodes (cdf-nodes.ts), smeared by a triangle and taken at evenly
 * spaced times, with all derivatives: what a fit of first photons asks for, some millions of times.
 *
 * The integral F of the CDF and its integral G are polynomials in the root of the time between nodes, so that a smeared
 * density is a second difference of F and a smeared CDF one of G. Derivatives go backwards: what is to be differentiated
 * is given by its derivatives by the samples, and what comes out are its derivatives by the time, the scale and the nodes.
 *
 * Usage: `values` and `times`, `sample`, read; write the derivatives, `differentiate`, read. Nothing is allocated.
 */
import { TAIL } from './cdf-nodes.js';

/** Half width of the triangle that smears late light, ns: twice splinempe's sigma. */
export const LATE_SMEARING_NS = 2000;
/** After-pulses come this much later, ns. */
const AFTER_PULSE_NS = 2000;

/** Places in `times`: time after the start of the light and unit of the nodes (ns), and derivatives by them. */
export const TIMES = { time: 0, scale: 1, byTime: 2, byScale: 3, length: 4 } as const;
/** Places in `late` and `byLate`: light smeared by 2000 ns at the middle time, and after-pulses there. */
export const LATE = { density: 0, cdf: 1, afterDensity: 2, afterCdf: 3, length: 4 } as const;

export class SampledTimes {
  readonly times: Float64Array = new Float64Array(TIMES.length);
  /** CDF at the nodes, rising from at least 0 to at most 1, and derivatives by them. */
  readonly values: Float64Array;
  readonly byValues: Float64Array;
  /** Times of the samples after the middle one, ascending, ns. */
  readonly offsets: Float64Array;
  /** Density (1/ns) and CDF at the samples (or the single one), and derivatives by them. */
  readonly density: Float64Array;
  readonly cdf: Float64Array;
  readonly byDensity: Float64Array;
  readonly byCdf: Float64Array;
  readonly late: Float64Array = new Float64Array(LATE.length);
  readonly byLate: Float64Array = new Float64Array(LATE.length);

  private readonly smearingNs: number;
  private count = 0;
  /** Nodes with 0 in front, their powers 1/2, 3/2, 5/2. */
  private readonly x: Float64Array;
  private readonly x05: Float64Array;
  private readonly x15: Float64Array;
  private readonly x25: Float64Array;
  private readonly perRoot: Float64Array;
  private readonly last: number;
  /** In segment k: F = f0 + f1 s + f2 s^1.5, G = g0 + f0 s + f1 s^2 / 2 + f2 s^2.5 2/5; adjoints of the four. */
  private readonly f0: Float64Array;
  private readonly f1: Float64Array;
  private readonly f2: Float64Array;
  private readonly g0: Float64Array;
  private readonly by0: Float64Array;
  private readonly by1: Float64Array;
  private readonly by2: Float64Array;
  private readonly byG: Float64Array;
  /**
   * Points that samples are differences of: scaled time, its root (beyond the last node e^-t), segment (-1 before the
   * start), CDF, F and G. Of n samples: n points before, n at, n after; then the middle one and three for late light.
   */
  private readonly s: Float64Array;
  private readonly root: Float64Array;
  private readonly segment: Int8Array;
  private readonly e: Float64Array;
  private readonly f: Float64Array;
  private readonly g: Float64Array;
  /** Adjoints of the points' F and G. */
  private readonly byF: Float64Array;
  private readonly byGs: Float64Array;

  /**
   * @param timeNodes scaled times of the nodes, ascending, > 0
   * @param offsets times of the samples after the middle one, ascending, ns
   * @param smearingNs half width of the smearing triangle, ns
   */
  constructor(timeNodes: Float64Array, offsets: Float64Array, smearingNs: number) {
    this.smearingNs = smearingNs;
    const n = timeNodes.length;
    this.last = n;
    this.x = Float64Array.from([0, ...timeNodes]);
    this.x05 = this.x.map(Math.sqrt);
    this.x15 = this.x.map((x) => x * Math.sqrt(x));
    this.x25 = this.x.map((x) => x * x * Math.sqrt(x));
    this.perRoot = Float64Array.from({ length: n }, (_, k) => 1 / (this.x05[k + 1]! - this.x05[k]!));
    this.values = new Float64Array(n);
    this.byValues = new Float64Array(n);
    this.offsets = offsets;
    const samples = (): Float64Array => new Float64Array(offsets.length);
    [this.density, this.cdf, this.byDensity, this.byCdf] = [samples(), samples(), samples(), samples()];
    const segments = (): Float64Array => new Float64Array(n + 1);
    [this.f0, this.f1, this.f2, this.g0] = [segments(), segments(), segments(), segments()];
    [this.by0, this.by1, this.by2, this.byG] = [segments(), segments(), segments(), segments()];
    const points = (): Float64Array => new Float64Array(3 * offsets.length + 4);
    [this.s, this.root, this.e, this.f, this.g] = [points(), points(), points(), points(), points()];
    [this.byF, this.byGs] = [points(), points()];
    this.segment = new Int8Array(3 * offsets.length + 4);
  }

  /** Takes `values` and `times`; fills `density`, `cdf` and `late`. `isSingle`: one sample, at the middle time. */
  sample(isSingle: boolean): void {
    this.prepareSegments();
    const { times, s, f, g, density, cdf, late, offsets } = this;
    const n = isSingle ? 1 : offsets.length;
    this.count = n;
    const scale = times[TIMES.scale]!;
    const per = 1 / scale;
    const middle = times[TIMES.time]! * per;
    const half = this.smearingNs * per;
    for (let k = 0; k < n; k++) {
      const at = isSingle ? middle : middle + offsets[k]! * per;
      s[k] = at - half;
      s[n + k] = at;
      s[2 * n + k] = at + half;
    }
    const m = 3 * n;
    s[m] = middle - (LATE_SMEARING_NS + AFTER_PULSE_NS) * per;
    s[m + 1] = middle - LATE_SMEARING_NS * per;
    s[m + 2] = middle;
    s[m + 3] = middle + LATE_SMEARING_NS * per;
    this.evaluate(m + 4);

    const toDensity = scale / (this.smearingNs * this.smearingNs);
    const toCdf = scale * toDensity;
    for (let k = 0; k < n; k++) {
      const p = toDensity * (f[2 * n + k]! - 2 * f[n + k]! + f[k]!);
      const c = toCdf * (g[2 * n + k]! - 2 * g[n + k]! + g[k]!);
      density[k] = p > 0 ? p : 0;
      cdf[k] = c > 0 ? (c < 1 ? c : 1) : 0;
    }
    const toLate = scale / (LATE_SMEARING_NS * LATE_SMEARING_NS);
    late[LATE.density] = toLate * (f[m + 3]! - 2 * f[m + 2]! + f[m + 1]!);
    late[LATE.cdf] = toLate * scale * (g[m + 3]! - 2 * g[m + 2]! + g[m + 1]!);
    late[LATE.afterDensity] = toLate * (f[m + 2]! - 2 * f[m + 1]! + f[m]!);
    late[LATE.afterCdf] = toLate * scale * (g[m + 2]! - 2 * g[m + 1]! + g[m]!);
  }

  /** From `byDensity`, `byCdf` and `byLate` to `byValues` and the derivatives in `times`. */
  differentiate(): void {
    const { times, byDensity, byCdf, byLate, byF, byGs, by0, by1, by2, byG, byValues, count: n } = this;
    const scale = times[TIMES.scale]!;
    const toDensity = scale / (this.smearingNs * this.smearingNs);
    const toCdf = scale * toDensity;
    for (let k = 0; k < n; k++) {
      const p = toDensity * byDensity[k]!;
      const c = toCdf * byCdf[k]!;
      byF[k] = p;
      byF[n + k] = -2 * p;
      byF[2 * n + k] = p;
      byGs[k] = c;
      byGs[n + k] = -2 * c;
      byGs[2 * n + k] = c;
    }
    const toLate = scale / (LATE_SMEARING_NS * LATE_SMEARING_NS);
    const late = toLate * byLate[LATE.density]!;
    const lateCdf = toLate * scale * byLate[LATE.cdf]!;
    const after = toLate * byLate[LATE.afterDensity]!;
    const afterCdf = toLate * scale * byLate[LATE.afterCdf]!;
    const m = 3 * n;
    byF[m] = after;
    byF[m + 1] = late - 2 * after;
    byF[m + 2] = after - 2 * late;
    byF[m + 3] = late;
    byGs[m] = afterCdf;
    byGs[m + 1] = lateCdf - 2 * afterCdf;
    byGs[m + 2] = afterCdf - 2 * lateCdf;
    byGs[m + 3] = lateCdf;
    by0.fill(0);
    by1.fill(0);
    by2.fill(0);
    byG.fill(0);
    byValues.fill(0);
    this.pullPoints(m + 4);
    this.pullSegments();
  }

  /** Coefficients of the segments from the values at the nodes; F and G are continuous. */
  private prepareSegments(): void {
    const { values, x, x05, x15, x25, perRoot, last, f0, f1, f2, g0 } = this;
    let before = 0;
    let p0 = 0;
    let p1 = 0;
    let p2 = 0;
    let pg = 0;
    for (let k = 0; k < last; k++) {
      const c = values[k]!;
      const value = c > before ? (c < 1 ? c : 1) : before;
      const b = (value - before) * perRoot[k]!;
      const next1 = before - b * x05[k]!;
      const next2 = (2 / 3) * b;
      const d1 = p1 - next1;
      const d2 = p2 - next2;
      const t = x[k]!;
      const d0 = d1 * t + d2 * x15[k]!;
      p0 += d0;
      pg += t * (0.5 * d1 * t - d0) + 0.4 * d2 * x25[k]!;
      p1 = next1;
      p2 = next2;
      f0[k] = p0;
      f1[k] = p1;
      f2[k] = p2;
      g0[k] = pg;
      before = value;
    }
    // Beyond the last node: F and G there, and what has not arrived.
    const end = x[last]!;
    f0[last] = p0 + p1 * end + p2 * x15[last]!;
    g0[last] = pg + p0 * end + 0.5 * p1 * end * end + 0.4 * p2 * x25[last]!;
    f1[last] = 1 - before;
  }

  /** CDF, F and G at the first `n` points. */
  private evaluate(n: number): void {
    const { s, root, segment, e, f, g, x, last, f0, f1, f2, g0 } = this;
    let k = 0;
    for (let j = 0; j < n; j++) {
      const t = s[j]!;
      if (!(t > 0)) {
        segment[j] = -1;
        e[j] = 0;
        f[j] = 0;
        g[j] = 0;
        continue;
      }
      while (x[k]! > t) k--;
      while (k < last && x[k + 1]! <= t) k++;
      segment[j] = k;
      if (k < last) {
        const r = Math.sqrt(t);
        const p0 = f0[k]!;
        const p1 = f1[k]!;
        const p2 = f2[k]! * r;
        root[j] = r;
        e[j] = p1 + 1.5 * p2;
        f[j] = p0 + t * (p1 + p2);
        g[j] = g0[k]! + t * (p0 + t * (0.5 * p1 + 0.4 * p2));
      } else {
        const over = t - x[last]!;
        const tail = TAIL * x[last]!;
        const decay = Math.exp(-over / tail);
        const rest = f1[last]!;
        root[j] = decay;
        e[j] = 1 - rest * decay;
        f[j] = f0[last]! + over - rest * tail * (1 - decay);
        g[j] = g0[last]! + f0[last]! * over + 0.5 * over * over - rest * tail * (over - tail * (1 - decay));
      }
    }
  }

  /** From the first `n` points' F and G to the segments' coefficients, the time and the scale. */
  private pullPoints(n: number): void {
    const { times, s, root, segment, e, f, g, byF, byGs, last, x, x15, x25, by0, by1, by2, byG } = this;
    let byTime = 0;
    let byScale = 0;
    // Of the segment at hand: most points lie in that of the one before.
    let current = 0;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sumG = 0;
    for (let j = 0; j < n; j++) {
      const k = segment[j]!;
      const pF = byF[j]!;
      const pG = byGs[j]!;
      if (k < 0 || (pF === 0 && pG === 0)) continue;
      const t = s[j]!;
      const byT = pF * e[j]! + pG * f[j]!;
      byTime += byT;
      byScale += pF * f[j]! + 2 * pG * g[j]! - byT * t;
      if (k === last) {
        const end = x[last]!;
        const over = t - end;
        const tail = TAIL * end;
        const arrived = tail * (1 - root[j]!);
        const byEnd = pF + pG * over;
        by0[last - 1]! += byEnd + pG * end;
        by1[last - 1]! += byEnd * end + 0.5 * pG * end * end;
        by2[last - 1]! += byEnd * x15[last]! + 0.4 * pG * x25[last]!;
        byG[last - 1]! += pG;
        this.byValues[last - 1]! += pF * arrived + pG * tail * (over - arrived);
        continue;
      }
      if (k !== current) {
        by0[current]! += sum0;
        by1[current]! += sum1;
        by2[current]! += sum2;
        byG[current]! += sumG;
        sum0 = 0;
        sum1 = 0;
        sum2 = 0;
        sumG = 0;
        current = k;
      }
      const pGt = pG * t;
      sum0 += pF + pGt;
      sum1 += t * (pF + 0.5 * pGt);
      sum2 += t * root[j]! * (pF + 0.4 * pGt);
      sumG += pG;
    }
    by0[current]! += sum0;
    by1[current]! += sum1;
    by2[current]! += sum2;
    byG[current]! += sumG;
    const per = 1 / times[TIMES.scale]!;
    times[TIMES.byTime] = byTime * per;
    times[TIMES.byScale] = byScale * per;
  }

  /** From the segments' coefficients back to the values at the nodes. */
  private pullSegments(): void {
    const { x, x05, x15, x25, perRoot, last, by0, by1, by2, byG, byValues } = this;
    // Adjoints of a segment's coefficients; what is continuous passes them on to the segment before.
    let on0 = 0;
    let on1 = 0;
    let on2 = 0;
    let onG = 0;
    for (let k = last - 1; k >= 0; k--) {
      const t = x[k]!;
      onG += byG[k]!;
      on0 += by0[k]!;
      const a1 = by1[k]! + on1;
      const a2 = by2[k]! + on2;
      const d0 = on0 - onG * t;
      on1 = t * (d0 + 0.5 * onG * t);
      on2 = d0 * x15[k]! + 0.4 * onG * x25[k]!;
      const c1 = a1 - on1;
      const b = ((2 / 3) * (a2 - on2) - x05[k]! * c1) * perRoot[k]!;
      byValues[k]! += b;
      if (k > 0) byValues[k - 1]! += c1 - b;
    }
  }
}
