/** What both pictures are made of besides the map: the page, its title, the legend and the colour bar. */
import { type ColourScale, LEVELS } from './colours.js';
import { tickText } from './labels.js';
import type { Box } from './projection.js';
import { element, escapeXml, fitText, group, num, type Point, textElement, textWidth } from './svg.js';
import { FONT_FAMILY, type Theme } from './theme.js';

/** Type sizes, picture units. */
export interface TypeSizes {
  readonly title: number;
  readonly text: number;
  readonly small: number;
}

/** The whole file. `title` and `description` are for screen readers and tool tips. */
export function page(
  size: { readonly width: number; readonly height: number },
  theme: Theme,
  title: string,
  description: string,
  content: readonly string[],
): string {
  const { width, height } = size;
  const body = [
    element('title', {}, escapeXml(title)),
    element('desc', {}, escapeXml(description)),
    element('rect', { width, height, fill: theme.background }),
    group({ 'font-family': FONT_FAMILY, fill: theme.text }, content),
  ];
  const root = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${num(width)} ${num(height)}`,
    role: 'img',
  };
  return `${element('svg', root, body)}\n`;
}

/** Title and the line below it, cut to the width. */
export function heading(
  title: string,
  subtitle: string,
  at: Point,
  width: number,
  sizes: TypeSizes,
  theme: Theme,
): string {
  const below: Point = [at[0], at[1] + sizes.text * 1.5];
  return (
    textElement(at, fitText(title, sizes.title * 1.04, width), { 'font-size': sizes.title, 'font-weight': '600' }) +
    textElement(below, fitText(subtitle, sizes.text, width), { 'font-size': sizes.text, fill: theme.quietText })
  );
}

/** One line of a legend: a symbol drawn around a point, and what it stands for. */
export interface LegendEntry {
  /** Markup of the symbol with its middle at the point; null for a line of text only. */
  readonly symbol: ((middle: Point) => string) | null;
  readonly text: string;
  readonly isQuiet?: boolean;
}

/** Room for the symbols of a legend. */
const SYMBOL_WIDTH = 46;

/** Draws legend entries below each other in one column. */
export function legend(
  entries: readonly LegendEntry[],
  at: Point,
  width: number,
  lineHeight: number,
  size: number,
  theme: Theme,
): string {
  return entries
    .map((entry, k) => {
      const y = at[1] + k * lineHeight;
      const indent = entry.symbol === null ? 0 : SYMBOL_WIDTH;
      const attributes = { 'font-size': size, fill: entry.isQuiet ? theme.quietText : undefined };
      return (
        (entry.symbol?.([at[0] + SYMBOL_WIDTH / 2 - 4, y - size * 0.34]) ?? '') +
        textElement([at[0] + indent, y], fitText(entry.text, size, width - indent), attributes)
      );
    })
    .join('');
}

/** A sample of a filled area for the legend. */
export function swatch(middle: Point, fill: string, theme: Theme): string {
  return element('rect', {
    x: middle[0] - 13,
    y: middle[1] - 8,
    width: 26,
    height: 16,
    fill,
    stroke: theme.graticule,
    'stroke-width': 1,
  });
}

/** Colour bar with ticks and title; values grow upwards or to the right. */
export function colourBar(
  scale: ColourScale,
  ticks: readonly number[],
  title: string,
  box: Box,
  isUpright: boolean,
  sizes: TypeSizes,
  theme: Theme,
): string {
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  // Scales begin at the best value: the largest where more is better.
  const along = (position: number): number => (scale.worst > scale.best ? position : 1 - position);
  // A gradient through every eighth step is exact to less than one step.
  const stops: string[] = [];
  for (let k = 0; k <= 12; k++) {
    const level = Math.min(LEVELS - 1, k * (LEVELS / 12));
    stops.push(element('stop', { offset: along(k / 12).toFixed(4), 'stop-color': scale.colour(level) }));
  }
  if (scale.worst < scale.best) stops.reverse();
  const direction = isUpright ? { x1: '0', y1: '1', x2: '0', y2: '0' } : { x1: '0', y1: '0', x2: '1', y2: '0' };
  const parts = [
    element('defs', {}, element('linearGradient', { id: 'bar', ...direction }, stops)),
    element('rect', {
      x: box.left,
      y: box.top,
      width,
      height,
      fill: 'url(#bar)',
      stroke: theme.frame,
      'stroke-width': 1,
    }),
  ];
  ticks.forEach((tick, k) => {
    const isLast = k === ticks.length - 1 && scale.worst > scale.best;
    const label = isLast ? `> ${tickText(tick)}` : tickText(tick);
    const t = along(scale.position(tick));
    if (isUpright) {
      const y = box.bottom - t * height;
      parts.push(tickMark(`M${num(box.right)} ${num(y)}h6`, theme));
      parts.push(textElement([box.right + 11, y + sizes.small * 0.35], label, { 'font-size': sizes.small }));
    } else {
      const x = box.left + t * width;
      parts.push(tickMark(`M${num(x)} ${num(box.bottom)}v6`, theme));
      parts.push(
        textElement([x, box.bottom + 8 + sizes.small], label, { 'font-size': sizes.small, 'text-anchor': 'middle' }),
      );
    }
  });
  if (isUpright) {
    const widest = Math.max(...ticks.map((tick) => textWidth(`> ${tickText(tick)}`, sizes.small)));
    const x = box.right + 16 + widest + sizes.text;
    const y = (box.top + box.bottom) / 2;
    parts.push(
      textElement([x, y], title, {
        'font-size': sizes.text,
        'text-anchor': 'middle',
        transform: `rotate(-90 ${num(x)} ${num(y)})`,
      }),
    );
  } else {
    parts.push(textElement([box.left, box.top - 9], title, { 'font-size': sizes.text }));
  }
  return group({}, parts);
}

function tickMark(d: string, theme: Theme): string {
  return element('path', { d, stroke: theme.frame, 'stroke-width': 1.2, fill: 'none' });
}
