/**
 * How much of a module's first pulses is direct light, random light and after-pulses, by the expected charge
 * (specs/reco-splinempe.md 5.4, where all constants are from).
 */

/** Weight of the flat part of random light. */
export const FLOOR = 0.01;

/** Places in the output of {@link mixture}. */
export const MIX = {
  /** Weight of the direct light. */
  direct: 0,
  /** Weights of light smeared by 1000 ns and of the flat density, which together are random light. */
  late: 1,
  flat: 2,
  /** Weight of after-pulses. */
  after: 3,
  length: 4,
} as const;

/** Weights at an expected charge of `lnExpected` = ln(PE), into `out`. */
export function mixture(lnExpected: number, out: Float64Array): void {
  const u = lnExpected * Math.LOG10E;
  const physical = occupied(
    0.774234 - 1.02385 * Math.atan(0.969486 - 0.577865 * u) + 0.193763 * Math.atan(16.2363 + 4.76944 * u),
  );
  const random = occupied(Math.min(0, -1.36638 - 1.10099 * Math.atan(1.08653 + 0.850798 * u)));
  const after = occupied(-0.186922 + 0.946511 * u - 1.08804 * Math.atan(1.73241 + 0.760878 * u));
  const early = occupied(0.144828 + 0.928378 * u - 1.11346 * Math.atan(1.3868 + 0.780568 * u));
  const all = physical + random + after + early;
  const signal = -Math.expm1(-Math.exp(lnExpected));
  out[MIX.direct] = (physical + early) / all;
  out[MIX.late] = ((random / all) * signal) / (signal + FLOOR);
  out[MIX.flat] = random / all / (signal + FLOOR);
  out[MIX.after] = after / all;
}

/** 1 - exp(-10^exponent). */
function occupied(exponent: number): number {
  return 1 - Math.exp(-Math.exp(exponent * Math.LN10));
}

/** Range of ln(expected charge) in the table, and steps per unit. */
const LN_FROM = -30;
const LN_TO = 25;
const PER_UNIT = 32;

/**
 * The same from a table, as cubics between nodes, with derivatives: relative to 1, within 1e-6 (tests). Usage: write
 * `lnExpected`, `look`, read. Numbers given as arguments would be boxed now and then.
 */
export class MixtureTable {
  /** ln(expected charge). */
  readonly lnExpected: Float64Array = new Float64Array(1);
  /** Weights and their derivatives by ln(expected charge) at the last place. */
  readonly weights: Float64Array = new Float64Array(MIX.length);
  readonly slopes: Float64Array = new Float64Array(MIX.length);
  /** At every node the weights, then their slopes per step. */
  private readonly nodes: Float64Array;

  constructor() {
    const n = (LN_TO - LN_FROM) * PER_UNIT + 1;
    const { length } = MIX;
    this.nodes = new Float64Array(n * 2 * length);
    const before = new Float64Array(length);
    const after = new Float64Array(length);
    const h = 1e-4;
    for (let i = 0; i < n; i++) {
      const ln = LN_FROM + i / PER_UNIT;
      const at = i * 2 * length;
      mixture(ln, this.nodes.subarray(at, at + length));
      mixture(ln - h, before);
      mixture(ln + h, after);
      for (let k = 0; k < length; k++) this.nodes[at + length + k] = (after[k]! - before[k]!) / (2 * h * PER_UNIT);
    }
  }

  /** Takes `lnExpected`; fills `weights` and `slopes`. */
  look(): void {
    const { nodes, weights, slopes } = this;
    const lnExpected = this.lnExpected[0]!;
    const { length } = MIX;
    const bounded = lnExpected > LN_FROM ? (lnExpected < LN_TO ? lnExpected : LN_TO) : LN_FROM;
    const u = (bounded - LN_FROM) * PER_UNIT;
    const i = Math.min(Math.floor(u), (LN_TO - LN_FROM) * PER_UNIT - 1);
    const t = u - i;
    const isInside = bounded === lnExpected ? PER_UNIT : 0;
    let at = i * 2 * length;
    for (let k = 0; k < length; k++) {
      const v0 = nodes[at]!;
      const s0 = nodes[at + length]!;
      const rise = nodes[at + 2 * length]! - v0;
      const a = 3 * rise - 2 * s0 - nodes[at + 3 * length]!;
      const b = s0 + nodes[at + 3 * length]! - 2 * rise;
      weights[k] = v0 + t * (s0 + t * (a + t * b));
      slopes[k] = (s0 + t * (2 * a + 3 * t * b)) * isInside;
      at++;
    }
  }
}
