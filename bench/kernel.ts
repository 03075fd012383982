/**
 * Sums over columns in WebAssembly beside loops of the engine's own: nanoseconds a column, and how much faster.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/kernel.js
 */
import { bytesOf, Kernel } from '../src/reco/kernel/index.js';

/** Segments of a track; rows, some of faint and of bright events (a multiple of four). */
const COLUMNS = 256;
const ROWS = [152, 500, 2000];
/** The best of so many measurements counts. */
const ROUNDS = 15;
const CALLS = 40;

/** In four chains, so that a sum does not wait for its last addition. */
function dotColumns(out: Float64Array, response: Float64Array, stride: number, b: Float64Array): void {
  for (let j = 0; j < COLUMNS; j++) {
    const at = j * stride;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let i = 0; i < stride; i += 4) {
      s0 += response[at + i]! * b[i]!;
      s1 += response[at + i + 1]! * b[i + 1]!;
      s2 += response[at + i + 2]! * b[i + 2]!;
      s3 += response[at + i + 3]! * b[i + 3]!;
    }
    out[j] = s0 + s1 + (s2 + s3);
  }
}

function addColumns(out: Float64Array, factors: Float64Array, response: Float64Array, stride: number): void {
  for (let j = 0; j < COLUMNS; j++) {
    const factor = factors[j]!;
    const at = j * stride;
    for (let i = 0; i < stride; i++) out[i] = out[i]! + factor * response[at + i]!;
  }
}

/** Nanoseconds a column, of the fastest round. */
function time(call: () => void): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    for (let k = 0; k < CALLS; k++) call();
    return performance.now() - start;
  });
  return (Math.min(...rounds) / CALLS / COLUMNS) * 1e6;
}

const table = ROWS.map((rows) => {
  const kernel = new Kernel(bytesOf({ float64: [COLUMNS * rows, rows, rows, COLUMNS, COLUMNS] }));
  const [response, b, sum] = [COLUMNS * rows, rows, rows].map((n) => kernel.float64(n)) as Float64Array[];
  const [dots, factors] = [kernel.float64(COLUMNS), kernel.float64(COLUMNS)];
  for (let i = 0; i < response!.length; i++) response![i] = Math.sin(i);
  b!.fill(0.5);
  factors.fill(1e-9);
  const columns = { response: response!, stride: rows };
  const dot = {
    engine: time(() => dotColumns(dots, response!, rows, b!)),
    kernel: time(() => kernel.dotColumns(dots, columns, COLUMNS, b!, 0, rows)),
  };
  const add = {
    engine: time(() => addColumns(sum!, factors, response!, rows)),
    kernel: time(() => kernel.addColumns(sum!, factors, columns, COLUMNS, rows)),
  };
  const show = ({ engine, kernel: own }: typeof dot): string =>
    `${engine.toFixed(0)} ns, ${own.toFixed(0)} ns: ${(engine / own).toFixed(1)} times`;
  return { rows, 'times a column': show(dot), 'sum of columns': show(add) };
});
console.table(table);
