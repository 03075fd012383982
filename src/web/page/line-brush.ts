/** Lines and words over a sky: what is drawn with them says where (draw-lines.ts, draw-graticule.ts). */
import type { Theme } from '../../plot/index.js';
import type { ViewProjection } from './view-projection.js';

export type Context = CanvasRenderingContext2D;
export type Vector = readonly number[];
/** Screen position and side of the sky's edge (`ViewProjection.point`). */
export type Placed = readonly [x: number, y: number, side: number];

/** Numbers from one to another in even parts, both included. */
export function sampled(from: number, to: number, parts: number): number[] {
  return Array.from({ length: parts + 1 }, (_, i) => from + ((to - from) * i) / parts);
}

/** Where a direction is on the screen. */
export function projectedPoint(projection: ViewProjection, [x, y, z]: Vector): Placed {
  return projection.point(x!, y!, z!);
}

/** Whether two points of a line lie on both sides of the sky's edge. */
export function isJump(a: Placed, b: Placed): boolean {
  return a[2] * b[2] < 0;
}

/** Adds a line to a path, interrupted where it leaves the sky at one edge and comes back at the other. */
export function addLine(path: Path2D, points: readonly Placed[]): void {
  points.forEach((point, i) => {
    if (i === 0 || isJump(points[i - 1]!, point)) path.moveTo(point[0], point[1]);
    else path.lineTo(point[0], point[1]);
  });
}

/** A line with a casing that sets it off from the map. */
export function cased(
  context: Context,
  path: Path2D,
  stroke: string,
  width: number,
  theme: Theme,
  dash: number[] = [],
): void {
  context.strokeStyle = theme.casing;
  context.globalAlpha = 0.8;
  context.lineWidth = width * 2.2;
  context.stroke(path);
  context.globalAlpha = 1;
  context.setLineDash(dash);
  context.strokeStyle = stroke;
  context.lineWidth = width;
  context.stroke(path);
  context.setLineDash([]);
}

/** Words with a halo that sets them off from the map. */
export function haloed(
  context: Context,
  text: string,
  [x, y]: readonly [number, number],
  align: CanvasTextAlign,
  fill: string,
  theme: Theme,
): void {
  context.textAlign = align;
  context.strokeStyle = theme.casing;
  context.globalAlpha = 0.85;
  context.lineWidth = 3.5;
  context.strokeText(text, x, y);
  context.globalAlpha = 1;
  context.fillStyle = fill;
  context.fillText(text, x, y);
}
