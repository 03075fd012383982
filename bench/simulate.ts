/**
 * What simulating an event in IC86 costs, by kind and energy: median milliseconds and events a second, each time another
 * event.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/simulate.js
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bench } from 'tinybench';
import { loadIc86 } from '../src/detector/index.js';
import { loadIceModel } from '../src/light/index.js';
import { simulateEvent } from '../src/simulate/index.js';

const read = async (path: string): Promise<Uint8Array> => readFile(join('resources', path));
const setup = { detector: await loadIc86(read), isBuiltin: true, ice: await loadIceModel(read) };

const bench = new Bench({ time: 2_000, warmupIterations: 3 });
for (const kind of ['track', 'cascade'] as const) {
  for (const energyGev of [1e3, 1e4, 1e5, 1e6]) {
    let stream = 0;
    bench.add(`${kind} ${energyGev} GeV`, () => {
      stream++;
      simulateEvent(setup, {
        kind,
        energyGev,
        zenith: 1.6,
        azimuth: 0.01 * stream,
        x: 40,
        y: -30,
        z: -20,
        startTimeUtc: '2024-01-01T00:00:00Z',
        seed: 1,
        stream,
      });
    });
  }
}
await bench.run();
console.table(
  bench.tasks.map(({ name, result }) => {
    if (!('latency' in result)) return { name };
    return { name, 'median ms': result.latency.p50.toFixed(1), 'events/s': (1000 / result.latency.mean).toFixed(1) };
  }),
);
