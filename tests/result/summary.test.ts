import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import {
  bestFit,
  readNpz,
  readSummary,
  type ScanResult,
  type ScanSummary,
  summarize,
  summaryJson,
  summaryJsonSchema,
  writeNpz,
} from '../../src/result/index.js';
import { angularDistance, pixelArea, pixelPhi, pixelTheta } from '../../src/sky/index.js';
import { expectClose } from '../support/close.js';
import { needsShared, sharedBytes } from '../support/shared.js';
import { gaussianScan, mapOf, metadata } from './support.js';

const DEG = Math.PI / 180;
const handedIn = { recoAlgo: 'splinempe', nRecos: 5376, wallS: 12.5, threshold: 1 };

const validate = new Ajv2020({ strict: true }).compile(summaryJsonSchema());

describe('the summary of a scan', () => {
  const result = gaussianScan({ raDeg: 83.63, decDeg: 22.01, sigmaDeg: 0.5 });
  const summary = summarize(result, handedIn);

  test('says which event, which reconstruction and how much was done', () => {
    expect(summary).toMatchObject({
      run_id: 136662,
      event_id: 35405932,
      event_type: 'neutrino',
      mjd: 59723.32051140454,
      reco_algo: 'splinempe',
      nsides: [8, 64, 512],
      n_recos: 5376,
      wall_s: 12.5,
      predictive_scanning_threshold: 1,
      n_failed_pixels: 0,
    });
    expect(summary.n_pixels).toBe(result.maps.reduce((sum, map) => sum + map.pixel.length, 0));
  });

  test('has the pixel of the smallest llh as best fit, with vertex and energies', () => {
    const best = bestFit(result)!;
    expect(summary.best_fit).toMatchObject({
      nside: best.nside,
      pixel: best.pixel,
      llh: best.llh,
      e_in_gev: best.eInGev,
    });
    expect(summary.best_fit!.position_m).toEqual([best.x, best.y, best.z]);
    expectClose(summary.best_fit!.ra_deg, pixelPhi(best.nside, best.pixel) / DEG, { absolute: 1e-6 }, 'ra');
    expectClose(summary.best_fit!.dec_deg, 90 - pixelTheta(best.nside, best.pixel) / DEG, { absolute: 1e-6 }, 'dec');
  });

  test('finds the truth of a Gaussian posterior, and the size that theory gives its regions', () => {
    const { peak, regions, wilks_regions: wilks } = summary;
    expect(peak!.angular_error_floor_deg).toBe(0.2);
    const off = angularDistance(peak!.ra_deg * DEG, peak!.dec_deg * DEG, 83.63 * DEG, 22.01 * DEG) / DEG;
    expect(off).toBeLessThan(0.02);
    // Area inside which a 2-d Gaussian of variance s^2 has probability p: -2 pi s^2 ln(1 - p).
    for (const [i, level] of [0.5, 0.9].entries()) {
      const blurred = -2 * Math.PI * (0.5 ** 2 + 0.2 ** 2) * Math.log(1 - level);
      const plain = -2 * Math.PI * 0.5 ** 2 * Math.log(1 - level);
      expect(regions[i]!.level).toBe(level);
      expectClose(regions[i]!.area_deg2, blurred, { relative: 0.03 }, `blurred ${level}`);
      expectClose(
        wilks[i]!.area_deg2,
        plain,
        { relative: 0.06, absolute: pixelArea(512) / DEG ** 2 },
        `Wilks ${level}`,
      );
      const radius = Math.sqrt(blurred / Math.PI);
      for (const side of [regions[i]!.dec_minus_deg, regions[i]!.dec_plus_deg]) {
        expectClose(side, radius, { relative: 0.08 }, `edge in dec ${level}`);
      }
      for (const side of [regions[i]!.ra_minus_deg, regions[i]!.ra_plus_deg]) {
        expectClose(side, radius / Math.cos(22.01 * DEG), { relative: 0.08 }, `edge in RA ${level}`);
      }
    }
    expect(wilks.map((region) => region.delta_2llh)).toEqual([1.39, 4.61]);
  });

  test('without blur has regions of the size of Wilks’, about the same peak', () => {
    const plain = summarize(result, { ...handedIn, angularErrorFloorDeg: 0 });
    expect(plain.peak!.angular_error_floor_deg).toBe(0);
    expectClose(plain.regions[1]!.area_deg2, plain.wilks_regions[1]!.area_deg2, { relative: 0.06 }, 'area');
  });

  test('is the same text for the same scan, wherever the map came from', () => {
    const again = summarize(readNpz(writeNpz(result)), handedIn);
    expect(summaryJson(again)).toBe(summaryJson(summary));
  });

  test('follows its published schema, and reads back', () => {
    expect(validate(JSON.parse(summaryJson(summary))), JSON.stringify(validate.errors)).toBe(true);
    expect(readSummary(summaryJson(summary))).toEqual(summary);
  });

  test('a floor that is no angle is refused', () => {
    expect(() => summarize(result, { ...handedIn, angularErrorFloorDeg: -1 })).toThrow(
      expect.objectContaining({ code: 'config/bad-value' }),
    );
  });
});

