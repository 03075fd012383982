import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromJson, readNpz, type ScanResult, toJson, writeNpz } from '../../src/result/index.js';
import { needsShared, sharedBytes, sharedText } from '../support/shared.js';
import { anyResult, mapOf, metadata, needsPython, python, pythonArchives } from './support.js';

const twoNsides: ScanResult = {
  metadata,
  maps: [
    mapOf(8, [
      [0, 1234.5],
      [7, Number.NaN],
      [767, 99.25],
    ]),
    mapOf(512, [[3145727, 98]]),
  ],
};

describe('a result written as npz', () => {
  test('reads back as it was, whatever its numbers', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        expect(readNpz(writeNpz(result))).toEqual(result);
      }),
      { numRuns: 300 },
    );
  });

  test('keeps the sign of zero', () => {
    const result = { metadata, maps: [mapOf(1, [[0, -0]])] };
    expect(Object.is(readNpz(writeNpz(result)).maps[0]!.llh[0], -0)).toBe(true);
  });

  test('is the same bytes for the same numbers, whatever bits a NaN carries', () => {
    const strange = mapOf(8, [[0, 1]]);
    new DataView(strange.llh.buffer).setBigUint64(0, 0xfff8000000000123n, true);
    const plain = mapOf(8, [[0, Number.NaN]]);
    expect(writeNpz({ metadata, maps: [strange] })).toEqual(writeNpz({ metadata, maps: [plain] }));
  });

  test('is a stored zip dated 1980-01-01 with the rows of every array 64-byte aligned', () => {
    const bytes = writeNpz(twoNsides);
    const view = new DataView(bytes.buffer);
    const names: string[] = [];
    let at = 0;
    while (view.getUint32(at, true) === 0x04034b50) {
      expect([view.getUint16(at + 8, true), view.getUint32(at + 10, true)]).toEqual([0, 0x210000]);
      const dataAt = at + 30 + view.getUint16(at + 26, true);
      names.push(new TextDecoder().decode(bytes.subarray(at + 30, dataAt)));
      expect((10 + view.getUint16(dataAt + 8, true)) % 64).toBe(0);
      at = dataAt + view.getUint32(at + 18, true);
    }
    expect(names).toEqual(['header.npy', 'nside-8.npy', 'nside-512.npy']);
  });

  test('an empty scan is an archive without members', () => {
    expect(readNpz(writeNpz({ metadata, maps: [] }))).toEqual({ metadata: null, maps: [] });
  });
});

