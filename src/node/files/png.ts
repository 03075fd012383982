/**
 * SVG pictures as PNG files, with the optional package @resvg/resvg-js and the typeface in `resources/fonts`, so that
 * they look the same on every machine, with or without fonts installed.
 */
import { join } from 'node:path';
import { ConfigError } from '../../config/index.js';
import { PACKAGE_ROOT } from './resources.js';

const FAMILY = 'Skymap Sans';
const FACES = ['SkymapSans-Regular.ttf', 'SkymapSans-SemiBold.ttf'];

/** A character that the typeface lacks (resources/fonts/README.md). */
const BEYOND_FACES = /[^\n -\u017f\u0391-\u03c9\u2010-\u2033\u2070-\u208e\u2113\u2212]/;

/** An SVG as a PNG of a width in pixels; the height follows. Throws ConfigError `plot/no-renderer`. */
export async function svgToPng(svg: string, widthPx: number): Promise<Uint8Array> {
  const Resvg = await loadRenderer();
  const image = new Resvg(svg, {
    fitTo: { mode: 'width', value: widthPx },
    font: {
      // A name in another script: whatever the machine has is better than boxes.
      loadSystemFonts: BEYOND_FACES.test(svg),
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
      'the package @resvg/resvg-js is not installed or has no build for this machine',
      'Run "npm install @resvg/resvg-js" where the scanner is installed, or ask for SVG files only (--format svg).',
      { cause: error },
    );
  }
}
