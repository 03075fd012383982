/** Grid lines of the sky and their labels, for the whole sky and for a window of it. */
import type { FrameName, LonLat } from './frame.js';
import { wrap180 } from './frame.js';
import { latitudeLabel, longitudeLabel, type RaUnit } from './labels.js';
import type { Box, SkyProjection } from './projection.js';
import { element, group, type Point, textElement } from './svg.js';
import type { Theme } from './theme.js';

/** Names of a frame's axes, with their reference. */
export function axisNames(frame: FrameName): { longitude: string; latitude: string } {
  return frame === 'galactic'
    ? { longitude: 'Galactic longitude l', latitude: 'Galactic latitude b' }
    : { longitude: 'Right ascension (J2000)', latitude: 'Declination (J2000)' };
}

/** Grid of the whole sky, 30 degrees apart, without labels. */
export function allSkyGrid(projection: SkyProjection, centreLonDeg: number, theme: Theme): string {
  const lines: LonLat[][] = [];
  for (let lon = -150; lon <= 150; lon += 30) lines.push(meridian(centreLonDeg + lon, -90, 90, 60));
  for (let lat = -60; lat <= 60; lat += 30)
    lines.push(parallel(lat, centreLonDeg - 179.999, centreLonDeg + 179.999, 120));
  return gridPath(projection.lines(lines), theme);
}

/** Labels of that grid: longitudes along the equator, latitudes outside the left edge. */
export function allSkyLabels(
  projection: SkyProjection,
  centreLonDeg: number,
  unit: RaUnit,
  size: number,
  theme: Theme,
): string {
  const halo = { ...haloOf(theme), 'font-size': size };
  const parts: string[] = [];
  for (let offset = -150; offset <= 150; offset += 30) {
    const lon = centreLonDeg + offset;
    const at = projection.point([lon, 0]);
    if (at !== null) {
      parts.push(textElement([at[0] + 4, at[1] - 5], longitudeLabel(lon, 15, unit), halo));
    }
  }
  for (let lat = -60; lat <= 60; lat += 30) {
    const at = projection.point([centreLonDeg + 179.99, lat]);
    if (at === null) continue;
    const [x, y] = [at[0] - 9, at[1] + size * 0.35 - (Math.sign(lat) * size) / 3];
    parts.push(textElement([x, y], latitudeLabel(lat, 30), { 'font-size': size, 'text-anchor': 'end' }));
  }
  return group({}, parts);
}

/** Steps of grid lines, degrees; the second list is round in hours, minutes and seconds of right ascension. */
const DEGREE_STEPS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 45];
const HOUR_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800].map(
  (seconds) => seconds / 240,
);
/** Grid lines across a window, at most. */
const MOST_LINES = 6;

/** Grid of a window: its lines, the labels inside, and the frame with ticks and labels around it. */
export interface WindowGrid {
  readonly lines: string;
  readonly labels: string;
  readonly axes: string;
  /** Around a pole there are no axes: all labels are inside. */
  readonly hasPole: boolean;
}

