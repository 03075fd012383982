/** Maps as they travel to a page, unpacked. */
import { decodeBase64 } from '../../event/index.js';
import { orderCells } from '../../sky/index.js';
import { unpackPixels } from '../pixel-packing.js';
import type { ProbabilityCells } from './probability-layer.js';

/** Pixels of several nsides out of base64. */
export function unpackText(text: string): ReturnType<typeof unpackPixels> {
  const bytes = decodeBase64(text.trim());
  if (bytes === null) throw new Error('the map of this page is damaged');
  return unpackPixels(bytes);
}

/** A probability map out of base64, in the order that look-ups want. */
export function unpackProbability(text: string): ProbabilityCells {
  const runs = unpackText(text);
  const total = runs.reduce((sum, { pixel }) => sum + pixel.length, 0);
  const cells = { nside: new Int32Array(total), pixel: new Float64Array(total) };
  const density = new Float64Array(total);
  let at = 0;
  for (const run of runs) {
    cells.nside.fill(run.nside, at, at + run.pixel.length);
    cells.pixel.set(run.pixel, at);
    density.set(run.value, at);
    at += run.pixel.length;
  }
  const { value, ...ordered } = orderCells(cells, density);
  return { ...ordered, density: value };
}
