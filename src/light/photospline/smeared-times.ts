/**
 * One-dimensional splines on the knots of a time axis, smeared by triangles (specs/photospline.md section 3): with F and G
 * the first and second integrals of a spline f,
 *
 *     smeared f(t) = (G(t + h) - 2 G(t) + G(t - h)) / h^2        its derivative: the same with F
 *
 * which is exact, for any number of half widths h. Integrals of a spline are splines; their coefficients are running sums.
 * Between two knots all are polynomials, made when they are first asked for. Nothing is allocated after construction.
 */
import { paddedKnots, type SplineAxis } from './axis.js';
import { basisPolynomials, valuesAtKnots } from './polynomials.js';

/** Cells of the look-up from time to span. */
const CELLS = 4096;

export class SmearedTimes {
  /** Coefficients of f; call `changed` after filling them. */
  readonly coefficients: Float64Array;
  private readonly order: number;
  private readonly knots: Float64Array;
  private readonly spans: number;
  /** Of f, [span][function][power]; and values at knots of the functions of its integrals, [knot][function]. */
  private readonly polynomials: Float64Array;
  private readonly ofFirst: Float64Array;
  private readonly ofSecond: Float64Array;
  /** What a coefficient adds to the running sums. */
  private readonly firstWidths: Float64Array;
  private readonly secondWidths: Float64Array;
  /** Coefficients of the integrals, as many zeros before them as functions may be missing. */
  private readonly firstSums: Float64Array;
  private readonly secondSums: Float64Array;
  /** Per span: G and F at its lower knot, then the powers of f. The span behind the last knot is a straight line. */
  private readonly pieces: Float64Array;
  private readonly madeFor: Int32Array;
  private number = 0;
  private readonly spanOfCell: Int32Array;
  private readonly perNs: number;
  /** 1 / ((k + 1)) and 1 / ((k + 1) (k + 2)) for the powers k of f. */
  private readonly once: Float64Array;
  private readonly twice: Float64Array;

  constructor(axis: SplineAxis) {
    const { order, knots, size } = axis;
    this.order = order;
    this.knots = knots;
    this.spans = knots.length - 1;
    this.coefficients = new Float64Array(size);
    this.polynomials = basisPolynomials(axis);
    this.ofFirst = valuesAtKnots(knots, order + 1);
    this.ofSecond = valuesAtKnots(knots, order + 2);
    const more = order + 2;
    const padded = paddedKnots(knots, more);
    const width = (j: number, n: number): number => (padded[more + j + n]! - padded[more + j]!) / n;
    this.firstWidths = Float64Array.from({ length: size }, (_, j) => width(j, order + 1));
    this.secondWidths = Float64Array.from({ length: size + order }, (_, j) => width(j, order + 2));
    this.firstSums = new Float64Array(more + size + order);
    this.secondSums = new Float64Array(more + size + order);
    this.pieces = new Float64Array((this.spans + 1) * (order + 3));
    this.madeFor = new Int32Array(this.spans + 1);
    this.once = Float64Array.from({ length: order + 1 }, (_, k) => 1 / (k + 1));
    this.twice = Float64Array.from({ length: order + 1 }, (_, k) => 1 / ((k + 1) * (k + 2)));
    const start = knots[0]!;
    this.perNs = CELLS / (knots[this.spans]! - start);
    this.spanOfCell = new Int32Array(CELLS);
    for (let cell = 0, span = 0; cell < CELLS; cell++) {
      while (span < this.spans - 1 && knots[span + 1]! <= start + cell / this.perNs) span++;
      this.spanOfCell[cell] = span;
    }
  }

  /** Takes the coefficients as they are now. */
  changed(): void {
    const { coefficients, firstWidths, secondWidths, firstSums, secondSums, order } = this;
    this.number = this.number === 0x7fffffff ? 1 : this.number + 1;
    if (this.number === 1) this.madeFor.fill(0);
    const zeros = order + 2;
    const size = coefficients.length;
    let first = 0;
    let second = 0;
    for (let j = 0; j < size + order; j++) {
      if (j < size) first += coefficients[j]! * firstWidths[j]!;
      second += first * secondWidths[j]!;
      firstSums[zeros + j] = first;
      secondSums[zeros + j] = second;
    }
  }

  /** f at t, smeared by a triangle of half width h. */
  value(t: number, h: number): number {
    return (this.twiceIntegrated(t + h) - 2 * this.twiceIntegrated(t) + this.twiceIntegrated(t - h)) / (h * h);
  }

  /** Its derivative. */
  slope(t: number, h: number): number {
    return (this.integrated(t + h) - 2 * this.integrated(t) + this.integrated(t - h)) / (h * h);
  }

  private integrated(t: number): number {
    const span = this.spanAt(t);
    if (span < 0) return 0;
    const { pieces, order, once } = this;
    const at = span * (order + 3);
    const u = t - this.knots[span]!;
    let sum = 0;
    for (let k = order; k >= 0; k--) sum = sum * u + pieces[at + 2 + k]! * once[k]!;
    return pieces[at + 1]! + u * sum;
  }

  private twiceIntegrated(t: number): number {
    const span = this.spanAt(t);
    if (span < 0) return 0;
    const { pieces, order, twice } = this;
    const at = span * (order + 3);
    const u = t - this.knots[span]!;
    let sum = 0;
    for (let k = order; k >= 0; k--) sum = sum * u + pieces[at + 2 + k]! * twice[k]!;
    return pieces[at]! + u * (pieces[at + 1]! + u * sum);
  }

  /** The span that holds t, its polynomials made; -1 before the first knot. */
  private spanAt(t: number): number {
    const { knots, spans } = this;
    const cell = (t - knots[0]!) * this.perNs;
    if (!(cell >= 0)) return -1;
    let span = cell < CELLS ? this.spanOfCell[cell | 0]! : spans;
    if (cell < CELLS) while (span < spans && t >= knots[span + 1]!) span++;
    if (this.madeFor[span] !== this.number) this.make(span);
    return span;
  }

  private make(span: number): void {
    const { pieces, order, coefficients, polynomials, firstSums, secondSums, ofFirst, ofSecond, spans } = this;
    this.madeFor[span] = this.number;
    const width = order + 1;
    const at = span * (order + 3);
    let first = 0;
    let second = 0;
    // functions span - order - 1 and up of the first integral, span - order - 2 and up of the second
    for (let s = 0; s <= order; s++) first += ofFirst[span * width + s]! * firstSums[span + 1 + s]!;
    for (let s = 0; s <= order + 1; s++) second += ofSecond[span * (width + 1) + s]! * secondSums[span + s]!;
    pieces[at] = second;
    pieces[at + 1] = first;
    for (let k = 0; k <= order; k++) pieces[at + 2 + k] = 0;
    if (span === spans) return;
    for (let s = 0; s <= order; s++) {
      const j = span - order + s;
      if (j < 0 || j >= coefficients.length) continue;
      const coefficient = coefficients[j]!;
      const from = (span * width + s) * width;
      for (let k = 0; k <= order; k++) pieces[at + 2 + k]! += coefficient * polynomials[from + k]!;
    }
  }
}
