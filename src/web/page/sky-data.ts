/** The map behind a sky view: its pixels, its probability, what colours show of it, what is known at a position. */
import { roundUp } from '../../plot/index.js';
import { type LlhMap, pixelPhi, pixelTheta, type SkyCells } from '../../sky/index.js';
import { CellStore } from './cell-store.js';
import { type ProbabilityCells, ProbabilityLayer } from './probability-layer.js';
import type { PixelReading } from './sky-reading.js';
import { lonLatOf } from './view-projection.js';

const DEGREE = Math.PI / 180;
/** Colours end at this 2 delta llh around the best fit (specs/sky-and-scan.md 8.3), and at what covers most of the sky. */
const ZOOM_RANGE = 40;
const COVERED = 0.95;
/** Fields of view, degrees, between which the range of colours changes from one to the other. */
const ZOOMED_FIELD = 12;
const WIDE_FIELD = 100;
/** Values that the range of the whole sky is taken from. */
const SAMPLE = 4000;

export class SkyData {
  store: CellStore = new CellStore();
  probability: ProbabilityLayer | null = null;
  private negativeDensity: CellStore | null = null;
  private wholeRange: number | null = null;

  setMaps(maps: readonly LlhMap[]): void {
    this.store = new CellStore();
    for (const map of maps) this.addPixels(map.nside, map.pixel, map.llh);
    this.wholeRange = null;
  }

  setCells(cells: SkyCells): void {
    this.store = new CellStore();
    addCells(this.store, cells, cells.llh);
    this.wholeRange = null;
  }

  addPixels(nside: number, pixels: ArrayLike<number>, llh: ArrayLike<number>): void {
    this.store.add(nside, pixels, llh);
    this.wholeRange = null;
  }

  setProbability(cells: ProbabilityCells | null): void {
    this.probability = cells === null ? null : new ProbabilityLayer(cells);
    this.negativeDensity = null;
  }

  /** The probability density for drawing: negative, since smaller is better there. */
  densities({ cells }: ProbabilityLayer): CellStore {
    if (this.negativeDensity === null) {
      this.negativeDensity = new CellStore();
      addCells(
        this.negativeDensity,
        cells,
        cells.density.map((density) => -density),
      );
    }
    return this.negativeDensity;
  }

  /** 2 delta llh at which colours end in a field of view of that size. */
  range(fieldDeg: number): number {
    this.wholeRange ??= coveringRange(this.store);
    const t = (Math.log(fieldDeg) - Math.log(ZOOMED_FIELD)) / (Math.log(WIDE_FIELD) - Math.log(ZOOMED_FIELD));
    const mix = Math.max(0, Math.min(1, t));
    return Math.exp(Math.log(ZOOM_RANGE) + mix * (Math.log(this.wholeRange) - Math.log(ZOOM_RANGE)));
  }

  /** Centre and nside of the best pixel; null while none has a fit. */
  best(): { readonly raDeg: number; readonly decDeg: number; readonly nside: number } | null {
    const { best } = this.store;
    return best && { ...centreOf(best.nside, best.pixel), nside: best.nside };
  }

  /** What is known in a direction (equatorial unit vector). */
  read(v: readonly [number, number, number]): PixelReading {
    const [raDeg, decDeg] = lonLatOf(v);
    const found = this.store.find(...v);
    const best = this.store.best?.value ?? Number.NaN;
    return {
      raDeg,
      decDeg,
      pixel: found && {
        nside: found.nside,
        pixel: found.pixel,
        ...centreOf(found.nside, found.pixel),
        llh: found.value,
        delta2Llh: 2 * (found.value - best),
        probability: this.probability?.probabilityIn(found.nside, found.pixel) ?? null,
      },
      credibleLevel: this.probability?.credibleLevel(...v) ?? null,
    };
  }
}

function addCells(
  store: CellStore,
  cells: { readonly nside: ArrayLike<number>; readonly pixel: ArrayLike<number> },
  values: ArrayLike<number>,
): void {
  const byNside = new Map<number, { pixel: number[]; value: number[] }>();
  for (let i = 0; i < cells.nside.length; i++) {
    const nside = cells.nside[i]!;
    let list = byNside.get(nside);
    if (list === undefined) {
      list = { pixel: [], value: [] };
      byNside.set(nside, list);
    }
    list.pixel.push(cells.pixel[i]!);
    list.value.push(values[i]!);
  }
  for (const [nside, { pixel, value }] of byNside) store.add(nside, pixel, value);
}

/** 2 delta llh below which most of the sky lies, rounded up. */
function coveringRange(store: CellStore): number {
  const best = store.best?.value ?? 0;
  const values = store.coarsestValues(SAMPLE).sort((a, b) => a - b);
  const covering = values.length === 0 ? 0 : 2 * (values[Math.floor(COVERED * (values.length - 1))]! - best);
  return roundUp(Math.max(ZOOM_RANGE, covering), [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8]);
}

function centreOf(nside: number, pixel: number): { raDeg: number; decDeg: number } {
  return { raDeg: pixelPhi(nside, pixel) / DEGREE, decDeg: 90 - pixelTheta(nside, pixel) / DEGREE };
}
