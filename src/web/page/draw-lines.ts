/** What lies over the pixels: graticule with labels, galactic plane, contours, marks, the pixel under the cursor. */
import { cellOutline, fromGalactic, type Theme } from '../../plot/index.js';
import { ringToNest } from '../../sky/index.js';
import { drawGraticule } from './draw-graticule.js';
import {
  addLine,
  type Context,
  cased,
  haloed,
  type Placed,
  projectedPoint,
  sampled,
  type Vector,
} from './line-brush.js';
import { HALF_HEIGHT, HALF_WIDTH, type Matrix, type ViewProjection, vectorOf } from './view-projection.js';

/** The outline of a region: closed rings of right ascension and declination, degrees. */
export interface ContourRings {
  readonly kind: 'probability' | 'wilks';
  /** 0.5 or 0.9. */
  readonly level: number;
  readonly rings: readonly (readonly (readonly [raDeg: number, decDeg: number])[])[];
}

/** A marked position, degrees (ICRS). */
export interface SkyMark {
  readonly kind: 'peak' | 'bestFit' | 'truth' | 'source';
  readonly raDeg: number;
  readonly decDeg: number;
  /** Written beside it. */
  readonly name?: string;
}

/** Everything that is drawn. */
export interface Lines {
  readonly contours: readonly ContourRings[];
  readonly marks: readonly SkyMark[];
  /** A pixel (RING) to be outlined. */
  readonly pixel: { readonly nside: number; readonly pixel: number } | null;
  readonly graticule: boolean;
  readonly galacticPlane: boolean;
  /** Cross in the middle, for whoever moves by keys. */
  readonly crosshair: boolean;
}

const FONT = "12px 'DejaVu Sans', 'Noto Sans', system-ui, sans-serif";
/** Radians. */
const LONGEST_STEP = 0.06;

/** Axes of the galactic frame in equatorial coordinates. */
export const GALACTIC_AXES: Matrix = (
  [
    [0, 0],
    [90, 0],
    [0, 90],
  ] as const
).map(([l, b]) => vectorOf(...fromGalactic('equatorial', l, b))) as never;

/** Draws all of it; the context is scaled to the units of the projection. */
export function drawLines(context: Context, projection: ViewProjection, lines: Lines, theme: Theme): void {
  const { width, height } = projection;
  context.clearRect(0, 0, width, height);
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.font = FONT;
  const labels = lines.graticule ? drawGraticule(context, projection, theme) : [];
  if (lines.galacticPlane) drawGalacticPlane(context, projection, theme);
  for (const contour of lines.contours.toSorted(bySeniority)) drawContour(context, projection, contour, theme);
  if (lines.pixel !== null) drawPixel(context, projection, lines.pixel, theme);
  if (projection.showsEdge) {
    ellipse(context, projection);
    context.strokeStyle = theme.frame;
    context.lineWidth = 1.2;
    context.stroke();
  }
  for (const { text, at, align } of labels) haloed(context, text, at, align, theme.text, theme);
  for (const mark of lines.marks) drawMark(context, projection, mark, theme);
  if (lines.crosshair) {
    cased(
      context,
      new Path2D(`M${width / 2 - 14} ${height / 2}h9m10 0h9M${width / 2} ${height / 2 - 14}v9m0 10v9`),
      theme.text,
      1.6,
      theme,
    );
  }
}

/** 50 % over 90 %, probability over likelihood ratio. */
function bySeniority(a: ContourRings, b: ContourRings): number {
  return a.kind === b.kind ? b.level - a.level : a.kind === 'wilks' ? -1 : 1;
}

function drawGalacticPlane(context: Context, projection: ViewProjection, theme: Theme): void {
  const path = new Path2D();
  const [a, b] = GALACTIC_AXES;
  const points = sampled(0, 2 * Math.PI, 360).map((l) =>
    projectedPoint(
      projection,
      [0, 1, 2].map((k) => Math.cos(l) * a[k]! + Math.sin(l) * b[k]!),
    ),
  );
  addLine(path, points);
  context.setLineDash([9, 5, 2, 5]);
  context.strokeStyle = theme.galacticPlane;
  context.lineWidth = 1.4;
  context.stroke(path);
  context.setLineDash([]);
  const centre = projectedPoint(projection, a);
  cased(context, cross(centre, 4.5), theme.galacticPlane, 1.6, theme);
  haloed(context, 'GC', [centre[0] + 8, centre[1] - 6], 'left', theme.galacticPlane, theme);
}

