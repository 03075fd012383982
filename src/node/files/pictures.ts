/** The pictures that a scan leaves beside its map: the whole sky and the surroundings of the best fit, SVG and PNG. */
import { join } from 'node:path';
import type { PlotOptions } from '../../plot/index.js';
import type { ScanResult } from '../../result/index.js';
import { pictureFiles } from '../../session/index.js';
import type { NewFile } from './files.js';
import { svgToPng } from './png.js';

const PNG_WIDTH = 1600;

/** Draws what can be drawn. A picture that is not possible (no renderer for PNG here, say) is told and left out. */
export async function drawPictures(
  result: ScanResult,
  directory: string,
  options: PlotOptions,
  tell: (text: string) => void,
): Promise<NewFile[]> {
  const files: NewFile[] = [];
  for (const { name, bytes } of pictureFiles(result, options, tell)) {
    const png = name.replace(/svg$/, 'png');
    files.push({ path: join(directory, name), bytes });
    try {
      files.push({ path: join(directory, png), bytes: await svgToPng(bytes, PNG_WIDTH) });
    } catch (error) {
      tell(`A picture (${png}) is missing: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return files;
}
