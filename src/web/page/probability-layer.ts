/** A probability map to be looked up: probability of any pixel, credible level of any position. */
import { type CellIndex, findCell, indexCells, pixelArea, pixelAtVector, ringToNest } from '../../sky/index.js';

/** Disjoint cells in NESTED order, RING numbers, with their density; `ProbabilityMap` of sky/ is one. */
export interface ProbabilityCells {
  readonly nside: Int32Array;
  readonly pixel: Float64Array;
  /** sr^-1. */
  readonly density: Float64Array;
}

export class ProbabilityLayer {
  /** Highest density, sr^-1. */
  readonly highest: number;
  private readonly index: CellIndex;
  /** Probability of all cells that rank before a cell, and of it. */
  private readonly level: Float64Array;

  constructor(readonly cells: ProbabilityCells) {
    this.index = indexCells(cells);
    const { nside, density } = cells;
    const order = Array.from(density, (_, i) => i).sort((a, b) => density[b]! - density[a]!);
    this.highest = order.length === 0 ? 0 : density[order[0]!]!;
    this.level = new Float64Array(density.length);
    let sum = 0;
    for (const i of order) {
      sum += density[i]! * pixelArea(nside[i]!);
      this.level[i] = Math.min(1, sum);
    }
  }

  /** Probability within a pixel (RING) of any nside. */
  probabilityIn(nside: number, pixel: number): number {
    const nest = ringToNest(nside, pixel);
    const first = findCell(this.index, nside, nest);
    if (first < 0) return 0;
    const ratio = this.index.finest / nside;
    const end = (nest + 1) * ratio * ratio;
    if (this.index.end[first]! >= end) return this.cells.density[first]! * pixelArea(nside);
    let sum = 0;
    for (let i = first; i < this.cells.nside.length && this.index.start[i]! < end; i++) {
      sum += this.cells.density[i]! * pixelArea(this.cells.nside[i]!);
    }
    return sum;
  }

  /** Smallest level whose region contains a direction; 1 outside all of them. */
  credibleLevel(x: number, y: number, z: number): number {
    const { finest } = this.index;
    const cell = findCell(this.index, finest, ringToNest(finest, pixelAtVector(finest, x, y, z)));
    return cell < 0 || !(this.cells.density[cell]! > 0) ? 1 : this.level[cell]!;
  }
}
