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

/** Pieces of the map of {@link Heights}, at most. */
const MAP_SIZE = 4096;

/**
 * Heights of a table, which may lie closer together where the ice changes quickly: a map of equal pieces says which cell a
 * height lies in, so that uneven steps cost a look-up no more than even ones.
 */
export class Heights {
  readonly nodes: Float64Array;
  /** One over the width of every cell. */
  readonly perStep: Float64Array;
  private readonly first: number;
  private readonly last: number;
  /** A step below the first node, a step above the last. */
  private readonly lowest: number;
  private readonly highest: number;
  private readonly perPiece: number;
  private readonly cells: Uint16Array;

  /** @param nodes at least two, ascending */
  constructor(nodes: Float64Array) {
    const n = nodes.length;
    this.nodes = nodes;
    this.first = nodes[0]!;
    this.last = nodes[n - 1]!;
    this.perStep = Float64Array.from({ length: n - 1 }, (_, i) => 1 / (nodes[i + 1]! - nodes[i]!));
    this.lowest = 2 * this.first - nodes[1]!;
    this.highest = 2 * this.last - nodes[n - 2]!;
    const narrowest = (this.last - this.first) * this.perStep.reduce((most, per) => Math.max(most, per), 0);
    const pieces = Math.min(MAP_SIZE, Math.ceil(narrowest - 1e-9));
    this.perPiece = pieces / (this.last - this.first);
    this.cells = new Uint16Array(pieces + 1);
    for (let piece = 0, i = 0; piece <= pieces; piece++) {
      const from = this.first + piece / this.perPiece;
      while (i < n - 2 && from >= nodes[i + 1]!) i++;
      this.cells[piece] = i;
    }
  }

  /** A height, kept between the outermost nodes. */
  inside(z: number): number {
    return z > this.first ? (z < this.last ? z : this.last) : this.first;
  }

  /** The cell that a height between the outermost nodes lies in. */
  cellOf(z: number): number {
    const { nodes, cells } = this;
    let i = cells[((z - this.first) * this.perPiece) | 0]!;
    while (z >= nodes[i + 1]! && i < nodes.length - 2) i++;
    return i;
  }

  /** How far in its cell it lies, 0 to 1. */
  shareIn(cell: number, z: number): number {
    return (z - this.nodes[cell]!) * this.perStep[cell]!;
  }

  /** Whether a height lies between the outermost nodes, where alone what is interpolated changes with it. */
  isWithin(z: number): boolean {
    return z > this.first && z < this.last;
  }

  /** Whether it lies more than a step beyond them. */
  isFarOutside(z: number): boolean {
    return z < this.lowest || z > this.highest;
  }
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