describe('a scan that lacks something', () => {
  const unknown = { recoAlgo: null, nRecos: null, wallS: null };

  test('has null for numbers that do not exist', () => {
    const map = mapOf(1, [
      [0, Number.NaN],
      [4, 10],
    ]);
    const bare = { ...map, eIn: map.eIn.map(() => Number.NaN), x: map.x.map(() => Number.NaN) };
    const summary = summarize({ metadata: null, maps: [bare] }, unknown);
    expect(summary).toMatchObject({
      run_id: null,
      event_id: null,
      event_type: null,
      mjd: null,
      is_real_event: null,
      reco_algo: null,
      n_recos: null,
      wall_s: null,
      n_pixels: 2,
      n_failed_pixels: 1,
      best_fit: { nside: 1, pixel: 4, position_m: null, e_in_gev: null, e_tot_gev: 2004.5 },
    });
    expect(validate(JSON.parse(summaryJson(summary))), JSON.stringify(validate.errors)).toBe(true);
  });

  test('has no position where every fit failed, and still a summary', () => {
    for (const result of [
      { metadata, maps: [mapOf(8, [[0, Number.NaN]])] },
      { metadata, maps: [] },
    ]) {
      const summary = summarize(result, unknown);
      expect(summary).toMatchObject({ best_fit: null, peak: null, regions: [], wilks_regions: [] });
      expect(validate(JSON.parse(summaryJson(summary)))).toBe(true);
    }
  });
});

describe('the schema of summaries', () => {
  const text = summaryJson(summarize(gaussianScan({ raDeg: 10, decDeg: -5, sigmaDeg: 0.3 }), handedIn));

  test('is the published file', async () => {
    await expect(`${JSON.stringify(summaryJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
      '../../resources/schemas/summary.schema.json',
    );
  });

  test.each<[string, (summary: { -readonly [K in keyof ScanSummary]: unknown }) => void]>([
    ['a member too many', (s) => Object.assign(s, { extra: 1 })],
    ['a missing member', (s) => delete (s as Partial<typeof s>).peak],
    ['text for a number', (s) => (s.mjd = '59000')],
    ['a negative edge', (s) => ((s.regions as { ra_minus_deg: number }[])[0]!.ra_minus_deg = -1)],
    ['a declination beyond the pole', (s) => ((s.peak as { dec_deg: number }).dec_deg = 91)],
  ])('refuses %s, as the published form does', (_, change) => {
    const value = JSON.parse(text);
    change(value);
    expect(validate(value)).toBe(false);
    expect(() => readSummary(JSON.stringify(value), 'x.summary.json')).toThrow(
      expect.objectContaining({ code: 'result/bad-file', message: expect.stringContaining('x.summary.json') }),
    );
  });
});

const OLD_MAP = 'data/events/run00136662-evt000035405932-BRONZE-8_64_512.npz';
needsShared("IceCube's full-scan map of a real alert", [OLD_MAP], () => {
  test('gives a peak near its best fit and sensible regions', () => {
    const result: ScanResult = readNpz(sharedBytes(OLD_MAP));
    const summary = summarize(result, { recoAlgo: 'millipede', nRecos: null, wallS: null });
    const { best_fit: best, peak, regions } = summary;
    expect(best).toMatchObject({ nside: 512, pixel: 1481996 });
    // Its declination is mirrored; right ascension is not.
    expectClose(best!.ra_deg, 47.1973, { absolute: 1e-3 }, 'ra');
    expectClose(best!.dec_deg, 3.2844, { absolute: 1e-3 }, 'dec');
    expectClose(peak!.ra_deg, 47.2, { absolute: 0.3 }, 'peak ra');
    expect(regions[1]!.area_deg2).toBeGreaterThan(regions[0]!.area_deg2);
    expect(regions[1]!.area_deg2).toBeLessThan(5);
  });
});
