/** Where a value lies on the axes of a table. */
import type { Axis } from './photon-table.js';

/** Position on an axis in steps, kept on the grid. */
export function inside(axis: Axis, value: number): number {
  const u = (value - axis.first) / axis.step;
  const last = axis.size - 1;
  return u > 0 ? (u < last ? u : last) : 0;
}

/** Position on an axis, at most half a step beyond it. */
export function beyondByHalf(axis: Axis, value: number): number {
  const u = (value - axis.first) / axis.step;
  const last = axis.size - 1;
  return u > -0.5 ? (u < last + 0.5 ? u : last + 0.5) : -0.5;
}

/** Whether a value lies between the outermost nodes, where alone what is interpolated changes with it. */
export function isWithin(axis: Axis, value: number): boolean {
  return value > axis.first && value < axis.first + (axis.size - 1) * axis.step;
}

/** Whether it lies more than a step beyond them. */
export function isFarOutside(axis: Axis, value: number): boolean {
  return value < axis.first - axis.step || value > axis.first + axis.size * axis.step;
}

/** The cell that a position lies in. */
export function cellOf(u: number, size: number): number {
  const i = Math.floor(u);
  return i < 0 ? 0 : i > size - 2 ? size - 2 : i;
}

/** For every whole degree the cell of nodes that it lies in. */
export function cellsByDegree(nodes: Float64Array): Uint8Array {
  return Uint8Array.from({ length: 182 }, (_, degree) => {
    let i = 0;
    while (i < nodes.length - 2 && degree >= nodes[i + 1]!) i++;
    return i;
  });
}

/** The cell of nodes that an angle lies in, by way of that of the whole degree below. */
export function cellBelow(nodes: Float64Array, byDegree: Uint8Array, degrees: number): number {
  let i = byDegree[degrees | 0]!;
  while (i < nodes.length - 2 && degrees >= nodes[i + 1]!) i++;
  return i;
}
