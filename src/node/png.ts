/**
 * SVG pictures as PNG files, with the optional package @resvg/resvg-js and the typeface in `resources/fonts`, so that
 * they look the same on every machine, with or without fonts installed.
 */
import { join } from 'node:path';
import { ConfigError } from '../config/index.js';
import { PACKAGE_ROOT } from './resources.js';

const FAMILY = 'Skymap Sans';
const FACES = ['SkymapSans-Regular.ttf', 'SkymapSans-SemiBold.ttf'];

/** An SVG as a PNG of a width in pixels; the height follows. Throws ConfigError `plot/no-renderer`. */
export async function svgToPng(svg: string, widthPx: number): Promise<Uint8Array> {
  const Resvg = await loadRenderer();
  const image = new Resvg(svg, {
    fitTo: { mode: 'width', value: widthPx },
    font: {
      loadSystemFonts: false,
      fontFiles: FACES.map((name) => join(PACKAGE_ROOT, 'resources', 'fonts', name)),
      defaultFontFamily: FAMILY,
      sansSerifFamily: FAMILY,
    },
    logLevel: 'off',
  });
  return image.render().asPng();
}

/** The renderer's class. Throws ConfigError `plot/no-renderer` where the package is not installed or does not work. */
export async function loadRenderer(): Promise<typeof import('@resvg/resvg-js').Resvg> {
  try {
    return (await import('@resvg/resvg-js')).Resvg;
  } catch (error) {
    throw new ConfigError(
      'plot/no-renderer',
      'PNG files need the package @resvg/resvg-js, which is not installed or has no build for this machine',
      'Run "npm install @resvg/resvg-js" where the scanner is installed, or ask for SVG files only (--format svg).',
      { cause: error },
    );
  }
}
