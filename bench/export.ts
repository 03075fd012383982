/**
 * What exports cost: seconds and bytes of every product, for a scan of the default size and for a full map of nside 512
 * (3 145 728 pixels), and of the maps that all of them are made from. One run each, in the order of `export`.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir out/bench
 *     node --max-old-space-size=6000 out/bench/bench/export.js [default | full]
 */
import {
  eventStem,
  type NsideMap,
  PRODUCT_FORMATS,
  type ScanResult,
  skyMaps,
  skyProducts,
  summarize,
} from '../src/result/index.js';
import { angularDistance, children, disc, pixelCount, pixelPhi, pixelTheta } from '../src/sky/index.js';

const RA = 0.8;
const DEC = -0.06;
const VECTOR = [Math.cos(DEC) * Math.cos(RA), Math.cos(DEC) * Math.sin(RA), Math.sin(DEC)];

/** A minimum 0.3 degrees wide, with the unevenness of real fits. */
function mapOf(nside: number, pixels: ArrayLike<number>): NsideMap {
  const pixel = Int32Array.from(pixels).sort();
  const llh = Float64Array.from(pixel, (p) => {
    const distance = angularDistance(RA, DEC, pixelPhi(nside, p), Math.PI / 2 - pixelTheta(nside, p));
    return 1000 + Math.min((distance / 0.006) ** 2 / 2, 400 + 100 * distance) + 0.05 * Math.sin(p * 12.9898);
  });
  return { nside, pixel, llh, eIn: llh, eTot: llh, x: llh, y: llh, z: llh, t: llh };
}

function scanOf(maps: NsideMap[]): ScanResult {
  const event = { runId: 136662, eventId: 35405932, eventType: 'neutrino', mjd: 59723.32 };
  return { metadata: { ...event, isRealEvent: true, complete: true }, maps };
}

const SCANS: Readonly<Record<string, () => ScanResult>> = {
  default: () =>
    scanOf([
      mapOf(8, disc(8, VECTOR, 4)),
      mapOf(
        64,
        disc(8, VECTOR, 0.22).flatMap((pixel) => children(8, pixel, 64)),
      ),
      mapOf(
        512,
        disc(64, VECTOR, 0.045).flatMap((pixel) => children(64, pixel, 512)),
      ),
    ]),
  full: () =>
    scanOf([
      mapOf(
        512,
        Array.from({ length: pixelCount(512) }, (_, p) => p),
      ),
    ]),
};

function timed<T>(work: () => T): { value: T; seconds: number } {
  const startMs = performance.now();
  const value = work();
  return { value, seconds: (performance.now() - startMs) / 1000 };
}

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(SCANS)) {
  const make = SCANS[name];
  if (make === undefined) throw new Error(`there is no map "${name}": ${Object.keys(SCANS).join(', ')}`);
  const result = make();
  const pixels = result.maps.reduce((sum, { pixel }) => sum + pixel.length, 0);
  const maps = timed(() => skyMaps(result));
  const summary = timed(() => summarize(result, { recoAlgo: 'dummy', nRecos: 0, wallS: 0, sky: maps.value }));
  console.log(`\n${name}: ${pixels} pixels, ${maps.value?.probability.density.length} cells after the blur`);
  console.log(`maps ${maps.seconds.toFixed(2)} s, summary ${summary.seconds.toFixed(2)} s`);
  const rows: Record<string, { seconds: string; kB: number }> = {};
  for (const format of PRODUCT_FORMATS) {
    const products = skyProducts(result, eventStem(result.metadata!), { formats: [format], sky: maps.value });
    for (;;) {
      const { value: next, seconds } = timed(() => products.next());
      if (next.done) break;
      const { name: file, bytes } = next.value;
      const size = typeof bytes === 'string' ? new TextEncoder().encode(bytes).length : bytes.length;
      rows[file.replace(/^run\d+\.evt\d+\.neutrino\./, '')] = {
        seconds: seconds.toFixed(3),
        kB: Math.round(size / 100) / 10,
      };
    }
  }
  console.table(rows);
}
