/** Painting the cells of a map: what painters have in common. */
import type { CellStore } from './cell-store.js';
import type { ViewProjection } from './view-projection.js';

/** How values become colours. */
export interface Paint {
  /** Colour at even steps of the scale, best first: `#rrggbb`. */
  readonly ramp: readonly string[];
  /** Value of the best and of the last colour. */
  readonly best: number;
  readonly worst: number;
  readonly isSquareRoot: boolean;
  readonly unscanned: string;
  readonly failed: string;
  readonly background: string;
  /** Pixel edges, drawn where pixels are large. */
  readonly edge: string;
}

/** A painter of cells on a canvas of its own. */
export interface CellPainter {
  readonly name: 'webgl' | 'plain';
  readonly canvas: HTMLCanvasElement;
  /** Paints at `resolution` device pixels per unit, `samples` squared times each. */
  paint(store: CellStore, projection: ViewProjection, paint: Paint, resolution: number, samples: number): void;
  /** Resolves when the graphics card is done. */
  finish(): Promise<void>;
  dispose(): void;
}

/** Bytes of `#rrggbb`. */
export function bytesOf(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