/** The grid of a window of the sky. */
export function windowGrid(
  projection: SkyProjection,
  centre: LonLat,
  windowDeg: number,
  box: Box,
  unit: RaUnit,
  size: number,
  theme: Theme,
  isTaken: (at: Point) => boolean,
): WindowGrid {
  const range = skyRange(projection, centre, box);
  const latStep = pickStep(DEGREE_STEPS, windowDeg / MOST_LINES);
  const lonStep = pickStep(unit === 'hours' ? HOUR_STEPS : DEGREE_STEPS, (range.lon1 - range.lon0) / MOST_LINES);
  const lines: LonLat[][] = [];
  const axes: string[] = [];
  const inside: string[] = [];
  const taken: number[] = [];

  for (let k = Math.ceil(range.lon0 / lonStep); k * lonStep <= range.lon1; k++) {
    const lon = k * lonStep;
    if (range.hasPole && lon >= range.lon0 + 360 - 1e-9) break;
    const line = meridian(lon, range.lat0, range.lat1, 240);
    lines.push(line);
    const label = longitudeLabel(lon, lonStep, unit);
    for (const cut of edgeCrossings(projection, line, box)) {
      axes.push(tick(cut, theme));
      // Around a pole meridians leave through every side, elsewhere they belong to the lower axis.
      if (range.hasPole && !isTaken(cut.at)) inside.push(textInside(cut, label, size * 0.85, theme));
      else if (!range.hasPole && cut.side === 'bottom') axes.push(textAtSide(cut, label, size));
    }
  }
  for (let k = Math.ceil(range.lat0 / latStep); k * latStep <= range.lat1; k++) {
    const lat = k * latStep;
    if (Math.abs(lat) > 90 - 1e-9) continue;
    const line = parallel(lat, range.lon0, range.lon1, 240);
    lines.push(line);
    const label = latitudeLabel(lat, latStep);
    const cuts = edgeCrossings(projection, line, box);
    const left = range.hasPole ? undefined : cuts.find((cut) => cut.side === 'left');
    if (!range.hasPole) axes.push(...cuts.filter((cut) => cut.side !== 'bottom').map((cut) => tick(cut, theme)));
    if (left !== undefined) axes.push(textAtSide(left, label, size));
    else {
      const at = projection.point([centre[0], lat]);
      if (at === null || at[1] < box.top + 1.5 * size || taken.some((y) => Math.abs(y - at[1]) < size)) continue;
      taken.push(at[1]);
      inside.push(textElement([at[0] + 5, at[1] - 5], label, { ...haloOf(theme), 'font-size': size * 0.85 }));
    }
  }
  axes.push(
    element('rect', {
      x: box.left,
      y: box.top,
      width: box.right - box.left,
      height: box.bottom - box.top,
      fill: 'none',
      stroke: theme.frame,
      'stroke-width': 1.6,
    }),
  );
  return {
    lines: gridPath(projection.lines(lines), theme),
    labels: group({}, inside),
    axes: group({}, axes),
    hasPole: range.hasPole,
  };
}

/** Smallest step of a list that is not below a size. */
export function pickStep(steps: readonly number[], least: number): number {
  return steps.find((step) => step >= least * (1 - 1e-9)) ?? steps.at(-1)!;
}

/** Steps of scale bars, degrees. */
export const SCALE_STEPS: readonly number[] = DEGREE_STEPS;

interface SkyRange {
  readonly lon0: number;
  readonly lon1: number;
  readonly lat0: number;
  readonly lat1: number;
  readonly hasPole: boolean;
}

/** Longitudes (around the centre's) and latitudes that a window shows, found along its edge. */
function skyRange(projection: SkyProjection, centre: LonLat, box: Box): SkyRange {
  let [lon0, lon1, lat0, lat1] = [0, 0, centre[1], centre[1]];
  const steps = 64;
  for (let k = 0; k < 4 * steps; k++) {
    const t = (k % steps) / steps;
    const x = box.left + (box.right - box.left) * [t, 1, 1 - t, 0][Math.floor(k / steps)]!;
    const y = box.top + (box.bottom - box.top) * [0, t, 1, 1 - t][Math.floor(k / steps)]!;
    const at = projection.direction([x, y]);
    if (at === null) continue;
    const offset = wrap180(at[0] - centre[0]);
    lon0 = Math.min(lon0, offset);
    lon1 = Math.max(lon1, offset);
    lat0 = Math.min(lat0, at[1]);
    lat1 = Math.max(lat1, at[1]);
  }
  const north = projection.point([0, 90]) !== null;
  const south = projection.point([0, -90]) !== null;
  const hasPole = north || south;
  if (hasPole) [lon0, lon1] = [-180, 180];
  return {
    lon0: centre[0] + lon0,
    lon1: centre[0] + lon1,
    lat0: south ? -90 : lat0,
    lat1: north ? 90 : lat1,
    hasPole,
  };
}

