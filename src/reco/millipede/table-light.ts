/**
 * {@link SegmentLight} from a cascade table: amplitudes (amplitude-lookup.ts) shared out among time bins (time-lookup.ts),
 * and the sum over dark modules (dark-field.ts). No allocation after construction.
 */
import type { CascadeTable } from '../../light/index.js';
import { Kernel } from '../kernel/index.js';
import { AmplitudeLookup, LIGHT, type Receivers } from './amplitude-lookup.js';
import { chainBytes } from './chain.js';
import { DarkField } from './dark-field.js';
import type { SegmentLight } from './light.js';
import type { Rows } from './rows.js';
import type { SmearedNodes } from './smeared-nodes.js';
import { TimeLookup } from './time-lookup.js';

/** Light from one table in the rows of one event. */
export class TableSegmentLight implements SegmentLight {
  readonly kernel: Kernel;
  readonly stored: number;
  private readonly rows: Rows;
  private readonly lookup: AmplitudeLookup;
  /** The same for modules without charge, which weak light does not matter to. */
  private readonly dim: AmplitudeLookup;
  private readonly time: TimeLookup;
  /** Null where every module is given one by one. */
  private readonly dark: DarkField | null;
  private readonly modules: Receivers;
  /** Per module: PE per GeV for what the look-up gives. */
  private readonly scale: Float64Array;
  /** Modules given one by one. */
  private readonly single: number;
  /** Modules with a single bin, string by string: the first of each and one more, and where the string is, m. */
  private readonly firstOfString: Int32Array;
  private readonly stringX: Float64Array;
  private readonly stringY: Float64Array;
  /** Square of the distance from there beyond which its modules see next to nothing, m^2. */
  private readonly stringReach2: Float64Array;

  /**
   * @param stored how many rows are given one by one: those with charge, or all
   * @param shift per module, how much higher its ice lies than the table's (tilt), m
   * @param isExact whether sums over dark modules ask every one of them
   */
  constructor(
    rows: Rows,
    table: CascadeTable,
    smeared: SmearedNodes,
    stored: number,
    shift: Float64Array,
    isExact = false,
  ) {
    this.rows = rows;
    this.stored = stored;
    this.kernel = new Kernel(chainBytes(stored));
    this.modules = { x: rows.x, y: rows.y, z: rows.z, shift };
    this.lookup = new AmplitudeLookup(table, isExact ? 0 : leastLight(rows, NEGLIGIBLE_PE.hit));
    this.dim = new AmplitudeLookup(table, isExact ? 0 : leastLight(rows, NEGLIGIBLE_PE.dark), this.lookup);
    this.time = new TimeLookup(table, smeared, this.lookup, mostEdges(rows));
    this.scale = rows.scale.map((scale) => scale * this.lookup.unit);
    this.dark =
      stored > rows.lit ? null : new DarkField(rows, shift, new AmplitudeLookup(table, 0, this.lookup), isExact);
    this.single = stored > rows.lit ? rows.x.length : rows.hit;
    const starts: number[] = [];
    for (let m = rows.timed; m < this.single; m++) {
      if (m === rows.timed || m === rows.hit || rows.string[m] !== rows.string[m - 1]) starts.push(m);
    }
    this.firstOfString = Int32Array.from([...starts, this.single]);
    this.stringX = Float64Array.from(starts, (m) => rows.x[m]!);
    this.stringY = Float64Array.from(starts, (m) => rows.y[m]!);
    this.stringReach2 = Float64Array.from(starts, (from, s) => {
      let width = 0;
      for (let m = from; m < this.firstOfString[s + 1]!; m++) {
        width = Math.max(width, Math.hypot(rows.x[m]! - rows.x[from]!, rows.y[m]! - rows.y[from]!));
      }
      const reach = this.lookupOf(from).farthestM + width;
      return reach * reach;
    });
    this.setDirection(0, 0);
  }

  setDirection(zenith: number, azimuth: number): void {
    const sin = Math.sin(zenith);
    for (const lookup of [this.lookup, this.dim]) {
      lookup.setDirection(-sin * Math.cos(azimuth), -sin * Math.sin(azimuth), -Math.cos(zenith));
    }
    this.time.restart();
    this.dark?.setDirection(zenith, azimuth);
  }

  get isThorough(): boolean {
    return this.lookup.isThorough;
  }

  set isThorough(is: boolean) {
    this.lookup.isThorough = is;
    this.dim.isThorough = is;
  }

  private lookupOf(m: number): AmplitudeLookup {
    return m < this.rows.hit ? this.lookup : this.dim;
  }