needsPython('numpy', ['numpy'], () => {
  const look = `
import sys, json, numpy as np
z = np.load(sys.argv[1], allow_pickle=False)
print(json.dumps({k: {'dtype': z[k].dtype.descr, 'rows': [[None if v != v else v for v in row] for row in z[k].tolist()]} for k in z.keys()}))`;

  test('finds the arrays and the header that skyreader expects, in the order of the nsides', () => {
    const seen = python(look, { 'a.npz': writeNpz(twoNsides) });
    expect(Object.keys(seen)).toEqual(['header', 'nside-8', 'nside-512']);
    const pixel = ['index', 'llh', 'E_in', 'E_tot', 'X', 'Y', 'Z', 'T'].map((name, i) => [name, i ? '<f8' : '<i8']);
    expect(seen['nside-8'].dtype).toEqual(pixel);
    expect(seen['nside-512'].dtype).toEqual(pixel);
    expect(seen.header.dtype).toEqual([
      ['nside', '<i8'],
      ['complete', '|b1'],
      ['run_id', '<i8'],
      ['event_id', '<i8'],
      ['event_type', '<U8'],
      ['mjd', '<f8'],
      ['is_real_event', '|b1'],
      ['version', '<i8'],
    ]);
    expect(seen.header.rows).toEqual([
      [8, true, 136662, 35405932, 'neutrino', 59723.32051140454, true, 1],
      [512, true, 136662, 35405932, 'neutrino', 59723.32051140454, true, 1],
    ]);
    expect(seen['nside-8'].rows).toEqual(rowsOf(twoNsides, 0));
    expect(seen['nside-512'].rows).toEqual(rowsOf(twoNsides, 1));
  });

  test('sees a missing event type as the text None, and text outside ASCII unharmed', () => {
    for (const [eventType, text] of [
      [null, 'None'],
      ['ν_μ 𝛎', 'ν_μ 𝛎'],
      ['', ''],
    ] as const) {
      const seen = python(look, { 'a.npz': writeNpz({ ...twoNsides, metadata: { ...metadata, eventType } }) });
      expect(seen.header.rows[0][4]).toBe(text);
    }
  });

  test('sees no header where there is no metadata', () => {
    expect(Object.keys(python(look, { 'a.npz': writeNpz({ ...twoNsides, metadata: null }) }))).toEqual([
      'nside-8',
      'nside-512',
    ]);
  });

  const pixels = `
import numpy as np
v0 = np.dtype([('index', int), ('llh', float), ('E_in', float), ('E_tot', float)])
v1 = np.dtype(v0.descr + [(k, float) for k in 'XYZT'])
a = np.array([(3, 1.5, np.nan, 2.0), (5, -0.25, 1.0, np.inf)], dtype=v0)
b = np.array([(100, 7.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)], dtype=v1)
`;

  test('writes what we read: version 1 with header, stored and deflated', () => {
    const scripts = ['savez', 'savez_compressed'].map(
      (save) => `
h = np.array([(64, True, 7, 8, 'HESE', 59000.5, True, 1)], dtype=[('nside', int), ('complete', bool), ('run_id', int),
    ('event_id', int), ('event_type', 'U4'), ('mjd', float), ('is_real_event', bool), ('version', int)])
np.${save}(out, header=h, **{'nside-64': b})`,
    );
    for (const bytes of pythonArchives(pixels, scripts)) {
      const result = readNpz(bytes);
      expect(result.metadata).toEqual({
        runId: 7,
        eventId: 8,
        eventType: 'HESE',
        mjd: 59000.5,
        isRealEvent: true,
        complete: true,
      });
      expect(rowsOf(result, 0)).toEqual([[100, 7, 1, 2, 3, 4, 5, 6]]);
    }
  });

  test('writes what we read: version 0 without header, and with a header that knows of no version', () => {
    const [bare, old] = pythonArchives(pixels, [
      `np.savez(out, **{'nside-8': a})`,
      `
h = np.array([(8, 7, 8, 'None', 59000.5)], dtype=[('nside', int), ('run_id', int), ('event_id', int), ('event_type', 'U4'), ('mjd', float)])
np.savez(out, header=h, **{'nside-8': a})`,
    ]).map((bytes) => readNpz(bytes)) as [ScanResult, ScanResult];
    expect(bare.metadata).toBeNull();
    expect(rowsOf(bare, 0)).toEqual([
      [3, 1.5, null, 2, null, null, null, null],
      [5, -0.25, 1, Number.POSITIVE_INFINITY, null, null, null, null],
    ]);
    expect(old.metadata).toEqual({
      runId: 7,
      eventId: 8,
      eventType: null,
      mjd: 59000.5,
      isRealEvent: false,
      complete: false,
    });
  });

  test('writes pickled objects, other types and other arrays, and we refuse them all', () => {
    const refused: [string, RegExp][] = [
      [`np.savez(out, **{'nside-8': np.array([{'a': 1}], dtype=object)})`, /pickled Python objects/],
      [
        `np.savez(out, **{'nside-8': np.array([(1, 'x')], dtype=[('index', int), ('llh', object)])})`,
        /pickled Python objects/,
      ],
      [
        `np.savez(out, **{'nside-8': a.astype([('index', int), ('llh', 'f4'), ('E_in', float), ('E_tot', float)])})`,
        /"<f4"/,
      ],
      [`np.savez(out, **{'nside-8': a.astype(a.dtype.newbyteorder('>'))})`, /">i8"/],
      [
        `np.savez(out, **{'nside-8': a[['index', 'llh']].astype([('index', int), ('llh', float)])})`,
        /instead of those of a result/,
      ],
      [`np.savez(out, **{'nside-8': a.reshape(2, 1)})`, /not a one-dimensional array/],
      [`np.savez(out, **{'nside-8': np.arange(4)})`, /instead of named fields/],
      [`np.savez(out, **{'nside-9': a})`, /member "nside-9.npy"/],
      [`np.savez(out, a)`, /member "arr_0.npy"/],
      [`np.savez(out, **{'nside-8': np.concatenate([a, a])})`, /pixel 3 twice/],
      [`np.savez(out, **{'nside-1': np.array([(12, 1, 1, 1)], dtype=v0)})`, /has a pixel 12; nside 1 has 0 to 11/],
      [
        `np.savez(out, header=np.array([(8,)], dtype=[('nside', int)]), **{'nside-64': a})`,
        /header that names nside-8/,
      ],
      [
        `np.savez(out, header=np.array([(8,)], dtype=[('nside', int)]), **{'nside-8': a, 'nside-64': a})`,
        /does not name/,
      ],
    ];
    const archives = pythonArchives(
      pixels,
      refused.map(([script]) => script),
    );
    for (const [i, [script, message]] of refused.entries()) {
      const bytes = archives[i]!;
      expect(() => readNpz(bytes, 'x.npz'), script).toThrow(
        expect.objectContaining({ code: 'result/bad-file', message: expect.stringMatching(message) }),
      );
    }
  });
});

/** Rows as Python prints them, NaN as null. */
function rowsOf(result: ScanResult, index: number): (number | null)[][] {
  const { pixel, llh, eIn, eTot, x, y, z, t } = result.maps[index]!;
  return Array.from(pixel, (_, i) =>
    [pixel, llh, eIn, eTot, x, y, z, t].map((column) => (Number.isNaN(column[i]) ? null : column[i]!)),
  );
}

const OLD_MAP = 'data/events/run00136662-evt000035405932-BRONZE-8_64_512.npz';
needsShared("IceCube's full-scan map", [OLD_MAP], () => {
  test('reads, and reads again after we have written it as npz and as JSON', () => {
    const result = readNpz(sharedBytes(OLD_MAP));
    expect(result.maps.map((map) => [map.nside, map.pixel.length])).toEqual([
      [64, 832],
      [512, 1543],
      [8, 768],
    ]);
    const best = result.maps[1]!.pixel.indexOf(1481996);
    expect(result.maps[1]!.llh[best]).toBeCloseTo(1112.39944903, 8);
    expect(readNpz(writeNpz(result))).toEqual(result);
    expect(fromJson(toJson(result))).toEqual(result);
  });
});

const REFERENCE = 'data/reference-results/millipede_wilks/run00127907.evt000020178442.HESE_1.json';
needsShared("upstream's reference results", [REFERENCE], () => {
  test('read as JSON, write as npz, read again', () => {
    const result = fromJson(sharedText(REFERENCE));
    expect(readNpz(writeNpz(result))).toEqual(result);
  });
});