function cross([x, y]: Placed, r: number): Path2D {
  return new Path2D(`M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`);
}

function drawContour(
  context: Context,
  projection: ViewProjection,
  { kind, level, rings }: ContourRings,
  theme: Theme,
): void {
  const path = new Path2D();
  for (const ring of rings) {
    const directions = ring.map(([ra, dec]) => vectorOf(ra, dec));
    addLine(
      path,
      alongGreatCircles(directions).map((v) => projectedPoint(projection, v)),
    );
  }
  const isWilks = kind === 'wilks';
  cased(
    context,
    path,
    isWilks ? theme.wilksContour : theme.probabilityContour,
    isWilks ? 1.4 : 2,
    theme,
    level < 0.7 ? [6, 5] : [],
  );
}

/** Points between those of a line that are far apart: among the largest pixels a step may go around half the sky. */
function alongGreatCircles(line: readonly Vector[]): Vector[] {
  const out: Vector[] = [];
  line.forEach((to, i) => {
    const from = line[i - 1];
    if (from !== undefined) {
      const angle = Math.acos(Math.max(-1, Math.min(1, from[0]! * to[0]! + from[1]! * to[1]! + from[2]! * to[2]!)));
      const parts = Math.ceil(angle / LONGEST_STEP);
      for (let k = 1; k < parts; k++) {
        const [a, b] = [Math.sin((1 - k / parts) * angle), Math.sin((k / parts) * angle)];
        out.push([0, 1, 2].map((c) => (a * from[c]! + b * to[c]!) / Math.sin(angle)));
      }
    }
    out.push(to);
  });
  return out;
}

function drawPixel(
  context: Context,
  projection: ViewProjection,
  at: { nside: number; pixel: number },
  theme: Theme,
): void {
  const tolerance = 0.5 / projection.view.scale;
  const ring = cellOutline('equatorial', at.nside, ringToNest(at.nside, at.pixel), tolerance);
  const path = new Path2D();
  const points = [...ring, ring[0]!].map(([lon, lat]) => projectedPoint(projection, vectorOf(lon, lat)));
  addLine(path, points);
  cased(context, path, theme.text, 1.4, theme);
}

function drawMark(context: Context, projection: ViewProjection, mark: SkyMark, theme: Theme): void {
  const at = projectedPoint(projection, vectorOf(mark.raDeg, mark.decDeg));
  if (at === null || at[0] < -20 || at[0] > projection.width + 20 || at[1] < -20 || at[1] > projection.height + 20)
    return;
  const [x, y] = at;
  if (mark.kind === 'peak')
    cased(context, new Path2D(`M${x - 13} ${y}h9m8 0h9M${x} ${y - 13}v9m0 8v9`), theme.peak, 2.2, theme);
  else if (mark.kind === 'bestFit')
    cased(context, new Path2D(`M${x} ${y - 7}l7 7l-7 7l-7 -7z`), theme.bestFit, 1.6, theme);
  else if (mark.kind === 'source')
    cased(context, new Path2D(`M${x - 6} ${y + 5}h12l-6 -11z`), theme.source, 1.6, theme);
  else {
    const star = new Path2D();
    for (let k = 0; k < 10; k++) {
      const [r, angle] = [k % 2 === 0 ? 11 : 4.6, (k * Math.PI) / 5];
      const [px, py] = [x + r * Math.sin(angle), y - r * Math.cos(angle)];
      if (k === 0) star.moveTo(px, py);
      else star.lineTo(px, py);
    }
    star.closePath();
    context.fillStyle = theme.truth;
    context.strokeStyle = theme.casing;
    context.lineWidth = 2;
    context.stroke(star);
    context.fill(star);
  }
  if (mark.name !== undefined) haloed(context, mark.name, [x + 12, y - 8], 'left', theme.source, theme);
}

function ellipse(context: Context, { view, width, height }: ViewProjection): void {
  context.beginPath();
  context.ellipse(width / 2, height / 2, view.scale * HALF_WIDTH, view.scale * HALF_HEIGHT, 0, 0, 2 * Math.PI);
}
