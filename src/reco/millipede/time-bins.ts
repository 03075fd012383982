/**
 * Time bins of one module's pulses: a bin a pulse with gaps between, merged into Bayesian blocks where the rate of charge
 * does not change (specs/reco-millipede.md 3.5; Scargle et al. 2013, ApJ 764, 167), or bins of a fixed grid. Edges of
 * blocks lie where charges are, so that blocks hold more charge, and gaps less, than a model without their knowledge
 * expects: fits of single cascades come out 2 delta llh of 3.3 from the truth with blocks, and of 1.2 with a grid.
 */

/** Bins of one interval of readout: charge `charges[k]` between `edges[k]` and `edges[k + 1]`, ns and PE. */
export interface TimeBins {
  readonly edges: readonly number[];
  readonly charges: readonly number[];
}

/** Pulses of one module in time order. */
export interface ModulePulses {
  readonly timeNs: ArrayLike<number>;
  readonly chargePe: ArrayLike<number>;
  readonly widthNs: ArrayLike<number>;
}

/** Blocks: cost of a change of rate in standard deviations, and the least width of a bin in ns. */
export interface BlockRules {
  readonly sigma: number;
  readonly minWidthNs: number;
}

/** Bins of a grid, ns. */
export interface GridRules {
  readonly gridNs: number;
}

/** A pulse stands for the charge of so many ns around it: what fine and coarse samples cannot tell apart. */
const FINE_PULSE_NS = 7;
const COARSE_PULSE_NS = 20;
/** Pulses of coarse samples are said to be at least this wide, ns. */
const COARSE_WIDTH_NS = 8;

/** Bins of the pulses that lie in [startNs, stopNs); one bin over all of it where there are none. */
export function timeBins(
  pulses: ModulePulses,
  startNs: number,
  stopNs: number,
  rules: BlockRules | GridRules,
): TimeBins {
  return 'gridNs' in rules
    ? gridBins(pulses, startNs, stopNs, rules)
    : mergeBlocks(pulseBins(pulses, startNs, stopNs), rules);
}

/** Bins between multiples of `gridNs`, those without charge that follow each other as one: their expectations add up. */
function gridBins(
  { timeNs, chargePe, widthNs }: ModulePulses,
  startNs: number,
  stopNs: number,
  { gridNs }: GridRules,
): TimeBins {
  const chargeAt = new Map<number, number>();
  for (let p = 0; p < timeNs.length; p++) {
    const time = timeNs[p]!;
    if (!(time >= startNs && time < stopNs)) continue;
    const half = (widthNs[p]! < COARSE_WIDTH_NS ? FINE_PULSE_NS : COARSE_PULSE_NS) / 2;
    const from = Math.max(startNs, time - half);
    const to = Math.min(stopNs, time + half);
    for (let bin = Math.floor(from / gridNs); bin * gridNs < to; bin++) {
      const share = (Math.min(to, (bin + 1) * gridNs) - Math.max(from, bin * gridNs)) / (to - from);
      chargeAt.set(bin, (chargeAt.get(bin) ?? 0) + share * chargePe[p]!);
    }
  }
  const edges = [startNs];
  const charges: number[] = [];
  for (const [bin, charge] of [...chargeAt].sort(([a], [b]) => a - b)) {
    const from = Math.max(startNs, bin * gridNs);
    if (from > edges.at(-1)!) {
      edges.push(from);
      charges.push(0);
    }
    edges.push(Math.min(stopNs, (bin + 1) * gridNs));
    charges.push(charge);
  }
  if (edges.at(-1)! < stopNs) {
    edges.push(stopNs);
    charges.push(0);
  }
  return { edges, charges };
}

/** One bin a pulse, as wide as the pulse, and one a gap. Overlaps end at the next pulse's start. */
function pulseBins({ timeNs, chargePe, widthNs }: ModulePulses, startNs: number, stopNs: number): TimeBins {
  const edges = [startNs];
  const charges: number[] = [];
  // Pulses without width give their charge to the next one that has some.
  let pending = 0;
  for (let p = 0; p < timeNs.length; p++) {
    const from = timeNs[p]!;
    if (!(from >= startNs && from < stopNs)) continue;
    const to = Math.min(from + widthNs[p]!, stopNs);
    pending += chargePe[p]!;
    if (to <= from) continue;
    if (edges.at(-1)! < from) {
      edges.push(from);
      charges.push(0);
    } else if (edges.length > 1 && edges.at(-1)! > from) edges[edges.length - 1] = from;
    edges.push(to);
    charges.push(pending);
    pending = 0;
  }
  if (pending > 0 && charges.length > 0) charges[charges.length - 1]! += pending;
  if (edges.at(-1)! < stopNs || charges.length === 0) {
    edges.push(stopNs);
    charges.push(pending > 0 && charges.length === 0 ? pending : 0);
  }
  return { edges, charges };
}

/** The partition with the largest sum of N (ln N - ln W) less the prior, by dynamic programming over the last block. */
function mergeBlocks({ edges, charges }: TimeBins, { sigma, minWidthNs }: BlockRules): TimeBins {
  const n = charges.length;
  const prior = (sigma * sigma) / 2;
  const best = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
  const last = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    let charge = 0;
    // From wide to narrow would meet ties in the wanted order; from narrow to wide sums the charge as it goes.
    for (let j = k; j >= 0; j--) {
      charge += charges[j]!;
      const width = edges[k + 1]! - edges[j]!;
      if (width < minWidthNs) continue;
      const fitness = charge > 0 ? charge * (Math.log(charge) - Math.log(width)) : 0;
      const total = fitness + (j > 0 ? best[j - 1]! : 0) - prior;
      if (total >= best[k]! && total > Number.NEGATIVE_INFINITY) {
        best[k] = total;
        last[k] = j;
      }
    }
  }
  const starts: number[] = [];
  for (let k = n - 1; k >= 0; k = last[k]! - 1) starts.unshift(last[k]!);
  return {
    edges: [...starts.map((j) => edges[j]!), edges[n]!],
    charges: starts.map((j, b) => charges.slice(j, starts[b + 1] ?? n).reduce((sum, charge) => sum + charge, 0)),
  };
}
