/** Where a height lies among the depths of a table. */
import { describe, expect, it } from 'vitest';
import { Heights } from '../../../src/light/index.js';
import { expectClose } from '../../support/close.js';
import { randomNumbers } from '../random.js';

const TABLES = {
  even: Float64Array.of(-30, -20, -10, 0, 10),
  uneven: Float64Array.of(-160, -140, -120, -115, -110, -107.5, -105, -100, 20),
  'of two depths': Float64Array.of(-1.5, 4),
  'of steps of all sizes': Float64Array.of(0, 1e-6, 3, 3.25, 1000),
};

describe.each(Object.entries(TABLES))('a height among depths: %s', (_, nodes) => {
  const heights = new Heights(nodes);
  const last = nodes.length - 1;

  it('lies in the cell whose depths are around it, by its share', () => {
    const random = randomNumbers(3);
    const places = [...nodes, ...Array.from({ length: 2000 }, () => nodes[0]! + random() * (nodes[last]! - nodes[0]!))];
    for (const z of places) {
      const cell = heights.cellOf(z);
      const share = heights.shareIn(cell, z);
      expect(share).toBeGreaterThanOrEqual(-1e-12);
      expect(share).toBeLessThanOrEqual(1 + 1e-12);
      expectClose(nodes[cell]! * (1 - share) + nodes[cell + 1]! * share, z, { absolute: 1e-9 });
    }
    expect(heights.cellOf(nodes[last]!)).toBe(last - 1);
  });

  it('is kept between the outermost depths, and has no light a step beyond them', () => {
    expect(heights.inside(nodes[0]! - 50)).toBe(nodes[0]);
    expect(heights.inside(nodes[last]! + 50)).toBe(nodes[last]);
    expect([heights.isWithin(nodes[0]!), heights.isWithin(nodes[last]!)]).toEqual([false, false]);
    expect(heights.isWithin((nodes[0]! + nodes[1]!) / 2)).toBe(true);
    for (const [end, inner] of [
      [nodes[0]!, nodes[1]!],
      [nodes[last]!, nodes[last - 1]!],
    ] as const) {
      expect(heights.isFarOutside(end + 0.99 * (end - inner))).toBe(false);
      expect(heights.isFarOutside(end + 1.01 * (end - inner))).toBe(true);
    }
  });
});
