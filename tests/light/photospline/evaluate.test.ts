import { describe, expect, it } from 'vitest';
import { AxisBasis } from '../../../src/light/photospline/axis.js';
import { expectClose } from '../../support/close.js';
import { needsShared } from '../../support/shared.js';
import { expectPoints } from './expect-points.js';
import { splineTable, TABLE_FILES, TABLES, tableVectors } from './vectors.js';

needsShared('spline tables of the reference', TABLE_FILES, () => {
  it.each(TABLES)('are read as the reference reads them: %s', (name) => {
    const { axes } = splineTable(name);
    const vectors = tableVectors(name);
    expect(axes.map(({ order }) => order)).toEqual(vectors.order);
    expect(axes.map(({ size }) => size)).toEqual(vectors.ncoeffs);
    expect(axes.map(({ knots }) => knots.length)).toEqual(vectors.nknots);
    expect(axes.map(({ knots }) => [knots[0], knots.at(-1)])).toEqual(vectors.knotsFirstLast);
    expect(axes.map(({ low, high }) => [low, high])).toEqual(vectors.extents);
  });

  it.each(TABLES)('have its values and derivatives everywhere, and none outside their knots: %s', (name) => {
    const { points, ndim } = tableVectors(name);
    expect(points.some((point: any) => !point.inRange)).toBe(true);
    expect(expectPoints(splineTable(name), points, 1e-10)).toBeGreaterThan(15 * ndim);
  });

  it('sum the coefficients that the reference sums', () => {
    for (const name of TABLES) {
      const { axes } = splineTable(name);
      const bases = axes.map((axis) => new AxisBasis(axis));
      for (const { x, inRange, centers } of tableVectors(name).points) {
        if (!inRange) continue;
        for (const [k, basis] of bases.entries()) basis.locate(x[k]);
        expect(
          bases.map(({ first, axis }) => first + axis.order),
          `${name} at ${x}`,
        ).toEqual(centers);
      }
    }
  });
});

describe('the basis functions of an axis', () => {
  const axis = { order: 3, knots: Float64Array.of(0, 1, 2.5, 3, 3, 4, 6, 7, 9), size: 5, low: 3, high: 4 };

  it('sum to one where all of them are, and to less towards the ends', () => {
    const basis = new AxisBasis(axis);
    const sum = (x: number): number => {
      expect(basis.locate(x)).toBe(true);
      return basis.value.reduce((a, b) => a + b, 0);
    };
    for (const x of [3, 3.2, 3.999, 4]) expectClose(sum(x), 1, { absolute: 1e-14 });
    for (const x of [0.1, 1, 2.9, 4.5, 8.5]) expect(sum(x)).toBeLessThan(1);
    expect(sum(9)).toBe(0);
  });

  it('end at the outermost knots, the lowest of which is outside', () => {
    const basis = new AxisBasis(axis);
    expect([0, -1, 9.0001, Number.NaN, Number.POSITIVE_INFINITY].map((x) => basis.locate(x))).toEqual(
      new Array(5).fill(false),
    );
    expect(basis.locate(1e-9)).toBe(true);
  });

  it('do not depend on the coordinate that was asked for before', () => {
    const places = [0.5, 3, 6.5, 3.5, 9, 4, 3.5, 8.99, 2.5];
    const used = new AxisBasis(axis);
    for (const x of [...places, ...places.toReversed()]) {
      const fresh = new AxisBasis(axis);
      used.locate(x, 2);
      fresh.locate(x, 2);
      expect([used.first, used.value, used.slope, used.curvature]).toEqual([
        fresh.first,
        fresh.value,
        fresh.slope,
        fresh.curvature,
      ]);
    }
  });
});
