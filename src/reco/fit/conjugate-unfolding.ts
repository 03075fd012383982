/**
 * The unfolding of IceCube's millipede, step by step: preconditioned conjugate gradients with truncation (Angelis et
 * al. 2011, Phys. Med. Biol. 56, 3895; specs/reco-millipede.md section 7). It is cut off after 100 iterations, often
 * short of the optimum: `active-unfolding.ts` is better and faster. This one is for comparisons with the reference.
 */
import type { UnfoldingProblem } from './unfolding.js';

const LINE_SEARCH_STEPS = 100;
const LINE_SEARCH_PRECISION = 1e-3;
const FLATNESS = 1e-10;

/** Work space of one or many solutions. */
export class ConjugateUnfolding {
  private y = new Float64Array(0);
  private m = new Float64Array(0);
  private sums = new Float64Array(0);
  private gradient = new Float64Array(0);
  private oldGradient = new Float64Array(0);
  private v = new Float64Array(0);
  private oldV = new Float64Array(0);
  private d = new Float64Array(0);
  private problem!: UnfoldingProblem;
  private energy!: Float64Array;
  /** Sum over dark rows of the change m. */
  private darkM = 0;

  /** Solves from the reference's start; writes into `energy`. */
  solve(problem: UnfoldingProblem, energy: Float64Array, iterations: number): void {
    this.problem = problem;
    this.energy = energy;
    const { sources, darkNoise } = problem;
    this.allocate();
    const { sums, gradient, oldGradient, v, oldV, d } = this;
    this.columnSums();
    let excess = -darkNoise;
    for (let i = 0; i < problem.rows; i++) excess += problem.charge[i]! - problem.noise[i]!;
    let total = 0;
    for (let j = 0; j < sources; j++) total += sums[j]!;
    energy.fill(Math.max(0, excess / total), 0, sources);
    this.expectation();
    let lastStep = 1;
    let lastSecond = 1;
    for (let k = 0; k < iterations; k++) {
      this.slopes();
      let flat = 0;
      for (let j = 0; j < sources; j++) {
        if (!(energy[j] === 0 && gradient[j]! <= 0)) flat += gradient[j]! * gradient[j]!;
      }
      if (flat < FLATNESS || (lastStep === 0 && lastSecond === 0)) return;
      let overlap = 0;
      let before = 0;
      for (let j = 0; j < sources; j++) {
        v[j] = (gradient[j]! * (energy[j]! + 1e-16)) / sums[j]!;
        if (k === 0) continue;
        overlap += gradient[j]! * (v[j]! - oldV[j]!);
        before += oldGradient[j]! * oldV[j]!;
      }
      const beta = k === 0 ? 0 : Math.max(0, overlap / before);
      for (let j = 0; j < sources; j++) d[j] = (k === 0 ? 0 : beta * d[j]!) + v[j]!;
      this.change();
      if (this.slopeAt(0) > 0) {
        d.set(gradient.subarray(0, sources));
        this.change();
      }
      lastStep = this.lineSearch(Number.POSITIVE_INFINITY);
      for (let j = 0; j < sources; j++) {
        const next = energy[j]! + lastStep * d[j]!;
        d[j] = (next > 0 ? next : 0) - energy[j]!;
      }
      this.change();
      lastSecond = this.lineSearch(1);
      for (let j = 0; j < sources; j++) {
        d[j] = lastSecond * d[j]!;
        energy[j]! += d[j]!;
        oldGradient[j] = gradient[j]!;
        oldV[j] = v[j]!;
      }
      this.expectation();
    }
  }

  private allocate(): void {
    const { rows, sources } = this.problem;
    if (this.y.length < rows) {
      this.y = new Float64Array(rows);
      this.m = new Float64Array(rows);
    }
    if (this.sums.length < sources) {
      for (const name of ['sums', 'gradient', 'oldGradient', 'v', 'oldV', 'd'] as const) {
        this[name] = new Float64Array(sources);
      }
    }
  }

  private columnSums(): void {
    const { rows, sources, response, stride, darkResponse } = this.problem;
    for (let j = 0; j < sources; j++) {
      let sum = darkResponse[j]!;
      for (let i = 0; i < rows; i++) sum += response[j * stride + i]!;
      this.sums[j] = sum === 0 ? 1 : sum;
    }
  }

  private expectation(): void {
    const { rows, noise } = this.problem;
    for (let i = 0; i < rows; i++) this.y[i] = noise[i]!;
    this.addResponse(this.energy, this.y);
  }

  /** m = response d */
  private change(): void {
    this.m.fill(0, 0, this.problem.rows);
    this.addResponse(this.d, this.m);
    this.darkM = 0;
    for (let j = 0; j < this.problem.sources; j++) this.darkM += this.problem.darkResponse[j]! * this.d[j]!;
  }

  private addResponse(weights: Float64Array, out: Float64Array): void {
    const { rows, sources, response, stride } = this.problem;
    for (let j = 0; j < sources; j++) {
      const weight = weights[j]!;
      if (weight === 0) continue;
      const at = j * stride;
      for (let i = 0; i < rows; i++) out[i] = out[i]! + weight * response[at + i]!;
    }
  }

