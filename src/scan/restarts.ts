/**
 * Fits made once more at the end of a scan: a pixel whose neighbour has a lower llh starts again where the neighbour's fit
 * ended, because fits get stuck now and then, and one stuck pixel makes a hole in the region (specs/reco-splinempe.md
 * 14.5). Only where the pixel stands out: a bowl lies nowhere above the middle between opposite neighbours. Next to pixels as
 * near the minimum as the reco says (`Reco.restartWithinLlh`) a little is enough, elsewhere the more the farther above the
 * minimum it lies. A restart is one more variation of its pixel.
 *
 * A pass is a function of the finished map, and it has its effect when all of it has arrived: the order of arrival does
 * not matter. Passes follow each other until none is of use, since a pixel that improved may help the next one.
 */
import { neighbours } from '../sky/index.js';
import type { PixelTable } from './pixel-table.js';

/** Most restarts of one pixel. */
export const MOST_RESTARTS = 4;
/** A neighbour that was tried is tried again if its llh has fallen by this since. */
const WORTH_LLH = 0.1;
/** A pixel is stuck, perhaps, if it lies by this above the middle between opposite neighbours. */
const STANDS_OUT_LLH = 0.1;
/** Or, far from the minimum, by this share of how far it lies above that. */
const STANDS_OUT_SHARE = 0.05;

/** One pixel to be fitted once more. */
export interface Restart {
  readonly record: number;
  /** Number of the fit: above the reco's own variations. */
  readonly variation: number;
  /** The pixel from whose fit it starts. */
  readonly from: number;
}

export class Restarts {
  /** Those of the pass that is under way, in the order of sending. */
  pass: readonly Restart[] = [];
  /** Of these, how many have not arrived. */
  missing = 0;
  /** Those of all passes. */
  total = 0;
  private readonly table: PixelTable;
  private readonly nsides: readonly number[];
  private readonly withinLlh: number | null;
  /** By record: how often, and the llh of the neighbour that was tried last. */
  private readonly tried = new Map<number, { count: number; llh: number }>();
  private readonly around: number[] = [];
  private readonly ring: number[] = [];

  /** @param withinLlh null: none at all */
  constructor(table: PixelTable, nsides: readonly number[], withinLlh: number | null) {
    this.table = table;
    this.nsides = nsides;
    this.withinLlh = withinLlh;
  }

  /** Whether a fit of that number has been asked for. */
  hasAskedFor(record: number, variation: number): boolean {
    const { variations } = this.table;
    return variation >= variations && variation < variations + (this.tried.get(record)?.count ?? 0);
  }

  /** Begins a pass over a finished map with that minimum; false if there is nothing to do. */
  begin(minimumLlh: number): boolean {
    const { table, withinLlh } = this;
    if (withinLlh === null) return false;
    const best = new Map<number, number>();
    for (let from = 0; from < table.size; from++) {
      const llh = table.llh(from);
      if (Number.isNaN(llh)) continue;
      const isNear = llh <= minimumLlh + withinLlh;
      const level = table.level(from);
      for (const pixel of neighbours(this.nsides[level]!, table.pixel(from), this.around)) {
        const record = pixel < 0 ? -1 : table.find(level, pixel);
        if (record < 0 || table.llh(record) <= llh) continue;
        const farLlh = isNear ? 0 : STANDS_OUT_SHARE * (table.llh(record) - minimumLlh);
        if (!this.standsOut(record, Math.max(STANDS_OUT_LLH, farLlh))) continue;
        const before = best.get(record);
        if (before === undefined || this.isBetter(from, before)) best.set(record, from);
      }
    }
    const pass: Restart[] = [];
    for (const [record, from] of [...best].sort(([a], [b]) => a - b)) {
      const llh = table.llh(from);
      const tried = this.tried.get(record) ?? { count: 0, llh: Number.POSITIVE_INFINITY };
      const variation = table.variations + tried.count;
      if (tried.count >= MOST_RESTARTS || variation >= table.numbers || !(llh < tried.llh - WORTH_LLH)) continue;
      this.tried.set(record, { count: tried.count + 1, llh });
      pass.push({ record, variation, from });
    }
    this.pass = pass;
    this.missing = pass.length;
    this.total += pass.length;
    return pass.length > 0;
  }

  /** Whether a pixel lies that much above the middle between two opposite neighbours, or has no llh. */
  private standsOut(record: number, byLlh: number): boolean {
    const { table } = this;
    const llh = table.llh(record);
    if (Number.isNaN(llh)) return true;
    const level = table.level(record);
    const llhAt = (pixel: number): number => {
      const there = pixel < 0 ? -1 : table.find(level, pixel);
      return there < 0 ? Number.NaN : table.llh(there);
    };
    const ring = neighbours(this.nsides[level]!, table.pixel(record), this.ring);
    for (let i = 0; i < 4; i++) {
      if (llh - 0.5 * (llhAt(ring[i]!) + llhAt(ring[i + 4]!)) > byLlh) return true;
    }
    return false;
  }

  /** Lower llh; the lower pixel on ties. Both of one nside. */
  private isBetter(record: number, than: number): boolean {
    const { table } = this;
    const difference = table.llh(record) - table.llh(than);
    return difference < 0 || (difference === 0 && table.pixel(record) < table.pixel(than));
  }
}
