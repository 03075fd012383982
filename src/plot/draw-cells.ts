/** Pixels as filled paths, one path a colour. */
import { type Cell, type CellOptions, cellOutline, cellsToDraw, underlay } from './cells.js';
import type { ColourScale } from './colours.js';
import type { MapFigures } from './figures.js';
import type { CompleteOptions } from './options.js';
import type { SkyProjection } from './projection.js';
import { element, group } from './svg.js';
import type { Theme } from './theme.js';

/** Pixels smaller than this are merged, picture units. */
const SMALLEST_SIDE = 1.5;
/** Keeps the file of a full map of fine pixels below about a megabyte. */
const MOST_CELLS = 24_000;

/**
 * Paths have an edge of their own colour, so that neighbours overlap: without it the background would shine through
 * where anti-aliased polygons meet.
 */
const EDGE = '1';
/** How far an edge may lie from the true one, picture units: less than what the stroke covers. */
const TOLERANCE = 0.12;

/** All pixels of a map in their colours. */
export function drawPixels(
  figures: MapFigures,
  projection: SkyProjection,
  scale: ColourScale,
  window: CellOptions['window'],
  options: CompleteOptions,
  theme: Theme,
): string {
  const tolerance = ((TOLERANCE / projection.scale) * Math.PI) / 180;
  const common = {
    smallestSideRad: ((SMALLEST_SIDE / projection.scale) * Math.PI) / 180,
    most: MOST_CELLS,
    smallIsBest: options.quantity === 'llh',
    window,
  };
  const cells = cellsToDraw(figures.values, { ...common, levelOf: scale.level });
  // Failed ones first: a finer fit that succeeded covers them.
  const failed =
    options.quantity === 'llh'
      ? cellsToDraw({ ...figures.failed, value: figures.failed.pixel.map(() => 0) }, { ...common, levelOf: () => 0 })
      : [];
  return group({ 'stroke-width': EDGE, 'stroke-linejoin': 'round' }, [
    ...paint(failed, () => theme.failed, true),
    ...paint(underlay(cells), scale.colour, false),
    ...paint(cells, scale.colour, true),
  ]);

  function paint(painted: readonly Cell[], colourOf: (level: number) => string, withEdge: boolean): string[] {
    const drawn: string[] = [];
    for (let i = 0; i < painted.length; ) {
      const { level } = painted[i]!;
      let d = '';
      for (; i < painted.length && painted[i]!.level === level; i++) {
        d += projection.polygon(cellOutline(options.frame, painted[i]!.nside, painted[i]!.nest, tolerance));
      }
      const fill = colourOf(level);
      if (d !== '') drawn.push(element('path', { fill, stroke: withEdge ? fill : undefined, d }));
    }
    return drawn;
  }
}
