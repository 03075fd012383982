/**
 * The data of a fit: one row for every time bin of every module that takes part, with its charge and the noise expected
 * in it (specs/reco-millipede.md 3.5). Rows with charge come first: of the others a Poisson likelihood needs only sums.
 */
import { type Detector, domIndices } from '../../detector/index.js';
import type { PulseMap } from '../../event/index.js';
import type { DetectorReadout } from '../../prepare/index.js';
import { type BlockRules, type GridRules, timeBins } from './time-bins.js';

/**
 * Rows and modules. Plain data. Modules with several bins (`timed`) come first; a module with a single bin has one row,
 * which all of its light belongs to whenever it arrives. Of those, modules with charge come before dark ones.
 */
export interface Rows {
  /** Rows with charge are 0 to lit - 1. */
  readonly lit: number;
  /** Per row: charge (PE), expected noise (PE), and the number of the row in the order of modules and time. */
  readonly charge: Float64Array;
  readonly noise: Float64Array;
  readonly sequence: Int32Array;
  /** Per module: position (m), charge per photo-electron times efficiency, string. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly scale: Float64Array;
  readonly string: Int32Array;
  /** Modules 0 to timed - 1 have several bins, those up to hit - 1 charge or several bins, the rest is dark. */
  readonly timed: number;
  readonly hit: number;
  /** Per timed module: first of its edges; one more at the end. */
  readonly firstEdge: Int32Array;
  /** Per edge: ns, and the row of the bin that starts there; -1 where there is none. */
  readonly edgeNs: Float64Array;
  readonly edgeRow: Int32Array;
  /** Per module with a single bin: its row. -1 for timed ones. */
  readonly rowOfModule: Int32Array;
}

/** Blocks or a grid. */
export type BinRules = BlockRules | GridRules;

interface Bins {
  readonly dom: number;
  readonly edges: number[];
  /** Charge per bin; NaN between intervals of readout. */
  readonly charges: number[];
  readonly sequence: number;
}

/** Rows of an event: `pulses` cleaned, `readout` what is left of each module's readout (detectorReadout). */
export function buildRows(detector: Detector, readout: DetectorReadout, pulses: PulseMap, rules: BinRules): Rows {
  const pulsesOf = new Map<number, number>();
  for (const [d, dom] of domIndices(detector, pulses).entries()) if (dom >= 0) pulsesOf.set(dom, d);
  const modules: Bins[] = [];
  let sequence = 0;
  for (let dom = 0; dom < detector.string.length; dom++) {
    const bins = binsOf(dom, pulsesOf.get(dom), readout, pulses, rules, sequence);
    if (bins === null) continue;
    modules.push(bins);
    sequence += bins.charges.filter((charge) => !Number.isNaN(charge)).length;
  }
  return packRows(detector, modules);
}

function binsOf(
  dom: number,
  d: number | undefined,
  readout: DetectorReadout,
  pulses: PulseMap,
  rules: BinRules,
  sequence: number,
): Bins | null {
  const edges: number[] = [];
  const charges: number[] = [];
  const from = d === undefined ? 0 : pulses.first[d]!;
  const to = d === undefined ? 0 : pulses.first[d + 1]!;
  const own = {
    timeNs: pulses.timeNs.subarray(from, to),
    chargePe: pulses.chargePe.subarray(from, to),
    widthNs: pulses.widthNs.subarray(from, to),
  };
  for (let i = readout.first[dom]!; i < readout.first[dom + 1]!; i++) {
    const bins = timeBins(own, readout.startNs[i]!, readout.stopNs[i]!, rules);
    if (edges.length > 0) charges.push(Number.NaN);
    edges.push(...bins.edges);
    charges.push(...bins.charges);
  }
  return charges.length === 0 ? null : { dom, edges, charges, sequence };
}

function packRows(detector: Detector, modules: readonly Bins[]): Rows {
  const isLit = ({ charges }: Bins): boolean => charges.some((charge) => charge > 0);
  const timed = modules.filter(({ charges }) => charges.length > 1);
  const single = modules.filter(({ charges }) => charges.length === 1);
  const lit = single.filter(isLit);
  const sorted = [...timed, ...lit, ...single.filter((module) => !isLit(module))];

  const rows: { charge: number; noise: number; sequence: number; module: number; bin: number }[] = [];
  for (const [module, { dom, edges, charges, sequence }] of sorted.entries()) {
    let number = sequence;
    for (const [bin, charge] of charges.entries()) {
      if (Number.isNaN(charge)) continue;
      const noise = detector.noiseRateHz[dom]! * 1e-9 * (edges[bin + 1]! - edges[bin]!);
      rows.push({ charge, noise, sequence: number++, module, bin });
    }
  }
  const inOrder = [...rows.filter(({ charge }) => charge > 0), ...rows.filter(({ charge }) => !(charge > 0))];
  const firstEdge = new Int32Array(timed.length + 1);
  for (const [m, { edges }] of timed.entries()) firstEdge[m + 1] = firstEdge[m]! + edges.length;
  const edgeRow = new Int32Array(firstEdge[timed.length]!).fill(-1);
  const rowOfModule = new Int32Array(sorted.length).fill(-1);
  for (const [row, { module, bin }] of inOrder.entries()) {
    if (module < timed.length) edgeRow[firstEdge[module]! + bin] = row;
    else rowOfModule[module] = row;
  }
  const place = (axis: Float64Array): Float64Array => Float64Array.from(sorted, ({ dom }) => axis[dom]!);
  return {
    lit: rows.filter(({ charge }) => charge > 0).length,
    charge: Float64Array.from(inOrder, ({ charge }) => charge),
    noise: Float64Array.from(inOrder, ({ noise }) => noise),
    sequence: Int32Array.from(inOrder, (row) => row.sequence),
    x: place(detector.x),
    y: place(detector.y),
    z: place(detector.z),
    scale: Float64Array.from(sorted, ({ dom }) => detector.meanChargePe[dom]! * detector.efficiency[dom]!),
    string: Int32Array.from(sorted, ({ dom }) => detector.string[dom]!),
    timed: timed.length,
    hit: timed.length + lit.length,
    firstEdge,
    edgeNs: Float64Array.from(timed.flatMap(({ edges }) => edges)),
    edgeRow,
    rowOfModule,
  };
}
