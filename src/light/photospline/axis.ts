/**
 * One axis of a spline table: which basis functions reach a coordinate, their values and derivatives
 * (specs/photospline.md 2.1 to 2.4; C. de Boor, A Practical Guide to Splines). Beyond full support the functions that
 * exist are summed as they are, so that a surface falls to 0 at the outermost knots.
 */

/** An axis as its table has it. */
export interface SplineAxis {
  /** Degree of the polynomials. */
  readonly order: number;
  /** Ascending, repeated knots allowed. */
  readonly knots: Float64Array;
  /** Number of coefficients along the axis: knots - order - 1. */
  readonly size: number;
  /** What the table is meant for; evaluation does not look at it. */
  readonly low: number;
  readonly high: number;
}

/** The basis functions of an axis around one coordinate. Nothing is allocated after construction. */
export class AxisBasis {
  readonly axis: SplineAxis;
  /** Of the order + 1 functions that belong to the coefficients from `first` on, at the last coordinate. */
  readonly value: Float64Array;
  readonly slope: Float64Array;
  readonly curvature: Float64Array;
  first = 0;
  /** Knots with `order` more on both sides, which only enter functions that do not exist. */
  private readonly padded: Float64Array;
  private readonly last: number;
  private span = 0;
  /** Functions of the span that is at hand, before those that do not exist are dropped, and of the orders below. */
  private readonly local: Float64Array;
  private readonly lower: Float64Array;
  private readonly lowest: Float64Array;

  constructor(axis: SplineAxis) {
    const { order, knots } = axis;
    this.axis = axis;
    this.last = knots.length - 1;
    this.value = new Float64Array(order + 1);
    this.slope = new Float64Array(order + 1);
    this.curvature = new Float64Array(order + 1);
    this.local = new Float64Array(order + 1);
    this.lower = new Float64Array(order + 1);
    this.lowest = new Float64Array(order + 1);
    this.padded = paddedKnots(knots, order);
  }

  /**
   * Finds the functions that reach `x` and their values, and as many derivatives as asked for. False where x is outside
   * the knots (the lowest one included, as the reference has it) or not a number.
   */
  locate(x: number, derivatives: 0 | 1 | 2 = 0): boolean {
    const { order, knots, size } = this.axis;
    if (!(x > knots[0]! && x <= knots[this.last]!)) return false;
    const isEnd = x === knots[this.last]! || x === knots[size]!;
    let span = this.spanOf(x, isEnd);
    this.first = span < order ? 0 : span >= size ? size - 1 - order : span - order;
    this.evaluate(x, span, derivatives);
    // Slot s belongs to coefficient first + s; the local functions are those of coefficients span - order and up.
    let shift = this.first - (span - order);
    this.place(this.local, this.value, shift);
    if (derivatives === 0) return true;
    this.differentiate(this.lower, order);
    this.place(this.local, this.slope, shift);
    if (derivatives === 1) return true;
    if (isEnd) {
      // Second derivatives jump at knots; the reference takes them from the right at the ends too.
      span = this.spanOf(x, false);
      if (x < knots[this.last]!) this.evaluate(x, span, derivatives);
      else this.lowest.fill(0);
      shift = this.first - (span - order);
    }
    this.curve(span);
    this.place(this.local, this.curvature, shift);
    return true;
  }

  /** The span that holds x; the one to the left of it at the ends of the axis and of full support. */
  private spanOf(x: number, fromLeft: boolean): number {
    const { knots } = this.axis;
    const at = this.span;
    if (!fromLeft && x >= knots[at]! && x < knots[at + 1]!) return at;
    let low = 0;
    let high = this.last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (fromLeft ? knots[middle]! < x : knots[middle]! <= x) low = middle;
      else high = middle;
    }
    this.span = low;
    return low;
  }

  /** Values of the order + 1 functions of a span; leaves the quotients of the last two steps for the derivatives. */
  private evaluate(x: number, span: number, derivatives: number): void {
    const { padded, local, lower, lowest } = this;
    const order = this.axis.order;
    const at = span + order;
    local[0] = 1;
    for (let j = 0; j < order; j++) {
      let carry = 0;
      const keep = j === order - 1 ? lower : j === order - 2 && derivatives > 1 ? lowest : null;
      for (let i = 0; i <= j; i++) {
        const right = padded[at + i + 1]! - x;
        const left = x - padded[at - j + i]!;
        const quotient = local[i]! / (right + left);
        local[i] = carry + right * quotient;
        carry = left * quotient;
        if (keep !== null) keep[i] = quotient;
      }
      local[j + 1] = carry;
    }
  }

  /** d/dx of functions of an order from the quotients of those one order below, into `local`. */
  private differentiate(quotients: Float64Array, order: number): void {
    const { local } = this;
    for (let s = 0; s <= order; s++) {
      local[s] = order * ((s > 0 ? quotients[s - 1]! : 0) - (s < order ? quotients[s]! : 0));
    }
  }

  /** The derivatives of the functions one order below, divided by their widths, differentiated again. */
  private curve(span: number): void {
    const { padded, local, lower, lowest } = this;
    const order = this.axis.order;
    if (order < 2) {
      local.fill(0);
      return;
    }
    this.differentiate(lowest, order - 1);
    const at = span + order;
    for (let i = 0; i < order; i++) lower[i] = local[i]! / (padded[at + i + 1]! - padded[at - order + 1 + i]!);
    this.differentiate(lower, order);
  }

  private place(local: Float64Array, out: Float64Array, shift: number): void {
    const n = out.length;
    if (shift === 0) {
      for (let s = 0; s < n; s++) out[s] = local[s]!;
      return;
    }
    for (let s = 0; s < n; s++) {
      const i = s + shift;
      out[s] = i >= 0 && i < n ? local[i]! : 0;
    }
  }
}

/** Knots with `more` of them added on both sides, in steps of the whole length. */
export function paddedKnots(knots: Float64Array, more: number): Float64Array {
  const first = knots[0]!;
  const last = knots.at(-1)!;
  const step = last - first;
  const out = new Float64Array(knots.length + 2 * more);
  for (let i = 1; i <= more; i++) {
    out[more - i] = first - i * step;
    out[more + knots.length - 1 + i] = last + i * step;
  }
  out.set(knots, more);
  return out;
}
