import { describe, expect, test } from 'vitest';
import {
  flattenLlh,
  multiOrderFits,
  multiOrderLlhFits,
  readMultiOrderFits,
  readNpz,
  skyMaps,
  summarize,
} from '../../src/result/index.js';
import { children, pixelArea, pixelCount, ringToUniq, uniqToRing } from '../../src/sky/index.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedBytes } from '../support/shared.js';
import { gaussianScan, mapOf, metadata, needsPython, python } from './support.js';

const unknown = { recoAlgo: 'splinempe', nRecos: null, wallS: null };
const result = gaussianScan({ raDeg: 359.9, decDeg: -44, sigmaDeg: 0.4 });
const summary = summarize(result, unknown);
const file = multiOrderFits(result, summary)!;

/** Cells that cover the sky exactly once: sorted by their first pixel of the finest order they meet end to end. */
function expectCover(uniq: Float64Array): void {
  let area = 0;
  const finest = 2 ** 20;
  const starts = Array.from(uniq, (value) => {
    const order = Math.floor(Math.log2(value / 4) / 2);
    area += 4 ** -order / 12;
    const width = (finest / 2 ** order) ** 2;
    return [(value - 4 ** (order + 1)) * width, width] as const;
  }).sort(([a], [b]) => a - b);
  let at = 0;
  for (const [start, width] of starts) {
    if (start !== at) throw new Error(`cells leave a hole or overlap at ${at}`);
    at = start + width;
  }
  expect(at).toBe(12 * finest * finest);
  expectClose(area, 1, { absolute: 1e-12 }, 'share of the sky');
}

describe('the multi-order file of a scan', () => {
  const map = readMultiOrderFits(file);

  test('covers the sky exactly once, rows ascending by UNIQ', () => {
    expect(map.uniq.every((value, i) => i === 0 || value > map.uniq[i - 1]!)).toBe(true);
    expectCover(map.uniq);
  });

  test('integrates to 1', () => {
    let total = 0;
    for (const [i, value] of map.uniq.entries()) total += map.value[i]! * pixelArea(uniqToRing(value).nside);
    expectClose(total, 1, { absolute: 1e-12 }, 'integral');
    expect(map.value.every((density) => density >= 0)).toBe(true);
  });

  test('is the same bytes each time, whoever made the maps behind it', () => {
    expect(multiOrderFits(result, summary)).toEqual(file);
    expect(multiOrderFits(result, summary, { sky: skyMaps(result, 0.2) })).toEqual(file);
  });

  test('says what, where and how sure in its header, with no date of writing', () => {
    const header = Object.fromEntries(map.header);
    expect(header).toMatchObject({
      PIXTYPE: 'HEALPIX',
      ORDERING: 'NUNIQ',
      COORDSYS: 'C',
      INDXSCHM: 'EXPLICIT',
      TTYPE1: 'UNIQ',
      TFORM1: 'K',
      TTYPE2: 'PROBDENSITY',
      TFORM2: 'D',
      TUNIT2: 'sr-1',
      OBJECT: 'run00136662.evt000035405932.neutrino',
      RUNID: 136662,
      EVENTID: 35405932,
      SENDER: 'IceCube Collaboration',
      'DATE-OBS': '2022-05-24T07:41:32.185',
      'MJD-OBS': 59723.32051140454,
      I3TYPE: 'neutrino',
      RECO: 'splinempe',
      NSIDES: '8 64 512',
      ANGULAR_ERROR_FLOOR: 0.2,
    });
    expect(header).not.toHaveProperty('DATE');
    expect(header.MOCORDER).toBe(Math.max(...Array.from(map.uniq, (value) => Math.log2(uniqToRing(value).nside))));
    expectClose(header.RA as number, summary.peak!.ra_deg, { absolute: 0.0051 }, 'RA');
    expectClose(header.DEC as number, summary.peak!.dec_deg, { absolute: 0.0051 }, 'DEC');
    const [half, ninety] = summary.regions;
    for (const [key, value] of [
      ['RA_ERR_PLUS_50', half!.ra_plus_deg],
      ['RA_ERR_MINUS_50', half!.ra_minus_deg],
      ['DEC_ERR_PLUS_50', half!.dec_plus_deg],
      ['DEC_ERR_MINUS_50', half!.dec_minus_deg],
      ['RA_ERR_PLUS_90', ninety!.ra_plus_deg],
      ['RA_ERR_MINUS_90', ninety!.ra_minus_deg],
      ['DEC_ERR_PLUS_90', ninety!.dec_plus_deg],
      ['DEC_ERR_MINUS_90', ninety!.dec_minus_deg],
      ['CONTOUR_AREA_50', half!.area_deg2],
      ['CONTOUR_AREA_90', ninety!.area_deg2],
    ] as const) {
      expectClose(header[key] as number, value, { absolute: 0.0051 }, key);
    }
  });

  test('carries who wrote it and when, if it is told', () => {
    const header = readMultiOrderFits(
      multiOrderFits(result, summary, { creator: 'skymap-scanner 1.2.3', date: '2026-01-02T03:04:05', sender: 'me' })!,
    ).header;
    expect([header.get('CREATOR'), header.get('DATE'), header.get('SENDER')]).toEqual([
      'skymap-scanner 1.2.3',
      '2026-01-02T03:04:05',
      'me',
    ]);
  });

  test('does not speak in IceCube’s name for simulated events', () => {
    const simulated = { ...result, metadata: { ...metadata, isRealEvent: false } };
    expect(readMultiOrderFits(multiOrderFits(simulated, summary)!).header.has('SENDER')).toBe(false);
  });

  test('does not exist where every fit failed', () => {
    const failed = { metadata, maps: [mapOf(8, [[0, Number.NaN]])] };
    expect(multiOrderFits(failed, summarize(failed, unknown))).toBeNull();
    expect(multiOrderLlhFits(failed, summarize(failed, unknown))).toBeNull();
  });
});

