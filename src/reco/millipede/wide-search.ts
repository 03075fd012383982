/**
 * A search of a whole region, for pixels so far from the truth that the valley a descent ends in is a matter of chance: a
 * function on a grid, and the nodes that none of their neighbours lies below.
 */

/** A grid around the origin: per axis the spacing, and how many nodes lie before and after it. */
export interface WideGrid {
  readonly spacing: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Places of the lowest minima on a grid, the lowest first, at most `most` of them. */
export function gridMinima(f: (x: Float64Array) => number, grid: WideGrid, most: number): Float64Array[] {
  const { spacing, before, after } = grid;
  const sizes = spacing.map((_, k) => before[k]! + 1 + after[k]!);
  const count = sizes.reduce((a, b) => a * b, 1);
  const x = new Float64Array(spacing.length);
  const place = (node: number): Float64Array => {
    let rest = node;
    for (const [k, size] of sizes.entries()) {
      x[k] = ((rest % size) - before[k]!) * spacing[k]!;
      rest = Math.floor(rest / size);
    }
    return x;
  };
  const values = Float64Array.from({ length: count }, (_, node) => f(place(node)));
  const isMinimum = (node: number): boolean => {
    let stride = 1;
    for (const size of sizes) {
      const k = Math.floor(node / stride) % size;
      if (k > 0 && values[node - stride]! < values[node]!) return false;
      if (k < size - 1 && values[node + stride]! < values[node]!) return false;
      stride *= size;
    }
    return true;
  };
  return Array.from(values.keys())
    .filter(isMinimum)
    .sort((a, b) => values[a]! - values[b]! || a - b)
    .slice(0, most)
    .map((node) => place(node).slice());
}
