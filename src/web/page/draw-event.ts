/** Draws an event in its detector: strings, hit modules coloured by time and sized by charge, tracks. */
import { rampColour, type ThemeName, themeOf } from '../../plot/index.js';
import type { EventPicture } from '../event-picture.js';

/** A straight track: where from (radians), a point on it (m) and when it is there (ns). */
export interface TrackLine {
  readonly zenith: number;
  readonly azimuth: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly timeNs: number;
}

/** How an event is looked at. Radians, ns. */
export interface EventLook {
  readonly yaw: number;
  readonly pitch: number;
  readonly zoom: number;
  /** Light after this time is not shown yet. */
  readonly untilNs: number;
  readonly theme: ThemeName;
  /** The best fit. */
  readonly track: TrackLine | null;
}

/** Times that the colours span, ns. */
export interface TimeRange {
  readonly first: number;
  readonly last: number;
}

/** Metres a nanosecond. */
const LIGHT = 0.299792458;
/** Distance of the eye in radii of the detector. */
const EYE = 3.2;

/** Screen position, and how much larger than in the middle things look. */
type Placed = readonly [x: number, y: number, nearness: number];

/** Colour of light at a part (0 to 1) of the time: dark is early. */
export function timeColour(theme: ThemeName, part: number): string {
  return rampColour(theme === 'light' ? 0.06 + 0.82 * part : 0.3 + 0.7 * part);
}

/** What draws an event: made once for each, called for every frame. `width` and `height` are units of the context. */
export function eventDrawer(
  picture: EventPicture,
  times: TimeRange,
): (context: CanvasRenderingContext2D, width: number, height: number, look: EventLook) => void {
  const { hits, strings } = picture;
  const largest = hits.reduce((most, { chargePe }) => Math.max(most, chargePe), 1);
  const bounds = boundsOf(picture);

  return (context, width, height, look) => {
    const colours = themeOf(look.theme);
    // A track reaches 0.92 radii to both sides, a little more where it is near.
    const scale = (look.zoom * Math.min(width / 2.15, height / 1.7)) / bounds.radius;
    const place = placer(width, height, scale, look);
    context.clearRect(0, 0, width, height);
    context.strokeStyle = colours.graticule;
    context.globalAlpha = 0.35;
    context.lineWidth = 0.8;
    context.beginPath();
    for (const [x, y, bottom, top] of strings) {
      const [a, b] = [place(x, y, bottom), place(x, y, top)];
      context.moveTo(a[0], a[1]);
      context.lineTo(b[0], b[1]);
    }
    context.stroke();
    context.globalAlpha = 1;
    const spots = hits
      .filter(({ timeNs }) => timeNs <= look.untilNs)
      .map(({ at, chargePe, timeNs }) => {
        const [x, y, nearness] = place(at[0], at[1], at[2]);
        const part = Math.max(0, Math.min(1, (timeNs - times.first) / (times.last - times.first || 1)));
        // Areas as the square root of charge: one photo-electron and ten thousand are both to be seen.
        const size = Math.max(1.8, 0.05 * bounds.radius * scale * Math.sqrt(Math.sqrt(chargePe / largest)) * nearness);
        return { x, y, nearness, size, colour: timeColour(look.theme, part) };
      })
      .sort((a, b) => a.nearness - b.nearness);
    for (const { x, y, size, colour } of spots) {
      context.beginPath();
      context.arc(x, y, size, 0, 2 * Math.PI);
      context.fillStyle = colour;
      context.fill();
      context.lineWidth = 0.7;
      context.strokeStyle = colours.background;
      context.stroke();
    }
    const { track, untilNs } = look;
    if (track === null) return;
    const strokeTrack = (line: TrackLine, colour: string, lineWidth: number, dash: number[]): void =>
      stroke(context, endsOf(line, untilNs, place), colour, colours.casing, lineWidth, dash);
    // The true track is broader, so that both are seen where they are the same.
    if (picture.truth !== null) strokeTrack({ ...track, ...picture.truth }, colours.truth, 6.5, [8, 11]);
    strokeTrack(track, colours.peak, 2.4, []);
  };

  function placer(
    width: number,
    height: number,
    scale: number,
    { yaw, pitch }: EventLook,
  ): (x: number, y: number, z: number) => Placed {
    const [sinY, cosY, sinP, cosP] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)];
    return (x, y, z) => {
      const [dx, dy, dz] = [x - bounds.x, y - bounds.y, z - bounds.z];
      const right = cosY * dx + sinY * dy;
      const away = -sinY * dx + cosY * dy;
      const depth = cosP * away - sinP * dz;
      const up = sinP * away + cosP * dz;
      const nearness = EYE / Math.max(0.3, EYE + depth / bounds.radius);
      return [width / 2 + scale * nearness * right, height / 2 - scale * nearness * up, nearness];
    };
  }

  /** Where a track enters the picture, and how far it has come. */
  function endsOf(
    line: TrackLine,
    untilNs: number,
    place: (x: number, y: number, z: number) => Placed,
  ): readonly [Placed, Placed] {
    const sine = Math.sin(line.zenith);
    // Directions say where the particle comes from: it flies the other way.
    const [dx, dy, dz] = [-sine * Math.cos(line.azimuth), -sine * Math.sin(line.azimuth), -Math.cos(line.zenith)];
    const middle = (bounds.x - line.x) * dx + (bounds.y - line.y) * dy + (bounds.z - line.z) * dz;
    const reach = 0.92 * bounds.radius;
    const now = Number.isFinite(untilNs) ? (untilNs - line.timeNs) * LIGHT : Number.POSITIVE_INFINITY;
    const [from, to] = [middle - reach, Math.min(middle + reach, Math.max(middle - reach, now))];
    const point = (along: number): Placed => place(line.x + along * dx, line.y + along * dy, line.z + along * dz);
    return [point(from), point(to)];
  }
}

