/** The picture of the surroundings of the best fit. */
import type { ScanResult } from '../result/index.js';
import { drawPixels } from './draw-cells.js';
import { contourEntries, eventHeading, markEntries, stateEntries } from './entries.js';
import { type MapFigures, mapFigures } from './figures.js';
import { fromEquatorial, type LonLat, unitVector } from './frame.js';
import { axisNames, pickStep, SCALE_STEPS, windowGrid } from './graticule.js';
import { decimalsOf, fixed } from './labels.js';
import { cased } from './marks.js';
import { type CompleteOptions, completeOptions, type PlotOptions } from './options.js';
import { contours, markers } from './overlays.js';
import { colourBar, heading, type LegendEntry, legend, page, type TypeSizes } from './page.js';
import { type Box, type SkyProjection, zoomProjection, zoomProjectionName } from './projection.js';
import { zoomScale } from './scales.js';
import { element, group, num, type Point, textElement } from './svg.js';
import { type Theme, themeOf } from './theme.js';
import { chooseWindow } from './window.js';

const WIDTH = 960;
const SIZES: TypeSizes = { title: 31, text: 25, small: 24 };
const MAP: Box = { left: 134, top: 104, right: 800, bottom: 770 };
const BAR: Box = { left: 824, top: 104, right: 848, bottom: 770 };
const LEGEND_TOP = 888;
const LINE_HEIGHT = 38;
/**
 * A square window around the best fit and its 90 % region as an SVG file: pixels, contours, markers, grid, axes, scale
 * bar, colour bar, title and legend. East is to the left. The same bytes for the same result and options.
 *
 * Throws a FileFormatError `plot/no-position` where no pixel has a finite llh: there is nothing to zoom on.
 */
export function zoomSvg(result: ScanResult, options: PlotOptions = {}): string {
  const chosen = completeOptions(options);
  const theme = themeOf(chosen.theme);
  const figures = mapFigures(result, chosen);
  const window = chooseWindow(figures, chosen);
  const projection = zoomProjection(window.centre, window.sideDeg, MAP);
  const { scale, ticks, title: barTitle } = zoomScale(figures, chosen);
  const reach = {
    centre: unitVector(window.centreRaDec[0], window.centreRaDec[1]),
    radiusRad: (window.sideDeg * Math.SQRT1_2 * Math.PI) / 180,
  };
  const raUnit = chosen.frame === 'galactic' ? 'degrees' : chosen.raUnit;
  const grid = windowGrid(projection, window.centre, window.sideDeg, MAP, raUnit, SIZES.small, theme, isTaken);
  const { title, subtitle } = eventHeading(result.metadata, chosen);
  const entries: LegendEntry[] = [
    ...markEntries(figures, projection, chosen, theme),
    ...contourEntries(figures, chosen, true, theme),
    ...stateEntries(figures, result, chosen, theme),
  ];
  const frame = { x: MAP.left, y: MAP.top, width: MAP.right - MAP.left, height: MAP.bottom - MAP.top };
  const height = LEGEND_TOP + LINE_HEIGHT * (Math.max(1, entries.length) - 1) + 28;
  return page({ width: WIDTH, height }, theme, `Map around the best fit: ${title}`, subtitle, [
    element('defs', {}, element('clipPath', { id: 'window' }, element('rect', frame))),
    heading(title, subtitle, [24, 42], WIDTH - 48, SIZES, theme),
    group({ 'clip-path': 'url(#window)' }, [
      element('rect', { ...frame, fill: theme.unscanned }),
      drawPixels(figures, projection, scale, reach, chosen, theme),
      grid.lines,
      chosen.errorBox ? errorBox(figures, projection, chosen, theme) : '',
      contours(figures, projection, chosen, theme),
      grid.labels,
      markers(figures, projection, chosen, theme, SIZES.small),
      scaleBar(projection, window.sideDeg, theme),
      compass(theme),
    ]),
    grid.axes,
    axisTitles(chosen, window.sideDeg, grid.hasPole, theme),
    colourBar(scale, ticks, barTitle, BAR, true, SIZES, theme),
    legend(entries, [24, LEGEND_TOP], WIDTH - 40, LINE_HEIGHT, SIZES.text, theme),
  ]);
}

