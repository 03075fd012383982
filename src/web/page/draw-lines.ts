/** What lies over the pixels: graticule with labels, galactic plane, contours, marks, the pixel under the cursor. */
import { cellOutline, fromGalactic, latitudeLabel, longitudeLabel, type Theme } from '../../plot/index.js';
import { ringToNest } from '../../sky/index.js';
import { HALF_HEIGHT, HALF_WIDTH, lonLatOf, type Matrix, type ViewProjection, vectorOf } from './view-projection.js';

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
const STEPS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 90];
/** Least distance of grid lines: room for a label. */
const LABEL_ROOM = { lon: 44, lat: 30 };

/** Radians. */
const LONGEST_STEP = 0.06;

type Context = CanvasRenderingContext2D;
type Vector = readonly number[];
/** Screen position and side of the sky's edge (`ViewProjection.point`). */
type Placed = readonly [x: number, y: number, side: number];

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

interface Label {
  readonly text: string;
  readonly at: readonly [number, number];
  readonly align: CanvasTextAlign;
}

/** Draws the grid; returns its labels, which belong above everything else. */
function drawGraticule(context: Context, projection: ViewProjection, theme: Theme): Label[] {
  const { view, width, height, frame } = projection;
  const toSky = (lon: number, lat: number): Vector => {
    const v = vectorOf(lon, lat);
    return frame === null ? v : [0, 1, 2].map((k) => frame[0][k]! * v[0] + frame[1][k]! * v[1] + frame[2][k]! * v[2]);
  };
  const seen = seenRange(projection);
  const perUnit = 180 / Math.PI / view.scale;
  const latStep = Math.min(30, step(Math.max((seen.lat1 - seen.lat0) / 6, LABEL_ROOM.lat * perUnit)));
  // The whole sky is narrower at its edges than in the middle.
  const room = LABEL_ROOM.lon * perUnit * (seen.lon1 - seen.lon0 >= 359 ? 1.5 : 1);
  const lonStep = step(Math.max(Math.min(30, (seen.lon1 - seen.lon0) / 6), room));
  const path = new Path2D();
  const labels: Label[] = [];
  const isWhole = seen.lon1 - seen.lon0 >= 359;
  // Longitudes are written along the lower edge; where the whole sky is seen, along the parallel nearest to the middle.
  const equator = Math.round(view.latDeg / latStep) * latStep;
  for (let k = Math.ceil(seen.lon0 / lonStep - 1e-9); k * lonStep < seen.lon1 - (isWhole ? 1e-9 : 0); k++) {
    const lon = k * lonStep;
    const points = sampled(seen.lat0, seen.lat1, 48).map((lat) => projectedPoint(projection, toSky(lon, lat)));
    addLine(path, points);
    const text = longitudeLabel(lon, lonStep, 'degrees');
    const at = isWhole ? projectedPoint(projection, toSky(lon, equator)) : crossing(points, 1, height - 8);
    if (at !== null && at[0] > 24 && at[0] < width - 24)
      labels.push({ text, at: [at[0], isWhole ? at[1] - 5 : height - 8], align: 'center' });
  }
  for (let k = Math.ceil(seen.lat0 / latStep - 1e-9); k * latStep <= seen.lat1 + 1e-9; k++) {
    const lat = k * latStep;
    if (Math.abs(lat) > 90 - 1e-9) continue;
    const points = sampled(seen.lon0, seen.lon1, 96).map((lon) => projectedPoint(projection, toSky(lon, lat)));
    addLine(path, points);
    const text = latitudeLabel(lat, latStep);
    const edge = crossing(points, 0, 8);
    if (edge !== null && edge[1] > 20 && edge[1] < height - 26) {
      labels.push({ text, at: [8, edge[1] - 4], align: 'left' });
    } else if (projection.showsEdge && edge === null) {
      const left = projectedPoint(projection, toSky(view.lonDeg + 179.99, lat));
      if (Math.abs(lat) > 80 || left[0] > width / 2 || left[0] < 0) continue;
      const y = left[1] + 4 - Math.sign(lat - view.latDeg) * 4;
      // Outside of the sky, where there is room.
      const isOutside = left[0] > 48;
      labels.push({ text, at: [left[0] + (isOutside ? -6 : 6), y], align: isOutside ? 'right' : 'left' });
    }
  }
  context.strokeStyle = theme.graticule;
  context.globalAlpha = 0.55;
  context.lineWidth = 0.8;
  context.stroke(path);
  context.globalAlpha = 1;
  return labels;
}

