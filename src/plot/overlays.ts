/** What is drawn over the pixels: contours, markers, names, galactic plane. */
import { CONTOUR_WIDTH, MARK_SIZE } from './entries.js';
import type { MapFigures, Position } from './figures.js';
import { fromEquatorial, fromGalactic, type LonLat } from './frame.js';
import { haloOf } from './graticule.js';
import { cased, contourLine, type MarkName, mark } from './marks.js';
import type { CompleteOptions } from './options.js';
import type { Box, SkyProjection } from './projection.js';
import { type Point, textElement, textWidth } from './svg.js';
import type { Theme } from './theme.js';

/** The chosen contours; 50 % over 90 %, probability over likelihood ratio. */
export function contours(
  figures: MapFigures,
  projection: SkyProjection,
  options: CompleteOptions,
  theme: Theme,
  width: number = CONTOUR_WIDTH,
): string {
  return figures.regions
    .filter((region) => options.contours.includes(region.kind))
    .sort((a, b) => (a.kind === b.kind ? b.level - a.level : a.kind === 'wilks' ? -1 : 1))
    .map((region) => {
      const rings = region.rings.map((ring) => ring.map(([ra, dec]) => fromEquatorial(options.frame, ra, dec)));
      const d = projection.lines(rings);
      return d === '' ? '' : contourLine(d, region.kind, region.level, width, theme);
    })
    .join('');
}

/** Sources with names, truth, best-fit pixel and, on top, peak; those outside the map are left out. */
export function markers(
  figures: MapFigures,
  projection: SkyProjection,
  options: CompleteOptions,
  theme: Theme,
  nameSize: number,
): string {
  const place = (at: Position): Point | null => projection.point(fromEquatorial(options.frame, at.raDeg, at.decDeg));
  const symbols: string[] = [];
  const taken: Box[] = [];
  const add = (name: MarkName, at: Position | null): Point | null => {
    const point = at === null ? null : place(at);
    if (point === null) return null;
    symbols.push(mark(name, point, MARK_SIZE, theme));
    const [x, y] = point;
    taken.push({ left: x - MARK_SIZE, right: x + MARK_SIZE, top: y - MARK_SIZE, bottom: y + MARK_SIZE });
    return point;
  };
  const named = options.sources.map((source) => ({ name: source.name, point: add('source', source) }));
  add('truth', options.truth);
  add('bestFit', figures.bestFit);
  add('peak', figures.peak);
  const names = named.map(({ name, point }) => (point === null ? '' : nameBeside(name, point, taken, nameSize, theme)));
  return names.join('') + symbols.join('');
}

/** A name at that side of its symbol where it covers nothing; adds itself to what is taken. */
function nameBeside(name: string, [x, y]: Point, taken: Box[], size: number, theme: Theme): string {
  const width = textWidth(name, size);
  const gap = MARK_SIZE * 1.1;
  const boxes: Box[] = [];
  for (const top of [y - size * 1.1, y + size * 0.1, y - size * 2, y + size]) {
    for (const left of [x + gap, x - gap - width]) {
      boxes.push({ left, right: left + width, top, bottom: top + size * 1.1 });
    }
  }
  const isFree = (box: Box): boolean =>
    !taken.some((t) => t.left < box.right && t.right > box.left && t.top < box.bottom && t.bottom > box.top);
  const box = boxes.find(isFree) ?? boxes[0]!;
  taken.push(box);
  const at: Point = [box.left, box.bottom - size * 0.25];
  return textElement(at, name, { ...haloOf(theme), 'font-size': size, fill: theme.source });
}

/** The galactic plane with its name, and the galactic centre. */
export function galacticPlane(
  projection: SkyProjection,
  options: CompleteOptions,
  theme: Theme,
  nameSize: number,
): string {
  const line: LonLat[] = [];
  for (let l = 0; l <= 360; l += 2) line.push(fromGalactic(options.frame, l % 360, 0));
  const d = projection.lines([line]);
  if (d === '') return '';
  const centre = projection.point(fromGalactic(options.frame, 0, 0));
  const parts = [cased(d, theme.galacticPlane, 1.6, theme, '9 5 2 5')];
  if (centre !== null) {
    parts.push(mark('galacticCentre', centre, 11, theme));
    const at: Point = [centre[0] + 13, centre[1] - 9];
    parts.push(textElement(at, 'GC', { ...haloOf(theme), 'font-size': nameSize, fill: theme.galacticPlane }));
  }
  return parts.join('');
}
