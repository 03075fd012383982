/**
 * The dark modules of a detector in blocks along its strings, for sums over all of them. Seen from afar the light along a
 * string is smooth, so that equally spaced points stand for all of its modules: a sum over points closer than the scale
 * of a function's changes is as good as the integral (the trapezoidal rule; L. N. Trefethen and J. Weideman, SIAM Review
 * 56, 385). The closer a block, the denser its points; far away, where next to nothing arrives, it is left out.
 */
import type { Rows } from './rows.js';

/** Blocks between two distances (of their middle): modules within `lengthM` of height are taken as one. */
export interface Thinning {
  readonly lengthM: number;
  readonly fromM: number;
  readonly toM: number;
  /** Outside of these distances a level has no share. */
  readonly startM: number;
  readonly endM: number;
}

/** Height of a block, m: eight modules of IceCube. */
const BLOCK_M = 136;
/** Levels go over into each other within this part of the distance where they change. */
const BLEND = 0.1;
/** Modules of IceCube are 17 m apart. */
export const THINNING: readonly Thinning[] = [
  thinning(0, 0, 120),
  thinning(34, 120, 200),
  thinning(68, 200, 300),
  thinning(BLOCK_M, 300, 410),
];

function thinning(lengthM: number, fromM: number, toM: number): Thinning {
  return { lengthM, fromM, toM, startM: fromM * (1 - BLEND), endM: toM * (1 + BLEND) };
}

/** Dark modules by block and level of thinning. */
export interface DarkBlocks {
  /** Per block: its middle, m. */
  readonly blockX: Float64Array;
  readonly blockY: Float64Array;
  readonly blockZ: Float64Array;
  /** Per block and level (block * levels + level): first point; one more at the end. */
  readonly first: Int32Array;
  /** Points: mean place (m), sum of the scales and mean shift of the modules that they stand for. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** Groups the dark modules of the rows; `shift` is what the ice is higher by at each module, m. */
export function darkBlocks(rows: Rows, shift: Float64Array): DarkBlocks {
  const strings = new Map<number, number[]>();
  for (let m = rows.hit; m < rows.x.length; m++) {
    const string = rows.string[m]!;
    const list = strings.get(string);
    if (list === undefined) strings.set(string, [m]);
    else list.push(m);
  }
  const blocks = [...strings.values()].flatMap((list) => {
    const ascending = list.sort((a, b) => rows.z[a]! - rows.z[b]! || a - b);
    // A quarter of the shortest group below the lowest, so that equal spacings divide evenly.
    const bottom = rows.z[ascending[0]!]! - THINNING[1]!.lengthM / 4;
    return groupByHeight(ascending, rows.z, bottom, BLOCK_M).map((members) => ({ members, bottom }));
  });
  const mean = (list: readonly number[], of: Float64Array): number =>
    list.reduce((sum, m) => sum + of[m]!, 0) / list.length;
  const first = [0];
  const groups: number[][] = [];
  for (const { members, bottom } of blocks) {
    for (const { lengthM } of THINNING) {
      groups.push(...groupByHeight(members, rows.z, bottom, lengthM));
      first.push(groups.length);
    }
  }
  const perBlock = (of: Float64Array): Float64Array => Float64Array.from(blocks, ({ members }) => mean(members, of));
  const perGroup = (of: Float64Array): Float64Array => Float64Array.from(groups, (group) => mean(group, of));
  return {
    blockX: perBlock(rows.x),
    blockY: perBlock(rows.y),
    blockZ: perBlock(rows.z),
    first: Int32Array.from(first),
    x: perGroup(rows.x),
    y: perGroup(rows.y),
    z: perGroup(rows.z),
    scale: Float64Array.from(groups, (group) => mean(group, rows.scale) * group.length),
    shift: perGroup(shift),
  };
}

/** Splits modules ascending in height at multiples of a length, whether or not there are modules in between. */
function groupByHeight(list: readonly number[], z: Float64Array, bottom: number, lengthM: number): number[][] {
  if (lengthM === 0) return list.map((m) => [m]);
  const groups = new Map<number, number[]>();
  for (const m of list) {
    const k = Math.floor((z[m]! - bottom) / lengthM);
    groups.set(k, [...(groups.get(k) ?? []), m]);
  }
  return [...groups.values()];
}

/** Share of a level at a distance: 1 inside its range, going over smoothly to its neighbours'. */
export function levelShare({ fromM, toM }: Thinning, distanceM: number): number {
  return rise(distanceM, fromM) * (1 - rise(distanceM, toM));
}

/** 0 below a distance, 1 above, smooth across it. */
function rise(distanceM: number, atM: number): number {
  if (atM === 0) return 1;
  const u = (distanceM / atM - 1 + BLEND) / (2 * BLEND);
  return !(u > 0) ? 0 : u >= 1 ? 1 : u * u * (3 - 2 * u);
}