function meridian(lon: number, lat0: number, lat1: number, steps: number): LonLat[] {
  return Array.from({ length: steps + 1 }, (_, k) => [lon, lat0 + ((lat1 - lat0) * k) / steps] as const);
}

function parallel(lat: number, lon0: number, lon1: number, steps: number): LonLat[] {
  return Array.from({ length: steps + 1 }, (_, k) => [lon0 + ((lon1 - lon0) * k) / steps, lat] as const);
}

function gridPath(d: string, theme: Theme): string {
  return element('path', { d, fill: 'none', stroke: theme.graticule, 'stroke-width': 1, 'stroke-opacity': '.45' });
}

type Side = 'left' | 'right' | 'top' | 'bottom';
interface Crossing {
  readonly side: Side;
  readonly at: Point;
}

/** Where a line crosses the frame of the window. */
function edgeCrossings(projection: SkyProjection, line: readonly LonLat[], box: Box): Crossing[] {
  const found: Crossing[] = [];
  const isInside = ([x, y]: Point): boolean => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  let before: Point | null = null;
  for (const direction of line) {
    const here = projection.rawPoint(direction);
    if (before !== null && here !== null && isInside(before) !== isInside(here)) {
      const [inner, outer] = isInside(before) ? [before, here] : [here, before];
      found.push(crossing(inner, outer, box));
    }
    before = here;
  }
  return found;
}

function crossing(inner: Point, outer: Point, box: Box): Crossing {
  let t = 1;
  let side: Side = 'bottom';
  const consider = (candidate: Side, edge: number, axis: 0 | 1, isBeyond: boolean): void => {
    const at = (edge - inner[axis]) / (outer[axis] - inner[axis]);
    if (isBeyond && at <= t) [t, side] = [at, candidate];
  };
  consider('left', box.left, 0, outer[0] < box.left);
  consider('right', box.right, 0, outer[0] > box.right);
  consider('top', box.top, 1, outer[1] < box.top);
  consider('bottom', box.bottom, 1, outer[1] > box.bottom);
  return { side, at: [inner[0] + t * (outer[0] - inner[0]), inner[1] + t * (outer[1] - inner[1])] };
}

/** Ticks point inwards: labels stay clear. */
function tick({ side, at }: Crossing, theme: Theme): string {
  const [dx, dy] = { left: [8, 0], right: [-8, 0], top: [0, 8], bottom: [0, -8] }[side] as [number, number];
  return element('path', {
    d: `M${at[0].toFixed(1)} ${at[1].toFixed(1)}l${dx} ${dy}`,
    stroke: theme.frame,
    'stroke-width': 1.6,
  });
}

/** Left and lower sides have axes. */
function textAtSide({ side, at: [x, y] }: Crossing, label: string, size: number): string {
  return side === 'bottom'
    ? textElement([x, y + size * 1.3], label, { 'font-size': size, 'text-anchor': 'middle' })
    : textElement([x - size * 0.5, y + size * 0.35], label, { 'font-size': size, 'text-anchor': 'end' });
}

function textInside({ side, at: [x, y] }: Crossing, label: string, size: number, theme: Theme): string {
  const dx = { left: 12, right: -12, top: 6, bottom: 6 }[side];
  const dy = { left: -6, right: -6, top: 12 + size, bottom: -14 }[side];
  const anchor = side === 'right' ? 'end' : 'start';
  return textElement([x + dx, y + dy], label, { ...haloOf(theme), 'font-size': size, 'text-anchor': anchor });
}

/** Text over the map: an edge in the casing colour keeps it readable on any pixel. */
export function haloOf(theme: Theme): Record<string, string | number> {
  return {
    stroke: theme.casing,
    'stroke-width': 3.6,
    'stroke-linejoin': 'round',
    'paint-order': 'stroke',
    'stroke-opacity': '.8',
  };
}