/** The box in right ascension and declination whose sides are the 90 % errors. */
function errorBox(figures: MapFigures, projection: SkyProjection, options: CompleteOptions, theme: Theme): string {
  const region = figures.regions.find(({ kind, level }) => kind === options.contours[0] && level === 0.9)?.region;
  const origin = options.contours[0] === 'wilks' ? figures.bestFit : figures.peak;
  if (region === undefined || origin === null || region.raMinusDeg + region.raPlusDeg > 180) return '';
  const [ra0, ra1] = [origin.raDeg - region.raMinusDeg, origin.raDeg + region.raPlusDeg];
  const [dec0, dec1] = [origin.decDeg - region.decMinusDeg, origin.decDeg + region.decPlusDeg];
  const steps = 24;
  const ring: LonLat[] = [];
  for (let k = 0; k < steps; k++) ring.push([ra0 + ((ra1 - ra0) * k) / steps, dec0]);
  for (let k = 0; k < steps; k++) ring.push([ra1, dec0 + ((dec1 - dec0) * k) / steps]);
  for (let k = 0; k < steps; k++) ring.push([ra1 - ((ra1 - ra0) * k) / steps, dec1]);
  for (let k = 0; k <= steps; k++) ring.push([ra0, dec1 - ((dec1 - dec0) * k) / steps]);
  const d = projection.lines([ring.map(([ra, dec]) => fromEquatorial(options.frame, ra, dec))]);
  return d === '' ? '' : cased(d, theme.text, 1.3, theme, '2 6');
}

/** A length on the sky, lower left. */
function scaleBar(projection: SkyProjection, windowDeg: number, theme: Theme): string {
  const length = pickStep(SCALE_STEPS, windowDeg / 8);
  const width = length * projection.scale;
  const [x, y] = [MAP.left + 28, MAP.bottom - 28];
  const label = length < 1 ? `${fixed(length * 60, decimalsOf(length * 60))}\u2032` : `${fixed(length, 0)}\u00b0`;
  return (
    plate(x - 14, y - 46, width + 28, 60, theme) +
    cased(`M${num(x)} ${num(y - 7)}v7h${num(width)}v-7`, theme.text, 2.2, theme) +
    textElement([x + width / 2, y - 14], label, { 'font-size': SIZES.small, 'text-anchor': 'middle' })
  );
}

/** North is up and east to the left, lower right. */
function compass(theme: Theme): string {
  const [x, y] = [MAP.right - 34, MAP.bottom - 30];
  const arrows = `M${num(x - 46)} ${num(y)}H${num(x)}V${num(y - 46)}M${num(x - 40)} ${num(y - 5)}l-7 5 7 5M${num(x - 5)} ${num(y - 40)}l5 -7 5 7`;
  const text = { 'font-size': SIZES.small, 'text-anchor': 'middle' };
  return (
    plate(x - 76, y - 80, 96, 96, theme) +
    cased(arrows, theme.text, 2, theme) +
    textElement([x, y - 54], 'N', text) +
    textElement([x - 60, y + SIZES.small * 0.35], 'E', text)
  );
}

/** Ground that keeps words over the map readable. */
function plate(x: number, y: number, width: number, height: number, theme: Theme): string {
  return element('rect', { x, y, width, height, rx: 6, fill: theme.background, 'fill-opacity': '.72' });
}

function axisTitles(options: CompleteOptions, windowDeg: number, hasPole: boolean, theme: Theme): string {
  const names = axisNames(options.frame);
  const [x, y] = [(MAP.left + MAP.right) / 2, (MAP.top + MAP.bottom) / 2];
  const style = { 'font-size': SIZES.text, 'text-anchor': 'middle', fill: theme.text };
  const projection = `${zoomProjectionName(windowDeg)} projection`;
  const left = 36;
  if (hasPole) return textElement([x, MAP.bottom + 44], `${names.longitude}, around the pole; ${projection}`, style);
  return (
    textElement([x, MAP.bottom + 68], `${names.longitude}; ${projection}`, style) +
    textElement([left, y], names.latitude, { ...style, transform: `rotate(-90 ${num(left)} ${num(y)})` })
  );
}

/** The corners of the scale bar and of the compass: no grid labels there. */
function isTaken([x, y]: Point): boolean {
  return y > MAP.bottom - 130 && (x < MAP.left + 180 || x > MAP.right - 150);
}
