/** Results to test with, and a way to ask real Python readers what they see. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { NsideMap, ScanMetadata, ScanResult } from '../../src/result/index.js';
import { angularDistance, children, disc, pixelCount, pixelPhi, pixelTheta } from '../../src/sky/index.js';

export { needsPython } from '../support/python.js';

export const metadata: ScanMetadata = {
  runId: 136662,
  eventId: 35405932,
  eventType: 'neutrino',
  mjd: 59723.32051140454,
  isRealEvent: true,
  complete: true,
};

/** A map with the given llh; the other columns are made from the row, so that a swapped column shows. */
export function mapOf(nside: number, llhOfPixel: Iterable<readonly [pixel: number, llh: number]>): NsideMap {
  const rows = [...llhOfPixel].sort(([a], [b]) => a - b);
  const column = (of: (pixel: number, llh: number) => number): Float64Array =>
    Float64Array.from(rows, ([pixel, llh]) => of(pixel, llh));
  return {
    nside,
    pixel: Int32Array.from(rows, ([pixel]) => pixel),
    llh: column((_, llh) => llh),
    eIn: column((pixel) => 1000 + pixel),
    eTot: column((pixel) => 2000.5 + pixel),
    x: column((pixel) => -500 + pixel / 7),
    y: column((pixel) => 100 - pixel / 3),
    z: column((pixel) => pixel / 11),
    t: column((pixel) => 10000 + pixel),
  };
}

/** Every double there is, the awkward ones often. */
const awkward = fc.oneof(
  fc.double(),
  fc.constantFrom(
    Number.NaN,
    -0,
    0,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    5e-324,
    1.7976931348623157e308,
    1e16,
    1e-5,
  ),
);

/** Any result the types allow: several nsides in any order, failed pixels, indices up to the last of nside 8192. */
export const anyResult: fc.Arbitrary<ScanResult> = fc.record({
  metadata: fc.option(
    fc.record({
      runId: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      eventId: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      // numpy strips zero characters at the end of a text, and "None" is how it spells a missing one.
      eventType: fc.option(fc.string({ unit: 'binary' }).filter((text) => !text.endsWith('\0') && text !== 'None')),
      mjd: awkward,
      isRealEvent: fc.boolean(),
      complete: fc.boolean(),
    }),
  ),
  maps: fc
    .uniqueArray(fc.integer({ min: 0, max: 13 }), { minLength: 1, maxLength: 4 })
    .chain((orders) => fc.tuple(...orders.map((order) => anyMap(2 ** order)))),
});

function anyMap(nside: number): fc.Arbitrary<NsideMap> {
  return fc.uniqueArray(fc.nat({ max: 12 * nside * nside - 1 }), { maxLength: 20 }).chain((pixels) => {
    const count = pixels.length;
    const column = fc.array(awkward, { minLength: count, maxLength: count }).map((values) => Float64Array.from(values));
    return fc.record({
      nside: fc.constant(nside),
      pixel: fc.constant(Int32Array.from(pixels).sort()),
      llh: column,
      eIn: column,
      eTot: column,
      x: column,
      y: column,
      z: column,
      t: column,
    });
  });
}

/** Debian's Python; an earlier one in the path does not see Debian's packages. */
const PYTHON = '/usr/bin/python3';

/** Runs a script with the files' paths as arguments and parses the JSON it prints. */
export function python<T = ReturnType<typeof JSON.parse>>(
  script: string,
  files: Record<string, Uint8Array | string> = {},
): T {
  const folder = mkdtempSync(join(tmpdir(), 'skymap-result-'));
  try {
    const paths = Object.entries(files).map(([name, content]) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    });
    const output = execFileSync(PYTHON, ['-W', 'error::RuntimeWarning', '-c', script, ...paths], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(output) as T;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs several scripts in one Python after a common beginning; each writes an archive to `out`. */
export function pythonArchives(beginning: string, scripts: readonly string[]): Uint8Array[] {
  const texts = python<string[]>(
    `
import base64, io, json, sys
beginning, scripts = json.load(open(sys.argv[1]))
archives = []
for script in scripts:
    names = {'out': io.BytesIO()}
    exec(beginning + script, names)
    archives.append(base64.b64encode(names['out'].getvalue()).decode())
print(json.dumps(archives))`,
    { 'scripts.json': JSON.stringify([beginning, scripts]) },
  );
  return texts.map((text) => Uint8Array.from(Buffer.from(text, 'base64')));
}

/**
 * A scan 8, 64, 512 whose posterior is a Gaussian of `sigmaDeg` an axis around a position: all of nside 8, and the
 * finer nsides wherever the position is near.
 */
export function gaussianScan({
  raDeg,
  decDeg,
  sigmaDeg,
}: {
  raDeg: number;
  decDeg: number;
  sigmaDeg: number;
}): ScanResult {
  const [ra, dec, sigma] = [raDeg, decDeg, sigmaDeg].map((degrees) => (degrees * Math.PI) / 180) as [
    number,
    number,
    number,
  ];
  const vector = [Math.cos(dec) * Math.cos(ra), Math.cos(dec) * Math.sin(ra), Math.sin(dec)];
  const llh = (nside: number, pixel: number): number => {
    const distance = angularDistance(ra, dec, pixelPhi(nside, pixel), Math.PI / 2 - pixelTheta(nside, pixel));
    return 1000 + (distance / sigma) ** 2 / 2;
  };
  const all = Array.from({ length: pixelCount(8) }, (_, pixel) => pixel);
  const middle = disc(8, vector, 6 * sigma + 0.13).flatMap((pixel) => children(8, pixel, 64));
  const fine = disc(64, vector, 5 * sigma + 0.016).flatMap((pixel) => children(64, pixel, 512));
  const maps: [number, number[]][] = [
    [8, all],
    [64, middle],
    [512, fine],
  ];
  return {
    metadata,
    maps: maps.map(([nside, pixels]) =>
      mapOf(
        nside,
        pixels.map((pixel) => [pixel, llh(nside, pixel)] as const),
      ),
    ),
  };
}
