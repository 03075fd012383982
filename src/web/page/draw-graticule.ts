/** The grid of longitudes and latitudes over a sky, its steps as the zoom asks for. */
import { latitudeLabel, longitudeLabel, type Theme } from '../../plot/index.js';
import { addLine, type Context, isJump, type Placed, projectedPoint, sampled, type Vector } from './line-brush.js';
import { lonLatOf, type ViewProjection, vectorOf } from './view-projection.js';

const STEPS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 90];
/** Least distance of grid lines: room for a label. */
const LABEL_ROOM = { lon: 44, lat: 30 };

/** Words of the grid and their place. */
export interface Label {
  readonly text: string;
  readonly at: readonly [number, number];
  readonly align: CanvasTextAlign;
}

/** Draws the grid; returns its labels, which belong above everything else. */
export function drawGraticule(context: Context, projection: ViewProjection, theme: Theme): Label[] {
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
