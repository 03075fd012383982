/** Sums in chains are sums, whatever the number of elements. */
import { expect, it } from 'vitest';
import { addScaled, dot, sumOf } from '../../../src/reco/fit/sums.js';

it('sums over parts of arrays take every element once', () => {
  const a = Float64Array.from({ length: 20 }, (_, i) => i + 1);
  const b = Float64Array.from({ length: 20 }, (_, i) => 3 * i - 7);
  for (let n = 0; n < 12; n++) {
    let sum = 0;
    let product = 0;
    for (let i = 0; i < n; i++) {
      sum += a[3 + i]!;
      product += a[3 + i]! * b[5 + i]!;
    }
    expect(sumOf(a, 3, n)).toBe(sum);
    expect(dot(a, 3, b, 5, n)).toBe(product);
    const out = new Float64Array(14).fill(1);
    addScaled(out, 2, a, 3, n);
    expect([...out]).toEqual(Array.from({ length: 14 }, (_, i) => (i < n ? 1 + 2 * a[3 + i]! : 1)));
  }
});
