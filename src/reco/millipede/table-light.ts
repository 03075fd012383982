/**
 * {@link SegmentLight} from a cascade table: amplitudes (amplitude-lookup.ts) shared out among time bins (time-lookup.ts),
 * and the sum over dark modules (dark-field.ts). No allocation after construction.
 */
import type { CascadeTable } from '../../light/index.js';
import { AmplitudeLookup } from './amplitude-lookup.js';
import { DarkField } from './dark-field.js';
import type { SegmentLight } from './light.js';
import type { Rows } from './rows.js';
import type { SmearedNodes } from './smeared-nodes.js';
import { TimeLookup } from './time-lookup.js';

/** Light from one table in the rows of one event. */
export class TableSegmentLight implements SegmentLight {
  readonly stored: number;
  private readonly rows: Rows;
  private readonly lookup: AmplitudeLookup;
  private readonly time: TimeLookup;
  /** Null where every module is given one by one. */
  private readonly dark: DarkField | null;
  /** Per module: how much higher its ice lies than the table's (m), and PE per GeV for what the look-up gives. */
  private readonly shift: Float64Array;
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
    this.shift = shift;
    this.lookup = new AmplitudeLookup(table, isExact ? 0 : leastLight(rows));
    this.time = new TimeLookup(table, smeared, this.lookup);
    this.scale = rows.scale.map((scale) => scale * this.lookup.unit);
    this.dark =
      stored > rows.lit ? null : new DarkField(rows, shift, new AmplitudeLookup(table, 0, this.lookup), isExact);
    this.single = stored > rows.lit ? rows.x.length : rows.hit;
    const starts: number[] = [];
    for (let m = rows.timed; m < this.single; m++) {
      if (m === rows.timed || rows.string[m] !== rows.string[m - 1]) starts.push(m);
    }
    this.firstOfString = Int32Array.from([...starts, this.single]);
    this.stringX = Float64Array.from(starts, (m) => rows.x[m]!);
    this.stringY = Float64Array.from(starts, (m) => rows.y[m]!);
    this.stringReach2 = Float64Array.from(starts, (from, s) => {
      let width = 0;
      for (let m = from; m < this.firstOfString[s + 1]!; m++) {
        width = Math.max(width, Math.hypot(rows.x[m]! - rows.x[from]!, rows.y[m]! - rows.y[from]!));
      }
      const reach = this.lookup.farthestM + width;
      return reach * reach;
    });
    this.setDirection(0, 0);
  }

  setDirection(zenith: number, azimuth: number): void {
    const sin = Math.sin(zenith);
    this.lookup.setDirection(-sin * Math.cos(azimuth), -sin * Math.sin(azimuth), -Math.cos(zenith));
    this.dark?.setDirection(zenith, azimuth);
  }

  get isThorough(): boolean {
    return this.lookup.isThorough;
  }

  set isThorough(is: boolean) {
    this.lookup.isThorough = is;
  }

  column(x: number, y: number, z: number, timeNs: number, out: Float64Array, at: number): number {
    const { rows, stored, dark, firstOfString, stringX, stringY, stringReach2, isThorough } = this;
    for (let i = at; i < at + stored; i++) out[i] = 0;
    let rest = 0;
    for (let m = 0; m < rows.timed; m++) {
      const pe = this.amplitude(m, x, y, z);
      if (pe > 0) rest += this.fillBins(m, pe, timeNs, out, at);
    }
    for (let s = 0; s < stringX.length; s++) {
      const dx = stringX[s]! - x;
      const dy = stringY[s]! - y;
      if (!isThorough && dx * dx + dy * dy > stringReach2[s]!) continue;
      const end = firstOfString[s + 1]!;
      for (let m = firstOfString[s]!; m < end; m++) {
        const pe = this.amplitude(m, x, y, z);
        if (pe > 0) out[at + rows.rowOfModule[m]!] = pe;
      }
    }
    return dark === null ? rest : rest + dark.sum(x, y, z);
  }

  exactRest(x: number, y: number, z: number, timeNs: number): number {
    const { rows, dark } = this;
    let sum = dark === null ? 0 : dark.exact(x, y, z);
    for (let m = 0; m < rows.timed; m++) {
      const pe = this.amplitude(m, x, y, z);
      if (pe > 0) sum += this.fillBins(m, pe, timeNs, null, 0);
    }
    return sum;
  }

  derivatives(x: number, y: number, z: number, timeNs: number, out: Float64Array): void {
    const { rows, single, dark, stored } = this;
    out.fill(0);
    for (let m = 0; m < rows.timed; m++) {
      const pe = this.amplitude(m, x, y, z);
      if (pe > 0) this.addBinSlopes(m, pe, timeNs, out);
    }
    for (let m = rows.timed; m < single; m++) {
      const pe = this.amplitude(m, x, y, z);
      if (pe > 0) this.addSlope(pe, out, 4 * rows.rowOfModule[m]!);
    }
    dark?.addSlope(x, y, z, out, 4 * stored);
  }

  /** Mean charge per GeV in module m of a cascade at (x, y, z). */
  private amplitude(m: number, x: number, y: number, z: number): number {
    const { rows } = this;
    return this.scale[m]! * this.lookup.at(rows.x[m]! - x, rows.y[m]! - y, rows.z[m]! - z, z - this.shift[m]!);
  }

  /** Writes the bins of timed module m, where asked; returns the sum over those that are not stored. */
  private fillBins(m: number, pe: number, timeNs: number, out: Float64Array | null, at: number): number {
    const { rows, stored, time } = this;
    time.begin();
    const start = timeNs + time.startNs;
    const first = rows.firstEdge[m]!;
    const end = rows.firstEdge[m + 1]!;
    if (rows.edgeNs[end - 1]! <= start) return 0;
    let rest = 0;
    let before = 0;
    for (let e = first; e < end; e++) {
      const c = time.share((rows.edgeNs[e]! - start) * time.inverseScale);
      if (!(c > before)) continue;
      const row = e > first ? rows.edgeRow[e - 1]! : -1;
      if (row >= stored) rest += pe * (c - before);
      else if (row >= 0 && out !== null) out[at + row] = pe * (c - before);
      before = c;
    }
    return rest;
  }

  /** Adds the derivatives of the last amplitude, of `pe`. */
  private addSlope(pe: number, out: Float64Array, at: number): void {
    const { lookup } = this;
    lookup.differentiate();
    for (let k = 0; k < 3; k++) out[at + k] = out[at + k]! + pe * lookup.slope[k]!;
  }

  /** Adds the derivatives of the bins of timed module m, whose place was looked up last. */
  private addBinSlopes(m: number, pe: number, timeNs: number, out: Float64Array): void {
    const { rows, stored, lookup, time } = this;
    time.begin();
    const start = timeNs + time.startNs;
    const from = rows.firstEdge[m]!;
    const end = rows.firstEdge[m + 1]!;
    if (rows.edgeNs[end - 1]! <= start) return;
    lookup.differentiate();
    // Every edge ends one bin and begins another.
    for (let e = from; e < end; e++) {
      const s = (rows.edgeNs[e]! - start) * time.inverseScale;
      if (!(s > 0)) continue;
      const c = time.shareWithSlope(s);
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

/** Light of the strongest cascade that a search may leave out of a module, PE. */
const NEGLIGIBLE_PE = 1e-4;
/** No cascade is expected to have more energy than this for each photo-electron of the event, GeV. */
const MOST_GEV_PER_PE = 5;

/** Light that a search may leave out, PE per GeV. */
function leastLight({ charge }: Rows): number {
  const total = charge.reduce((sum, pe) => sum + pe, 0);
  return NEGLIGIBLE_PE / (MOST_GEV_PER_PE * Math.max(total, 1));
}