describe('the multi-order likelihood map', () => {
  test('splits a coarse pixel that finer ones cover only in part: no holes, no value lost', () => {
    const coarse = mapOf(
      2,
      Array.from({ length: pixelCount(2) }, (_, pixel) => [pixel, 100 + pixel] as const),
    );
    const some = children(2, 17, 8).slice(0, 5);
    const fine = mapOf(
      8,
      some.map((pixel, i) => [pixel, i === 2 ? Number.NaN : 50 + i] as const),
    );
    const scan = { metadata, maps: [coarse, fine] };
    const map = readMultiOrderFits(multiOrderLlhFits(scan, summarize(scan, unknown))!);
    expect(map.kind).toBe('likelihood');
    expectCover(map.uniq);
    const flat = flattenLlh(scan, 8);
    for (const [i, value] of map.uniq.entries()) {
      const { nside, pixel } = uniqToRing(value);
      for (const inside of nside === 8 ? [pixel] : children(nside, pixel, 8)) {
        expect(map.value[i]).toBe(2 * (flat[inside]! - 50));
      }
    }
  });

  test('has NaN where nothing was scanned', () => {
    const scan = { metadata, maps: [mapOf(1, [[3, 7]])] };
    const map = readMultiOrderFits(multiOrderLlhFits(scan, summarize(scan, unknown))!);
    expect(map.uniq.length).toBe(12);
    expect(map.value[map.uniq.indexOf(ringToUniq(1, 3))]).toBe(0);
    expect(map.value.filter(Number.isNaN).length).toBe(11);
  });
});

describe('other maps', () => {
  test('are refused with a reason', () => {
    const text = (bytes: Uint8Array, from: string, to: string): Uint8Array => {
      const at = Buffer.from(bytes).indexOf(from);
      const out = bytes.slice();
      out.set(new TextEncoder().encode(to), at);
      return out;
    };
    expect(() => readMultiOrderFits(text(file, "'NUNIQ   '", "'RING    '"))).toThrow(/ORDERING "RING"/);
    expect(() => readMultiOrderFits(text(file, "'PROBDENSITY'", "'SOMETHINGS!'"))).toThrow(/no column 2DLLH/);
  });
});

