/**
 * Sums over columns in WebAssembly, two numbers at a time: four to eight times faster than loops of the engine's own
 * (bench/kernel.ts). The code is that of kernel/*.ts. Arrays have to lie in the kernel's memory, which is as large as its
 * user says when making it and does not grow; numbers in it are read and written like any others.
 */
import { KERNEL_CODE } from './code.js';

/** Sums of arrays that were made by it. */
export class Kernel {
  private readonly memory: WebAssembly.Memory;
  private readonly code: KernelExports;
  private readonly end: number;
  private used = START;

  /** @param bytes room for all arrays (`bytesOf`) */
  constructor(bytes: number) {
    this.end = START + bytes;
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(this.end / PAGE) });
    module ??= new WebAssembly.Module(Uint8Array.from(atob(KERNEL_CODE), (character) => character.charCodeAt(0)));
    this.code = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports as unknown as KernelExports;
  }

  /** A new array of n 64-bit floats, zero. */
  float64(n: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.take(8 * n), n);
  }

  /** A new array of n 32-bit integers, zero. */
  int32(n: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.take(4 * n), n);
  }

  private take(bytes: number): number {
    const at = this.used;
    this.used += roundUp(bytes);
    if (this.used > this.end) throw new Error('The memory of a kernel is full.');
    return at;
  }

  /** out[j] = the sum of column j over n rows. */
  sumColumns(out: Float64Array, { response, stride }: Columns, count: number, n: number): void {
    this.code.sumColumns(out.byteOffset, response.byteOffset, 8 * stride, count, n);
  }

  /** out[j] = column j . b over n rows from row `from` on, of columns 0 to count - 1. */
  dotColumns(
    out: Float64Array,
    { response, stride }: Columns,
    count: number,
    b: Float64Array,
    from: number,
    n: number,
  ): void {
    const shift = 8 * from;
    this.code.dotColumns(out.byteOffset, response.byteOffset + shift, 8 * stride, count, b.byteOffset + shift, n);
  }

  /** out[k] = column list[k] . b over n rows. */
  dotListed(out: Float64Array, list: Int32Array, count: number, columns: Columns, b: Float64Array, n: number): void {
    const { response, stride } = columns;
    this.code.dotListed(out.byteOffset, list.byteOffset, count, response.byteOffset, 8 * stride, b.byteOffset, n);
  }

  /** out[k] = the sum over n rows of weight times column list[k] squared. */
  squareListed(
    out: Float64Array,
    list: Int32Array,
    count: number,
    { response, stride }: Columns,
    weight: Float64Array,
    n: number,
  ): void {
    this.code.squareListed(
      out.byteOffset,
      list.byteOffset,
      count,
      response.byteOffset,
      8 * stride,
      weight.byteOffset,
      n,
    );
  }

  /** out += columns 0 to count - 1 times `factors`, over n rows. */
  addColumns(out: Float64Array, factors: Float64Array, { response, stride }: Columns, count: number, n: number): void {
    this.code.addColumns(out.byteOffset, factors.byteOffset, response.byteOffset, 8 * stride, count, n);
  }

  /** out += column list[k] times factors[k], over n rows. */
  addListed(
    out: Float64Array,
    list: Int32Array,
    factors: Float64Array,
    count: number,
    { response, stride }: Columns,
    n: number,
  ): void {
    const { code } = this;
    code.addListed(out.byteOffset, list.byteOffset, factors.byteOffset, count, response.byteOffset, 8 * stride, n);
  }

  /**
   * A^T diag(weight) A of the `count` columns of a list, over n rows: its lower triangle, packed by rows, into `matrix`.
   * `scratch` has room for n elements.
   */
  gram(
    matrix: Float64Array,
    list: Int32Array,
    count: number,
    { response, stride }: Columns,
    weight: Float64Array,
    scratch: Float64Array,
    n: number,
  ): void {
    this.code.gram(
      matrix.byteOffset,
      list.byteOffset,
      count,
      response.byteOffset,
      8 * stride,
      weight.byteOffset,
      scratch.byteOffset,
      n,
    );
  }

  /**
   * Cholesky's factor of a matrix of `count` rows, in place of its lower triangle packed by rows; squares on the diagonal of
   * the factor are at least `least` of the matrix's.
   */
  cholesky(matrix: Float64Array, count: number, least: number): void {
    this.code.cholesky(matrix.byteOffset, count, least);
  }
}

/** Columns one behind the other: row i of column j, the response of row i to source j, is at j * stride + i. */
export interface Columns {
  readonly response: Float64Array;
  readonly stride: number;
}

/** Room that arrays of so many 64-bit floats and 32-bit integers take, bytes. */
export function bytesOf(arrays: { readonly float64: readonly number[]; readonly int32?: readonly number[] }): number {
  const sum = (of: readonly number[], size: number): number => of.reduce((total, n) => total + roundUp(size * n), 0);
  return sum(arrays.float64, 8) + sum(arrays.int32 ?? [], 4);
}

const PAGE = 65_536;
/** Arrays begin at whole vectors, behind the addresses that stand for none. */
const START = 64;
const ALIGNMENT = 16;
function roundUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Compiled when first needed. */
let module: WebAssembly.Module | undefined;

/** Addresses and strides in bytes. */
interface KernelExports {
  sumColumns(out: number, columns: number, stride: number, count: number, n: number): void;
  dotColumns(out: number, columns: number, stride: number, count: number, b: number, n: number): void;
  dotListed(out: number, list: number, count: number, columns: number, stride: number, b: number, n: number): void;
  squareListed(
    out: number,
    list: number,
    count: number,
    columns: number,
    stride: number,
    weight: number,
    n: number,
  ): void;
  addColumns(out: number, factors: number, columns: number, stride: number, count: number, n: number): void;
  addListed(
    out: number,
    list: number,
    factors: number,
    count: number,
    columns: number,
    stride: number,
    n: number,
  ): void;
  gram(
    matrix: number,
    list: number,
    count: number,
    columns: number,
    stride: number,
    weight: number,
    scratch: number,
    n: number,
  ): void;
  cholesky(matrix: number, count: number, least: number): void;
}
