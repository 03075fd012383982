/**
 * The sky of a scan and what is known of its position: pixels as they come, regions of what there is every now and then
 * (made by a worker of their own), the final figures at the end.
 */
import { fixed, signed, type ThemeName } from '../plot/index.js';
import { formatAngleDms, formatRaHms } from '../result/index.js';
import type { SkyFigures } from '../web/index.js';
import { byId, setText } from '../web/page/elements.js';
import { regionRows } from '../web/page/region-table.js';
import { createSkyView, type SkyMark, type SkyView } from '../web/page/sky-view.js';
import type { RegionsAnswer, RegionsRequest } from '../web/page/worker-regions.js';
import type { PixelBatch } from './messages.js';

/** Regions are made anew at most this often, and not more than a quarter of the time: they take it from the fits. */
const REGIONS_EVERY_MS = 2000;

export interface SkyPart {
  readonly view: SkyView;
  /** A scan begins: nothing is known but, of a simulated event, the truth. */
  begin(truth: { readonly raDeg: number; readonly decDeg: number } | null, floorDeg: number): void;
  add(batches: readonly PixelBatch[]): void;
  /** The figures of the whole map take the place of those so far. */
  finish(figures: SkyFigures | null): void;
}

export function skyPart(theme: ThemeName): SkyPart {
  const view = createSkyView(byId('sky'), { theme });
  let regions: Worker | null = null;
  let marks: readonly SkyMark[] = [];
  let floorDeg = 0.2;
  let runs: RegionsRequest['runs'][number][] = [];
  let isNew = true;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let pauseMs = 0;

  return {
    view,
    begin(truth, floor) {
      endRegions();
      floorDeg = floor;
      runs = [];
      isNew = true;
      pauseMs = 0;
      view.setMaps([]);
      view.setProbability(null);
      view.setContours([]);
      marks = truth === null ? [] : [{ kind: 'truth', ...truth }];
      view.setMarks(marks);
      byId('truth-key').hidden = truth === null;
      view.wholeSky();
      byId('position-part').hidden = true;
      setText(byId('position-title'), 'Position so far');
    },
    add(batches) {
      for (const { nside, pixel, llh } of batches) {
        view.addPixels(nside, pixel, llh);
        runs.push({ nside, pixel, llh });
      }
      timer ??= setTimeout(ask, Math.max(REGIONS_EVERY_MS, pauseMs));
    },
    finish(figures) {
      endRegions();
      setText(byId('position-title'), 'Position');
      if (figures === null) {
        byId('position-part').hidden = false;
        setText(byId('position'), 'none: no fit has succeeded');
        return;
      }
      show(figures, 'of the whole scan');
      const { raDeg, decDeg } = figures.peak;
      const extent = Math.max(
        0,
        ...figures.regions.map(({ dec_minus_deg, dec_plus_deg }) => dec_minus_deg + dec_plus_deg),
      );
      view.goTo({ raDeg, decDeg, fieldDeg: Math.min(180, Math.max(2, 3 * extent)) });
    },
  };

  function ask(): void {
    if (runs.length === 0) {
      timer = null;
      return;
    }
    regions ??= new Worker(new URL('./regions-worker.js', import.meta.url), { type: 'module', name: 'regions' });
    regions.onmessage = ({ data }: MessageEvent<RegionsAnswer>) => {
      timer = null;
      pauseMs = 4 * data.tookMs;
      if (data.figures !== null) show(data.figures, 'of the pixels so far');
    };
    regions.postMessage({ isNew, floorDeg, runs } satisfies RegionsRequest);
    isNew = false;
    runs = [];
  }

  function endRegions(): void {
    regions?.terminate();
    regions = null;
    if (timer !== null) clearTimeout(timer);
    timer = null;
  }

  function show(figures: SkyFigures, ofWhat: string): void {
    const { raDeg, decDeg, floorDeg: floor } = figures.peak;
    view.setProbability(figures.probability);
    view.setContours(figures.regions.filter(({ kind }) => kind === 'probability'));
    view.setMarks([...marks, { kind: 'peak', raDeg, decDeg }]);
    byId('position-part').hidden = false;
    setText(byId('position'), `RA ${fixed(raDeg, 3)}\u00b0, dec ${signed(decDeg, 3)}\u00b0`);
    const blur = floor > 0 ? `blurred by ${floor}\u00b0` : 'not blurred';
    const words = `${formatRaHms(raDeg)}, ${formatAngleDms(decDeg)} (ICRS). Maximum of the probability, ${blur}, ${ofWhat}.`;
    setText(byId('position-note'), words);
    byId('regions').replaceChildren(...regionRows(figures.regions));
  }
}
