import { gunzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import {
  contoursGeoJson,
  PRODUCT_FORMATS,
  type Product,
  probabilityInMoc,
  readMoc,
  readMultiOrderFits,
  skyMaps,
  skyProducts,
} from '../../../src/result/index.js';
import { gaussianScan, mapOf, metadata } from '../support.js';

const result = gaussianScan({ raDeg: 359.9, decDeg: -44, sigmaDeg: 0.4 });
const byName = (products: Iterable<Product>): Map<string, Product> =>
  new Map(Array.from(products, (product) => [product.name, product]));

describe('the products of a map', () => {
  const all = byName(skyProducts(result, 'x', { formats: PRODUCT_FORMATS, nside: 64, creator: 'me 1' }));

  it('have names that say what they are', () => {
    expect([...all.keys()]).toEqual([
      'x.probability.multiorder.fits',
      'x.llh.multiorder.fits',
      'x.skymap_nside_64_probability.fits.gz',
      'x.skymap_nside_64_llh.fits.gz',
      ...['50', '90', '50_wilks', '90_wilks'].flatMap((name) =>
        ['fits', 'json', 'txt'].map((e) => `x.moc_${name}.${e}`),
      ),
      'x.contours.csv',
      'x.contours.geojson',
      ...['50', '90', '50_wilks', '90_wilks'].map((name) => `x.contour_${name}.txt`),
    ]);
  });

  it('say how they were made, in a sentence and where the format allows in the file', () => {
    for (const { name, about, bytes } of all.values()) {
      const blurred = 'blurred by 0.2 deg';
      if (!/llh|wilks/.test(name)) expect(about).toContain(blurred);
      if (!/\.fits/.test(name)) continue;
      const plain = name.endsWith('.gz') ? gunzipSync(bytes as Uint8Array) : (bytes as Uint8Array);
      const header = Buffer.from(plain.subarray(0, 14400)).toString('latin1');
      expect(header).toContain(/llh/.test(name) ? 'not blurred' : /wilks/.test(name) ? 'Wilks' : blurred);
      expect(header).toContain("'me 1    '");
    }
    expect(all.get('x.contours.csv')!.bytes).toContain('probability,0.9,0.2,,1,');
  });

  it('are the same bytes each time', () => {
    expect(byName(skyProducts(result, 'x', { formats: PRODUCT_FORMATS, nside: 64, creator: 'me 1' }))).toEqual(all);
  });

  it('follow the choices', () => {
    const products = byName(
      skyProducts(result, 'y', {
        formats: ['moc-json', 'contours-geojson', 'multiorder'],
        quantities: ['probability'],
        regions: ['probability'],
        levels: [0.683, 0.9973],
        angularErrorFloorDeg: 0.5,
        gzip: true,
        source: { file: 'y.npz', sha256: 'ab' },
      }),
    );
    expect([...products.keys()]).toEqual([
      'y.probability.multiorder.fits.gz',
      'y.moc_68.3.json',
      'y.moc_99.73.json',
      'y.contours.geojson',
    ]);
    const map = gunzipSync(products.get('y.probability.multiorder.fits.gz')!.bytes as Uint8Array);
    expect(readMultiOrderFits(map).header.get('ANGULAR_ERROR_FLOOR')).toBe(0.5);
    const moc = readMoc(new TextEncoder().encode(products.get('y.moc_68.3.json')!.bytes as string));
    expect(probabilityInMoc(skyMaps(result, 0.5)!.probability, moc)).toBeGreaterThan(0.683);
    const geojson = JSON.parse(products.get('y.contours.geojson')!.bytes as string);
    expect(geojson.features[0].properties).toMatchObject({ level: 0.683, map: { sha256: 'ab' } });
  });

  it('leave large flat maps out unless they are asked for', () => {
    for (const { format } of skyProducts(result, 'z')) expect(format).not.toBe('flat');
  });

  it('do not exist without a fit', () => {
    const failed = { metadata, maps: [mapOf(1, [[0, Number.NaN]])] };
    expect(() => [...skyProducts(failed, 'x')]).toThrow('No pixel of the map has a fit');
    expect(contoursGeoJson({ metadata: null }, [])).toContain('"features":[');
  });
});
