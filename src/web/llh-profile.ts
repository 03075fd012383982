/**
 * How steeply the likelihood falls: 2 delta llh of the pixels against their distance from the best fit, both axes so that
 * a Gaussian's valley and the far sky are seen together. An SVG that takes its colours from the page.
 */
import type { ScanResult } from '../result/index.js';
import { WILKS_50, WILKS_90 } from '../sky/index.js';
import { escapeHtml } from './html.js';

const WIDTH = 640;
const HEIGHT = 360;
/** Room for labels of twice the size too, as phones have them. */
const PLOT = { left: 76, right: 616, top: 14, bottom: 300 };
/** Points of one nside, at most: the best of each small step of distance and the rest evenly thinned. */
const MOST_POINTS = 1500;

interface Point {
  readonly awayDeg: number;
  readonly value: number;
}

/** The profile of a result as an SVG element; '' where nothing has an llh. */
export function llhProfile(
  result: ScanResult,
  best: { readonly nside: number; readonly pixel: number; readonly llh: number },
  vectorOf: (nside: number, pixel: number) => ArrayLike<number>,
): string {
  const centre = Array.from(vectorOf(best.nside, best.pixel));
  const series = result.maps
    .toSorted((a, b) => a.nside - b.nside)
    .map((map) => {
      const points: Point[] = [];
      for (let i = 0; i < map.pixel.length; i++) {
        const llh = map.llh[i]!;
        if (!Number.isFinite(llh) || (map.nside === best.nside && map.pixel[i] === best.pixel)) continue;
        const v = vectorOf(map.nside, map.pixel[i]!);
        const chord = Math.hypot(v[0]! - centre[0]!, v[1]! - centre[1]!, v[2]! - centre[2]!);
        points.push({
          awayDeg: (2 * Math.asin(Math.min(1, chord / 2)) * 180) / Math.PI,
          value: 2 * (llh - best.llh),
        });
      }
      return { nside: map.nside, points: thinned(points) };
    });
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) return '';
  const nearest = Math.max(1e-3, Math.min(...all.map(({ awayDeg }) => awayDeg)));
  const lowDeg = nearest / 1.3;
  const highest = Math.max(10, ...all.map(({ value }) => value));
  const x = (deg: number): number =>
    PLOT.left + ((PLOT.right - PLOT.left) * Math.log(Math.max(deg, lowDeg) / lowDeg)) / Math.log(180 / lowDeg);
  const y = (value: number): number =>
    PLOT.bottom - ((PLOT.bottom - PLOT.top) * Math.asinh(Math.max(0, value) / 2)) / Math.asinh(highest / 2);
  const parts: string[] = [];
  for (const deg of [0.001, 0.01, 0.1, 1, 10, 100].filter((value) => value >= lowDeg)) {
    parts.push(`<path class="grid" d="M${x(deg).toFixed(1)} ${PLOT.top}V${PLOT.bottom}"/>`);
    parts.push(label(x(deg), PLOT.bottom + 22, `${deg}°`, 'middle'));
  }
  let lastY = Number.POSITIVE_INFINITY;
  for (const value of [0, 1, 5, 20, 100, 500, 2000, 10_000, 50_000].filter((tick) => tick <= highest)) {
    if (lastY - y(value) < 24) continue;
    lastY = y(value);
    parts.push(`<path class="grid" d="M${PLOT.left} ${y(value).toFixed(1)}H${PLOT.right}"/>`);
    parts.push(label(PLOT.left - 8, y(value) + 4, String(value), 'end'));
  }
  for (const [level, text] of [
    [WILKS_50, '50 %'],
    [WILKS_90, '90 %'],
  ] as const) {
    parts.push(`<path class="level" d="M${PLOT.left} ${y(level).toFixed(1)}H${PLOT.right}"/>`);
    parts.push(label(PLOT.right - 4, y(level) - 4, `${text} (Wilks, ${level})`, 'end', 'level-text'));
  }
  for (const [k, { points }] of series.entries()) {
    const shape = points.map((point) => `M${x(point.awayDeg).toFixed(1)} ${y(point.value).toFixed(1)}h0`).join('');
    if (shape !== '') parts.push(`<path class="series series-${Math.min(k, 3)}" d="${shape}"/>`);
  }
  parts.push(label((PLOT.left + PLOT.right) / 2, HEIGHT - 8, 'Distance from the best fit', 'middle', 'axis'));
  parts.push(
    `<text class="axis" transform="translate(22 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">2 ΔLLH</text>`,
  );
  const keys = series
    .map(({ nside }, k) => `<span class="series-key series-${Math.min(k, 3)}">nside ${nside}</span>`)
    .join('');
  const name = `2 delta LLH of ${all.length} pixels against their distance from the best fit, up to ${escapeHtml(highest.toPrecision(3))}.`;
  return `<svg class="profile" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${name}">${parts.join('')}</svg><div class="key">${keys}</div>`;
}

function thinned(points: Point[]): Point[] {
  if (points.length <= MOST_POINTS) return points;
  const best = new Map<number, Point>();
  for (const point of points) {
    const step = Math.floor(40 * Math.log(Math.max(1e-4, point.awayDeg)));
    const known = best.get(step);
    if (known === undefined || point.value < known.value) best.set(step, point);
  }
  const stride = Math.ceil(points.length / MOST_POINTS);
  return [...best.values(), ...points.filter((_, i) => i % stride === 0)];
}

function label(x: number, y: number, text: string, anchor: string, className = 'tick'): string {
  return `<text class="${className}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeHtml(text)}</text>`;
}
