/**
 * The instrumented volume and when a track is in it (specs/reco-millipede.md section 9): an upright prism over the outer
 * strings, from the lowest module to the median of the strings' tops.
 */
import type { Detector } from '../../detector/index.js';
import type { Vertex } from '../types.js';
import type { Chain } from './chain.js';

/** A string with this many others within the distance is not an outer one. */
const NEIGHBOURS = 6;
const NEIGHBOUR_M = 160;
/** Light is seen from this far outside. */
const MARGIN_M = 60;
const REACH_M = 10_000;

/** Polygon (m, clockwise seen from above), bottom and top (m). Plain data. */
export interface InstrumentedVolume {
  readonly bottomM: number;
  readonly topM: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly string: Int32Array;
}

/** First and last distance along a track at which it touches the volume, with margins, m from the vertex; or null. */
export type Passage = { readonly enterM: number; readonly leaveM: number } | null;

export function instrumentedVolume(detector: Detector): InstrumentedVolume {
  const strings = new Map<number, { string: number; x: number; y: number; top: number }>();
  let bottomM = 0;
  for (let i = 0; i < detector.string.length; i++) {
    const string = detector.string[i]!;
    const z = detector.z[i]!;
    const top = Math.max(strings.get(string)?.top ?? Number.NEGATIVE_INFINITY, z);
    strings.set(string, { string, x: detector.x[i]!, y: detector.y[i]!, top });
    bottomM = Math.min(bottomM, z);
  }
  const all = [...strings.values()];
  const tops = all.map(({ top }) => top).sort((a, b) => a - b);
  const outer = all.filter((a) => {
    const near = all.filter((b) => b !== a && Math.hypot(a.x - b.x, a.y - b.y) < NEIGHBOUR_M);
    return near.length < NEIGHBOURS;
  });
  outer.sort((a, b) => Math.atan2(b.y, b.x) - Math.atan2(a.y, a.x));
  const truncated = (m: number): number => Math.trunc(m * 1e4) / 1e4;
  return {
    bottomM,
    topM: tops[tops.length >> 1] ?? 0,
    x: Float64Array.from(outer, ({ x }) => truncated(x)),
    y: Float64Array.from(outer, ({ y }) => truncated(y)),
    string: Int32Array.from(outer, ({ string }) => string),
  };
}

/** When a track through (x, y, z) along the unit vector n is in the volume. */
export function passage(volume: InstrumentedVolume, x: number, y: number, z: number, n: ArrayLike<number>): Passage {
  const [nx, ny, nz] = [n[0]!, n[1]!, n[2]!];
  const touches: number[] = [];
  const count = volume.x.length;
  for (const level of [volume.topM, volume.bottomM]) {
    const along = (level - z) / nz;
    if (Math.abs(along) <= REACH_M && isInside(volume, x + along * nx, y + along * ny)) touches.push(along);
  }
  for (let i = 0; i < count; i++) {
    const ax = volume.x[i]!;
    const ay = volume.y[i]!;
    const ex = volume.x[(i + 1) % count]! - ax;
    const ey = volume.y[(i + 1) % count]! - ay;
    const across = nx * ey - ny * ex;
    if (across === 0) continue;
    const along = ((ax - x) * ey - (ay - y) * ex) / across;
    const share = ((ax - x) * ny - (ay - y) * nx) / across;
    const height = z + along * nz;
    if (share < 0 || share >= 1 || Math.abs(along) > REACH_M) continue;
    if (height > volume.bottomM && height < volume.topM) touches.push(along);
  }
  if (touches.length === 0) return null;
  return { enterM: Math.min(...touches) - MARGIN_M, leaveM: Math.max(...touches) + MARGIN_M };
}

/** Energies of the chain's last line, through a vertex along the unit vector n: lost inside and in total, GeV. */
export function energiesOf(
  chain: Chain,
  volume: InstrumentedVolume,
  { x, y, z }: Vertex,
  n: ArrayLike<number>,
): { eInGev: number; eTotGev: number } {
  const inside = passage(volume, x, y, z, n);
  if (inside === null) return { eInGev: 0, eTotGev: 0 };
  return {
    eInGev: chain.energyBetween(inside.enterM, inside.leaveM),
    eTotGev: chain.energyBetween(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  };
}

/** Ray crossing. */
function isInside(volume: InstrumentedVolume, x: number, y: number): boolean {
  let inside = false;
  const count = volume.x.length;
  for (let i = 0, j = count - 1; i < count; j = i++) {
    const yi = volume.y[i]!;
    const yj = volume.y[j]!;
    if (yi > y === yj > y) continue;
    const at = volume.x[i]! + ((y - yi) / (yj - yi)) * (volume.x[j]! - volume.x[i]!);
    if (x < at) inside = !inside;
  }
  return inside;
}
