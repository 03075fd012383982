/** Sums in WebAssembly are sums, whatever the number of elements. */
import { expect, it } from 'vitest';
import { bytesOf, Kernel } from '../../src/reco/kernel/index.js';
import { expectClose } from '../support/close.js';

const STRIDE = 23;

/** An array of a kernel with whole numbers, whose sums are exact. */
function numbers(kernel: Kernel, n: number, of: (i: number) => number): Float64Array {
  const array = kernel.float64(n);
  for (let i = 0; i < n; i++) array[i] = of(i);
  return array;
}

const range = (n: number): number[] => [...Array(n).keys()];

it('takes every row of every column once', () => {
  const count = 5;
  const listed = [3, 0, 3, 2];
  const float64 = [count * STRIDE, STRIDE, count, count, STRIDE];
  const kernel = new Kernel(bytesOf({ float64, int32: [listed.length] }));
  const response = numbers(kernel, count * STRIDE, (i) => ((i * 7) % 11) - 5);
  const columns = { response, stride: STRIDE };
  const b = numbers(kernel, STRIDE, (i) => i - 4);
  const factors = numbers(kernel, count, (j) => j - 1);
  const out = kernel.float64(count);
  const sums = kernel.float64(STRIDE);
  const list = kernel.int32(listed.length);
  list.set(listed);
  const at = (i: number, j: number): number => response[j * STRIDE + i]!;
  const sumOver = (rows: number[], of: (i: number) => number): number => rows.reduce((sum, i) => sum + of(i), 0);
  for (let n = 0; n < 20; n++) {
    const rows = range(n);
    kernel.sumColumns(out, columns, count, n);
    expect([...out]).toEqual(range(count).map((j) => sumOver(rows, (i) => at(i, j))));
    kernel.dotColumns(out, columns, count, b, 3, n);
    expect([...out]).toEqual(range(count).map((j) => sumOver(rows, (i) => at(3 + i, j) * b[3 + i]!)));
    kernel.dotListed(out, list, listed.length, columns, b, n);
    expect([...out].slice(0, -1)).toEqual(listed.map((j) => sumOver(rows, (i) => at(i, j) * b[i]!)));
    kernel.squareListed(out, list, listed.length, columns, b, n);
    expect([...out].slice(0, -1)).toEqual(listed.map((j) => sumOver(rows, (i) => at(i, j) ** 2 * b[i]!)));
    sums.fill(2);
    kernel.addColumns(sums, factors, columns, count, n);
    const all = (i: number): number => sumOver(range(count), (j) => factors[j]! * at(i, j));
    expect([...sums]).toEqual(range(STRIDE).map((i) => 2 + (i < n ? all(i) : 0)));
    sums.fill(2);
    kernel.addListed(sums, list, factors, listed.length, columns, n);
    const some = (i: number): number => sumOver(range(listed.length), (k) => factors[k]! * at(i, listed[k]!));
    expect([...sums]).toEqual(range(STRIDE).map((i) => 2 + (i < n ? some(i) : 0)));
  }
});

it('factorises the curvature of listed columns', () => {
  const count = 6;
  const listed = [4, 0, 3];
  const triangle = 6;
  const float64 = [count * STRIDE, STRIDE, STRIDE, triangle];
  const kernel = new Kernel(bytesOf({ float64, int32: [listed.length] }));
  const response = numbers(kernel, count * STRIDE, (i) => Math.sin(1 + 3 * i));
  const weight = numbers(kernel, STRIDE, (i) => 1 + (i % 3));
  const [scratch, factor, list] = [kernel.float64(STRIDE), kernel.float64(triangle), kernel.int32(listed.length)];
  list.set(listed);
  const product = (a: number, b: number): number =>
    range(STRIDE).reduce((sum, i) => sum + response[a * STRIDE + i]! * weight[i]! * response[b * STRIDE + i]!, 0);
  kernel.gram(factor, list, listed.length, { response, stride: STRIDE }, weight, scratch, STRIDE);
  const lower = listed.flatMap((a, k) => listed.slice(0, k + 1).map((b) => product(a, b)));
  for (const [k, value] of lower.entries()) expectClose(factor[k]!, value, { relative: 1e-12 });
  kernel.cholesky(factor, listed.length, 1e-12);
  const at = (a: number, b: number): number => (b > a ? 0 : factor[(a * (a + 1)) / 2 + b]!);
  for (const [k, a] of listed.entries()) {
    for (const [l, b] of listed.entries()) {
      const own = range(3).reduce((sum, m) => sum + at(k, m) * at(l, m), 0);
      expectClose(own, product(a, b), { relative: 1e-12 });
    }
  }
});

it('keeps a factor of columns that are the same from dividing by nothing', () => {
  const kernel = new Kernel(bytesOf({ float64: [3] }));
  const matrix = numbers(kernel, 3, () => 4);
  kernel.cholesky(matrix, 2, 1e-10);
  expect([...matrix]).toEqual([2, 2, Math.sqrt(4e-10)]);
});

it('has room for what it was asked for, and says when that is used up', () => {
  const kernel = new Kernel(bytesOf({ float64: [3], int32: [5] }));
  kernel.int32(5);
  kernel.float64(3);
  expect(() => kernel.int32(1)).toThrow('full');
});
