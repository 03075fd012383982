/**
 * Sums over columns of numbers, two numbers at a time (AssemblyScript; addresses are bytes of the memory, arrays hold
 * 64-bit floats, results go to memory: numbers on their way back would be boxed). Every sum is taken in the same order
 * everywhere, so that its last bit is the same, too.
 */

/** The sum of every column: out[j], over n rows. Columns of a matrix are `stride` bytes apart. */
export function sumColumns(out: usize, columns: usize, stride: i32, count: i32, n: i32): void {
  for (let j = 0; j < count; j++, columns += stride, out += 8) store<f64>(out, sum(columns, n));
}

/** Every column times b: out[j], over n rows. */
export function dotColumns(out: usize, columns: usize, stride: i32, count: i32, b: usize, n: i32): void {
  for (let j = 0; j < count; j++, columns += stride, out += 8) store<f64>(out, dot(columns, b, n));
}

/** The same for the columns of a list (32-bit numbers): out[k] = column list[k] . b. */
export function dotListed(out: usize, list: usize, count: i32, columns: usize, stride: i32, b: usize, n: i32): void {
  for (let k = 0; k < count; k++, list += 4, out += 8) {
    store<f64>(out, dot(columns + load<i32>(list) * stride, b, n));
  }
}

/** Weighted squares of listed columns: out[k] = sum of weight times element squared. */
export function squareListed(
  out: usize,
  list: usize,
  count: i32,
  columns: usize,
  stride: i32,
  weight: usize,
  n: i32,
): void {
  for (let k = 0; k < count; k++, list += 4, out += 8) {
    const column = columns + load<i32>(list) * stride;
    store<f64>(out, weightedDot(column, column, weight, n));
  }
}

/** out += all columns times factors; columns without a factor are passed over. */
export function addColumns(out: usize, factors: usize, columns: usize, stride: i32, count: i32, n: i32): void {
  for (let j = 0; j < count; j++, columns += stride, factors += 8) {
    const factor = load<f64>(factors);
    if (factor !== 0) addScaled(out, factor, columns, n);
  }
}

/** out += listed columns times factors: column list[k] with factors[k]. */
export function addListed(
  out: usize,
  list: usize,
  factors: usize,
  count: i32,
  columns: usize,
  stride: i32,
  n: i32,
): void {
  for (let k = 0; k < count; k++, list += 4, factors += 8) {
    addScaled(out, load<f64>(factors), columns + load<i32>(list) * stride, n);
  }
}

/**
 * Curvature of listed columns: the lower triangle of A^T diag(weight) A, packed by rows, into `matrix`. `scratch` has room
 * for a column.
 */
export function gram(
  matrix: usize,
  list: usize,
  count: i32,
  columns: usize,
  stride: i32,
  weight: usize,
  scratch: usize,
  n: i32,
): void {
  for (let a = 0; a < count; a++) {
    multiply(scratch, columns + load<i32>(list + (a << 2)) * stride, weight, n);
    for (let b = 0; b <= a; b++, matrix += 8) {
      store<f64>(matrix, dot(columns + load<i32>(list + (b << 2)) * stride, scratch, n));
    }
  }
}

/**
 * Cholesky's factor in place of a lower triangle packed by rows. What is left of a diagonal element is at least
 * `least` of it.
 */
export function cholesky(matrix: usize, count: i32, least: f64): void {
  let row = matrix;
  for (let a = 0; a < count; a++) {
    let other = matrix;
    for (let b = 0; b < a; b++) {
      const sum = load<f64>(row + (b << 3)) - dot(row, other, b);
      store<f64>(row + (b << 3), sum / load<f64>(other + (b << 3)));
      other += (b + 1) << 3;
    }
    const own = load<f64>(row + (a << 3));
    const left = max(own - dot(row, row, a), max(least * own, f64.MIN_NORMAL_VALUE));
    store<f64>(row + (a << 3), sqrt(left));
    row += (a + 1) << 3;
  }
}

function dot(a: usize, b: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  const end = a + ((n & ~7) << 3);
  for (; a < end; a += 64, b += 64) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a), v128.load(b)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a, 16), v128.load(b, 16)));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(a, 32), v128.load(b, 32)));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(a, 48), v128.load(b, 48)));
  }
  let rest = 0.0;
  for (let k = n & 7; k > 0; k--, a += 8, b += 8) rest += load<f64>(a) * load<f64>(b);
  return total(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3))) + rest;
}

function weightedDot(a: usize, b: usize, weight: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  const end = a + ((n & ~3) << 3);
  for (; a < end; a += 32, b += 32, weight += 32) {
    s0 = f64x2.add(s0, f64x2.mul(f64x2.mul(v128.load(a), v128.load(b)), v128.load(weight)));
    s1 = f64x2.add(s1, f64x2.mul(f64x2.mul(v128.load(a, 16), v128.load(b, 16)), v128.load(weight, 16)));
  }
  let rest = 0.0;
  for (let k = n & 3; k > 0; k--, a += 8, b += 8, weight += 8) {
    rest += load<f64>(a) * load<f64>(b) * load<f64>(weight);
  }
  return total(f64x2.add(s0, s1)) + rest;
}

function sum(a: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  const end = a + ((n & ~3) << 3);
  for (; a < end; a += 32) {
    s0 = f64x2.add(s0, v128.load(a));
    s1 = f64x2.add(s1, v128.load(a, 16));
  }
  let rest = 0.0;
  for (let k = n & 3; k > 0; k--, a += 8) rest += load<f64>(a);
  return total(f64x2.add(s0, s1)) + rest;
}

function addScaled(out: usize, factor: f64, a: usize, n: i32): void {
  const f = f64x2.splat(factor);
  const end = a + ((n & ~3) << 3);
  for (; a < end; a += 32, out += 32) {
    v128.store(out, f64x2.add(v128.load(out), f64x2.mul(f, v128.load(a))));
    v128.store(out, f64x2.add(v128.load(out, 16), f64x2.mul(f, v128.load(a, 16))), 16);
  }
  for (let k = n & 3; k > 0; k--, a += 8, out += 8) store<f64>(out, load<f64>(out) + factor * load<f64>(a));
}

/** out = a b, element by element. */
function multiply(out: usize, a: usize, b: usize, n: i32): void {
  const end = a + ((n & ~1) << 3);
  for (; a < end; a += 16, b += 16, out += 16) v128.store(out, f64x2.mul(v128.load(a), v128.load(b)));
  if (n & 1) store<f64>(out, load<f64>(a) * load<f64>(b));
}

function total(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}