/** An arrow. */
function stroke(
  context: CanvasRenderingContext2D,
  [a, b]: readonly [Placed, Placed],
  colour: string,
  casing: string,
  lineWidth: number,
  dash: number[],
): void {
  const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
  const head = Math.hypot(b[0] - a[0], b[1] - a[1]) > 12 ? 10 : 0;
  for (const [paint, width] of [
    [casing, lineWidth + 2.6],
    [colour, lineWidth],
  ] as const) {
    context.setLineDash(paint === casing ? [] : dash);
    context.strokeStyle = paint;
    context.lineWidth = width;
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(a[0], a[1]);
    context.lineTo(b[0], b[1]);
    for (const side of [-0.45, 0.45]) {
      context.moveTo(b[0], b[1]);
      context.lineTo(b[0] - head * Math.cos(angle + side), b[1] - head * Math.sin(angle + side));
    }
    context.stroke();
  }
  context.setLineDash([]);
}

/** Times between which nine tenths of the charge came: single late or noise pulses do not take all the colours. */
export function timeRange(hits: EventPicture['hits']): TimeRange {
  const total = hits.reduce((sum, { chargePe }) => sum + chargePe, 0);
  let [first, last, sum] = [hits[0]?.timeNs ?? 0, hits.at(-1)?.timeNs ?? 1, 0];
  let hasBegun = false;
  for (const { timeNs, chargePe } of hits) {
    sum += chargePe;
    if (!hasBegun && sum >= 0.02 * total) {
      first = timeNs;
      hasBegun = true;
    }
    if (sum <= 0.97 * total) last = timeNs;
  }
  return last > first ? { first, last } : { first, last: first + 1 };
}

function boundsOf({ strings, hits }: EventPicture): { x: number; y: number; z: number; radius: number } {
  const points: (readonly [number, number, number])[] = strings.flatMap(([x, y, bottom, top]) => [
    [x, y, bottom] as const,
    [x, y, top] as const,
  ]);
  for (const { at } of hits) points.push(at);
  const middle = [0, 1, 2].map((c) => {
    const values = points.map((point) => point[c]!);
    return (Math.min(...values) + Math.max(...values)) / 2;
  }) as [number, number, number];
  const radius = Math.max(10, ...points.map((p) => Math.hypot(p[0] - middle[0], p[1] - middle[1], p[2] - middle[2])));
  return { x: middle[0], y: middle[1], z: middle[2], radius };
}
