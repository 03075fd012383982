/** Symbols and line styles that the map and its legend share. */
import type { ContourKind } from './options.js';
import { element, group, num, type Point } from './svg.js';
import type { Theme } from './theme.js';

/** The symbols. */
export type MarkName = 'peak' | 'bestFit' | 'truth' | 'source' | 'galacticCentre';

/** A symbol at a point; `size` is about half its width. Each has an edge in the casing colour to stand out. */
export function mark(name: MarkName, at: Point, size: number, theme: Theme): string {
  const move = { transform: `translate(${num(at[0])} ${num(at[1])})` };
  const line = size / 4;
  switch (name) {
    case 'peak': {
      // A cross with an open middle leaves the pixel under it visible.
      const a = size * 1.25;
      const b = size * 0.35;
      const d = `M${num(-a)} 0H${num(-b)}M${num(b)} 0H${num(a)}M0 ${num(-a)}V${num(-b)}M0 ${num(b)}V${num(a)}`;
      return group(move, cased(d, theme.peak, line * 1.15, theme));
    }
    case 'bestFit': {
      const r = size * 0.72;
      return group(
        move,
        cased(`M0 ${num(-r)}L${num(r)} 0L0 ${num(r)}L${num(-r)} 0z`, theme.bestFit, line * 0.8, theme),
      );
    }
    case 'truth':
      return group(
        move,
        element('path', {
          d: star(size * 1.15),
          fill: theme.truth,
          stroke: theme.casing,
          'stroke-width': line * 0.7,
          'stroke-linejoin': 'round',
          'paint-order': 'stroke',
        }),
      );
    case 'source': {
      const r = size * 0.6;
      const d = `M${num(-r)} ${num(r * 0.8)}H${num(r)}L0 ${num(-r)}z`;
      return group(move, cased(d, theme.source, line * 0.8, theme));
    }
    case 'galacticCentre': {
      const r = size * 0.7;
      const d = `M${num(-r)} ${num(-r)}L${num(r)} ${num(r)}M${num(-r)} ${num(r)}L${num(r)} ${num(-r)}`;
      return group(move, cased(d, theme.galacticPlane, line * 0.8, theme));
    }
  }
}

/** A path drawn twice: broad in the casing colour, then in its own. */
export function cased(d: string, stroke: string, width: number, theme: Theme, dash?: string): string {
  const common = { d, fill: 'none', 'stroke-linejoin': 'round', 'stroke-linecap': 'round' };
  return (
    element('path', { ...common, stroke: theme.casing, 'stroke-width': width * 2.1, 'stroke-opacity': '.85' }) +
    element('path', { ...common, stroke, 'stroke-width': width, 'stroke-dasharray': dash })
  );
}

/** A contour: 90 % solid, 50 % dashed; probability in colour, likelihood ratio in black or white and thinner. */
export function contourLine(d: string, kind: ContourKind, level: number, width: number, theme: Theme): string {
  const isWilks = kind === 'wilks';
  const w = isWilks ? width * 0.75 : width;
  const dash = level < 0.7 ? `${num(w * 2.6)} ${num(w * 2.2)}` : undefined;
  return cased(d, isWilks ? theme.wilksContour : theme.probabilityContour, w, theme, dash);
}

function star(radius: number): string {
  let d = '';
  for (let k = 0; k < 10; k++) {
    const r = k % 2 === 0 ? radius : radius * 0.42;
    const angle = (k * Math.PI) / 5;
    d += `${k === 0 ? 'M' : 'L'}${num(r * Math.sin(angle))} ${num(-r * Math.cos(angle))}`;
  }
  return `${d}z`;
}
