/** Regions of a map as a table of the page. */
import { areaText } from '../../plot/index.js';
import { edgeText, type RegionFigures } from '../sky-figures.js';
import { make } from './elements.js';

/** The content of a `table`. */
export function regionRows(regions: readonly RegionFigures[]): HTMLElement[] {
  const caption = 'Edges in degrees from the position. Wilks: 2 \u0394LLH below 1.39 and 4.61, edges from the best fit';
  const rows = regions.map((region) => [
    `${Math.round(100 * region.level)} %${region.kind === 'wilks' ? ' Wilks' : ''}`,
    areaText(region.area_deg2),
    ...[region.ra_minus_deg, region.ra_plus_deg, region.dec_minus_deg, region.dec_plus_deg].map(edgeText),
  ]);
  return [
    make('caption', {}, caption),
    headRow(['Region', 'Area', 'RA \u2212', 'RA +', 'Dec \u2212', 'Dec +']),
    make('tbody', {}, ...rows.map(bodyRow)),
  ];
}

/** The head of a table. */
export function headRow(names: readonly string[]): HTMLElement {
  return make('thead', {}, make('tr', {}, ...names.map((name) => make('th', { scope: 'col' }, name))));
}

/** A row of a table; its first cell says what it is about. */
export function bodyRow(cells: readonly string[]): HTMLElement {
  return make(
    'tr',
    {},
    ...cells.map((cell, i) => (i === 0 ? make('th', { scope: 'row' }, cell) : make('td', {}, cell))),
  );
}
