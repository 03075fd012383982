/**
 * What the sky costs: nanoseconds a call of the pixel and direction functions, milliseconds of a scan's map, peak and
 * regions.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node out/bench/bench/sky.js
 */
import { Bench } from 'tinybench';
import {
  ancestor,
  children,
  contourLines,
  credibleRegion,
  directionOf,
  disc,
  finestCells,
  type LlhMap,
  neighbours,
  nestToRing,
  pixelAt,
  pixelCount,
  pixelPhi,
  pixelTheta,
  pixelVector,
  probabilityMap,
  raDecOf,
  ringToNest,
  skyFrame,
  wilksRegion,
} from '../src/sky/index.js';

/** Arguments cycle through this many values, so that nothing is measured on one pixel only. */
const CYCLE = 4096;

/** A Gaussian likelihood of `sigma` radians around (RA 0.8, dec -0.06). */
function llhOf(nside: number, pixel: number, sigma: number): number {
  const out = pixelVector(nside, pixel, new Float64Array(3));
  const x = out[0]! - Math.cos(0.06) * Math.cos(0.8);
  const y = out[1]! - Math.cos(0.06) * Math.sin(0.8);
  const z = out[2]! + Math.sin(0.06);
  return (x * x + y * y + z * z) / (2 * sigma * sigma);
}

/** A default scan: nside 8, the children of its 12 best pixels at 64, those of its 24 best there at 512. */
function defaultScan(sigma: number): LlhMap[] {
  const maps: LlhMap[] = [];
  let pixel = Array.from({ length: pixelCount(8) }, (_, p) => p);
  for (const [nside, refined, finer] of [
    [8, 12, 64],
    [64, 24, 512],
    [512, 0, 0],
  ] as const) {
    const llh = pixel.map((p) => llhOf(nside, p, sigma));
    maps.push({ nside, pixel, llh });
    const best = pixel.map((_, i) => i).sort((a, b) => llh[a]! - llh[b]!);
    const chosen = best.slice(0, refined).map((i) => pixel[i]!);
    pixel = chosen.flatMap((p) => children(nside, p, finer)).sort((a, b) => a - b);
  }
  return maps;
}

async function calls(): Promise<void> {
  const bench = new Bench({ time: 300, warmupTime: 100 });
  const frame = skyFrame(59723.32);
  const vector = new Float64Array(3);
  const near = new Array<number>(8);
  let sink = 0;
  for (const nside of [64, 8192]) {
    const pixel = Array.from({ length: CYCLE }, (_, i) =>
      Math.floor((pixelCount(nside) * (i * 0.618034)) % pixelCount(nside)),
    );
    const nest = pixel.map((p) => ringToNest(nside, p));
    const theta = pixel.map((p) => pixelTheta(nside, p));
    const phi = pixel.map((p) => pixelPhi(nside, p));
    const each = (name: string, call: (i: number) => number): void => {
      bench.add(`${name}, nside ${nside}`, () => {
        for (let i = 0; i < CYCLE; i++) sink += call(i);
      });
    };
    each('ringToNest', (i) => ringToNest(nside, pixel[i]!));
    each('nestToRing', (i) => nestToRing(nside, nest[i]!));
    each('pixelAt', (i) => pixelAt(nside, theta[i]!, phi[i]!));
    each('pixelTheta + pixelPhi', (i) => pixelTheta(nside, pixel[i]!) + pixelPhi(nside, pixel[i]!));
    each('pixelVector', (i) => pixelVector(nside, pixel[i]!, vector)[2]!);
    each('ancestor at nside 8', (i) => ancestor(nside, pixel[i]!, 8));
    each('neighbours, all eight', (i) => neighbours(nside, pixel[i]!, near)[0]!);
  }
  bench.add('directionOf', () => {
    for (let i = 0; i < CYCLE; i++) sink += directionOf(frame, i * 1e-3, 0.3).zenith;
  });
  bench.add('raDecOf', () => {
    for (let i = 0; i < CYCLE; i++) sink += raDecOf(frame, 1.3, i * 1e-3).decRad;
  });
  await bench.run();
  console.table(
    bench.tasks.map(({ name, result }) => ({
      name,
      'ns a call': 'latency' in result ? Number(((result.latency.p50 * 1e6) / CYCLE).toFixed(1)) : 'failed',
    })),
  );
  if (Number.isNaN(sink)) console.log('a result is not a number');
}

async function maps(): Promise<void> {
  const bench = new Bench({ time: 500, iterations: 3, warmupIterations: 2, warmupTime: 100 });
  const direction = pixelVector(64, 20000, new Float64Array(3));
  bench.add('disc of 3.5 degrees, nside 64 (46 pixels)', () => void disc(64, direction, 0.061));
  bench.add('disc of 3.5 degrees, nside 1024 (12 000 pixels)', () => void disc(1024, direction, 0.061));
  for (const sigmaDeg of [0.3, 1, 5]) {
    const scan = defaultScan((sigmaDeg * Math.PI) / 180);
    const cells = finestCells(scan);
    const map = probabilityMap(cells, { floorDeg: 0.2 });
    const of = `default scan, sigma ${sigmaDeg} deg`;
    bench.add(`${of}: cells`, () => void finestCells(scan));
    bench.add(`${of}: blurred map and peak`, () => void probabilityMap(cells, { floorDeg: 0.2 }));
    bench.add(`${of}: one credible region`, () => void credibleRegion(map, 0.9));
    bench.add(`${of}: one Wilks region`, () => void wilksRegion(cells, 4.61));
    bench.add(`${of}: one outline`, () => void contourLines(map, 0.9));
  }
  await bench.run();
  const pixel = Array.from({ length: pixelCount(512) }, (_, p) => p);
  const full = [{ nside: 512, pixel, llh: pixel.map((p) => llhOf(512, p, 0.005)) }];
  const rows = bench.tasks.map(({ name, result }) => ({
    name,
    ms: 'latency' in result ? Number(result.latency.p50.toFixed(2)) : Number.NaN,
  }));
  const timed = <T>(name: string, run: () => T): T => {
    const start = performance.now();
    const value = run();
    rows.push({ name: `whole sky at nside 512: ${name}`, ms: Math.round(performance.now() - start) });
    return value;
  };
  const cells = timed('cells', () => finestCells(full));
  const map = timed('blurred map and peak', () => probabilityMap(cells, { floorDeg: 0.2 }));
  timed('two credible regions', () => [credibleRegion(map, 0.5), credibleRegion(map, 0.9)]);
  console.table(rows);
  console.log(`most memory held: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
}

await calls();
await maps();