/** The check of specs/test-environment.md section 5, and the recipe of alert consumers for the 90 % area. */
const LOOK = `
import sys, json, warnings, numpy as np
warnings.simplefilter('error')
import astropy_healpix as ah
from astropy.io import fits
from astropy.table import QTable
from astropy import units as u
with fits.open(sys.argv[1]) as f:
    f.verify('exception')
    head, rows = f[1].header, f[1].data
    assert (head['PIXTYPE'], head['ORDERING'], head['COORDSYS']) == ('HEALPIX', 'NUNIQ', 'C')
    assert rows['UNIQ'].dtype.kind == 'i' and rows['UNIQ'].dtype.itemsize == 8
table = QTable.read(sys.argv[1])
assert table['PROBDENSITY'].unit == 1 / u.sr
level, ipix = ah.uniq_to_level_ipix(np.asarray(table['UNIQ']))
lon, lat = ah.healpix_to_lonlat(ipix, 2**level, order='nested')
area = 4 * np.pi / (12 * 4.0**level)
p = table['PROBDENSITY'].value
order = np.argsort(-p, kind='stable')
inside = np.cumsum((p * area)[order])
best = int(np.argmax(p))
deg2 = area[order] * (180 / np.pi) ** 2
def recipe(level):
    at = np.searchsorted(inside, level)
    return [float(np.cumsum(deg2)[at]), float(deg2[at])]
print(json.dumps({'rows': len(level), 'total': float((p * area).sum()), 'sky': float(area.sum() / (4 * np.pi)),
    'best': [float(lon[best].deg), float(lat[best].deg)], 'area50': recipe(0.5), 'area90': recipe(0.9),
    'levels': [int(level.min()), int(level.max())],
    'ra_minus': head['RA_ERR_MINUS_90'], 'note': head['COMMENTS']}))`;

needsPython('astropy and astropy-healpix', ['astropy', 'astropy_healpix'], () => {
  test('accept the file and find in it what its summary says', () => {
    const seen = python(LOOK, { 'a.fits': file });
    expectClose(seen.total, 1, { absolute: 1e-12 }, 'integral');
    expectClose(seen.sky, 1, { absolute: 1e-12 }, 'share of the sky');
    // Their recipe takes the whole cell that crosses the level, ours the part of it that is needed.
    for (const [i, [area, cell]] of [seen.area50, seen.area90].entries()) {
      const { area_deg2: ours, level } = summary.regions[i]!;
      if (!(area - cell <= ours * 1.00001 && ours <= area * 1.00001))
        throw new Error(`${level}: ${ours} and ${area}, ${cell}`);
    }
    expectClose(seen.best[1], summary.peak!.dec_deg, { absolute: 0.06 }, 'dec of the densest cell');
    expect(seen.ra_minus).toBeGreaterThan(0);
    expect(seen.note).toBe('50% and 90% uncertainty location => Highest posterior density 50% and 90% credible region');
  });
});

const OLD_MAP = 'data/events/run00136662-evt000035405932-BRONZE-8_64_512.npz';
needsShared("IceCube's full-scan map", [OLD_MAP], () => {
  test('becomes a multi-order map that integrates to 1', () => {
    const old = readNpz(sharedBytes(OLD_MAP));
    const map = readMultiOrderFits(multiOrderFits(old, summarize(old, unknown))!);
    expectCover(map.uniq);
    let total = 0;
    for (const [i, value] of map.uniq.entries()) total += map.value[i]! * pixelArea(uniqToRing(value).nside);
    expectClose(total, 1, { absolute: 1e-12 }, 'integral');
    expect(map.header.has('RUNID')).toBe(false);
  });
});