  column(source: Float64Array, out: Float64Array, at: number, rest: Float64Array, restAt: number): void {
    const { rows, stored, dark, lookup, modules, scale, firstOfString, stringX, stringY, stringReach2, isThorough } =
      this;
    out.fill(0, at, at + stored);
    rest[restAt] = 0;
    for (let m = 0; m < rows.timed; m++) {
      if (lookup.look(source, modules, m)) this.fillBins(m, source, out, at, rest, restAt);
    }
    for (let s = 0; s < stringX.length; s++) {
      const dx = stringX[s]! - source[0]!;
      const dy = stringY[s]! - source[1]!;
      if (!isThorough && dx * dx + dy * dy > stringReach2[s]!) continue;
      const end = firstOfString[s + 1]!;
      const own = this.lookupOf(firstOfString[s]!);
      for (let m = firstOfString[s]!; m < end; m++) {
        if (own.look(source, modules, m)) out[at + rows.rowOfModule[m]!] = scale[m]! * own.place[LIGHT]!;
      }
    }
    dark?.addSum(source, rest, restAt);
  }

  exactRest(source: Float64Array): number {
    const { rows, dark, lookup, modules } = this;
    const sum = new Float64Array(1);
    dark?.addExactSum(source, sum, 0);
    for (let m = 0; m < rows.timed; m++) {
      if (lookup.look(source, modules, m)) this.fillBins(m, source, null, 0, sum, 0);
    }
    return sum[0]!;
  }

  derivatives(source: Float64Array, out: Float64Array): void {
    const { rows, single, dark, stored, lookup, modules } = this;
    out.fill(0);
    for (let m = 0; m < rows.timed; m++) {
      if (lookup.look(source, modules, m)) this.addBinSlopes(m, source, out);
    }
    for (let m = rows.timed; m < single; m++) {
      const own = this.lookupOf(m);
      if (!own.look(source, modules, m)) continue;
      own.differentiate();
      const pe = this.scale[m]! * own.place[LIGHT]!;
      const at = 4 * rows.rowOfModule[m]!;
      for (let k = 0; k < 3; k++) out[at + k] = out[at + k]! + pe * own.slope[k]!;
    }
    dark?.addSlope(source, out, 4 * stored);
  }

  /** Bins of timed module m, which was looked up last: stored ones where there is `out`, the sum of the others on `rest`. */
  private fillBins(
    m: number,
    source: Float64Array,
    out: Float64Array | null,
    at: number,
    rest: Float64Array,
    restAt: number,
  ): void {
    const { rows, stored, time, lookup } = this;
    time.begin();
    const first = rows.firstEdge[m]!;
    const end = rows.firstEdge[m + 1]!;
    if (rows.edgeNs[end - 1]! <= source[3]! + time.startNs) return;
    time.lookAtEdges(source, rows.edgeNs, first, end);
    const pe = this.scale[m]! * lookup.place[LIGHT]!;
    const { share } = time;
    let before = 0;
    for (let e = first; e < end; e++) {
      const c = share[e - first]!;
      if (!(c > before)) continue;
      const row = e > first ? rows.edgeRow[e - 1]! : -1;
      if (row >= stored) rest[restAt] = rest[restAt]! + pe * (c - before);
      else if (row >= 0 && out !== null) out[at + row] = pe * (c - before);
      before = c;
    }
  }

  /** Adds the derivatives of the bins of timed module m, which was looked up last. */
  private addBinSlopes(m: number, source: Float64Array, out: Float64Array): void {
    const { rows, stored, lookup, time } = this;
    time.begin();
    const from = rows.firstEdge[m]!;
    const end = rows.firstEdge[m + 1]!;
    if (rows.edgeNs[end - 1]! <= source[3]! + time.startNs) return;
    lookup.differentiate();
    const pe = this.scale[m]! * lookup.place[LIGHT]!;
    // Every edge ends one bin and begins another.
    for (let e = from; e < end; e++) {
      if (!time.differentiate(source, rows.edgeNs, e)) continue;
      const c = time.share[0]!;
      const ending = e > from ? rows.edgeRow[e - 1]! : -1;
      const beginning = e < end - 1 ? rows.edgeRow[e]! : -1;
      for (let side = 0; side < 2; side++) {
        const row = side === 0 ? ending : beginning;
        if (row < 0) continue;
        const at = 4 * (row < stored ? row : stored);
        const w = side === 0 ? pe : -pe;
        for (let k = 0; k < 3; k++) out[at + k] = out[at + k]! + w * (lookup.slope[k]! * c + time.slope[k]!);
        out[at + 3] = out[at + 3]! + w * time.slope[3]!;
      }
    }
  }
}

/** Edges of the module with the most. */
function mostEdges({ firstEdge, timed }: Rows): number {
  let most = 1;
  for (let m = 0; m < timed; m++) most = Math.max(most, firstEdge[m + 1]! - firstEdge[m]!);
  return most;
}

/**
 * Light of the strongest cascade that a search may leave out of a module, PE. In a short bin with charge a millionth counts:
 * it has hardly more noise.
 */
const NEGLIGIBLE_PE = { hit: 1e-6, dark: 1e-4 } as const;
/** No cascade is expected to have more energy than this for each photo-electron of the event, GeV. */
const MOST_GEV_PER_PE = 5;

/** Light that a search may leave out, PE per GeV. */
function leastLight({ charge }: Rows, negligiblePe: number): number {
  const total = charge.reduce((sum, pe) => sum + pe, 0);
  return negligiblePe / (MOST_GEV_PER_PE * Math.max(total, 1));
}
