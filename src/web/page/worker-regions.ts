/**
 * A worker that makes regions of the pixels it is handed: the blur of a map takes longer than a frame. It keeps the
 * pixels; each `RegionsRequest` brings those that are new and is answered once.
 */
import { finestCells, type LlhMap, probabilityMap } from '../../sky/index.js';
import { type BestPixel, bestPixels } from '../best-pixels.js';
import { type SkyFigures, skyFigures } from '../sky-figures.js';

/** New pixels, and how to blur. `isNew`: forget those before. */
export interface RegionsRequest {
  readonly isNew: boolean;
  readonly floorDeg: number;
  readonly runs: readonly LlhMap[];
}

/** Figures of all pixels so far; null where no fit has succeeded. */
export interface RegionsAnswer {
  readonly figures: SkyFigures | null;
  readonly best: readonly BestPixel[];
  readonly tookMs: number;
}

const BEST = 20;
let kept: LlhMap[] = [];

// The global scope of a worker, of which the page's types know nothing.
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<RegionsRequest>) => void;
  postMessage(answer: RegionsAnswer): void;
};
scope.onmessage = ({ data }) => {
  const startMs = performance.now();
  if (data.isNew) kept = [];
  kept.push(...data.runs);
  const cells = finestCells(kept);
  const best = bestPixels(cells, kept, BEST);
  const figures = best.length === 0 ? null : skyFigures({ cells, probability: probabilityMap(cells, data) });
  scope.postMessage({ figures, best, tookMs: performance.now() - startMs });
};