  private slopes(): void {
    const { rows, sources, response, stride, charge, darkResponse } = this.problem;
    for (let j = 0; j < sources; j++) {
      const at = j * stride;
      let sum = -darkResponse[j]! - 2 * this.penaltyOf(j) * this.energy[j]!;
      for (let i = 0; i < rows; i++) {
        const y = this.y[i]!;
        sum += (response[at + i]! * (charge[i]! - y)) / y;
      }
      this.gradient[j] = sum;
    }
  }

  private penaltyOf(j: number): number {
    return j < this.problem.sources - 1 ? this.problem.penalty : 0;
  }

  /** Derivative of minus the objective along d, a steps away. */
  private slopeAt(a: number): number {
    const { rows, sources, charge, penalty } = this.problem;
    let sum = this.darkM;
    for (let i = 0; i < rows; i++) {
      const y = this.y[i]! + a * this.m[i]!;
      sum -= ((charge[i]! - y) / y) * this.m[i]!;
    }
    if (penalty !== 0) {
      for (let j = 0; j < sources - 1; j++) sum += 2 * penalty * this.d[j]! * (this.energy[j]! + a * this.d[j]!);
    }
    return sum;
  }

  private curvatureAt(a: number): number {
    const { rows, sources, charge, penalty } = this.problem;
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      const ratio = this.m[i]! / (this.y[i]! + a * this.m[i]!);
      sum += charge[i]! * ratio * ratio;
    }
    if (penalty !== 0) for (let j = 0; j < sources - 1; j++) sum += 2 * penalty * this.d[j]! * this.d[j]!;
    return sum;
  }

  private valueAt(a: number): number {
    const { rows, sources, charge, penalty } = this.problem;
    let sum = a * this.darkM;
    for (let i = 0; i < rows; i++) {
      const y = this.y[i]! + a * this.m[i]!;
      sum -= charge[i]! > 0 ? charge[i]! * Math.log(y) - y : -y;
    }
    if (penalty !== 0) {
      for (let j = 0; j < sources - 1; j++) {
        const e = this.energy[j]! + a * this.d[j]!;
        sum += penalty * e * e;
      }
    }
    return sum;
  }

  /** Where the slope along d vanishes, within [0, limit] and where all expectations stay positive. */
  private lineSearch(limit: number): number {
    const { rows } = this.problem;
    let end = Number.POSITIVE_INFINITY;
    for (let i = 0; i < rows; i++) if (this.m[i]! < 0) end = Math.min(end, -this.y[i]! / this.m[i]!);
    end = Math.min(limit, (1 - 1e-9) * end);
    const step = Number.isFinite(end) ? this.brent(end) : this.newton();
    return step > 0 ? step : 0;
  }

  private newton(): number {
    let x = 0;
    for (let k = 0; k < LINE_SEARCH_STEPS; k++) {
      const next = x - this.slopeAt(x) / this.curvatureAt(x);
      const isDone = next === x || Math.abs(next - x) < LINE_SEARCH_PRECISION * Math.abs(next);
      x = next;
      if (isDone || !Number.isFinite(x)) break;
    }
    return x;
  }

  /** Root finder of Brent (Algorithms for Minimization without Derivatives, 1973, chapter 4). */
  private brent(end: number): number {
    let a = 0;
    let fa = this.slopeAt(a);
    let b = end;
    let fb = this.slopeAt(b);
    if (fa * fb > 0) return this.valueAt(a) < this.valueAt(b) ? a : b;
    let c = b;
    let fc = fb;
    let d = b - a;
    let e = d;
    for (let k = 0; k < LINE_SEARCH_STEPS; k++) {
      let isTwoPoint = false;
      if ((fb < 0 && fc < 0) || (fb > 0 && fc > 0)) {
        isTwoPoint = true;
        c = a;
        fc = fa;
        d = b - a;
        e = d;
      }
      if (Math.abs(fc) < Math.abs(fb)) {
        isTwoPoint = true;
        a = b;
        b = c;
        c = a;
        fa = fb;
        fb = fc;
        fc = fa;
      }
      const tolerance = 0.5 * Number.EPSILON * Math.abs(b);
      const half = 0.5 * (c - b);
      if (fb === 0 || Math.abs(half) <= tolerance) return b;
      if (Math.abs(e) < tolerance || Math.abs(fa) <= Math.abs(fb)) {
        d = half;
        e = half;
      } else {
        const s = fb / fa;
        let p = 2 * half * s;
        let q = 1 - s;
        if (!isTwoPoint) {
          const t = fa / fc;
          const r = fb / fc;
          p = s * (2 * half * t * (t - r) - (b - a) * (r - 1));
          q = (t - 1) * (r - 1) * (s - 1);
        }
        if (p > 0) q = -q;
        else p = -p;
        if (2 * p < Math.min(3 * half * q - Math.abs(tolerance * q), Math.abs(e * q))) {
          e = d;
          d = p / q;
        } else {
          d = half;
          e = half;
        }
      }
      a = b;
      fa = fb;
      b += Math.abs(d) > tolerance ? d : half > 0 ? tolerance : -tolerance;
      fb = this.slopeAt(b);
      const other = (fb < 0 && fc < 0) || (fb > 0 && fc > 0) ? a : c;
      const low = Math.min(b, other);
      const high = Math.max(b, other);
      if (low > 0 && high - low < LINE_SEARCH_PRECISION * low) return b;
    }
    return b;
  }
}
