/**
 * What simulating an event in IC86 costs, by light, kind and energy: median milliseconds and events a minute, each time
 * another event. One core.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/simulate.js
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bench } from 'tinybench';
import { loadIc86 } from '../src/detector/index.js';
import { decodeTables, loadIceModel } from '../src/light/index.js';
import { simulateEvent } from '../src/simulate/index.js';

const read = async (path: string): Promise<Uint8Array> => readFile(join('resources', path));
const ice = await loadIceModel(read);
const formSetup = { detector: await loadIc86(read), isBuiltin: true, ice };
const tables = decodeTables(await read('tables/spice_mie.skylight'), 'spice_mie');
const setups = { 'closed form': formSetup, tables: { ...formSetup, tables, tilt: ice.tilt } };

const bench = new Bench({ time: 1_500, warmupIterations: 3 });
for (const [light, setup] of Object.entries(setups)) {
  for (const kind of ['track', 'cascade'] as const) {
    for (const energyGev of [1e3, 1e4, 1e5, 1e6]) {
      let stream = 0;
      bench.add(`${light}: ${kind} ${energyGev} GeV`, () => {
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
}
await bench.run();
console.table(
  bench.tasks.map(({ name, result }) => {
    if (!('latency' in result)) return { name };
    return { name, 'median ms': result.latency.p50.toFixed(1), 'events/min': Math.round(60_000 / result.latency.mean) };
  }),
);