/** Range of longitude and latitude on the screen, degrees; longitude unwrapped around the middle. */
function seenRange(projection: ViewProjection): { lon0: number; lon1: number; lat0: number; lat1: number } {
  const { view, width, height, frame } = projection;
  let [west, east, lat0, lat1] = [0, 0, view.latDeg, view.latDeg];
  for (let i = 0; i <= 24; i++) {
    for (let j = 0; j <= 16; j++) {
      const v = projection.vector((i * width) / 24, (j * height) / 16);
      if (v === null) continue;
      const [lon, lat] = lonLatOf(v, frame);
      let off = lon - view.lonDeg;
      off -= 360 * Math.round(off / 360);
      west = Math.min(west, off);
      east = Math.max(east, off);
      lat0 = Math.min(lat0, lat);
      lat1 = Math.max(lat1, lat);
    }
  }
  for (const pole of [90, -90]) {
    const v = [0, 0, Math.sign(pole)];
    const p = projectedPoint(projection, frame === null ? v : frame[2].map((c) => c * Math.sign(pole)));
    if (p[0] >= 0 && p[0] <= width && p[1] >= 0 && p[1] <= height) {
      [west, east] = [-180, 180];
      if (pole > 0) lat1 = 90;
      else lat0 = -90;
    }
  }
  if (east - west > 330) [west, east] = [-180, 180];
  const pad = (east - west) / 24;
  const isWhole = east - west >= 360;
  return {
    lon0: view.lonDeg + west - (isWhole ? 0 : pad),
    lon1: view.lonDeg + east + (isWhole ? 0 : pad),
    lat0: Math.max(-90, lat0 - (lat1 - lat0) / 16),
    lat1: Math.min(90, lat1 + (lat1 - lat0) / 16),
  };
}

function step(least: number): number {
  return STEPS.find((candidate) => candidate >= least * (1 - 1e-9)) ?? STEPS.at(-1)!;
}

function sampled(from: number, to: number, parts: number): number[] {
  return Array.from({ length: parts + 1 }, (_, i) => from + ((to - from) * i) / parts);
}

function projectedPoint(projection: ViewProjection, [x, y, z]: Vector): Placed {
  return projection.point(x!, y!, z!);
}

/** Where a line first crosses a coordinate (0: x, 1: y); jumps across the sky's edge do not count. */
function crossing(points: readonly Placed[], axis: 0 | 1, value: number): [number, number] | null {
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    if (isJump(a, b)) continue;
    const [from, to] = [a[axis] - value, b[axis] - value];
    if (from * to > 0 || from === to) continue;
    const t = from / (from - to);
    return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
  }
  return null;
}

function isJump(a: Placed, b: Placed): boolean {
  return a[2] * b[2] < 0;
}

function addLine(path: Path2D, points: readonly Placed[]): void {
  points.forEach((point, i) => {
    if (i === 0 || isJump(points[i - 1]!, point)) path.moveTo(point[0], point[1]);
    else path.lineTo(point[0], point[1]);
  });
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

function cased(context: Context, path: Path2D, stroke: string, width: number, theme: Theme, dash: number[] = []): void {
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

function haloed(
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

function ellipse(context: Context, { view, width, height }: ViewProjection): void {
  context.beginPath();
  context.ellipse(width / 2, height / 2, view.scale * HALF_WIDTH, view.scale * HALF_HEIGHT, 0, 0, 2 * Math.PI);
}
