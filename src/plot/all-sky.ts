/** The picture of the whole sky. */
import type { ScanResult } from '../result/index.js';
import { drawPixels } from './draw-cells.js';
import { contourEntries, eventHeading, MARK_SIZE, markEntries, stateEntries } from './entries.js';
import { mapFigures } from './figures.js';
import { allSkyGrid, allSkyLabels, axisNames } from './graticule.js';
import { mark } from './marks.js';
import { completeOptions, type PlotOptions } from './options.js';
import { contours, galacticPlane, markers } from './overlays.js';
import { colourBar, heading, type LegendEntry, legend, page, type TypeSizes } from './page.js';
import { allSkyProjection, type Box } from './projection.js';
import { allSkyScale } from './scales.js';
import { element, group, textElement } from './svg.js';
import { themeOf } from './theme.js';

const WIDTH = 1200;
const SIZES: TypeSizes = { title: 30, text: 22, small: 20 };
const MAP: Box = { left: 66, top: 96, right: 1184, bottom: 655 };
const BAR: Box = { left: 24, top: 704, right: 580, bottom: 724 };
const LEGEND_TOP = 802;
const LINE_HEIGHT = 32;
/**
 * The scanned sky as an SVG file: pixels of all nsides coloured by 2 delta llh (or probability), contours, markers, grid,
 * galactic plane, colour bar, title and legend. East is to the left. The same bytes for the same result and options.
 */
export function allSkySvg(result: ScanResult, options: PlotOptions = {}): string {
  const chosen = completeOptions(options);
  const theme = themeOf(chosen.theme);
  const figures = mapFigures(result, chosen);
  const projection = allSkyProjection(chosen.projection, chosen.centreDeg, MAP);
  const { scale, ticks, title: barTitle } = allSkyScale(figures, chosen);
  const outline = projection.outline();
  const { title, subtitle } = eventHeading(result.metadata, chosen);
  const axes = axisNames(chosen.frame);
  const raUnit = chosen.frame === 'galactic' ? 'degrees' : chosen.raUnit;
  const left: LegendEntry[] = [
    ...markEntries(figures, projection, chosen, theme),
    ...stateEntries(figures, result, chosen, theme),
    {
      symbol: (middle) => mark('galacticCentre', middle, MARK_SIZE, theme),
      text: 'Galactic centre (GC) and plane',
    },
  ];
  const right = contourEntries(figures, chosen, false, theme);
  const notes = [`${axes.longitude} increases to the left`, `${capital(chosen.projection)} projection`];
  const height = LEGEND_TOP + LINE_HEIGHT * (Math.max(left.length, right.length) - 1) + 26;
  return page({ width: WIDTH, height }, theme, `All-sky map: ${title}`, subtitle, [
    element('defs', {}, element('clipPath', { id: 'sky' }, element('path', { d: outline }))),
    heading(title, subtitle, [24, 42], WIDTH - 48, SIZES, theme),
    group({ 'clip-path': 'url(#sky)' }, [
      element('path', { d: outline, fill: theme.unscanned }),
      drawPixels(figures, projection, scale, null, chosen, theme),
      allSkyGrid(projection, chosen.centreDeg, theme),
      galacticPlane(projection, chosen, theme, SIZES.small),
      contours(figures, projection, chosen, theme, 2),
    ]),
    element('path', { d: outline, fill: 'none', stroke: theme.frame, 'stroke-width': 1.6 }),
    allSkyLabels(projection, chosen.centreDeg, raUnit, SIZES.small, theme),
    markers(figures, projection, chosen, theme, SIZES.small),
    colourBar(scale, ticks, barTitle, BAR, false, SIZES, theme),
    ...notes.map((note, k) =>
      textElement([MAP.right, BAR.top - 9 + k * SIZES.small * 1.4], note, {
        'font-size': SIZES.small,
        'text-anchor': 'end',
        fill: theme.quietText,
      }),
    ),
    legend(left, [24, LEGEND_TOP], 640, LINE_HEIGHT, SIZES.text, theme),
    legend(right, [690, LEGEND_TOP], WIDTH - 700, LINE_HEIGHT, SIZES.text, theme),
  ]);
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
