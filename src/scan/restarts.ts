/**
 * Fits made once more at the end of a scan: a pixel whose neighbour has a lower llh starts again where the neighbour's fit
 * ended, because fits get stuck now and then, and one stuck pixel makes a hole in the region (specs/reco-splinempe.md
 * 14.5). Only where the pixel stands out: a bowl lies nowhere above the middle between opposite neighbours. Next to pixels as
 * near the minimum as the reco says (`Reco.restartWithinLlh`) a little is enough, elsewhere the more the farther above the
 * minimum it lies. Where regions reach, the next lower neighbour is tried where that was no use. A restart is one more variation
 * of its pixel.
 *
 * Where the valley that a fit ends in is a matter of chance, holes are not rare, and may lie side by side: there the reco
 * asks for a restart of every pixel, from several of its neighbours, lower or not (`Reco.restartAll`).
 *
 * A pass is a function of the finished map, and it has its effect when all of it has arrived: the order of arrival does
 * not matter. Passes follow each other until none is of use, since a pixel that improved may help the next one.
 */
import type { RestartAll } from '../reco/index.js';
import { neighbours } from '../sky/index.js';
import type { PixelTable } from './pixel-table.js';

/** Most restarts of a pixel that stands out, one after the other. */
const MOST_IN_TURN = 4;
/** No region reaches this far above the minimum: where a restart was no use, farther away, the next neighbour is not tried. */
const REGIONS_WITHIN_LLH = 35;
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

/** Which pixels are fitted once more (`Reco`); null: none. */
export interface RestartRules {
  readonly withinLlh: number;
  readonly all: readonly RestartAll[];
}

/** Most restarts of one pixel. */
export function mostRestarts(rules: RestartRules | null): number {
  return rules === null ? 0 : Math.max(0, ...rules.all.map((each) => each.neighbours)) + MOST_IN_TURN;
}

/** What has been asked for of a pixel. */
interface Asked {
  /** How many fits; of these, how many because it stood out. */
  count: number;
  inTurn: number;
  /** Neighbours that were tried, and their llh then. */
  readonly tried: Map<number, number>;
}

export class Restarts {
  /** Those of the pass that is under way, in the order of sending: those of a pixel behind one another. */
  pass: readonly Restart[] = [];
  /** Of these, how many have not arrived. */
  missing = 0;
  /** Those of all passes. */
  total = 0;
  private readonly table: PixelTable;
  private readonly nsides: readonly number[];
  private readonly rules: RestartRules | null;
  private readonly asked = new Map<number, Asked>();
  private readonly around: number[] = [];
  private readonly ring: number[] = [];

  constructor(table: PixelTable, nsides: readonly number[], rules: RestartRules | null) {
    this.table = table;
    this.nsides = nsides;
    this.rules = rules;
  }

  /** Numbers of the fits of a pixel that have been asked for lie below this. */
  endOf(record: number): number {
    return this.table.variations + (this.asked.get(record)?.count ?? 0);
  }

  /** Begins a pass over a finished map with that minimum; false if there is nothing to do. */
  begin(minimumLlh: number): boolean {
    const { table } = this;
    if (this.rules === null) return false;
    const pass: Restart[] = [];
    for (let record = 0; record < table.size; record++) {
      const around = this.neighboursOf(record);
      if (around.length === 0) continue;
      const asked = this.asked.get(record) ?? { count: 0, inTurn: 0, tried: new Map() };
      const starts = this.startsOf(record, around, asked, minimumLlh);
      if (starts.length > 0) this.asked.set(record, asked);
      for (const from of starts) {
        const variation = this.endOf(record);
        if (variation >= table.numbers) break;
        asked.count++;
        asked.tried.set(from, table.llh(from));
        pass.push({ record, variation, from });
      }
    }
    this.pass = pass;
    this.missing = pass.length;
    this.total += pass.length;
    return pass.length > 0;
  }

  /** The neighbours from which a pixel is fitted once more in this pass. */
  private startsOf(record: number, around: readonly number[], asked: Asked, minimumLlh: number): readonly number[] {
    const { table, rules } = this;
    const all = asked.count === 0 ? this.asOneOfAll(record, minimumLlh) : undefined;
    if (all !== undefined) return around.slice(0, all.neighbours);
    const aboveLlh = table.llh(around[0]!) - minimumLlh;
    const isNear = aboveLlh <= rules!.withinLlh;
    if (asked.inTurn >= MOST_IN_TURN || !this.standsOut(record, isNear, minimumLlh)) return [];
    const triesNext = isNear && aboveLlh <= REGIONS_WITHIN_LLH;
    const from = around.slice(0, triesNext ? 8 : 1).find((other) => this.isWorthTrying(record, other, asked));
    if (from === undefined) return [];
    asked.inTurn++;
    return [from];
  }

  /** Whether a neighbour is lower than a pixel, and has not been tried or has become lower since. */
  private isWorthTrying(record: number, other: number, { tried }: Asked): boolean {
    const llh = this.table.llh(other);
    return !(llh >= this.table.llh(record)) && llh < (tried.get(other) ?? Number.POSITIVE_INFINITY) - WORTH_LLH;
  }

  /** Why a pixel is fitted once more whether or not it stands out, if it is. */
  private asOneOfAll(record: number, minimumLlh: number): RestartAll | undefined {
    const { table, rules, nsides } = this;
    const nside = nsides[table.level(record)]!;
    const aboveLlh = table.llh(record) - minimumLlh;
    return rules!.all.find((each) => nside <= each.nside && !(aboveLlh > each.withinLlh));
  }

  /** Pixels around one that have an llh, the lowest first. */
  private neighboursOf(record: number): number[] {
    const { table } = this;
    const level = table.level(record);
    const found: number[] = [];
    for (const pixel of neighbours(this.nsides[level]!, table.pixel(record), this.around)) {
      const other = pixel < 0 ? -1 : table.find(level, pixel);
      if (other >= 0 && !Number.isNaN(table.llh(other))) found.push(other);
    }
    return found.sort((a, b) => table.llh(a) - table.llh(b) || table.pixel(a) - table.pixel(b));
  }

  /**
   * Whether a pixel lies clearly above the middle between two opposite neighbours, or has no llh. `isNear`: next to pixels near
   * the minimum.
   */
  private standsOut(record: number, isNear: boolean, minimumLlh: number): boolean {
    const { table } = this;
    const llh = table.llh(record);
    if (Number.isNaN(llh)) return true;
    const byLlh = Math.max(STANDS_OUT_LLH, isNear ? 0 : STANDS_OUT_SHARE * (llh - minimumLlh));
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
}
