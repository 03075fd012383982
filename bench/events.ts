/**
 * Time to decode event files: the median of repeated decodings of each file given, CPU milliseconds, warm.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/events.js FILE...
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { decodeEvent } from '../src/event/index.js';

const REPEATS = 15;

const rows = process.argv.slice(2).map((file) => {
  const bytes = new Uint8Array(readFileSync(file));
  const ms = Array.from({ length: REPEATS }, () => {
    const before = process.cpuUsage();
    decodeEvent(bytes, file);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  return { file: basename(file), kB: Math.round(bytes.length / 1000), 'CPU ms': Number(ms[REPEATS >> 1]!.toFixed(1)) };
});
console.table(rows);
