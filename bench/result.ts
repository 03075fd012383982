/**
 * What writing and reading results costs, for a scan of the default size and for a large one: median milliseconds.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/result.js
 */
import { Bench } from 'tinybench';
import {
  fromJson,
  multiOrderFits,
  type NsideMap,
  readNpz,
  type ScanResult,
  skyMaps,
  summarize,
  toJson,
  writeNpz,
} from '../src/result/index.js';
import { angularDistance, children, disc, pixelPhi, pixelTheta } from '../src/sky/index.js';

/** A scan 8, 64, 512 around (RA 0.8, dec -0.06) rad whose finer nsides reach `coarse` and `fine` radians far. */
function benchScan(coarse: number, fine: number): ScanResult {
  const position = [0.8, -0.06] as const;
  const vector = [
    Math.cos(position[1]) * Math.cos(position[0]),
    Math.cos(position[1]) * Math.sin(position[0]),
    Math.sin(position[1]),
  ];
  const all = disc(8, vector, Math.PI + 1);
  const middle = disc(8, vector, coarse).flatMap((pixel) => children(8, pixel, 64));
  const finest = disc(64, vector, fine).flatMap((pixel) => children(64, pixel, 512));
  return {
    metadata: {
      runId: 136662,
      eventId: 35405932,
      eventType: 'neutrino',
      mjd: 59723.32,
      isRealEvent: true,
      complete: true,
    },
    maps: [mapOf(8, all), mapOf(64, middle), mapOf(512, finest)],
  };

  function mapOf(nside: number, pixels: number[]): NsideMap {
    const pixel = Int32Array.from(pixels).sort();
    const llh = Float64Array.from(pixel, (p) => {
      const distance = angularDistance(...position, pixelPhi(nside, p), Math.PI / 2 - pixelTheta(nside, p));
      return 1000 + (distance / 0.006) ** 2 / 2;
    });
    return { nside, pixel, llh, eIn: llh, eTot: llh, x: llh, y: llh, z: llh, t: llh };
  }
}

for (const [title, scan] of [
  ['default', benchScan(0.25, 0.03)],
  ['large', benchScan(0.8, 0.15)],
] as const) {
  const pixels = scan.maps.reduce((sum, map) => sum + map.pixel.length, 0);
  const npz = writeNpz(scan);
  const json = toJson(scan);
  const sky = skyMaps(scan);
  const summary = summarize(scan, { recoAlgo: null, nRecos: null, wallS: null, sky });
  console.log(`${title}: ${pixels} pixels, ${npz.length} bytes npz, ${json.length} bytes JSON`);
  const bench = new Bench({ time: 500 })
    .add('write npz', () => writeNpz(scan))
    .add('read npz', () => readNpz(npz))
    .add('write JSON', () => toJson(scan))
    .add('read JSON', () => fromJson(json))
    .add('blurred map', () => skyMaps(scan))
    .add('summary of the maps', () => summarize(scan, { recoAlgo: null, nRecos: null, wallS: null, sky }))
    .add('multi-order FITS of the maps', () => multiOrderFits(scan, summary, { sky }));
  await bench.run();
  for (const { name, result } of bench.tasks) {
    console.log(`  ${name.padEnd(30)} ${'latency' in result ? result.latency.p50.toFixed(2) : 'failed'} ms`);
  }
}
