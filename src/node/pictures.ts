/** The pictures that a scan leaves beside its map: the whole sky and the surroundings of the best fit, SVG and PNG. */
import { join } from 'node:path';
import { allSkySvg, type PlotOptions, zoomSvg } from '../plot/index.js';
import { resultFileStem, type ScanResult } from '../result/index.js';
import type { NewFile } from './files.js';
import { svgToPng } from './png.js';

const PNG_WIDTH = 1600;

/**
 * Draws what can be drawn. A picture that is not possible (no renderer for PNG on this machine, say) is told and left
 * out: the map is what a scan is for.
 */
export async function drawPictures(
  result: ScanResult,
  directory: string,
  options: PlotOptions,
  tell: (text: string) => void,
): Promise<NewFile[]> {
  const stem = resultFileStem(
    result.metadata!,
    result.maps.map(({ nside }) => nside),
  );
  const files: NewFile[] = [];
  for (const [kind, draw] of [
    ['allsky', allSkySvg],
    ['zoom', zoomSvg],
  ] as const) {
    try {
      const svg = draw(result, options);
      files.push({ path: join(directory, `${stem}.${kind}.svg`), bytes: svg });
      files.push({ path: join(directory, `${stem}.${kind}.png`), bytes: await svgToPng(svg, PNG_WIDTH) });
    } catch (error) {
      tell(`A picture (${kind}) is missing: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return files;
}
